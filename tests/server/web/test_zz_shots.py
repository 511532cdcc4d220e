import threading, sys
from werkzeug.serving import make_server
from playwright.sync_api import sync_playwright
from server.services import review
from server.domain.review import Verdict
from tests.server.web.conftest import PASSWORD

def test_shots(world, app):
    done = world.closed_case()
    rejected = world.rejected_case()
    withheld = world.new_case("CL-001")
    deciding = world.case_to_decide()
    noticed = world.case_in_notice()
    reviewing = world.case_in_review()
    world.act(reviewing, "police", review.give_verdict, Verdict.DISAGREE, "户口本地址和登记不一致，请核对。")
    fixing = world.new_case(); world.correct(fixing)
    waiting = world.new_case()
    d2 = world.case_to_decide()
    soon = world.new_case()
    world.pass_days(8)
    from server.db.deadline import ClockRow
    from sqlalchemy import select
    from server.services.deadline import sweep_clock
    with world.installation.begin() as work:
        for c in work.session.scalars(select(ClockRow)).all(): sweep_clock(work, c.id)
    server = make_server("127.0.0.1", 8731, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url="http://127.0.0.1:8731"
    with sync_playwright() as p:
        b = p.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        c = b.new_context(viewport={"width":1366,"height":768}); g = c.new_page()
        msgs=[]; g.on("console", lambda m: msgs.append(m.text)); g.on("pageerror", lambda e: msgs.append(str(e)))
        g.goto(url+"/console/"); g.screenshot(path="/tmp/webshots/c-signin.png")
        def sign(name):
            g.goto(url+"/console/sign-in"); g.fill("#sign_in_name",name); g.fill("#password",PASSWORD); g.click("text=登录 >> nth=-1") if False else g.press("#password","Enter"); g.wait_for_url("**/console/")
        sign("head"); g.screenshot(path="/tmp/webshots/c-inbox.png")
        g.goto(url+f"/console/cases/{d2}"); g.wait_for_load_state("networkidle"); g.screenshot(path="/tmp/webshots/c-decide.png")
        for t in ("answers","course","history"):
            g.click(f"[data-tab={t}]"); g.screenshot(path=f"/tmp/webshots/c-{t}.png")
        g.goto(url+f"/console/cases/{reviewing}"); g.wait_for_load_state("networkidle"); g.screenshot(path="/tmp/webshots/c-review.png")
        g.goto(url+"/console/cards"); g.screenshot(path="/tmp/webshots/c-cards.png")
        g.goto(url+"/console/past"); g.screenshot(path="/tmp/webshots/c-past.png")
        c.clear_cookies(); sign("counter")
        g.goto(url+f"/console/cases/{waiting}"); g.wait_for_load_state("networkidle"); g.screenshot(path="/tmp/webshots/c-verify.png")
        g.keyboard.press("b"); g.screenshot(path="/tmp/webshots/c-correct.png")
        g.goto(url+f"/console/cases/{fixing}"); g.screenshot(path="/tmp/webshots/c-fixing.png")
        g.goto(url+f"/console/cases/450521-20200101-0001"); g.screenshot(path="/tmp/webshots/c-404.png")
        g.set_viewport_size({"width":683,"height":384}); g.goto(url+f"/console/cases/{waiting}"); g.wait_for_load_state("networkidle"); g.screenshot(path="/tmp/webshots/c-zoom200.png", full_page=True)
        c.clear_cookies(); g.set_viewport_size({"width":1366,"height":768}); sign("supervisor"); g.screenshot(path="/tmp/webshots/c-super.png")
        print(msgs)
        codes=world.lookup_codes
        pages={"home":"/","services":"/services?words=老人补贴","guide":"/services/MZ-008","guide1":"/services/MZ-001","done":f"/c/{codes[done]}","rejected":f"/c/{codes[rejected]}","late":f"/c/{codes[reviewing]}","fixing":f"/c/{codes[fixing]}","noticed":f"/c/{codes[deciding]}","unknown":"/c/ABCDEFGHJK","villages":"/villages?words=烟楼","board":"/villages/450521100215","lookup":"/lookup","missing":"/nothing"}
        for w,h,elder in ((390,844,0),(320,640,0),(360,740,1)):
            c2=b.new_context(viewport={"width":w,"height":h}, device_scale_factor=1); g2=c2.new_page()
            if elder: g2.goto(url+"/"); g2.click("button[name=size]")
            for name,path in pages.items():
                g2.goto(url+path)
                over=g2.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                if over>0: print("OVERFLOW",name,w,elder,over)
                g2.screenshot(path=f"/tmp/webshots/p-{name}-{w}{'e' if elder else ''}.png", full_page=True)
            c2.close()
        b.close()
    server.shutdown()

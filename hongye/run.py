"""`hongye run`: a practice installation with all its parts on this machine, until Ctrl-C."""

import time
from pathlib import Path

from hongye.ports import Ports
from hongye.practice import Practice, prepare_practice
from hongye.processes import Parts, answers
from hongye.signals import stop_on_signal


def run_practice(folder: Path, ports: Ports) -> None:
    """Start what `folder` holds, making it first when there is nothing yet. A second run goes on where the first left."""
    practice, enrolment_code = prepare_practice(folder, ports)
    stop = stop_on_signal()
    with Parts(practice.folder / "logs") as parts:
        _start(parts, practice, enrolment_code)
        print(_where_to_look(practice), flush=True)
        while not stop.wait(1.0):
            parts.check_all()
        print("\n正在停止……", flush=True)
    print("已停止。再运行一次就接着上次的继续。", flush=True)


def _start(parts: Parts, practice: Practice, enrolment_code: str | None) -> None:
    server = str(practice.server_settings)
    parts.start("server", "serve", "--settings", server)
    parts.start("simulator", "simulator", "--settings", str(practice.simulator_settings))
    parts.start("worker", "worker", "--settings", server)
    parts.wait_until("server", answers(practice.server_url))
    parts.wait_until("simulator", answers(practice.simulator_url))
    began = time.time()
    code = ["--enrolment-code", enrolment_code] if enrolment_code else []
    parts.start("kiosk", "kiosk", "--settings", str(practice.kiosk_settings), *code)
    screen = practice.folder / "kiosk" / "screen.url"
    parts.wait_until("kiosk", lambda: screen.exists() and screen.stat().st_mtime >= began - 1)


def _where_to_look(practice: Practice) -> str:
    screen = (practice.folder / "kiosk" / "screen.url").read_text(encoding="ascii").strip()
    people = "\n".join(
        f"    {person.sign_in_name:<16} {person.display_name}  {person.department}" for person in practice.people
    )
    return f"""
农事网通 · 阳光红页 已启动（练习用，人物都是虚构的）

  群众网页   {practice.server_url}/
  办件台     {practice.server_url}/console/
  村级窗口   {screen}
  微信模拟   {practice.simulator_url}/

  登录名（密码都是 {practice.password}）：
{people}

  数据在 {practice.folder}，日志在 {practice.folder / "logs"}。按 Ctrl-C 停止。
"""

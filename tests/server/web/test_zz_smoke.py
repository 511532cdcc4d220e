import sys
def test_smoke(world, official, phone):
    n=world.to_the_end()
    m=world.new_case(); world.verify(m)
    k=world.new_case(); world.correct(k)
    h=official("head")
    for path in ("/console/","/console/past","/console/cards",f"/console/cases/{n}",f"/console/cases/{m}"):
        r=h.get(path); print(path,r.status_code,len(r.data)); assert r.status_code==200, r.get_data(as_text=True)
    for path in ("/","/services","/services?words=老人补贴","/services/MZ-008","/services/MZ-001","/services/MZ-008/notice-sheet.pdf",f"/c/{world.lookup_codes[n]}",f"/c/{world.lookup_codes[m]}",f"/c/{world.lookup_codes[k]}","/villages","/villages?words=烟楼","/villages/450521100201","/results","/results.json","/lookup"):
        r=phone.get(path); print(path,r.status_code,len(r.data)); assert r.status_code==200, r.get_data(as_text=True)[:2000]

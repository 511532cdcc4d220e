"""The pages for a year's list of codes and for where villages receive people."""

import io

from tests.factories import VILLAGE
from tests.forms.test_region import YANLOU, as_rows


def csv_of(rows, encoding="utf-8") -> bytes:
    return "\n".join(f"{code},{name}" for code, name in rows).encode(encoding)


def hand_in(person, content: bytes, name="名单.csv", since="2025-01-01"):
    form = {"csrf_token": person.token("/console/regions"), "since": since, "file": (io.BytesIO(content), name)}
    return person.client.post("/console/regions", data=form)


def renumbered() -> list[tuple[str, str]]:
    lines = dict(as_rows())
    lines["450521100999"] = lines.pop(YANLOU)
    return list(lines.items())


class TestRegions:
    def test_a_list_is_compared_reviewed_and_let_out(self, centre, phone):
        first, second = centre
        assert hand_in(first, csv_of(renumbered(), "gb18030")).status_code == 303
        assert "“烟楼村委会”的代码由" in first.read("/console/regions")
        page = second.read("/console/regions")
        publish = next(part for part in page.split('action="') if part.split('"')[0].endswith("/publish")).split('"')[0]
        assert first.send(publish).status_code == 409
        assert second.send(publish).status_code == 303
        assert "烟楼村" in phone.get(f"/villages/{YANLOU}").get_data(as_text=True)

    def test_what_cannot_be_used_is_told(self, centre):
        first, _ = centre
        for content, name, since, told in (
            (b"", "x.xlsx", "2025-01-01", "不是 .xlsx"),
            (csv_of(as_rows()), "x.csv", "2025-01-01", "没有要改的"),
            (csv_of(as_rows()[:3]), "x.csv", "2025-01-01", "没有本市的村"),
            (csv_of(renumbered()), "x.csv", "明年", "从哪一天起用"),
            (b"\xff\xff\xff", "x.csv", "2025-01-01", "编码认不出"),
        ):
            answer = hand_in(first, content, name, since)
            assert answer.status_code == 422 and told in answer.get_data(as_text=True), told

    def test_others_only_read(self, official):
        page = official("head").read("/console/regions")
        assert "437 个村" in page and "交上去比较" not in page


class TestServicePoints:
    def test_an_agent_states_the_own_villages_and_the_sheet_says_so(self, official, phone):
        agent = official("agent")
        form = {"place": "村委会一楼", "hours": "周一至周五 8:00—12:00", "telephone": "0779-7200000"}
        assert agent.send(f"/console/service-points/{VILLAGE}", form).status_code == 303
        assert 'value="村委会一楼"' in agent.read("/console/service-points")
        sheet = phone.get(f"/services/MZ-008/notice-sheet.pdf?village={VILLAGE}")
        assert sheet.status_code == 200

    def test_what_is_refused_stays_typed(self, official):
        answer = official("agent").send(f"/console/service-points/{VILLAGE}", {"place": "村委会", "telephone": "110"})
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422 and "电话应是" in page and 'value="村委会"' in page

    def test_a_city_of_villages_comes_by_pages_and_what_was_kept_is_in_view(self, centre):
        first, _ = centre
        page = first.read("/console/service-points")
        assert "437 个村" in page and page.count('class="point-form"') == 50 and "第 1 / 9 页" in page
        assert first.send(f"/console/service-points/{VILLAGE}", {"place": "村委会一楼"}).status_code == 303
        kept = first.read(f"/console/service-points?saved={VILLAGE}")
        assert 'value="村委会一楼"' in kept and "存好了" in kept
        found = first.read("/console/service-points?words=烟楼")
        assert f'id="v{VILLAGE}"' in found and "分页" not in found

    def test_another_village_is_refused(self, official):
        assert official("agent").send("/console/service-points/450502001003", {"place": "x"}).status_code == 422

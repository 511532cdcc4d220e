"""Two versions of an entry compared: each change once, in words, in the order of the form."""

import copy

from forms.catalogue import content_of, load_catalogue
from forms.difference import find_changes

ITEM = content_of(load_catalogue().get_item("MZ-008"))


def changes(spoil) -> list[str]:
    after = copy.deepcopy(ITEM)
    spoil(after)
    return [change.sentence for change in find_changes("item", ITEM, after)]


def test_the_same_differs_in_nothing():
    assert find_changes("item", ITEM, copy.deepcopy(ITEM)) == []


def test_a_value_is_told_before_and_after_in_the_words_of_the_form():
    def spoil(item):
        item["status"], item["batch"] = "confirmed", True

    assert changes(spoil) == [
        "成批办理：原来“否”，改成“是”",
        "确认情况：原来“待本地确认”，改成“已确认”",
    ]


def test_a_row_is_the_same_row_when_it_has_the_same_id():
    def spoil(item):
        item["materials"][1]["note"] = "新的说明"
        item["stages"][2]["promised_days"] = 9

    name, what = ITEM["materials"][1]["name"], ITEM["stages"][2]["what"]
    told = changes(spoil)
    assert told[0].startswith(f"材料“{name}”·说明：") and told[0].endswith("“新的说明”")
    assert told[1].startswith(f"环节“{what}”·承诺天数：原来“")


def test_rows_come_go_and_change_places():
    def spoil(item):
        gone = item["materials"].pop()
        item["materials"].append({**gone, "id": "fresh", "name": "新表"})
        item["stages"][0], item["stages"][1] = item["stages"][1], item["stages"][0]

    told = changes(spoil)
    assert any(one.startswith("材料：新增“编号 fresh；材料名称 新表") for one in told)
    assert any(one.startswith("材料：删去“") for one in told)
    assert any(one.startswith("环节的先后：") for one in told)


def test_what_has_no_id_goes_by_its_first_column():
    def spoil(item):
        item["faq"][0]["a"] = "改了答案"

    [told] = changes(spoil)
    assert told.startswith(f"常见问题“{ITEM['faq'][0]['q']}”·答：")


def test_a_value_that_appears_or_goes_away():
    def spoil(item):
        item["channel_note"] = "也可以网上办"
        item["public_notice_note"] = None

    told = changes(spoil)
    assert "渠道说明：新增“也可以网上办”" in told
    assert any(one.startswith("公示说明：删去“") for one in told) or not ITEM.get("public_notice_note")

"""Places keep their key while codes and names change every year, and a year's list is read against the tree we have."""

import copy
from datetime import date

import pytest

from forms.catalogue import DATA_FOLDER, load_regions
from forms.catalogue_reading import read_file
from forms.checking.regions import check_regions
from forms.region import RegionTree
from forms.region_list import RegionListFault, read_list, short_name_of, update_tree

CITY = read_file(DATA_FOLDER / "regions.yaml")["city"]
YANLOU = "450521100215"
SINCE = date(2025, 1, 1)


def as_rows(city=CITY) -> list[tuple[str, str]]:
    """The tree as a yearly list writes it: twelve digits, every level."""
    rows = [(city["code"].ljust(12, "0"), city["name"])]
    for county in city["districts"]:
        rows.append((county["code"].ljust(12, "0"), county["name"]))
        for town in county["towns"]:
            rows.append((town["code"].ljust(12, "0"), town["name"]))
            rows += [(village["code"], village["name"]) for village in town["villages"]]
    return rows


def updated(change):
    """What a list makes of the tree, in which `change` altered some lines (a dict of code to name)."""
    lines = dict(as_rows())
    change(lines)
    update = update_tree(CITY, read_list(lines.items(), "450500"), SINCE)
    assert check_regions(update.city) == []
    return RegionTree.from_nested(update.city), [(one.kind, one.id) for one in update.changes]


def test_the_same_list_changes_nothing():
    update = update_tree(CITY, read_list(as_rows(), "450500"), SINCE)
    assert update.changes == ()
    assert update.city == CITY


def test_a_renumbered_village_keeps_its_key_and_remembers_its_code():
    def change(lines):
        lines["450521100999"] = lines.pop(YANLOU)

    tree, changes = updated(change)
    assert changes == [("recoded", YANLOU)]
    village = tree.get(YANLOU)
    assert (village.code, village.code_on(date(2024, 12, 31)), village.code_on(SINCE)) == (
        "450521100999", YANLOU, "450521100999",
    )  # fmt: skip
    assert tree.find_by_code("450521100999") is tree.find_by_code(YANLOU) is village
    assert tree.find_by_code(YANLOU, date(2024, 6, 1)) is village
    assert tree.find_by_code(YANLOU, SINCE) is None
    assert tree.full_name(YANLOU) == "合浦县廉州镇烟楼村"
    assert len(tree) == len(load_regions())


def test_a_renamed_village_is_known_by_both_names_in_their_time():
    tree, changes = updated(lambda lines: lines.update({YANLOU: "新烟楼村委会"}))
    assert changes == [("renamed", YANLOU)]
    assert tree.full_name(YANLOU) == "合浦县廉州镇新烟楼村"
    assert tree.get(YANLOU).name_on(date(2024, 1, 1)) == load_regions().get(YANLOU).name


def test_a_village_that_went_to_another_town_keeps_its_key():
    def change(lines):
        lines["450521101888"] = lines.pop(YANLOU)

    tree, changes = updated(change)
    assert changes == [("recoded", YANLOU), ("moved", YANLOU)]
    assert tree.ancestor(YANLOU, "township").code == "450521101"
    assert tree.lies_in(YANLOU, "450521101") and not tree.lies_in(YANLOU, "450521100")


def test_an_abolished_village_stays_readable_for_its_cases_and_is_offered_to_nobody():
    tree, changes = updated(lambda lines: lines.pop(YANLOU))
    assert changes == [("ended", YANLOU)]
    assert tree.get(YANLOU).ended_on == SINCE
    assert YANLOU not in {village.id for village in tree.list_level("village")}
    assert YANLOU in tree.village_codes_in("450521"), "its open cases are still the county's"
    assert len(tree) == len(load_regions()) - 1


def test_a_new_village_comes_in():
    tree, changes = updated(lambda lines: lines.update({"450521100777": "示范村委会"}))
    assert changes == [("added", "450521100777")]
    assert tree.full_name("450521100777") == "合浦县廉州镇示范村"


def test_a_code_given_to_another_village_makes_no_key_twice():
    """The trap of every yearly list: 215 now means another village, and the old one got 999."""

    def change(lines):
        lines["450521100999"] = lines[YANLOU]
        lines[YANLOU] = "示范村委会"

    tree, changes = updated(change)
    assert changes == [("recoded", YANLOU), ("added", f"{YANLOU}-2")]
    assert tree.full_name(YANLOU) == "合浦县廉州镇烟楼村"
    assert tree.find_by_code(YANLOU).id == f"{YANLOU}-2"
    assert tree.find_by_code(YANLOU, date(2024, 1, 1)).id == YANLOU


def test_a_renumbered_town_takes_its_villages_along():
    def change(lines):
        for code in [code for code in lines if code.startswith("450521100")]:
            lines["450521150" + code[9:]] = lines.pop(code)

    tree, changes = updated(change)
    assert changes[0] == ("recoded", "450521100")
    assert {kind for kind, _ in changes} == {"recoded"}
    assert tree.ancestor(YANLOU, "township").id == "450521100"
    assert tree.get(YANLOU).code == "450521150215"


def test_a_second_years_list_builds_on_the_first():
    first = dict(as_rows())
    first["450521100999"] = first.pop(YANLOU)
    city = update_tree(CITY, read_list(first.items(), "450500"), SINCE).city
    second = dict(first)
    second["450521100888"] = second.pop("450521100999")
    tree = RegionTree.from_nested(update_tree(city, read_list(second.items(), "450500"), date(2026, 1, 1)).city)
    village = tree.get(YANLOU)
    assert [village.code_on(date(year, 6, 1)) for year in (2024, 2025, 2026)] == [
        YANLOU,
        "450521100999",
        "450521100888",
    ]


def test_lines_of_other_cities_are_left_out():
    rows = [*as_rows(), ("450602001001", "别市社区居委会"), ("", "空行"), ("代码", "名称")]
    assert update_tree(CITY, read_list(rows, "450500"), SINCE).changes == ()


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda rows: rows.append(("45052110", "短码村委会")), "不是6位、9位或12位"),
        (lambda rows: rows.append(rows[-1]), "一个代码只能有一行"),
        (lambda rows: rows.append(("450521999001", "无主村委会")), "上级“450521999”不在名单里"),
        (lambda rows: rows.clear(), "没有本市的村"),
    ],
)
def test_a_list_that_cannot_be_used_says_why(spoil, told):
    rows = as_rows()
    spoil(rows)
    with pytest.raises(RegionListFault, match=told):
        read_list(rows, "450500")


def test_short_names_are_made_the_way_the_list_has_them():
    villages = [village for county in CITY["districts"] for town in county["towns"] for village in town["villages"]]
    assert [short_name_of(village["name"]) for village in villages] == [village["short_name"] for village in villages]


def test_the_tree_in_hand_is_never_changed():
    before = copy.deepcopy(CITY)
    lines = dict(as_rows())
    lines.pop(YANLOU)
    update_tree(CITY, read_list(lines.items(), "450500"), SINCE)
    assert before == CITY

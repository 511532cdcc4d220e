"""The catalogue of today is whole, and every fault somebody may write into it is named by file, entry and field."""

import copy
import shutil
from pathlib import Path

import pytest
import yaml

from forms.catalogue import (
    DATA_FOLDER,
    CatalogueFault,
    UnknownItem,
    check_catalogue,
    content_of,
    load_catalogue,
    load_regions,
    read_catalogue,
)
from forms.checking.items import counted_days
from forms.region import UnknownRegion

WHOLE = {
    name: yaml.safe_load((DATA_FOLDER / f"{name}.yaml").read_text(encoding="utf-8")) for name in ("items", "powers")
}
PROOFS = WHOLE["items"]["meta"]["prohibited_village_proofs"]
YANLOU = "450521100215"
GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    """A small catalogue to spoil: two items, two powers, no policies, one place. It has no fault of its own."""
    folder = tmp_path_factory.mktemp("catalogue")
    (folder / "regions.yaml").write_text("city: {code: '450500', name: 北海市}", encoding="utf-8")
    (folder / "policies.yaml").write_text("policies: []", encoding="utf-8")
    shutil.copy(DATA_FOLDER / "situation.yaml", folder)
    return folder


@pytest.fixture
def broken(tmp_path, small):
    """Writes a catalogue in which `spoil` changed MZ-001, MZ-008, Q-ZD-01 or the whole, and returns the findings."""

    def findings(spoil) -> list[str]:
        whole, powers = copy.deepcopy(WHOLE["items"]), copy.deepcopy(WHOLE["powers"])
        items = {item["code"]: item for item in whole["items"]}
        whole["items"] = [items["MZ-001"], items["MZ-008"]]
        items["MZ-001"]["related"] = items["MZ-008"]["related"] = []
        whole["meta"]["mutual_exclusions"] = []
        powers["powers"] = powers["powers"][:2]
        powers["meta"]["categories"] = [{"code": "ZD", "name": "村级重大事项决策", "count": 2}]
        spoil({**whole, **powers, "meta": whole["meta"]}, items["MZ-001"], items["MZ-008"])
        shutil.copytree(small, tmp_path, dirs_exist_ok=True)
        (tmp_path / "items.yaml").write_text(yaml.safe_dump(whole, allow_unicode=True), encoding="utf-8")
        (tmp_path / "powers.yaml").write_text(yaml.safe_dump(powers, allow_unicode=True), encoding="utf-8")
        _, found = read_catalogue(tmp_path)
        return [str(finding) for finding in found]

    return findings


class TestToday:
    def test_it_counts_what_the_mission_counts_and_finds_nothing_wrong(self):
        answer = check_catalogue()
        assert answer["findings"] == []
        assert (answer["items"], answer["powers"], answer["power_categories"], answer["policies"]) == (74, 72, 14, 87)
        assert (answer["counties"], answer["townships"], answer["villages"]) == (4, 30, 437)
        assert (answer["materials"], answer["form_fields"], answer["stages"], answer["power_steps"]) == (
            435,
            979,
            469,
            476,
        )

    @pytest.mark.parametrize("kind", ["item", "power", "policy"])
    def test_the_lists_are_the_golden_ones(self, kind):
        """A code or a name that changes by accident changes what villagers have on paper at home."""
        listed = [f"{entry.code} {entry.name}" for entry in load_catalogue().entries(kind).values()]
        assert listed == (GOLDEN / f"catalogue_{kind}.txt").read_text(encoding="utf-8").splitlines()

    def test_no_entry_says_the_city_confirmed_it_before_the_city_did(self):
        assert len(check_catalogue()["unconfirmed"]) == 74 + 72 + 87

    @pytest.mark.parametrize("kind", ["item", "power", "policy"])
    def test_every_entry_keeps_its_ground_and_how_sure_it_is(self, kind):
        for entry in load_catalogue().entries(kind).values():
            assert entry.confidence in ("verified", "partial", "memory")
            assert entry.legal_basis if kind == "item" else entry.basis
            assert entry.status == "pending_local_confirmation"

    @pytest.mark.parametrize("kind", ["item", "power", "policy"])
    def test_every_entry_survives_being_stored_and_read_again(self, kind):
        for entry in load_catalogue().entries(kind).values():
            assert type(entry).model_validate(content_of(entry)) == entry

    @pytest.mark.parametrize("item", load_catalogue().items.values(), ids=lambda item: item.code)
    def test_every_item_begins_in_the_village_and_its_days_add_up(self, item):
        # MZ-009 begins with a comparison of data at the county: whom it finds alive need not be visited.
        assert item.stages[0].level == ("county" if item.code == "MZ-009" else "village")
        assert counted_days(item) == item.promised_days
        assert item.legal_basis and item.materials and item.form_fields

    @pytest.mark.parametrize("item", load_catalogue().items.values(), ids=lambda item: item.code)
    def test_every_item_has_what_the_intake_reads(self, item):
        for name, kind in ((item.applicant.name, "text"), (item.applicant.id_number, "id_number")):
            assert (item.fields_by_id[name].type, item.fields_by_id[name].required) == (kind, True)

    def test_an_unknown_code_is_told_with_what_to_do(self):
        with pytest.raises(UnknownItem, match=r"MZ-999.*从事项列表里选"):
            load_catalogue().get_item("MZ-999")

    def test_its_digest_changes_with_any_word(self):
        catalogue = load_catalogue()
        changed = catalogue.get_item("MZ-008").model_copy(update={"fee": "1元"})
        assert len(catalogue.digest) == 64
        assert catalogue.with_entries("item", [changed]).digest != catalogue.digest
        assert catalogue.with_entries("item", [], {"MZ-008": "停办"}).digest != catalogue.digest
        assert catalogue.with_entries("item", reversed(list(catalogue.items.values()))).digest == catalogue.digest

    def test_a_catalogue_with_a_fault_is_not_used(self, tmp_path):
        shutil.copytree(DATA_FOLDER, tmp_path, dirs_exist_ok=True)
        text = (tmp_path / "items.yaml").read_text(encoding="utf-8")
        (tmp_path / "items.yaml").write_text(
            text.replace("promised_days: 19\n", "promised_days: 190\n"), encoding="utf-8"
        )
        with pytest.raises(CatalogueFault, match="MZ-001 promised_days"):
            load_catalogue.__wrapped__(tmp_path)


class TestFaults:
    def test_an_item_code_used_twice(self, broken):
        def spoil(whole, item, other):
            other["code"] = "MZ-001"

        assert broken(spoil)[0] == "items.yaml MZ-001 code：编码“MZ-001”用了不止一次"

    @pytest.mark.parametrize("kind", ["materials", "form_fields", "stages"])
    def test_an_id_used_twice_in_one_item(self, broken, kind):
        def spoil(whole, item, other):
            item[kind][-1]["id"] = item[kind][1]["id"]

        twice = WHOLE["items"]["items"][0][kind][1]["id"]
        assert f"items.yaml MZ-001 {kind}：编号“{twice}”用了不止一次" in broken(spoil)

    @pytest.mark.parametrize("kind", ["materials", "form_fields", "stages"])
    def test_a_condition_on_a_field_that_is_not_there(self, broken, kind):
        def spoil(whole, item, other):
            item[kind][1]["when"] = {"field": "is_rich", "equals": True}
            if kind == "materials":
                item[kind][1]["required"] = "when 有钱"

        name = WHOLE["items"]["items"][0][kind][1]["id"]
        assert f"items.yaml MZ-001 {name}.when：条件里的字段“is_rich”不在申请表里" in broken(spoil)

    def test_a_promise_longer_than_the_law_allows(self, broken):
        def spoil(whole, item, other):
            item["statutory_days"] = 18

        assert broken(spoil) == ["items.yaml MZ-001 promised_days：承诺时限19天比法定时限18天还长"]

    def test_days_that_do_not_add_up(self, broken):
        def spoil(whole, item, other):
            other["promised_days"] = 10

        assert broken(spoil) == ["items.yaml MZ-008 promised_days：承诺10天，各环节相加却是11天"]

    def test_a_department_nobody_knows(self, broken):
        def spoil(whole, item, other):
            other["stages"][2]["department"] = "派出所"

        assert broken(spoil) == ["items.yaml MZ-008 stages.s3.department：部门“派出所”不在部门表里"]

    @pytest.mark.parametrize("proof", PROOFS)
    def test_each_of_the_twenty_forbidden_proofs(self, broken, proof):
        def spoil(whole, item, other):
            other["materials"][1]["name"] = f"村委会{proof}（盖章）"

        assert broken(spoil) == [
            f"items.yaml MZ-008 materials.id_card：要求村委会出具“{proof}”，属禁止开具的证明（民发〔2020〕20号）"
        ]

    def test_a_key_somebody_misspelt(self, broken):
        def spoil(whole, item, other):
            other["materials"][1]["captured"] = "id_card"

        assert broken(spoil) == ["items.yaml MZ-008 materials.第2项.captured：目录里没有这一项，多半是写错了名字"]

    @pytest.mark.parametrize("key", ["promised_days", "legal_basis", "materials", "status"])
    def test_a_key_that_is_missing(self, broken, key):
        def spoil(whole, item, other):
            del other[key]

        assert broken(spoil) == [f"items.yaml MZ-008 {key}：缺少这一项"]

    def test_an_entry_without_a_code(self, broken):
        def spoil(whole, item, other):
            del other["code"]

        assert broken(spoil) == ["items.yaml （无编码） code：缺少这一项"]

    def test_a_value_of_the_wrong_kind(self, broken):
        def spoil(whole, item, other):
            other["stages"][0]["promised_days"] = "一天"

        [finding] = broken(spoil)
        assert finding.startswith("items.yaml MZ-008 stages.第1项.promised_days：值不对")

    def test_public_notice_days_without_a_unit(self, broken):
        def spoil(whole, item, other):
            other["public_notice_unit"] = None

        assert broken(spoil) == ["items.yaml MZ-008 public_notice_unit：写了公示天数，没有写是工作日还是自然日"]

    def test_several_at_once_are_told_at_once(self, broken):
        def spoil(whole, item, other):
            item["statutory_days"] = 18
            other["stages"][2]["department"] = "派出所"
            other["promised_days"] = 10

        assert len(broken(spoil)) == 3


class TestPowerFaults:
    """Of Q-ZD-01, the first of the two powers in the small catalogue."""

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            (lambda power: power["steps"][0].update(next=["s99"]), "steps.s1.next：下一步“s99”不在流程里"),
            (lambda power: power["steps"][4].update(next=["s5"]), "steps.s5：从这一步走不到终点"),
            (
                lambda power: power["steps"].append({"id": "s9", "who": "村", "what": "多余", "next": []}),
                "steps.s9：从第一步走不到这一步",
            ),
            (lambda power: power["steps"][3].update(labels=["通过"]), "steps.s4.labels：2个去向要写2个名称"),
            (lambda power: power["steps"][3].pop("decision"), "steps.s4.decision：有几个去向，要写明按什么判断"),
            (
                lambda power: power["steps"][3].update(vote=["show_of_hands"]),
                "steps.s4.vote：表决规则“show_of_hands”不在规则表里",
            ),
            (lambda power: power["steps"][5].pop("day_unit"), "steps.s6.day_unit：写了天数，没有写是工作日还是自然日"),
            (
                lambda power: power["steps"][0].update(what="见事项 MZ-099"),
                "steps.s1.what：提到的事项“MZ-099”不在目录里",
            ),
            (lambda power: power.update(category_code="XX"), "category_code：类别“XX”不在十四个方面里"),
            (lambda power: power.update(category="大事"), "category：类别名称和编码不一致，应是“村级重大事项决策”"),
        ],
    )
    def test_each_is_named_by_its_place(self, broken, change, told):
        found = broken(lambda whole, item, other: change(whole["powers"][0]))
        assert f"powers.yaml Q-ZD-01 {told}" in found

    def test_a_category_that_is_not_full(self, broken):
        found = broken(lambda whole, item, other: whole["powers"].pop())
        assert found == ["powers.yaml ZD meta.categories：“村级重大事项决策”写的是2项，实有1项"]


class TestItemFaults:
    @pytest.mark.parametrize(
        ("change", "told"),
        [
            (lambda item: item.update(related=["MZ-099"]), "related：相关事项“MZ-099”不在目录里"),
            (lambda item: item.update(sources=["WIKI"]), "sources：来源“WIKI”不在来源表里"),
            (
                lambda item: item.update(verified_facts=[]),
                "verified_facts：写了 verified（核对过原文），要写明核对了哪些",
            ),
            (
                lambda item: item["disclosure_fields"].append({"label": "银行账号", "mask": "none"}),
                "disclosure_fields：“银行账号”是敏感个人信息，不能公开",
            ),
            (
                lambda item: item.update(applicant={"name": "x", "id_number": "applicant_id"}),
                "applicant：办事人的“x”不在申请表里",
            ),
            (
                lambda item: item["form_fields"][1].update(required=False),
                "applicant：“申请人公民身份号码”写明是办事人的",
            ),
            (
                lambda item: item["disclosure_fields"][2].update(field="wealth"),
                "disclosure_fields：“家庭成员数量”取自的“wealth”不在申请表里",
            ),
            (
                lambda item: item["disclosure_fields"][2].update(field="bank_account"),
                "disclosure_fields：“家庭成员数量”取自“收款账号",
            ),
            (lambda item: item["stages"][13].update(notice_days=5), "public_notice_days：写的是公示7天，环节里却是5天"),
            (
                lambda item: item["stages"][4].update(group=None),
                "stages.s5.group：并行的环节要写明同哪些环节一组（group）",
            ),
            (
                lambda item: item["stages"][15].update(
                    when={"all": [{"field": "kin_related", "equals": True}, {"field": "kin_related", "equals": False}]}
                ),
                "stages.s16.when：这个环节的条件自相矛盾，永远走不到",
            ),
            (
                lambda item: item["materials"][6].update(when={"field": "reason", "equals": "因懒"}),
                "medical_proof.when：“主要致困原因”没有“因懒”这个选项",
            ),
            (
                lambda item: item["materials"][6].update(when={"field": "reason", "at_least": 3}),
                "medical_proof.when：“主要致困原因”不是数字，不能比大小",
            ),
            (lambda item: item["materials"][6].update(when={"field": "reason"}), "materials.第7项.when：条件写法不对"),
            (lambda item: item["materials"][6].pop("when"), "materials.第7项：required 写了条件就要写 when"),
            (lambda item: item.update(mode="网上办"), "mode：值不对，只能是："),
            (
                lambda item: item["materials"][6].update(name="疾病状况证明", issuer="村民委员会"),
                "materials.medical_proof：要求村委会出具“疾病状况证明”",
            ),
        ],
    )
    def test_each_is_named_by_its_place(self, broken, change, told):
        found = broken(lambda whole, item, other: change(item))
        assert any(one.startswith(f"items.yaml MZ-001 {told}") for one in found), found

    def test_a_proof_that_another_body_issues_is_allowed(self, broken):
        def spoil(whole, item, other):
            item["materials"][6].update(name="死亡证明", issuer="医疗机构")

        assert broken(spoil) == []


class TestFilesThatCannotBeRead:
    @pytest.mark.parametrize(
        ("file", "text", "told"),
        [
            ("items.yaml", "items: [", "items.yaml 第2行：YAML写法不对"),
            ("powers.yaml", "- just a list", "powers.yaml （整个文件）：最上面要写"),
            ("policies.yaml", "meta: {}", "policies.yaml policies：缺少这一部分"),
            ("items.yaml", "meta: {departments: []}\nitems: []", "items.yaml sources：缺少这一部分"),
        ],
    )
    def test_are_told_by_line_or_part(self, tmp_path, file, text, told):
        shutil.copytree(DATA_FOLDER, tmp_path, dirs_exist_ok=True)
        (tmp_path / file).write_text(text, encoding="utf-8")
        [finding] = check_catalogue(tmp_path)["findings"]
        assert finding["sentence"].startswith(told)

    def test_a_folder_that_is_none(self, tmp_path):
        [finding] = check_catalogue(tmp_path / "nowhere")["findings"]
        assert "文件不在" in finding["sentence"]


class TestRegions:
    def test_yanlou_lies_in_lianzhou_in_hepu_in_beihai(self):
        regions = load_regions()
        assert [(place.level, place.code, place.name) for place in regions.chain(YANLOU)] == [
            ("city", "450500", "北海市"),
            ("county", "450521", "合浦县"),
            ("township", "450521100", "廉州镇"),
            ("village", "450521100215", regions.get(YANLOU).name),
        ]
        assert regions.full_name(YANLOU) == "合浦县廉州镇烟楼村"
        assert regions.ancestor(YANLOU, "county").name == "合浦县"
        assert regions.lies_in(YANLOU, "450521")
        assert not regions.lies_in(YANLOU, "450502")

    def test_every_place_has_a_code_of_its_levels_length_that_begins_with_its_parents(self):
        regions = load_regions()
        lengths = {"city": 6, "county": 6, "township": 9, "village": 12}
        for level, length in lengths.items():
            for place in regions.list_level(level):
                assert len(place.code) == length
                if level in ("township", "village"):
                    assert place.code.startswith(regions.get(place.parent_id).code)
        assert len(regions) == 1 + 4 + 30 + 437

    @pytest.mark.parametrize("code", ["", "450521100999", "4505211002150"])
    def test_an_unknown_place_is_told(self, code):
        with pytest.raises(UnknownRegion):
            load_regions().chain(code)

    def test_a_county_lies_in_no_village(self):
        with pytest.raises(UnknownRegion):
            load_regions().ancestor("450521", "village")

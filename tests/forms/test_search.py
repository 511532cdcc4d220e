"""What people say and type finds the entry they mean, first: words, 俗称, pinyin by every reading, slips of the finger."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.catalogue import load_catalogue
from forms.search import Hit, SearchIndex, build_index, index_of, read_synonyms

CATALOGUE = load_catalogue()
INDEX = build_index(CATALOGUE)
EVERYTHING = {**CATALOGUE.items, **CATALOGUE.powers, **CATALOGUE.policies}


def codes(words: str, index: SearchIndex = INDEX, **narrowed) -> list[str]:
    return [hit.code for hit in index.find(words, **narrowed)]


def named(*names: str) -> SearchIndex:
    """An index of nothing but these names, coded by their place."""
    return SearchIndex([Hit("item", str(at), name, "", "") for at, name in enumerate(names)], [""] * len(names), {})


class TestSpokenWords:
    @pytest.mark.parametrize(
        ("words", "first"),
        [
            ("高龄津贴", {"MZ-008", "P-MZ-10"}),
            ("老人补贴", {"MZ-008", "P-MZ-10"}),
            ("低保", {"MZ-001", "P-MZ-01", "Q-MS-01"}),
            ("五保", {"MZ-002", "P-MZ-02"}),
            ("残疾证", {"CL-001", "CL-002"}),
            ("生孩子补贴", {"WJ-004", "P-WJ-01"}),
            ("盖房", {"NY-001", "ZR-001"}),
            ("砍树", {"LY-001"}),
            ("摆酒", {"SJ-002"}),
            ("打官司", {"SF-001", "P-SF-01"}),
            ("修路", {"Q-GC-01"}),
            ("征地款", {"Q-ZS-03"}),
            ("当兵", {"TY-003", "P-TY-01"}),
            ("种地补贴", {"NY-002", "P-NY-01"}),
            ("选村长", {"Q-RS-01"}),
            ("公章", {"Q-ZM-02"}),
            ("怎么办低保", {"MZ-001", "P-MZ-01"}),
            ("老人 补贴", {"MZ-008", "P-MZ-10"}),
            ("四议两公开", {"Q-ZD-01"}),
        ],
    )
    def test_find_what_is_meant_first(self, words, first):
        assert codes(words)[0] in first

    def test_a_question_in_many_words_finds_by_what_it_shares(self):
        assert {"MZ-008", "MZ-010"} <= set(codes("我家老人想领补贴")[:5])

    def test_the_money_leads_to_the_errand_that_applies_for_it(self):
        assert codes("基础养老金", kinds=["item"])[0] == "RS-002"
        assert codes("两免一补", kinds=["item"]) == ["JY-002"]

    def test_one_kind_can_be_asked_for(self):
        assert {hit.kind for hit in INDEX.find("低保")} == {"item", "policy", "power"}
        assert {hit.kind for hit in INDEX.find("低保", kinds=["power"])} == {"power"}

    def test_every_hit_says_what_it_is_in_one_line(self):
        for code, entry in EVERYTHING.items():
            hit = INDEX.find(entry.name)[0]
            assert (hit.name, hit.code) == (entry.name, code)
            assert hit.summary and "\n" not in hit.summary

    def test_the_code_finds_its_entry(self):
        assert [codes(words)[0] for words in ("MZ-008", "mz008", "p-yb-03", "Q-ZD-01")] == [
            "MZ-008", "MZ-008", "P-YB-03", "Q-ZD-01",
        ]  # fmt: skip

    def test_every_synonym_means_something_that_is_there(self):
        meant = {code for row in read_synonyms().values() for code in row}
        assert meant <= EVERYTHING.keys()
        assert all(codes(said)[0] in means for said, means in read_synonyms().items())


class TestRank:
    def test_the_name_goes_before_what_others_call_it_and_that_before_the_rest(self):
        index = SearchIndex(
            [Hit("item", code, name, "", "") for code, name in
             [("rest", "甲"), ("said", "乙"), ("inside", "大摆酒席"), ("begins", "酒席申报"), ("whole", "酒席")]],
            ["办酒席的事", "", "", "", ""],
            {"吃酒席饭": ["said"]},
        )  # fmt: skip
        assert codes("酒席", index) == ["whole", "begins", "inside", "said", "rest"]
        assert codes("jiuxi", index) == ["whole", "begins", "inside", "said"]

    def test_of_several_meanings_the_first_is_meant_most(self):
        index = SearchIndex([Hit("item", code, code, "", "") for code in "abc"], ["", "", ""], {"修路": ["c", "a"]})
        assert codes("修路", index) == ["c", "a"]


class TestPinyin:
    @pytest.mark.parametrize(
        "typed",
        [
            "gljt",
            "GLJT",
            "ｇｌｊｔ",
            "gaolingjintie",
            "Gao Ling Jin Tie",
            "gaolingjint",
            "高ling津t",
            "gl津贴",
            "gao'ling",
        ],
    )
    def test_finds_by_whole_readings_initials_and_a_mixture(self, typed):
        assert codes(typed)[0] in ("MZ-008", "P-MZ-10")

    def test_finds_by_the_sound_of_a_synonym(self):
        assert codes("lrbt")[:2] == ["MZ-008", "P-MZ-10"]
        assert codes("zhengdikuan")[0] == "Q-ZS-03"

    @pytest.mark.parametrize("entry", EVERYTHING.values(), ids=lambda entry: entry.code)
    def test_finds_every_entry_by_its_initials_alone(self, entry):
        title = next(title for title in INDEX._titles if title.text == "".join(s for s in entry.name if s.isalnum()))
        typed = "".join(sounds[0][0] if sounds else sign for sign, sounds in title.signs)
        # 生育登记 and 失业登记 begin alike.
        assert entry.code in codes(typed)[:2]

    @pytest.mark.parametrize(
        ("name", "typed"),
        [
            ("银行还款", "yinhanghuankuan"), ("银行还款", "yinxinghaikuan"), ("银行还款", "yhhk"), ("银行还款", "yxhk"),
            ("成长补助", "chengzhang"), ("成长补助", "chengchang"), ("重残护理", "zhongcan"), ("重残护理", "chongcan"),
            ("重残护理", "chc"), ("重残护理", "zc"), ("地里", "dili"), ("地里", "deli"), ("绿化", "lvhua"), ("绿化", "luhua"),
        ],
    )  # fmt: skip
    def test_every_reading_of_a_sign_counts(self, name, typed):
        assert codes(typed, named("甲乙丙", name)) == ["1"]

    @pytest.mark.parametrize(
        "typed", ["gaolinjintie", "gaolingjitie", "gaolngjintie", "gaolignjintie", "gaolingjinttie"]
    )
    def test_one_slip_of_the_finger_is_forgiven(self, typed):
        assert codes(typed)[0] in ("MZ-008", "P-MZ-10")

    def test_two_slips_are_not_and_right_letters_go_first(self):
        assert codes("gaolinjitie", named("高龄津贴")) == []
        assert codes("shen", named("审批", "生活")) == ["0", "1"]


class TestWhateverIsTyped:
    @settings(max_examples=300, deadline=None)
    @given(st.text(max_size=80))
    def test_nothing_breaks_it(self, words):
        INDEX.find(words)

    @pytest.mark.parametrize("typed", ["", "  ", "%_", "😀", "\0", "'; --", "\ud800"])
    def test_what_holds_no_word_finds_nothing(self, typed):
        assert codes(typed) == []

    @pytest.mark.parametrize("rare", ["𠮷田龘", "㐂", "𰻝面"])
    def test_rare_signs_match_themselves(self, rare):
        assert codes(rare) == []
        assert codes(rare, named("低保", f"{rare}津贴")) == ["1"]
        assert codes(f"{rare}jt", named("低保", f"{rare}津贴")) == ["1"]

    @pytest.mark.parametrize("typed", ["zh" * 25, "a" * 50, "shi" * 17, "津" * 50, "d " * 25])
    def test_nobody_keeps_it_busy(self, typed):
        began = time.perf_counter()
        INDEX.find(typed)
        assert time.perf_counter() - began < 0.25


def test_one_catalogue_is_indexed_once_and_another_anew():
    assert index_of(CATALOGUE) is index_of(CATALOGUE)
    renamed = CATALOGUE.get_item("MZ-008").model_copy(update={"name": "长者津贴"})
    assert codes("zzjt", index_of(CATALOGUE.with_entries("item", [renamed])))[0] == "MZ-008"
    assert "MZ-008" not in codes("zzjt", index_of(CATALOGUE))

"""Type: what cannot be printed is said, and no line of Chinese begins with what must not begin one."""

import pytest

from forms.render import fonts

SENTENCES = (
    "老年人社会保障卡（惠农惠民“一卡通”）或银行存折账户页，须为本人实名账户；代领须有监护或委托关系。",
    "依据《社会救助暂行办法》第9—13、58条，《最低生活保障审核确认办法》（民发〔2021〕57号）第4—24条。",
    "请对照证件逐位核对：450521194303150026，联系电话13877990001！",
)


# Extension J, which no font within reach has, and a private code point, which means something else in every font.
NOBODY_HAS = "\U000323b0\ue000"


def test_missing_characters_names_each_once_in_order():
    assert fonts.missing_characters(f"潘{NOBODY_HAS}秀{NOBODY_HAS}兰\U0010fffd") == NOBODY_HAS + "\U0010fffd"
    assert fonts.missing_characters("潘秀兰 450521，〓□·—\n") == ""
    assert fonts.missing_characters("𠮷田龘㐂䶮𬱖𰻝") == ""


def test_printable_puts_the_stand_in_where_no_font_helps():
    assert fonts.printable(f"潘{NOBODY_HAS}兰\tA") == "潘〓〓兰 A"


@pytest.mark.parametrize(
    "sign", ["\U000e0100", "\ufe00", "\ufe0f", "\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\x07", "\u0323"]
)
def test_what_has_no_ink_leaves_neither_a_box_nor_a_gap(sign):
    assert fonts.printable(f"葛{sign}城") == "葛城"
    assert fonts.missing_characters(f"葛{sign}城") == ""
    assert fonts.text_width(f"葛{sign}城", 12) == 24


def test_a_rare_character_takes_the_bold_its_family_has_or_its_one_weight():
    assert [fonts.weight_for("𠮷", bold).name for bold in (False, True)] == ["RareSans-Regular", "RareSans-Bold"]
    assert fonts.weight_for("𪛗", True) is fonts.weight_for("𪛗", False)
    assert fonts.text_width("𪛗", 12, True) == 12


def test_characters_nobody_has_leave_nothing_behind():
    # The attack: texts of ever new code points, sent until the memory is full.
    before = len(fonts._found), len(fonts._SHOWN)
    fonts.missing_characters("".join(map(chr, range(0xF0000, 0xF1000))))
    assert (len(fonts._found), len(fonts._SHOWN)) == before


def test_both_weights_can_print_what_is_said_to_be_printable():
    # A character only one weight has would vanish from a heading.
    for sign in "阳光红页农事网通〓①㎡㐱":
        assert (fonts.weight_for(sign, True) is None) == (fonts.weight_for(sign, False) is None)


@pytest.mark.parametrize("text", SENTENCES)
@pytest.mark.parametrize("room", range(60, 400, 7))
def test_lines_keep_the_rules_and_the_room(text, room):
    lines = fonts.break_lines(text, room, 12)
    assert "".join(lines) == text
    for line in lines:
        assert fonts.text_width(line, 12) <= room + 0.02
    if room > 130:
        for line in lines[1:]:
            assert line[0] not in "，。；：、！）》〉”〕—"
        for line in lines[:-1]:
            assert line[-1] not in "（《“〔"
        assert any("13877990001" in line for line in lines) == ("13877990001" in text)


def test_a_word_wider_than_the_room_is_cut_at_the_edge():
    lines = fonts.break_lines("x" * 50, 40, 10)
    assert "".join(lines) == "x" * 50
    assert all(fonts.text_width(line, 10) <= 40 for line in lines)


@pytest.mark.parametrize("text", ["", "\n", "\n\n", " ", "     字", "字\n\n字", "（（（（（（", "。。。。。。。。"])
def test_odd_texts_end(text):
    assert "".join(fonts.break_lines(text, 20, 12)).replace(" ", "") == text.replace("\n", "").replace(" ", "")


def test_fonts_are_parsed_once():
    assert fonts.weights(False)[0] is fonts.weights(False)[0]

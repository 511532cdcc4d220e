"""Numbers that name people and bodies: a wrong digit is caught at the counter, and a mask tells no more than it says."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.identity import (
    age_on,
    bank_account_fault,
    birth_date,
    credit_code_fault,
    id_check_character,
    id_number_fault,
    luhn_holds,
    mask_account,
    mask_id_number,
    mask_name,
    mask_phone,
    normal_id_number,
    phone_fault,
)

# Everybody here is invented: 000 is no sequence number anybody was ever given.
BIRTHS = st.dates(date(1900, 1, 1), date(2026, 11, 12))
CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def numbered(born: str, sequence: str = "000", region: str = "450521") -> str:
    return region + born + sequence + id_check_character(region + born + sequence)


@st.composite
def id_numbers(draw):
    return numbered(draw(BIRTHS).strftime("%Y%m%d"), f"{draw(st.integers(0, 999)):03d}")


@st.composite
def credit_codes(draw):
    """Built by GB 32100's own weights, so that the code's powers of three are checked against the standard's table."""
    weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    body = draw(st.text(CREDIT_SIGNS, min_size=17, max_size=17))
    total = sum(CREDIT_SIGNS.index(sign) * weight for sign, weight in zip(body, weights, strict=True))
    return body + CREDIT_SIGNS[(31 - total % 31) % 31]


@st.composite
def cards(draw):
    body = draw(st.text("0123456789", min_size=15, max_size=18).filter(lambda digits: len(digits) != 16))
    return next(body + last for last in "0123456789" if luhn_holds(body + last))


class TestCitizensNumber:
    @pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])  # GB 11643's own examples
    def test_the_standards_own_examples_hold(self, number):
        assert id_number_fault(number) is None

    @given(id_numbers())
    def test_every_number_with_its_check_character_holds(self, number):
        assert id_number_fault(number) is None

    @given(id_numbers(), st.integers(0, 17), st.sampled_from("0123456789X"))
    def test_any_one_changed_character_is_caught(self, number, place, other):
        changed = number[:place] + other + number[place + 1 :]
        assert changed == number or id_number_fault(changed)

    @given(id_numbers(), st.integers(0, 16))
    def test_two_neighbours_typed_the_wrong_way_round_are_caught(self, number, place):
        changed = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        assert changed == number or id_number_fault(changed)

    def test_29_february_is_a_birthday_in_leap_years_only(self):
        assert id_number_fault(numbered("20000229")) is None
        assert id_number_fault(numbered("19440229")) is None
        for born in ("19000229", "19430229"):
            assert "出生日期" in id_number_fault(numbered(born))

    @pytest.mark.parametrize("born", ["19431301", "19430001", "19430100", "19430431", "00000101"])
    def test_an_impossible_date_is_caught_even_when_the_check_character_fits(self, born):
        assert birth_date(numbered(born)) is None
        assert "出生日期" in id_number_fault(numbered(born))

    @pytest.mark.parametrize("number", ["", "45052119430315000", "450521430315000", "11010519491231002x", "X" * 18])
    def test_what_is_not_18_signs_is_told_so(self, number):
        assert "18位" in id_number_fault(number)

    def test_only_the_last_sign_may_be_x(self):
        assert "18位" in id_number_fault("1101051949123100X2")

    @pytest.mark.parametrize(
        "typed",
        [
            "110105 19491231 002x",
            " 11010519491231002X\t",
            "110105\u300019491231\u00a0002x",
            "１１０１０５１９４９１２３１００２Ｘ",
            "11010519491231００２ｘ",
        ],
    )
    def test_spaces_small_x_and_full_width_signs_are_stored_as_one_and_the_same_number(self, typed):
        assert normal_id_number(typed) == "11010519491231002X"

    @pytest.mark.parametrize(
        "number", ["１１０１０５１９４９１２３１００２X", "٤٥٠٥٢١١٩٤٣٠٣١٥٠٠٠X", "11010519491231002X\n"]
    )
    def test_a_number_not_yet_normal_never_passes_for_a_good_one(self, number):
        # One person must not get two entries in the register by two ways of writing a digit.
        assert id_number_fault(number)

    def test_the_birth_date_inside_is_read(self):
        assert birth_date("11010519491231002X") == date(1949, 12, 31)


class TestAge:
    def test_a_birthday_counts_from_the_day_itself(self):
        assert age_on(date(1946, 11, 12), date(2026, 11, 11)) == 79
        assert age_on(date(1946, 11, 12), date(2026, 11, 12)) == 80

    def test_one_born_on_29_february_is_older_on_1_march_of_a_common_year(self):
        assert age_on(date(1944, 2, 29), date(2026, 2, 28)) == 81
        assert age_on(date(1944, 2, 29), date(2026, 3, 1)) == 82
        assert age_on(date(1944, 2, 29), date(2024, 2, 29)) == 80


class TestCreditCode:
    @given(credit_codes())
    def test_every_code_computed_by_the_standards_weights_holds(self, code):
        assert credit_code_fault(code) is None

    @given(credit_codes(), st.integers(0, 17), st.sampled_from(CREDIT_SIGNS))
    def test_any_one_changed_sign_is_caught(self, code, place, other):
        changed = code[:place] + other + code[place + 1 :]
        assert changed == code or credit_code_fault(changed)

    @pytest.mark.parametrize("code", ["", "9" * 17, "9" * 19, "I" * 18, "9145050000000000O0", "91450500０00000000"])
    def test_what_cannot_be_a_code_is_told_which_letters_there_are(self, code):
        assert "没有I、O、S、V、Z" in credit_code_fault(code)


class TestAccount:
    def test_luhns_own_example_holds(self):
        assert luhn_holds("49927398716")
        assert not luhn_holds("49927398717")

    @given(cards())
    def test_every_card_with_its_check_digit_holds_with_and_without_spaces(self, card):
        assert bank_account_fault(card) is None
        assert bank_account_fault(" ".join(card[start : start + 4] for start in range(0, len(card), 4))) is None

    @given(cards(), st.integers(0, 18), st.sampled_from("0123456789"))
    def test_any_one_changed_digit_of_a_card_is_caught(self, card, place, other):
        changed = card[:place] + other + card[place + 1 :]
        if len(changed) == len(card):
            assert changed == card or bank_account_fault(changed)

    @pytest.mark.parametrize("length", [12, 13, 14, 15, 17])
    def test_a_passbook_number_has_no_check_digit_to_fail(self, length):
        assert bank_account_fault("2107" + "1" * (length - 4)) is None

    @pytest.mark.parametrize(
        "number", ["", "1" * 11, "1" * 20, "6217-0000-0000-0001", "６２１７００００００００", "账号"]
    )
    def test_what_is_no_account_number_is_told_so(self, number):
        assert "12到19位" in bank_account_fault(number)


@pytest.mark.parametrize("number", ["13800000000", "19912345678", "0779-7212345", "07797212345", "010-12345678"])
def test_mobiles_and_land_lines_with_their_area_code_hold(number):
    assert phone_fault(number) is None


@pytest.mark.parametrize(
    "number",
    [
        "",
        "12800000000",
        "1380000000",
        "138000000000",
        "7212345",
        "138００００００００",
        "0779-７２１２３４５",
        "13800000000\n",
    ],
)
def test_what_is_no_phone_number_is_told_so(number):
    assert phone_fault(number)


class TestMasks:
    @given(st.text("潘陈林黄李欧阳示例演", min_size=1, max_size=8))
    def test_a_name_keeps_its_first_sign_and_hides_even_its_length(self, name):
        assert mask_name(name) == mask_name(f" {name}\u3000") == name[0] + "**"

    @given(id_numbers())
    def test_a_citizens_number_shows_three_signs_before_and_two_behind_and_no_birthday(self, number):
        shown = mask_id_number(number)
        assert (len(shown), shown[:3], shown[-2:]) == (18, number[:3], number[-2:])
        assert set(shown[3:-2]) == {"*"}

    @given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
    def test_a_mobile_loses_its_middle_four(self, number):
        assert mask_phone(number) == number[:3] + "****" + number[-4:]

    @given(st.text("0123456789", min_size=12, max_size=19))
    def test_an_account_shows_its_last_four_alone(self, number):
        assert mask_account(number) == "**** " + number[-4:]

    @pytest.mark.parametrize("mask", [mask_id_number, mask_phone, mask_account])
    @given(text=st.text("0123456789X", min_size=1, max_size=19))
    def test_no_mask_ever_shows_more_than_it_hides_of_something_short(self, mask, text):
        # An answer behind a condition that no longer holds is kept unchecked; whatever it is, it is not shown whole.
        shown = mask(text)
        assert text not in shown
        assert len(text) >= 8 or sum(sign != "*" for sign in shown.strip()) == 0

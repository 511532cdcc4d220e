"""How names sound when they are typed: every reading of every sign, and whether typed letters can be heard in a name."""

import os
import unicodedata
from collections.abc import Mapping
from functools import cache

# The signs of a name, each with all its readings without tones: (("行", ("xing", "hang", ...)), ...).
Signs = tuple[tuple[str, tuple[str, ...]], ...]
TWO_LETTER_INITIALS = ("zh", "ch", "sh")
SHORTEST_MISTYPED = 4
_UMLAUT = "\N{COMBINING DIAERESIS}"


def plain_text(text: str) -> str:
    """Only letters, digits and signs, in one width and one case: how names and queries are compared."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum())


def has_latin(text: str) -> bool:
    return any("a" <= sign <= "z" for sign in text)


def signs_of(text: str) -> Signs:
    return tuple((sign, readings(sign)) for sign in text)


@cache
def readings(sign: str) -> tuple[str, ...]:
    """长 → zhang, chang; a sign the dictionary does not know has none and matches only itself."""
    toned = _dictionary().get(ord(sign), "")
    return tuple(dict.fromkeys(plain for one in toned.split(",") for plain in _without_tone(one) if plain))


@cache
def _dictionary() -> Mapping[int, str]:
    """Loaded when somebody first searches, and without the phrases: they cost three times as much, and a name must be
    found by every reading of its signs, not by the one its phrase has."""
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin.pinyin_dict import pinyin_dict

    return pinyin_dict


def _without_tone(toned: str) -> tuple[str, ...]:
    """lǜ → lv, and lu: keyboards without ü type either."""
    letters = [sign for sign in unicodedata.normalize("NFD", toned) if sign.isascii() or sign == _UMLAUT]
    plain = "".join(letters)
    if _UMLAUT not in plain:
        return (plain,)
    return plain.replace(f"u{_UMLAUT}", "v"), plain.replace(_UMLAUT, "")


def heard(signs: Signs, at: int, typed: str, done: int = 0) -> int:
    """How far into the name the typed letters reach when they begin at sign `at`; 0 when they cannot be heard there.

    Each sign may be typed itself, by a whole reading, or by its initial; the last one may be half typed.
    """
    if done == len(typed):
        return at
    if at == len(signs):
        return 0
    sign, sounds = signs[at]
    if typed[done] == sign:
        return heard(signs, at + 1, typed, done + 1)
    for sound in sounds:
        if sound.startswith(typed[done:]):
            return at + 1
        for length in _lengths(sound):
            if typed.startswith(sound[:length], done) and (reached := heard(signs, at + 1, typed, done + length)):
                return reached
    return 0


def _lengths(sound: str) -> tuple[int, ...]:
    """The whole reading, its initial of two letters, its first letter."""
    return (len(sound), 2, 1) if sound.startswith(TWO_LETTER_INITIALS) else (len(sound), 1)


def nearly_heard(signs: Signs, at: int, typed: str) -> int:
    """As `heard`, for whole readings with one letter wrong, missing, too many or two of them swapped."""
    if len(typed) < SHORTEST_MISTYPED or not typed.isascii():
        return 0
    return _nearly(signs, at, typed, 0, spare=True)


def _nearly(signs: Signs, at: int, typed: str, done: int, spare: bool) -> int:
    if done == len(typed):
        return at
    if at == len(signs):
        return 0
    for sound in signs[at][1]:
        if sound.startswith(typed[done:]):
            return at + 1
        if typed.startswith(sound, done) and (reached := _nearly(signs, at + 1, typed, done + len(sound), spare)):
            return reached
        for length in (len(sound) - 1, len(sound), len(sound) + 1) if spare else ():
            piece = typed[done : done + length]
            slip = len(piece) == length > 1 and one_apart(sound, piece)
            if slip and (reached := _nearly(signs, at + 1, typed, done + length, spare=False)):
                return reached
    return 0


def one_apart(one: str, other: str) -> bool:
    """jie and jei, ling and lin, tie and tei: one slip of the finger."""
    begin = 0
    while begin < min(len(one), len(other)) and one[begin] == other[begin]:
        begin += 1
    left, right = one[begin:], other[begin:]
    while left and right and left[-1] == right[-1]:
        left, right = left[:-1], right[:-1]
    return max(len(left), len(right)) <= 1 or (len(left) == 2 and left == right[::-1])

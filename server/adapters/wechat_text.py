"""What WeChat lets a text be: the length, the characters and the bytes of what we send."""

import unicodedata

TEMPLATE_VALUE_LENGTH = 20
MESSAGE_BYTES = 2048
_EMPTY_VALUE = "无"


def template_value(value: str) -> str:
    """`value` as a template field may carry it.

    WeChat refuses the whole message (47003) when one field is longer than 20 characters, empty, or holds a line break,
    and drops emoji without a word; a shortened field ends in … so that nobody takes it for the whole.
    """
    plain = " ".join("".join(_plain_character(character) for character in value).split())
    if len(plain) > TEMPLATE_VALUE_LENGTH:
        plain = plain[: TEMPLATE_VALUE_LENGTH - 1].rstrip() + "…"
    return plain or _EMPTY_VALUE


def message_text(text: str) -> str:
    """`text` as a chat message may carry it: nothing XML cannot hold, at most 2048 bytes, no half character."""
    printable = "".join(character for character in text if _is_allowed_in_xml(character))
    return printable.encode("utf-8")[:MESSAGE_BYTES].decode("utf-8", "ignore")


def _is_allowed_in_xml(character: str) -> bool:
    surrogate = "\ud800" <= character <= "\udfff"
    return character in "\t\n" or (character >= " " and not surrogate and character not in "\ufffe\uffff")


def _plain_character(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    if category in ("Cf", "Cs", "Co", "Cn", "Me") or character in "\ufe0e\ufe0f":
        return ""
    return "" if _is_emoji(character, category) else character


def _is_emoji(character: str, category: str) -> bool:
    """Pictures, not writing: rare characters of people's names beyond the basic plane (𠮷) stay."""
    point = ord(character)
    symbols = 0x2300 <= point < 0x2400 or 0x2600 <= point < 0x2C00
    return 0x1F000 <= point < 0x20000 or (symbols and category == "So")

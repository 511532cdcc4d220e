"""How sure an entry of the catalogue is, said on screens and sheets in words."""

from forms.item import Confidence

CONFIDENCE_WORDS: dict[Confidence, str] = {
    "verified": "主要依据核对过法规原文",
    "partial": "依据只核对了一部分，其余待确认",
    "memory": "依据还没有核对原文，待确认",
}
UNCONFIRMED = "还没有经主管部门最后确认"


def certainty_words(confidence: Confidence, *, is_confirmed: bool) -> str:
    return CONFIDENCE_WORDS[confidence] + ("。" if is_confirmed else f"；{UNCONFIRMED}。")

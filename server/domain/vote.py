"""表决: the least numbers a body's rule asks for, and what the numbers of one meeting come to; exact, in whole fractions."""

import math
from dataclasses import dataclass
from enum import StrEnum

from forms.power import Threshold, VotingRule

MOST = 1_000_000  # more than any village has; a slip of the finger is caught


class VoteResult(StrEnum):
    """What a meeting comes to; a meeting too few came to has no result and is held again."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_VALID = "not_valid"


class CountWrong(Exception):
    """Numbers that no meeting can have; the text says which and why."""


@dataclass(frozen=True)
class Count:
    """应到, 实到, 赞成; what the rule does not need is None."""

    due: int
    present: int | None = None
    agreed: int | None = None


@dataclass(frozen=True)
class Vote:
    """The result, and why, in a sentence."""

    result: VoteResult
    sentence: str


def asks_present(rule: VotingRule) -> bool:
    return rule.present is not None or (rule.agree is not None and rule.agree.of == "present")


def asks_agreed(rule: VotingRule) -> bool:
    return rule.agree is not None


def is_meeting(rule: VotingRule) -> bool:
    """Whether too few people make the meeting itself void: 签到 and 联名 only count, and their answer is yes or no."""
    return rule.present is not None and rule.agree is not None


def least(threshold: Threshold, base: int) -> int:
    """The smallest number that is enough: two thirds of 60 are 40, more than half of 60 are 31."""
    enough = math.ceil(threshold.at_least * base) if threshold.at_least is not None else 0
    more = math.floor(threshold.over * base) + 1 if threshold.over is not None else 0
    return max(enough, more)


def judge(rule: VotingRule, count: Count) -> Vote:
    """A meeting too few came to needs no 赞成: there was nothing to vote on. Raises CountWrong."""
    _require_possible(rule, count)
    if is_meeting(rule) and not _enough_came(rule, count):
        sentence = f"{_needed_to_meet(rule, count.due)}，实到{count.present}{unit(rule)}，不能表决。请另行召集。"
        return Vote(VoteResult.NOT_VALID, sentence)
    if rule.agree is None:
        return _attendance(rule, count)
    need = least(rule.agree, _base(rule.agree, count))
    passed = (count.agreed or 0) >= need
    agreed, reached, missed = _AGREEING[rule.counts]
    said = f"{_counted(rule, count)}；{_share(rule.agree)}{agreed}才{reached}，至少要{need}{unit(rule)}，{agreed}{count.agreed}{unit(rule)}"
    return Vote(VoteResult.PASSED if passed else VoteResult.FAILED, f"{said}，{reached if passed else missed}。")


# A petition is signed, not voted on: nobody passes it, it reaches its number or does not.
_AGREEING = {"vote": ("赞成", "通过", "没有通过"), "signatures": ("联名", "够数", "不够数")}


def rule_in_words(rule: VotingRule) -> str:
    """应到的三分之二以上到会才能表决；实到的过半数赞成才通过."""
    if rule.agree is None:
        return f"{rule.present.words}到会才算够人数" if rule.present else ""
    agreeing, reached, _ = _AGREEING[rule.counts]
    agreed = f"{rule.agree.words}{agreeing}才{reached}"
    return f"{rule.present.words}到会才能表决；{agreed}" if rule.present else agreed


def least_in_words(rule: VotingRule, count: Count) -> str:
    """What is needed at the least, as far as the numbers known so far say it. Raises CountWrong."""
    _require_number("应到", count.due, unit(rule), least_allowed=1)
    said = [f"应到{count.due}{unit(rule)}"]
    quorum = least(rule.present, count.due) if rule.present else None
    if quorum is not None:
        said.append(f"至少要{quorum}{unit(rule)}到会")
    if rule.agree is not None and rule.agree.of == "due":
        said.append(f"至少要{least(rule.agree, count.due)}{unit(rule)}{_AGREEING[rule.counts][0]}")
    elif rule.agree is not None:
        came = max(count.present or 0, quorum or 0)
        said.append(f"到会{came}{unit(rule)}时，至少要{least(rule.agree, came)}{unit(rule)}赞成")
    return "，".join(said) + "。"


def unit(rule: VotingRule) -> str:
    """Households are counted in 户; only a word on the screen hangs on it."""
    return "户" if "户" in rule.due else "人"


def _enough_came(rule: VotingRule, count: Count) -> bool:
    assert rule.present is not None
    return (count.present or 0) >= least(rule.present, count.due)


def _attendance(rule: VotingRule, count: Count) -> Vote:
    enough = rule.present is None or _enough_came(rule, count)
    said = (
        f"{_needed_to_meet(rule, count.due)}，实到{count.present}{unit(rule)}，{'够' if enough else '不够'}法定人数。"
    )
    return Vote(VoteResult.PASSED if enough else VoteResult.FAILED, said)


def _needed_to_meet(rule: VotingRule, due: int) -> str:
    if rule.present is None:
        return f"应到{due}{unit(rule)}"
    need = least(rule.present, due)
    return f"应到{due}{unit(rule)}，{_share(rule.present)}才能开会，至少要{need}{unit(rule)}"


def _counted(rule: VotingRule, count: Count) -> str:
    if not asks_present(rule):
        return f"应到{count.due}{unit(rule)}"
    return f"{_needed_to_meet(rule, count.due)}，实到{count.present}{unit(rule)}"


def _share(threshold: Threshold) -> str:
    """三分之二以上: of those due, unless it says 实到."""
    return threshold.words.removeprefix("应到的")


def _base(threshold: Threshold, count: Count) -> int:
    return count.due if threshold.of == "due" else count.present or 0


def _require_possible(rule: VotingRule, count: Count) -> None:
    of = unit(rule)
    _require_number("应到", count.due, of, least_allowed=1)
    most, whole = count.due, "应到"
    if asks_present(rule):
        _require_number("实到", count.present, of)
        if count.present > most:
            raise CountWrong(f"实到{count.present}{of}比应到{count.due}{of}还多。请核对人数。")
        most, whole = count.present, "实到"
    void = is_meeting(rule) and not _enough_came(rule, count)
    if asks_agreed(rule) and not (void and count.agreed is None):
        _require_number("赞成", count.agreed, of)
        if count.agreed > most:
            raise CountWrong(f"赞成{count.agreed}{of}比{whole}{most}{of}还多。请核对人数。")


def _require_number(what: str, number: int | None, of: str, least_allowed: int = 0) -> None:
    if number is None:
        raise CountWrong(f"请填“{what}”多少{of}。")
    if number < least_allowed:
        raise CountWrong(f"“{what}”要填{least_allowed}或更大的整数。")
    if number > MOST:
        raise CountWrong(f"“{what}”填了{number}{of}，太大了。请核对人数。")

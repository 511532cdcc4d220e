"""What a printer says is wrong, in words an agent can act on (keywords of RFC 8011, 5.4.12, and of CUPS)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

AGAIN = "弄好后再点一次“打印”。"


@dataclass(frozen=True)
class Fault:
    """One fault: a few words for the status bar, a sentence with what to do, and how long it may last before it counts."""

    words: str
    remedy: str
    grace_seconds: float = 5.0

    @property
    def sentence(self) -> str:
        return f"没有打成：{self.words}。{self.remedy}{AGAIN}"


PAPER_OUT = Fault("打印机没有纸了", "请放好A4纸，")
JAM = Fault("打印机卡纸了", "请打开盖子，把卡住的纸轻轻拉出来，关好盖子，")
COVER_OPEN = Fault("打印机的盖子没有关好", "请把盖子关好，")
INK_OUT = Fault("打印机的墨粉用完了", "请换上新的墨粉盒，")
AWAY = Fault("电脑连不上打印机", "请看看打印机开了没有、线插好没有，", grace_seconds=15.0)
PAUSED = Fault("打印队列停了", "请在电脑的打印机设置里点“恢复”，或打电话给镇里的管理员，")
TRAY = Fault("打印机的纸盒没有放好", "请把纸盒推到底，")
OUT_TRAY = Fault("打印机的出纸口满了", "请把打好的纸拿走，")
SILENT = Fault("打印机一直没有打出来", "请看看打印机开了没有、线插好没有，")
SERVICE = Fault("打印机有故障", "请看打印机上的提示，或打电话给镇里的管理员，")

#: the worst to mend first; a printer often reports several at once
FAULTS: dict[str, Fault] = {
    "media-jam": JAM,
    "cover-open": COVER_OPEN,
    "door-open": COVER_OPEN,
    "interlock-open": COVER_OPEN,
    "input-tray-missing": TRAY,
    "media-empty": PAPER_OUT,
    "media-needed": PAPER_OUT,
    "toner-empty": INK_OUT,
    "marker-supply-empty": INK_OUT,
    "output-area-full": OUT_TRAY,
    "fuser-over-temp": SERVICE,
    "offline": AWAY,
    "shutdown": AWAY,
    "timed-out": AWAY,
    "connecting-to-device": AWAY,
    "cups-waiting-for-printer": AWAY,
    "paused": PAUSED,
    "printer-stopped": PAUSED,
}
#: what CUPS says, without a reason, of a printer it cannot reach; in the language of its own service
AWAY_MESSAGES = (
    "waiting for printer to become available",
    "may not exist or is unavailable",
    "unable to locate printer",
    "not responding",
    "等待打印机变为可用",
    "打印机可能不存在",
    "打印机没有响应",
)
#: drivers put the weight of a reason behind it, each by a measure of its own: an empty tray is a "warning" to some
WEIGHTS = ("-error", "-warning", "-report")


def worst_fault(reasons: Iterable[str]) -> Fault | None:
    """The first fault among a printer's reasons that keeps paper from coming out; None when there is none."""
    plain = {_plain(reason) for reason in reasons}
    return next((fault for keyword, fault in FAULTS.items() if keyword in plain), None)


def fault_in_message(message: str) -> Fault | None:
    """The fault in a sentence of CUPS; None when it tells of none that is known."""
    return AWAY if any(words in message.lower() for words in AWAY_MESSAGES) else None


def _plain(reason: str) -> str:
    return next((reason.removesuffix(weight) for weight in WEIGHTS if reason.endswith(weight)), reason)

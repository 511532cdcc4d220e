"""How the counter is: camera, printer, line, disk, unsent packets and clock, as words for the status bar."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from kiosk.server_link import server_time

CLOCK_MAY_DIFFER = timedelta(minutes=3)
MANY_UNSENT = 50


@dataclass(frozen=True)
class Sign:
    """One line of the status bar. `state` is 'good', 'care' or 'bad'; the words alone say everything."""

    name: str
    state: Literal["good", "care", "bad"]
    words: str


def camera_sign(trouble: str | None, practice: bool) -> Sign:
    if trouble:
        return Sign("camera", "bad", trouble.split("。")[0])
    return Sign("camera", "good", "高拍仪 练习用" if practice else "高拍仪 正常")


def printer_sign(trouble: str | None, into_folder: bool) -> Sign:
    if trouble:
        return Sign("printer", "bad", f"打印机 {trouble}")
    return Sign("printer", "good", "打印机 存成文件" if into_folder else "打印机 正常")


def line_sign(online: bool | None, unsent: int, refused: int) -> Sign:
    """The line and what waits for it in one sentence, because that is the question asked: is anything lost?"""
    if refused:
        return Sign("line", "bad", f"{refused} 份没有收下，点“待传”看原因")
    if online is None:
        return Sign("line", "care", "正在连网")
    if online:
        return Sign("line", "good", f"网络 正常，{unsent} 份正在传" if unsent else "网络 正常，都传完了")
    waiting = f"{unsent} 份待传，不会丢" if unsent else "可以照常办"
    return Sign("line", "care", f"网络断开，{waiting}")


def disk_sign(free: int, keep_free: int, unsent: int) -> Sign:
    gigabytes = free / 1024**3
    if free < keep_free:
        return Sign("disk", "bad", "硬盘满了，拍不了新的")
    if free < 3 * keep_free or unsent > MANY_UNSENT:
        return Sign("disk", "care", f"硬盘只剩 {gigabytes:.1f} GB")
    return Sign("disk", "good", f"硬盘 还有 {gigabytes:.0f} GB")


def clock_sign(status: dict[str, Any] | None, asked_at: datetime | None) -> Sign | None:
    """Only when there is something to say: a wrong clock would put wrong days on every sheet."""
    told = server_time(status) if status else None
    if told is None or asked_at is None or abs(told - asked_at) <= CLOCK_MAY_DIFFER:
        return None
    minutes = round(abs(told - asked_at).total_seconds() / 60)
    ahead = "快" if asked_at > told else "慢"
    return Sign("clock", "care", f"电脑时间{ahead}了 {minutes} 分钟，请调准")


def server_signs(status: dict[str, Any] | None, pinned_key: str, catalogue_digest: str) -> list[Sign]:
    """What the server says that the agent should know."""
    if not status:
        return []
    signs = []
    if str(status.get("server_public_key", pinned_key)).lower() != pinned_key.lower():
        # Attack: someone in the server's place offers his own key. Packets stay sealed to the key of the enrolment.
        signs.append(Sign("server_key", "bad", "服务器换了密钥，请打电话问镇里"))
    if status.get("catalogue_digest", catalogue_digest) != catalogue_digest:
        signs.append(Sign("catalogue", "care", "事项目录有新的，请更新程序"))
    return signs

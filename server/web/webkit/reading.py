"""How pages are read aloud and set: times and days in Chinese words, and the large type of the 长辈版."""

import re
from datetime import UTC, date, datetime

from flask import Flask, Response, request

from forms.clock import local, local_date, written_date, written_time
from server.web.webkit.installation import installation

ELDER_COOKIE = "elder"
_YEAR = 365 * 24 * 3600


def install_reading(app: Flask) -> None:
    app.jinja_env.filters.update(
        moment=moment,
        day=written_date,
        short_day=short_day,
        clock_time=clock_time,
        head=head_of_name,
        iso=iso,
        month_words=month_words,
    )
    app.context_processor(lambda: {"elder": reads_large()})


def reads_large() -> bool:
    return request.cookies.get(ELDER_COOKIE) == "1"


def keep_reading_size(response: Response, large: bool) -> Response:
    """Remembered for a year on this phone; it is no secret and names nobody."""
    response.set_cookie(ELDER_COOKIE, "1" if large else "0", max_age=_YEAR, samesite="Lax", httponly=True)
    return response


def moment(instant: datetime) -> str:
    """11月12日 9:41; of another year 2025年11月12日 9:41, or a card of 2018 would read as one of last week."""
    return _year_unless_this(local_date(instant)) + written_time(instant)


def short_day(day: date | datetime) -> str:
    """11月26日, with its year when that is not this year."""
    day = local_date(day) if isinstance(day, datetime) else day
    return f"{_year_unless_this(day)}{day.month}月{day.day}日"


def _year_unless_this(day: date) -> str:
    this_year = local_date(installation().tools.clock.now()).year
    return "" if day.year == this_year else f"{day.year}年"


def month_words(month: date) -> str:
    """2026年9月."""
    return f"{month.year}年{month.month}月"


def clock_time(instant: datetime) -> str:
    """2026-11-12 09:41, for ledgers that are compared line by line."""
    return f"{local(instant):%Y-%m-%d %H:%M}"


def iso(instant: date | datetime) -> str:
    """For <time datetime>."""
    return instant.astimezone(UTC).isoformat() if isinstance(instant, datetime) else instant.isoformat()


def head_of_name(name: str) -> str:
    """老年人居民户口簿（首页、户主页…） as 老年人居民户口簿: what fits on a tab."""
    return re.split(r"[（(]", name, maxsplit=1)[0] or name

"""Fixtures all tests share: an installation on SQLite and on PostgreSQL, with a clock the test moves."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from forms.clock import FixedClock
from server.bootstrap import Installation, build_installation
from server.db.engine import open_engine
from server.db.upgrade import upgrade
from server.wechat_simulator import SimulatorSettings, running_simulator
from tests.factories import MONDAY_MORNING, settings_in, with_wechat
from tests.postgres import running_postgres

# How long Hypothesis thinks: HYPOTHESIS_PROFILE=long is `make long-properties`. No deadline: a slow machine is no fault.
# The short one tries the same examples every time: a build fails for what changed, and the long one looks further.
settings.register_profile("short", deadline=None, derandomize=True)
settings.register_profile("long", max_examples=10_000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "short"))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with running_postgres() as address:
        yield address


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """A migrated database every test's own is copied from."""
    _in_postgres(postgres_server, "CREATE DATABASE hongye_template")
    engine = open_engine(_database(postgres_server, "hongye_template"))
    upgrade(engine)
    engine.dispose()
    return "hongye_template"


def _database(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _in_postgres(server: str, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "hongye.sqlite3"
    engine = open_engine(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str | None]:
    """The address of a fresh migrated database; None is the embedded default, SQLite in the data folder."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("migrated_sqlite")
        (tmp_path / "hongye.sqlite3").write_bytes(template.read_bytes())
        yield None
        return
    server = request.getfixturevalue("postgres_server")
    template_name = request.getfixturevalue("postgres_template")
    name = f"test_{uuid4().hex[:12]}"
    _in_postgres(server, f"CREATE DATABASE {name} TEMPLATE {template_name}")
    yield _database(server, name)
    _in_postgres(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MONDAY_MORNING)


@pytest.fixture
def installation(tmp_path: Path, database_url: str | None, clock: FixedClock) -> Iterator[Installation]:
    """A whole server without its web edge, on both databases, at a clock the test moves."""
    built = build_installation(settings_in(tmp_path, database_url))
    here = replace(built, tools=replace(built.tools, clock=clock))
    yield here
    here.engine.dispose()


@pytest.fixture
def simulator(installation: Installation, tmp_path: Path) -> Iterator[str]:
    """The address of a WeChat simulator that hosts this installation's accounts."""
    wechat = installation.tools.settings.wechat
    settings = SimulatorSettings(
        state_file=tmp_path / "simulator.sqlite3",
        callback_url="http://127.0.0.1:9/",
        official_app_id=wechat.official_app_id,
        official_secret=wechat.official_secret,
        official_token=wechat.official_token,
        official_aes_key=wechat.official_aes_key,
        miniprogram_app_id=wechat.miniprogram_app_id,
        miniprogram_secret=wechat.miniprogram_secret,
    )
    with running_simulator(settings, installation.tools.clock) as url:
        yield url


@pytest.fixture
def here(installation: Installation, simulator: str) -> Installation:
    """The installation with the simulator as its WeChat."""
    return with_wechat(installation, api_base=simulator)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless browser: Debian's Chromium where there is one, else the one `make test` had Playwright install."""
    system = Path("/usr/bin/chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=system if system.exists() else None, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()

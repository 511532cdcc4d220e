"""The installation with a WeChat of its own behind it, for the errands that speak with villagers."""

from dataclasses import replace

import pytest

from server.bootstrap import Installation
from server.wechat_simulator import SimulatorSettings, running_simulator
from tests import factories as make


def with_wechat(installation: Installation, **changes) -> Installation:
    """The same installation with other WeChat settings."""
    wechat = installation.tools.settings.wechat.model_copy(update=changes)
    settings = installation.tools.settings.model_copy(update={"wechat": wechat})
    return replace(installation, tools=replace(installation.tools, settings=settings))


@pytest.fixture
def simulator(installation, tmp_path):
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
def here(installation, simulator):
    """The installation with the simulator as its WeChat."""
    return with_wechat(installation, api_base=simulator)


@pytest.fixture
def case(installation):
    return make.take_in(installation, make.enrolled_machine(installation))

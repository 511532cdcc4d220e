"""Rare names on the counter's screen: what is typed is drawn with type of our own where the PC has none."""

import io
import re
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from forms.render import web_type
from forms.render.web_type import FAMILY, MOST
from kiosk import screen
from kiosk.agent import Kiosk
from kiosk.settings import KioskSettings
from tests.kiosk.counter_visitor import SMALL, ScriptedEye, ScriptedReader, SmallCamera, Visitor


@pytest.fixture
def kiosk(tmp_path, server):
    settings = KioskSettings(data_folder=tmp_path / "data", server_url=server.url, screen_port=0, keep_free_mib=1)
    running = Kiosk(settings, "ENROL-1", camera=SmallCamera(SMALL), eye=ScriptedEye(), read_page=ScriptedReader())
    running.start()
    yield running
    running.close()


def test_the_font_has_just_the_characters_asked_for(kiosk):
    visitor = Visitor(kiosk).open()
    with TTFont(io.BytesIO(visitor.get("/type/2E9F5-20BB7.woff"))) as font:
        assert set(font.getBestCmap()) == {0x20BB7, 0x2E9F5}


@pytest.mark.parametrize(
    "codes", ["潘", "20bb7", "20BB7-", "6F58", "323B0", "FFFFF", "..%2F..%2Fagent", "-".join(["20BB7"] * (MOST + 1))]
)
def test_what_is_no_list_of_rare_characters_is_not_found(kiosk, codes):
    visitor = Visitor(kiosk).open()
    visitor.get(f"/type/{codes.encode().hex() if codes == '潘' else codes}.woff")
    assert visitor.status == 404


def test_the_script_means_the_same_characters_as_the_program():
    script = (Path(screen.__file__).parent / "static" / "rare_type.js").read_text(encoding="utf-8")
    ranges = re.findall(r"\\u\{?([0-9a-f]{4,5})\}?-\\u\{?([0-9a-f]{4,5})\}?", script)
    (written,) = re.fullmatch(r"\[(.+)\]", web_type._RARE.pattern).groups()
    assert [(int(first, 16), int(last, 16)) for first, last in ranges] == [
        (ord(written[at]), ord(written[at + 2])) for at in range(0, len(written), 3)
    ]
    assert f'FAMILY = "{FAMILY}"' in script and f"MOST = {MOST};" in script


@pytest.mark.browser
def test_a_name_is_drawn_as_it_is_typed(kiosk, chromium):
    page = chromium.new_page(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    page.set_default_timeout(30_000)
    refused = []
    page.on("console", lambda said: refused.append(said.text) if "Content Security" in said.text else None)
    page.goto(kiosk.address)
    page.fill("#sign_in_name", "wang")
    page.fill("#password", "correct horse")
    page.keyboard.press("Enter")
    page.click("[data-item=MZ-008]")
    page.click("#next")
    page.wait_for_selector("#applicant_name")
    assert page.evaluate("document.fonts.size") == 0
    page.fill("#applicant_name", "潘𪛗")
    loaded = "(sign) => [...document.fonts].some((face) => face.status === 'loaded' && face.unicodeRange === sign)"
    page.wait_for_function(loaded, arg="U+2A6D7")
    page.fill("#applicant_name", "潘𪛗𮧵")
    page.wait_for_function(loaded, arg="U+2E9F5")
    assert page.evaluate("[...document.fonts].map((face) => face.family.replaceAll('\"', ''))") == [FAMILY] * 2
    assert refused == []
    page.close()

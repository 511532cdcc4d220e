"""Rare characters on screen: a page that shows one brings its font along, under an address nobody can make up."""

import io
import re

import pytest
from fontTools.ttLib import TTFont

from forms.render import web_type
from server.app import create_app

# Of extensions F and B; no font of an ordinary machine has either, and the search box says again what it was asked.
RARE = "𪛗𮧵"
PAGE = f"/services?words={RARE}"


def _sheet_address(page: str) -> str:
    (address,) = re.findall(r'<link rel="stylesheet" href="(/type/[^"]+\.css)">\n</head>', page)
    return address


def _font_of(phone, sheet_address: str) -> bytes:
    sheet = phone.get(sheet_address)
    assert sheet.status_code == 200 and sheet.mimetype == "text/css"
    (name,) = re.findall(r'url\("([^"]+)"\)', sheet.get_data(as_text=True))
    font = phone.get(sheet_address.rpartition("/")[0] + "/" + name)
    assert font.status_code == 200 and font.mimetype == "font/woff"
    return font.data


def test_a_page_with_a_rare_character_brings_just_that_type(phone):
    address = _sheet_address(phone.get(PAGE).get_data(as_text=True))
    sheet = phone.get(address).get_data(as_text=True)
    assert f'font-family:"{web_type.FAMILY}"' in sheet and "unicode-range:U+2A6D7,U+2E9F5" in sheet
    with TTFont(io.BytesIO(_font_of(phone, address))) as font:
        assert "".join(map(chr, font.getBestCmap())) == RARE


def test_an_ordinary_page_is_left_alone(phone):
    answer = phone.get("/")
    assert b"/type/" not in answer.data
    assert int(answer.headers["Content-Length"]) == len(answer.data)


def test_a_page_that_says_what_went_wrong_brings_it_too(phone):
    answer = phone.get(f"/villages?words={RARE}")
    assert _sheet_address(answer.get_data(as_text=True))
    assert int(answer.headers["Content-Length"]) == len(answer.data)


def test_characters_nobody_has_type_for_ask_for_nothing(phone):
    assert b"/type/" not in phone.get("/services?words=\U000323b0").data


def test_the_style_of_every_page_asks_for_the_family(phone):
    page = phone.get("/").get_data(as_text=True)
    (tokens,) = re.findall(r'"(/assets/[^"]+tokens\.css)"', page)
    (stack,) = re.findall(r"--font: ([^;]+);", phone.get(tokens).get_data(as_text=True))
    assert stack.endswith(f'"{web_type.FAMILY}", sans-serif')


def test_the_address_is_kept_for_good_under_its_hash_only(phone):
    address = _sheet_address(phone.get(PAGE).get_data(as_text=True))
    for kind in (address, address.replace(".css", ".woff")):
        assert "immutable" in phone.get(kind).headers["Cache-Control"]
        stale = re.sub(r"/type/\w+/", "/type/0123456789abcdef/", kind)
        assert "immutable" not in phone.get(stale).headers["Cache-Control"]


def test_the_same_characters_have_one_address_in_every_worker(phone, world):
    first = _sheet_address(phone.get(PAGE).get_data(as_text=True))
    other = create_app(world.installation).test_client()
    assert _sheet_address(other.get(f"/services?words={RARE[::-1]}{RARE}").get_data(as_text=True)) == first


def test_no_part_of_a_name_stands_in_an_address(phone):
    # The attack: whoever reads the log of a proxy learns the rare half of somebody's name.
    address = _sheet_address(phone.get(PAGE).get_data(as_text=True))
    sealed = address.split("/")[-1].removesuffix(".css")
    assert not any(f"{ord(sign):x}" in sealed.lower() for sign in RARE)
    assert len(sealed) > len(RARE.encode())


@pytest.mark.parametrize("kind", ["css", "woff"])
def test_an_address_nobody_of_ours_named_is_not_answered(phone, kind):
    # The attack: fonts cut by the thousand, for characters of the asker's choosing.
    good = _sheet_address(phone.get(PAGE).get_data(as_text=True)).removesuffix(".css")
    forged = [
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        good + "AAAA",
        good[:-4],
        "/type/0/20BB7",
        "/type/0/" + "A" * 4000,
    ]
    assert [phone.get(f"{address}.{kind}").status_code for address in forged] == [404] * len(forged)


def test_many_rare_characters_stay_one_small_font(phone):
    page = phone.get("/services?words=" + "".join(map(chr, range(0x20000, 0x20100)))).get_data(as_text=True)
    font = _font_of(phone, _sheet_address(page))
    assert len(TTFont(io.BytesIO(font)).getBestCmap()) == web_type.MOST
    assert len(font) < 40_000


@pytest.mark.browser
def test_a_browser_draws_the_character_with_our_type(chromium, address):
    page = chromium.new_page(base_url=address)
    refused = []
    page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
    page.goto(PAGE)
    page.evaluate("document.fonts.ready")
    assert page.evaluate("[...document.fonts].map(face => [face.family.replaceAll('\"', ''), face.status])") == [
        [web_type.FAMILY, "loaded"]
    ]
    # Drawn as our type draws it, and not as the box every browser draws for a code point nobody has.
    drawn = "([text, family]) => { const c = document.createElement('canvas').getContext('2d'); c.font = `40px ${family}`; c.fillText(text, 4, 44); return c.canvas.toDataURL() }"
    family = page.evaluate("getComputedStyle(document.body).fontFamily")
    ours = page.evaluate(drawn, ["𪛗", f'"{web_type.FAMILY}"'])
    assert page.evaluate(drawn, ["𪛗", family]) == ours
    assert page.evaluate(drawn, ["\U0010fffd", family]) != ours
    assert refused == []
    page.close()


@pytest.mark.browser
def test_a_browser_fetches_nothing_for_an_ordinary_page(chromium, address):
    page = chromium.new_page(base_url=address)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/services?words=老人")
    assert asked and not any("/type/" in url for url in asked)
    page.close()

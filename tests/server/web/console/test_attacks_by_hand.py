"""What somebody types into addresses and forms by hand: nothing of it may be a fault of the server."""

import pytest


@pytest.mark.parametrize("name", ["head", "supervisor"])
@pytest.mark.parametrize("page", ["figures", "cards", "past"])
def test_a_place_there_is_not_is_told_so(official, name, page):
    assert official(name).client.get(f"/console/{page}", query_string={"place": "天上"}).status_code in (200, 404)

"""The story itself: one visit, from the first sheet to the rating, all parts as processes over real HTTP, on both databases."""

from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader

from hongye.demo import play
from hongye.stories import StoryFailed

pytestmark = pytest.mark.story


@pytest.fixture
def story(tmp_path, database_url, monkeypatch):
    if database_url:
        monkeypatch.setenv("HONGYE_DATABASE_URL", database_url)
    return play(tmp_path / "story")


def test_one_visit_is_enough(story):
    assert story["case_number"] == "450521-20260914-0001"
    assert [step["state"] for step in story["states"]] == [
        "村里收件", "请补材料", "材料已补齐", "核验通过", "部门意见", "部门意见", "开始公示", "公示结束",
        "批准", "送达", "办结", "已评价",
    ]  # fmt: skip
    assert story["due_on"] == "2026-09-29"
    assert story["due_on_after_stops"] == "2026-10-16"
    assert {(card["label"], card["due_on"]) for card in story["cards"]} == {
        ("黄牌", "2026-10-16"),
        ("红牌", "2026-10-16"),
    }
    told = [message["fields"]["thing3"] for message in story["messages"]]
    assert told == [step["state"] for step in story["states"] if step["state"] != "已评价"]
    assert story["rating"].items() >= {"grade": 5, "label": "非常满意", "points": 10}.items()
    assert story["result"]["姓名"] == "潘**"
    assert date.fromisoformat(story["states"][0]["at"][:10]) == date(2026, 9, 14)
    for path in map(Path, story["pdfs"]):
        assert PdfReader(path).pages, path


def test_the_story_starts_from_nothing(tmp_path):
    (tmp_path / "left over").touch()
    with pytest.raises(StoryFailed, match="not empty"):
        play(tmp_path)

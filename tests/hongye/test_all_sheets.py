"""All sheets into one folder: one that cannot be made hides no other, and is named."""

from hongye.commands.all_sheets import Told, print_all


def render(code: str) -> bytes:
    if code == "Q-BROKEN":
        raise ValueError("第3步没有名字")
    return code.encode()


def test_one_that_cannot_be_made_is_named_and_the_others_are_written(tmp_path):
    told = print_all("power", {"Q-A": None, "Q-BROKEN": None, "Q-B": None}, render, tmp_path)
    assert told.failed == {"Q-BROKEN": "ValueError: 第3步没有名字"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["power-Q-A.pdf", "power-Q-B.pdf"]
    assert len(told.milliseconds) == 2


def test_the_times_told_are_the_middle_the_slow_twentieth_and_the_slowest():
    told = Told([float(number) for number in range(100, 0, -1)], {}).as_dict()
    assert (told["count"], told["median_ms"], told["p95_ms"], told["max_ms"]) == (100, 50.5, 95.0, 100.0)
    assert Told([], {"X": "y"}).as_dict()["max_ms"] == 0.0

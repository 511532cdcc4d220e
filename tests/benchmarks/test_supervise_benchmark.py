"""The sweep examines no more rows where there are more cases, and the measurement would tell."""

from benchmarks.supervise import measure


def test_the_sweep_takes_the_same_steps_among_more_open_cases():
    answer = measure(rounds=1, few=30, many=300, due=3)
    few, many = answer["sqlite_steps"]
    assert few == many > 100
    assert (answer["open_cases"], answer["due"]) == ([30, 300], 3)
    assert "USING COVERING INDEX ix_case_clock_next_check_at" in answer["query_plan"]

"""Two years of a city's cases, and a piece of 2018, laid into a practice installation by the real errands."""

from hongye.demo.history.laying import HistoryRefused, Laid, Wanted, lay_history

__all__ = ["HistoryRefused", "Laid", "Wanted", "lay_history"]

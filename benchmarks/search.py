"""Search over the whole catalogue by words, pinyin and slips of the finger, against looking for the same strings plainly."""

from functools import partial
from typing import Any

from benchmarks.measuring import compare, milliseconds
from forms.catalogue import FILES, content_of, load_catalogue
from forms.pinyin import readings
from forms.search import build_index, read_synonyms

QUERIES = (
    "高龄津贴", "老人补贴", "低保", "怎么办残疾证", "我家老人想领补贴", "征地款",
    "gljt", "gaolingjintie", "高ling", "lrbt", "d", "gaolinjintie", "gao ling jin tie", "MZ-008", "zhzhzhzhzhzhzhzh",
)  # fmt: skip


def measure(rounds: int = 15) -> dict[str, Any]:
    """All queries once a round; the floor scans every entry's text for the letters as they stand, and finds no pinyin."""
    catalogue = load_catalogue()
    dictionary_ms = milliseconds(lambda: readings("长"))
    read_synonyms()
    first_build_ms = milliseconds(lambda: build_index(catalogue))
    index = build_index(catalogue)
    texts = [str(content_of(entry)) for kind in FILES for entry in catalogue.entries(kind).values()]

    def ours() -> None:
        for words in QUERIES:
            index.find(words)

    def scan() -> None:
        for words in QUERIES:
            [text for text in texts if words in text]

    answer = compare(ours, scan, rounds)
    slowest = max(min(milliseconds(partial(index.find, words)) for _ in range(5)) for words in QUERIES)
    return {
        "entries": len(texts),
        "queries": len(QUERIES),
        "dictionary_ms": round(dictionary_ms, 1),
        "first_build_ms": round(first_build_ms, 1),
        "query_ms": round(answer["ours_ms"] / len(QUERIES), 3),
        "slowest_query_ms": round(slowest, 3),
        **answer,
    }

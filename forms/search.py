"""Finds items, powers and policies by what people say or type: words, 俗称, whole pinyin, initials, or all of them mixed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from forms.catalogue import DATA_FOLDER, Catalogue, Kind
from forms.catalogue_reading import read_file
from forms.item import ServiceItem
from forms.pinyin import Signs, has_latin, heard, nearly_heard, plain_text, signs_of
from forms.policy import Policy
from forms.power import Power

LONGEST_QUERY = 50
# What a find is worth: how the typed words stand to an entry's code, name, 俗称 and the rest of its text.
CODE, NAME, NAME_BEGINS, SAYS_NAME, IN_NAME = 130, 120, 100, 90, 80
ALIAS, ALIAS_BEGINS, SAYS_ALIAS, IN_ALIAS, IN_REST = 115, 60, 55, 50, 20
MISTYPED = 0.4
# Of several entries one 俗称 may mean, the first is meant most.
NEXT_MEANT = 0.1
# Neighbouring signs in common, where nothing stands whole: a name tells more than a 俗称, that more than the rest.
PAIR_IN_NAME, PAIR_IN_ALIAS, PAIR_IN_REST = 5, 3, 1
ALL_PAIRS = 18
KINDS: tuple[Kind, ...] = ("item", "policy", "power")


@dataclass(frozen=True)
class Hit:
    """One entry found, as a list of results shows it."""

    kind: Kind
    code: str
    name: str
    summary: str
    department: str


@dataclass
class _Title:
    """A name, or a 俗称, with the entries it stands for."""

    text: str
    signs: Signs
    named: list[int]
    # By number: how far behind the first one it means this entry stands.
    said: dict[int, float]

    def scores(self, as_name: float, as_alias: float) -> Iterator[tuple[int, float]]:
        """What a find of this title is worth for each of its entries."""
        yield from ((number, as_name) for number in self.named)
        yield from ((number, as_alias - behind) for number, behind in self.said.items())


class SearchIndex:
    """Everything that can be found in one catalogue; built once, asked often, safe to ask from several threads."""

    def __init__(self, hits: Sequence[Hit], rests: Sequence[str], aliases: Mapping[str, Iterable[str]]):
        self._hits, self._rests = list(hits), list(rests)
        self._codes = {plain_text(hit.code): number for number, hit in enumerate(hits)}
        self._numbers = {hit.code: number for number, hit in enumerate(hits)}
        self._titles = list(self._make_titles(aliases))
        self._words = self._words_of_entries()
        self._begins: dict[str, list[tuple[_Title, int]]] = defaultdict(list)
        for title in self._titles:
            for at, (sign, readings) in enumerate(title.signs):
                for letter in {sign, *(reading[0] for reading in readings)}:
                    self._begins[letter].append((title, at))

    def _make_titles(self, aliases: Mapping[str, Iterable[str]]) -> Iterator[_Title]:
        named: dict[str, list[int]] = defaultdict(list)
        said: dict[str, dict[int, float]] = defaultdict(dict)
        for number, hit in enumerate(self._hits):
            named[plain_text(hit.name)].append(number)
        for words, codes in aliases.items():
            known = [self._numbers[code] for code in codes if code in self._numbers]
            for place, number in enumerate(known):
                said[plain_text(words)].setdefault(number, place * NEXT_MEANT)
        for text in dict.fromkeys([*named, *said]):
            yield _Title(text, signs_of(text), named.get(text, []), said.get(text, {}))

    def _words_of_entries(self) -> list[tuple[str, str, str]]:
        """Name, 俗称 and all the rest of each entry, for counting pairs."""
        said: dict[int, list[str]] = defaultdict(list)
        for title in self._titles:
            for number in title.said:
                said[number].append(title.text)
        names = [plain_text(hit.name) for hit in self._hits]
        return [(name, " ".join(said[number]), self._rests[number]) for number, name in enumerate(names)]

    def find(self, words: str, kinds: Iterable[Kind] = KINDS) -> list[Hit]:
        """What fits, best first; nothing when nothing was asked."""
        parts = [part for part in map(plain_text, words[:LONGEST_QUERY].split()) if part]
        if not parts:
            return []
        scores = self._scores("".join(parts))
        if len(parts) > 1:
            for number, score in self._all_of(parts).items():
                scores[number] = max(score, scores.get(number, 0))
        wanted = set(kinds)
        ranked = sorted(scores, key=lambda number: (-scores[number], number))
        return [self._hits[number] for number in ranked if self._hits[number].kind in wanted]

    def _all_of(self, parts: Sequence[str]) -> dict[int, float]:
        """Several words: only what has them all, as near as the farthest."""
        found = [self._scores(part) for part in dict.fromkeys(parts)]
        shared = set(found[0]).intersection(*found[1:])
        return {number: min(scores[number] for scores in found) for number in shared}

    def _scores(self, typed: str) -> dict[int, float]:
        scores = self._by_sound(typed) if has_latin(typed) else self._by_words(typed)
        if typed in self._codes:
            scores[self._codes[typed]] = CODE
        return scores

    def _by_words(self, typed: str) -> dict[int, float]:
        scores: dict[int, float] = {}
        for title in self._titles:
            if standing := _standing(typed, title.text):
                _raise(scores, title.scores(*standing))
        _raise(scores, ((number, IN_REST) for number, rest in enumerate(self._rests) if typed in rest))
        weak = self._by_pairs(typed, strong_found=bool(scores))
        return {**weak, **scores}

    def _by_pairs(self, typed: str, strong_found: bool) -> dict[int, float]:
        """Two signs in common count, not whole words; what shares one chance pair with the best hit's many is noise."""
        pairs = {typed[at : at + 2] for at in range(max(1, len(typed) - 1))}
        most = PAIR_IN_NAME * len(pairs)
        shared = {number: _shared_pairs(pairs, words) for number, words in enumerate(self._words)}
        best = max(shared.values(), default=0)
        least = max(best / 2, most / 2 if strong_found else 0, 1)
        return {number: ALL_PAIRS * score / most for number, score in shared.items() if score >= least}

    def _by_sound(self, typed: str) -> dict[int, float]:
        scores: dict[int, float] = {}
        for title, at in self._begins.get(typed[0], ()):
            if reached := heard(title.signs, at, typed):
                _raise(scores, title.scores(*_sounding(title, at, reached)))
        return scores or self._by_mistyped_sound(typed)

    def _by_mistyped_sound(self, typed: str) -> dict[int, float]:
        scores: dict[int, float] = {}
        for title, at in self._begins.get(typed[0], ()):
            if reached := nearly_heard(title.signs, at, typed):
                as_name, as_alias = _sounding(title, at, reached)
                _raise(scores, title.scores(MISTYPED * as_name, MISTYPED * as_alias))
        return scores


def _raise(scores: dict[int, float], found: Iterable[tuple[int, float]]) -> None:
    for number, score in found:
        scores[number] = max(score, scores.get(number, 0))


def _standing(typed: str, title: str) -> tuple[int, int] | None:
    """What typed words are worth for a name, and for a 俗称: 低保 is whole, 怎么办低保 says it."""
    if typed == title:
        return NAME, ALIAS
    if title.startswith(typed):
        return NAME_BEGINS, ALIAS_BEGINS
    if typed in title:
        return IN_NAME, IN_ALIAS
    return (SAYS_NAME, SAYS_ALIAS) if len(title) > 1 and title in typed else None


def _sounding(title: _Title, at: int, reached: int) -> tuple[int, int]:
    """The same for typed letters that are heard from sign `at` on."""
    if at == 0:
        return (NAME, ALIAS) if reached == len(title.signs) else (NAME_BEGINS, ALIAS_BEGINS)
    return IN_NAME, IN_ALIAS


def _shared_pairs(pairs: set[str], words: tuple[str, str, str]) -> int:
    name, said, rest = words
    return sum(
        PAIR_IN_NAME if pair in name else PAIR_IN_ALIAS if pair in said else PAIR_IN_REST
        for pair in pairs
        if pair in name or pair in said or pair in rest
    )


# One small cell: a catalogue is too large to be a key.
_kept: tuple[Catalogue, SearchIndex] | None = None


def index_of(catalogue: Catalogue) -> SearchIndex:
    """The index of a catalogue, built when it is first asked for and kept until another catalogue is in force."""
    global _kept
    kept = _kept
    if kept is None or kept[0] is not catalogue:
        kept = _kept = (catalogue, build_index(catalogue))
    return kept[1]


def build_index(catalogue: Catalogue, folder: Path = DATA_FOLDER) -> SearchIndex:
    entries = [entry for kind in KINDS for entry in catalogue.entries(kind).values()]
    aliases: dict[str, list[str]] = defaultdict(list)
    for said, codes in read_synonyms(folder).items():
        aliases[said] += codes
    for policy in catalogue.policies.values():
        # Whoever asks for the money by its name is led to the errand that applies for it.
        aliases[policy.name] += policy.item_codes
    return SearchIndex([_hit(entry) for entry in entries], [_rest(entry) for entry in entries], aliases)


@cache
def read_synonyms(folder: Path = DATA_FOLDER) -> dict[str, tuple[str, ...]]:
    """俗称: what people say, and the codes of what they mean by it."""
    rows = read_file(folder / "synonyms.yaml")["synonyms"]
    return {said: tuple(row["codes"]) for row in rows for said in row["said"]}


def _hit(entry: ServiceItem | Power | Policy) -> Hit:
    if isinstance(entry, ServiceItem):
        return Hit("item", entry.code, entry.name, entry.summary, entry.department)
    if isinstance(entry, Policy):
        return Hit("policy", entry.code, entry.name, f"给{entry.who}", entry.department)
    return Hit("power", entry.code, entry.name, f"{entry.category}，由{entry.holder}", entry.category)


def _rest(entry: ServiceItem | Power | Policy) -> str:
    if isinstance(entry, ServiceItem):
        words = (entry.summary, entry.audience, entry.department, *entry.eligibility)
    elif isinstance(entry, Policy):
        words = (entry.who, entry.benefit, entry.department)
    else:
        words = (entry.category, entry.holder, entry.disclosure.what, *(step.what for step in entry.steps))
    return " ".join(plain_text(word) for word in words)

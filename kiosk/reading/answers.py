"""From what papers say to answers of the form: which line each field can fill, and where two papers contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from forms.item import FormField, Material, ServiceItem
from kiosk.reading.reading import KIND_WORDS, FieldName, PaperKind, ReadField, Reading

ReadingsByMaterial = Mapping[str, Sequence[Reading]]
# A person told from others only by the order of the cards is a guess.
SURE_BY_ORDER = 0.6
# Whose card a material's first and second are, where its name speaks of two people.
_COUPLES = (("wife", "husband"), ("mother", "father"), ("applicant", "spouse"))
_TWO_PEOPLE = ("双方", "及配偶")
_OF_THE_APPLICANT = ("id_card", "old_id")
_CARDS: tuple[PaperKind, ...] = ("id_card_front", "id_card_chip")


@dataclass(frozen=True)
class Suggestion:
    """An answer a paper offers; the agent confirms it. `sure` 0..1 and `trouble` as the paper's field has them."""

    field_id: str
    value: str
    from_material: str
    sure: float
    trouble: str | None = None


@dataclass(frozen=True)
class _Person:
    """Somebody the form asks for: `stem` of the lines' ids, the word on their labels, the lines for name and number."""

    stem: str
    word: str
    name_field: str | None
    number_field: str | None


def suggest(item: ServiceItem, readings_by_material: ReadingsByMaterial) -> tuple[Suggestion, ...]:
    """Return at most one suggestion per line of the form, from the paper that is nearest to it; never overwrites anything."""
    offers: dict[str, Suggestion] = {}
    for source in (_addresses, _from_cards, _from_registers, _from_accounts):
        for offer in source(item, readings_by_material):
            offers.setdefault(offer.field_id, offer)
    return tuple(offers[field.id] for field in item.form_fields if field.id in offers)


def card_owners(item: ServiceItem, material: Material) -> tuple[str, ...]:
    """Whose identity cards a material is, as the form calls them, in the order they are laid down; empty where it asks for none."""
    return tuple(person.word for person in _people_of(item, material)) if material.capture == "id_card" else ()


def _read_of(item: ServiceItem, given: ReadingsByMaterial, *kinds: str) -> Iterator[tuple[Material, list[Reading]]]:
    for material in item.materials:
        readings = [reading for reading in given.get(material.id, ()) if reading.kind in kinds]
        if readings:
            yield material, readings


def _from_cards(item: ServiceItem, given: ReadingsByMaterial) -> Iterator[Suggestion]:
    for material, cards in _read_of(item, given, *_CARDS):
        for person, card, most in _owners(item, material, cards):
            yield from _of_person(item, person, card, material.id, most)


def _from_registers(item: ServiceItem, given: ReadingsByMaterial) -> Iterator[Suggestion]:
    """The householder of the first page; a person the form asks for who is the only one on a page of their own."""
    on_cards = {number.value for readings in given.values() for reading in readings
                if reading.kind in _CARDS and (number := reading.find("id_number"))}  # fmt: skip
    householder = [field.id for field in item.form_fields if field.label == "户主姓名"]
    for material, pages in _read_of(item, given, "household_register"):
        for page in pages:
            yield from _offers(page, "householder", householder, material.id)
        people = [page for page in pages if (number := page.find("id_number")) and number.value not in on_cards]
        named = [person for person in _people(item) if person.word and person.word in material.name]
        if len(people) == len(named) == 1:
            yield from _of_person(item, named[0], people[0], material.id, SURE_BY_ORDER)


def _from_accounts(item: ServiceItem, given: ReadingsByMaterial) -> Iterator[Suggestion]:
    for material, pages in _read_of(item, given, "bank_passbook", "bank_card"):
        accounts = [field.id for field in item.form_fields if field.type == "bank_account"]
        holders = [field.id for field in item.form_fields if field.label.endswith("户名")]
        for page in pages:
            yield from _offers(page, "account_number", accounts, material.id)
            yield from _offers(page, "account_name", holders, material.id)


def _of_person(
    item: ServiceItem, person: _Person, page: Reading, material_id: str, most: float
) -> Iterator[Suggestion]:
    born = (f.id for f in item.form_fields if f.type == "date" and f.born_by and f.born_by == person.number_field)
    yield from _offers(page, "name", filter(None, [person.name_field]), material_id, most)
    yield from _offers(page, "id_number", filter(None, [person.number_field]), material_id, most)
    yield from _offers(page, "birth_date", born, material_id, most)


def _addresses(item: ServiceItem, given: ReadingsByMaterial) -> Iterator[Suggestion]:
    """Where somebody is registered, by the register before the card; where people live, work or move to is on no paper."""
    fields = [field for field in item.form_fields if _is_registered_address(field)]
    for material, pages in _read_of(item, given, "household_register"):
        for page in pages:
            yield from _offers(page, "address", (field.id for field in fields), material.id)
    for material, cards in _read_of(item, given, *_CARDS):
        for person, card, most in _owners(item, material, cards):
            others = [other.word for other in _people(item) if other.word and other != person]
            own = (field.id for field in fields if not any(word in field.label for word in others))
            if person.stem == _stem(item.applicant.name):
                yield from _offers(card, "address", own, material.id, most)


def _is_registered_address(field: FormField) -> bool:
    return field.type == "address" and ("户籍" in field.label or field.label.endswith(("住址", "落户地址")))


def _offers(
    page: Reading, name: FieldName, field_ids: Iterable[str], material_id: str, most: float = 1.0
) -> Iterator[Suggestion]:
    read = page.find(name)
    if read is not None:
        for field_id in field_ids:
            yield Suggestion(field_id, read.value, material_id, min(read.sure, most), read.trouble)


def _owners(
    item: ServiceItem, material: Material, cards: Sequence[Reading]
) -> Iterator[tuple[_Person, Reading, float]]:
    """Whose each card is, and how sure of it one can be."""
    owners = _people_of(item, material)
    if len(owners) == 2:
        yield from _of_couple(*owners, cards, by_sex=owners[0].stem != "applicant")
    elif owners:
        yield owners[0], cards[0], 1.0


def _people_of(item: ServiceItem, material: Material) -> tuple[_Person, ...]:
    """Those whose cards a material is, in the order they are laid down: one, a couple, or nobody the form asks for."""
    people = {person.stem: person for person in _people(item)}
    couple = next((pair for pair in _COUPLES if people.keys() >= set(pair)), None)
    if couple is not None and any(word in material.name for word in _TWO_PEOPLE):
        return people[couple[0]], people[couple[1]]
    owner = next((person for person in people.values() if person.word and person.word in material.name), None)
    owner = owner or people.get(material.id.split("_")[0])
    if owner is None and material.id in _OF_THE_APPLICANT:
        owner = people.get(_stem(item.applicant.name))
    return (owner,) if owner else ()


def _of_couple(
    first: _Person, second: _Person, cards: Sequence[Reading], by_sex: bool
) -> Iterator[tuple[_Person, Reading, float]]:
    for place, card in enumerate(cards[:2]):
        sex = card.find("sex")
        if by_sex and sex is not None and sex.trouble is None:
            yield (first if sex.value == "女" else second), card, 1.0
        elif not by_sex:
            yield (first, second)[place], card, SURE_BY_ORDER


def _people(item: ServiceItem) -> list[_Person]:
    """The people a form asks for, by the pairs of lines such as guardian_name and guardian_id_no; not the agent."""
    names = {_stem(field.id): field for field in item.form_fields if field.id.endswith("_name")}
    numbers = {_stem(field.id): field for field in item.form_fields if field.type == "id_number"}
    stems = [stem for stem in {**names, **numbers} if stem != "agent"]
    return [_person(stem, names.get(stem), numbers.get(stem)) for stem in stems]


def _person(stem: str, name: FormField | None, number: FormField | None) -> _Person:
    word = name.label.split("（")[0].removesuffix("姓名") if name else ""
    return _Person(stem, word, name and name.id, number and number.id)


def _stem(field_id: str) -> str:
    return field_id.removesuffix("_no").removesuffix("_id").removesuffix("_name")


def disagreements(readings: Iterable[Reading]) -> tuple[str, ...]:
    """Return sentences on papers that cannot both be right, or not belong to one person; empty when all agree."""
    readings = list(readings)
    people = [reading for reading in readings if reading.find("name") and reading.find("id_number")]
    found = [sentence for place, first in enumerate(people) for second in people[:place]
             for sentence in _between_people(second, first)]  # fmt: skip
    found += _holders(readings) + _householders(readings)
    return tuple(dict.fromkeys(found))


def _between_people(first: Reading, second: Reading) -> Iterator[str]:
    both = f"{KIND_WORDS[first.kind]}和{KIND_WORDS[second.kind]}"
    same_name, same_number = (_value(first, name) == _value(second, name) for name in ("name", "id_number"))
    if same_name and not same_number:
        yield f"{both}上的“{_value(first, 'name')}”身份证号不一样，请核对是不是同一个人、有没有读错。"
    if same_number and not same_name:
        yield f"{both}身份证号一样，姓名却是“{_value(first, 'name')}”和“{_value(second, 'name')}”，请对照证件核对。"
    for name, word in (("birth_date", "出生日期"), ("sex", "性别")):
        if same_number and (one := first.find(name)) and (other := second.find(name)) and one.value != other.value:
            yield f"{both}上的{word}不一样（{one.value}、{other.value}），请对照证件核对。"


def _holders(readings: Sequence[Reading]) -> list[str]:
    names = list(dict.fromkeys(_value(reading, "name") for reading in readings if reading.find("name")))
    accounts = [(reading, holder) for reading in readings if (holder := reading.find("account_name"))]
    return [
        f"{KIND_WORDS[reading.kind]}的户名“{holder.value}”和证件上的姓名“{'、'.join(names)}”不一样，请核对账户是谁的。"
        for reading, holder in accounts
        if names and holder.value not in names
    ]


def _householders(readings: Sequence[Reading]) -> list[str]:
    heads = {_value(reading, "name") for reading in readings if _value(reading, "relation") == "户主"}
    firsts: list[ReadField] = [head for reading in readings if (head := reading.find("householder"))]
    return [
        f"户口簿首页的户主“{first.value}”和户主页的姓名“{'、'.join(sorted(heads))}”不一样，请核对是不是一本户口簿。"
        for first in firsts
        if heads and first.value not in heads
    ]


def _value(reading: Reading, name: FieldName) -> str | None:
    found = reading.find(name)
    return None if found is None else found.value

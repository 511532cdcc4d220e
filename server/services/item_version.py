"""The service item as it stood when a case was taken in: the case keeps it, whatever officials change later."""

from typing import Any

from forms.item import ServiceItem
from server.db.case import CaseRow

_parsed: dict[tuple[str, str], ServiceItem] = {}


def version_of(item: ServiceItem) -> dict[str, Any]:
    """The item as a case stores it."""
    return item.model_dump(mode="json", by_alias=True)


def item_of(case: CaseRow) -> ServiceItem:
    """Parsed once per version of an item: there is a handful of them over the years."""
    key = (case.item_digest, case.item_code)
    if key not in _parsed:
        _parsed[key] = ServiceItem.model_validate(case.item_version)
    return _parsed[key]

"""Every table at one place, for migrations and for tests that need them all."""

# Importing a noun registers its tables.
from server.db import (
    audit,
    benefit,
    calendar,
    card,
    case,
    case_note,
    catalogue,
    conflict,
    correction,
    deadline,
    death,
    disclosure,
    duplicate,
    follow_up,
    machine,
    opinion,
    outbound,
    power_use,
    proceeding,
    public_notice,
    rating,
    resident,
    roster,
    service_point,
    staff,
    supervision_order,
    upload,
    wechat,
)
from server.db.base import Row

metadata = Row.metadata

"""Every table at one place, for migrations and for tests that need them all."""

# Importing a noun registers its tables.
from server.db import (
    audit,
    benefit,
    calendar,
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
    outbound,
    power_use,
    proceeding,
    public_notice,
    rating,
    resident,
    roster,
    service_point,
    staff,
    upload,
    wechat,
)
from server.db.base import Row

metadata = Row.metadata

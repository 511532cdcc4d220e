"""Every table at one place, for migrations and for tests that need them all."""

# Importing a noun registers its tables.
from server.db import (
    audit,
    case,
    correction,
    deadline,
    disclosure,
    machine,
    outbound,
    public_notice,
    rating,
    resident,
    staff,
    upload,
    wechat,
)
from server.db.base import Row

metadata = Row.metadata

"""Village machines: enrolment codes and enrolled kiosks."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Row


class EnrolmentCodeRow(Row):
    """A one-time code a city hands to a village; its hash only."""

    __tablename__ = "enrolment_code"

    code_hash: Mapped[str] = mapped_column(primary_key=True)
    village_code: Mapped[str]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class MachineRow(Row):
    __tablename__ = "machine"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    village_code: Mapped[str] = mapped_column(index=True)
    secret_hash: Mapped[str]
    enrolled_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

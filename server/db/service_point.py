"""Where each village receives people: place, opening hours and telephone, as printed on every notice sheet."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Row


class ServicePointRow(Row):
    """办事点 of one place; what nobody has stated is None and shown as 待确认."""

    __tablename__ = "service_point"

    region_code: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[str | None]
    hours: Mapped[str | None]
    telephone: Mapped[str | None]
    stated_by: Mapped[str]
    stated_at: Mapped[datetime]


def find_service_point(session: Session, region_code: str) -> ServicePointRow | None:
    return session.get(ServicePointRow, region_code)


def list_service_points(session: Session, region_codes: list[str]) -> list[ServicePointRow]:
    return list(session.scalars(select(ServicePointRow).where(ServicePointRow.region_code.in_(region_codes))))

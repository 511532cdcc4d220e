"""Cases, their stages, documents and events."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from server.db.base import Row


class CaseRow(Row):
    """办件. `applicant_masked` is all a list may show; the answers are sealed."""

    __tablename__ = "service_case"

    id: Mapped[str] = mapped_column(primary_key=True)
    case_number: Mapped[str] = mapped_column(unique=True)
    lookup_code: Mapped[str] = mapped_column(unique=True)
    packet_id: Mapped[str] = mapped_column(unique=True)
    item_code: Mapped[str]
    item_name: Mapped[str]
    # The case keeps the item as it was when accepted, whatever officials change later.
    # Read when it is asked for: a process knows the few versions there are, and a list of cases needs none of them.
    item_version: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)
    item_digest: Mapped[str]
    catalogue_digest: Mapped[str]
    village_code: Mapped[str] = mapped_column(index=True)
    resident_id: Mapped[str] = mapped_column(ForeignKey("resident.id"), index=True)
    applicant_masked: Mapped[str]
    sealed_answers: Mapped[bytes]
    agent_name: Mapped[str]
    agent_display_name: Mapped[str]
    machine_id: Mapped[str] = mapped_column(ForeignKey("machine.id"))
    status: Mapped[str] = mapped_column(index=True)
    received_at: Mapped[datetime] = mapped_column(index=True)
    taken_in_at: Mapped[datetime]
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    decision: Mapped[str | None]
    decision_reason: Mapped[str | None]
    stated_result: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    # A stop of the clocks that is no step of its own: 特别程序, 异议复查; and at which stage it began.
    stopped_for: Mapped[str | None]
    stopped_stage: Mapped[str | None]

    stages: Mapped[list["StageRow"]] = relationship(order_by="StageRow.position", lazy="selectin")


class StageRow(Row):
    """环节 of one case at one desk."""

    __tablename__ = "case_stage"
    __table_args__ = (
        UniqueConstraint("case_id", "stage_id"),
        Index("ix_case_stage_desk", "department", "region_code", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("service_case.id"))
    position: Mapped[int]
    stage_id: Mapped[str]
    department: Mapped[str]
    region_code: Mapped[str]
    state: Mapped[str]
    opened_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    verdict: Mapped[str | None]
    opinion: Mapped[str | None]
    handled_by: Mapped[str | None]
    # In whose hands it is at its desk: a sign-in name; None means anybody's of the desk.
    assigned_to: Mapped[str | None]


class DocumentRow(Row):
    """附件: a captured material; a corrected one replaces the older, which stays on record.

    `pages` were captured, `sheets` are in the PDF: both sides of a card stand on one.
    """

    __tablename__ = "document"

    id: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("service_case.id"), index=True)
    packet_id: Mapped[str]
    material_id: Mapped[str]
    name: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int]
    pages: Mapped[int]
    sheets: Mapped[int]
    captured_at: Mapped[datetime]
    checked_with_original: Mapped[bool]
    replaced_at: Mapped[datetime | None]


class EventRow(Row):
    """What happened to a case, when, by whom, in words the villager may read."""

    __tablename__ = "case_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("service_case.id"), index=True)
    kind: Mapped[str]
    happened_at: Mapped[datetime]
    entered_at: Mapped[datetime]
    actor_name: Mapped[str]
    status: Mapped[str]
    public_note: Mapped[str]


class CaseSerialRow(Row):
    """The last serial given out per county and day."""

    __tablename__ = "case_serial"

    prefix: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]


def next_case_number(session: Session, county_code: str, day: date) -> str:
    """450521-20261112-0007: county, day of receipt, serial; unique under concurrent intake."""
    prefix = f"{county_code}-{day:%Y%m%d}"
    return f"{prefix}-{next_serial(session, prefix):04d}"


def next_serial(session: Session, prefix: str) -> int:
    """The next of the serials given out under `prefix`; two who ask at once take turns."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(CaseSerialRow).values(prefix=prefix, last=1)
    serial = session.scalar(
        statement.on_conflict_do_update(
            index_elements=[CaseSerialRow.prefix], set_={"last": CaseSerialRow.last + 1}
        ).returning(CaseSerialRow.last)
    )
    assert serial is not None
    return serial


def find_case_by_packet(session: Session, packet_id: str) -> CaseRow | None:
    return session.scalar(select(CaseRow).where(CaseRow.packet_id == packet_id))


def find_case_by_number(session: Session, case_number: str) -> CaseRow | None:
    return session.scalar(select(CaseRow).where(CaseRow.case_number == case_number))


def find_case_by_lookup_code(session: Session, lookup_code: str) -> CaseRow | None:
    return session.scalar(select(CaseRow).where(CaseRow.lookup_code == lookup_code))


def lock_case_by_lookup_code(session: Session, lookup_code: str) -> CaseRow | None:
    """As `lock_case`; a case this transaction has read before is read again as it is now."""
    wanted = select(CaseRow).where(CaseRow.lookup_code == lookup_code).with_for_update()
    return session.scalar(wanted.execution_options(populate_existing=True))


def lock_case(session: Session, case_number: str) -> CaseRow | None:
    """The case, locked until the transaction ends: two reviewers acting at once take turns."""
    return session.scalar(select(CaseRow).where(CaseRow.case_number == case_number).with_for_update())


def list_cases_in_status(session: Session, status: str, village_code: str) -> list[CaseRow]:
    return list(
        session.scalars(
            select(CaseRow)
            .where(CaseRow.status == status, CaseRow.village_code == village_code)
            .order_by(CaseRow.received_at)
        )
    )


def iterate_case_numbers(session: Session, page: int = 500) -> Iterator[tuple[str, str]]:
    """(id, number) of every case in a steady order, a page at a time."""
    last = ""
    while True:
        wanted = select(CaseRow.id, CaseRow.case_number).where(CaseRow.id > last).order_by(CaseRow.id).limit(page)
        found = session.execute(wanted).all()
        yield from ((row.id, row.case_number) for row in found)
        if len(found) < page:
            return
        last = found[-1].id


def list_open_cases_of_resident(session: Session, resident_id: str) -> list[CaseRow]:
    """Locked, in one order for everybody: two who take them in another would wait for each other."""
    return list(
        session.scalars(
            select(CaseRow)
            .where(CaseRow.resident_id == resident_id, CaseRow.closed_at.is_(None))
            .order_by(CaseRow.id)
            .with_for_update()
        )
    )


def list_documents(session: Session, case_id: str) -> list[DocumentRow]:
    """The documents in force (not replaced by a correction)."""
    return list(
        session.scalars(
            select(DocumentRow)
            .where(DocumentRow.case_id == case_id, DocumentRow.replaced_at.is_(None))
            .order_by(DocumentRow.captured_at, DocumentRow.material_id)
        )
    )


def count_waiting_by_desk(session: Session) -> list[tuple[str, str, int]]:
    """(department, region, open stages) of every desk at which something waits."""
    rows = session.execute(
        select(StageRow.department, StageRow.region_code, func.count(StageRow.id))
        .where(StageRow.state == "active")
        .group_by(StageRow.department, StageRow.region_code)
        .order_by(StageRow.region_code, StageRow.department)
    )
    return [(department, region_code, count) for department, region_code, count in rows]


def list_stages_in_hand(session: Session, sign_in_name: str) -> list[StageRow]:
    """The open stages assigned to somebody."""
    in_hand = (StageRow.assigned_to == sign_in_name, StageRow.state == "active")
    return list(session.scalars(select(StageRow).where(*in_hand).order_by(StageRow.opened_at)))


def list_events(session: Session, case_id: str) -> Sequence[EventRow]:
    return session.scalars(select(EventRow).where(EventRow.case_id == case_id).order_by(EventRow.id)).all()


def count_closed_cases(session: Session, village_code: str | None) -> int:
    wanted = select(func.count(CaseRow.id)).where(CaseRow.closed_at.is_not(None))
    if village_code:
        wanted = wanted.where(CaseRow.village_code == village_code)
    return session.scalar(wanted) or 0

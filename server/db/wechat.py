"""WeChat people, the cases they follow, replies already given, and the platform's access tokens."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Row
from server.db.case import CaseRow


class WeChatPersonRow(Row):
    """One person as WeChat knows them; the official account and the mini-program give the same one two openids."""

    __tablename__ = "wechat_person"

    id: Mapped[str] = mapped_column(primary_key=True)
    unionid: Mapped[str | None] = mapped_column(unique=True)
    first_seen_at: Mapped[datetime]


class WeChatOpenidRow(Row):
    __tablename__ = "wechat_openid"
    __table_args__ = (UniqueConstraint("app_id", "openid"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    app_id: Mapped[str]
    openid: Mapped[str]
    person_id: Mapped[str] = mapped_column(ForeignKey("wechat_person.id"), index=True)
    follows_account: Mapped[bool] = mapped_column(default=False)
    ask_unionid_at: Mapped[datetime | None] = mapped_column(index=True)


class CaseFollowerRow(Row):
    """Who showed a case's lookup code and so gets its messages."""

    __tablename__ = "case_follower"

    case_id: Mapped[str] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("wechat_person.id"), primary_key=True, index=True)
    since: Mapped[datetime]


class WeChatReplyRow(Row):
    """The reply given to a callback, by the callback's own key: WeChat delivers up to three times."""

    __tablename__ = "wechat_reply"

    dedup_key: Mapped[str] = mapped_column(primary_key=True)
    reply: Mapped[str]
    given_at: Mapped[datetime] = mapped_column(index=True)


class WeChatTokenRow(Row):
    """The one access token of an app id, shared by all processes; sealed."""

    __tablename__ = "wechat_token"

    app_id: Mapped[str] = mapped_column(primary_key=True)
    sealed_token: Mapped[bytes]
    expires_at: Mapped[datetime]


class MiniprogramSessionRow(Row):
    """Only the hash of the token is kept."""

    __tablename__ = "miniprogram_session"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("wechat_person.id"), index=True)
    started_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


def find_openid(session: Session, app_id: str, openid: str) -> WeChatOpenidRow | None:
    return session.scalar(
        select(WeChatOpenidRow).where(WeChatOpenidRow.app_id == app_id, WeChatOpenidRow.openid == openid)
    )


def find_person_by_unionid(session: Session, unionid: str) -> WeChatPersonRow | None:
    return session.scalar(select(WeChatPersonRow).where(WeChatPersonRow.unionid == unionid))


def list_follower_openids(session: Session, case_id: str, app_id: str) -> list[str]:
    """The openids, on one app, of everybody who follows this case and the account."""
    return list(
        session.scalars(
            select(WeChatOpenidRow.openid)
            .join(CaseFollowerRow, CaseFollowerRow.person_id == WeChatOpenidRow.person_id)
            .where(
                CaseFollowerRow.case_id == case_id,
                WeChatOpenidRow.app_id == app_id,
                WeChatOpenidRow.follows_account.is_(True),
            )
        )
    )


def list_followed_cases(session: Session, person_id: str) -> list[CaseRow]:
    """Newest first."""
    return list(
        session.scalars(
            select(CaseRow)
            .join(CaseFollowerRow, CaseFollowerRow.case_id == CaseRow.id)
            .where(CaseFollowerRow.person_id == person_id)
            .order_by(CaseRow.received_at.desc())
        )
    )


def follows_case(session: Session, person_id: str, case_id: str) -> bool:
    return session.get(CaseFollowerRow, (case_id, person_id)) is not None


def list_openids_to_ask(session: Session, now: datetime, limit: int) -> list[WeChatOpenidRow]:
    """Openids of followers whose unionid is still to be asked for."""
    return list(
        session.scalars(
            select(WeChatOpenidRow)
            .where(WeChatOpenidRow.ask_unionid_at <= now, WeChatOpenidRow.follows_account.is_(True))
            .limit(limit)
        )
    )


def join_people(session: Session, absorbed_id: str, kept_id: str) -> None:
    """Two rows turned out to be one person: everything of the first becomes the second's."""
    already = select(CaseFollowerRow.case_id).where(CaseFollowerRow.person_id == kept_id).scalar_subquery()
    session.execute(
        update(CaseFollowerRow)
        .where(CaseFollowerRow.person_id == absorbed_id, CaseFollowerRow.case_id.not_in(already))
        .values(person_id=kept_id)
    )
    session.execute(delete(CaseFollowerRow).where(CaseFollowerRow.person_id == absorbed_id))
    for owned in (WeChatOpenidRow, MiniprogramSessionRow):
        session.execute(update(owned).where(owned.person_id == absorbed_id).values(person_id=kept_id))
    session.execute(delete(WeChatPersonRow).where(WeChatPersonRow.id == absorbed_id))


def delete_replies_before(session: Session, before: datetime) -> int:
    return session.execute(delete(WeChatReplyRow).where(WeChatReplyRow.given_at < before)).rowcount

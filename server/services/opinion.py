"""常用意见 of one account: the shipped ones, and its own to add and to take away."""

from dataclasses import dataclass

from server.db import opinion as db
from server.db.opinion import OpinionTemplateRow
from server.domain.case import Action
from server.domain.opinion import LONGEST, MOST_OWN, SHIPPED
from server.domain.people import Actor
from server.domain.words import ACTION
from server.services.work import Work


class OpinionRefused(Exception):
    """A sentence that cannot be kept; the text says why."""


@dataclass(frozen=True)
class Opinion:
    """A sentence to insert; `id` is None for a shipped one."""

    id: int | None
    words: str


def list_opinions(work: Work, actor: Actor) -> dict[str, list[Opinion]]:
    """By action: the account's own first, since it chose them."""
    own: dict[str, list[Opinion]] = {action: [] for action in SHIPPED}
    for row in db.list_templates(work.session, actor.account_id):
        own.setdefault(row.action, []).append(Opinion(row.id, row.words))
    return {action: [*own[action], *(Opinion(None, words) for words in SHIPPED.get(action, ()))] for action in own}


def opinions_for(work: Work, actor: Actor, actions: list[str]) -> list[str]:
    """What fits the buttons shown, at most as many as there are number keys."""
    kept = list_opinions(work, actor)
    words = [opinion.words for action in actions for opinion in kept.get(action, ())]
    return list(dict.fromkeys(words))[:MOST_OWN]


def keep_opinion(work: Work, actor: Actor, action: str, words: str) -> None:
    """Raises OpinionRefused."""
    said = words.strip()
    if action not in SHIPPED:
        raise OpinionRefused("请先选这句话用在哪一步。")
    if not 2 <= len(said) <= LONGEST:
        raise OpinionRefused(f"常用意见要有2到{LONGEST}个字。")
    own = [row for row in db.list_templates(work.session, actor.account_id) if row.action == action]
    if len(own) >= MOST_OWN:
        raise OpinionRefused(f"“{ACTION[Action(action)]}”最多存{MOST_OWN}句，请先删掉不用的。")
    if said in {row.words for row in own}:
        raise OpinionRefused("这句话已经存过了。")
    row = OpinionTemplateRow(account_id=actor.account_id, action=action, words=said, written_at=work.now)
    work.session.add(row)


def forget_opinion(work: Work, actor: Actor, template_id: int) -> None:
    """Another account's is not found."""
    row = db.find_template(work.session, actor.account_id, min(template_id, 2**31 - 1))
    if row is None:
        raise OpinionRefused("没有找到这句话，可能已经删掉了。")
    work.session.delete(row)

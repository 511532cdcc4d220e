"""One moment of one case of the demo history: who is there, and what the table of the case lets them do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from forms.item import Stage
from hongye.demo.history.places import Sitting
from server.db.case import CaseRow, StageRow
from server.domain.case import Action, Status, allowed_actions
from server.domain.people import Actor, Desk
from server.services.work import Work

Act = Callable[["Scene"], None]


@dataclass
class Scene:
    """One moment of one case; `later` plans another one so many working days on."""

    work: Work
    case: CaseRow
    rng: Random
    cast: Mapping[Sitting, Actor]
    later: Callable[[int, Act], None]

    def may(self, actor: Actor, action: Action) -> bool:
        return action in allowed_actions(Status(self.case.status), actor.role)

    def actor(self, desk: Desk, *, deciding: bool = False) -> Actor:
        return self.cast[Sitting(desk, deciding)]

    @property
    def agent(self) -> Actor:
        return self.actor(Desk("村级组织", self.case.village_code))


@dataclass
class AtDesk(Scene):
    """A case that lies open at a desk, with whoever sits there."""

    row: StageRow = field(kw_only=True)
    stage: Stage = field(kw_only=True)
    handler: Actor = field(kw_only=True)

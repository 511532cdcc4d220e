"""Answers villagers' messages inside one transaction; a redelivered message gets the reply already given."""

from server.adapters.wechat_messages import IncomingMessage
from server.bootstrap import Installation
from server.services.wechat import Asked, answer_once
from server.services.work import RowConflict


class CallbackDesk:
    """The official account's desk over an installation."""

    def __init__(self, installation: Installation):
        self._installation = installation

    def answer(self, message: IncomingMessage) -> str:
        asked = Asked(message.from_openid, message.kind, message.text, message.event.lower(), message.event_key)
        try:
            return self._answer(message.dedup_key, asked)
        except RowConflict:  # two deliveries of one message at once: the other one answered, read what it said
            return self._answer(message.dedup_key, asked)

    def _answer(self, dedup_key: str, asked: Asked) -> str:
        with self._installation.begin() as work:
            return answer_once(work, dedup_key, asked)

"""The composition root: builds the tools from the settings and opens transactions; knows no Flask."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from forms.catalogue import load_catalogue
from forms.clock import clock_for
from server.adapters.blob_store import FolderBlobStore
from server.adapters.holidays import beihai_calendar
from server.adapters.vault import LocalVault
from server.adapters.wechat import StoredToken, WeChatGateway
from server.adapters.wechat_messages import OfficialAccountDoor
from server.db.engine import Engine, RowConflict, open_engine, reading, writing
from server.services.wechat import load_token, save_token
from server.services.work import Tools, Work
from server.settings import ServerSettings


@dataclass(frozen=True)
class Installation:
    """One running installation: its tools, its database and its doors to WeChat."""

    tools: Tools
    engine: Engine

    @contextmanager
    def begin(self) -> Iterator[Work]:
        """One writing transaction: returning commits, raising rolls back."""
        with writing(self.engine) as session:
            yield Work(session, self.tools.clock.now(), self.tools)

    @contextmanager
    def look(self) -> Iterator[Work]:
        """One transaction that only reads."""
        with reading(self.engine) as session:
            yield Work(session, self.tools.clock.now(), self.tools)

    def official_account(self) -> WeChatGateway:
        wechat = self.tools.settings.wechat
        return self._gateway(wechat.official_app_id, wechat.official_secret)

    def miniprogram(self) -> WeChatGateway:
        wechat = self.tools.settings.wechat
        return self._gateway(wechat.miniprogram_app_id, wechat.miniprogram_secret)

    def _gateway(self, app_id: str, secret: str) -> WeChatGateway:
        return WeChatGateway(self.tools.settings.wechat.api_base, app_id, secret, _TokenRows(self), self.tools.clock)

    def official_account_door(self) -> OfficialAccountDoor:
        wechat = self.tools.settings.wechat
        return OfficialAccountDoor(
            wechat.official_token, wechat.official_aes_key, wechat.official_app_id, self.tools.clock
        )


class _TokenRows:
    """Access tokens in the database: all processes share one, so that none spends another's quota."""

    def __init__(self, installation: Installation):
        self._installation = installation

    def load(self, app_id: str) -> StoredToken | None:
        with self._installation.look() as work:
            return load_token(work, app_id)

    def save(self, app_id: str, token: StoredToken) -> None:
        # Two who ask for the first token at once get stable ones that do not cancel each other: either will do.
        with suppress(RowConflict), self._installation.begin() as work:
            save_token(work, app_id, token)


def build_installation(settings: ServerSettings) -> Installation:
    """Opens what the settings name; makes the keys and folders of a new installation."""
    settings.data_folder.mkdir(parents=True, exist_ok=True)
    vault = LocalVault(settings.data_folder / "keys" / "vault.json")
    tools = Tools(
        settings=settings,
        clock=clock_for(settings.clock_file),
        catalogue=load_catalogue(),
        calendar=beihai_calendar(),
        vault=vault,
        blobs=FolderBlobStore(settings.data_folder / "documents", vault),
    )
    return Installation(tools, open_engine(settings.database))

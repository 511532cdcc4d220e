"""Runs migrations on the connection it is handed; there is no alembic.ini to keep in step with the settings."""

from typing import Any, Literal

from alembic import context

from server.db.base import Instant
from server.db.tables import metadata


def render_item(kind: str, value: Any, _autogen_context: Any) -> str | Literal[False]:
    """Migrations state plain SQL types: an old one must run whatever becomes of our classes."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(value, Instant) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=render_item,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()

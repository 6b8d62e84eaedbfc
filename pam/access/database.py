"""The one place where a database connection learns who acts: what row-level security asks.

On PostgreSQL two settings follow the acting person: `pam.user`, and `pam.across` while somebody looks across owners
on purpose (`access.unscoped`). Both are told with `set_config(…, true)`, which holds for one transaction only: a
connection that goes back to a pool, or to PgBouncer, knows nobody. So a statement outside a transaction gets one of
its own. SQLite has no such thing and needs none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.backends.signals import connection_created
from psycopg.pq import TransactionStatus

from .context import current_or_none

NOBODY = ("", "")
_TELL = "select set_config('pam.user', %s, true), set_config('pam.across', %s, true)"


def _acting() -> tuple[str, str]:
    acting = current_or_none()
    if acting is None:
        return NOBODY
    return (str(acting.user.pk) if acting.user else "", "on" if acting.reason else "")


def _tell(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    connection, acting = context["connection"], _acting()
    if not connection.in_atomic_block:
        if acting == NOBODY:
            return execute(sql, params, many, context)
        with transaction.atomic(using=connection.alias):
            return _tell(execute, sql, params, many, context)
    status = connection.connection.info.transaction_status
    if status == TransactionStatus.IDLE:
        connection.pam_told = NOBODY  # the first statement of a transaction: nothing is told yet
    if isinstance(sql, str) and sql.startswith("ROLLBACK TO"):
        connection.pam_told = None  # whatever was told since the savepoint is forgotten
        return execute(sql, params, many, context)
    if connection.pam_told == acting or status == TransactionStatus.INERROR:
        return execute(sql, params, many, context)
    connection.pam_told = acting
    # In one round trip: BEGIN where the transaction has not begun, who acts, and the statement itself.
    with connection.wrap_database_errors, connection.connection.pipeline():
        with connection.connection.cursor() as cursor:
            cursor.execute(_TELL, acting)
        return execute(sql, params, many, context)


def _installed(sender: Any, connection: Any, **_: Any) -> None:
    if connection.vendor == "postgresql" and _tell not in connection.execute_wrappers:
        connection.pam_told = NOBODY
        connection.execute_wrappers.append(_tell)


def connect() -> None:
    """Install the teller on every connection that is made."""
    connection_created.connect(_installed, dispatch_uid="pam.access.database")

"""The one place where a database connection learns who acts: the ground of row-level security.

On PostgreSQL the setting `pam.user` follows the acting person, told to the connection before its next
statement. SQLite has no such thing and needs none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.backends.signals import connection_created
from psycopg.pq import TransactionStatus

from .context import current_or_none


def _tell(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    connection = context["connection"]
    acting = current_or_none()
    user = str(acting.user.pk) if acting and acting.user else ""
    if connection.in_atomic_block:
        # Local to the transaction, so that a pooled connection never keeps the last user; a new transaction
        # or a rollback to before the savepoint in which it was told has forgotten it.
        fresh = connection.connection.info.transaction_status == TransactionStatus.IDLE
        told, savepoint = getattr(connection, "pam_told_locally", (None, None))
        if fresh or told != user or (savepoint and savepoint not in connection.savepoint_ids):
            with connection.connection.cursor() as cursor:
                cursor.execute("select set_config('pam.user', %s, true)", (user,))
            savepoint = next((found for found in reversed(connection.savepoint_ids) if found), None)
            connection.pam_told_locally = (user, savepoint)
    elif getattr(connection, "pam_told", None) != (id(connection.connection), user):
        with connection.connection.cursor() as cursor:
            cursor.execute("select set_config('pam.user', %s, false)", (user,))
        connection.pam_told = (id(connection.connection), user)
    return execute(sql, params, many, context)


def _installed(sender: Any, connection: Any, **_: Any) -> None:
    if connection.vendor == "postgresql" and _tell not in connection.execute_wrappers:
        connection.execute_wrappers.append(_tell)


def connect() -> None:
    """Install the teller on every connection that is made."""
    connection_created.connect(_installed, dispatch_uid="pam.access.database")

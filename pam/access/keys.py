"""The keys of encrypted columns: whether those at hand open what stands here, and moving everything to a new one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction

from .context import unscoped
from .encryption import Unreadable, encrypted_columns, ring, seal, unseal
from .models import FieldKey

BATCH = 500
_PROOF = "PAM"


class WrongKeys(Exception):
    """What stands in the database was sealed with a key that is not at hand; the message says what to do."""


def check() -> None:
    """Raise WrongKeys where a key is missing or another; note the sealing key the first time it is seen."""
    known = {key.pk: key for key in FieldKey.objects.all()}
    for name, key in known.items():
        try:
            right = unseal(key.proof) == _PROOF
        except Unreadable:
            right = False
        if not right:
            raise WrongKeys(
                f"the database holds texts sealed with key {name}, which FIELD_KEYS (or field_keys in PAM_VAR_DIR) "
                "does not hold. Put that key back, after the newest one"
            )
    newest = next(iter(ring()))
    if newest not in known:
        FieldKey.objects.get_or_create(pk=newest, defaults={"proof": seal(_PROOF)})


def left() -> dict[str, int]:
    """Return {"table.column": values that the newest key has not sealed}."""
    return {
        f"{model._meta.db_table}.{field.column}": count
        for model, field in encrypted_columns()
        if (count := _count(model, field))
    }


def rotate() -> Iterator[tuple[str, int]]:
    """Seal everything anew with the newest key, yielding ("table.column", values so far).

    May run beside a working PAM and be stopped at any moment: each batch is a transaction, a value that was
    changed meanwhile is left to its writer, and what the newest key has sealed is passed over the next time.
    """
    check()
    for model, field in encrypted_columns():
        name, done = f"{model._meta.db_table}.{field.column}", 0
        while count := _batch(model, field):
            done += count
            yield name, done
    if not left():
        newest = next(iter(ring()))
        FieldKey.objects.exclude(pk=newest).delete()


def _names(model: Any, field: Any) -> tuple[str, str, str]:
    quote = connection.ops.quote_name
    return quote(model._meta.db_table), quote(model._meta.pk.column), quote(field.column)


def _count(model: Any, field: Any) -> int:
    table, _, column = _names(model, field)
    with unscoped("keys are rotated"), connection.cursor() as cursor:
        cursor.execute(f"select count(*) from {table} where {column} is not null and {column} not like %s", [_newest()])
        return int(cursor.fetchone()[0])


def _newest() -> str:
    return f"{next(iter(ring()))}.%"


def _batch(model: Any, field: Any) -> int:
    table, pk, column = _names(model, field)
    with unscoped("keys are rotated"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"select {pk}, {column} from {table} where {column} is not null and {column} not like %s limit {BATCH}",
            [_newest()],
        )
        rows = cursor.fetchall()
        cursor.executemany(
            f"update {table} set {column} = %s where {pk} = %s and {column} = %s",
            [(seal(unseal(value)), key, value) for key, value in rows],
        )
        return len(rows)

"""Encryption of columns: what a stolen database, backup or replica must not tell.

A value is kept as `KEYID.TOKEN`: the first eight hex digits of the key's SHA-256, and a Fernet token (AES-128-CBC
with HMAC-SHA256, of the cryptography library). The first key of `FIELD_KEYS` seals, all of them open. Equal texts
give unequal values, so such a column is never filtered or ordered by; its lookups are forbidden but for null.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core.exceptions import FieldError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models.lookups import IsNull


class Unreadable(Exception):
    """A sealed value cannot be opened: its key is not in FIELD_KEYS, or it was changed."""


def key_id(key: str) -> str:
    """Return the short name by which sealed values call a key; it does not tell the key."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


@lru_cache(maxsize=8)
def _ring(keys: tuple[str, ...]) -> dict[str, Fernet]:
    return {key_id(key): Fernet(key) for key in keys}


def ring() -> dict[str, Fernet]:
    """Return the keys by their ids, the one that seals first."""
    return _ring(tuple(settings.FIELD_KEYS))


def seal(text: str) -> str:
    """Return a text sealed with the first key."""
    name, box = next(iter(ring().items()))
    return f"{name}.{box.encrypt(text.encode()).decode()}"


def unseal(sealed: str) -> str:
    """Return what was sealed; raises Unreadable."""
    name, _, token = sealed.partition(".")
    box = ring().get(name)
    if box is None:
        raise Unreadable(f"FIELD_KEYS holds no key {name[:8]!r}.")
    try:
        return box.decrypt(token.encode()).decode()
    except (InvalidToken, ValueError) as problem:
        raise Unreadable(f"What key {name} sealed was changed.") from problem


class Sealed:
    """What encrypted columns have in common."""

    name: str

    def get_internal_type(self) -> str:
        """Be a text column in the database."""
        return "TextField"

    def get_lookup(self, lookup_name: str) -> Any:
        """Only null can be asked for; raises FieldError."""
        if lookup_name == "isnull":
            return IsNull
        raise FieldError(f"{self.name} is encrypted: nothing but null can be looked for in it.")


class EncryptedTextField(Sealed, models.TextField[str, str]):
    """A text, sealed in its column. `max_length` counts what is said, not what is kept."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.max_length is not None:
            self.validators.append(MaxLengthValidator(self.max_length))

    def get_prep_value(self, value: Any) -> Any:
        """Seal on the way to the database."""
        value = super().get_prep_value(value)
        return value if value is None else seal(value)

    def from_db_value(self, value: Any, *_: Any) -> Any:
        """Open on the way back."""
        return value if value is None else unseal(value)


class EncryptedJSONField(Sealed, models.Field[Any, Any]):
    """A JSON value, sealed in its column."""

    def get_prep_value(self, value: Any) -> Any:
        """Seal on the way to the database."""
        return value if value is None else seal(json.dumps(value, ensure_ascii=False))

    def from_db_value(self, value: Any, *_: Any) -> Any:
        """Open on the way back."""
        return value if value is None else json.loads(unseal(value))


def encrypted_columns() -> Iterator[tuple[type[models.Model], models.Field[Any, Any]]]:
    """Yield every encrypted column, with its model."""
    from .policies import models_with_tables

    for model in models_with_tables():
        for field in model._meta.concrete_fields:
            if isinstance(field, Sealed):
                yield model, field


def seal_what_stands(apps: Any, editor: Any, *columns: str) -> None:
    """Seal plain values of columns ("app.model.column") that a migration has just made encrypted ones."""
    connection = editor.connection
    for name in columns:
        app, model, column = name.split(".")
        meta = apps.get_model(app, model)._meta
        table, pk, quoted = (connection.ops.quote_name(n) for n in (meta.db_table, meta.pk.column, column))
        with connection.cursor() as cursor:
            cursor.execute(f"select {pk}, {quoted} from {table} where {quoted} is not null")
            rows = cursor.fetchall()
            cursor.executemany(
                f"update {table} set {quoted} = %s where {pk} = %s", [(seal(value), key) for key, value in rows]
            )

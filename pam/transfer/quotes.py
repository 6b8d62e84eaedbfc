"""What PAM has told others of a person's texts: in replies, receipts and cards of their conversations, in notifications
and in kept answers of the API. Nobody points there by an id, so it is found by the words.

A string that quotes a text of the person goes whole, and with it its neighbours (who said it, and when). What people
said themselves is theirs and stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import QuerySet

from pam.access.encryption import Sealed, encrypted_columns
from pam.accounts.models import User
from pam.journal.capture import is_recorded
from pam.journal.models import JournalChange, JournalEntry

from . import rows

ERASED = "(erased)"
LONG = 12  # characters: a shorter text has to be all that a string says
SHOWN = 40  # characters of a text that every place shows, however it shortens
# Of what tells a program what it looks at, nothing is a quote.
PLAIN = {
    "id",
    "type",
    "kind",
    "domain",
    "verb",
    "model",
    "row",
    "entry",
    "turn",
    "thread",
    "status",
    "state",
    "tool",
    "url",
}
SAID = {("assistant.turn", "said")}


class Quotes:
    """The texts of a person, to be found in what was told of them."""

    def __init__(self, texts: Iterable[str]) -> None:
        told = {" ".join(text.split()) for text in texts}
        self.long = {text[:SHOWN] for text in told if len(text) >= LONG}
        self.short = {text for text in told if 0 < len(text) < LONG}

    def __bool__(self) -> bool:
        return bool(self.long or self.short)

    def found_in(self, text: str) -> bool:
        """Whether a string quotes one of them."""
        text = " ".join(text.split())
        return text in self.short or any(quote in text for quote in self.long)

    def without(self, value: Any) -> Any:
        """Return a JSON value in which none of them is quoted."""
        if isinstance(value, str):
            return ERASED if self.found_in(value) else value
        if isinstance(value, list):
            return [self.without(item) for item in value]
        if isinstance(value, dict):
            if any(isinstance(item, str) and self.found_in(item) for item in value.values()):
                gone = {name for name, item in value.items() if isinstance(item, str) and item and name not in PLAIN}
                value = {name: ERASED if name in gone else item for name, item in value.items()}
            return {name: self.without(item) for name, item in value.items()}
        return value


def forget(user: User, ids: set[str]) -> int:
    """Empty what quotes the texts that others saw of a person; return how many rows. Ask before the journal goes."""
    quotes = Quotes(_texts(user, ids))
    if not quotes:
        return 0
    columns: dict[Any, list[str]] = {}
    for model, field in encrypted_columns():
        if model in {JournalChange, JournalEntry} or is_recorded(model) or model not in rows.owned_models():
            continue
        if (model._meta.label_lower, field.name) not in SAID:
            columns.setdefault(model, []).append(field.attname)
    return sum(_forget_in(model, names, quotes, user) for model, names in columns.items())


def _forget_in(model: Any, names: list[str], quotes: Quotes, user: User) -> int:
    count = 0
    for row in rows.read(QuerySet(model).exclude(owner=user), ["pk", *names]):
        left = {name: quotes.without(row[name]) for name in names}
        if any(left[name] != row[name] for name in names):
            QuerySet(model).filter(pk=row["pk"]).update(**left)
            count += 1
    return count


def _texts(user: User, ids: set[str]) -> Iterable[str]:
    """Yield every text that stands or stood in a row of the person which others could see."""
    for model in rows.models_that_meet():
        if not is_recorded(model) or model is User:
            continue
        names = [f.attname for f in model._meta.concrete_fields if isinstance(f, (models.TextField, Sealed))]
        changes = JournalChange.objects.filter(model=model._meta.label_lower)
        for change in rows.read(changes, ["row", "before", "after"]) if names else ():
            if str(change["row"]) not in ids:
                continue
            for values in (change["before"] or {}, change["after"] or {}):
                yield from (values[name] for name in names if isinstance(values.get(name), str))

"""What tests of the foundation and the domains share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection

from pam import journal
from pam.access import unscoped
from pam.accounts.models import User
from pam.journal.entries import Entry
from pam.journal.models import JournalEntry
from pam.journal.owned import Owned


def person(name: str, **fields: Any) -> User:
    """Make a person called "Ann" with the address ann@example.com."""
    return User.objects.create_user(f"{name.lower()}@example.com", "a long password", display_name=name, **fields)


def did(user: User, act: Callable[[], Any], source: str = "page") -> tuple[Any, Entry]:
    """Run an act as one entry of this person; return what it gave and the entry."""
    with journal.entry(user, source=source) as entry:
        found = act()
    return found, entry


def doing(user: User, act: Callable[[], Any]) -> Any:
    """Run an act as one entry of this person; return what it gave."""
    return did(user, act)[0]


@contextmanager
def looking() -> Iterator[None]:
    """Let the test see everything."""
    with unscoped("the test looks"):
        yield


def entries(user: User) -> list[JournalEntry]:
    """Return this person's entries that changed something, oldest first."""
    with looking():
        return list(JournalEntry.objects.filter(owner=user, change_count__gt=0).order_by("number"))


def events_of(user: User) -> list[dict[str, Any]]:
    """Return the security events in this person's chain, oldest first."""
    with looking():
        kept = JournalEntry.objects.filter(owner=user).order_by("number")
        return [fact for entry in kept for fact in entry.facts]


def owned_models() -> list[type[Owned]]:
    """Return every model whose rows the journal keeps."""
    return [model for model in apps.get_models() if issubclass(model, Owned)]


def dump() -> dict[str, list[tuple[Any, ...]]]:
    """Return every column of every row of every owned table, as the database has it."""
    found = {}
    there = set(connection.introspection.table_names())
    with looking(), connection.cursor() as cursor:
        for model in owned_models():
            if model._meta.db_table in there:
                columns = ", ".join(connection.ops.quote_name(f.column) for f in model._meta.concrete_fields)
                cursor.execute(f"select {columns} from {connection.ops.quote_name(model._meta.db_table)} order by id")
                found[model._meta.label] = cursor.fetchall()
    return found


def raw_update(model: Any, pk: UUID, **values: Any) -> None:
    """Write behind everybody's back, as somebody with the database's password could."""
    from django.db.models import QuerySet

    with looking():
        assert QuerySet(model).filter(pk=pk).update(**values) == 1

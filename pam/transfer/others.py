"""What the journals of others say of a person who is erased: found, and emptied so that their chains still verify.

An entry of somebody else concerns a person where one of its changes is of a row of theirs, or names them or such a row
(a comment under their post quotes it in its receipt), or where a fact of it names them (what staff did). Its content and
its salt go; the entry itself stays in its place: its digest runs over the content's MAC, not over the content.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from pam.accounts.models import User
from pam.journal.capture import is_recorded
from pam.journal.models import JournalChange, JournalEntry

from . import rows


def forget(user: User, ids: set[str]) -> int:
    """Empty what entries of others say of a person, who is meant by these ids; return how many entries."""
    concerned: set[UUID] = set()
    for change in _read(_theirs(user)):
        if str(change["row"]) in ids or _names(change["before"], ids) or _names(change["after"], ids):
            concerned.add(change["entry_id"])
    for entry in _read_entries(JournalEntry.objects.filter(source="admin").exclude(owner=user)):
        if any(_names(fact, ids) for fact in entry["facts"]):
            concerned.add(entry["id"])
    found = iter(sorted(concerned))
    while chunk := list(islice(found, rows.BATCH)):
        JournalEntry.objects.filter(pk__in=chunk).update(lines=[], facts=[], salt="")
        JournalChange.objects.filter(entry__in=chunk).update(before=None, after=None)
    return len(concerned)


def ids_of(user: User) -> set[str]:
    """Return the ids by which others' rows can mean a person: their own, and those of rows that are or were theirs.

    Ask before their rows are deleted.
    """
    me = str(user.pk)
    found = {me}
    recorded = [model for model in rows.owned_models() if is_recorded(model)]
    for model in recorded:
        found.update(str(pk) for pk in QuerySet(model).filter(owner=user).values_list("pk", flat=True).iterator())
    was_theirs: dict[str, set[UUID]] = {}
    for changes in (JournalChange.objects.filter(entry__owner=user), _theirs(user)):
        for change in _read(changes):
            if any(values and values.get("owner_id") == me for values in (change["before"], change["after"])):
                was_theirs.setdefault(change["model"], set()).add(change["row"])
    for model in recorded:
        gone = iter(was_theirs.get(model._meta.label_lower, ()))
        while chunk := list(islice(gone, rows.BATCH)):
            # What was handed over is somebody else's now, with all that hangs on it.
            handed_over: QuerySet[Any, Any] = (
                QuerySet(model).filter(pk__in=chunk).exclude(owner=user).values_list("pk", flat=True)
            )
            found.update(str(pk) for pk in set(chunk) - set(handed_over))
    return found


def _theirs(user: User) -> QuerySet[JournalChange]:
    """Return the changes in others' entries that can be about this person."""
    shared = [model._meta.label_lower for model in rows.models_that_meet() if is_recorded(model)]
    return JournalChange.objects.filter(Q(model__in=shared) | Q(entry__source="admin")).exclude(entry__owner=user)


def _read(changes: QuerySet[JournalChange]) -> Iterator[dict[str, Any]]:
    return rows.read(changes, ["entry_id", "model", "row", "before", "after"])


def _read_entries(entries: QuerySet[JournalEntry]) -> Iterator[dict[str, Any]]:
    return rows.read(entries, ["id", "facts"])


def _names(values: Mapping[str, Any] | None, ids: set[str]) -> bool:
    return bool(values) and any(isinstance(value, str) and value in ids for value in (values or {}).values())

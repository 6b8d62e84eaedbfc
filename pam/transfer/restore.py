"""Restoring an export: the person and all their rows as they were, with ids, times and journal, or nothing.

A row that hangs on what the export does not hold (a post in somebody else's group) is left out, and where only a part
of it does (who was invited), that part is emptied; both are counted in the summary. So nobody comes by an export into
a group that they are not in.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, connection, models, transaction
from django.db.models import QuerySet
from django.db.models.constants import OnConflict

from pam.access import unscoped
from pam.access.models import AudienceVersion, advance
from pam.access.rules import Mine
from pam.accounts.models import User
from pam.journal.capture import is_recorded
from pam.journal.models import Chain, FeedItem, JournalChange, JournalEntry
from pam.journal.values import decode_row
from pam.journal.verify import verify

from . import rows
from .archive import Archive, Unusable, opened
from .export import PERSON
from .kept import keepers
from .rows import Model


@dataclass
class Summary:
    """What came back, and what did not: rows by model, and columns ("app.model.column") by how many were emptied."""

    user: User
    restored: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    emptied: Counter[str] = field(default_factory=Counter)


def restore(file: IO[bytes], password: str) -> Summary:
    """Make the person of an export, with this password, and bring back all that is theirs.

    Raises Unusable, and ValidationError where the password will not do; nothing is half restored.
    """
    labels = {model._meta.label_lower for model in rows.exported_models()}
    with opened(file, labels) as archive:
        try:
            with unscoped("an export is restored"), transaction.atomic():
                found = _restore(archive, password)
                connection.check_constraints()
                return found
        except (IntegrityError, DataError) as problem:
            raise Unusable("Some of its rows do not fit: they are here already, or contradict each other.") from problem


def _restore(archive: Archive, password: str) -> Summary:
    user = _person(archive.manifest["person"], password)
    done = Summary(user)
    for model in rows.exported_models():
        label = model._meta.label_lower
        done.restored[label] = _insert(model, user, archive.read(label))
        done.left_out[label] = archive.rows.get(label, 0) - done.restored[label]
    if QuerySet(JournalChange).filter(entry__owner=user).count() != done.restored[JournalChange._meta.label_lower]:
        raise Unusable("Its journal is damaged: changes belong to no entry of it.")
    _leave_out(user, done)
    _place(user)
    if QuerySet(JournalEntry).filter(owner=user).exists() and not QuerySet(Chain).filter(owner=user).exists():
        raise Unusable("Its journal is damaged: the end of its chain is missing.")
    for broken in verify(user.pk):
        raise Unusable(f"Its journal does not hold: entry {broken.number}, {broken.problem}.")
    for name, keeper in keepers.items():
        try:
            keeper.restore(user, _files_of(archive, name))
        except ValueError as problem:
            raise Unusable(f"One of its files is not usable: {problem}") from problem
    done.left_out, done.emptied = +done.left_out, +done.emptied
    return done


def _files_of(archive: Archive, keeper: str) -> Iterator[tuple[UUID, IO[bytes]]]:
    for name, row in archive.files:
        if name == keeper:
            with archive.open(name, row) as data:
                yield row, data


def _person(values: dict[str, Any], password: str) -> User:
    try:
        user = User(**{name: value for name, value in decode_row(User, values).items() if name in PERSON})
        user.email = user.email.lower()
        user.clean_fields(exclude=["password"])
    except (ValidationError, AttributeError, TypeError) as problem:
        raise Unusable("What it says of the person is damaged.") from problem
    if User.objects.filter(email=user.email).exists():
        raise Unusable(f"{user.email} has an account here. Restore it where there is none.")
    if User.objects.filter(pk=user.pk).exists():
        raise Unusable("The person is here already, under another address.")
    if any(QuerySet(model).filter(pk=user.pk).exists() for model in rows.group_models()):
        raise Unusable("It is damaged: the person has the id of a group.")
    validate_password(password, user)
    user.set_password(password)
    user.save(force_insert=True)
    return user


def _insert(model: Model, user: User, found: Iterable[dict[str, Any]]) -> int:
    """Put rows into their table as they were; return how many came in."""
    fields = list(model._meta.concrete_fields)
    # A group that went on without the person is somebody else's by now: theirs stays out, with what hangs on it.
    shared = not _alone(model)
    size = max(1, connection.ops.bulk_batch_size(fields, [None] * rows.BATCH))
    count = 0
    for batch in _batches(_decoded(model, user, found), min(size, rows.BATCH)):
        options = {"on_conflict": OnConflict.IGNORE} if shared else {}
        # As it is: no clock is set, no signal sent, and the journal does not write down its own coming back.
        try:
            QuerySet(model)._insert(batch, fields=fields, using=connection.alias, raw=True, **options)  # type: ignore[attr-defined]
        except (ValidationError, TypeError, ValueError, OverflowError) as problem:
            raise Unusable(f"It is damaged: a row of {model._meta.label_lower} cannot be kept.") from problem
        count += len(batch)
    return rows.of(model, user.pk).count() if shared else count


def _alone(model: Model) -> bool:
    """Whether nobody but its owner sees a row."""
    return type(getattr(model, "access_rule", None)) is Mine or model is JournalChange


def _decoded(model: Model, user: User, found: Iterable[dict[str, Any]]) -> Iterator[models.Model]:
    label, me = model._meta.label_lower, str(user.pk)
    for number, values in enumerate(found, start=1):
        try:
            row = model(**decode_row(model, values))
        except (ValidationError, ValueError, TypeError, KeyError) as problem:
            raise Unusable(f"It is damaged: row {number} of {label} does not say what such a row says.") from problem
        owner = getattr(row, "owner_id", user.pk)
        if owner != user.pk or (isinstance(row, JournalChange) and not _own_change(row, me)):
            raise Unusable(f"It is damaged: row {number} of {label} is somebody else's.")
        yield row


def _own_change(change: JournalChange, me: str) -> bool:
    """Whether undoing a change could not touch what only somebody else sees."""
    model = next((m for m in rows.owned_models() if m._meta.label_lower == change.model), None)
    if model is None or not _alone(model):
        return True
    return all(not values or values.get("owner_id", me) == me for values in (change.before, change.after))


def _batches(found: Iterator[models.Model], size: int) -> Iterator[list[models.Model]]:
    while batch := list(islice(found, size)):
        yield batch


def _leave_out(user: User, done: Summary) -> None:
    """Take out again what points at rows that did not come, until nothing does."""
    owned = [model for model in rows.exported_models() if model is not JournalChange]
    again = True
    while again:
        again = False
        for model in owned:
            mine, label = rows.of(model, user.pk), model._meta.label_lower
            for pointer in rows.pointers(model):
                there = rows.own_targets(pointer.related_model, user.pk).values("pk")
                lost = mine.exclude(**{pointer.name: None}).exclude(**{f"{pointer.name}__in": there})
                again |= _drop(lost, label, done, pointer if pointer.null else None)
            again |= _drop(_seen_elsewhere(model, mine, user), label, done)


def _seen_elsewhere(model: Model, mine: QuerySet[Any], user: User) -> QuerySet[Any]:
    """Return rows that a group would see which did not come: their group is named without a foreign key."""
    name = getattr(getattr(model, "access_rule", None), "column", "owner_id")
    column = next((f for f in model._meta.concrete_fields if f.attname == name), None)
    if column is None or column.primary_key or column.is_relation:
        return mine.none()
    return mine.exclude(**{name: None}).exclude(**{f"{name}__in": rows.group_ids(user.pk)})


def _drop(lost: QuerySet[Any], label: str, done: Summary, pointer: Any = None) -> bool:
    """Delete rows, or empty the column that points nowhere; return whether there were any."""
    count = lost.count()
    if count and pointer is not None:
        QuerySet.update(lost, **{pointer.attname: None})
        done.emptied[f"{label}.{pointer.attname}"] += count
    elif count:
        QuerySet._raw_delete(lost, lost.db)
        done.left_out[label] += count
        done.restored[label] -= count
    return bool(count)


def _place(user: User) -> None:
    """Place what came in the change feed of its audiences, as if it was new, and move their versions.

    Where the person was here before, apps hold answers and cursors of then. Versions start above any that they can
    have seen, since none grows by a thousand a second.
    """
    groups = rows.group_ids(user.pk)
    if User.objects.filter(pk__in=groups).exists():
        raise Unusable("It is damaged: a group has the id of a person.")
    models_here, start = rows.exported_models(), time.time_ns() // 1_000_000
    for audience in (user.pk, *groups):
        AudienceVersion.objects.update_or_create(audience=audience, domain="", defaults={"version": start})
        advance(audience, {model._meta.app_label for model in models_here})
    for model in filter(is_recorded, models_here):
        found = rows.read(rows.of(model, user.pk), rows.columns(model))
        while batch := list(islice(found, rows.BATCH)):
            _place_rows(model, batch, {user.pk, *groups})


def _place_rows(model: Model, batch: list[dict[str, Any]], audiences: set[UUID]) -> None:
    rule, by_audience = getattr(model, "access_rule"), defaultdict(list)  # noqa: B009
    for values in batch:
        for audience in rule.audiences(values) & audiences:
            by_audience[audience].append(values[model._meta.pk.attname])
    for audience, pks in by_audience.items():
        before = advance(audience, {model._meta.app_label}, len(pks))
        FeedItem.objects.bulk_create(
            FeedItem(
                audience=audience, position=before + n, domain=model._meta.app_label, model=model._meta.label_lower, row=pk
            )
            for n, pk in enumerate(pks, start=1)
        )  # fmt: skip

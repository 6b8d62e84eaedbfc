"""What the ORM does to recorded models, noted as changes of the open entry.

Saves and deletes arrive as signals (a connected pre_delete also keeps Django from deleting children unseen);
updates and bulk creates arrive from the owned queryset. Before-values of an update are read, and their rows
locked, before it; after-values are read back, so that expressions and conversions are recorded as they came out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import connections, models
from django.db.models.signals import post_save, pre_delete, pre_save

from pam.access import unscoped
from pam.access.rules import AccessRule

from .entries import Change, leaving, note, require
from .lines import line_of
from .values import Values, column_names, decode_row, encode_row, touched_by_clock

CHUNK = 500  # rows read at once: below every database's limit of parameters
_WHY = "the journal reads what changes"


def is_recorded(model: type[models.Model]) -> bool:
    """Whether the journal keeps this model's changes."""
    from .owned import Owned

    if model._meta.abstract or model._meta.proxy or not model.__module__ or model.__module__ == "__fake__":
        return False
    return issubclass(model, Owned) or hasattr(model, "recorded_fields")


def require_entry(model: type[models.Model]) -> None:
    """Raise NoEntry where no entry is open."""
    require(model)


def _owner_column(model: type[models.Model], values: Mapping[str, Any]) -> Mapping[str, Any]:
    """A person's own row belongs to them."""
    return values if "owner_id" in values else {**values, "owner_id": values[model._meta.pk.attname]}


def audiences(model: type[models.Model], *rows: Mapping[str, Any] | None) -> set[Any]:
    rule: AccessRule = model.access_rule  # type: ignore[attr-defined]
    return {found for row in rows if row for found in rule.audiences(_owner_column(model, row))}


def read(model: type[models.Model], pks: Sequence[Any], *, lock: bool = False) -> dict[Any, Values]:
    """Return {pk: encoded full row} of these rows, in the order of the pks."""
    found: dict[Any, Values] = {}
    with unscoped(_WHY):
        for start in range(0, len(pks), CHUNK):
            rows = model._base_manager.filter(pk__in=pks[start : start + CHUNK])
            database = connections[rows.db]
            # Outside a transaction (a sign-in's own save of a person) nothing would hold a lock.
            if lock and database.features.has_select_for_update and database.in_atomic_block:
                rows = rows.select_for_update().order_by("pk")  # one order for all writers
            for row in rows.values(*column_names(model)):
                found[row[model._meta.pk.attname]] = encode_row(row)
    return {pk: found[pk] for pk in pks if pk in found}


def note_update(model: type[models.Model], pk: Any, was: Values, now: Values) -> bool:
    """Note what differs; return whether anything but the clock does."""
    differing = [name for name in now if now[name] != was.get(name)]
    if not set(differing) - touched_by_clock(model):
        _turn_back_clock(model, pk, {name: was[name] for name in differing if name in was})
        return False
    if leaving(model, pk):
        return True  # the cascade that takes the row also emptied what it pointed at: it went as noted
    note(
        Change(
            model, pk, "update",
            {name: was.get(name) for name in differing}, {name: now[name] for name in differing},
            audiences(model, was, now),
        )
    )  # fmt: skip
    return True


def _turn_back_clock(model: type[models.Model], pk: Any, was: Values) -> None:
    """A write that changed nothing has not changed "updated_at" either: nobody is told of it, so nobody may see it."""
    if was:
        with unscoped(_WHY):
            models.QuerySet.update(model._base_manager.filter(pk=pk), **decode_row(model, was))


def rows_before(rows: models.QuerySet[Any], values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return [{"pk", "was"}] of the rows that an update is about to touch; raises NoEntry."""
    model = rows.model
    require(model)
    for name in values:
        try:
            field = model._meta.get_field(name)
        except FieldDoesNotExist:
            continue  # Django says so itself, in its own words
        if getattr(field, "primary_key", False):
            raise TypeError("The id of a row never changes.")
    pks = list(rows.order_by().values_list("pk", flat=True))
    return [{"pk": pk, "was": was} for pk, was in read(model, pks, lock=True).items()]


def updated(model: type[models.Model], before: list[dict[str, Any]]) -> None:
    """Note what an update did to the rows of `rows_before`."""
    now = read(model, [row["pk"] for row in before])
    for row in before:
        if row["pk"] in now:
            note_update(model, row["pk"], row["was"], now[row["pk"]])


def created(model: type[models.Model], pks: Iterable[Any]) -> None:
    """Note rows that a bulk create made (those that a conflict kept out are not there)."""
    for pk, values in read(model, list(pks)).items():
        note(Change(model, pk, "create", None, values, audiences(model, values)))


def _before_save(sender: type[models.Model], instance: Any, **_: Any) -> None:
    if not is_recorded(sender):
        return
    instance._journal_was = None
    if instance._state.adding:
        if not hasattr(sender, "recorded_fields"):
            require(sender)
        return
    was = read(sender, [instance.pk], lock=True).get(instance.pk)
    instance._journal_was = was
    if not hasattr(sender, "recorded_fields"):
        require(sender)


def _after_save(sender: type[models.Model], instance: Any, created: bool, **_: Any) -> None:
    if not is_recorded(sender):
        return
    was = instance.__dict__.pop("_journal_was", None)
    if hasattr(sender, "recorded_fields") and created:
        return  # a person's coming is no content of theirs
    now = read(sender, [instance.pk]).get(instance.pk)
    if now is None:
        return
    if was is not None:
        if not note_update(sender, instance.pk, was, now):
            clock = decode_row(sender, {name: was[name] for name in touched_by_clock(sender) if name in was})
            for name, value in clock.items():
                setattr(instance, name, value)
    elif created:
        note(Change(sender, instance.pk, "create", None, now, audiences(sender, now)))
    else:
        raise TypeError(f"This {sender.__name__} was overwritten without being read: read it, change it, save it.")


def _before_delete(sender: type[models.Model], instance: Any, **_: Any) -> None:
    if not is_recorded(sender) or hasattr(sender, "recorded_fields"):
        return
    require(sender)
    was = read(sender, [instance.pk], lock=True).get(instance.pk)
    if was is None:
        return
    with unscoped(_WHY):
        line = line_of(instance, "delete")
    note(Change(sender, instance.pk, "delete", was, None, audiences(sender, was), line))


def connect() -> None:
    """Listen to the ORM's signals."""
    pre_save.connect(_before_save, dispatch_uid="pam.journal.before_save")
    post_save.connect(_after_save, dispatch_uid="pam.journal.after_save")
    pre_delete.connect(_before_delete, dispatch_uid="pam.journal.before_delete")

"""Undo: an entry of its own that restores the before-values where the present still equals the after-values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from pam.access import acting_as, unscoped
from pam.access.rules import MembersOf, MineOrMembersOf

from . import capture
from .entries import Change, Entry, entry, note
from .lines import line_of
from .models import JournalChange, JournalEntry
from .values import decode_row, touched_by_clock

_WHY = "undo restores what its own check allowed"
# Each gives the rows that stand on a row without a foreign key to it; their rooms add theirs when the apps are ready.
leaning: list[Callable[[type[models.Model], UUID], models.QuerySet[Any]]] = []


class Refused(Exception):
    """An undo that would walk over a later change, or has nothing to undo; the message is for the person."""


def undone_ids(owner: Any) -> set[UUID]:
    """Return the ids of this person's entries that are undone now (an undone undo undoes nothing)."""
    return set(undone_by(owner))


def undone_by(owner: Any) -> dict[UUID, UUID]:
    """Return this person's entries that are undone now, each with its undo, whose own undo brings it back."""
    with acting_as(owner):
        links = list(JournalEntry.objects.exclude(undoes=None).values_list("undoes_id", "id").order_by("number"))
    by_target: dict[UUID, list[UUID]] = {}
    for target, undo_id in links:
        if target is not None:
            by_target.setdefault(target, []).append(undo_id)
    undone: dict[UUID, UUID] = {}
    # An undo always stands later than what it undoes: from the newest back, each answer is known when asked.
    for target in sorted(by_target, reverse=True):
        standing = [undo_id for undo_id in by_target[target] if undo_id not in undone]
        if standing:
            undone[target] = standing[-1]
    return undone


def undo(actor: Any, entry_id: UUID, *, source: str) -> Entry:
    """Undo one entry of the actor's own as one step; raises Refused with the reason, leaving all as it was."""
    with acting_as(actor):
        kept = JournalEntry.objects.filter(pk=entry_id).first()
        if kept is None:
            raise Refused("There is no such entry. Nothing has changed.")
        try:
            with entry(actor, source=source, label=_label(kept), undoes=kept.id) as found:
                # Asked inside the transaction and behind the chain's lock: two undos at once are one.
                _lock_chain(actor)
                if not kept.change_count:
                    raise Refused(f"Entry {kept.number:,} tells what happened: there is nothing to undo.")
                if not kept.salt:
                    raise Refused(
                        f"Entry {kept.number:,} cannot be undone: its content is erased. Nothing has changed."
                    )
                if kept.id in undone_ids(actor):
                    raise Refused(f"Entry {kept.number:,} is undone already. Nothing has changed.")
                changes = list(kept.changes.order_by("-position"))
                _check_visible(changes)
                for index, change in enumerate(changes):
                    # Rows that this undo changes later on may point at what goes now; the constraints are
                    # checked once all is taken back.
                    _take_back(change, kept, {later.row for later in changes[index + 1 :]})
                restored = [change for change in changes if change.operation == "delete"]
                _check_visible(restored, restored=True)
                _check_standing(restored, kept)
                connection.check_constraints()
        except IntegrityError as problem:
            raise Refused(
                f"Entry {kept.number:,} cannot be undone: something made since stands in its place. "
                "Nothing has changed."
            ) from problem
        return found


def undo_rows(actor: Any, rows: Iterable[tuple[type[models.Model], UUID]], *, source: str) -> list[Entry]:
    """Undo every entry of the actor that touched these rows, newest first; all or nothing."""
    with acting_as(actor), transaction.atomic():
        ids: dict[UUID, int] = {}
        for model, pk in rows:
            changes = JournalChange.objects.filter(
                model=model._meta.label_lower, row=pk, entry__owner=actor, entry__undoes=None
            ).select_related("entry")
            ids.update({change.entry_id: change.entry.number for change in changes})
        live = set(ids) - undone_ids(actor)
        return [undo(actor, entry_id, source=source) for entry_id in sorted(live, key=lambda e: -ids[e])]


def is_redo(kept: JournalEntry) -> bool:
    """Whether an entry brings back what an undo took: the undo of an undo."""
    redo = False
    while kept.undoes is not None and kept.undoes.undoes is not None:
        kept, redo = kept.undoes, not redo
    return redo


def _label(undone: JournalEntry) -> str:
    if undone.undoes is not None and not is_redo(undone):
        return f"Redo of entry {undone.undoes.number:,}"
    return f"Undo of entry {undone.number:,}"


def _lock_chain(actor: Any) -> None:
    from .models import Chain

    if connection.features.has_select_for_update:
        list(Chain.objects.select_for_update().filter(owner=actor))


def _take_back(change: JournalChange, kept: JournalEntry, still_to_come: set[UUID]) -> None:
    model = apps.get_model(change.model)
    present = capture.read(model, [change.row], lock=True).get(change.row)
    clock = touched_by_clock(model)
    if change.operation == "delete":
        if present is not None:
            raise _later(change, kept)
        row = model(**decode_row(model, change.before or {}))
        with unscoped(_WHY):
            row.save_base(raw=True, force_insert=True)
        return
    after = change.after or {}
    if present is None or any(present.get(name) != value for name, value in after.items() if name not in clock):
        raise _later(change, kept)
    with unscoped(_WHY):
        if change.operation == "create":
            _remove(model, change, kept, present, still_to_come)
        else:
            before = change.before or {}
            values = {
                name: value
                for name, value in decode_row(model, before).items()
                if name not in clock or present.get(name) == after.get(name)
            }
            rows = model._base_manager.filter(pk=change.row)
            models.QuerySet.update(rows, **values)
            capture.note_update(model, change.row, present, capture.read(model, [change.row])[change.row])


def _remove(
    model: type[models.Model], change: JournalChange, kept: JournalEntry, present: Any, still_to_come: set[UUID]
) -> None:
    for relation in model._meta.related_objects:
        child = relation.related_model
        if not capture.is_recorded(child):
            # What the house itself keeps beside a row (that a reminder rang) goes with it.
            if hasattr(child, "access_rule") and relation.on_delete is models.CASCADE:
                child._base_manager.filter(**{relation.field.name: change.row}).delete()
            continue
        _refuse_leaning(child._base_manager.filter(**{relation.field.name: change.row}), kept, still_to_come)
    for pointing in leaning:
        _refuse_leaning(pointing(model, change.row), kept, still_to_come)
    rows = model._base_manager.filter(pk=change.row)
    row = rows.get()
    line = line_of(row, "delete")
    models.QuerySet._raw_delete(rows, rows.db)
    note(Change(model, change.row, "delete", present, None, capture.audiences(model, present), line))


def _refuse_leaning(pointing: models.QuerySet[Any], kept: JournalEntry, still_to_come: set[UUID]) -> None:
    row = next((row for row in pointing if row.pk not in still_to_come), None)
    if row is not None:
        line = line_of(row, "create")
        raise Refused(
            f"Entry {kept.number:,} cannot be undone: {line.what.lower()} “{line.name}” stands on it. "
            "Undo or delete that first. Nothing has changed."
        )


def _check_visible(changes: list[JournalChange], *, restored: bool = False) -> None:
    """Refuse where a row is there that the actor does not see: they have left its group since.

    Asked before anything is taken back, since what is taken back may be their own membership; and afterwards of
    what came back into a group.
    """
    by_model: dict[str, set[UUID]] = {}
    for change in changes:
        by_model.setdefault(change.model, set()).add(change.row)
    for label, rows in by_model.items():
        model = apps.get_model(label)
        if restored and not isinstance(getattr(model, "access_rule", None), (MembersOf, MineOrMembersOf)):
            continue
        there = list(capture.read(model, list(rows)))
        seen = {
            pk
            for start in range(0, len(there), capture.CHUNK)
            for pk in model._base_manager.filter(pk__in=there[start : start + capture.CHUNK]).values_list(
                "pk", flat=True
            )
        }
        if not seen.issuperset(there):
            raise Refused("What this entry changed is not yours to see any more. Nothing has changed.")


def _check_standing(changes: list[JournalChange], kept: JournalEntry) -> None:
    """Refuse where a row came back without what it belongs to, which no foreign key would notice."""
    for change in changes:
        model: Any = apps.get_model(change.model)
        row = model._base_manager.filter(pk=change.row).first() if hasattr(model, "stands") else None
        if row is not None and not row.stands():
            raise Refused(
                f"Entry {kept.number:,} cannot be undone: what “{line_of(row, 'create').name}” belongs to is gone. "
                "Bring that back first. Nothing has changed."
            )


def _later(change: JournalChange, kept: JournalEntry) -> Refused:
    with unscoped("the later change may be somebody else's"):
        later = (
            JournalChange.objects.filter(model=change.model, row=change.row, id__gt=change.id)
            .exclude(entry_id=kept.id)
            .select_related("entry")
            .order_by("-id")
            .first()
        )
    if later is None:
        return Refused(
            f"Entry {kept.number:,} cannot be undone: what it changed is different by now. Nothing has changed."
        )
    if later.entry.owner_id != kept.owner_id:
        return Refused(
            f"Entry {kept.number:,} cannot be undone: somebody else changed the same thing later. Nothing has changed."
        )
    return Refused(
        f"Entry {kept.number:,} cannot be undone: entry {later.entry.number:,} changed the same thing later. "
        f"Undo entry {later.entry.number:,} first. Nothing has changed."
    )

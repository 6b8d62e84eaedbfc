"""Undo in a conversation: the last thing, the one before, a thing by its words, and back again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import transaction
from rapidfuzz import fuzz, utils

from pam.journal.entries import Entry
from pam.journal.models import JournalEntry
from pam.journal.undo import Refused, undo, undo_rows, undone_by, undone_ids
from pam.tools.resolve import finder_of

from . import frames
from .models import Action, Thread, Turn


def entries_of(thread: Thread) -> list[UUID]:
    """Return the entries of a conversation that are no undos, newest first."""
    ids = [entry for entry in Action.objects.filter(turn__thread=thread).values_list("entry", flat=True) if entry]
    rows = JournalEntry.objects.filter(pk__in=ids, undoes=None).order_by("-number")
    return list(rows.values_list("pk", flat=True))


def undo_last(user: Any, thread: Thread) -> list[Entry]:
    """Undo the newest entry of the conversation that still stands; raises Refused where there is none."""
    gone = undone_ids(user)
    for entry_id in entries_of(thread):
        if entry_id not in gone:
            return [undo(user, entry_id, source="chat")]
    raise Refused("There is nothing left to undo in this conversation.")


def undo_words(user: Any, thread: Thread, words: str) -> list[Entry]:
    """Undo every entry that touched the thing that the words name, newest first; raises Refused."""
    gone = undone_ids(user)
    for action in _actions(thread, words):
        if action.entry in gone or not action.lines:
            continue
        rows = [(apps.get_model(line["model"]), UUID(line["row"])) for line in action.lines]
        return undo_rows(user, rows, source="chat")
    for model in apps.get_models():
        finder = finder_of(model)
        found = finder(words) if finder else []
        if len(found) == 1:
            done = undo_rows(user, [(model, found[0].pk)], source="chat")
            if done:
                return done
    raise Refused(f"Nothing that was done here is called “{words}”. Nothing has changed.")


def redo(user: Any, thread: Thread, words: str = "") -> list[Entry]:
    """Bring back what was undone last in the conversation, or what the words name of it; raises Refused."""
    gone = undone_ids(user)
    candidates = entries_of(thread)
    if words:
        named = {action.entry for action in _actions(thread, words)}
        candidates = [entry_id for entry_id in candidates if entry_id in named] or candidates
    undone = [entry_id for entry_id in candidates if entry_id in gone]
    latest = (
        JournalEntry.objects.filter(undoes__in=undone).exclude(pk__in=gone).order_by("-number").first()
        if undone
        else None
    )
    if latest is None:
        raise Refused("Nothing here is undone, so there is nothing to bring back.")
    return [undo(user, latest.pk, source="chat")]


def _actions(thread: Thread, words: str) -> list[Action]:
    """Return the conversation's actions that the words name, newest first."""
    wanted = utils.default_process(words)
    found = []
    for action in Action.objects.filter(turn__thread=thread).exclude(entry=None).order_by("-id"):
        if action.tool.startswith("assistant."):
            continue
        said = " ".join([action.tool.replace(".", " ").replace("_", " "), *map(str, action.arguments.values())])
        told = " ".join(f"{line['what']} {line['name']} {line['sub']}" for line in action.lines)
        if wanted and fuzz.partial_token_set_ratio(wanted, utils.default_process(f"{said} {told}")) >= 90:
            found.append(action)
    return found


def mark(user: Any, done: Sequence[Entry]) -> None:
    """Give the actions of undone or restored entries their status, and tell the open pages."""
    gone = undone_by(user)
    targets = {entry.undoes for entry in done if entry.undoes}
    # An undo of an undo brings the first entry back.
    first = JournalEntry.objects.filter(pk__in=targets).exclude(undoes=None).values_list("undoes_id", flat=True)
    for entry_id in targets | set(first):
        status = Action.Status.UNDONE if entry_id in gone else Action.Status.DONE
        touched = list(Action.objects.filter(entry=entry_id).select_related("turn__thread"))
        for action in touched:
            action.status = status
            action.save(update_fields=["status", "updated_at"])
        if touched:
            told: frames.FrameData = ("receipt.restored", {"entry": str(entry_id)})
            if redo := gone.get(entry_id):
                told = ("receipt.undone", {"entry": str(entry_id), "redo": str(redo)})
            frames.write(touched[0].turn.thread, touched[0].turn, [told])


def press(user: Any, thread: Thread, entry_id: UUID | None) -> tuple[Entry, Turn | None]:
    """Undo by the button: this entry, or the conversation's last; raises Refused."""
    with transaction.atomic():
        done = [undo(user, entry_id, source="chat")] if entry_id else undo_last(user, thread)
        mark(user, done)
        action = Action.objects.filter(entry=done[0].undoes).select_related("turn").first()
        return done[0], action.turn if action else None

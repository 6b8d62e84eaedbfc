"""Files sent along with what is said: they go to the row that the words make, or PAM asks what they belong to.

Attaching is one more step of the turn, behind those that the engine wants, and in the same entry as they: the receipt
shows expense and file together, and one undo takes back both. A file that nothing is said of waits with the
question; the next thing said answers it, by making a row or by naming one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.apps import apps

from pam.access import current_user
from pam.files import services, targets
from pam.files.models import Upload
from pam.journal.entries import current_entry
from pam.journal.lines import net, show
from pam.tools.registry import Ask, Reply, ToolError, find
from pam.tools.resolve import MOST_OPTIONS

from . import dialogue
from .engines.base import Answer, Call
from .models import Action, Plan, Thread, Turn

TOOL = "assistant.attach_files"
MOST_FILES = 10
MOST_LOOKED_AT = 60  # newest rows of a model, where the conversation has none that is meant
LONGEST_NAMING = 120  # characters: who says more does more than name
# What only points: "it's for the hardware" speaks of "hardware".
POINTING = frozenset(
    re.findall(
        r"\w+",
        "the my it its is this that thats these those one last to for of on from with belongs goes was put attach "
        "just please here heres there look at see and i we you me file files receipt invoice picture photo pdf "
        "document",
    )
)


def taken(ids: Sequence[Any]) -> list[dict[str, str]]:
    """Return what a turn keeps of the waiting files that are sent along; raises ValueError with words for the person."""
    if len(ids) > MOST_FILES:
        raise ValueError(f"At most {MOST_FILES} files go with one message. Send it in parts. Nothing has changed.")
    found = _uploads(ids)
    if len(found) != len(set(map(str, ids))):
        raise ValueError("A file of this message waits no longer, or is not there. Send it again. Nothing has changed.")
    return [services.facts_of(upload) for upload in found]


def _uploads(ids: Iterable[Any]) -> list[Upload]:
    try:
        return services.waiting([UUID(str(found)) for found in ids])
    except ValueError:
        return []


def with_files(turn: Turn, answer: Answer) -> Answer:
    """Return an engine's answer with the step that attaches the files which wait, where it is time for it."""
    if any(call.tool == TOOL for call in answer.calls) or answer.question is not None:
        return answer
    writes = any(_makes_rows(call.tool) for call in answer.calls)
    fresh = [file["id"] for file in turn.files]
    carried = [] if fresh else (turn.thread.state or {}).get("files", [])
    if answer.more and not writes:
        return answer  # the model looks first, and acts in a later round
    if not fresh and not writes:
        return answer  # asked once is enough
    waiting = [str(upload.pk) for upload in _uploads([*fresh, *carried])]
    if waiting:
        answer.calls.append(Call(TOOL, {"files": waiting}))
    return answer


def naming(turn: Turn) -> Answer | None:
    """Return the whole answer to words that do no more than name what waiting files belong to, or None.

    Asked before any engine: "the passport task" answers PAM's question, and nothing else is to be read into it.
    """
    waiting = [file["id"] for file in turn.files]
    if not waiting and ((turn.thread.state or {}).get("open") or {}).get("tool") == TOOL:
        waiting = _carried(turn.thread)
    if not waiting or len(turn.said) > LONGEST_NAMING:
        return None
    with dialogue.speaking(turn):
        rest = _plain(turn.said) - POINTING
        if rest and not _named_by(rest):
            return None
    return Answer([Call(TOOL, {"files": waiting, "row": turn.said})])


def _makes_rows(name: str) -> bool:
    tool = find(name)
    return tool is not None and tool.effect == "write" and tool.domain != "assistant"


def attach(user: Any, files: Sequence[str], words: str) -> Reply:
    """Attach waiting files to the row that the words name, or to the one that this entry has made; raises Ask."""
    turn = dialogue.current_turn.get()
    given = files or ([*(file["id"] for file in turn.files), *_carried(turn.thread)] if turn else [])
    found = _uploads(given)
    if not found:
        raise ToolError("No file waits here any more. Send it again. Nothing has changed.")
    row = named(words, _names(found)) if words else _made(_names(found))
    for upload in found:
        services.attach_upload(user, row, upload)
    return Reply()


def _carried(thread: Thread) -> list[str]:
    return list((thread.state or {}).get("files", []))


def _names(found: Sequence[Upload]) -> str:
    return ", ".join(f"“{upload.name}”" for upload in found)


def _made(files: str) -> Any:
    """Return the row that the open entry has made and that takes files; raises Ask where there is none or several."""
    entry = current_entry()
    made = [change for change in net(entry.changes) if change.operation == "create"] if entry else []
    rows = [change.model._default_manager.get(pk=change.row) for change in made if targets.takes(change.model)]
    # A service books its own expense: the row that points at the other is the one that was spoken of.
    pointed_at = {
        getattr(row, field.attname)
        for row in rows
        for field in row._meta.concrete_fields
        if field.is_relation and field.attname != "owner_id"
    }
    rows = [row for row in rows if row.pk not in pointed_at]
    if len(rows) == 1:
        return rows[0]
    if not rows:
        raise _what(files)
    raise _which(files, rows)


def named(words: str, files: str = "the file") -> Any:
    """Return the person's own row that words name: of this conversation first, then any; raises Ask.

    All of the words are said of the row. What is only near is asked about: a file on a wrong row is not found again.
    """
    rest = _plain(words) - POINTING
    rows = _named_by(rest)
    if rows and rest <= _plain(rows[0].noun) and rows[0] in _of_conversation():
        return rows[0]  # "it", "the expense": the newest that was spoken of
    if len(rows) == 1:
        return rows[0]
    if rows:
        raise _which(files, rows)
    if not rest:
        raise _what(files)
    raise Ask("row", f"Nothing that takes files is called “{words}”. What does {files} belong to?")


def _named_by(rest: set[str]) -> list[Any]:
    """Return the rows that all of these words are said of: those of the conversation, newest first, else any."""
    here = [row for row in _of_conversation() if rest <= _words_of(row)]
    if here or not rest:
        return here
    me = current_user().pk
    newest = [
        row
        for model in targets.models_that_take()
        for row in model._default_manager.filter(owner_id=me).select_related().order_by("-id")[:MOST_LOOKED_AT]
    ]
    return [row for row in newest if rest <= _words_of(row)]


def _words_of(row: Any) -> set[str]:
    return _plain(f"{row.noun} {row} {' '.join(map(show, row.receipt().values()))}")


def _of_conversation() -> list[Any]:
    """Return the rows of this conversation that take files, newest first."""
    turn = dialogue.current_turn.get()
    if turn is None:
        return []
    rows: list[Any] = []
    for recent in dialogue.mind_of(turn.thread).recent:
        for known in recent.rows:
            model: Any = apps.get_model(known["model"])
            row = model._default_manager.filter(pk=known["row"]).first() if targets.takes(model) else None
            if row is not None and row not in rows:
                rows.append(row)
    return rows


def _what(files: str) -> Ask:
    return Ask("row", f"What does {files} belong to? Name what is there already, or say what it was for.")


def _which(files: str, rows: Sequence[Any]) -> Ask:
    names = [", ".join(filter(None, (f"{row.noun} {row}", show(row.receipt().get("value"))))) for row in rows]
    return Ask("row", f"Which does {files} belong to? {' · '.join(names[:MOST_OPTIONS])}", names[:MOST_OPTIONS])


def _plain(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower().replace("'", "").replace("’", "")))


def still_open(thread: Thread, turn: Turn, actions: Sequence[Action]) -> list[str]:
    """Return the ids of files that go on waiting for what is said next; those of a waiting plan wait with it."""
    planned = {pk for action in actions if action.status == Action.Status.PROPOSED for pk in _files_of(action)}
    ids = [*(file["id"] for file in turn.files), *_carried(thread)]
    return [str(upload.pk) for upload in _uploads(ids) if str(upload.pk) not in planned]


def _files_of(action: Action) -> list[str]:
    return list(action.arguments.get("files", [])) if action.tool == TOOL else []


def _in_plans() -> Iterable[UUID]:
    """Yield the uploads that waiting plans would attach: a plan waits as long as it takes, and so do they."""
    waiting = Action.objects.filter(tool=TOOL, status=Action.Status.PROPOSED, plan__status=Plan.Status.WAITING)
    for action in waiting:
        yield from (UUID(pk) for pk in _files_of(action))


services.still_wanted.append(_in_plans)

"""What a conversation has in mind: what was just done, what is asked, what waits. Kept with the thread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from pam.tools.registry import asked

from .models import Action, Plan, Thread, Turn

MOST_RECENT = 12
# What one would not come back to: "no, 45" after a file was attached means the expense.
NO_SUBJECT = frozenset({"assistant.undo", "assistant.redo", "assistant.attach_files"})

current_turn: ContextVar[Turn | None] = ContextVar("pam_turn", default=None)


@contextmanager
def speaking(turn: Turn) -> Iterator[None]:
    """Let tools know which conversation they run in."""
    token = current_turn.set(turn)
    try:
        yield
    finally:
        current_turn.reset(token)


@dataclass
class Recent:
    """Something that was done in this conversation: the tool, what it was told, and the rows that came of it."""

    tool: str
    arguments: dict[str, Any]
    rows: list[dict[str, str]]  # {"model", "row", "what", "name", "verb"}
    entry: str


@dataclass
class Open:
    """A question of PAM's that waits for its answer."""

    tool: str
    arguments: dict[str, Any]
    slot: str
    question: str
    options: list[str] = field(default_factory=list)  # likely answers
    rows: list[str] = field(default_factory=list)  # the ids of the rows that they mean
    turn: str = ""  # where it was asked

    @property
    def words(self) -> str:
        """The question with its likely answers."""
        return asked(self.question, self.options)


@dataclass
class Mind:
    """What the dialogue has in mind, newest first."""

    recent: list[Recent] = field(default_factory=list)
    open: Open | None = None
    waiting_plan: UUID | None = None
    last_said: str = ""


def mind_of(thread: Thread) -> Mind:
    """Return what the conversation has in mind."""
    state = thread.state or {}
    waiting = Plan.objects.filter(thread=thread, status=Plan.Status.WAITING).order_by("-id").first()
    return Mind(
        [Recent(**item) for item in state.get("recent", [])],
        Open(**state["open"]) if state.get("open") else None,
        waiting.pk if waiting else None,
        state.get("last_said", ""),
    )


def remember(
    turn: Turn, actions: Sequence[Action], question: dict[str, Any] | None, files: Sequence[str] = ()
) -> Open | None:
    """Keep what this turn did and asked, and the `files` that wait with a question; return its question."""
    thread = Thread.objects.get(pk=turn.thread_id)
    state = dict(thread.state or {})
    wrote = [action for action in actions if action.status == Action.Status.DONE and action.lines]
    recent = [_recent(action) for action in reversed(wrote) if action.tool not in NO_SUBJECT]
    state["recent"] = (recent + state.get("recent", []))[:MOST_RECENT]
    asks = next((action for action in actions if action.status == Action.Status.ASKS), None)
    opened: Open | None = None
    if question is not None:
        opened = Open(**question, turn=str(turn.pk))
    elif asks is not None:
        opened = Open(asks.tool, asks.arguments, asks.slot, asks.text, asks.options, asks.rows, str(turn.pk))
    if opened is not None:
        state["open"] = opened.__dict__
    elif wrote or any(action.tool == "assistant.decline" for action in actions):
        state["open"] = None
    state["files"] = list(files) if state.get("open") else []
    state["last_said"] = turn.said[:500]
    thread.state = state
    thread.save(update_fields=["state", "updated_at"])
    return opened


def _recent(action: Action) -> dict[str, Any]:
    return {
        "tool": action.tool,
        "arguments": action.arguments,
        "rows": [{name: line[name] for name in ("model", "row", "what", "name", "verb")} for line in action.lines],
        "entry": str(action.entry),
    }


def forget_question(thread: Thread) -> None:
    """Drop the open question."""
    state = dict(thread.state or {})
    if state.get("open"):
        state["open"] = None
        thread.state = state
        thread.save(update_fields=["state", "updated_at"])

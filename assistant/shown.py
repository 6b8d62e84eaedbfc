"""How actions, receipts and plans look to clients: one form for pages, frames and the API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from pam.access import current_user
from pam.journal.undo import undone_by
from pam.tools.registry import find

from .dialogue import mind_of
from .models import Action, Plan, Turn


def receipt_of(actions: Iterable[Action], undone: Mapping[UUID, UUID] | None = None) -> dict[str, Any] | None:
    """Return the receipt of actions of one entry, or None where they changed nothing."""
    rows = [action for action in actions if action.entry]
    if not rows:
        return None
    entry = rows[0].entry
    assert entry is not None
    redo = (undone if undone is not None else undone_by(current_user())).get(entry)
    return {
        "entry": str(entry),
        "number": rows[0].entry_number,
        "lines": [line for action in rows for line in action.lines],
        "undo": None if redo else str(entry),
        "redo": str(redo) if redo else None,
        "state": "undone" if redo else "done",
        "reason": "",
    }


def title_of(tool: str) -> str:
    """Return a tool's title in words."""
    found = find(tool)
    return found.title if found else tool


def step_of(action: Action) -> dict[str, Any]:
    """Return one step of a plan."""
    text = action.arguments.get("text")
    return {
        "id": str(action.pk),
        "tool": action.tool,
        "title": title_of(action.tool),
        "lines": action.lines,
        "quote": text if isinstance(text, str) else "",
        "status": action.status,
        "arguments": action.arguments,
        "editable": [
            {"name": name, "label": name.replace("_", " ").capitalize(), "value": value, "type": "text"}
            for name, value in action.arguments.items()
            if isinstance(value, str) and not _is_id(value)
        ],
    }


def _is_id(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


def plan_of(plan: Plan) -> dict[str, Any]:
    """Return a plan with its steps and who will see it."""
    from pam.tools.executor import audience_of

    steps = list(plan.actions.order_by("position"))
    audiences = []
    for step in steps:
        tool = find(step.tool)
        if tool is not None and (said := audience_of(current_user(), tool, step.arguments)):
            audiences.append(said)
    return {
        "id": str(plan.pk),
        "title": plan.title,
        "status": plan.status,
        "audience": ", ".join(dict.fromkeys(audiences)),
        "steps": [step_of(step) for step in steps],
        "note": "Nothing has changed yet." if plan.status == Plan.Status.WAITING else "",
    }


def action_of(action: Action, undone: Mapping[UUID, UUID]) -> dict[str, Any]:
    """Return an action as `POST /api/pam/chat` answers it."""
    receipt = receipt_of([action], undone)
    return {
        "id": str(action.pk),
        "tool": action.tool,
        "status": action.status,
        "receipt": receipt,
        "undo": receipt["undo"] if receipt else None,
    }


def options_of(turn: Turn) -> list[str]:
    """Return the likely answers of the question that a turn asked and that is open still."""
    opened = mind_of(turn.thread).open
    return opened.options if opened is not None and opened.turn == str(turn.pk) else []


def answer_of(turn: Turn, reply: str | None = None) -> dict[str, Any]:
    """Return the answer of a turn: thread, turn, reply, actions, what waits."""
    undone = undone_by(current_user())
    waiting = turn.plans.filter(status=Plan.Status.WAITING).order_by("id").first()
    return {
        "thread": str(turn.thread_id),
        "turn": str(turn.pk),
        "reply": turn.reply if reply is None else reply,
        "options": options_of(turn),
        "actions": [action_of(action, undone) for action in turn.actions.order_by("round", "position")],
        "waiting": plan_of(waiting) if waiting else None,
    }

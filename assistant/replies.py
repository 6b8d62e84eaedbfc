"""What PAM says it did: composed from the journal's lines and the tools' answers, never from a model's words."""

from __future__ import annotations

from collections.abc import Sequence

from pam.journal.lines import Line

from .models import Action

MOST_SAID = 6


def reply_of(actions: Sequence[Action]) -> str:
    """Return the words for what became of actions: done, answered, asked, failed, waiting."""
    parts: list[str] = []
    for action in actions:
        if action.status in {Action.Status.FAILED, Action.Status.ASKS} or (
            action.status == Action.Status.DONE and not action.lines
        ):
            parts.append(action.words)
        elif action.status == Action.Status.DONE:
            parts += [_aside(action), said(action.lines), action.text]
    waiting = [action for action in actions if action.status == Action.Status.PROPOSED and action.plan_id]
    if waiting:
        would = said_would(waiting)
        parts.append(f"{would} Nothing has changed yet: approve or decline.")
    return " ".join(part for part in parts if part).strip()


def beside(actions: Sequence[Action]) -> str:
    """Return what of the words stands in no receipt and no plan, for who sees those: it is said once."""
    return " ".join(filter(None, [part for action in actions for part in (_aside(action), action.text)])).strip()


def _aside(action: Action) -> str:
    return {"assistant.undo": "Undone.", "assistant.redo": "Brought back."}.get(action.tool, "") if action.lines else ""


def said(lines: Sequence[dict[str, object]]) -> str:
    """Return receipt lines as sentences."""
    shown = [Line(**line).sentence() + "." for line in lines[:MOST_SAID]]  # type: ignore[arg-type]
    if len(lines) > MOST_SAID:
        shown.append(f"And {len(lines) - MOST_SAID} more.")
    return " ".join(shown)


def said_would(actions: Sequence[Action]) -> str:
    """Return what waiting steps would do, as a sentence."""
    from .shown import title_of

    parts = []
    for action in actions:
        text = action.arguments.get("text")
        name = f"“{text}”" if isinstance(text, str) else ", ".join(str(line["name"]) for line in action.lines[:2])
        parts.append(f"{title_of(action.tool)}: {name}" if name else title_of(action.tool))
    return f"{'; '.join(parts)}."

"""What can be asked of PAM itself: memory, settings, undo, help, and the words around them."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from pam.access import current_user
from pam.accounts import services as accounts
from pam.files.targets import group_of
from pam.journal.entries import Entry
from pam.tools import Arguments, Ref, Reply, Risk, tool, tools
from pam.tools.registry import ToolError
from pam.tools.resolve import finds, nearest

from . import attaching, dialogue, plans, undoing
from .models import Action, Memory, Plan, Thread, Turn
from .replies import said


def _memories(text: str) -> list[Any]:
    rows = list(Memory.objects.order_by("-id"))
    words = set(text.lower().split())
    inside = [row for row in rows if words & set(row.fact.lower().split()) - {"the", "a", "my", "that", "i", "im"}]
    return nearest(rows, text) or inside[:1]


finds(Memory, _memories)


class Fact(Arguments):
    """Something to keep in mind."""

    fact: str = Field(max_length=1000)


@tool(Fact, risk=Risk.REVERSIBLE, title="Remember", ask={"fact": "What should be remembered?"})
def remember(user: Any, asked: Fact) -> Reply:
    """Keep a fact about the user in mind."""
    Memory.objects.create(owner=user, fact=asked.fact)
    return Reply()


class OneMemory(Arguments):
    """Which memory."""

    memory: Ref[Memory]


@tool(OneMemory, risk=Risk.REVERSIBLE, title="Forget", ask={"memory": "What should be forgotten?"})
def forget(user: Any, asked: OneMemory) -> Reply:
    """Forget a fact that was kept."""
    asked.memory.delete()
    return Reply()


class AttachFiles(Arguments):
    """Files that wait in this conversation, and what they belong to."""

    files: list[str] = Field(default=[], max_length=attaching.MOST_FILES, description="ids; left out: all that wait")
    row: str | None = Field(
        default=None, max_length=300, description="words for a record; left out: the one that the other calls make"
    )


def _risk_of_attaching(user: Any, asked: AttachFiles) -> Risk:
    row = attaching.named(asked.row) if asked.row else None
    return Risk.OUTWARD if row is not None and group_of(row) else Risk.REVERSIBLE


@tool(AttachFiles, risk=Risk.REVERSIBLE, title="Attach files", risk_of=_risk_of_attaching)
def attach_files(user: Any, asked: AttachFiles) -> Reply:
    """Attach files that the user sent along to a record of theirs."""
    return attaching.attach(user, asked.files, asked.row or "")


class Nothing(Arguments):
    """Takes nothing."""


@tool(Nothing, risk=Risk.READ, title="What is remembered")
def memory(user: Any, asked: Nothing) -> Reply:
    """Tell what PAM was told to keep in mind."""
    rows = [str(row) for row in Memory.objects.order_by("-id")[:50]]
    return Reply("Remembered: " + "; ".join(rows) + "." if rows else "Nothing is remembered yet.")


class ChangeSettings(Arguments):
    """Settings to change; only what is said."""

    display_name: str | None = Field(default=None, max_length=80)
    time_zone: str | None = None
    home_currency: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    distance_unit: str | None = Field(default=None, pattern="^(km|mi)$")
    volume_unit: str | None = Field(default=None, pattern="^(L|gal)$")
    week_start: int | None = Field(default=None, ge=0, le=6)


@tool(
    ChangeSettings, risk=Risk.REVERSIBLE, title="Change settings",
    any_of=("display_name", "time_zone", "home_currency", "distance_unit", "volume_unit", "week_start"),
    ask={"display_name": "Which setting: name, time zone, currency, km or miles, litres or gallons, first day of the week?"},
)  # fmt: skip
def settings(user: Any, asked: ChangeSettings) -> Reply:
    """Change the user's settings: name, time zone, home currency, units, first day of the week."""
    accounts.change_settings(user, **asked.model_dump(exclude_none=True))
    return Reply()


class UndoAsked(Arguments):
    """What to undo: the last thing, or what these words name."""

    transaction: str | None = None


@tool(UndoAsked, risk=Risk.REVERSIBLE, title="Undo", direct=True)
def undo(user: Any, asked: UndoAsked) -> Reply:
    """Undo the last thing done in this conversation, or all that was done to the thing that the words name."""
    thread = _thread()
    done = undoing.undo_words(user, thread, asked.transaction) if asked.transaction else undoing.undo_last(user, thread)
    return _undone(user, done)


@tool(UndoAsked, risk=Risk.REVERSIBLE, title="Bring back", direct=True)
def redo(user: Any, asked: UndoAsked) -> Reply:
    """Bring back what was undone in this conversation."""
    return _undone(user, undoing.redo(user, _thread(), asked.transaction or ""))


def _undone(user: Any, done: list[Entry]) -> Reply:
    undoing.mark(user, done)
    return Reply(entries=done)


@tool(Nothing, risk=Risk.READ, title="What was done")
def recap(user: Any, asked: Nothing) -> Reply:
    """Tell what was done last in this conversation."""
    last = Action.objects.filter(turn__thread=_thread()).exclude(entry=None).order_by("-id").first()
    if last is None:
        return Reply("Nothing was done in this conversation yet.")
    rows = Action.objects.filter(entry=last.entry).order_by("round", "position")
    lines = [line for row in rows for line in row.lines]
    state = " It is undone." if last.status == Action.Status.UNDONE else ""
    return Reply(f"Entry {last.entry_number:,}: {said(lines)}{state}" if lines else last.text)


@tool(Nothing, risk=Risk.READ, title="Approve", direct=True)
def confirm(user: Any, asked: Nothing) -> Reply:
    """Say yes to what waits in this conversation."""
    plan = _waiting()
    if plan is None:
        return Reply("Nothing waits for a yes here.")
    waiting, ticked = plans.waiting_steps(plan), _turn().ticked
    # A yes is to what was seen: not to what stood unticked.
    steps = waiting if ticked is None else [step for step in waiting if str(step) in ticked]
    if not steps:
        return Reply("No step is ticked, so nothing is approved. Nothing has changed.")
    try:
        turn = plans.approve(user, plan.pk, steps)
    except plans.PlanProblem as problem:
        raise ToolError(str(problem)) from problem
    left = len(waiting) - len(steps)
    if not left or set(steps) & set(plans.waiting_steps(plan)):
        return Reply(turn.reply)
    return Reply(f"{turn.reply} {left} unticked step{'s wait' if left > 1 else ' waits'} still.")


@tool(Nothing, risk=Risk.READ, title="Decline", direct=True)
def decline(user: Any, asked: Nothing) -> Reply:
    """Say no to what waits in this conversation, or drop the question that is open."""
    plan = _waiting()
    dialogue.forget_question(_thread())
    if plan is None:
        return Reply("All right. Nothing has changed.")
    plans.decline(user, plan.pk)
    return Reply("Declined. Nothing has changed.")


@tool(Nothing, risk=Risk.READ, title="Help")
def help(user: Any, asked: Nothing) -> Reply:
    """Tell what can be asked."""
    titles: dict[str, list[str]] = {}
    for found in tools():
        titles.setdefault(found.domain, []).append(found.title.lower())
    names = {"wins": "Money", "wheels": "Vehicles and travel", "you": "Days", "social": "People"}
    parts = [f"{names[domain]}: {', '.join(dict.fromkeys(titles[domain]))}." for domain in names if domain in titles]
    examples = (
        "Say it in your own words, for example “spent 42.50 on groceries at Coles yesterday” or "
        "“remind me to call the dentist tomorrow at 9am”. “Undo” takes the last thing back."
    )
    return Reply(" ".join([*parts, examples]))


@tool(Nothing, risk=Risk.READ, title="Greeting")
def greeting(user: Any, asked: Nothing) -> Reply:
    """Answer a greeting or thanks."""
    name = current_user().display_name.split(" ")[0] if current_user().display_name else ""
    return Reply(f"Hello{' ' + name if name else ''}. What should be noted, booked or looked up?")


def _turn() -> Turn:
    turn = dialogue.current_turn.get()
    if turn is None:
        raise ToolError("This is possible in a conversation only.")
    return turn


def _thread() -> Thread:
    return _turn().thread


def _waiting() -> Plan | None:
    return Plan.objects.filter(thread=_thread(), status=Plan.Status.WAITING).order_by("-id").first()

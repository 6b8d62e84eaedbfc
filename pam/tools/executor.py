"""The one executor: permission, validation, idempotency, one entry for what is approved together."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from uuid import UUID

import structlog
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from pam import journal
from pam.access import acting_as
from pam.journal.entries import Entry, fingerprint
from pam.journal.lines import receipt_lines
from pam.ops.metrics import tool_runs, tool_seconds

from .models import ToolRun
from .registry import Ask, Reply, Risk, Tool, ToolError, asked, find
from .resolve import question as asking
from .resolve import resolve

log = structlog.get_logger(__name__)


@dataclass
class Step:
    """One call that is asked for: its action's id, the tool's name, the arguments as an engine gave them."""

    action: UUID
    tool: str
    arguments: dict[str, Any]


@dataclass
class Outcome:
    """What became of a step. `status`: done, failed, or asks (something needed is open)."""

    action: UUID
    tool: str
    status: str
    text: str = ""
    card: dict[str, Any] | None = None
    entry: UUID | None = None
    number: int | None = None
    lines: list[dict[str, Any]] = field(default_factory=list)
    slot: str = ""
    options: list[str] = field(default_factory=list)  # likely answers of what is asked, beside `text`
    rows: list[str] = field(default_factory=list)  # the ids of the rows that they mean

    @property
    def words(self) -> str:
        """What the step says, with the likely answers of its question."""
        return asked(self.text, self.options)

    def as_json(self) -> dict[str, Any]:
        """Return plain data, as kept for a repeated action."""
        return {**self.__dict__, "action": str(self.action), "entry": str(self.entry) if self.entry else None}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Outcome:
        """Return the outcome that `as_json` kept."""
        entry = UUID(data["entry"]) if data.get("entry") else None
        return cls(**{**data, "action": UUID(data["action"]), "entry": entry})


@dataclass
class Preview:
    """What steps would do, each with a digest that changes when it would do something else."""

    outcomes: dict[UUID, Outcome]
    digests: dict[UUID, str]

    @property
    def problem(self) -> Outcome | None:
        """The first step that would not be done."""
        return next((outcome for outcome in self.outcomes.values() if outcome.status != "done"), None)


def run(user: Any, steps: Sequence[Step], *, source: str, label: str = "") -> list[Outcome]:
    """Run steps as one entry; a step that fails is taken back alone and told as failed.

    An action that ran before is not run again: its outcome is returned as it was.
    """
    try:
        return _run(user, steps, source, label)
    except _RanElsewhere:
        return _run(user, steps, source, label)  # the other process has committed: now its outcome is there


class _RanElsewhere(Exception):
    """Another process runs the same action at this moment."""


def _run(user: Any, steps: Sequence[Step], source: str, label: str) -> list[Outcome]:
    with acting_as(user):
        if any(_is_direct(step) for step in steps):
            return _run_in_parts(user, steps, source, label)
        ran = {run.pk: run for run in ToolRun.objects.filter(pk__in=[step.action for step in steps])}
        outcomes = {pk: Outcome.from_json(run.outcome) for pk, run in ran.items()}
        open_steps = [step for step in steps if step.action not in ran]
        if open_steps:
            with transaction.atomic():
                with journal.entry(user, source=source, label=label) as entry:
                    for step in open_steps:
                        outcomes[step.action] = _attempt(user, step, entry)
                for step in open_steps:
                    _keep(outcomes[step.action], entry)
        return [outcomes[step.action] for step in steps]


def _is_direct(step: Step) -> bool:
    found = find(step.tool)
    return found is not None and found.direct


def _run_in_parts(user: Any, steps: Sequence[Step], source: str, label: str) -> list[Outcome]:
    """Run direct tools one by one, in their order among the others, which stay one entry a run of neighbours."""
    outcomes: list[Outcome] = []
    for direct, neighbours in groupby(steps, key=_is_direct):
        group = list(neighbours)
        if direct:
            outcomes += [_run_direct(user, step) for step in group]
        else:
            outcomes += _run(user, group, source, label)
    return outcomes


def _run_direct(user: Any, step: Step) -> Outcome:
    kept = ToolRun.objects.filter(pk=step.action).first()
    if kept is not None:
        return Outcome.from_json(kept.outcome)
    with transaction.atomic():
        outcome = _attempt(user, step, Entry(user, "chat"))
        if outcome.status == "done":
            _keep(outcome, Entry(user, "chat"))
    return outcome


def _keep(outcome: Outcome, entry: Entry) -> None:
    if outcome.status == "asks":
        return  # nothing happened: the same action may run once it is complete
    if outcome.status == "done" and outcome.lines and entry.number is not None:
        outcome.entry, outcome.number = entry.id, entry.number
    try:
        with transaction.atomic():
            ToolRun.objects.create(pk=outcome.action, tool=outcome.tool, outcome=outcome.as_json())
    except IntegrityError as problem:
        raise _RanElsewhere from problem


@contextmanager
def _taken_back_on_error(entry: Entry) -> Iterator[None]:
    """A savepoint; an exception also takes back what the journal has collected since."""
    mark = len(entry.changes)
    try:
        with transaction.atomic():
            yield
    except BaseException:
        del entry.changes[mark:]
        raise


def _attempt(user: Any, step: Step, entry: Entry) -> Outcome:
    found = find(step.tool)
    if found is None:
        return Outcome(step.action, step.tool, "failed", f"There is no tool called {step.tool}. Nothing has changed.")
    mark, started = len(entry.changes), time.perf_counter()
    try:
        with _taken_back_on_error(entry):
            missing = found.missing(step.arguments)
            if missing:
                raise asking(found, missing[0])
            reply = found.run(user, resolve(found, step.arguments)) or Reply()
            entry.tool = f"{entry.tool} {found.name}".strip() if found.name not in entry.tool else entry.tool
    except Ask as ask:
        outcome = Outcome(
            step.action, step.tool, "asks", ask.question, slot=ask.slot, options=ask.options, rows=ask.rows
        )
    except (ToolError, journal_refused()) as problem:
        outcome = Outcome(step.action, step.tool, "failed", str(problem))
    except ValidationError as problem:
        outcome = Outcome(step.action, step.tool, "failed", words_of(problem))
    except PermissionDenied as problem:
        outcome = Outcome(step.action, step.tool, "failed", str(problem) or "That is not yours to change.")
    else:
        lines = [line.as_json() for line in receipt_lines(entry.changes[mark:])]
        lines += [line.as_json() for own in reply.entries for line in own.lines]
        outcome = Outcome(step.action, step.tool, "done", reply.text, reply.card, lines=lines)
        if reply.entries:
            outcome.entry, outcome.number = reply.entries[-1].id, reply.entries[-1].number
    tool_runs.labels(step.tool, outcome.status).inc()
    tool_seconds.labels(step.tool).observe(time.perf_counter() - started)
    log.info("tool.run", tool=step.tool, status=outcome.status, action=str(step.action))
    return outcome


def journal_refused() -> type[Exception]:
    """Return the error of a refused undo (imported late: undo needs the models)."""
    from pam.journal.undo import Refused

    return Refused


def words_of(problem: ValidationError) -> str:
    """Return a validation error as one sentence."""
    if hasattr(problem, "message_dict"):
        parts = []
        for name, messages in problem.message_dict.items():
            label = "" if name == "__all__" else f"{name.replace('_', ' ').capitalize()}: "
            parts += [f"{label}{message}" for message in messages]
        return " ".join(parts)
    return " ".join(problem.messages)


def preview(user: Any, steps: Sequence[Step]) -> Preview:
    """Run steps in a savepoint, collect what each would change, and roll back."""
    found = Preview({}, {})
    with acting_as(user), journal.preview(user) as entry:
        for step in steps:
            mark = len(entry.changes)
            found.outcomes[step.action] = _attempt(user, step, entry)
            found.digests[step.action] = fingerprint(entry.changes, mark)
    return found


def risk_of(user: Any, tool: Tool, given: dict[str, Any]) -> Risk:
    """Return the risk of this very call; a tool may raise it by what is asked (deleting many)."""
    if tool.risk_of is None:
        return tool.risk
    with acting_as(user):
        try:
            return tool.risk_of(user, resolve(tool, given))
        except ToolError:
            return tool.risk


def audience_of(user: Any, tool: Tool, given: dict[str, Any]) -> str:
    """Return who will see it, in words, or ""."""
    if tool.audience is None:
        return ""
    with acting_as(user):
        try:
            return tool.audience(user, resolve(tool, given))
        except ToolError:
            return ""

"""An entry while it is open: what it collects, and the door through which it is opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import models, transaction

from pam.access import acting_as, uuid7
from pam.access.context import current_or_none

from .lines import Line
from .values import Values


class NoEntry(RuntimeError):
    """A row that the journal keeps was about to change outside an entry."""

    def __init__(self, model: type[models.Model]) -> None:
        super().__init__(
            f"{model.__name__} changes only inside an entry: with journal.entry(user, source=…) or a service's door."
        )


@dataclass
class Change:
    """One row's change: full values where it came or went, only what changed where it stayed."""

    model: type[models.Model]
    row: UUID
    operation: str  # "create" | "update" | "delete"
    before: Values | None
    after: Values | None
    audiences: set[UUID] = field(default_factory=set)
    line: Line | None = None

    @property
    def domain(self) -> str:
        """The app whose row it is."""
        return self.model._meta.app_label


@dataclass
class Entry:
    """What one act changed, while it is collected and, once closed, with its id and number."""

    actor: Any
    source: str
    tool: str = ""
    label: str = ""
    undoes: UUID | None = None
    corrects: UUID | None = None
    id: UUID = field(default_factory=uuid7)
    number: int | None = None
    changes: list[Change] = field(default_factory=list)
    # What happened besides changes of rows (security events): documents for programs, and their lines for people.
    facts: list[dict[str, Any]] = field(default_factory=list)
    said: list[Line] = field(default_factory=list)
    going: set[tuple[type[models.Model], Any]] = field(default_factory=set)  # rows noted as deleted
    lines: list[Line] = field(default_factory=list)  # the receipt, once the block has ended


_open: ContextVar[Entry | None] = ContextVar("pam_journal_entry", default=None)


def current_entry() -> Entry | None:
    """Return the open entry, or None."""
    return _open.get()


@contextmanager
def entry(
    actor: Any,
    *,
    source: str,
    tool: str = "",
    label: str = "",
    undoes: UUID | None = None,
    corrects: UUID | None = None,
) -> Iterator[Entry]:
    """Collect every change of owned rows inside the block as one entry, written when the block ends.

    `source` is the door: chat, page, api, admin, import, automation, system. Opened inside an open entry it joins
    that one. All or nothing: an exception rolls the block back and leaves no entry. A block that changed nothing
    and told no facts leaves none either.
    """
    from .keeping import close

    outer = _open.get()
    if outer is not None:
        if tool and tool not in outer.tool.split(" "):
            outer.tool = f"{outer.tool} {tool}".strip()
        yield outer
        return
    found = Entry(actor, source, tool, label, undoes, corrects)
    token = _open.set(found)
    try:
        with _acting(actor), transaction.atomic():
            yield found
            close(found)
    finally:
        _open.reset(token)


@contextmanager
def preview(actor: Any, *, source: str = "preview", tool: str = "") -> Iterator[Entry]:
    """Run the block in a savepoint, collect what it would change, and roll it back."""
    from .lines import receipt_lines

    found = Entry(actor, source, tool)
    token = _open.set(found)
    try:
        with _acting(actor), transaction.atomic():
            yield found
            found.lines = receipt_lines(found.changes)
            transaction.set_rollback(True)
    finally:
        _open.reset(token)


@contextmanager
def _acting(actor: Any) -> Iterator[None]:
    """Let the actor act, unless they (or the system, on purpose) act already."""
    acting = current_or_none()
    if acting is not None and (acting.user is None or acting.user.pk == actor.pk):
        yield
    else:
        with acting_as(actor):
            yield


def note(change: Change) -> None:
    """Add a change to the open entry; raises NoEntry where none is open."""
    found = _open.get()
    if found is None:
        raise NoEntry(change.model)
    found.changes.append(change)
    if change.operation == "delete":
        found.going.add((change.model, change.row))
    elif change.operation == "create":
        found.going.discard((change.model, change.row))


def leaving(model: type[models.Model], row: Any) -> bool:
    """Whether the open entry has noted this row as deleted."""
    found = _open.get()
    return found is not None and (model, row) in found.going


def require(model: type[models.Model]) -> Entry:
    """Return the open entry; raises NoEntry."""
    found = _open.get()
    if found is None:
        raise NoEntry(model)
    return found


def fingerprint(changes: list[Change], start: int = 0) -> str:
    """Return a digest of what the changes from `start` on would do, ignoring generated ids and clocks.

    Two previews of one plan have the same digest as long as they would do the same; so has a step that leans on no
    earlier one when it is previewed without it.
    """
    import hashlib
    import json

    made = {str(change.row): f"new:{n - start}" for n, change in enumerate(changes) if change.operation == "create"}

    def plain(values: Mapping[str, Any] | None) -> Any:
        return values and {
            name: made.get(str(value), value)
            for name, value in sorted(values.items())
            if name not in {"created_at", "updated_at"}
        }

    rows = [
        [change.model._meta.label_lower, made.get(str(change.row), str(change.row)), change.operation,
         plain(change.before), plain(change.after)]
        for change in changes[start:]
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(rows, sort_keys=True, default=str).encode()).hexdigest()

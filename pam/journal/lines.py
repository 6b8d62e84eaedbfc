"""Receipt lines: what a change looks like to the person, written from the journal alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.utils import timezone

from pam.access import unscoped
from pam.access.money import Money, show_money

from .values import column_names, decode_row, encode_row

if TYPE_CHECKING:
    from .entries import Change

MOST_LINES = 50  # a bulk change is shown by its first rows and a count
VERBS = {"create": "added", "update": "changed", "delete": "deleted"}


@dataclass
class Line:
    """One row of a receipt, plan or activity page; all texts are for people."""

    domain: str
    verb: str  # "added" | "changed" | "deleted"
    what: str  # the noun: "Expense"
    name: str
    sub: str = ""
    value: str = ""
    value_sub: str = ""
    changes: list[dict[str, str]] = field(default_factory=list)  # {"field", "before", "after"}
    model: str = ""
    row: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the line as plain data."""
        return asdict(self)

    def sentence(self) -> str:
        """Return the line as words: "Expense added, Groceries: $42.50"."""
        said = f"{self.what} {self.verb}"
        if self.name:
            said += f", {self.name}"
        if self.changes:
            told = ", ".join(f"{c['field']} {c['before'] or 'none'} → {c['after'] or 'none'}" for c in self.changes)
            return f"{said}: {told}"
        said = f"{said}: {self.value}" if self.value else said
        return f"{said} ({self.sub})" if self.sub else said


def show_date(day: dt.date) -> str:
    """Return "Sun 29 Nov", with the year where it is not this one; parts never break apart."""
    text = f"{day:%a} {day.day} {day:%b}"
    if day.year != timezone.localdate().year:
        text += f" {day.year}"
    return text.replace(" ", "\u00a0")


def show_time(moment: dt.datetime | dt.time) -> str:
    """Return "7:42 am" in the active time zone."""
    if isinstance(moment, dt.datetime):
        moment = timezone.localtime(moment).time()
    return f"{moment.hour % 12 or 12}:{moment:%M}\u00a0{'am' if moment.hour < 12 else 'pm'}"


def show_moment(moment: dt.datetime) -> str:
    """Return "Sun 29 Nov, 7:42 am" in the active time zone."""
    return f"{show_date(timezone.localtime(moment).date())}, {show_time(moment)}"


def show_number(value: Decimal | int) -> str:
    """Return "62", "58.21" or "183,902": thousands separated, no empty decimals."""
    text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def show(value: Any) -> str:
    """Return any value of a row in words."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Money):
        return show_money(value)
    if isinstance(value, dt.datetime):
        return show_moment(value)
    if isinstance(value, dt.date):
        return show_date(value)
    if isinstance(value, dt.time):
        return show_time(value)
    if isinstance(value, (Decimal, int)):
        return show_number(value)
    return str(value)


def _label(model: type[models.Model], name: str) -> str:
    try:
        text = str(model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    except Exception:  # a property over columns has no field
        text = name.replace("_", " ")
    return text[:1].upper() + text[1:]


def line_of(row: Any, operation: str) -> Line:
    """Return the line of a row that came, changed or went; the model's `receipt()` names it."""
    model = type(row)
    line: Line = Line(model._meta.app_label, VERBS[operation], getattr(row, "noun", model.__name__), "")
    described = row.receipt() if hasattr(row, "receipt") else {"name": str(row)}
    for name, value in described.items():
        setattr(line, name, show(value))
    line.model, line.row = model._meta.label_lower, str(row.pk)
    return line


def _differences(model: type[models.Model], before: Any, after: Any) -> list[dict[str, str]]:
    def value(row: Any, name: str) -> str:
        display = f"get_{name}_display"
        try:
            return show(getattr(row, display)() if hasattr(row, display) else getattr(row, name))
        except ObjectDoesNotExist:  # what it pointed at is gone, perhaps by this very entry
            return "one that is deleted"

    found = []
    for name in getattr(model, "shown_fields", None) or sorted(getattr(model, "recorded_fields", ())):
        was, now = value(before, name), value(after, name)
        if was != now:
            found.append({"field": _label(model, name), "before": was, "after": now})
    return found


def receipt_lines(changes: list[Change]) -> list[Line]:
    """Return the net change of each row as lines, in the order of first touch; called while the rows can be read."""
    with unscoped("the journal writes its receipt"):
        return [line for change in net(changes)[:MOST_LINES] if (line := _line_of_change(change)) is not None]


def _line_of_change(change: Change) -> Line | None:
    if change.operation == "delete":
        return change.line
    row = change.model._base_manager.filter(pk=change.row).first()
    if row is None:
        return None
    line = line_of(row, change.operation)
    if change.operation == "update" and change.before is not None:
        now = change.model._base_manager.filter(pk=change.row).values(*column_names(change.model)).get()
        was = change.model(**decode_row(change.model, {**encode_row(now), **change.before}))
        line.changes = _differences(change.model, was, row)
        if hasattr(row, "changed_verb"):
            row.changed_verb(line)
    return line


def net(changes: list[Change]) -> list[Change]:
    """Merge the changes of each row into one; what came and went again within the entry vanishes."""
    merged: dict[tuple[str, Any], Change] = {}
    for change in changes:
        key = (change.model._meta.label_lower, change.row)
        first = merged.get(key)
        if first is None:
            merged[key] = replace(change)
        elif first.operation == "create" and change.operation == "delete":
            del merged[key]
        elif change.operation == "delete":
            before = {**(change.before or {}), **(first.before or {})}
            merged[key] = replace(change, before=before)
        elif first.operation == "delete":  # gone and back: what differs
            after = change.after or {}
            before = {name: value for name, value in (first.before or {}).items() if after.get(name) != value}
            merged[key] = replace(
                change, operation="update", before=before, after={name: after.get(name) for name in before}
            )
        else:
            earlier = first.before and {**(change.before or {}), **first.before}
            merged[key] = replace(first, before=earlier, after={**(first.after or {}), **(change.after or {})})
    return list(merged.values())

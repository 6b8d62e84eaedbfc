"""Durations: "45 min", "half an hour", "an hour and a half", "a couple of weeks", "2 and a half hours"."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from assistant.engines.embedded.grammar.times.calendar import whole_days
from assistant.engines.embedded.grammar.times.lexicon import UNITS
from assistant.engines.embedded.grammar.times.model import Grain, Length
from assistant.engines.embedded.grammar.times.tokens import Line

SECONDS = {"second": 1, "minute": 60, "hour": 3600}
_VAGUE = {"few": Decimal(3), "couple": Decimal(2), "several": Decimal(4), "dozen": Decimal(12)}


def unit_at(line: Line, at: int) -> str | None:
    """The unit named at ``at``; "second" is one too."""
    if line.kind[at] == "ordinal":
        return "second" if line.low[at] == "second" else None
    return UNITS.get(line.low[at]) if line.kind[at] == "word" else None


def _amount(line: Line, at: int) -> tuple[Decimal, int] | None:
    low, kind = line.low, line.kind[at]
    if kind in ("int", "decimal") and line.num[at] is not None:
        amount, after = Decimal(line.num[at] or 0), at + 1
        if low[after] == "and" and low[after + 1] == "a" and low[after + 2] == "half" and unit_at(line, after + 3):
            return amount + Decimal("0.5"), after + 3
        if low[after] == "of" and low[after + 1] in ("a", "an"):
            return amount, after + 2
        return amount, after
    if kind == "slash":
        upper, lower = (int(part) for part in low[at].split("/"))
        return (Decimal(upper) / lower, at + 1) if 0 < upper < lower else None
    if low[at] == "half":
        after = at + 1
        if low[after] == "of":
            after += 1
        return Decimal("0.5"), after + (low[after] in ("a", "an"))
    if low[at] == "quarter" and (low[at + 1] == "of" or low[at + 1] in ("an", "hour")):
        after = at + 1 + (low[at + 1] == "of")
        return Decimal("0.25"), after + (low[after] in ("a", "an"))
    if low[at] in ("a", "an"):
        if low[at + 1] == "half":
            return Decimal("0.5"), at + 2 + (low[at + 2] == "of") + (low[at + 2] in ("a", "an"))
        if low[at + 1] in _VAGUE:
            return _VAGUE[low[at + 1]], at + 2 + (low[at + 2] == "of")
        if low[at + 1] in ("quarter", "good"):
            return _amount(line, at + 1) if low[at + 1] == "quarter" else (Decimal(1), at + 2)
        return Decimal(1), at + 1
    if low[at] in _VAGUE and low[at] != "dozen":
        return _VAGUE[low[at]], at + 1 + (low[at + 1] == "of")
    return None


def length(line: Line, at: int) -> tuple[Length, int] | None:
    """The duration that begins at ``at`` and the index after it."""
    found = _amount(line, at)
    if found is None:
        return None
    amount, after = found
    if line.low[after] in ("more", "whole", "full", "working", "business", "short"):
        after += 1
    mark = line.low[after] if line.adjacent(after) else ""
    if mark in ("'", "′", '"', "″") and line.kind[at] == "int":
        return Length("minute" if mark in ("'", "′") else "second", amount), after + 1
    unit = unit_at(line, after)
    if unit is None or amount > 100_000:
        if line.kind[after] == "word" and line.adjacent(after) and line.low[after] in ("m", "d", "w"):
            unit = {"m": "minute", "d": "day", "w": "week"}[line.low[after]]
        else:
            return None
    after += 1
    if line.low[after] == "and" and line.low[after + 1] == "a" and line.low[after + 2] in ("half", "quarter"):
        part = Decimal("0.5") if line.low[after + 2] == "half" else Decimal("0.25")
        if unit_at(line, after + 3) is None and line.low[after + 3] not in ("an", "a", "of"):
            return Length(unit, amount + part), after + 3
    return _with_more(line, unit, amount, after)


def _with_more(line: Line, unit: str, amount: Decimal, after: int) -> tuple[Length, int]:
    """ "an hour and 20 minutes", "1h30", "2 hours 15 mins"."""
    if unit == "hour" and line.kind[after] == "int" and line.adjacent(after):
        return Length(unit, amount, (("minute", Decimal(line.num[after] or 0)),)), after + 1
    at = after + (line.low[after] == "and")
    second = _amount(line, at)
    if second and unit_at(line, second[1]):
        smaller = unit_at(line, second[1]) or ""
        order = ("second", "minute", "hour", "day", "week", "month", "year")
        if smaller in order and unit in order and order.index(smaller) < order.index(unit):
            return Length(unit, amount, ((smaller, second[0]),)), second[1] + 1
    return Length(unit, amount), after


def as_delta(said: Length) -> timedelta | relativedelta:
    """A duration as something to add to a datetime: absolute below a day, calendar units from a day on."""
    total: timedelta | relativedelta | None = None
    for unit, amount in ((said.unit, said.amount), *said.more):
        part: timedelta | relativedelta
        if unit in SECONDS:
            part = timedelta(seconds=float(amount * SECONDS[unit]))
        else:
            whole_unit, count = whole_days(unit, amount)
            part = calendar_delta(whole_unit, count)
        if total is None:
            total = part
        elif isinstance(total, timedelta) and isinstance(part, timedelta):
            total += part
        else:
            total = (
                total if isinstance(total, relativedelta) else relativedelta(seconds=int(total.total_seconds()))
            ) + part
    return total if total is not None else timedelta()


def calendar_delta(unit: str, count: int) -> relativedelta:
    """Whole units of a day or longer."""
    if unit in ("fortnight", "weekend"):
        return relativedelta(weeks=count * (2 if unit == "fortnight" else 1))
    if unit == "quarter":
        return relativedelta(months=3 * count)
    if unit == "decade":
        return relativedelta(years=10 * count)
    return relativedelta(**{f"{unit}s": count})  # type: ignore[arg-type]


def is_absolute(said: Length) -> bool:
    """Whether the duration is in hours or less."""
    return said.unit in SECONDS


def finer(unit: str) -> Grain:
    """The grain of a moment reached by counting ``unit``: "in two hours" is meant to the minute."""
    return "second" if unit in ("second", "minute") else "minute"

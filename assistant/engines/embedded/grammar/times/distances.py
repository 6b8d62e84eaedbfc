"""Distances of a day or more: "2 weeks ago", "3 days from today", "the day after tomorrow", "2 days before
Easter"."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from assistant.engines.embedded.grammar.times import lengths
from assistant.engines.embedded.grammar.times.calendar import add, one, resolve_day, whole_days
from assistant.engines.embedded.grammar.times.cycles import DayReader, Found, several, unit_at
from assistant.engines.embedded.grammar.times.lexicon import WEEKDAYS
from assistant.engines.embedded.grammar.times.model import Context, Day, Range
from assistant.engines.embedded.grammar.times.tokens import Line


def counted(line: Line, at: int, read_day: DayReader) -> Found:
    """Distances of a day or more: "2 weeks ago", "3 days from today", "the day after tomorrow", "4 tuesdays
    from now"."""
    begin = at + (line.low[at] == "the" and line.low[at + 1] in ("day", "week", "month", "weekend", "evening", "night"))
    if begin > at or line.low[at] in ("day", "week"):
        found = _next_to(line, begin, read_day)
        if found or begin > at:
            return found
    soon = upcoming(line, at)
    if soon:
        return soon
    weekdays = _counted_weekdays(line, at)
    if weekdays:
        return weekdays
    prefixed = line.low[at] in ("in", "within")
    size = lengths.length(line, at + 1 if prefixed else at)
    if size is None or size[0].unit in lengths.SECONDS or size[0].more:
        return None
    said, after = size
    if said.unit == "day" and line.low[after - 1] in ("night", "nights"):
        return None
    unit, amount = whole_days(said.unit, said.amount)
    if line.low[after] in ("'", "’", "time", "times"):
        after += line.low[after] in ("'", "’")
        after += line.low[after] == "time"
    return _anchored(line, unit, amount, after, read_day, prefixed=prefixed)


def _anchored(line: Line, unit: str, amount: int, at: int, read_day: DayReader, *, prefixed: bool) -> Found:
    low = line.low
    if abs(amount) > 5000:
        return None
    sign = 0
    if low[at] in ("ago", "back", "earlier") and not prefixed and (low[at] != "back" or line.ends_at(at + 1)):
        return Day(fixed=_shifted(unit, -amount)), at + 1 + (low[at + 1] == "today")
    if low[at] in ("hence", "later"):
        return Day(fixed=_shifted(unit, amount)), at + 1
    if low[at] in ("from", "after", "before", "on", "following", "prior", "until", "till") and not prefixed:
        sign = -1 if low[at] in ("before", "prior") else 1
        inner = at + 1 + (low[at + 1] == "to")
        if low[inner] == "now":
            if low[inner + 1] in ("on", "onwards"):
                return None
            return (Day(fixed=_shifted(unit, amount)), inner + 1) if low[at] == "from" else None
        if low[at] == "on" and (unit not in ("week", "fortnight") or amount > 3):
            return None
        if low[at] in ("until", "till"):
            return None
        anchor = read_day(line, inner)
        if anchor is None:
            return None
        return _from_day(unit, sign * amount, *anchor)
    if prefixed:
        return Day(fixed=_shifted(unit, amount)), at
    if low[at] in ("today", "tomorrow") and unit in ("week", "month", "year", "fortnight"):
        # "a week today", "two weeks tomorrow"
        anchor = read_day(line, at)
        return _from_day(unit, amount, *anchor) if anchor else None
    return None


def _from_day(unit: str, amount: int, anchor: Day, after: int) -> Found:
    def fixed(ctx: Context) -> Range | None:
        found = resolve_day(anchor, ctx)
        return one(add(found.start, unit, amount)) if found else None

    return Day(fixed=fixed), after


def _shifted(unit: str, amount: int) -> Callable[[Context], Range]:
    def fixed(ctx: Context) -> Range:
        return one(add(ctx.today, unit, amount))

    return fixed


def _next_to(line: Line, at: int, read_day: DayReader) -> Found:
    """ "day after tomorrow", "day before yesterday", "day after christmas"; needs a date after it."""
    unit = unit_at(line, at)
    word = line.low[at + 1]
    if unit not in ("day", "week", "month") or word not in ("after", "before", "following"):
        return None
    if line.low[at] in ("night", "nights") or line.kind[at + 2] not in ("word", "ordinal", "date"):
        return None
    anchor = read_day(line, at + 2)
    if anchor is None:
        return None
    return _from_day(unit, -1 if word == "before" else 1, *anchor)


def _counted_weekdays(line: Line, at: int) -> Found:
    """ "4 tuesdays from now", "2 thursdays ago"."""
    count = line.whole(at)
    name = line.low[at + 1]
    weekday = WEEKDAYS.get(name[:-1] if name.endswith("s") else name)
    if count is None or weekday is None or not 0 < count < 500:
        return None
    if line.low[at + 2] == "ago":
        sign, after = -1, at + 3
    elif line.low[at + 2] == "from" and line.low[at + 3] == "now":
        sign, after = 1, at + 4
    else:
        return None

    def fixed(ctx: Context) -> Range:
        ahead = (weekday - ctx.today.weekday() - 1) % 7 + 1
        first = ctx.today + timedelta(days=ahead if sign > 0 else ahead - 7 if ahead < 7 else -7)
        return one(first + timedelta(weeks=sign * (count - 1)))

    return Day(fixed=fixed), after


def upcoming(line: Line, at: int) -> Found:
    """ "2 upcoming months", with the number at ``at``."""
    if line.low[at + 1] == "coming" and line.kind[at] == "int":
        return several(line, at + 2, 1, Decimal(line.num[at] or 0), point=True)
    return None

"""Stretches of the calendar: "this week", "last 2 months", "the first Monday of May", "end of the month",
"Q3"."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from assistant.engines.embedded.grammar.times import lengths
from assistant.engines.embedded.grammar.times.calendar import (
    ONE_DAY,
    add,
    nth_weekday,
    one,
    resolve_day,
    unit_range,
    unit_start,
)
from assistant.engines.embedded.grammar.times.lexicon import UNITS, WEEKDAY_SHORT, WEEKDAYS
from assistant.engines.embedded.grammar.times.model import Context, Day, Range
from assistant.engines.embedded.grammar.times.seasons import season_at
from assistant.engines.embedded.grammar.times.tokens import Line

Found = tuple[Day, int] | None
DayReader = Callable[[Line, int], Found]
STEPS = {"this": 0, "current": 0, "next": 1, "following": 1, "coming": 1, "last": -1, "past": -1}
_CALENDAR = {"week", "month", "quarter", "year", "weekend", "fortnight", "decade"}
_TO_DATE = {"ytd": "year", "mtd": "month"}


def unit_at(line: Line, at: int) -> str | None:
    """The unit of the calendar named at ``at``."""
    return UNITS.get(line.low[at]) if line.kind[at] == "word" else None


def cycle(line: Line, at: int) -> Found:
    """ "this week", "the following month", "next 3 days", "two upcoming months", "third quarter", "this
    summer"."""
    low, begin = line.low, at
    if low[begin] == "so" and low[begin + 1] == "far" and low[begin + 2] in ("this", "in", "on"):
        begin += 2
    if low[begin] in ("year", "month") and low[begin + 1 : begin + 3] == ["to", "date"]:
        return unit_day(low[begin], 0), begin + 3
    if low[begin] == "all" and low[begin + 1] in ("week", "weekend"):
        return unit_day(low[begin + 1], 0), begin + 2
    if low[begin] in _TO_DATE and line.kind[begin] == "word":
        return unit_day(_TO_DATE[low[begin]], 0), begin + 1
    if low[begin] in ("the", "these", "those", "in", "over", "all", "within", "during", "for") and low[begin + 1] in (
        *STEPS,
        "the",
        "whole",
        "entire",
        "previous",
        "week",
        "month",
        "year",
        "quarter",
        "weekend",
        "rest",
    ):
        if low[begin] in ("in", "over", "within", "during", "all", "for") and low[begin + 1] != "the":
            if low[begin + 1] not in STEPS:
                return None
        elif low[begin + 1] == "the":
            begin += 1
        return _cycle_after_article(line, begin + 1, article=low[begin] == "the")
    if low[begin] in STEPS:
        return _cycle_after_article(line, begin, article=False)
    if low[begin] in ("week", "month", "weekend") and low[begin + 1 : begin + 3] in (
        ["after", "next"],
        ["before", "last"],
    ):
        return _the_unit(line, begin)
    season = season_at(line, at)
    if season:
        return season
    return quarter(line, begin)


def _cycle_after_article(line: Line, at: int, *, article: bool) -> Found:
    low = line.low
    if article and low[at] in ("week", "month", "year", "weekend", "quarter"):
        return _the_unit(line, at)
    if article and low[at] in ("whole", "entire"):
        at += 1
    step, begin = 0, at
    while low[begin] in STEPS and begin < at + 2:
        step = STEPS[low[begin]]
        begin += 1
    if begin == at:
        return quarter(line, at) if article else None
    if low[begin] in ("whole", "entire", "around", "few", "couple", "calendar", "full", "financial"):
        if low[begin] in ("few", "couple"):
            return several(line, begin + 1 + (low[begin + 1] == "of"), step, Decimal(3 if low[begin] == "few" else 2))
        begin += 1
    if line.kind[begin] in ("int", "ordinal") and lengths.unit_at(line, begin) is None and line.kind[begin] == "int":
        coming = low[begin - 1] == "coming"
        return several(line, begin + 1, step, Decimal(line.num[begin] or 0), point=coming)
    if low[begin] == "season" and line.kind[begin] == "word":
        return season_at(line, at)
    unit = unit_at(line, begin)
    if unit is None:
        return season_at(line, at)
    return _single(line, unit, step, begin + 1)


def _single(line: Line, unit: str, step: int, after: int) -> Found:
    if unit in _CALENDAR and line.low[after - 1] not in ("h", "mo"):
        if line.low[after] == "so" and line.low[after + 1] == "far":
            after += 2
        return unit_day(unit, step), after
    if unit == "day" and step > 0 and line.low[after - 1] == "day":
        return Day(fixed=lambda ctx: one(ctx.today + timedelta(days=step))), after
    return None


def _the_unit(line: Line, at: int) -> Found:
    """ "the week of october 7th" is left to the caller; "the weekend", "the week after next"."""
    low, unit = line.low, unit_at(line, at) or ""
    if low[at + 1] == "after" and low[at + 2] == "next" and unit in _CALENDAR:
        return unit_day(unit, 2), at + 3
    if low[at + 1] == "before" and low[at + 2] == "last" and unit in _CALENDAR:
        return unit_day(unit, -2), at + 3
    if unit == "weekend":
        return Day(fixed=_weekend), at + 1
    return None


def _weekend(ctx: Context) -> Range:
    past = ctx.prefer == "past" and ctx.today.weekday() < 5
    return unit_range(ctx.today, "weekend", ctx, -1 if past else 0)


def unit_day(unit: str, step: int) -> Day:
    """The present week, month or year, moved by ``step`` of them."""

    def fixed(ctx: Context) -> Range:
        if unit == "weekend" and step > 0 and ctx.today.weekday() < 5:
            monday = unit_start(ctx.today, "week", 0)
            return unit_range(monday + timedelta(weeks=step), "weekend", ctx)
        return unit_range(ctx.today, unit, ctx, step)

    return Day(fixed=fixed)


def several(line: Line, at: int, step: int, count: Decimal, *, point: bool = False) -> Found:
    """ "next 3 days", "the last 2 weeks", "upcoming two months" with the unit at ``at``."""
    unit = lengths.unit_at(line, at)
    if unit is None or not 0 < count <= 5000 or not step or line.low[at] in ("h", "mo"):
        return None
    if unit in lengths.SECONDS or unit == "weekend":
        return None
    amount = int(count)
    if point:

        def far(ctx: Context) -> Range:
            if unit == "day":
                return one(ctx.today + timedelta(days=amount))
            return unit_range(ctx.today, unit, ctx, amount)

        return Day(fixed=far), at + 1

    def fixed(ctx: Context) -> Range:
        grain = unit_range(ctx.today, unit, ctx).grain
        start = unit_start(ctx.today, unit, ctx.week_start)
        if step < 0:
            covers = (add(ctx.today, unit, -amount), ctx.today + ONE_DAY)
            return Range(add(start, unit, -amount), start, grain, covers=covers, interval=True)
        begin = add(start, unit, 1)
        return Range(
            begin,
            add(begin, unit, amount),
            grain,
            covers=(ctx.today, add(begin, unit, amount)),
            interval=True,
        )

    return Day(fixed=fixed), at + 1


def quarter(line: Line, at: int) -> Found:
    """ "Q3", "third quarter", "q1 2027"."""
    low = line.low
    if line.kind[at] == "word" and low[at] == "q" and line.kind[at + 1] == "int" and line.adjacent(at + 1):
        number, after = line.whole(at + 1) or 0, at + 2
    elif line.kind[at] == "ordinal" and low[at + 1] in ("quarter", "qtr"):
        number, after = int(line.num[at] or 0), at + 2
    else:
        return None
    if not 1 <= number <= 4:
        return None
    after += low[after] in ("of", "in")
    year = line.whole(after)
    known = year if year is not None and 1900 <= year <= 2200 else None
    if known is None and low[after - 1] in ("of", "in"):
        after -= 1

    def fixed(ctx: Context) -> Range:
        start = date(known or ctx.today.year, 3 * number - 2, 1)
        if known is None:
            if ctx.prefer == "past" and start > ctx.today:
                start = add(start, "year", -1)
            elif ctx.prefer != "past" and add(start, "quarter", 1) <= ctx.today:
                start = add(start, "year", 1)
        return Range(start, add(start, "quarter", 1), "quarter")

    return Day(fixed=fixed), after + (known is not None)


def day_of_cycle(line: Line, number: int, at: int) -> Found:
    """ "20th | of next month", with the month at ``at``."""
    low, begin = line.low, at
    if low[begin] == "the":
        begin += 1
    step = STEPS.get(low[begin])
    if step is not None:
        begin += 1
    if low[begin] != "month" or (step is None and low[at] != "the"):
        return None

    def fixed(ctx: Context) -> Range | None:
        start = add(ctx.today.replace(day=1), "month", step or 0)
        found = start + timedelta(days=number - 1)
        if found.month != start.month:
            return None
        if step is None and found < ctx.today and ctx.prefer != "past":
            found = add(start, "month", 1) + timedelta(days=number - 1)
        return one(found)

    return Day(fixed=fixed), begin + 1


def nth_of(line: Line, at: int, read_day: DayReader) -> Found:
    """ "first Monday of last month", "last friday in March", "2nd last week of October 2018", "last day of
    May"."""
    low, begin = line.low, at
    if line.kind[begin] == "ordinal":
        nth = int(line.num[begin] or 0)
        begin += 1
        if low[begin] == "last":
            nth, begin = -nth, begin + 1
    elif low[begin] == "last":
        nth, begin = -1, begin + 1
    else:
        return None
    weekday = WEEKDAYS.get(low[begin], WEEKDAY_SHORT.get(low[begin]))
    unit = unit_at(line, begin)
    if (weekday is None and unit not in ("day", "week", "weekend")) or low[begin + 1] not in ("of", "in"):
        return None
    if not -5 <= nth <= 31 or nth == 0:
        return None
    inner = begin + 2
    if low[inner] == "the" and low[inner + 1] in ("month", "year"):
        whole: tuple[Day, int] | None = (unit_day(low[inner + 1], 0), inner + 2)
        floating = low[inner + 1]
    else:
        whole = read_day(line, inner)
        floating = ""
    if whole is None:
        return None
    within, after = whole

    def fixed(ctx: Context) -> Range | None:
        outer = resolve_day(within, ctx)
        if outer is None or (outer.until - outer.start).days < 27:
            return None
        return _pick(outer, ctx)

    def _pick(outer: Range, ctx: Context) -> Range | None:
        if weekday is not None:
            found = nth_weekday(outer.start, outer.until, weekday, nth)
            return one(found) if found else None
        if unit == "day":
            return one(outer.start + timedelta(days=nth - 1) if nth > 0 else outer.until + timedelta(days=nth))
        if unit == "weekend":
            found = nth_weekday(outer.start, outer.until, 5, nth)
            return Range(found, found + timedelta(days=2), "day", interval=True) if found else None
        if nth > 0:
            first = unit_start(outer.start + timedelta(days=6), "week", ctx.week_start) + timedelta(weeks=nth - 1)
        else:
            first = unit_start(outer.until - ONE_DAY, "week", ctx.week_start) + timedelta(weeks=nth)
            if (outer.until - first).days % 7 == 0 or nth == -1:
                first += timedelta(weeks=1 if nth == -1 else 0)
        return Range(first, first + timedelta(weeks=1), "week")

    return Day(fixed=fixed, which=floating or None), after

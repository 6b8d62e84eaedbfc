"""Stretches of the calendar: "this week", "last 2 months", "the first Monday of May", "end of the month", "Q3"."""

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
    whole_days,
)
from assistant.engines.embedded.grammar.times.lexicon import UNITS, WEEKDAY_SHORT, WEEKDAYS
from assistant.engines.embedded.grammar.times.model import Context, Day, Range
from assistant.engines.embedded.grammar.times.seasons import season_at
from assistant.engines.embedded.grammar.times.tokens import Line

Found = tuple[Day, int] | None
DayReader = Callable[[Line, int], Found]
_STEPS = {"this": 0, "current": 0, "next": 1, "following": 1, "coming": 1, "last": -1, "past": -1}
_CALENDAR = {"week", "month", "quarter", "year", "weekend", "fortnight", "decade"}
_EDGES = {"end": "end", "ending": "end", "close": "end", "beginning": "start", "start": "start", "begining": "start",
          "middle": "middle"}  # fmt: skip
_EDGE_SHORT = {"eom": ("end", "month"), "bom": ("start", "month"), "eoy": ("end", "year"), "boy": ("start", "year"),
               "eow": ("end", "week")}  # fmt: skip
_TO_DATE = {"ytd": "year", "mtd": "month"}


def _unit(line: Line, at: int) -> str | None:
    return UNITS.get(line.low[at]) if line.kind[at] == "word" else None


def cycle(line: Line, at: int) -> Found:
    """ "this week", "the following month", "next 3 days", "two upcoming months", "third quarter", "this summer"."""
    low, begin = line.low, at
    if low[begin] == "so" and low[begin + 1] == "far" and low[begin + 2] in ("this", "in", "on"):
        begin += 2
    if low[begin] in _TO_DATE and line.kind[begin] == "word":
        return _unit_day(_TO_DATE[low[begin]], 0), begin + 1
    if low[begin] in ("the", "these", "those", "in", "over", "all", "within", "during", "for") and low[begin + 1] in (
        *_STEPS, "the", "whole", "entire", "previous", "week", "month", "year", "quarter", "weekend", "rest",
    ):  # fmt: skip
        if low[begin] in ("in", "over", "within", "during", "all", "for") and low[begin + 1] != "the":
            if low[begin + 1] not in _STEPS:
                return None
        elif low[begin + 1] == "the":
            begin += 1
        return _cycle_after_article(line, begin + 1, article=low[begin] == "the")
    if low[begin] in _STEPS:
        return _cycle_after_article(line, begin, article=False)
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
    while low[begin] in _STEPS and begin < at + 2:
        step = _STEPS[low[begin]]
        begin += 1
    if begin == at:
        return quarter(line, at) if article else None
    if low[begin] in ("whole", "entire", "around", "few", "couple", "calendar", "full", "financial"):
        if low[begin] in ("few", "couple"):
            return _several(
                line, begin + 1 + (low[begin + 1] == "of"), step, Decimal(3 if low[begin] == "few" else 2)
            )
        begin += 1
    if (
        line.kind[begin] in ("int", "ordinal")
        and lengths.unit_at(line, begin) is None
        and line.kind[begin] == "int"
    ):
        coming = low[begin - 1] == "coming"
        return _several(line, begin + 1, step, Decimal(line.num[begin] or 0), point=coming)
    if low[begin] == "season" and line.kind[begin] == "word":
        return season_at(line, at)
    unit = _unit(line, begin)
    if unit is None:
        return season_at(line, at)
    return _single(line, unit, step, begin + 1)


def _single(line: Line, unit: str, step: int, after: int) -> Found:
    if unit in _CALENDAR and line.low[after - 1] not in ("h", "mo"):
        if line.low[after] == "so" and line.low[after + 1] == "far":
            after += 2
        return _unit_day(unit, step), after
    if unit == "day" and step and line.low[after - 1] == "day":
        return Day(fixed=lambda ctx: one(ctx.today + timedelta(days=step))), after
    return None


def _the_unit(line: Line, at: int) -> Found:
    """ "the week of october 7th" is left to the caller; "the weekend", "the week after next"."""
    low, unit = line.low, _unit(line, at) or ""
    if low[at + 1] == "after" and low[at + 2] == "next" and unit in _CALENDAR:
        return _unit_day(unit, 2), at + 3
    if low[at + 1] == "before" and low[at + 2] == "last" and unit in _CALENDAR:
        return _unit_day(unit, -2), at + 3
    if unit == "weekend":
        return Day(fixed=_weekend), at + 1
    return None


def _weekend(ctx: Context) -> Range:
    past = ctx.prefer == "past" and ctx.today.weekday() < 5
    return unit_range(ctx.today, "weekend", ctx, -1 if past else 0)


def _unit_day(unit: str, step: int) -> Day:
    def fixed(ctx: Context) -> Range:
        if unit == "weekend" and step > 0 and ctx.today.weekday() < 5:
            monday = unit_start(ctx.today, "week", 0)
            return unit_range(monday + timedelta(weeks=1), "weekend", ctx)
        return unit_range(ctx.today, unit, ctx, step)

    return Day(fixed=fixed)


def _several(line: Line, at: int, step: int, count: Decimal, *, point: bool = False) -> Found:
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


def upcoming(line: Line, at: int) -> Found:
    """ "2 upcoming months", with the number at ``at``."""
    if line.low[at + 1] == "coming" and line.kind[at] == "int":
        return _several(line, at + 2, 1, Decimal(line.num[at] or 0), point=True)
    return None


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
    step = _STEPS.get(low[begin])
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


def nth_of(line: Line, at: int) -> Found:
    """ "first Monday of last month", "last friday in March", "2nd last week of October 2018", "last day of May"."""
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
    unit = _unit(line, begin)
    if (weekday is None and unit not in ("day", "week", "weekend")) or low[begin + 1] not in ("of", "in"):
        return None
    if not -5 <= nth <= 31 or nth == 0:
        return None
    from assistant.engines.embedded.grammar.times.days import day

    inner = begin + 2
    if low[inner] == "the" and low[inner + 1] in ("month", "year"):
        whole: tuple[Day, int] | None = (_unit_day(low[inner + 1], 0), inner + 2)
        floating = low[inner + 1]
    else:
        whole = day(line, inner)
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
            return one(
                outer.start + timedelta(days=nth - 1) if nth > 0 else outer.until + timedelta(days=nth)
            )
        if unit == "weekend":
            found = nth_weekday(outer.start, outer.until, 5, nth)
            return Range(found, found + timedelta(days=2), "day", interval=True) if found else None
        if nth > 0:
            first = unit_start(outer.start + timedelta(days=6), "week", ctx.week_start) + timedelta(
                weeks=nth - 1
            )
        else:
            first = unit_start(outer.until - ONE_DAY, "week", ctx.week_start) + timedelta(weeks=nth)
            if (outer.until - first).days % 7 == 0 or nth == -1:
                first += timedelta(weeks=1 if nth == -1 else 0)
        return Range(first, first + timedelta(weeks=1), "week")

    return Day(fixed=fixed, which=floating or None), after


def edge(line: Line, at: int, read_day: DayReader) -> Found:
    """ "end of the month", "beginning of last week", "mid March", "EOY", "the rest of the week"."""
    low, begin = line.low, at
    if low[begin] == "the" and (
        low[begin + 1] in _EDGES or low[begin + 1] in _EDGE_SHORT or low[begin + 1] in ("week", "rest")
    ):
        begin += 1
    if low[begin] in _EDGE_SHORT:
        raw = line.text[line.start[begin] : line.end[begin]]
        if low[begin] in ("boy", "bom") and not raw.isupper():
            return None
        which, unit = _EDGE_SHORT[low[begin]]
        return Day(fixed=lambda ctx: edge_of(unit_range(ctx.today, unit, ctx), which)), begin + 1
    if low[begin] == "rest" and low[begin + 1] == "of":
        return _rest(line, begin + 2)
    if low[begin] == "week" and (
        low[begin + 1] in ("of", "commencing", "starting", "beginning") or low[begin + 1] == "from"
    ):
        return _week_of(line, begin + 2, read_day)
    if low[begin] in ("early", "late", "mid"):
        which = {"early": "start", "late": "end", "mid": "middle"}[low[begin]]
        inner = begin + 1 + (low[begin + 1] in ("-", "in"))
    elif low[begin] in _EDGES:
        which = _EDGES[low[begin]]
        inner = begin + 1
        if low[inner] == "of":
            inner += 1
        elif low[inner] not in _STEPS or low[begin] not in ("end", "middle", "beginning"):
            return None
        if low[inner] == "around":
            inner += 1
    else:
        return None
    return _edge_inner(line, inner, which, read_day)


def _edge_inner(line: Line, inner: int, which: str, read_day: DayReader) -> Found:
    low = line.low
    article = low[inner] == "the"
    unit = _unit(line, inner + article)
    year = line.whole(inner)
    if unit in ("week", "month", "quarter", "year", "day") and low[inner + 1 + article] not in (
        "of",
        "after",
    ):
        if unit == "day":
            return None
        within: Found = (_unit_day(unit, 0), inner + 1 + article)
    elif year is not None and 1900 <= year <= 2200:
        within = (Day(year=year), inner + 1)
    else:
        within = read_day(line, inner + article if low[inner + article] in _STEPS else inner)
    if within is None:
        return None
    said, after = within

    def fixed(ctx: Context) -> Range | None:
        outer = resolve_day(said, ctx)
        if outer is None or (outer.until - outer.start).days < 7:
            return None
        return edge_of(outer, which)

    return Day(fixed=fixed), after


def edge_of(outer: Range, which: str) -> Range:
    """The beginning, middle or end of a longer stretch: ten days of a month, three of a week, four months of a year."""
    if outer.grain == "year":
        spans = {"start": (0, 3), "middle": (4, 8), "end": (8, 12)}[which]
        start, until = add(outer.start, "month", spans[0]), add(outer.start, "month", spans[1])
        return Range(start, until, "month", edge=which, interval=True)
    if outer.grain == "quarter":
        spans = {"start": (0, 1), "middle": (1, 2), "end": (2, 3)}[which]
        start, until = add(outer.start, "month", spans[0]), add(outer.start, "month", spans[1])
        return Range(start, until, "day", edge=which, interval=True)
    days = (outer.until - outer.start).days
    if days <= 14:
        low, high = {"start": (0, 3), "middle": (2, 5), "end": (days - 3, days)}[which]
    else:
        low, high = {"start": (0, 10), "middle": (10, 20), "end": (20, days)}[which]
    return Range(
        outer.start + timedelta(days=low),
        outer.start + timedelta(days=high),
        "day",
        edge=which,
        interval=True,
    )


def _rest(line: Line, at: int) -> Found:
    begin = at + (line.low[at] in ("the", "this"))
    unit = _unit(line, begin)
    if unit not in ("week", "month", "quarter", "year"):
        return None
    kind = unit

    def fixed(ctx: Context) -> Range:
        return Range(ctx.today, unit_range(ctx.today, kind, ctx).until, "day", interval=True)

    return Day(fixed=fixed), begin + 1


def _week_of(line: Line, at: int, read_day: DayReader) -> Found:
    found = read_day(line, at)
    if found is None:
        return None
    said, after = found

    def fixed(ctx: Context) -> Range | None:
        inner = resolve_day(said, ctx)
        return unit_range(inner.start, "week", ctx) if inner else None

    return Day(fixed=fixed), after


def counted(line: Line, at: int, read_day: DayReader) -> Found:
    """Distances of a day or more: "2 weeks ago", "3 days from today", "the day after tomorrow", "4 tuesdays from now"."""
    begin = at + (
        line.low[at] == "the" and line.low[at + 1] in ("day", "week", "month", "weekend", "evening", "night")
    )
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
        return Day(fixed=_shifted(unit, -amount)), at + 1
    if low[at] in ("hence", "later"):
        return Day(fixed=_shifted(unit, amount)), at + 1
    if low[at] in ("from", "after", "before", "on", "following", "prior", "until", "till") and not prefixed:
        sign = -1 if low[at] in ("before", "prior") else 1
        inner = at + 1 + (low[at + 1] == "to")
        if low[inner] == "now":
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
    unit = _unit(line, at)
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

"""Parts of longer stretches: "end of the month", "early next week", "EOY", "the rest of the week"."""

from __future__ import annotations

from datetime import timedelta

from assistant.engines.embedded.grammar.times.calendar import add, resolve_day, unit_range
from assistant.engines.embedded.grammar.times.cycles import STEPS, DayReader, Found, unit_at, unit_day
from assistant.engines.embedded.grammar.times.model import Context, Day, Range
from assistant.engines.embedded.grammar.times.tokens import Line

_EDGES = {
    "end": "end",
    "ending": "end",
    "close": "end",
    "beginning": "start",
    "start": "start",
    "begining": "start",
    "middle": "middle",
}


_EDGE_SHORT = {
    "eom": ("end", "month"),
    "bom": ("start", "month"),
    "eoy": ("end", "year"),
    "boy": ("start", "year"),
    "eow": ("end", "week"),
}


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
        elif low[inner] not in STEPS or low[begin] not in ("end", "middle", "beginning"):
            return None
        if low[inner] == "around":
            inner += 1
    else:
        return None
    return _edge_inner(line, inner, which, read_day)


def _edge_inner(line: Line, inner: int, which: str, read_day: DayReader) -> Found:
    low = line.low
    article = low[inner] == "the"
    unit = unit_at(line, inner + article)
    year = line.whole(inner)
    if unit in ("week", "month", "quarter", "year", "day") and low[inner + 1 + article] not in (
        "of",
        "after",
    ):
        if unit == "day":
            return None
        within: Found = (unit_day(unit, 0), inner + 1 + article)
    elif year is not None and 1900 <= year <= 2200:
        within = (Day(year=year), inner + 1)
    else:
        within = read_day(line, inner + article if low[inner + article] in STEPS else inner)
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
    """The beginning, middle or end of a longer stretch: ten days of a month, three of a week, four months of
    a year."""
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
    unit = unit_at(line, begin)
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

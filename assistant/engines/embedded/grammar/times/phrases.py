"""Puts dates, clock times and parts of the day that were said together into one phrase."""

from __future__ import annotations

from datetime import timedelta

from assistant.engines.embedded.grammar.times.calendar import make, one, resolve_day, unit_range
from assistant.engines.embedded.grammar.times.clock_ranges import (
    ABOUT,
    before_part,
    clock_range,
    range_follows,
)
from assistant.engines.embedded.grammar.times.clocks import (
    bare_clock,
    half_hour,
    sure_clock,
)
from assistant.engines.embedded.grammar.times.days import DEEPEST, day, ordinal_day, weekday_at
from assistant.engines.embedded.grammar.times.instants import instant, now_word, this_time
from assistant.engines.embedded.grammar.times.lexicon import AFTER_A_DATE, PARTS, RELATIVE_DAYS
from assistant.engines.embedded.grammar.times.model import (
    Context,
    Day,
    Range,
    Resolver,
    Said,
)
from assistant.engines.embedded.grammar.times.parts import part_at
from assistant.engines.embedded.grammar.times.tokens import Line

_GLUE = {"at", "@", "on", "for", "from", ",", "(", "in", "by", "around", "about", "of", "and", "starting"}


def core(line: Line, at: int, *, bare: bool = False) -> tuple[Said, int] | None:
    """Date, clock, part of the day from ``at`` on, in any order. ``bare``: a number alone is a clock time."""
    if line.depth >= DEEPEST:
        return None
    said = Said()
    line.depth += 1
    try:
        after = _first(line, at, said, bare=bare)
    finally:
        line.depth -= 1
    if after is None:
        return None
    for _ in range(4):
        longer = _more(line, after, said)
        if longer is None:
            break
        after = longer
    return said, after


def _first(line: Line, at: int, said: Said, *, bare: bool) -> int | None:
    low = line.low
    begin = at
    told = bare
    if low[begin] in ("at", "@") and line.kind[begin] in ("word", "punct"):
        begin, told = begin + 1, True
    if low[begin] in ABOUT:
        begin += 1
        told = told or low[begin] == "half" or (line.kind[begin] == "int" and _day_word(line, begin + 1))
    if begin == at:
        found = now_word(line, at, said) or this_time(line, at, said) or _which_part(line, at, said)
        if found:
            return found
    after = _clock(line, begin, said, told=told)
    if after is not None:
        return after
    if begin > at and low[at] in ("at", "@"):
        return _day_after_at(line, begin, said) or _part(line, at, said)
    date = day(line, begin) or (ordinal_day(line, begin) if bare else None)
    if date:
        said.day = date[0]
        return date[1]
    return instant(line, begin, said) or _part(line, begin, said)


def _day_word(line: Line, at: int) -> bool:
    """ "around 8 | last night"."""
    return line.low[at] in RELATIVE_DAYS or line.low[at] in ("tonight", "last", "this", "on")


def _day_after_at(line: Line, at: int, said: Said) -> int | None:
    """ "at the end of 2012", "at christmas"."""
    if line.low[at] not in (
        "the",
        "beginning",
        "end",
        "start",
        "christmas",
        "easter",
        "xmas",
        "eom",
        "eoy",
        "new",
    ):
        return None
    date = day(line, at)
    if date is None or (line.low[at] == "the" and line.kind[at + 1] == "ordinal"):
        return None
    said.day = date[0]
    return date[1]


def _which_part(line: Line, at: int, said: Said) -> int | None:
    """ "tonight", "last night", "this morning", "this arvo"."""
    low, begin = line.low, at
    if low[begin] in ("late", "early", "later", "earlier") and low[begin + 1] in ("tonight", "last", "this"):
        begin += 1
    shift = 0
    if low[begin] == "tonight":
        said.part = "night"
        begin += 1
    elif low[begin] in ("last", "this", "yesterday") and low[begin + 1] in PARTS:
        if low[begin] == "last" and PARTS[low[begin + 1]] not in ("night", "evening"):
            return None
        if low[begin + 1] in ("nights", "mornings", "lunch"):
            return None
        shift = 0 if low[begin] == "this" else -1
        said.part = PARTS[low[begin + 1]]
        begin += 2
    elif low[begin] == "overmorrow":
        shift, begin = 2, begin + 1
    else:
        return None
    said.day = Day(fixed=_shift(shift), today=shift == 0)
    return begin


def _shift(days: int) -> Resolver:
    return lambda ctx: one(ctx.today + timedelta(days=days))


def _clock(line: Line, at: int, said: Said, *, told: bool) -> int | None:
    """A clock time or a range of two at ``at``."""
    ranged = clock_range(line, at, told=told)
    if ranged:
        said.clock, said.until_clock = ranged[0], ranged[1]
        return ranged[2]
    found = sure_clock(line, at)
    if found is None and told:
        found = bare_clock(line, at)
    if found is None and line.low[at] == "half":
        half = half_hour(line, at)
        if half and (
            line.ends_at(half[1])
            or line.low[half[1]] in PARTS
            or line.low[half[1]] in RELATIVE_DAYS
            or line.low[half[1]] in ("on", "in", "tonight")
            or weekday_at(line, half[1]) is not None
        ):
            found = half
    if found is None and line.kind[at] == "int":
        found = before_part(line, at)
    if found is None:
        return None
    said.clock = found[0]
    return found[1]


def _part(line: Line, at: int, said: Said) -> int | None:
    found = part_at(line, at)
    if found is None:
        return _after_school(line, at, said)
    part, after = found
    low = line.low
    begin_word = low[at]
    if begin_word in PARTS or begin_word in ("early", "late"):
        # a part alone needs a date beside it: "movie night", "good morning", "lunch at the bakery"
        linked = low[after] in ("of", "on", "in") or (low[after] == "tomorrow")
        if (
            not linked
            or core(line, after + (low[after] != "tomorrow")) is None
            or (part == "lunch" and low[after] == "in")
        ):
            return None
    if begin_word in ("the", "in", "on", "during", "at", "over", "of"):
        if low[after] in (
            "before",
            "after",
            "shift",
            "shifts",
            "off",
            "out",
            "bus",
            "train",
            "market",
            "tea",
            "paper",
            "class",
            "club",
            "school",
            "time",
            "money",
            "bill",
            "run",
        ):
            return None
        if begin_word == "the" and not line.ends_at(after) and low[after] not in ("of", "on"):
            return None
        if begin_word in ("of", "on") or (begin_word == "the" and low[after] not in ("of", "on")):
            return None
    if begin_word == "at" and part not in ("night", "lunch", "breakfast") and low[at + 1] != "first":
        return None
    said.part = part
    return after


def _after_school(line: Line, at: int, said: Said) -> int | None:
    if line.low[at] == "after" and line.low[at + 1] in ("school", "work") and (
        line.ends_at(at + 2) or line.low[at + 2] in AFTER_A_DATE or line.low[at + 2] in RELATIVE_DAYS
    ):  # fmt: skip
        said.part = line.low[at + 1]
        return at + 2
    return None


def _more(line: Line, at: int, said: Said) -> int | None:
    """The index after one more component that belongs to what was said, or ``None``."""
    if said.instant is not None:
        return None
    for skip in (0, 1, 2):
        begin = at + skip
        if skip and not _is_glue(line, begin - 1, said):
            return None
        if skip == 2 and not (line.low[at] == "," or line.low[at + 1] in ("about", "around", "@", "at")):
            return None
        after = _component(line, begin, said, line.low[begin - 1] if skip else "")
        if after is not None:
            return after
    return None


def _is_glue(line: Line, at: int, said: Said) -> bool:
    return line.low[at] in _GLUE and line.kind[at] in ("word", "punct") and not (
        line.low[at] == "and" or (line.low[at] == "by")
    )  # fmt: skip


def _component(line: Line, at: int, said: Said, glue: str) -> int | None:
    low = line.low
    if said.clock is None:
        told = glue in ("at", "@", "about", "around") or (glue == "from" and range_follows(line, at))
        told = told or (glue in ("", ",") and said.day is not None and range_follows(line, at))
        after = None if glue in ("of", "in", "on") else _clock(line, at, said, told=told)
        if after is not None:
            return after
        if glue == "" and low[at] == "1" and low[at + 1] == "thing":
            said.part = "early"
            return at + 2
        if line.kind[at] == "int" and low[at + 1] == "h" and line.adjacent(at + 1) and said.day is not None:
            found = bare_clock(line, at)
            if found:
                said.clock = found[0]
                return found[1]
    if said.part is None and glue in ("", ",", "in", "at", "on"):
        after = _part_beside(line, at if glue in ("", ",") else at - 1, said)
        if after is not None:
            return after
    if glue in ("at", "@", "about", "around", "from", "(") and not (glue == "from" and said.part):
        return None
    is_today = said.day is not None and said.day.today and said.clock is None and said.part is None
    if is_today and glue == "" and low[at] == "in":
        return instant(line, at, said)
    return _date_beside(line, at, said, glue)


def _part_beside(line: Line, at: int, said: Said) -> int | None:
    """A part of the day beside a date or a clock time: "tomorrow | arvo", "6 | in the evening"."""
    found = part_at(line, at)
    if found is None:
        return None
    part, after = found
    if said.day is None and line.low[at] not in ("in", "at", "this"):
        return None
    if line.low[at] == "of":
        return None
    if (
        line.low[after] in ("before", "shift", "shifts", "market")
        and said.clock is None
        and line.low[after] != "before"
    ):
        return after if said.day is not None and _set_part(said, part) else None
    if part in ("lunch", "breakfast") and said.clock is not None:
        return None
    _set_part(said, part)
    return after


def _set_part(said: Said, part: str) -> bool:
    said.part = part
    return True


def _date_beside(line: Line, at: int, said: Said, glue: str) -> int | None:
    if said.day is None:
        if glue == "," and said.clock is not None and weekday_at(line, at) is None:
            return None
        if line.low[at] == "tonight":
            probe = Said()
            after = _which_part(line, at, probe)
            if after and said.part is None:
                said.day, said.part = probe.day, probe.part
                return after
            return None
        found = _which_part(line, at, probe := Said())
        if found and said.part is None:
            said.day, said.part = probe.day, probe.part
            return found
        date = day(line, at) or (ordinal_day(line, at) if glue == "on" else None)
        if date is None or (glue == "in" and date[0].month is None and date[0].fixed is None):
            return None
        said.day = date[0]
        return date[1]
    if glue == "on" and said.day.fixed is not None and line.low[at - 2] == "ago":
        return _weekday_of_week(line, at, said)
    if glue == "on" and said.day.fixed is not None and line.low[at - 2] == "month":
        return _day_within(line, at, said)
    if glue not in ("", ",", "on", "(") or not said.day.mergeable:
        return None
    date = ordinal_day(line, at) or day(line, at)
    if date is None or not date[0].mergeable:
        return None
    return date[1] if _merge(said.day, date[0], glue) else None


def _weekday_of_week(line: Line, at: int, said: Said) -> int | None:
    """ "two weeks ago on | tuesday": that week's Tuesday."""
    number, outer = weekday_at(line, at), said.day
    if number is None or outer is None:
        return None

    def fixed(ctx: Context) -> Range | None:
        found = resolve_day(outer, ctx)
        if found is None:
            return None
        week = unit_range(found.start, "week", ctx)
        return resolve_day(Day(weekday=number, fixed=lambda _ctx: week), ctx)

    said.day = Day(fixed=fixed)
    return at + 1


def _day_within(line: Line, at: int, said: Said) -> int | None:
    """ "next month on | the 3rd"."""
    found = ordinal_day(line, at)
    outer = said.day
    if found is None or outer is None or not found[0].day or found[0].month:
        return None
    number = found[0].day

    def fixed(ctx: Context) -> Range | None:
        month = resolve_day(outer, ctx)
        day_found = make(month.start.year, month.start.month, number) if month else None
        return one(day_found) if day_found else None

    said.day = Day(fixed=fixed)
    return found[1]


def _merge(into: Day, other: Day, glue: str) -> bool:
    """Join "Thursday" and "the ninth", "Sat" and "14 Nov"; two weekdays or two dates stay apart."""
    if (
        into.weekday is not None
        and into.month is None
        and into.day is None
        and other.day is not None
        and other.weekday is None
    ):
        into.month, into.day, into.year = other.month, other.day, other.year
        return True
    if (
        into.day is not None
        and into.weekday is None
        and other.weekday is not None
        and other.day is None
        and other.which is None
    ):
        if glue == "on":
            return False
        into.weekday = other.weekday
        return True
    if (
        into.day is not None
        and into.month is None
        and other.month is not None
        and other.day is None
        and other.weekday is None
    ):
        into.month, into.year = other.month, other.year
        return glue != ","
    return False

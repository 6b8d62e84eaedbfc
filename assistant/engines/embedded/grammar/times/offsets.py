"""Moments relative to something already known: "two days before", "the evening before at six"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta

from dateutil.relativedelta import relativedelta

from assistant.engines.embedded.grammar.times import lengths
from assistant.engines.embedded.grammar.times.lexicon import MONTHS, PART_HOURS, PARTS, RELATIVE_DAYS, UNITS
from assistant.engines.embedded.grammar.times.model import OffsetSpan
from assistant.engines.embedded.grammar.times.parts import part_at
from assistant.engines.embedded.grammar.times.phrases import core
from assistant.engines.embedded.grammar.times.resolve import likely_hour
from assistant.engines.embedded.grammar.times.tokens import Line

Delta = relativedelta | timedelta
_BEFORE = {"before", "beforehand", "prior", "earlier", "ahead", "sooner"}
_AFTER = {"after", "afterwards", "afterward", "later", "following"}
_SAME = {"same", "usual"}


@dataclass
class Offset:
    """An offset as read: indexes of its tokens and its parts."""

    at: int
    after: int
    delta: Delta
    clock: time | None = None
    same_time: bool = False


def find_offsets(text: str) -> list[OffsetSpan]:
    """The offsets that ``text`` names, left to right, not overlapping. They need an event or a date to count
    from."""
    line = Line(text)
    found = read_offsets(line)
    return [
        OffsetSpan(
            line.start[offset.at],
            line.end[offset.after - 1],
            text[line.start[offset.at] : line.end[offset.after - 1]],
            offset.delta,
            offset.clock,
            offset.same_time,
        )
        for offset in found
    ]


def read_offsets(line: Line) -> list[Offset]:
    """The offsets of a text already cut into tokens."""
    found: list[Offset] = []
    at = 0
    while at < line.count:
        offset = _offset(line, at)
        if offset is None:
            at += 1
            continue
        found.append(offset)
        at = offset.after
    return found


def _offset(line: Line, at: int) -> Offset | None:
    low = line.low[at]
    if low in (
        "the",
        "a",
        "an",
        "half",
        "on",
        "same",
        "at",
        "that",
        "quarter",
        "few",
        "couple",
        "several",
    ) or (line.kind[at] in ("int", "decimal") or low in PARTS or low in ("day", "week", "month", "next")):
        offset = _same(line, at) or _that_day(line, at) or _day_beside(line, at) or _length_beside(line, at)
    elif low in ("back", "forward", "forwards", "by", "off", "out", "up"):
        offset = _pushed(line, at)
    else:
        return None
    return _with_time(line, offset) if offset else None


def _same(line: Line, at: int) -> Offset | None:
    """ "(at the) same time"."""
    low, begin = line.low, at
    begin += low[begin] == "at"
    begin += low[begin] == "the"
    if low[begin] in _SAME and low[begin + 1] == "time" and low[begin + 2] != "as":
        return Offset(at, begin + 2, timedelta(), same_time=True)
    return None


def _that_day(line: Line, at: int) -> Offset | None:
    """ "that day", "on the day", "the same day", "that evening", "the morning of"."""
    low, begin = line.low, at
    begin += low[begin] == "on"
    if low[begin] == "the" and low[begin + 1] == "same":
        begin += 1
    if low[begin] in ("that", "same"):
        if low[begin + 1] == "day" and low[begin + 2] not in ("when", "i", "we"):
            return Offset(at, begin + 2, timedelta())
        part = PARTS.get(low[begin + 1])
        if part and low[begin + 1] != "breakfast" and low[begin] == "that" and part != "lunch":
            return Offset(at, begin + 2, timedelta(), time(PART_HOURS[part][0]))
        return None
    if low[begin] == "the" and low[begin + 1] == "day" and begin > at and line.ends_at(begin + 2):
        return Offset(at, begin + 2, timedelta())
    if low[begin] == "the" and low[begin + 1] in PARTS and low[begin + 2] == "of" and line.ends_at(begin + 3):
        return Offset(at, begin + 3, timedelta(), time(PART_HOURS[PARTS[low[begin + 1]]][0]))
    return None


def _names_a_time(line: Line, at: int) -> bool:
    """Whether what follows "before" or "after" is itself a date or a clock time, so that nothing is left to
    count from."""
    low = line.low[at]
    if low in RELATIVE_DAYS or low in MONTHS or line.kind[at] in ("date", "iso", "clock12", "clock24", "yearmonth"):
        return True
    return core(line, at) is not None or low in ("last", "next")


def _day_beside(line: Line, at: int) -> Offset | None:
    """ "the day before", "the evening after", "the week before", "the next day"."""
    low, begin = line.low, at
    begin += low[begin] == "on"
    article = low[begin] == "the"
    begin += article
    if article and low[begin] in ("next", "following") and low[begin + 1] == "day":
        return Offset(at, begin + 2, relativedelta(days=1))
    unit = UNITS.get(low[begin]) if low[begin] in ("day", "week", "month", "night") else None
    part = PARTS.get(low[begin])
    if unit is None and part is None:
        return None
    word = low[begin + 1]
    if word not in ("before", "after", "prior", "beforehand") or not (article or unit):
        return None
    if not article and low[begin] in ("night", "week", "month"):
        return None
    after = begin + 2
    if _names_a_time(line, after) and not (low[after] in ("at", "@", "around", ",") or part_at(line, after)):
        return None
    sign = 1 if word == "after" else -1
    delta = relativedelta(days=sign) if part or unit in ("day", None) else relativedelta(**{f"{unit}s": sign})  # type: ignore[arg-type]
    clock = time(PART_HOURS[part][0]) if part and low[begin] != "day" else None
    return Offset(at, after, delta, clock)


def _length_beside(line: Line, at: int) -> Offset | None:
    """ "two days before", "half an hour beforehand", "an hour later"."""
    size = lengths.length(line, at)
    if size is None:
        return None
    said, after = size
    word = line.low[after]
    if word == "in" and line.low[after + 1] == "advance":
        sign, after = -1, after + 2
    elif word in _BEFORE or word in _AFTER:
        if word in ("before", "after", "prior", "following"):
            following = after + 1 + (line.low[after + 1] == "to")
            if _names_a_time(line, following) and line.low[following] not in ("at", "@", ","):
                return None
        sign, after = (-1 if word in _BEFORE else 1), after + 1
        if word == "ahead" and line.low[after] == "of":
            after += 2 if line.low[after + 1] == "time" else 0
    else:
        return None
    delta = lengths.as_delta(said)
    return Offset(at, after, -delta if sign < 0 else delta)


def _pushed(line: Line, at: int) -> Offset | None:
    """ "push it back (by) an hour", "bring it forward 30 minutes", "put it off a week"."""
    if not line.moving and line.low[at] not in ("off",):
        return None
    word = line.low[at]
    begin = at + 1 + (line.low[at + 1] in ("by", "for") and word != "by")
    size = lengths.length(line, begin)
    if size is None or line.low[size[1]] in ("ago", "before", "after", "from"):
        return None
    if line.low[size[1]] in ("earlier", "later", "sooner", "back", "forward"):
        sign = -1 if line.low[size[1]] in ("earlier", "sooner", "forward") else 1
        delta = lengths.as_delta(size[0])
        return Offset(at, size[1] + 1, delta * sign)
    sign = -1 if word in ("forward", "forwards", "up") else 1
    return Offset(at, size[1], lengths.as_delta(size[0]) * sign)


def _with_time(line: Line, offset: Offset) -> Offset:
    """The clock time or "same time" that follows: "the day before | at six"."""
    low = line.low
    begin = offset.after + (low[offset.after] == ",")
    again = _same(line, begin) if not offset.same_time else None
    if again:
        offset.same_time, offset.after = True, again.after
        return offset
    if offset.same_time or (
        low[begin] not in ("at", "@", "around", "about") and line.kind[begin] not in ("clock12", "clock24")
    ):
        if offset.same_time:
            return _same_then_day(line, offset)
        return offset
    found = core(line, begin)
    if found is None or found[0].clock is None or found[0].day is not None:
        return offset
    clock = found[0].clock
    part = found[0].part or _own_part(line, offset)
    hour = likely_hour(clock.hour, part) if clock.ambiguous else max(clock.hour, 0)
    offset.clock, offset.after = time(hour % 24, clock.minute), found[1]
    return offset


def _same_then_day(line: Line, offset: Offset) -> Offset:
    """ "same time the day after", "at the same time the next day"."""
    day = _day_beside(line, offset.after + (line.low[offset.after] in ("on", ",")))
    if day:
        offset.delta, offset.after = day.delta, day.after
    return offset


def _own_part(line: Line, offset: Offset) -> str | None:
    return next((PARTS[word] for word in line.low[offset.at : offset.after] if word in PARTS), None)

"""Distances below a day and the present moment: "in 45 min", "half an hour ago", "the last 2 hours", "right
now"."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from assistant.engines.embedded.grammar.times import lengths
from assistant.engines.embedded.grammar.times.calendar import add, one
from assistant.engines.embedded.grammar.times.lexicon import RELATIVE_DAYS
from assistant.engines.embedded.grammar.times.model import THIS_HOUR, Clock, Day, Instant, Length, Said
from assistant.engines.embedded.grammar.times.tokens import Line


def now_word(line: Line, at: int, said: Said) -> int | None:
    """ "now" where it is a time, not a filler: "right now", "just this minute", the whole text."""
    low, begin = line.low, at
    if low[begin] in ("just", "right"):
        begin += 1
    if (
        low[begin] == "this"
        and low[begin + 1] in ("minute", "second", "moment", "instant")
        and line.kind[begin + 1] != "stop"
    ):
        said.instant = Instant(timedelta(), "second")
        return begin + 2
    if low[begin] != "now":
        return None
    whole = at == 0 and line.kind[begin + 1] == "stop"
    if begin > at or whole or (at and low[at - 1] in ("until", "till", "by", "since", "from", "between", "to")):
        said.instant = Instant(timedelta(), "second")
        return begin + 1
    return None


def this_time(line: Line, at: int, said: Said) -> int | None:
    """ "this time tomorrow", "this time next week": the clock time that it is now."""
    low = line.low
    if low[at] != "this" or low[at + 1] != "time":
        return None
    if low[at + 2] in ("next", "last") and low[at + 3] in ("week", "month", "year"):
        sign, unit = (1 if low[at + 2] == "next" else -1), low[at + 3]
        said.day = Day(fixed=lambda ctx: one(add(ctx.today, unit, sign)))
        said.clock = Clock(THIS_HOUR, grain="minute")
        return at + 4
    if low[at + 2] in RELATIVE_DAYS:
        shift = RELATIVE_DAYS[low[at + 2]]
        said.day = Day(fixed=lambda ctx: one(add(ctx.today, "day", shift)))
        said.clock = Clock(THIS_HOUR, grain="minute")
        return at + 3
    return None


def instant(line: Line, at: int, said: Said) -> int | None:
    """ "in 45 min", "half an hour ago", "3 hours from now", "in 15"."""
    low = line.low
    prefixed = low[at] in ("in", "within") and line.kind[at] == "word"
    if (
        prefixed
        and at
        and (line.kind[at - 1] in ("int", "decimal") or low[at - 1] in ("km", "k", "miles", "kms", "laps"))
    ):
        # "5 km in 25 minutes" says how long it took
        return None
    begin = at + prefixed
    if prefixed and low[begin] in ("about", "around", "another", "like", "just", "roughly", "exactly"):
        begin += 1
    if low[at] in ("last", "past", "next", "coming"):
        return _rolling(line, at, said)
    size = lengths.length(line, begin)
    if size is None:
        number = line.whole(begin)
        if prefixed and number is not None and 2 <= number <= 120 and line.kind[begin + 1] == "stop" and at == 0:
            said.instant = Instant(timedelta(minutes=number), "second")
            return begin + 1
        return None
    length, after = size
    if not lengths.is_absolute(length):
        return None
    delta = lengths.as_delta(length)
    if not isinstance(delta, timedelta) or delta > timedelta(days=3660):
        return None
    grain = lengths.finer(length.unit)
    if low[after] in ("'", "’") and low[after + 1] == "time":
        after += 1
    if prefixed:
        said.instant = Instant(delta, grain)
        return after + (low[after] == "time")
    if low[after] in ("ago", "earlier") and (low[after] == "ago" or line.kind[after + 1] != "stop"):
        if low[after] == "earlier":
            return None
        said.instant = Instant(-delta, grain)
        return after + 1
    if low[after] == "hence" or (low[after] == "from" and low[after + 1] == "now"):
        said.instant = Instant(delta, grain)
        return after + 1 + (low[after] == "from")
    return None


def _rolling(line: Line, at: int, said: Said) -> int | None:
    """ "the last 2 hours", "next 30 minutes", "the past hour"."""
    size = lengths.length(line, at + 1)
    if size is None and line.low[at + 1] in ("hour", "minute") and line.low[at] in ("last", "past", "next"):
        size = Length(line.low[at + 1], Decimal(1)), at + 2
    if size is None or not lengths.is_absolute(size[0]):
        return None
    delta = lengths.as_delta(size[0])
    if not isinstance(delta, timedelta) or delta > timedelta(days=3660):
        return None
    past = line.low[at] in ("last", "past")
    unit = size[0].unit
    said.instant = Instant(-delta if past else timedelta(), lengths.finer(unit), lasts=delta)
    return size[1]

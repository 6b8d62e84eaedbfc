"""Puts dates, clock times and parts of the day that were said together into one phrase."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from assistant.engines.embedded.grammar.times import lengths
from assistant.engines.embedded.grammar.times.clocks import (
    bare_clock,
    half_hour,
    part_at,
    sure_clock,
    zone_at,
)
from assistant.engines.embedded.grammar.times.days import day, ordinal_day, weekday_at
from assistant.engines.embedded.grammar.times.lexicon import AFTER_A_DATE, MONTHS, PARTS, RELATIVE_DAYS
from assistant.engines.embedded.grammar.times.calendar import one
from assistant.engines.embedded.grammar.times.model import Clock, Day, Instant, Length, Resolver, Said
from assistant.engines.embedded.grammar.times.tokens import Line

TO = {"to", "-", "–", "—", "until", "till", "through"}
_ABOUT = {"about", "around", "roughly", "approximately", "exactly", "circa", "like", "abt"}
_GLUE = {"at", "@", "on", "for", "from", ",", "(", "in", "by", "around", "about", "of", "and", "starting"}


def core(line: Line, at: int, *, bare: bool = False) -> tuple[Said, int] | None:
    """Date, clock, part of the day from ``at`` on, in any order. ``bare``: a number alone is a clock time."""
    said = Said()
    after = _first(line, at, said, bare=bare)
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
    if low[begin] in _ABOUT:
        begin += 1
        told = told or low[begin] == "half"
    if begin == at:
        found = _now(line, at, said) or _which_part(line, at, said)
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
    return _instant(line, begin, said) or _part(line, begin, said)


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


def _now(line: Line, at: int, said: Said) -> int | None:
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
    if (
        begin > at
        or whole
        or (at and low[at - 1] in ("until", "till", "by", "since", "from", "between", "to"))
    ):
        said.instant = Instant(timedelta(), "second")
        return begin + 1
    return None


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
        if half and (line.ends_at(half[1]) or line.low[half[1]] in PARTS or line.low[half[1]] in RELATIVE_DAYS
                     or line.low[half[1]] in ("on", "in", "tonight") or weekday_at(line, half[1]) is not None):  # fmt: skip
            found = half
    if found is None and line.kind[at] == "int":
        found = _before_part(line, at)
    if found is None:
        return None
    said.clock = found[0]
    return found[1]


def _before_part(line: Line, at: int) -> tuple[Clock, int] | None:
    """ "3 in the morning", "ten thirty at night", "9 tomorrow morning"."""
    hour = line.whole(at)
    if hour is None or not 1 <= hour <= 12:
        return None
    minute, after = 0, at + 1
    if (
        line.kind[after] == "int"
        and 10 <= (line.whole(after) or 0) <= 59
        and line.text[line.start[after]].isalpha()
    ):
        minute, after = line.whole(after) or 0, after + 1
    elif line.kind[at] != "int":
        return None
    low = line.low
    grain_minute = "minute" if after > at + 1 else "hour"
    clock = Clock(hour, minute, ambiguous=True, grain=grain_minute)  # type: ignore[arg-type]
    in_the = low[after] in ("in", "at") and (low[after + 1] == "the" or low[after + 1] == "night")
    if in_the and part_at(line, after):
        return clock, after
    before = low[at - 1] if at else ""
    if at == 0 or before in ("at", "for", "by", "around", "about", "until", "till", "@", "to", ","):
        on_day = low[after] == "tomorrow" or weekday_at(line, after) is not None
        if on_day and low[after + 1] in PARTS:
            return clock, after
    zone = (
        zone_at(line, after)
        if before in ("at", "@") or (at and weekday_at(line, at - 1) is not None)
        else None
    )
    if zone:
        clock.zone, clock.ambiguous = zone[0], False
        return clock, zone[1]
    return None


def _range_clock(line: Line, at: int, *, told: bool) -> tuple[Clock, int] | None:
    """One side of a clock range."""
    found = sure_clock(line, at)
    if found:
        return found
    if not told:
        return None
    hour = line.whole(at)
    if (
        hour is not None
        and line.low[at + 1] in TO
        and line.kind[at + 2] in ("int", "clock12", "clock24", "decimal", "word")
    ):
        raw = line.text[line.start[at] : line.end[at]]
        if hour <= 24 and not (len(raw) > 2 and raw.isdigit()):
            return Clock(hour, ambiguous=1 <= hour <= 12), at + 1
    return bare_clock(line, at)


def clock_range(line: Line, at: int, *, told: bool) -> tuple[Clock, Clock, int] | None:
    """ "7-9pm", "3:30 to six p.m.", "from 9 to 5" (there ``told``)."""
    kind, low = line.kind, line.low
    if kind[at] not in ("int", "clock12", "clock24", "decimal") and low[at] not in (
        "noon",
        "midnight",
        "half",
        "quarter",
        "a",
    ):
        return None
    first = _range_clock(line, at, told=told or _ends_with_meridiem(line, at))
    if first is None:
        return None
    link = first[1]
    if low[link] not in TO and not (low[link] == "and" and at and low[at - 1] == "between"):
        return None
    if line.moving and at and low[at - 1] == "from":
        return None
    second_at = link + 1 + (low[link + 1] in _ABOUT or low[link + 1] == "at")
    second = _range_clock(line, second_at, told=True)
    if second is None:
        return None
    unsure = first[0].ambiguous and second[0].ambiguous and kind[at] == "int"
    if unsure and not may_follow(line, second[1]):
        return None
    zone = second[0].zone or first[0].zone
    first[0].zone = second[0].zone = zone
    return first[0], second[0], second[1]


def _ends_with_meridiem(line: Line, at: int) -> bool:
    """Whether "7-9pm" or "7 to 9 in the evening" follows a bare number at ``at``."""
    if line.kind[at] not in ("int", "decimal") or line.low[at + 1] not in TO:
        return False
    if line.kind[at + 2] == "clock12":
        return True
    found = sure_clock(line, at + 2)
    if found is not None and not found[0].ambiguous and line.low[at + 2] not in ("noon", "midnight"):
        return True
    return found is not None and line.low[at + 2] in ("noon", "midnight")


def may_follow(line: Line, at: int) -> bool:
    """Whether the word at ``at`` leaves the numbers before it a clock range."""
    return (
        line.kind[at] in ("stop", "punct")
        or line.low[at] in AFTER_A_DATE
        or line.low[at] in RELATIVE_DAYS
        or line.low[at] in ("tonight", "each", "every")
        or weekday_at(line, at) is not None
        or line.low[at] in MONTHS
    )


def _part(line: Line, at: int, said: Said) -> int | None:
    found = part_at(line, at)
    if found is None:
        return _after_school(line, at, said)
    part, after = found
    low = line.low
    begin_word = low[at]
    if begin_word in PARTS or begin_word in ("early", "late"):
        # a part alone needs a date beside it: "movie night", "good morning", "night shift", "lunch at the bakery"
        linked = low[after] in ("of", "on", "in") or (low[after] == "tomorrow")
        if (
            not linked
            or core(line, after + (low[after] != "tomorrow")) is None
            or (part == "lunch" and low[after] == "in")
        ):
            return None
    if begin_word in ("the", "in", "on", "during", "at", "over", "of"):
        if low[after] in ("before", "after", "shift", "shifts", "off", "out", "bus", "train", "market", "tea", "paper",
                          "class", "club", "school", "time", "money", "bill", "run"):  # fmt: skip
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


def _instant(line: Line, at: int, said: Said) -> int | None:
    """ "in 45 min", "half an hour ago", "3 hours from now", "in 15"."""
    low = line.low
    prefixed = low[at] in ("in", "within") and line.kind[at] == "word"
    begin = at + prefixed
    if prefixed and low[begin] in ("about", "around", "another", "like", "just", "roughly", "exactly"):
        begin += 1
    if low[at] in ("last", "past", "next", "coming"):
        return _rolling(line, at, said)
    size = lengths.length(line, begin)
    if size is None:
        number = line.whole(begin)
        if (
            prefixed
            and number is not None
            and 2 <= number <= 120
            and line.kind[begin + 1] == "stop"
            and at == 0
        ):
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
        told = glue in ("at", "@", "about", "around") or (glue == "from" and _range_follows(line, at))
        told = told or (glue in ("", ",") and said.day is not None and _range_follows(line, at))
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
    if said.day is not None and said.day.today and said.clock is None and said.part is None and glue == "":
        if low[at] == "in":
            return _instant(line, at, said)
    return _date_beside(line, at, said, glue)


def _range_follows(line: Line, at: int) -> bool:
    """Whether a clock range such as "9-5" stands at ``at``."""
    return (
        line.kind[at] == "int"
        and line.low[at + 1] in TO
        and line.kind[at + 2] in ("int", "clock12", "clock24")
    )


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
    if glue not in ("", ",", "on", "(") or not said.day.mergeable:
        return None
    date = ordinal_day(line, at) or day(line, at)
    if date is None or not date[0].mergeable:
        return None
    return date[1] if _merge(said.day, date[0], glue) else None


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

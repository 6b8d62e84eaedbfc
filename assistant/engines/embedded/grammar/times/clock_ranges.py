"""Two clock times that make a range: "7-9pm", "3:30 to six p.m.", "from 9 to 5"; and numbers beside a part
of the day."""

from __future__ import annotations

from assistant.engines.embedded.grammar.times.clocks import bare_clock, sure_clock, zone_at
from assistant.engines.embedded.grammar.times.days import weekday_at
from assistant.engines.embedded.grammar.times.lexicon import AFTER_A_DATE, MONTHS, PARTS, RELATIVE_DAYS
from assistant.engines.embedded.grammar.times.model import Clock
from assistant.engines.embedded.grammar.times.parts import part_at
from assistant.engines.embedded.grammar.times.tokens import Line

TO = {"to", "-", "–", "—", "until", "till", "through"}


ABOUT = {"about", "around", "roughly", "approximately", "exactly", "circa", "like", "abt"}


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
    if low[link] == "to" and line.moves_from(at):
        return None
    second_at = link + 1 + (low[link + 1] in ABOUT or low[link + 1] == "at")
    second = _range_clock(line, second_at, told=True)
    if second is None:
        return None
    unsure = first[0].ambiguous and second[0].ambiguous and kind[at] == "int"
    if unsure and not may_follow(line, second[1]):
        return None
    zone = second[0].zone or first[0].zone
    first[0].zone = second[0].zone = zone
    return first[0], second[0], second[1]


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


def before_part(line: Line, at: int) -> tuple[Clock, int] | None:
    """ "3 in the morning", "ten thirty at night", "9 tomorrow morning"."""
    hour = line.whole(at)
    if hour is None or not 1 <= hour <= 12:
        return None
    minute, after = 0, at + 1
    if line.kind[after] == "int" and 10 <= (line.whole(after) or 0) <= 59 and line.text[line.start[after]].isalpha():
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
    if minute:
        on = after + (low[after] == "on")
        if low[on] in RELATIVE_DAYS or low[on] == "tonight" or weekday_at(line, on) is not None:
            return clock, after
    zone = zone_at(line, after) if before in ("at", "@") or (at and weekday_at(line, at - 1) is not None) else None
    if zone:
        clock.zone, clock.ambiguous = zone[0], False
        return clock, zone[1]
    return None


def range_follows(line: Line, at: int) -> bool:
    """Whether a clock range such as "9-5" stands at ``at``."""
    return line.kind[at] == "int" and line.low[at + 1] in TO and line.kind[at + 2] in ("int", "clock12", "clock24")

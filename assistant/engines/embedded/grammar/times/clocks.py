"""Times of day: "4.30pm", "twenty past ten", "half six", "1900 hours", "noon", "3 in the afternoon"."""

from __future__ import annotations

import re
from datetime import timedelta, timezone, tzinfo

from assistant.engines.embedded.grammar.times.lexicon import (
    AFTER_A_DATE,
    MONTHS,
    PARTS,
    RELATIVE_DAYS,
    WEEKDAY_SHORT,
    WEEKDAYS,
    ZONES,
    place_zone,
)
from assistant.engines.embedded.grammar.times.model import NEXT_HOUR, Clock
from assistant.engines.embedded.grammar.times.tokens import Line

_CLOCK12 = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?(?::(\d{2}))? ?([ap])", re.IGNORECASE)
_CLOCK24 = re.compile(r"(\d{1,2})[:h](\d{2})(?::(\d{2}))?", re.IGNORECASE)
_OFFSET = re.compile(r"(?:\s?(?:gmt|utc))?\s?([+-])(\d{2}):?(\d{2})(?!\d)", re.IGNORECASE)
_ROUGHLY = {"sharp", "ish", "approximately", "approx", "roughly", "ishh", "exactly", "prompt"}
_NOT_AFTER_AN_HOUR = {
    "dollars", "dollar", "bucks", "buck", "quid", "pounds", "euros", "euro", "cents", "pence", "p", "c",
    "percent", "hour", "minute", "day", "night", "week", "month", "each", "per",
    "apiece", "km", "kms", "ks", "mi", "miles", "mile", "mph", "kmh", "litres",
    "liters", "litre", "l", "gal", "gallons", "kg", "people", "guests", "times", "x", "degrees", "years",
    "year", "yrs", "months", "days", "weeks", "minutes", "mins", "seconds", "hours", "hrs", "stars", "star",
    "metres", "meters", "m", "cm", "mm", "psi", "grand", "thousand", "hundred", "million", "k", "bags",
    "boxes", "tickets", "of", "st", "street", "road", "rd", "ave", "avenue", "lane", "percentage", "points",
    "point", "pm2", "g", "grams", "rupees", "yen", "usd", "aud", "gbp", "eur", "aed",
}  # fmt: skip


def _meridiem(hour: int, letter: str) -> int | None:
    if not 1 <= hour <= 12:
        return hour if letter == "p" and 13 <= hour <= 23 else None
    return hour % 12 + (12 if letter == "p" else 0)


def zone_at(line: Line, at: int) -> tuple[tzinfo, int] | None:
    """A time zone at ``at``, in brackets or not, and the index after it."""
    low = line.low
    if low[at] == "(" and low[at + 1] in ZONES and low[at + 2] == ")":
        return ZONES[low[at + 1]], at + 3
    if low[at] in ZONES and line.kind[at] == "word":
        offset = _OFFSET.match(line.text, line.end[at]) if low[at] in ("gmt", "utc") else None
        if offset is None:
            return ZONES[low[at]], at + 1
        minutes = int(offset.group(2)) * 60 + int(offset.group(3))
        if minutes < 24 * 60:
            after = at
            while line.kind[after] != "stop" and line.start[after] < offset.end():
                after += 1
            return timezone(timedelta(minutes=minutes if offset.group(1) == "+" else -minutes)), after
    if low[at + 1] == "time":
        zone = place_zone(low[at])
        if zone:
            return zone, at + 2
    return None


def _finish(line: Line, clock: Clock, at: int) -> tuple[Clock, int]:
    if line.low[at] == "-" and line.low[at + 1] == "ish":
        at += 2
    while line.low[at] in _ROUGHLY or (line.low[at] in ("on", "in") and line.low[at + 1] == "dot"):
        at += 1
    if line.low[at] == "on" and line.low[at + 1] == "the" and line.low[at + 2] == "dot":
        at += 3
    zone = zone_at(line, at)
    if zone:
        clock.zone, at = zone
        clock.ambiguous = False
    return clock, at


def _meridiem_at(line: Line, at: int) -> tuple[str, int] | None:
    """("p", index after) of "pm", "in the pm"."""
    if line.kind[at] == "meridiem":
        return line.low[at][0], at + 1
    low = line.low
    if low[at] in ("am", "pm") and line.kind[at] == "word":
        return low[at][0], at + 1
    if low[at] == "in" and low[at + 1] == "the" and low[at + 2] in ("am", "pm"):
        return low[at + 2][0], at + 3
    if low[at] == "ish" and low[at + 1] in ("am", "pm"):
        return low[at + 1][0], at + 2
    return None


def _said_hour(line: Line, hour: int, minute: int, at: int, *, exact: bool = False) -> tuple[Clock, int] | None:
    """A clock time from its numbers, with the am or pm that may follow at ``at``."""
    meridiem = _meridiem_at(line, at)
    if meridiem:
        told = _meridiem(hour, meridiem[0])
        if told is None or minute > 59:
            return None
        return _finish(line, Clock(told, minute, grain="minute" if minute or exact else "hour"), meridiem[1])
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return None
    clock = Clock(hour, minute, ambiguous=1 <= hour <= 12, grain="minute" if minute or exact else "hour")
    return _finish(line, clock, at)


def sure_clock(line: Line, at: int) -> tuple[Clock, int] | None:
    """A time of day that needs no "at" before it, and the index after it."""
    kind, low = line.kind[at], line.low
    if kind == "clock12":
        found = _CLOCK12.match(low[at])
        if not found:
            return None
        hour = _meridiem(int(found.group(1)), found.group(4))
        minute, second = int(found.group(2) or 0), int(found.group(3) or 0)
        if hour is None or minute > 59 or second > 59:
            return None
        grain = "second" if found.group(3) else "minute" if found.group(2) else "hour"
        clock = Clock(hour, minute, second, grain=grain)  # type: ignore[arg-type]
        clock.rounds_up = hour == 0 and not minute
        return _finish(line, clock, at + 1)
    if kind == "clock24":
        return _clock24(line, at)
    if kind == "word":
        return _named(line, at)
    if kind == "int":
        return _spoken(line, at)
    return None


def _clock24(line: Line, at: int) -> tuple[Clock, int] | None:
    found = _CLOCK24.match(line.low[at])
    if not found:
        return None
    hour, minute, second = int(found.group(1)), int(found.group(2)), int(found.group(3) or 0)
    if hour > 24 or minute > 59 or second > 59 or (hour == 24 and (minute or second)):
        return None
    meridiem = _meridiem_at(line, at + 1)
    if meridiem:
        told = _meridiem(hour, meridiem[0])
        if told is None:
            return None
        return _finish(line, Clock(told, minute, second, grain="second" if found.group(3) else "minute"), meridiem[1])
    plain = 1 <= hour <= 12 and not found.group(1).startswith("0") and "h" not in line.low[at]
    clock = Clock(hour, minute, second, ambiguous=plain, grain="second" if found.group(3) else "minute")
    after = at + 1
    if line.low[after] in ("oclock", "hours", "hrs", "uhr"):
        after += 1
    return _finish(line, clock, after)


def _named(line: Line, at: int) -> tuple[Clock, int] | None:
    """ "noon", "midnight", "half past three", "a quarter to noon"."""
    low = line.low
    if low[at] == "noon":
        return _finish(line, Clock(12), at + 1)
    if low[at] == "eod" or (low[at : at + 2] == ["close", "of"] and low[at + 2] in ("business", "play", "day")):
        return _finish(line, Clock(17), at + (1 if low[at] == "eod" else 3))
    if low[at] == "midnight":
        return _finish(line, Clock(24, rounds_up=True), at + 1)
    if low[at] == "half" and low[at + 1] in ("past", "after"):
        named = _relative_to_hour(line, 30, 1, at + 2)
        if named or low[at + 1] == "after" or not line.ends_at(at + 2):
            return named
        return Clock(NEXT_HOUR, 30, grain="minute"), at + 2
    if low[at] in ("a", "quarter", "qtr"):
        word = at + (low[at] == "a")
        if low[word] in ("quarter", "qtr") and low[word + 1] in (
            "past",
            "to",
            "after",
            "before",
            "till",
            "of",
        ):
            if low[word + 1] == "of" and low[at] == "a":
                return None
            named = _relative_to_hour(line, 15, 1 if low[word + 1] in ("past", "after") else -1, word + 2)
            if named or low[word + 1] != "past" or not line.ends_at(word + 2):
                return named
            return Clock(NEXT_HOUR, 15, grain="minute"), word + 2
    return None


def half_hour(line: Line, at: int) -> tuple[Clock, int] | None:
    """ "half six": 6:30, where the words before or after make it a time."""
    hour = line.whole(at + 1)
    if line.low[at] != "half" or hour is None or not 1 <= hour <= 12 or line.low[at + 2] in _NOT_AFTER_AN_HOUR:
        return None
    return _said_hour(line, hour, 30, at + 2)


def _relative_to_hour(line: Line, minutes: int, sign: int, at: int) -> tuple[Clock, int] | None:
    found = _named_hour(line, at)
    if found is None:
        return None
    clock, after = found
    total = (clock.hour * 60 + clock.minute + sign * minutes) % (24 * 60)
    clock.hour, clock.minute, clock.grain, clock.rounds_up = total // 60, total % 60, "minute", False
    return clock, after


def _named_hour(line: Line, at: int) -> tuple[Clock, int] | None:
    """The hour after "past" or "to": "three", "3pm", "15h", "noon"."""
    hour = line.whole(at)
    if hour is None:
        found = sure_clock(line, at) if line.low[at] != "half" else None
        return found if found and found[0].minute == 0 else None
    if hour > 24 or line.low[at + 1] in _NOT_AFTER_AN_HOUR:
        return None
    after = at + 1
    exact = False
    if line.low[after] == "h" and line.adjacent(after):
        after, exact = after + 1, True
    if line.low[after] == "oclock":
        after += 1
    found = _said_hour(line, hour, 0, after)
    if found and exact:
        found[0].ambiguous = False
    return found


def _spoken(line: Line, at: int) -> tuple[Clock, int] | None:
    """Numbers that their surroundings make a time: "ten thirty am", "twenty past ten", "6 o'clock", "0700
    hours"."""
    hour = line.whole(at) or 0
    low, after = line.low, at + 1
    if low[after] == "oclock" and hour <= 24:
        return _said_hour(line, hour, 0, after + 1)
    if low[after] == "ish" and hour <= 12 and (line.adjacent(after) or _meridiem_at(line, after)):
        return _said_hour(line, hour, 0, after)
    minutes_word = after + (low[after] in ("minutes", "mins", "min", "minute"))
    if low[minutes_word] in ("past", "to", "after", "before", "till", "of") and 1 <= hour <= 59:
        found = _minutes_from_hour(line, hour, minutes_word, named=minutes_word > after)
        if found:
            return found
    if line.kind[after] == "int" and hour <= 24:
        minute = line.whole(after) or 0
        if minute <= 59 and _meridiem_at(line, after + 1):
            return _said_hour(line, hour, minute, after + 1)
    if low[after] in ("oh", "o") and line.kind[after + 1] == "int" and _meridiem_at(line, after + 2):
        return _said_hour(line, hour, line.whole(after + 1) or 0, after + 2)
    if _meridiem_at(line, after):
        return _said_hour(line, hour, 0, after)
    raw = line.text[line.start[at] : line.end[at]]
    military = len(raw) == 4 and raw.isdigit() and low[after] in ("hours", "hrs", "hour", "h")
    if military and (raw[0] == "0" or _told_by(line, at)) and int(raw[:2]) <= 23 and int(raw[2:]) <= 59:
        return _finish(line, Clock(int(raw[:2]), int(raw[2:]), grain="minute"), after + 1)
    return None


def _told_by(line: Line, at: int) -> bool:
    return at > 0 and line.low[at - 1] in (
        "at",
        "@",
        "by",
        "from",
        "to",
        "until",
        "till",
        "before",
        "after",
        "for",
        "-",
    )


def _clearly_a_time(line: Line, at: int) -> bool:
    before = line.low[at - 2] if at >= 2 else ""
    return before in (
        "at",
        "@",
        "by",
        "about",
        "around",
        "before",
        "after",
        "till",
        "until",
        "is",
        "it's",
        "its",
    )


def _has_a_day(line: Line, at: int) -> bool:
    """Whether "tomorrow" or "in the evening" follows."""
    if line.low[at] in RELATIVE_DAYS or line.low[at] == "tonight":
        return True
    return line.low[at] == "in" and line.low[at + 1] == "the" and line.low[at + 2] in PARTS


def _minutes_from_hour(line: Line, minutes: int, at: int, *, named: bool) -> tuple[Clock, int] | None:
    """ "twenty past ten" with "past" at ``at``. "ten to six" without "minutes" must not be a range."""
    word = line.low[at]
    clear = minutes in (5, 10, 20, 25) and (_clearly_a_time(line, at) or _has_a_day(line, at + 2))
    if word in ("to", "till", "of") and not named and not clear:
        return None
    if word in ("after", "before") and not named and minutes not in (5, 10, 15, 20, 25):
        return None
    return _relative_to_hour(line, minutes, 1 if word in ("past", "after") else -1, at + 1)


def bare_clock(line: Line, at: int) -> tuple[Clock, int] | None:
    """A number after "at": "at 6", "at 5.30", "at ten thirty", "at 15h", "at 0700"."""
    kind, low = line.kind[at], line.low
    if low[at] == "half":
        return half_hour(line, at)
    if kind == "decimal":
        return _dotted(line, at)
    hour = line.whole(at)
    if hour is None:
        return None
    raw = line.text[line.start[at] : line.end[at]]
    after = at + 1
    if len(raw) == 4 and raw.isdigit():
        if raw[0] == "0" and int(raw[:2]) <= 23 and int(raw[2:]) <= 59 and low[after] not in _NOT_AFTER_AN_HOUR:
            return _finish(line, Clock(int(raw[:2]), int(raw[2:]), grain="minute"), after)
        return None
    if hour > 24:
        return None
    if low[after] == "h" and line.adjacent(after):
        found = _said_hour(line, hour, 0, after + 1, exact=True)
        if found:
            found[0].ambiguous = False
        return found
    if low[after] in ("oh", "o") and line.kind[after + 1] == "int":
        return _said_hour(line, hour, line.whole(after + 1) or 0, after + 2, exact=True)
    if line.kind[after] == "int" and low[after + 1] not in _NOT_AFTER_AN_HOUR and low[after + 1] not in MONTHS:
        minute = line.whole(after) or 0
        if 10 <= minute <= 59 and line.text[line.start[after] : line.end[after]].isalpha():
            return _said_hour(line, hour, minute, after + 1)
    if low[after] in _NOT_AFTER_AN_HOUR or line.kind[after] in ("money",):
        return None
    if low[after] in ("%", "/", "°", "€", "£", "$", "+", "*", "x"):
        return None
    if _counts_things(line, after) or low[after] in MONTHS or (low[after] == "of" and low[after + 1] in MONTHS):
        return None
    return _said_hour(line, hour, 0, after)


def _counts_things(line: Line, at: int) -> bool:
    """Whether a plural noun follows, so that the number counts: "look at 3 houses"."""
    word = line.low[at]
    if line.kind[at] != "word" or len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "'s")):
        return False
    return word not in AFTER_A_DATE and word not in PARTS and word[:-1] not in WEEKDAYS and word not in WEEKDAY_SHORT


def _dotted(line: Line, at: int) -> tuple[Clock, int] | None:
    raw = line.low[at]
    if "." not in raw:
        return None
    hour, minute = raw.split(".", 1)
    if len(hour) > 2 or len(minute) != 2 or int(hour) > 23 or int(minute) > 59:
        return None
    if line.low[at + 1] in _NOT_AFTER_AN_HOUR or line.low[at + 1] in ("%", "/", "€", "a", "for"):
        return None
    ranged = at and line.low[at - 1] in ("to", "-", "–", "until", "till")
    if not ranged and any(line.kind[back] in ("int", "decimal") for back in range(max(0, at - 3), at)):
        return None
    return _said_hour(line, int(hour), int(minute), at + 1, exact=True)

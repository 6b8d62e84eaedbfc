"""Dates: "tomorrow", "the 14th", "Thursday the ninth", "14 november 2027", "friday week", "14/11/2027"."""

from __future__ import annotations

from datetime import date, timedelta

from assistant.engines.embedded.grammar.times import cycles, distances, edges, holiday_names
from assistant.engines.embedded.grammar.times.calendar import make, one
from assistant.engines.embedded.grammar.times.lexicon import (
    AFTER_A_DATE,
    NOUNS_AFTER_ORDINALS,
    PARTS,
    RELATIVE_DAYS,
    SHAKY_WEEKDAYS,
    UNITS,
    WEEKDAY_SHORT,
    WEEKDAYS,
)
from assistant.engines.embedded.grammar.times.model import Day
from assistant.engines.embedded.grammar.times.months import WHICH, after_dot, month, month_at, with_year
from assistant.engines.embedded.grammar.times.tokens import Line

Found = tuple[Day, int] | None
_SHAKY_COMPANY = {
    "on",
    "by",
    "this",
    "next",
    "last",
    "every",
    "until",
    "till",
    "since",
    "for",
    "from",
    "to",
    "coming",
    "or",
    "before",
    "after",
    "each",
    "between",
    "past",
    "-",
    "–",
    "/",
    "&",
}


_FEAST_WORDS = {
    "black", "good", "cyber", "easter", "giving", "whit", "shrove", "palm", "ash", "maundy", "holy", "ruby",
}  # fmt: skip


DEEPEST = 4
"""How many phrases may stand inside each other: beyond, a text is not English but an attack on the stack."""


def weekday_at(line: Line, at: int) -> int | None:
    """The weekday named at ``at``, long or short."""
    if line.kind[at] != "word":
        return None
    low = line.low[at]
    return WEEKDAYS.get(low, WEEKDAY_SHORT.get(low))


def _fixed(day: date) -> Day:
    return Day(fixed=lambda _ctx: one(day))


def day(line: Line, at: int) -> Found:
    """The date that begins at ``at``, and the index after it."""
    if line.depth >= DEEPEST:
        return None
    line.depth += 1
    try:
        return _day(line, at)
    finally:
        line.depth -= 1


def _day(line: Line, at: int) -> Found:
    kind = line.kind[at]
    if kind == "date":
        return _numeric(line, at)
    if kind == "yearmonth":
        return _year_month(line, at)
    if kind == "slash":
        return _slash(line, at)
    if kind in ("int", "ordinal"):
        if kind == "ordinal" and at == 0 and line.kind[1] == "stop":
            return _ordinal_alone(line, at, told=True)
        return (
            distances.counted(line, at, day)
            or _day_then_month(line, at)
            or cycles.nth_of(line, at, day)
            or cycles.quarter(line, at)
        )
    if kind != "word":
        return None
    low = line.low[at]
    if low == "last" or (low == "the" and line.low[at + 1] == "last"):
        ranked = cycles.nth_of(line, at + (low == "the"), day)
        if ranked:
            return ranked
    found = edges.edge(line, at, day) or distances.counted(line, at, day) or cycles.cycle(line, at)
    if found:
        return _weekday_after_cycle(line, found)
    holiday = holiday_names.holiday(line, at)
    if holiday:
        return holiday
    if low in RELATIVE_DAYS:
        return _relative(line, at, RELATIVE_DAYS[low])
    weekday = _weekday(line, at)
    if weekday:
        return weekday
    named = month(line, at)
    if named:
        return named
    if low == "the":
        return cycles.nth_of(line, at + 1, day) or _the(line, at)
    return cycles.nth_of(line, at, day)


def _relative(line: Line, at: int, shift: int) -> Found:
    after = at + 1
    if line.low[after] == "week" and shift >= 0:
        return Day(fixed=lambda ctx: one(ctx.today + timedelta(days=7 + shift))), after + 1
    if line.low[after] == "fortnight":
        return Day(fixed=lambda ctx: one(ctx.today + timedelta(days=14 + shift))), after + 1
    return Day(fixed=lambda ctx: one(ctx.today + timedelta(days=shift)), today=shift == 0), after


def _numeric(line: Line, at: int) -> Found:
    parts = [int(part) for part in line.low[at].replace(".", "/").replace("-", "/").split("/")]
    if parts[0] > 31:
        found = make(parts[0], parts[1], parts[2])
        return (_fixed(found), at + 1) if found else None
    first, second, year = parts
    if year < 100:
        year += 2000 if year < 70 else 1900
    dotted = "." in line.low[at]
    order = (second, first) if line.day_first or dotted else (first, second)
    found = make(year, *order) or make(year, *order[::-1])
    return (_fixed(found), at + 1) if found else None


def _year_month(line: Line, at: int) -> Found:
    raw = line.low[at]
    year, month = raw.split("-") if "-" in raw else raw.split("/")[::-1]
    if not 1 <= int(month) <= 12 or not 1900 <= int(year) <= 2200:
        return None
    return Day(year=int(year), month=int(month)), at + 1


def _slash(line: Line, at: int) -> Found:
    """ "14/11" without a year: only after a word that asks for a date."""
    before = line.low[at - 1] if at else ""
    alone = at == 0 and line.kind[1] == "stop"
    asked = before in (
        "on",
        "by",
        "until",
        "till",
        "from",
        "since",
        "due",
        "before",
        "after",
        "for",
        "between",
    )
    paired = at >= 2 and line.kind[at - 2] == "slash" and before in ("to", "and", "-", "until")
    moved = before == "to" and line.moving
    if not (alone or asked or paired or moved or (at and weekday_at(line, at - 1) is not None)):
        return None
    if line.low[at] == "24/7" and before not in ("on", "by", "due"):
        return None
    if line.low[at + 1] in UNITS or line.low[at + 1] in ("of", "cup", "cups", "inch"):
        return None
    first, second = (int(part) for part in line.low[at].split("/"))
    number, month = (first, second) if line.day_first else (second, first)
    if month > 12:
        number, month = month, number
    if not 1 <= month <= 12 or not 1 <= number <= 31:
        return None
    return Day(month=month, day=number), at + 1


def _day_then_month(line: Line, at: int) -> Found:
    """ "14 november 2027", "the 1st of march", "15 of february"."""
    number = int(line.num[at] or 0)
    if not 1 <= number <= 31:
        return None
    ordinal = line.kind[at] == "ordinal"
    after = at + 1
    if line.low[after] == "day" and ordinal:
        after += 1
    joined = line.low[after] in ("of", "in", "-", "/") and (line.low[after] != "in" or ordinal)
    if joined:
        after += 1
    month = month_at(line, after)
    if month and line.kind[month[1]] == "ordinal" and not ordinal:
        return None
    if month:
        if (
            line.low[after] == "may"
            and not joined
            and not ordinal
            and line.low[after + 1] in ("be", "have", "not", "need")
        ):
            return None
        if line.low[after] in ("mar", "sun", "second") and not line.is_capital(after) and not line.whole(month[1]):
            return None
        dated = with_year(line, Day(month=month[0], day=number), month[1])
        return _short_year(line, dated)
    if joined and line.low[after - 1] == "of" and ordinal:
        return cycles.day_of_cycle(line, number, after)
    return None


def _short_year(line: Line, found: tuple[Day, int]) -> tuple[Day, int]:
    """ "14 aug 27": two digits at the end of a clause are a year."""
    said, at = found
    number = line.whole(at)
    ends = number is not None and line.ends_at(at + 1) and line.end[at] - line.start[at] == 2
    if ends and said.year is None and 20 <= (number or 0) <= 69:
        said.year = 2000 + (number or 0)
        return said, at + 1
    return found


def _the(line: Line, at: int) -> Found:
    """ "the 14th", "the ninth", "the 1st of march", with "the" at ``at``."""
    begin = at + 1
    if line.kind[begin] == "int":
        found = _day_then_month(line, begin)
        return found if found and line.low[begin + 1] != "may" else None
    if line.low[begin] == "ides":
        month = month_at(line, begin + 2) if line.low[begin + 1] == "of" else None
        if month:
            return with_year(line, Day(month=month[0], day=15 if month[0] in (3, 5, 7, 10) else 13), month[1])
    if line.kind[begin] != "ordinal":
        return None
    return _day_then_month(line, begin) or _ordinal_alone(line, begin)


def _ordinal_alone(line: Line, at: int, *, told: bool = False) -> Found:
    """The day of the month in "on the 9th", where nothing says that it ranks something else."""
    number = int(line.num[at] or 0)
    if not 1 <= number <= 31:
        return None
    nxt, kind = line.low[at + 1], line.kind[at + 1]
    before = line.low[at - 2] if at >= 2 and line.low[at - 1] == "the" else line.low[at - 1] if at else ""
    asked = told or before in (
        "on",
        "by",
        "until",
        "till",
        "from",
        "since",
        "before",
        "after",
        "due",
        "between",
        "to",
        "for",
        "weekday",
        "and",
        "of",
        "through",
        "-",
        "is",
        "it's",
    )
    asked = asked or (at >= 2 and weekday_at(line, at - 2 if line.low[at - 1] == "the" else at - 1) is not None)
    if nxt in NOUNS_AFTER_ORDINALS:
        return None
    spelled = line.text[line.start[at]].isalpha()
    if kind == "word" and nxt not in AFTER_A_DATE and nxt not in PARTS:
        if spelled or (number <= 10 and not asked):
            return None
        if before == "of" or (number <= 10 and before in ("for", "and", "is", "it's", "after", "to")):
            return None
    if spelled and not asked and not (line.kind[at + 1] == "stop" and at <= 1):
        return None
    if line.low[at] == "second" and before in ("for", "to", "and", "of", "is"):
        return None
    return Day(day=number), at + 1


def ordinal_day(line: Line, at: int) -> Found:
    """An ordinal as the second half of a range or beside a weekday: "to the 15th", "Tuesday 19th", "29th"."""
    begin = at + (line.low[at] == "the")
    if line.kind[begin] != "ordinal":
        return None
    return _day_then_month(line, begin) or _ordinal_alone(line, begin, told=True)


def _weekday(line: Line, at: int) -> Found:
    low, begin, which = line.low, at, None
    if low[begin] in ("the", "on") and low[begin + 1] in WHICH:
        begin += 1
    while low[begin] in WHICH and begin < at + 3:
        which = "coming" if low[begin] == "coming" and which == "this" else WHICH[low[begin]]
        begin += 1
    number = weekday_at(line, begin)
    if number is None:
        return None
    if begin == at and low[begin] in SHAKY_WEEKDAYS and not _shaky_stands(line, begin):
        return None
    if begin == at and at and line.low[at - 1] in _FEAST_WORDS:
        return None
    after = after_dot(line, begin + 1)
    said = Day(weekday=number, which=which)
    if low[after] in ("week", "fortnight") and low[after + 1] not in ("of", "day"):
        said.weeks = 1 if low[after] == "week" else 2
        said.which = said.which or "coming"
        return said, after + 1
    if low[after] == "after" and low[after + 1] == "next":
        said.weeks, said.which = 1, "coming"
        return said, after + 2
    if low[after] == "before" and low[after + 1] == "last":
        said.weeks, said.which = -1, "last"
        return said, after + 2
    if low[after] == "just" and low[after + 1] in ("gone", "passed", "been"):
        said.which = "last"
        return said, after + 2
    link = after + (low[after] in ("of", "from", "in", ","))
    cycle = cycles.cycle(line, link) if low[link] in ("this", "next", "last", "the", "following") else None
    if cycle and cycle[0].fixed and low[cycle[1] - 1] in ("week", "wk"):
        return Day(weekday=number, fixed=cycle[0].fixed), cycle[1]
    return said, after


def _shaky_stands(line: Line, at: int) -> bool:
    """Whether a short weekday that could be another word ("sat", "sun", "wed") is one here."""
    before = line.low[at - 1] if at else ""
    nxt = line.low[at + 1]
    if before in _SHAKY_COMPANY or (line.kind[at - 1] == "clock12" if at else False):
        return line.low[at] != "sun" or nxt not in (
            "cream",
            "hat",
            "screen",
            "block",
            "burn",
            "set",
            "rise",
            "roof",
        )
    if line.kind[at + 1] in ("clock12", "clock24", "ordinal") or nxt in PARTS or nxt in ("-", "–", "noon", "midnight"):
        return True
    if line.kind[at + 1] == "int" and month_at(line, at + 2) is not None:
        return True
    if nxt == "at" and line.kind[at + 2] in ("clock12", "clock24", "int"):
        return True
    if nxt in (",", "the") and (month_at(line, at + 2) or line.kind[at + 2] == "ordinal"):
        return True
    if month_at(line, at + 1) and line.kind[at + 2] in ("int", "ordinal"):
        return True
    if line.low[at] in ("fri", "thu", "mon"):
        return True
    if at == 0 and line.kind[at + 1] == "stop":
        return True
    listed = 2 if before in (",", "and", "&", "or") and at >= 2 else 1
    near = weekday_at(line, at - listed) if at else None
    if near is not None or (weekday_at(line, at + 1) is not None and nxt not in SHAKY_WEEKDAYS):
        return True
    return line.is_capital(at) and at > 0 and not line.text.isupper() and line.ends_at(at + 1)


def _weekday_after_cycle(line: Line, found: tuple[Day, int]) -> tuple[Day, int]:
    """ "next week monday", "last week on tuesday"."""
    said, at = found
    if line.low[at - 1] != "week" or said.fixed is None:
        return found
    begin = at + (line.low[at] in ("on", ","))
    number = weekday_at(line, begin)
    if number is None or (line.low[begin] in ("sat", "sun") and begin == at):
        return found
    return Day(weekday=number, fixed=said.fixed), begin + 1

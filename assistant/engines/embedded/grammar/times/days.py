"""Dates: "tomorrow", "the 14th", "Thursday the ninth", "14 november 2027", "friday week", "14/11/2027"."""

from __future__ import annotations

from datetime import date, timedelta

from assistant.engines.embedded.grammar.times import cycles, holiday_names
from assistant.engines.embedded.grammar.times.calendar import make, one, resolve_day
from assistant.engines.embedded.grammar.times.lexicon import (
    AFTER_A_DATE,
    MONTHS,
    NOUNS_AFTER_ORDINALS,
    PARTS,
    RELATIVE_DAYS,
    SHAKY_WEEKDAYS,
    SURE_MONTHS,
    UNITS,
    WEEKDAY_SHORT,
    WEEKDAYS,
)
from assistant.engines.embedded.grammar.times.model import Context, Day, Range
from assistant.engines.embedded.grammar.times.tokens import Line

Found = tuple[Day, int] | None
_WHICH = {
    "this": "this",
    "next": "next",
    "last": "last",
    "past": "last",
    "coming": "coming",
    "following": "next",
}
_SHAKY_COMPANY = {"on", "by", "this", "next", "last", "every", "until", "till", "since", "for", "from", "to", "coming",
                  "or", "before", "after", "each", "between", "past", "-", "–", "/", "&"}  # fmt: skip
_MONTH_COMPANY = {"in", "since", "until", "till", "by", "during", "of", "from", "through", "before", "after", "between",
                  "to", "early", "late", "mid", "for", "over", "around", "next", "last", "this", "-", "–", "throughout",
                  "every", "each", "end", "and", "is", "whole", "all"}  # fmt: skip


def weekday_at(line: Line, at: int) -> int | None:
    """The weekday named at ``at``, long or short."""
    if line.kind[at] != "word":
        return None
    low = line.low[at]
    return WEEKDAYS.get(low, WEEKDAY_SHORT.get(low))


def _after_dot(line: Line, at: int) -> int:
    """The index after the full stop of an abbreviation ("fri.", "Sept. 5")."""
    return at + 1 if line.low[at] == "." and line.adjacent(at) and len(line.low[at - 1]) <= 4 else at


def _fixed(day: date) -> Day:
    return Day(fixed=lambda _ctx: one(day))


def day(line: Line, at: int) -> Found:
    """The date that begins at ``at``, and the index after it."""
    kind = line.kind[at]
    if kind == "date":
        return _numeric(line, at)
    if kind == "yearmonth":
        return _year_month(line, at)
    if kind == "slash":
        return _slash(line, at)
    if kind in ("int", "ordinal"):
        return (
            cycles.counted(line, at, day)
            or _day_then_month(line, at)
            or cycles.nth_of(line, at)
            or cycles.quarter(line, at)
        )
    if kind != "word":
        return None
    low = line.low[at]
    found = cycles.edge(line, at, day) or cycles.counted(line, at, day) or cycles.cycle(line, at)
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
    month = _month(line, at)
    if month:
        return month
    if low == "the":
        return cycles.nth_of(line, at + 1) or _the(line, at)
    return cycles.nth_of(line, at)


def _relative(line: Line, at: int, shift: int) -> Found:
    after = at + 1
    if line.low[after] == "week" and shift == 1:
        return Day(fixed=lambda ctx: one(ctx.today + timedelta(days=8))), after + 1
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
    if not (alone or before in ("on", "by", "until", "till", "from", "since", "due", "before", "after", "for")
            or (before and at and weekday_at(line, at - 1) is not None)):  # fmt: skip
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


def year_at(line: Line, at: int) -> tuple[int, int] | None:
    """A year after a date: "2027", "'27", "two thousand ten", "twenty twenty six"."""
    begin = at + (line.low[at] == ",")
    if line.low[begin] == "in" or line.low[begin] == "of":
        begin += 1
    number = line.whole(begin)
    if number is not None and 1900 <= number <= 2200 and not _is_amount(line, begin):
        return number, begin + 1
    if number in (19, 20) and line.kind[begin + 1] == "int" and line.text[line.start[begin]].isalpha():
        tail = line.whole(begin + 1) or 0
        if 10 <= tail <= 99 and line.text[line.start[begin + 1]].isalpha():
            return (number or 0) * 100 + tail, begin + 2
    if line.low[begin] in ("'", "’") and line.adjacent(begin + 1) and (line.whole(begin + 1) or 99) < 70:
        raw = line.text[line.start[begin + 1] : line.end[begin + 1]]
        if len(raw) == 2:
            return 2000 + int(line.num[begin + 1] or 0), begin + 2
    return None


def _is_amount(line: Line, at: int) -> bool:
    """Whether the number at ``at`` counts something: "1 March 2000 dollars"."""
    after = line.low[at + 1]
    return after in (
        "dollars",
        "bucks",
        "quid",
        "pounds",
        "euros",
        "euro",
        "km",
        "kms",
        "miles",
        "ks",
        "hours",
        "hrs",
        "€",
    )


def month_at(line: Line, at: int) -> tuple[int, int] | None:
    """(month, index after) of a month's name or short form at ``at``."""
    if line.kind[at] != "word":
        return None
    month = MONTHS.get(line.low[at])
    if month is None:
        return None
    return month, _after_dot(line, at + 1)


def _with_year(line: Line, found: Day, at: int) -> tuple[Day, int]:
    """Add the year, or "of this year", "next year", that follows."""
    year = year_at(line, at)
    if year:
        found.year = year[0]
        return found, year[1]
    begin = at + (line.low[at] in ("of", "in"))
    if line.low[begin] in ("this", "next", "last") and line.low[begin + 1] == "year":
        step = {"this": 0, "next": 1, "last": -1}[line.low[begin]]
        month, number = found.month or 1, found.day

        def in_year(ctx: Context) -> Range | None:
            return resolve_day(Day(year=ctx.today.year + step, month=month, day=number), ctx)

        return Day(fixed=in_year), begin + 2
    return found, at


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
    if month:
        if (
            line.low[after] == "may"
            and not joined
            and not ordinal
            and line.low[after + 1] in ("be", "have", "not", "need")
        ):
            return None
        if (
            line.low[after] in ("mar", "sun", "second")
            and not line.is_capital(after)
            and not line.whole(month[1])
        ):
            return None
        return _with_year(line, Day(month=month[0], day=number), month[1])
    if joined and line.low[after - 1] == "of" and ordinal:
        return cycles.day_of_cycle(line, number, after)
    return None


def _the(line: Line, at: int) -> Found:
    """ "the 14th", "the ninth", "the 1st of march", with "the" at ``at``."""
    begin = at + 1
    if line.kind[begin] == "int":
        found = _day_then_month(line, begin)
        return found if found and line.low[begin + 1] != "may" else None
    if line.low[begin] == "ides":
        month = month_at(line, begin + 2) if line.low[begin + 1] == "of" else None
        if month:
            return _with_year(
                line, Day(month=month[0], day=15 if month[0] in (3, 5, 7, 10) else 13), month[1]
            )
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
    asked = told or before in ("on", "by", "until", "till", "from", "since", "before", "after", "due", "between", "to",
                               "for", "weekday", "and", "of", "through", "-", "is", "it's")  # fmt: skip
    asked = asked or (
        at >= 2 and weekday_at(line, at - 2 if line.low[at - 1] == "the" else at - 1) is not None
    )
    if nxt in NOUNS_AFTER_ORDINALS:
        return None
    spelled = line.text[line.start[at]].isalpha()
    if kind == "word" and nxt not in AFTER_A_DATE and nxt not in PARTS:
        if spelled or (number <= 10 and not asked):
            return None
        if number <= 10 and before in ("for", "of", "and", "is", "it's", "after", "to"):
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
    if low[begin] in ("the", "on") and low[begin + 1] in _WHICH:
        begin += 1
    while low[begin] in _WHICH and begin < at + 3:
        which = "coming" if low[begin] == "coming" and which == "this" else _WHICH[low[begin]]
        begin += 1
    number = weekday_at(line, begin)
    if number is None:
        return None
    if begin == at and low[begin] in SHAKY_WEEKDAYS and not _shaky_stands(line, begin):
        return None
    after = _after_dot(line, begin + 1)
    said = Day(weekday=number, which=which)
    if low[after] in ("week", "fortnight") and low[after + 1] not in ("of", "day"):
        said.weeks = 1 if low[after] == "week" else 2
        said.which = said.which or "coming"
        return said, after + 1
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
    if (
        line.kind[at + 1] in ("clock12", "clock24", "ordinal")
        or nxt in PARTS
        or nxt in ("-", "–", "noon", "midnight")
    ):
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
    near = weekday_at(line, at - 1) if at else None
    if near is not None or (weekday_at(line, at + 1) is not None and nxt not in SHAKY_WEEKDAYS):
        return True
    return line.is_capital(at) and at > 0 and not line.text.isupper() and line.ends_at(at + 1)


def _month(line: Line, at: int) -> Found:
    low, begin, which = line.low, at, None
    if low[begin] == "the" and low[begin + 1] in ("month",) and low[begin + 2] == "of":
        begin += 3
    if low[begin] in _WHICH:
        which = _WHICH[low[begin]]
        begin += 1
    found = month_at(line, begin)
    if found is None:
        return None
    month, after = found
    number = _number_after_month(line, after)
    if number:
        said = Day(month=month, day=number[0], which=which if which == "last" else None)
        return _with_year(line, said, number[1])
    year = year_at(line, after)
    if year:
        return Day(year=year[0], month=month), year[1]
    with_year = _with_year(line, Day(month=month, which=which), after)
    if with_year[1] > after:
        return with_year
    if not _month_stands(line, at, begin, after, which):
        return None
    return Day(month=month, which=which if which != "coming" else None), after


def _number_after_month(line: Line, at: int) -> tuple[int, int] | None:
    """The day in "May 16", "march the first", "Nov. 14th"."""
    begin = at + (line.low[at] in ("the", "-"))
    number = int(line.num[begin] or 0) if line.kind[begin] in ("int", "ordinal") else 0
    if not 1 <= number <= 31 or (line.low[at] == "-" and not line.adjacent(at)):
        return None
    if line.kind[begin] == "ordinal" and line.low[begin + 1] in NOUNS_AFTER_ORDINALS:
        return None
    if line.kind[begin] == "int":
        if line.low[at] == "the":
            return None
        if line.low[begin + 1] in UNITS or line.low[begin + 1] in ("am", "pm", "people", "times", "dollars", "bucks", "%",
                                                                  "quid", "oclock", "euros", "miles", "km"):  # fmt: skip
            return None
        if (
            line.kind[begin + 1] == "meridiem"
            or line.low[at - 1] == "may"
            and not line.is_capital(at - 1)
            and at == 1
        ):
            return None
    return number, begin + 1


def _month_stands(line: Line, at: int, name: int, after: int, which: str | None) -> bool:
    """Whether a month's name alone is the month: "may" is mostly a verb, "June" often a person."""
    low = line.low[name]
    before = line.low[at - 1] if at else ""
    raw = line.text[line.start[name] : line.end[name]]
    if (
        low == "may"
        and not line.ends_at(after)
        and line.low[after] not in ("and", "or", "to", "until", "-", "on", "at")
    ):
        return line.is_capital(name) and (before in _MONTH_COMPANY or which is not None)
    if which is not None or before in _MONTH_COMPANY:
        if low in ("march", "mar", "dec", "jan") and before == "to":
            return line.ends_at(after)
        return not (low in ("april", "june", "august", "jan", "may") and before in ("for", "to", "is", "and", "from", "of")
                    and not line.ends_at(after) and line.low[after] not in ("to", "until", "till", "-", "and", "please"))  # fmt: skip
    if at == 0 and line.kind[after] == "stop":
        return True
    if low in SURE_MONTHS:
        return True
    return low in ("april", "june", "august") and raw.islower() and line.ends_at(after)


def _weekday_after_cycle(line: Line, found: tuple[Day, int]) -> tuple[Day, int]:
    """ "next week monday", "last week on tuesday"."""
    said, at = found
    if line.low[at - 1] != "week" or said.fixed is None:
        return found
    begin = at + (line.low[at] in ("on", ","))
    number = weekday_at(line, begin)
    if number is None or line.low[begin] in ("sat", "sun") and begin == at:
        return found
    return Day(weekday=number, fixed=said.fixed), begin + 1

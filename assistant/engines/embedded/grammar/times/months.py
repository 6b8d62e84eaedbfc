"""Months and years: "march", "in May", "Nov. 14th", "june 2027", "twenty twenty six"."""

from __future__ import annotations

from assistant.engines.embedded.grammar.times.calendar import resolve_day
from assistant.engines.embedded.grammar.times.lexicon import MONTHS, NOUNS_AFTER_ORDINALS, SURE_MONTHS, UNITS
from assistant.engines.embedded.grammar.times.model import Context, Day, Range
from assistant.engines.embedded.grammar.times.tokens import Line

Found = tuple[Day, int] | None
WHICH = {
    "this": "this",
    "next": "next",
    "last": "last",
    "past": "last",
    "coming": "coming",
    "following": "next",
}
_MONTH_COMPANY = {
    "in",
    "since",
    "until",
    "till",
    "by",
    "during",
    "of",
    "from",
    "through",
    "before",
    "after",
    "between",
    "to",
    "early",
    "late",
    "mid",
    "for",
    "over",
    "around",
    "next",
    "last",
    "this",
    "-",
    "–",
    "throughout",
    "every",
    "each",
    "end",
    "and",
    "is",
    "whole",
    "all",
}


def after_dot(line: Line, at: int) -> int:
    """The index after the full stop of an abbreviation ("fri.", "Sept. 5")."""
    return at + 1 if line.low[at] == "." and line.adjacent(at) and len(line.low[at - 1]) <= 4 else at


def month_at(line: Line, at: int) -> tuple[int, int] | None:
    """(month, index after) of a month's name or short form at ``at``."""
    if line.kind[at] != "word":
        return None
    month = MONTHS.get(line.low[at])
    if month is None:
        return None
    return month, after_dot(line, at + 1)


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


def with_year(line: Line, found: Day, at: int) -> tuple[Day, int]:
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


def month(line: Line, at: int) -> Found:
    """A month, with its day or year where they follow."""
    low, begin, which = line.low, at, None
    if low[begin] == "the" and low[begin + 1] in ("month",) and low[begin + 2] == "of":
        begin += 3
    if low[begin] in WHICH:
        which = WHICH[low[begin]]
        begin += 1
    found = month_at(line, begin)
    if found is None:
        return None
    named, after = found
    number = _number_after_month(line, after)
    if number:
        said = Day(month=named, day=number[0], which=which if which == "last" else None)
        return with_year(line, said, number[1])
    year = year_at(line, after)
    if year:
        return Day(year=year[0], month=named), year[1]
    dated = with_year(line, Day(month=named, which=which), after)
    if dated[1] > after:
        return dated
    if not _month_stands(line, at, begin, after, which):
        return None
    return Day(month=named, which=which if which != "coming" else None), after


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
        if line.low[begin + 1] in UNITS or line.low[begin + 1] in (
            "am",
            "pm",
            "people",
            "times",
            "dollars",
            "bucks",
            "%",
            "quid",
            "oclock",
            "euros",
            "miles",
            "km",
        ):
            return None
        if line.kind[begin + 1] == "meridiem" or (
            line.low[at - 1] == "may" and not line.is_capital(at - 1) and at == 1
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
        if low in ("march", "mar", "dec", "jan") and before in ("to", "and"):
            return line.ends_at(after)
        return not (
            low in ("april", "june", "august", "jan", "may")
            and before in ("for", "to", "is", "and", "from", "of")
            and not line.ends_at(after)
            and line.low[after] not in ("to", "until", "till", "-", "and", "please")
        )
    if at == 0 and line.kind[after] == "stop":
        return True
    if low in SURE_MONTHS:
        return True
    return low in ("april", "june", "august") and raw.islower() and line.ends_at(after)

"""Holidays by name: "christmas eve", "black friday 2013", "diwali", "MLK day of last year"."""

from __future__ import annotations

from datetime import date, timedelta

from assistant.engines.embedded.grammar.times.holiday_days import (
    BOSSES_DAY,
    PARSI_NEW_YEAR,
    Holiday,
    by_place,
    fixed,
    from_easter,
    lunar,
    weekday_of,
    zone_name,
)
from assistant.engines.embedded.grammar.times.holiday_table import TABLE
from assistant.engines.embedded.grammar.times.lexicon import AFTER_A_DATE, PARTS
from assistant.engines.embedded.grammar.times.model import Context, Day, Range
from assistant.engines.embedded.grammar.times.months import year_at
from assistant.engines.embedded.grammar.times.tokens import Line

_CANADA = ("America/Toronto", "America/Vancouver", "America/Winnipeg", "America/Edmonton", "America/Halifax",
           "America/Montreal", "America/Regina", "America/St_Johns")  # fmt: skip
_THANKSGIVING = by_place({zone: weekday_of(10, 0, 2) for zone in _CANADA}, weekday_of(11, 3, 4))
_MOTHERS = by_place({"Europe/London": from_easter(-21), "Europe/Dublin": from_easter(-21)}, weekday_of(5, 6, 2))
_FATHERS = by_place({"Australia/": weekday_of(9, 6, 1), "Pacific/Auckland": weekday_of(9, 6, 1)}, weekday_of(6, 6, 3))
_INDEPENDENCE = by_place({"Asia/Kolkata": fixed(8, 15), "Asia/Calcutta": fixed(8, 15)}, fixed(7, 4))
_LABOUR = by_place({"Europe/": fixed(5, 1), "Asia/": fixed(5, 1), "Australia/Brisbane": weekday_of(5, 0, 1),
                    "Australia/Melbourne": weekday_of(3, 0, 2), "Australia/Perth": weekday_of(3, 0, 1),
                    "Australia/": weekday_of(10, 0, 1), "Pacific/Auckland": weekday_of(10, 0, 4)},
                   weekday_of(9, 0, 1))  # fmt: skip
_KINGS_BIRTHDAY = by_place(
    {
        "Australia/Brisbane": weekday_of(10, 0, 1),
        "Australia/Perth": weekday_of(9, 0, -1),
        "Australia/": weekday_of(6, 0, 2),
        "Pacific/": weekday_of(6, 0, 1),
    },
    weekday_of(6, 5, 2),
)
_CHILDRENS = by_place({"Asia/Kolkata": fixed(11, 14), "Asia/Tokyo": fixed(5, 5)}, fixed(11, 20))

_OWN = {
    "thanksgiving": _THANKSGIVING, "mothers": _MOTHERS, "fathers": _FATHERS, "independence": _INDEPENDENCE,
    "labour": _LABOUR, "kings_birthday": _KINGS_BIRTHDAY, "childrens": _CHILDRENS, "bosses_day": BOSSES_DAY,
    "parsi_new_year": PARSI_NEW_YEAR,
}  # fmt: skip


def _by_rule(rule: str) -> Holiday:
    """The holiday of a rule of the table."""
    kind, *words = rule.split()
    if kind == "own":
        return _OWN[words[0]]
    if kind in ("fixed", "weekday", "easter", "orthodox"):
        numbers = [int(word) for word in words]
        if kind == "orthodox":
            return from_easter(*numbers, orthodox=True)
        if kind == "fixed":
            return fixed(*numbers)
        return weekday_of(*numbers) if kind == "weekday" else from_easter(*numbers)
    return lunar(kind, words[0], *(int(word) for word in words[1:]))


def _read_table() -> dict[str, Holiday]:
    holidays: dict[str, Holiday] = {}
    for row in TABLE.replace("\n  ", " ").strip().splitlines():
        rule, names = row.split(": ", 1)
        day = _by_rule(rule)
        holidays.update((name.strip(), day) for name in names.split("|"))
    return holidays


HOLIDAYS = _read_table()
FIRST_WORDS = {name.split()[0] for name in HOLIDAYS} | {"thu", "the"}
_LONGEST = max(len(name.split()) for name in HOLIDAYS)
_WHICH = {"this": 0, "next": 1, "last": -1, "past": -1, "coming": 1, "following": 1}


def _match(line: Line, at: int) -> tuple[Holiday, str, int] | None:
    """The longest holiday's name at ``at``: (holiday, name, index after)."""
    if line.kind[at] not in ("word", "ordinal") or (line.low[at] not in FIRST_WORDS and "'" not in line.low[at]):
        return None
    name, best, index = "", None, at
    for _ in range(_LONGEST):
        word = line.low[index]
        if line.kind[index] == "ordinal":
            word = line.text[line.start[index] : line.end[index]].lower()
        elif line.kind[index] != "word":
            break
        plain = {"thu": "thursday", "saint": "st"}.get(word.replace("'", ""), word.replace("'", ""))
        name = f"{name} {plain}" if name else plain
        index += 1
        if name in HOLIDAYS:
            best = (HOLIDAYS[name], name, index)
        elif name.startswith("st ") and "saint" + name[2:] in HOLIDAYS:
            best = (HOLIDAYS["saint" + name[2:]], name, index)
        while line.low[index] in ("-", "'", "’") and line.kind[index + 1] == "word" and line.adjacent(index + 1):
            index += 1
    return best


def holiday(line: Line, at: int) -> tuple[Day, int] | None:
    """A holiday, with the year or the "next" that goes with it."""
    low, begin, step = line.low, at, None
    if low[begin] in ("the",) and low[begin + 1] in _WHICH:
        begin += 1
    if low[begin] in _WHICH:
        step = _WHICH[low[begin]]
        begin += 1
    found = _match(line, begin)
    if found is None:
        return None
    which, name, after = found
    year, later = _year(line, after)
    if year is None:
        before = low[begin - 1] if begin else ""
        nxt = low[after]
        if line.kind[after] == "word" and nxt not in AFTER_A_DATE and nxt not in PARTS:
            return None
        if before in ("a", "an", "my", "our", "happy", "merry") and step is None:
            return None
        if name in (
            "eid",
            "new year",
            "lent",
            "assumption",
            "milad",
            "midsummer",
            "maghi",
            "cup day",
            "flag day",
        ):
            if name == "lent" and before not in ("for", "during", "until", "till", "after", "before", "in"):
                return None
            if name == "new year" and before in ("the", "in") and nxt in ("the", "my"):
                return None

    def fixed_days(ctx: Context) -> Range | None:
        start = _start(which, ctx, step, year)
        if start is None:
            return None
        return Range(start, start + timedelta(days=which.days), "day", interval=which.days > 1)

    return Day(fixed=fixed_days), later


def _year(line: Line, at: int) -> tuple[int | str | None, int]:
    """(year, index after): an absolute year, or "+1" for years from this one."""
    begin = at + (line.low[at] in ("of", "in", ","))
    number = line.whole(begin)
    if number is not None and 1900 <= number <= 2200:
        return number, begin + 1
    if line.low[begin] in ("this", "next", "last") and line.low[begin + 1] == "year":
        return {"this": "+0", "next": "+1", "last": "-1"}[line.low[begin]], begin + 2
    if number is not None and line.low[at] == "in" and line.low[begin + 1] in ("years", "year"):
        return f"+{min(number, 500)}", begin + 2
    spoken = year_at(line, begin)
    return spoken if spoken else (None, at)


def _start(which: Holiday, ctx: Context, step: int | None, year: int | str | None) -> date | None:
    zone, today = zone_name(ctx), ctx.today
    if isinstance(year, int):
        return which.first(year, zone)
    if isinstance(year, str):
        return which.first(today.year + int(year), zone) if 1 < today.year + int(year) < 9999 else None
    if step == 0:
        return which.first(today.year, zone)
    days = sorted(found for found in (which.first(y, zone) for y in range(today.year - 2, today.year + 3)) if found)
    if step == -1 or (step is None and ctx.prefer == "past"):
        past = [day for day in days if day < today + timedelta(days=step is None)]
        return past[-1] if past else None
    coming = [day for day in days if day + timedelta(days=which.days) > today + timedelta(days=step == 1)]
    return coming[0] if coming else None

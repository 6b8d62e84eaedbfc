"""Recurrences as RFC 5545 rules: "every Friday", "the first of every month", "every two weeks", "weekdays at
7"."""

from __future__ import annotations

from dataclasses import replace

from assistant.engines.embedded.grammar.times import phrases
from assistant.engines.embedded.grammar.times.days import day, ordinal_day, weekday_at
from assistant.engines.embedded.grammar.times.lexicon import (
    AFTER_A_DATE,
    PARTS,
    UNITS,
    WEEKDAY_PLURALS,
)
from assistant.engines.embedded.grammar.times.months import month_at
from assistant.engines.embedded.grammar.times.parts import part_at
from assistant.engines.embedded.grammar.times.rules import CODES, Rule
from assistant.engines.embedded.grammar.times.tokens import Line

_EVERY = {"every", "each"}
_ADVERBS = {
    "daily": ("DAILY", 1),
    "weekly": ("WEEKLY", 1),
    "fortnightly": ("WEEKLY", 2),
    "monthly": ("MONTHLY", 1),
    "quarterly": ("MONTHLY", 3),
    "yearly": ("YEARLY", 1),
    "annually": ("YEARLY", 1),
    "nightly": ("DAILY", 1),
    "biweekly": ("WEEKLY", 2),
    "hourly": ("HOURLY", 1),
}
_FREQ = {"minute": ("MINUTELY", 1), "hour": ("HOURLY", 1), "day": ("DAILY", 1), "week": ("WEEKLY", 1),
         "fortnight": ("WEEKLY", 2), "month": ("MONTHLY", 1), "quarter": ("MONTHLY", 3), "year": ("YEARLY",
         1)}  # fmt: skip
_PLURAL_PARTS = {"mornings", "afternoons", "arvos", "evenings", "nights", "lunchtimes"}
STARTERS = {*_EVERY, *_ADVERBS, "weekdays", "weekends", "weeknights", "once", *WEEKDAY_PLURALS}


def recurrence(line: Line, at: int) -> tuple[Rule, int] | None:
    """The recurrence that begins at ``at``, with the clock time that belongs to it."""
    begin = at + (line.low[at] in ("on", "for") and line.low[at + 1] != "the")
    found = _ranked(line, at) or _every(line, begin) or _plural_days(line, begin) or _adverb(line, begin)
    if found is None:
        return None
    rule, after = found
    return _with_tail(line, rule, after)


def _every(line: Line, at: int) -> tuple[Rule, int] | None:
    low = line.low
    if low[at] == "once" and low[at + 1] in ("a", "every", "per", "each"):
        unit = UNITS.get(low[at + 2])
        return (Rule(*_FREQ[unit]), at + 3) if unit in _FREQ and unit != "minute" else None
    if low[at] not in _EVERY or line.kind[at] != "word":
        return None
    begin, interval, ranked = at + 1, 1, 0
    if low[begin] == "single":
        begin += 1
    if low[begin] == "other" or (low[begin] == "second" and line.kind[begin + 1] == "word"):
        begin, interval = begin + 1, 2
    elif line.kind[begin] == "ordinal":
        ranked, begin = int(line.num[begin] or 0), begin + 1
    elif line.kind[begin] == "int":
        interval, begin = line.whole(begin) or 1, begin + 1
    elif low[begin] == "couple":
        interval, begin = 2, begin + 1 + (low[begin + 1] == "of")
    elif low[begin] == "last" and (weekday_at(line, begin + 1) is not None or low[begin + 1] == "day"):
        ranked, begin = -1, begin + 1
    if not 1 <= interval <= 366:
        return None
    days_of_month = _ranked_day(line, begin - 1) if ranked > 0 else None
    if days_of_month and len(days_of_month[1]) > 1:
        return Rule("MONTHLY", month_days=days_of_month[1]), _of_month(line, days_of_month[2]) or days_of_month[2]
    return _every_what(line, begin, interval, ranked)


def _every_what(line: Line, at: int, interval: int, ranked: int) -> tuple[Rule, int] | None:
    low = line.low
    weekdays = _weekday_list(line, at)
    if weekdays:
        numbers, after = weekdays
        if ranked > 5:
            return None
        if ranked:
            in_month = _of_month(line, after)
            if in_month or not 2 <= ranked <= 3:
                return Rule("MONTHLY", days=[f"{ranked}{CODES[n]}" for n in numbers]), in_month or after
            return Rule("WEEKLY", ranked, days=[CODES[n] for n in numbers]), after
        return Rule("WEEKLY", interval, days=[CODES[n] for n in numbers]), after
    if low[at] in ("weekday", "weekdays", "workday", "weeknight", "working") or (
        low[at] == "work" and low[at + 1] == "day"
    ):
        return Rule("WEEKLY", days=list(CODES[:5])), at + 1 + (low[at + 1] == "day")
    if low[at] in ("weekend", "weekends"):
        return Rule("WEEKLY", interval, days=["SA", "SU"]), at + 1
    if low[at] in PARTS and PARTS[low[at]] not in ("lunch", "breakfast"):
        rule = Rule("DAILY", interval)
        rule.said.part = PARTS[low[at]]
        return rule, at + 1
    month = month_at(line, at)
    if month:
        rule = Rule("YEARLY", months=[month[0]], month_days=[1])
        number = int(line.num[month[1]] or 0) if line.kind[month[1]] in ("int", "ordinal") else 0
        if 1 <= number <= 31:
            rule.month_days = [number]
            return rule, month[1] + 1
        return rule, month[1]
    unit = UNITS.get(low[at]) if line.kind[at] == "word" else None
    if unit in _FREQ:
        freq, times = _FREQ[unit]
        if ranked and unit == "day":
            in_month = _of_month(line, at + 1)
            return (Rule("MONTHLY", month_days=[ranked]), in_month) if in_month else (Rule("DAILY", ranked), at + 1)
        if ranked and ranked < 0:
            return None
        rule = Rule(freq, times * (ranked or interval))
        return _excepting(line, rule, at + 1) or _unit_tail(line, rule, unit, at + 1)
    if ranked > 0:
        month_of = month_at(line, at + (low[at] == "of"))
        if month_of:
            return Rule("YEARLY", months=[month_of[0]], month_days=[ranked]), month_of[1]
        if ranked <= 31 and (_of_month(line, at) or line.ends_at(at) or low[at] in AFTER_A_DATE):
            return Rule("MONTHLY", month_days=[ranked]), _of_month(line, at) or at
    return None


def _excepting(line: Line, rule: Rule, at: int) -> tuple[Rule, int] | None:
    """ "every day | except sunday", "every day but weekends"."""
    low = line.low
    if rule.freq != "DAILY" or rule.interval > 1 or low[at] not in ("except", "but", "excluding", "apart"):
        return None
    begin = at + 1 + (low[at + 1] in ("not", "for", "on", "from"))
    begin += low[begin] in ("on", "the")
    left_out = ([5, 6], begin + 1) if low[begin] in ("weekend", "weekends") else _weekday_list(line, begin)
    if left_out is None or len(left_out[0]) == 7:
        return None
    days = [code for number, code in enumerate(CODES) if number not in left_out[0]]
    return Rule("WEEKLY", days=days), left_out[1]


def _unit_tail(line: Line, rule: Rule, unit: str, at: int) -> tuple[Rule, int]:
    """ "every month | on the 5th", "every week | on tuesday", "every year | on 5 May"."""
    low = line.low
    begin = at + (low[at] == "on")
    if unit in ("week", "fortnight"):
        weekdays = _weekday_list(line, begin)
        if weekdays:
            rule.days = [CODES[number] for number in weekdays[0]]
            return rule, weekdays[1]
    if unit in ("month", "quarter") and (low[at] in ("on", "the")):
        ranked = _ranked_day(line, begin + (low[begin] == "the"))
        if ranked:
            rule.days, rule.month_days = ranked[0], ranked[1]
            return rule, ranked[2]
    if unit == "year" and low[at] == "on":
        date = day(line, begin)
        if date and date[0].month and date[0].day:
            rule.months, rule.month_days = [date[0].month], [date[0].day]
            return rule, date[1]
    return rule, at


def _weekday_list(line: Line, at: int) -> tuple[list[int], int] | None:
    """ "monday, wednesday and friday"."""
    numbers: list[int] = []
    after = index = at
    while len(numbers) < 7:
        number = weekday_at(line, index)
        if number is None:
            number = WEEKDAY_PLURALS.get(line.low[index])
        if number is None or (line.kind[index] != "word"):
            break
        numbers.append(number)
        after = index = index + 1
        while line.low[index] in (",", "and", "&", "/", "-", "plus"):
            index += 1
    return (sorted(set(numbers)), after) if numbers else None


def _plural_days(line: Line, at: int) -> tuple[Rule, int] | None:
    """ "tuesdays and thursdays", "on weekdays"."""
    low = line.low
    if low[at] == "weekdays" or low[at] == "weeknights":
        return Rule("WEEKLY", days=list(CODES[:5])), at + 1
    if low[at] == "weekends":
        return Rule("WEEKLY", days=["SA", "SU"]), at + 1
    weekday = weekday_at(line, at)
    if weekday is not None and low[at + 1] in _PLURAL_PARTS:
        rule = Rule("WEEKLY", days=[CODES[weekday]])
        rule.said.part = PARTS[low[at + 1]]
        return rule, at + 2
    if low[at] not in WEEKDAY_PLURALS:
        return None
    raw = line.text[line.start[at] : line.end[at]].lower()
    if not raw.endswith("s") or low[at + 1] in ("paper", "game"):
        return None
    found = _weekday_list(line, at)
    return (Rule("WEEKLY", days=[CODES[number] for number in found[0]]), found[1]) if found else None


def _adverb(line: Line, at: int) -> tuple[Rule, int] | None:
    """ "weekly", "monthly on the 5th"; not before a noun ("the monthly report")."""
    if line.low[at] not in _ADVERBS or line.kind[at] != "word":
        return None
    before = line.low[at - 1] if at else ""
    if before in ("the", "a", "my", "our", "this", "your"):
        return None
    if not line.ends_at(at + 1) and line.low[at + 1] not in AFTER_A_DATE:
        return None
    freq, interval = _ADVERBS[line.low[at]]
    unit = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year", "HOURLY": "hour"}[freq]
    return _unit_tail(line, Rule(freq, interval), unit, at + 1)


def _of_month(line: Line, at: int) -> int | None:
    """The index after "of the month", "of every month", "in each month"."""
    low = line.low
    begin = at + 1 if low[at] == "day" else at
    if low[begin] in ("of", "in") and low[begin + 1] in ("the", "every", "each", "a") and low[begin + 2] == "month":
        return begin + 3
    if low[begin] in ("every", "each", "a") and low[begin + 1] == "month":
        return begin + 2
    return None


def _ranked_day(line: Line, at: int) -> tuple[list[str], list[int], int] | None:
    """(BYDAY, BYMONTHDAY, index after) of "1st", "5th and 20th", "last day", "first monday"."""
    low = line.low
    if low[at] == "last":
        if low[at + 1] == "day":
            return [], [-1], at + 2
        weekday = weekday_at(line, at + 1)
        return ([f"-1{CODES[weekday]}"], [], at + 2) if weekday is not None else None
    if line.kind[at] != "ordinal":
        return None
    number = int(line.num[at] or 0)
    weekday = weekday_at(line, at + 1)
    if weekday is not None and 1 <= number <= 5:
        return [f"{number}{CODES[weekday]}"], [], at + 2
    if not 1 <= number <= 31:
        return None
    numbers, after = [number], at + 1
    while low[after] in ("and", "&", ","):
        index = after + 1 + (low[after + 1] == "the")
        if line.kind[index] != "ordinal":
            break
        numbers.append(int(line.num[index] or 0))
        after = index + 1
    return [], [n for n in numbers if 1 <= n <= 31], after + (low[after] == "day")


def _ranked(line: Line, at: int) -> tuple[Rule, int] | None:
    """ "(on) the first of every month", "the last friday of each month", "the 5th every month"."""
    low = line.low
    begin = at + (low[at] in ("on", "by"))
    begin += low[begin] == "the"
    if line.kind[begin] != "ordinal" and low[begin] != "last":
        return None
    found = _ranked_day(line, begin)
    if found is None:
        return None
    days, month_days, after = found
    link = after + (low[after] in ("of", "in"))
    if low[link] not in _EVERY:
        return None
    month = month_at(line, link + 1)
    if month:
        return Rule("YEARLY", months=[month[0]], days=days, month_days=month_days), month[1]
    interval, unit_at = 1, link + 1
    if low[unit_at] in ("other", "second"):
        interval, unit_at = 2, unit_at + 1
    if low[unit_at] not in ("month", "quarter"):
        return None
    interval *= 3 if low[unit_at] == "quarter" else 1
    return Rule("MONTHLY", interval, days=days, month_days=month_days), unit_at + 1


def _with_tail(line: Line, rule: Rule, at: int) -> tuple[Rule, int]:
    """The clock time, part of the day, beginning and end that follow."""
    low = line.low
    for _ in range(4):
        begin = at + (low[at] == ",")
        if low[begin] in ("starting", "beginning", "from") and rule.start is None:
            found = phrases.core(line, begin + 1 + (low[begin + 1] in ("on", "from")))
            if found and found[0].day is not None:
                rule.start, at = found
                continue
        if low[begin] in ("until", "till", "through") and rule.until is None:
            found = phrases.core(line, begin + 1)
            if found and found[0].day is not None:
                rule.until, at = found
                continue
        following = _time_of_day(line, begin, rule)
        if following is None:
            return rule, at
        at = following
    return rule, at


def _time_of_day(line: Line, at: int, rule: Rule) -> int | None:
    low = line.low
    if rule.said.clock is None:
        told = low[at] in ("at", "@") or (low[at] == "from" and line.kind[at + 1] in ("int", "clock12", "clock24"))
        begin = at + 1 if told else at
        found = phrases.core(line, begin, bare=told) if begin > at or line.kind[at] in ("clock12", "clock24") else None
        if found is None and low[at] in ("noon", "midnight"):
            found = phrases.core(line, at)
        if found and found[0].clock is not None and found[0].day is None:
            rule.said = replace(found[0], part=found[0].part or rule.said.part)
            return found[1]
    if rule.said.part is None:
        part = part_at(line, at)
        if part and low[at] != "of":
            rule.said.part = part[0]
            return part[1]
    if rule.freq == "WEEKLY" and not rule.days and low[at] == "on":
        weekdays = _weekday_list(line, at + 1)
        if weekdays:
            rule.days = [CODES[number] for number in weekdays[0]]
            return weekdays[1]
    if rule.freq == "MONTHLY" and not rule.days and not rule.month_days and low[at] == "on":
        date = ordinal_day(line, at + 1)
        if date and date[0].day:
            rule.month_days = [date[0].day]
            return date[1]
    return None

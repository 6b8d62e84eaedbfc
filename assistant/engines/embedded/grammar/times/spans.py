"""Finds every time in a text: phrases with their prepositions, ranges, durations and recurrences."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from assistant.engines.embedded.grammar.times import lengths
from assistant.engines.embedded.grammar.times.calendar import ONE_DAY
from assistant.engines.embedded.grammar.times.days import month_at
from assistant.engines.embedded.grammar.times.holiday_names import FIRST_WORDS
from assistant.engines.embedded.grammar.times.lexicon import (
    MONTHS,
    PARTS,
    RELATIVE_DAYS,
    UNITS,
    WEEKDAY_SHORT,
    WEEKDAYS,
)
from assistant.engines.embedded.grammar.times.model import Context, Day, Kind, Prefer, Said, TimeSpan
from assistant.engines.embedded.grammar.times.phrases import TO, core
from assistant.engines.embedded.grammar.times.recurrence import STARTERS as RECURRING
from assistant.engines.embedded.grammar.times.recurrence import Rule, first_time, recurrence
from assistant.engines.embedded.grammar.times.resolve import Moment, midnight, plus, resolve, unit_end
from assistant.engines.embedded.grammar.times.tokens import Line

_PREFIXES: dict[str, Kind] = {
    "by": "before", "before": "before", "until": "before", "till": "before", "since": "after", "after": "after",
    "from": "after", "starting": "after", "between": "interval",
}  # fmt: skip
_LEADING = {"on", "at", "in", "@", "during", "over", "around", "about", "within", "the"}
_STARTERS = {
    *WEEKDAYS, *WEEKDAY_SHORT, *MONTHS, *RELATIVE_DAYS, *PARTS, *_PREFIXES, *_LEADING, *RECURRING, *FIRST_WORDS, "tonight",
    "this", "next", "last", "past", "coming", "following", "current", "a", "an", "half", "quarter", "qtr", "few", "couple",
    "several", "noon", "midnight", "now", "right", "just", "early", "late", "later", "mid", "q", "day", "week", "end",
    "beginning", "begining", "middle", "close", "eom", "eoy", "eow", "bom", "boy", "ytd", "mtd", "so", "rest", "spring",
    "summer", "autumn", "fall", "winter", "1", "overmorrow", "anytime", "sometime", "sometimes", "as", "asap", "for", "these", "those",
    "all", "start", "no", "to", "month", "evening",
}  # fmt: skip
_VALUE_KINDS = {"int", "ordinal", "iso", "date", "yearmonth", "clock12", "clock24", "slash", "decimal"}


@dataclass
class Phrase:
    """A phrase as read: indexes of its tokens, its preposition, what it says, and the other end of a range."""

    at: int
    after: int
    kind: Kind
    word: str
    said: Said
    to: Said | None = None
    rule: Rule | None = None
    iso: datetime | None = None


def find_times(
    text: str, now: datetime, *, week_start: int = 0, day_first: bool = True, prefer: Prefer = "none"
) -> list[TimeSpan]:
    """The times that ``text`` names, left to right, not overlapping.

    ``now`` must be aware; all results are in its zone. ``week_start`` 0 is Monday. ``prefer`` decides which Saturday,
    which 14th, which March is meant where the words leave it open ("none" is like "future").
    """
    if now.tzinfo is None:
        raise ValueError("now must be aware of its time zone")
    line = Line(text, day_first=day_first)
    ctx = Context(now, week_start, day_first, prefer)
    spans: list[TimeSpan] = []
    at = 0
    while at < line.count:
        if line.kind[at] == "word":
            if line.low[at] not in _STARTERS and "'" not in line.low[at]:
                at += 1
                continue
        elif line.kind[at] not in _VALUE_KINDS and line.low[at] != "@":
            at += 1
            continue
        phrase = _phrase(line, at)
        span = _span(line, phrase, ctx) if phrase else None
        if span is None or phrase is None:
            at += 1
            continue
        spans.append(span)
        at = phrase.after
    return spans


def _phrase(line: Line, at: int) -> Phrase | None:
    if line.kind[at] == "iso":
        return _iso(line, at)
    recurring = _recurring(line, at)
    if recurring:
        return recurring
    low = line.low
    begin, kind, word = at, "point", ""
    if low[at] in ("as", "asap"):
        return _as_soon_as_possible(line, at)
    if low[at] in ("anytime", "sometime", "sometimes", "no"):
        begin = at + (3 if low[at] == "no" and low[at + 1 : at + 3] == ["later", "than"] else 1)
        if low[at] == "no":
            if begin != at + 3:
                return None
            return _prefixed(line, at, begin, "before", "by")
    if low[begin] in _PREFIXES and line.kind[begin] == "word":
        word, kind = low[begin], _PREFIXES[low[begin]]
        return _prefixed(line, at, begin + 1, kind, word)
    if begin > at or low[at] == "for":
        return None
    if low[at] == "to":
        return _prefixed(line, at, at + 1, "point", "to") if line.moving else None
    return _plain(line, at)


def _plain(line: Line, at: int) -> Phrase | None:
    numbers = _number_range(line, at)
    if numbers:
        return numbers
    begin = at + (line.low[at] in ("on", "in", "during", "over", "within") and line.kind[at] == "word")
    whole = line.low[at] in ("in", "within", "over", "during")
    found = core(line, at) or (core(line, begin) if begin > at else None)
    if found is None:
        return None
    said, after = found
    if whole and said.clock is not None and said.day is None and said.part is None and line.low[at] != "in":
        return None
    return _extended(line, Phrase(at, after, "point", "", said))


def _prefixed(line: Line, at: int, begin: int, kind: Kind, word: str) -> Phrase | None:
    """A phrase after "by", "from", "since", "until" ..."""
    numbers = _number_range(line, at) if word in ("from", "between") else None
    if numbers:
        return numbers
    start = begin + (line.low[begin] in ("about", "around"))
    if line.low[start] == "on" and word in ("from", "starting", "by"):
        start += 1
    found = _year_alone(line, start) or core(line, start, bare=True)
    if found is None:
        if word == "after":
            plain = core(line, at)
            return _extended(line, Phrase(at, plain[1], "point", "", plain[0])) if plain else None
        return None
    said, after = found
    if said.clock is not None and said.day is None and _is_loose(line, start, after, said, word):
        return None
    if word == "to":
        return Phrase(at, after, "point", "", said)
    if word == "from" and line.low[after] in ("on", "onwards", "onward"):
        after += line.low[after] != "on" or line.ends_at(after + 1)
    phrase = _extended(line, Phrase(at, after, kind, word, said))
    if word == "between" and phrase.to is None and phrase.said.until_clock is None:
        return None
    return phrase


def _is_loose(line: Line, start: int, after: int, said: Said, word: str) -> bool:
    """Whether a number after "by" or "from" is no clock time: "by 6 votes", "from 3 shops"."""
    if line.kind[start] not in ("int", "decimal") or said.part is not None or said.until_clock is not None:
        return False
    if said.clock is None or not said.clock.ambiguous:
        return line.kind[start] == "decimal"
    from assistant.engines.embedded.grammar.times.phrases import may_follow

    return line.kind[start] == "decimal" or (word != "to" and not may_follow(line, after))


def _year_alone(line: Line, at: int) -> tuple[Said, int] | None:
    year = line.whole(at)
    if year is None or not 1950 <= year <= 2100 or line.start[at] + 4 != line.end[at]:
        return None
    if not line.ends_at(at + 1) and line.low[at + 1] not in ("to", "until", "and", "-", "on", "i", "we"):
        return None
    return Said(day=Day(year=year)), at + 1


def _extended(line: Line, phrase: Phrase) -> Phrase:
    """With the other end of a range, or with how long it lasts."""
    return _lasting(line, _ranged(line, phrase))


def _ranged(line: Line, phrase: Phrase) -> Phrase:
    low, link, said = line.low, phrase.after, phrase.said
    joins = low[link] in TO or (low[link] == "and" and phrase.word == "between")
    if (
        not joins
        or said.until_clock is not None
        or phrase.word in ("by", "until", "till", "after", "before", "since")
    ):
        return phrase
    if line.moving and phrase.word == "from" and low[link] in ("to", "-"):
        return phrase
    begin = link + 1 + (low[link + 1] in ("about", "around"))
    number = _same_month(line, begin, said)
    if number:
        phrase.to, phrase.after = number
        return phrase
    found = core(
        line, begin, bare=said.clock is not None or (said.day is not None and said.day.day is not None)
    )
    if found is None:
        return phrase
    other, after = found
    if not _pairs(said, other, low[link], phrase.word):
        return phrase
    if (
        said.day is not None
        and said.day.month is None
        and said.day.day
        and other.day is not None
        and other.day.month
    ):
        said.day.month, said.day.year = other.day.month, other.day.year
    if (
        said.day is not None
        and other.day is not None
        and said.day.month
        and said.day.year is None
        and other.day.month
    ):
        said.day.year = other.day.year if said.day.month <= other.day.month else None
    phrase.to, phrase.after = other, after
    return phrase


def _pairs(said: Said, other: Said, link: str, word: str) -> bool:
    """Whether two phrases make the ends of one range."""
    if said.instant is not None:
        return word in ("from", "between") and other.instant is None
    if said.day is not None and other.day is not None:
        if link in ("-", "–", "—") and (said.clock is None) != (other.clock is None):
            return False
        return (
            said.day.fixed is None
            or other.day.fixed is None
            or link in ("to", "until", "till", "and", "through")
        )
    return said.clock is not None and other.clock is not None and other.day is None


def _same_month(line: Line, at: int, said: Said) -> tuple[Said, int] | None:
    """ "July 13 to | 15"."""
    date = said.day
    number = line.whole(at)
    if date is None or said.clock is not None or not date.month or not date.day or number is None:
        return None
    if (
        not date.day < number <= 31
        or line.low[at + 1] in UNITS
        or line.low[at + 1] in ("am", "pm", "oclock", "people")
    ):
        return None
    if line.kind[at + 1] == "meridiem" or month_at(line, at + 1):
        return None
    return Said(day=Day(year=date.year, month=date.month, day=number)), at + 1


def _number_range(line: Line, at: int) -> Phrase | None:
    """ "from 13 to 15 July", "between the 3rd and 5th of may", "13-15 July"."""
    low = line.low
    word = low[at] if low[at] in ("from", "between") else ""
    begin = at + bool(word)
    begin += low[begin] == "the"
    first = int(line.num[begin] or 0) if line.kind[begin] in ("int", "ordinal") else 0
    if not 1 <= first <= 31 or (
        low[begin + 1] not in TO and not (low[begin + 1] == "and" and word == "between")
    ):
        return None
    second_at = begin + 2 + (low[begin + 2] == "the")
    second = int(line.num[second_at] or 0) if line.kind[second_at] in ("int", "ordinal") else 0
    if not first < second <= 31:
        return None
    month = month_at(line, second_at + 1 + (low[second_at + 1] == "of"))
    if month is None:
        return None
    from assistant.engines.embedded.grammar.times.days import year_at

    year = year_at(line, month[1])
    known = year[0] if year else None
    start = Said(day=Day(year=known, month=month[0], day=first))
    end = Said(day=Day(year=known, month=month[0], day=second))
    return Phrase(at, year[1] if year else month[1], "interval", word, start, end)


def _lasting(line: Line, phrase: Phrase) -> Phrase:
    """ "4pm | for thirty minutes"."""
    said = phrase.said
    if (
        line.low[phrase.after] != "for"
        or phrase.to is not None
        or said.until_clock is not None
        or said.instant is not None
    ):
        return phrase
    size = lengths.length(line, phrase.after + 1)
    if size is None or lengths.is_absolute(size[0]) != (said.clock is not None):
        return phrase
    said.lasts, phrase.after = size
    return phrase


def _recurring(line: Line, at: int) -> Phrase | None:
    found = recurrence(line, at)
    if found:
        return Phrase(at, found[1], "point", "", Said(), rule=found[0])
    if line.kind[at] not in ("clock12", "clock24", "int") and line.low[at] not in ("at", "@", "noon"):
        return None
    said = core(line, at)
    if said is None or said[0].clock is None or said[0].day is not None:
        return None
    later = recurrence(line, said[1])
    if later is None or later[0].said.clock is not None:
        return None
    later[0].said = replace(said[0], part=said[0].part or later[0].said.part)
    return Phrase(at, later[1], "point", "", Said(), rule=later[0])


def _as_soon_as_possible(line: Line, at: int) -> Phrase | None:
    from assistant.engines.embedded.grammar.times.model import Instant

    instant = Said(instant=Instant(timedelta(), "second"))
    if line.low[at] == "asap":
        return Phrase(at, at + 1, "after", "from", instant)
    if line.low[at + 1] == "soon" and line.low[at + 2] == "as" and line.low[at + 3] in ("possible", "you"):
        return Phrase(at, at + 4, "after", "from", instant)
    return None


def _iso(line: Line, at: int) -> Phrase | None:
    raw = line.low[at].upper()
    try:
        moment = datetime.fromisoformat(raw.replace(" ", "T", 1) if len(raw) > 10 else raw)
    except ValueError:
        return None
    if len(raw) == 10:
        day = Day(year=moment.year, month=moment.month, day=moment.day)
        found = (
            core(line, at + 1)
            if line.kind[at + 1] in ("clock12", "clock24") or line.low[at + 1] == "at"
            else None
        )
        said = Said(day=day)
        after = at + 1
        if found and found[0].day is None and found[0].clock is not None:
            said.clock, said.until_clock, said.part, after = (
                found[0].clock,
                found[0].until_clock,
                found[0].part,
                found[1],
            )
        return _extended(line, Phrase(at, after, "point", "", said))
    return Phrase(at, at + 1, "point", "", Said(), iso=moment)


def _span(line: Line, phrase: Phrase, ctx: Context) -> TimeSpan | None:
    try:
        span = _build(line, phrase, ctx)
    except (OverflowError, ValueError):
        # beyond the calendar ("in 9000 years"): no time
        return None
    return span


def _build(line: Line, phrase: Phrase, ctx: Context) -> TimeSpan | None:
    at = phrase.at
    if at and line.low[at - 1] in ("on", "at", "in", "@") and line.kind[at - 1] in ("word", "punct"):
        at -= 1
    start, end = line.start[at], line.end[phrase.after - 1]
    text = line.text[start:end]
    zone = ctx.now.tzinfo
    if phrase.iso is not None:
        moment = phrase.iso.astimezone(zone) if phrase.iso.tzinfo else midnight(phrase.iso.date(), ctx).replace(
            hour=phrase.iso.hour, minute=phrase.iso.minute, second=phrase.iso.second)  # fmt: skip
        covers = (moment, moment + timedelta(minutes=1))
        return TimeSpan(start, end, text, moment, None, "second" if phrase.iso.second else "minute", "point", True, True,
                        False, covers=covers)  # fmt: skip
    if phrase.rule is not None:
        return _recurring_span(phrase.rule, start, end, text, ctx)
    if phrase.word == "since" or (phrase.word == "after" and ctx.prefer == "past"):
        ctx = replace(ctx, prefer="past")
    first = resolve(phrase.said, ctx)
    if first is None:
        return None
    if phrase.to is not None:
        return _interval(phrase, first, start, end, text, ctx)
    return _single(phrase, first, start, end, text)


def _recurring_span(rule: Rule, start: int, end: int, text: str, ctx: Context) -> TimeSpan | None:
    found = first_time(rule, ctx)
    if found is None:
        return None
    value, rrule = found
    timed = rule.said.clock is not None
    grain = rule.said.clock.grain if rule.said.clock is not None else "hour" if rule.said.part else "day"
    ambiguous = rule.said.clock is not None and rule.said.clock.ambiguous and rule.said.part is None
    fixes_day = bool(rule.days or rule.month_days) or rule.start is not None
    until = plus_clock(rule, value, ctx)
    return TimeSpan(start, end, text, value, until, grain, "point", fixes_day, timed, ambiguous, rrule, rule.said.part,
                    covers=(value, value + ONE_DAY))  # fmt: skip


def plus_clock(rule: Rule, value: datetime, ctx: Context) -> datetime | None:
    """The end of the first occurrence where the rule has a clock range."""
    if rule.said.until_clock is None:
        return None
    moment = resolve(Said(clock=rule.said.until_clock, part=rule.said.part), ctx, value)
    return moment.value if moment else None


def _interval(
    phrase: Phrase, first: Moment, start: int, end: int, text: str, ctx: Context
) -> TimeSpan | None:
    to = phrase.to or Said()
    last = resolve(to, ctx, first.value)
    if last is None:
        return None
    until = last.value if to.clock is not None else last.until or unit_end(last)
    if until <= first.value:
        return None
    has_date = phrase.said.day is not None or to.day is not None
    return TimeSpan(start, end, text, first.value, until, first.grain, "interval", has_date, phrase.said.clock is not None,
                    first.ambiguous and last.ambiguous, covers=(first.value, until), part=first.part)  # fmt: skip


def _single(phrase: Phrase, moment: Moment, start: int, end: int, text: str) -> TimeSpan:
    said = phrase.said
    value, until, kind = moment.value, moment.until, phrase.kind
    covers: tuple[datetime | None, datetime | None] = moment.covers
    if said.lasts is not None:
        until = plus(value, said.lasts)
        kind, covers = "interval", (value, until)
    elif kind == "before":
        limit = moment.covers[1] if phrase.word in ("by", "until", "till") and said.clock is None else value
        covers = (None, limit)
        if said.clock is None and said.instant is None and phrase.word != "before":
            until = unit_end(moment)
        if moment.edge == "end" and until is not None:
            value = plus(until, lengths.Length("day", lengths.Decimal(-1)))
    elif kind == "after":
        covers = (unit_end(moment) if phrase.word == "after" and moment.grain == "day" else value, None)
        until = None
        if said.until_clock is not None:
            kind, until, covers = "interval", moment.until, moment.covers
        elif moment.part is not None and phrase.word == "after":
            value = moment.until or value
    elif until is not None and moment.part is None:
        kind = "interval"
    has_date = said.day is not None or said.instant is not None
    has_time = said.clock is not None or said.instant is not None
    return TimeSpan(start, end, text, value, until, moment.grain, "interval" if said.until_clock else kind, has_date, has_time,
                    moment.ambiguous, None, said.part, moment.edge, covers)  # fmt: skip

"""Finds every time in a text: phrases with their prepositions, ranges, durations and recurrences."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from assistant.engines.embedded.grammar.times.calendar import ONE_DAY
from assistant.engines.embedded.grammar.times.clock_ranges import may_follow
from assistant.engines.embedded.grammar.times.holiday_names import FIRST_WORDS
from assistant.engines.embedded.grammar.times.lexicon import (
    MONTHS,
    PARTS,
    RELATIVE_DAYS,
    WEEKDAY_SHORT,
    WEEKDAYS,
)
from assistant.engines.embedded.grammar.times.model import (
    Context,
    Day,
    Instant,
    Kind,
    Length,
    Prefer,
    Said,
    TimeSpan,
)
from assistant.engines.embedded.grammar.times.offsets import read_offsets
from assistant.engines.embedded.grammar.times.phrases import core
from assistant.engines.embedded.grammar.times.ranges import Phrase, extended, number_range
from assistant.engines.embedded.grammar.times.recurrence import STARTERS as RECURRING
from assistant.engines.embedded.grammar.times.recurrence import recurrence
from assistant.engines.embedded.grammar.times.resolve import Moment, midnight, plus, resolve, unit_end
from assistant.engines.embedded.grammar.times.rules import Rule, first_time
from assistant.engines.embedded.grammar.times.tokens import Line

_PREFIXES: dict[str, Kind] = {
    "by": "before", "before": "before", "until": "before", "till": "before", "since": "after",
    "after": "after", "from": "after", "starting": "after", "between": "interval",
}  # fmt: skip
_LEADING = {"on", "at", "in", "@", "during", "over", "around", "about", "within", "the"}
_STARTERS = {
    *WEEKDAYS, *WEEKDAY_SHORT, *MONTHS, *RELATIVE_DAYS, *PARTS, *_PREFIXES, *_LEADING, *RECURRING,
    *FIRST_WORDS, "tonight", "this", "next", "last", "past", "coming", "following", "current", "a", "an",
    "half", "quarter", "qtr", "few", "couple", "several", "noon", "midnight", "now", "right", "just",
    "early", "late", "later", "mid", "q", "day", "week", "end", "beginning", "begining", "middle", "close",
    "eod", "eom", "eoy", "eow", "bom", "boy", "ytd", "mtd", "so", "rest", "spring", "summer", "autumn",
    "fall", "winter", "1", "overmorrow", "anytime", "sometime", "sometimes", "as", "asap", "for", "these",
    "those", "all", "start", "no", "to", "month", "evening", "year",
}  # fmt: skip
_VALUE_KINDS = {"int", "ordinal", "iso", "date", "yearmonth", "clock12", "clock24", "slash", "decimal"}


def find_times(
    text: str, now: datetime, *, week_start: int = 0, day_first: bool = True, prefer: Prefer = "none"
) -> list[TimeSpan]:
    """The times that ``text`` names, left to right, not overlapping.

    ``now`` must be aware; all results are in its zone. ``week_start`` 0 is Monday. ``prefer`` decides which
    Saturday, which 14th, which March is meant where the words leave it open ("none" is like "future").
    """
    if now.tzinfo is None:
        raise ValueError("now must be aware of its time zone")
    line = Line(text, day_first=day_first)
    ctx = Context(now, week_start, day_first, prefer)
    spans: list[TimeSpan] = []
    taken = {offset.at: offset.after for offset in read_offsets(line)}
    at = 0
    while at < line.count:
        if at in taken:
            at = taken[at]
            continue
        if line.kind[at] == "word":
            if line.low[at] not in _STARTERS and "'" not in line.low[at]:
                at += 1
                continue
        elif line.kind[at] not in _VALUE_KINDS and line.low[at] != "@":
            at += 1
            continue
        phrase = _phrase(line, at)
        if phrase and any(phrase.at < begin < phrase.after for begin in taken):
            phrase = None
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
    numbers = number_range(line, at)
    if numbers:
        return numbers
    if line.low[at] in ("in", "during"):
        year = _year_alone(line, at + 1)
        if year:
            return Phrase(at, year[1], "point", "", year[0])
    begin = at + (line.low[at] in ("on", "in", "during", "over", "within") and line.kind[at] == "word")
    if begin > at and line.low[begin] in ("at", "in", "on", "for", "by", "from", "till", "until"):
        return None
    whole = line.low[at] in ("in", "within", "over", "during")
    found = core(line, at) or (core(line, begin) if begin > at else None)
    if found is None:
        return None
    said, after = found
    if whole and said.clock is not None and said.day is None and said.part is None and line.low[at] != "in":
        return None
    return extended(line, Phrase(at, after, "point", "", said))


def _prefixed(line: Line, at: int, begin: int, kind: Kind, word: str) -> Phrase | None:
    """A phrase after "by", "from", "since", "until" ..."""
    numbers = number_range(line, at) if word in ("from", "between") else None
    if numbers:
        return numbers
    start = begin + (line.low[begin] in ("about", "around"))
    if line.low[start] == "on" and word in ("from", "starting", "by"):
        start += 1
    found = _year_alone(line, start) or core(line, start, bare=True) or _part_alone(line, start)
    if found is None:
        if word == "after":
            plain = core(line, at)
            return extended(line, Phrase(at, plain[1], "point", "", plain[0])) if plain else None
        return None
    said, after = found
    if said.clock is not None and said.day is None and _is_loose(line, start, after, said, word):
        return None
    if word == "to":
        return Phrase(at, after, "point", "", said)
    if word == "from" and line.low[after] in ("on", "onwards", "onward"):
        after += line.low[after] != "on" or line.ends_at(after + 1)
    phrase = extended(line, Phrase(at, after, kind, word, said))
    if word == "between" and phrase.to is None and phrase.said.until_clock is None:
        return None
    return phrase


def _is_loose(line: Line, start: int, after: int, said: Said, word: str) -> bool:
    """Whether a number after "by" or "from" is no clock time: "by 6 votes", "from 3 shops"."""
    if line.kind[start] not in ("int", "decimal") or said.part is not None or said.until_clock is not None:
        return False
    if said.clock is None or not said.clock.ambiguous:
        return line.kind[start] == "decimal"
    return line.kind[start] == "decimal" or (word != "to" and not may_follow(line, after))


def _part_alone(line: Line, at: int) -> tuple[Said, int] | None:
    """ "after | lunch", "by | the evening"."""
    begin = at + (line.low[at] == "the")
    part = PARTS.get(line.low[begin])
    if part is None or line.kind[begin] != "word" or not may_follow(line, begin + 1):
        return None
    return Said(part=part), begin + 1


def _year_alone(line: Line, at: int) -> tuple[Said, int] | None:
    year = line.whole(at)
    if year is None or not 1950 <= year <= 2100 or line.start[at] + 4 != line.end[at]:
        return None
    if not line.ends_at(at + 1) and line.low[at + 1] not in ("to", "until", "and", "-", "on", "i", "we"):
        return None
    return Said(day=Day(year=year)), at + 1


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
        return extended(line, Phrase(at, after, "point", "", said))
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
        moment = (
            phrase.iso.astimezone(zone)
            if phrase.iso.tzinfo
            else midnight(phrase.iso.date(), ctx).replace(
                hour=phrase.iso.hour, minute=phrase.iso.minute, second=phrase.iso.second
            )
        )
        covers = (moment, moment + timedelta(minutes=1))
        return TimeSpan(
            start,
            end,
            text,
            moment,
            None,
            "second" if phrase.iso.second else "minute",
            "point",
            True,
            True,
            False,
            covers=covers,
        )
    if phrase.rule is not None:
        return _recurring_span(phrase.rule, start, end, text, ctx)
    if phrase.word == "since" or (phrase.word == "after" and ctx.prefer == "past"):
        ctx = replace(ctx, prefer="past")
    first = resolve(phrase.said, ctx)
    if first is None:
        return None
    if phrase.to is not None:
        return _interval(phrase, first, (start, end, text), ctx)
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
    return TimeSpan(
        start,
        end,
        text,
        value,
        until,
        grain,
        "point",
        fixes_day,
        timed,
        ambiguous,
        rrule,
        rule.said.part,
        covers=(value, value + ONE_DAY),
    )


def plus_clock(rule: Rule, value: datetime, ctx: Context) -> datetime | None:
    """The end of the first occurrence where the rule has a clock range."""
    if rule.said.until_clock is None:
        return None
    moment = resolve(Said(clock=rule.said.until_clock, part=rule.said.part), ctx, value)
    return moment.value if moment else None


def _interval(phrase: Phrase, first: Moment, where: tuple[int, int, str], ctx: Context) -> TimeSpan | None:
    to = phrase.to or Said()
    last = resolve(to, ctx, first.value)
    if last is None:
        return None
    until = last.value if to.clock is not None else last.until or unit_end(last)
    if until <= first.value:
        return None
    has_date = phrase.said.day is not None or to.day is not None
    return TimeSpan(
        *where,
        first.value,
        until,
        first.grain,
        "interval",
        has_date,
        phrase.said.clock is not None,
        first.ambiguous and last.ambiguous,
        covers=(first.value, until),
        part=first.part,
    )


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
            value = plus(until, Length("day", Decimal(-1)))
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
    return TimeSpan(
        start,
        end,
        text,
        value,
        until,
        moment.grain,
        "interval" if said.until_clock else kind,
        has_date,
        has_time,
        moment.ambiguous,
        None,
        said.part,
        moment.edge,
        covers,
    )

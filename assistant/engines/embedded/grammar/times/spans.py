"""Finds every time in a text: phrases with their prepositions, ranges, durations and recurrences."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from assistant.engines.embedded.grammar.times.calendar import ONE_DAY
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
    Length,
    Prefer,
    Said,
    TimeSpan,
)
from assistant.engines.embedded.grammar.times.offsets import read_offsets
from assistant.engines.embedded.grammar.times.ranges import Phrase
from assistant.engines.embedded.grammar.times.reading import PREFIXES, read_phrase
from assistant.engines.embedded.grammar.times.recurrence import STARTERS as RECURRING
from assistant.engines.embedded.grammar.times.resolve import Moment, midnight, plus, resolve, unit_end
from assistant.engines.embedded.grammar.times.rules import Rule, first_time
from assistant.engines.embedded.grammar.times.tokens import Line

_LEADING = {"on", "at", "in", "@", "during", "over", "around", "about", "within", "the"}
_STARTERS = {
    *WEEKDAYS, *WEEKDAY_SHORT, *MONTHS, *RELATIVE_DAYS, *PARTS, *PREFIXES, *_LEADING, *RECURRING,
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
        phrase = read_phrase(line, at)
        if phrase and any(phrase.at < begin < phrase.after for begin in taken):
            phrase = None
        span = _span(line, phrase, ctx) if phrase else None
        if span is None or phrase is None:
            at += 1
            continue
        spans.append(span)
        at = phrase.after
    return spans


def _span(line: Line, phrase: Phrase, ctx: Context) -> TimeSpan | None:
    try:
        span = _build(line, phrase, ctx)
    except (OverflowError, ValueError):
        # beyond the calendar ("in 9000 years"): no time
        return None
    return span


def _build(line: Line, phrase: Phrase, ctx: Context) -> TimeSpan | None:
    at = phrase.at
    leads = not phrase.word and at and line.low[at - 1] in ("on", "at", "in", "@")
    if leads and line.kind[at - 1] in ("word", "punct"):
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

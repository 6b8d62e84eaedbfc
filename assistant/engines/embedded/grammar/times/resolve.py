"""From what was said to moments: the missing day, the likelier hour, zones and the gaps of summer time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from assistant.engines.embedded.grammar.times.calendar import ONE_DAY, add, resolve_day
from assistant.engines.embedded.grammar.times.lengths import as_delta
from assistant.engines.embedded.grammar.times.lexicon import PART_HOURS
from assistant.engines.embedded.grammar.times.model import (
    NEXT_HOUR,
    THIS_HOUR,
    Clock,
    Context,
    Grain,
    Length,
    Range,
    Said,
)

AFTERNOON_PARTS = {"afternoon", "evening", "lunch", "school", "work"}
STEPS: dict[Grain, timedelta] = {
    "second": timedelta(seconds=1), "minute": timedelta(minutes=1), "hour": timedelta(hours=1),
    "day": ONE_DAY, "week": timedelta(weeks=1),
}  # fmt: skip


@dataclass(frozen=True)
class Moment:
    """Resolved: ``value`` to ``until`` (exclusive, ``None`` for a point), and what a reading of records
    covers."""

    value: datetime
    until: datetime | None
    grain: Grain
    covers: tuple[datetime, datetime]
    ambiguous: bool = False
    edge: str | None = None
    part: str | None = None


def local(day: date, at: time, zone: tzinfo | None) -> datetime:
    """A wall time as an aware datetime; a wall time that summer time skips moves forward by the gap."""
    return datetime.combine(day, at, zone).astimezone(UTC).astimezone(zone)


def midnight(day: date, ctx: Context) -> datetime:
    """The beginning of a day."""
    return local(day, time(), ctx.now.tzinfo)


def plus(moment: datetime, said: Length) -> datetime:
    """``moment`` and a duration: absolute below a day, calendar units on the wall from a day on."""
    delta = as_delta(said)
    if isinstance(delta, timedelta):
        return (moment.astimezone(UTC) + delta).astimezone(moment.tzinfo)
    wall = moment.replace(tzinfo=None) + delta
    return local(wall.date(), wall.time(), moment.tzinfo)


def likely_hour(hour: int, part: str | None) -> int:
    """The 24-hour reading of an hour without am or pm: by the part of the day, else by waking hours."""
    if not 1 <= hour <= 12:
        return hour
    if part in AFTERNOON_PARTS:
        return hour if hour == 12 or (part == "lunch" and hour == 11) else hour + 12
    if part == "night":
        return hour % 12 if hour < 6 or hour == 12 else hour + 12
    if part in ("morning", "breakfast", "early"):
        return hour % 12 if hour == 12 else hour
    return hour + 12 if hour < 7 else hour


def _is_next_day(clock: Clock, part: str | None) -> bool:
    """Tonight at 2", "midnight on Friday": the day after the one named."""
    return clock.ambiguous and part == "night" and (clock.hour < 5 or clock.hour == 12)


def _at(day: date, clock: Clock, part: str | None, ctx: Context, hour: int | None = None) -> datetime:
    reading = hour if hour is not None else (likely_hour(clock.hour, part) if clock.ambiguous else clock.hour)
    extra = (reading // 24) + (1 if _is_next_day(clock, part) else 0)
    moment = local(
        day + timedelta(days=extra),
        time(reading % 24, clock.minute, clock.second),
        clock.zone or ctx.now.tzinfo,
    )
    return moment.astimezone(ctx.now.tzinfo)


def _nearest(clock: Clock, part: str | None, ctx: Context, *, flexible: bool) -> datetime:
    """A clock time without a date: the coming one, or the last one where the past is preferred."""
    now, today = ctx.now, ctx.today
    if clock.hour < 0:
        moment = now.replace(minute=clock.minute, second=0, microsecond=0)
        return moment if moment > now else (moment.astimezone(UTC) + timedelta(hours=1)).astimezone(now.tzinfo)
    hours = [likely_hour(clock.hour, part) if clock.ambiguous else clock.hour]
    if flexible and clock.ambiguous and part is None and clock.hour != 12:
        hours.append(hours[0] - 12 if hours[0] >= 12 else hours[0] + 12)
    if ctx.prefer == "past":
        for day in (today, today - ONE_DAY):
            past = [moment for moment in (_at(day, clock, part, ctx, hour) for hour in hours) if moment <= now]
            if past:
                return past[0]
    for day in (today, today + ONE_DAY):
        for hour in hours:
            moment = _at(day, clock, part, ctx, hour)
            if moment >= now.replace(second=0, microsecond=0):
                return moment
    return _at(today + ONE_DAY, clock, part, ctx)


def _grain_end(moment: datetime, grain: Grain) -> datetime:
    return (moment.astimezone(UTC) + STEPS.get(grain, ONE_DAY)).astimezone(moment.tzinfo)


def _part_day(part: str, ctx: Context) -> date:
    """The day of "in the morning", "at lunch" alone."""
    _, first, last = PART_HOURS[part]
    hour = ctx.now.hour
    if ctx.prefer == "past":
        return ctx.today if hour >= first else ctx.today - ONE_DAY
    return ctx.today if hour < last else ctx.today + ONE_DAY


def _part(day: date, part: str, ctx: Context) -> Moment:
    usual, first, last = PART_HOURS[part]
    zone = ctx.now.tzinfo
    end = day + timedelta(days=last // 24)
    covers = (local(day, time(first), zone), local(end, time(last % 24), zone))
    return Moment(local(day, time(usual), zone), covers[1], "hour", covers, part=part)


def _of_range(found: Range, ctx: Context) -> Moment:
    start, until = midnight(found.start, ctx), midnight(found.until, ctx)
    covers = (midnight(found.covers[0], ctx), midnight(found.covers[1], ctx)) if found.covers else (start, until)
    single = not found.interval and found.grain != "day"
    closed = None if single or (not found.interval and found.until - found.start == ONE_DAY) else until
    return Moment(start, closed, found.grain, covers, edge=found.edge)


def resolve(said: Said, ctx: Context, after: datetime | None = None) -> Moment | None:
    """The moment of what was said; with ``after``, the first fitting one from then on."""
    if said.instant is not None:
        moment = (ctx.now.astimezone(UTC) + said.instant.delta).astimezone(ctx.now.tzinfo)
        if said.instant.lasts is not None:
            until = (moment.astimezone(UTC) + said.instant.lasts).astimezone(ctx.now.tzinfo)
            return Moment(moment, until, said.instant.grain, (moment, until))
        return Moment(moment, None, said.instant.grain, (moment, _grain_end(moment, said.instant.grain)))
    found = resolve_day(said.day, ctx, after.date() if after else None) if said.day is not None else None
    if said.day is not None and found is None:
        return None
    if said.clock is None:
        if said.part is not None:
            day = found.start if found else (after.date() if after else _part_day(said.part, ctx))
            return (
                _part(day, said.part, ctx)
                if found is None or found.until - found.start == ONE_DAY
                else _of_range(found, ctx)
            )
        return _of_range(found, ctx) if found else None
    return _clock(said, said.clock, found, ctx, after)


def _clock(said: Said, clock: Clock, found: Range | None, ctx: Context, after: datetime | None) -> Moment | None:
    settled = _settle_start(said, clock)
    if found is not None:
        day = found.start
        moment = _at(day, settled, said.part, ctx)
        if settled.hour == THIS_HOUR:
            moment = local(day, time(ctx.now.hour, ctx.now.minute), ctx.now.tzinfo)
        elif settled.hour == NEXT_HOUR:
            moment = local(day, time(ctx.now.hour, settled.minute), ctx.now.tzinfo)
        if _reads_later(said, settled, moment, ctx):
            moment = _at(day, settled, said.part, ctx, settled.hour + 12)
    elif after is not None:
        moment = _following(settled, said.part, ctx, after)
    elif said.part is not None:
        day = _part_day(said.part, ctx)
        moment = _at(day, settled, said.part, ctx)
        if moment < ctx.now and ctx.prefer != "past":
            moment = _at(day + ONE_DAY, settled, said.part, ctx)
    else:
        moment = _nearest(settled, said.part, ctx, flexible=said.until_clock is None)
    ambiguous = settled.ambiguous and said.part is None and said.until_clock is None
    if said.until_clock is not None:
        until = _following(said.until_clock, said.part, ctx, moment)
        both = settled.ambiguous and said.until_clock.ambiguous and said.part is None
        grain: Grain = "minute" if "minute" in (settled.grain, said.until_clock.grain) else settled.grain
        return Moment(moment, until, grain, (moment, until), ambiguous=both)
    end = _grain_end(moment, settled.grain)
    return Moment(moment, None, settled.grain, (moment, end), ambiguous=ambiguous)


def _reads_later(said: Said, clock: Clock, moment: datetime, ctx: Context) -> bool:
    """A time of today said at ten in the morning is the evening's."""
    is_today = said.day is not None and said.day.today and said.until_clock is None
    return (
        is_today
        and clock.ambiguous
        and said.part is None
        and 0 < clock.hour < 12
        and moment < ctx.now
        and (moment.hour < 12 and ctx.prefer != "past")
    )


def _settle_start(said: Said, clock: Clock) -> Clock:
    """The start of a clock range takes the meridiem of its end: "7-9pm", but "11 to 2pm"."""
    end = said.until_clock
    if end is None or not clock.ambiguous or end.ambiguous or said.part is not None:
        return clock
    start_minutes = (clock.hour % 12) * 60 + clock.minute
    end_minutes = end.hour * 60 + end.minute
    hour = clock.hour % 12
    if end.hour >= 12 and start_minutes + 12 * 60 < end_minutes:
        hour += 12
    return replace(clock, hour=hour, ambiguous=False)


def _following(clock: Clock, part: str | None, ctx: Context, after: datetime) -> datetime:
    """The first such clock time after ``after``."""
    hours = [clock.hour % 12, clock.hour % 12 + 12] if clock.ambiguous else [max(clock.hour, 0)]
    if clock.ambiguous and part is not None:
        hours = [likely_hour(clock.hour, part)]
    plain = replace(clock, ambiguous=False)
    start = (after.astimezone(clock.zone) if clock.zone else after).date()
    for day in (start, start + ONE_DAY):
        for hour in hours:
            moment = _at(day, plain, None, ctx, hour)
            if moment > after:
                return moment
    return _at(start + ONE_DAY, plain, None, ctx, hours[0])


def unit_end(moment: Moment) -> datetime:
    """The exclusive end of the unit that a point names: of a day the next midnight."""
    if moment.until is not None:
        return moment.until
    if moment.grain in ("month", "quarter", "year", "week", "day"):
        zone = moment.value.tzinfo
        return local(add(moment.value.date(), moment.grain, 1), time(), zone)
    return _grain_end(moment.value, moment.grain)

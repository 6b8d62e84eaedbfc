"""A date and a clock time said apart: "put movie night on Thursday instead, at 7pm"."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from assistant.engines.embedded.grammar.times.model import TimeSpan
from assistant.engines.embedded.grammar.times.resolve import likely_hour, local


def join_spans(day: TimeSpan, clock: TimeSpan) -> TimeSpan:
    """The day of one span at the clock time of another, as one span.

    ``day`` must have a date; ``clock`` a clock time without one, such as "at 7pm" or "between 3 and 5".
    Offsets and text are those of ``clock``. An hour without am or pm is read by the part of the day that
    ``day`` names.
    """
    wall = clock.value.timetz().replace(tzinfo=None)
    if clock.ambiguous_hour:
        wall = wall.replace(hour=likely_hour(wall.hour % 12 or 12, day.part) % 24)
    zone = day.value.tzinfo
    value = local(day.day, wall, zone)
    until = None
    if clock.until is not None:
        until = (value.astimezone(UTC) + (clock.until.astimezone(UTC) - clock.value.astimezone(UTC))).astimezone(zone)
    return replace(
        clock,
        value=value,
        until=until,
        has_date=True,
        part=clock.part or day.part,
        ambiguous_hour=clock.ambiguous_hour and day.part is None,
        covers=(value, until or _clock_end(clock, value)),
    )


def _clock_end(clock: TimeSpan, value: datetime) -> datetime | None:
    """Where the unit of ``clock`` ends that begins at ``value``."""
    start, end = clock.covers
    if start is None or end is None:
        return None
    return (value.astimezone(UTC) + (end.astimezone(UTC) - start.astimezone(UTC))).astimezone(value.tzinfo)

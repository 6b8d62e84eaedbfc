"""What the time grammar returns, and what it builds on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Literal

from dateutil.relativedelta import relativedelta

Grain = Literal["second", "minute", "hour", "day", "week", "month", "quarter", "year"]
Kind = Literal["point", "interval", "after", "before"]
Prefer = Literal["future", "past", "none"]

GRAINS: tuple[Grain, ...] = ("second", "minute", "hour", "day", "week", "month", "quarter", "year")
NEXT_HOUR = -1
"""The hour of a ``Clock`` that is whichever comes next ("half past")."""
THIS_HOUR = -2
"""The hour of a ``Clock`` that is now's, with its minute ("this time tomorrow")."""


@dataclass(frozen=True)
class TimeSpan:
    """A time that a text names. ``start`` and ``end`` are character offsets; datetimes are aware, in now's
    zone."""

    start: int
    end: int
    text: str
    value: datetime
    """The point, or the start of the interval. For "after"/"before" the limit."""
    until: datetime | None
    """Exclusive end of an interval. Of clock ranges ("7-9pm") the time said."""
    grain: Grain
    kind: Kind
    has_date: bool
    """The words fix a date ("tomorrow"), not only a time ("at 6")."""
    has_time: bool
    """The words fix a clock time. False for parts of a day: there ``part`` is set and ``value`` has its
    usual hour."""
    ambiguous_hour: bool
    """A clock time without am, pm or a part of the day: ``value`` holds the likelier reading."""
    recurrence: str | None = None
    """RFC 5545 RRULE value; then ``value`` is the first occurrence."""
    part: str | None = None
    """Part of the day: "morning", "lunch", "afternoon", "evening", "night"."""
    edge: str | None = None
    """"start", "middle" or "end" of a longer interval ("end of the month")."""
    covers: tuple[datetime | None, datetime | None] = (None, None)
    """What a question about records in this time means: start and exclusive end (``None``: open). "This
    morning" covers the morning, "the last two weeks" reach up to the end of today, "since June" is open."""

    @property
    def day(self) -> date:
        """The one local day that is meant where a single day is asked for: of "the end of May" the 31st."""
        if self.until is not None and (self.edge == "end" or (self.kind == "before" and self.grain != "minute")):
            return (self.until - timedelta(microseconds=1)).date()
        return self.value.date()


@dataclass(frozen=True)
class OffsetSpan:
    """A moment relative to something already known: "two days before", "the evening before at six", "same
    time"."""

    start: int
    end: int
    text: str
    delta: relativedelta | timedelta
    """To add to the start of what is known. Whole days and longer are a ``relativedelta``."""
    at: time | None
    """The clock time on the day so reached, where the words give one."""
    same_time: bool
    """The words ask for the same clock time as what is known."""


@dataclass(frozen=True)
class Context:
    """The moment and the habits that relative words depend on."""

    now: datetime
    week_start: int = 0
    day_first: bool = True
    prefer: Prefer = "none"

    @property
    def today(self) -> date:
        """The local day of ``now``."""
        return self.now.date()


@dataclass(frozen=True)
class Range:
    """Days from ``start`` to before ``until``; ``reading_until`` where a question about records reaches
    further."""

    start: date
    until: date
    grain: Grain
    edge: str | None = None
    covers: tuple[date, date] | None = None
    interval: bool = False
    point: date | None = None


Resolver = Callable[[Context], Range | None]


@dataclass
class Day:
    """What words fix of a date: some of its fields, or a way to work it out (``fixed``)."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    which: str | None = None
    """"this", "next", "last" before a weekday or month."""
    weeks: int = 0
    """Weeks added to the date found ("friday week")."""
    fixed: Resolver | None = None
    toward: Prefer | None = None
    today: bool = False

    @property
    def mergeable(self) -> bool:
        """Whether further fields can be added."""
        return self.fixed is None and not self.weeks


@dataclass
class Clock:
    """A time of day. ``hour`` may be 24 for the midnight that ends a day, or -1 for whichever hour comes
    next."""

    hour: int
    minute: int = 0
    second: int = 0
    ambiguous: bool = False
    grain: Grain = "hour"
    zone: tzinfo | None = None
    rounds_up: bool = False
    """"12am" and "midnight" without a date: the coming one."""


@dataclass
class Instant:
    """A distance from now in absolute time ("in 3 hours"), or now itself."""

    delta: timedelta
    grain: Grain
    lasts: timedelta | None = None
    """How long it goes on from there ("the next three hours")."""


@dataclass
class Length:
    """A duration as said: whole or fractional units."""

    unit: str
    amount: Decimal
    more: tuple[tuple[str, Decimal], ...] = ()
    """Further parts ("an hour and 20 minutes")."""


@dataclass
class Said:
    """A date, a clock time, a part of the day, or several of them said together."""

    day: Day | None = None
    clock: Clock | None = None
    until_clock: Clock | None = None
    """The end of a clock range ("7-9pm")."""
    part: str | None = None
    instant: Instant | None = None
    lasts: Length | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing was said."""
        return self.day is None and self.clock is None and self.part is None and self.instant is None

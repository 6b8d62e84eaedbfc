"""When holidays fall: fixed days, weekdays of a month, days counted from Easter, and lunar days from
``holidays``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any

from dateutil.easter import EASTER_ORTHODOX, easter

from assistant.engines.embedded.grammar.times.calendar import nth_weekday
from assistant.engines.embedded.grammar.times.model import Context

Days = Callable[[int, str], date | None]
"""(year, zone name) → the first day, or ``None`` where it is not known."""


@dataclass(frozen=True)
class Holiday:
    """A holiday: how to find its first day in a year, and how many days it lasts."""

    first: Days
    days: int = 1


def fixed(month: int, day: int) -> Holiday:
    """The same day every year."""
    return Holiday(lambda year, _zone: date(year, month, day))


def weekday_of(month: int, weekday: int, nth: int, shift: int = 0) -> Holiday:
    """The nth weekday of a month, moved by ``shift`` days."""

    def first(year: int, _zone: str) -> date | None:
        until = date(year + month // 12, month % 12 + 1, 1)
        found = nth_weekday(date(year, month, 1), until, weekday, nth)
        return found + timedelta(days=shift) if found else None

    return Holiday(first)


def from_easter(shift: int, days: int = 1, *, orthodox: bool = False) -> Holiday:
    """So many days from Easter Sunday."""

    def first(year: int, _zone: str) -> date | None:
        found = easter(year, EASTER_ORTHODOX) if orthodox else easter(year)
        return found + timedelta(days=shift)

    return Holiday(first, days)


@cache
def _calendar(name: str) -> Any:
    # 150 ms to import: only those who name a lunar holiday pay for it
    from holidays import calendars

    classes = {"hindu": "_HinduLunisolar", "islamic": "_IslamicLunar", "hebrew": "_HebrewLunisolar",
               "chinese": "_ChineseLunisolar", "buddhist": "_BuddhistLunisolar"}  # fmt: skip
    return getattr(calendars, classes[name])()


@lru_cache(maxsize=512)
def _lunar_day(calendar: str, method: str, year: int) -> date | None:
    try:
        answer = getattr(_calendar(calendar), method)(year)
    except (AttributeError, KeyError, ValueError):
        return None
    if isinstance(answer, tuple):
        return answer[0] if isinstance(answer[0], date) else None
    if isinstance(answer, date) or answer is None:
        return answer
    days = sorted(found[0] for found in answer if isinstance(found[0], date) and found[0].year == year)
    return days[0] if days else None


def lunar(calendar: str, method: str, shift: int = 0, days: int = 1) -> Holiday:
    """A day of a lunar calendar, as the ``holidays`` package carries it."""

    def first(year: int, _zone: str) -> date | None:
        found = _lunar_day(calendar, method, year)
        return found + timedelta(days=shift) if found else None

    return Holiday(first, days)


def by_place(places: dict[str, Holiday], elsewhere: Holiday) -> Holiday:
    """A holiday whose day depends on where one lives, told by the beginning of the zone's name."""

    def first(year: int, zone: str) -> date | None:
        for beginning, there in places.items():
            if zone.startswith(beginning):
                return there.first(year, zone)
        return elsewhere.first(year, zone)

    return Holiday(first)


def _workday_near(month: int, day: int) -> Holiday:
    def first(year: int, _zone: str) -> date:
        found = date(year, month, day)
        return found + timedelta(days={5: -1, 6: 1}.get(found.weekday(), 0))

    return Holiday(first)


def _parsi_new_year(year: int, _zone: str) -> date | None:
    # the Shahenshahi year has 365 days throughout
    return date(2018, 8, 17) + timedelta(days=365 * (year - 2018)) if 1950 < year < 2100 else None


BOSSES_DAY = _workday_near(10, 16)
PARSI_NEW_YEAR = Holiday(_parsi_new_year)


def zone_name(ctx: Context) -> str:
    """The name of now's zone, empty for a mere offset."""
    return str(getattr(ctx.now.tzinfo, "key", "") or "")

"""Repetitions (RFC 5545's RRULE) in the wall time of a person: reading a rule, and its occurrences."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import HOURLY, rrule, rrulestr
from django.core.exceptions import ValidationError

LOOKED_AHEAD = dt.timedelta(days=366 * 9)  # a rule that gives nothing within it never does: 29 February comes sooner
_ENDS_UTC = re.compile(r"(UNTIL=)(\d{8}T\d{6})Z", re.IGNORECASE)


@lru_cache(maxsize=4096)
def rule_of(text: str, first: dt.datetime, zone: str) -> Any:
    """Return a rule that starts at `first` (wall time, naive); an UNTIL in UTC is taken to the zone. Raises ValueError."""

    def wall(found: re.Match[str]) -> str:
        at = dt.datetime.strptime(found[2], "%Y%m%dT%H%M%S").replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone))
        return f"{found[1]}{at:%Y%m%dT%H%M%S}"

    rule: Any = rrulestr(_ENDS_UTC.sub(wall, text), dtstart=first)
    if not isinstance(rule, rrule):
        raise ValueError("one RRULE is meant")
    return rule


def check(text: str, first: dt.datetime, zone: str) -> None:
    """Raise ValidationError where a text is no repetition, comes more often than hourly, or never."""
    try:
        rule = rule_of(text, first, zone)
    except (ValueError, TypeError) as problem:
        raise ValidationError({"recurrence": "This is not a repetition such as FREQ=WEEKLY;BYDAY=FR."}) from problem
    if rule._freq > HOURLY:
        raise ValidationError({"recurrence": "A reminder rings hourly at most. Choose hours, days, weeks or more."})
    ends = rule._until or first + LOOKED_AHEAD
    if next(iter(rule.replace(until=min(ends, first + LOOKED_AHEAD), count=None)), None) is None:
        raise ValidationError({"recurrence": "This repetition never comes. Choose another."})


@lru_cache(maxsize=4096)
def following(text: str, first: dt.datetime, zone: str, after: dt.datetime | None) -> dt.datetime | None:
    """Return the first occurrence, or the first after a moment; wall times, naive."""
    rule = rule_of(text, first, zone)
    found: dt.datetime | None = rule.after(after) if after else rule.after(first, inc=True)
    return found


def latest(text: str, first: dt.datetime, zone: str, now: dt.datetime) -> dt.datetime | None:
    """Return the last occurrence that is not after `now`; wall times, naive."""
    found: dt.datetime | None = rule_of(text, first, zone).before(now, inc=True)
    return found

"""A recurrence as an RFC 5545 rule, and when it first happens."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from dateutil.rrule import rrulestr

from assistant.engines.embedded.grammar.times.calendar import resolve_day
from assistant.engines.embedded.grammar.times.lexicon import PART_HOURS
from assistant.engines.embedded.grammar.times.model import Context, Said
from assistant.engines.embedded.grammar.times.resolve import likely_hour, local, midnight

CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass
class Rule:
    """A recurrence being read."""

    freq: str
    interval: int = 1
    days: list[str] = field(default_factory=list)
    month_days: list[int] = field(default_factory=list)
    months: list[int] = field(default_factory=list)
    said: Said = field(default_factory=Said)
    until: Said | None = None
    start: Said | None = None

    def text(self, until: datetime | None = None) -> str:
        """The RRULE value."""
        parts = [f"FREQ={self.freq}"]
        if self.interval > 1:
            parts.append(f"INTERVAL={self.interval}")
        if self.months:
            parts.append("BYMONTH=" + ",".join(map(str, self.months)))
        if self.month_days:
            parts.append("BYMONTHDAY=" + ",".join(map(str, self.month_days)))
        if self.days:
            parts.append("BYDAY=" + ",".join(self.days))
        if until is not None:
            end = until.astimezone(UTC)
            # strftime writes years before 1000 with fewer digits
            parts.append(f"UNTIL={end.year:04}{end:%m%dT%H%M%SZ}")
        return ";".join(parts)


def first_time(rule: Rule, ctx: Context) -> tuple[datetime, str] | None:
    """(first occurrence, RRULE value). Without a beginning of its own, the first from now on."""
    at = time()
    clock = rule.said.clock
    if clock is not None:
        hour = likely_hour(clock.hour, rule.said.part) if clock.ambiguous else max(clock.hour, 0)
        at = time(hour % 24, clock.minute, clock.second)
    elif rule.said.part is not None:
        at = time(PART_HOURS[rule.said.part][0])
    start = ctx.today
    if rule.start is not None and rule.start.day is not None:
        begin = resolve_day(rule.start.day, ctx)
        start = begin.start if begin else start
    last = resolve_day(rule.until.day, ctx, start) if rule.until is not None and rule.until.day is not None else None
    until = midnight(last.until, ctx) - timedelta(seconds=1) if last else None
    text = rule.text(until)
    zone = ctx.now.tzinfo
    if rule.freq in ("HOURLY", "MINUTELY"):
        return ctx.now, text
    wall = ctx.now.replace(tzinfo=None)
    dtstart = datetime.combine(start, at)
    floor = max(wall, dtstart) if clock is not None or rule.said.part is not None else dtstart
    try:
        found = rrulestr(_without_end(text), dtstart=dtstart).after(floor, inc=True)
    except (ValueError, OverflowError):
        return None
    if found is None:
        return None
    return local(found.date(), found.time(), zone), text


def _without_end(text: str) -> str:
    """The rule without its end: the first occurrence does not depend on it, and wall times have no zone."""
    return ";".join(part for part in text.split(";") if not part.startswith("UNTIL="))

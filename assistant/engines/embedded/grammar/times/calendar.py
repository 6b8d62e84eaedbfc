"""Arithmetic of days: units, weeks, weekdays and the choice of the year or month that was left out."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from assistant.engines.embedded.grammar.times.model import Context, Day, Grain, Prefer, Range

ONE_DAY = timedelta(days=1)


def unit_start(day: date, unit: str, week_start: int = 0) -> date:
    """The first day of the week, month, quarter, year or decade that holds ``day``."""
    if unit in ("week", "fortnight"):
        return day - timedelta(days=(day.weekday() - week_start) % 7)
    if unit == "month":
        return day.replace(day=1)
    if unit == "quarter":
        return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    if unit == "year":
        return date(day.year, 1, 1)
    if unit == "decade":
        return date(day.year // 10 * 10, 1, 1)
    return day


def add(day: date, unit: str, amount: int) -> date:
    """``day`` plus whole units, clipped to the length of the month."""
    if unit == "day":
        return day + timedelta(days=amount)
    if unit in ("week", "weekend"):
        return day + timedelta(weeks=amount)
    if unit == "fortnight":
        return day + timedelta(weeks=2 * amount)
    months = {"month": 1, "quarter": 3, "year": 12, "decade": 120}[unit]
    return day + relativedelta(months=months * amount)


def unit_range(day: date, unit: str, ctx: Context, amount: int = 0) -> Range:
    """The unit that holds ``day``, moved by ``amount`` units."""
    if unit == "weekend":
        saturday = day - timedelta(days=(day.weekday() - 5) % 7) if day.weekday() >= 5 else _coming(day, 5)
        saturday += timedelta(weeks=amount)
        return Range(saturday, saturday + timedelta(days=2), "day", interval=True)
    start = add(unit_start(day, unit, ctx.week_start), unit, amount)
    grain: Grain = {"fortnight": "week", "decade": "year"}.get(unit, unit)  # type: ignore[assignment]
    return Range(start, add(start, unit, 1), grain)


def _coming(day: date, weekday: int) -> date:
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def one(day: date) -> Range:
    """A single day."""
    return Range(day, day + ONE_DAY, "day")


def make(year: int, month: int, day: int) -> date | None:
    """The date, or ``None`` where the calendar has no such day."""
    if 1 <= year <= 9998 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]:
        return date(year, month, day)
    return None


def nth_weekday(start: date, until: date, weekday: int, nth: int) -> date | None:
    """The ``nth`` such weekday from ``start`` to before ``until``; -1 is the last."""
    if nth > 0:
        found = _coming(start, weekday) + timedelta(weeks=nth - 1)
    else:
        last = until - ONE_DAY
        found = last - timedelta(days=(last.weekday() - weekday) % 7) + timedelta(weeks=nth + 1)
    return found if start <= found < until else None


def whole_days(unit: str, amount: Decimal) -> tuple[str, int]:
    """A length in units of days or more as (unit, whole number): "1.5 weeks" is ten days."""
    if amount == amount.to_integral_value():
        return unit, int(amount)
    days = {"day": 1, "week": 7, "fortnight": 14, "weekend": 7}.get(unit)
    if days:
        return "day", int(amount * days)
    months = {"month": 1, "quarter": 3, "year": 12, "decade": 120}[unit] * amount
    if months == months.to_integral_value():
        return "month", int(months)
    return "day", int(months * 30)


def resolve_day(said: Day, ctx: Context, after: date | None = None) -> Range | None:
    """The days that ``said`` means. With ``after``, the first fitting ones from that day on."""
    if said.fixed is not None:
        found = said.fixed(ctx)
        if found is not None and said.weekday is not None:
            return _weekday_within(found, said.weekday)
        return _moved(found, said.weeks)
    toward = said.toward or ctx.prefer
    if said.month is not None:
        return _moved(_in_month(said, ctx, toward, after), said.weeks)
    if said.day is not None:
        return _day_of_month(said, ctx, toward, after)
    if said.weekday is not None:
        return _moved(one(_weekday(said, ctx, toward, after)), said.weeks)
    if said.year is not None:
        return Range(date(said.year, 1, 1), date(said.year + 1, 1, 1), "year") if 0 < said.year < 9999 else None
    return None


def _moved(found: Range | None, weeks: int) -> Range | None:
    if found is None or not weeks:
        return found
    return one(found.start + timedelta(weeks=weeks))


def _weekday_within(found: Range, weekday: int) -> Range | None:
    day = _coming(found.start, weekday)
    return one(day) if day < found.until else None


def _years(ctx: Context, toward: Prefer) -> list[int]:
    year = ctx.today.year
    nearest = [year - step for step in range(9)] if toward == "past" else [year + step for step in range(9)]
    return [*nearest, year + 1, year - 1]


def _in_month(said: Day, ctx: Context, toward: Prefer, after: date | None) -> Range | None:
    month = said.month or 1
    if said.year is not None:
        if said.day is None:
            start = make(said.year, month, 1)
            return Range(start, add(start, "month", 1), "month") if start else None
        day = make(said.year, month, said.day)
        return one(day) if day else None
    today = ctx.today
    if said.day is None:
        return _bare_month(said, month, ctx, toward, after)
    if after is not None:
        days = [make(after.year + step, month, said.day) for step in range(9)]
        return next((one(day) for day in days if day and day >= after), None)
    days = [make(year, month, said.day) for year in _years(ctx, toward)]
    fitting = [day for day in days if day and (day <= today if toward == "past" else day >= today)]
    if said.which == "last":
        fitting = [day for day in days if day and day < today] or fitting
    if not fitting:
        return None
    if said.weekday is not None and fitting[0].weekday() != said.weekday:
        near = [d for d in days if d and d.weekday() == said.weekday and abs((d - today).days) < 370]
        return one(near[0] if near else fitting[0])
    return one(fitting[0])


def _bare_month(said: Day, month: int, ctx: Context, toward: Prefer, after: date | None) -> Range | None:
    base = after or ctx.today
    this = date(base.year, month, 1)
    if after is not None:
        start = this if add(this, "month", 1) > after else add(this, "year", 1)
    elif said.which == "next":
        start = this if month > base.month else add(this, "year", 1)
    elif said.which == "last":
        start = this if month < base.month else add(this, "year", -1)
    elif said.which == "this":
        start = this
    elif toward == "past":
        start = this if month <= base.month else add(this, "year", -1)
    else:
        start = this if month >= base.month else add(this, "year", 1)
    return Range(start, add(start, "month", 1), "month")


def _day_of_month(said: Day, ctx: Context, toward: Prefer, after: date | None) -> Range | None:
    base = after or ctx.today
    step = -1 if toward == "past" and after is None else 1
    first = base.replace(day=1)
    for months in range(40):
        month = add(first, "month", step * months)
        day = make(month.year, month.month, said.day or 1)
        if day is None or (said.weekday is not None and day.weekday() != said.weekday):
            continue
        if (day <= base) if step < 0 else (day >= base):
            return one(day)
    return None if said.weekday is None else _day_of_month(Day(day=said.day), ctx, toward, after)


def _weekday(said: Day, ctx: Context, toward: Prefer, after: date | None) -> date:
    today, weekday = ctx.today, said.weekday or 0
    if after is not None:
        return _coming(after, weekday)
    if said.which == "next":
        week = unit_start(today, "week", ctx.week_start) + timedelta(weeks=1)
        return _coming(week, weekday)
    if said.which == "this":
        return _coming(today, weekday)
    if said.which == "coming":
        return _coming(today + ONE_DAY, weekday)
    if said.which == "last" or toward == "past":
        return today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)
    return _coming(today + ONE_DAY, weekday)

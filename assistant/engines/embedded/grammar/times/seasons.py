"""Seasons, astronomical in the north, whole months in the south, where they are reckoned so."""

from __future__ import annotations

from datetime import date

from assistant.engines.embedded.grammar.times.model import Context, Day, Range
from assistant.engines.embedded.grammar.times.tokens import Line

_STEPS = {"this": 0, "current": 0, "next": 1, "following": 1, "coming": 0, "last": -1, "past": -1}
_SEASONS = {"spring": 0, "summer": 1, "autumn": 2, "fall": 2, "winter": 3}
_COMPANY = {
    "in",
    "this",
    "next",
    "last",
    "since",
    "until",
    "till",
    "by",
    "of",
    "during",
    "before",
    "after",
    "coming",
    "over",
    "past",
    "for",
}
_NORTH = ((3, 20), (6, 21), (9, 23), (12, 21))
_SOUTH = ((9, 1), (12, 1), (3, 1), (6, 1))
_SOUTHERN = (
    "Australia/",
    "Antarctica/",
    "Pacific/Auckland",
    "Pacific/Fiji",
    "Africa/Johannesburg",
    "Africa/Harare",
    "America/Argentina",
    "America/Buenos",
    "America/Sao_Paulo",
    "America/Santiago",
    "America/Montevideo",
    "America/Lima",
    "Pacific/Apia",
)


def _starts(ctx: Context, year: int) -> list[tuple[date, int]]:
    name = getattr(ctx.now.tzinfo, "key", "") or ""
    table = _SOUTH if name.startswith(_SOUTHERN) else _NORTH
    return sorted((date(year, month, day), season) for season, (month, day) in enumerate(table))


def _around(ctx: Context) -> list[tuple[date, int]]:
    return [start for year in range(ctx.today.year - 2, ctx.today.year + 4) for start in _starts(ctx, year)]


def _nth(ctx: Context, starts: list[tuple[date, int]], index: int) -> Range:
    return Range(starts[index][0], starts[index + 1][0], "day", interval=True)


def season_at(line: Line, at: int) -> tuple[Day, int] | None:
    """ "this winter", "last summer", "in the spring", "last season", "summer 2027"; the name alone needs
    company."""
    low, begin, step = line.low, at, None
    if low[begin] == "the":
        begin += 1
    if low[begin] in _STEPS:
        step = _STEPS[low[begin]]
        begin += 1
    if low[begin] == "season" and step is not None and low[begin + 1] not in ("ticket", "tickets", "pass"):
        moved = step
        return Day(fixed=lambda ctx: _relative_season(ctx, moved)), begin + 1
    season = _SEASONS.get(low[begin])
    if season is None or line.kind[begin] != "word":
        return None
    before = low[at - 1] if at else ""
    year = line.whole(begin + 1 + (low[begin + 1] == "of"))
    if year is not None and 1900 <= year <= 2200:
        known = year
        return Day(fixed=lambda ctx: _in_year(ctx, season, known)), begin + 2 + (low[begin + 1] == "of")
    alone = at == 0 and line.kind[begin + 1] == "stop"
    if step is None and before not in _COMPANY and not alone:
        return None
    if not line.ends_at(begin + 1) and low[begin + 1] not in (
        "and",
        "or",
        "i",
        "we",
        "to",
        "so",
        "please",
        "for",
        "on",
        "at",
    ):
        return None
    return Day(fixed=lambda ctx: _named(ctx, season, step)), begin + 1


def _relative_season(ctx: Context, step: int) -> Range:
    starts = _around(ctx)
    current = max(index for index, (start, _) in enumerate(starts) if start <= ctx.today)
    return _nth(ctx, starts, current + step)


def _in_year(ctx: Context, season: int, year: int) -> Range | None:
    if not 2 < year < 9990:
        return None
    starts = [*_starts(ctx, year), *_starts(ctx, year + 1)]
    index = next(index for index, (_, number) in enumerate(starts) if number == season)
    return _nth(ctx, starts, index)


def _named(ctx: Context, season: int, step: int | None) -> Range:
    starts = _around(ctx)
    ends = [later for later, _ in starts[1:]]
    mine = [index for index, (_, number) in enumerate(starts[:-1]) if number == season]
    running = [index for index in mine if starts[index][0] <= ctx.today < ends[index]]
    earlier = [index for index in mine if ends[index] <= ctx.today]
    later = [index for index in mine if starts[index][0] > ctx.today]
    if step == -1 or (step is None and ctx.prefer == "past" and not running):
        return _nth(ctx, starts, earlier[-1])
    if step == 1 or not running:
        return _nth(ctx, starts, later[0])
    return _nth(ctx, starts, running[0])

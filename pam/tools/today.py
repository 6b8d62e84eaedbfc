"""What a day holds, put together from providers that domains declare beside their tools."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

_providers: list[Callable[[dt.date], list[DayItem]]] = []


@dataclass(frozen=True)
class DayItem:
    """One line of a day. `lead` is a time or date in words; `order` sorts within the day (HH:MM or "")."""

    domain: str
    kind: str
    what: str
    lead: str = ""
    sub: str = ""
    order: str = ""
    state: str = ""  # "", "overdue", "done"
    url: str = ""


def provides_day(provider: Callable[[dt.date], list[DayItem]]) -> Callable[[dt.date], list[DayItem]]:
    """Declare a provider of a day's items for the acting person."""
    _providers.append(provider)
    return provider


def day_of(day: dt.date) -> list[DayItem]:
    """Return everything of a day, timed items in order after the untimed."""
    items = [item for provider in _providers for item in provider(day)]
    return sorted(items, key=lambda item: item.order)

"""Demo data of days: a few weeks of a plausible life."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from pam import journal

from . import services


def fill(user: Any) -> None:
    """Add tasks, events and reminders around today."""
    with journal.entry(user, source="system", label="Demo data"):
        _fill(user)


def _fill(user: Any) -> None:
    zone, today = user.zone, timezone.now().astimezone(user.zone).date()

    def at(days: int, hour: int, minute: int = 0) -> dt.datetime:
        return dt.datetime.combine(today + dt.timedelta(days=days), dt.time(hour, minute), zone)

    for title, days in (("Renew library card", -2), ("Send the lease form", 0), ("Buy a head torch", 6),
                        ("Call the plumber about the tap", None), ("Book a haircut", 3)):  # fmt: skip
        services.add_task(user, title=title, due=None if days is None else today + dt.timedelta(days=days))
    done = services.add_task(user, title="Pay the rego", due=today - dt.timedelta(days=5))
    services.complete_task(user, done)
    services.add_event(user, title="Team meeting", start=at(0, 10), end=at(0, 10, 45), place="Room 2")
    services.add_event(user, title="Lunch with Priya", start=at(1, 12, 30), end=at(1, 13, 30), place="Fish Lane")
    services.add_event(user, title="Dentist", start=at(2, 9), end=at(2, 9, 40), place="Chermside")
    services.add_event(user, title="Lower Portals walk", start=at(4, 7), end=at(4, 13), place="Lower Portals car park")
    services.add_event(user, title="Mum visits", start=at(11, 0), end=at(15, 0), all_day=True)
    services.add_reminder(user, title="Put the bins out", at=at(1, 19))
    services.add_reminder(user, title="Check tyre pressure", at=at(3, 8))

"""Demo data of vehicles and travel: a few weeks of a plausible life."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone

from pam import journal
from pam.access.money import Money
from wins.models import Account

from . import services

FILLS = [(34, "58.40", "1.859", "231980"), (25, "61.20", "1.879", "232590"), (15, "60.05", "1.919", "233215"),
         (5, "63.70", "1.899", "233900")]  # fmt: skip


def fill(user: Any) -> None:
    """Add a vehicle with its fills and a service, and a trip."""
    with journal.entry(user, source="system", label="Demo data"):
        _fill(user)


def _fill(user: Any) -> None:
    visa = Account.objects.get(name="Visa")
    today = timezone.localdate()
    hilux = services.add_vehicle(
        user, name="Hilux", make="Toyota", model="Hilux SR5", year=2016, registration="482 XKQ"
    )
    services.record_service(
        user, vehicle=hilux, what="Service, 225,000 km", date=today - dt.timedelta(days=330),
        odometer_km=Decimal("225010"), cost=_aud("412.00"), provider="Stafford Auto", regular=True,
    )  # fmt: skip
    for days, litres, price, odometer in FILLS:
        services.record_fill(
            user, vehicle=hilux, litres=Decimal(litres), price_per_litre=_aud(price), odometer_km=Decimal(odometer),
            date=today - dt.timedelta(days=days), station="BP Stafford", account=visa,
        )  # fmt: skip
    services.plan_trip(
        user, name="Girraween", start=today + dt.timedelta(days=17), end=today + dt.timedelta(days=19), vehicle=hilux,
        budget=_aud("420.00"), stops=[{"place": "Warwick"}, {"place": "Girraween National Park"}],
    )  # fmt: skip


def _aud(amount: str) -> Money:
    return Money(Decimal(amount), "AUD")

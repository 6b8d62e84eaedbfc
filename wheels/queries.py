"""What is asked of vehicles: odometer, economy, what is due, what it costs; and of trips."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import QuerySet, Sum
from django.utils import timezone
from rapidfuzz import fuzz, utils

from pam.access.money import Money

from .models import Fill, OdometerReading, Service, Trip, Vehicle


def vehicles() -> QuerySet[Vehicle]:
    """Return the vehicles that are still had."""
    return Vehicle.objects.filter(sold_on=None).order_by("id")


def readings(vehicle: Vehicle) -> list[tuple[dt.date, Decimal, Any]]:
    """Return every odometer reading (day, km, row), oldest first: its own, those of fills and of services."""
    found: list[tuple[dt.date, Decimal, Any]] = []
    for model in (OdometerReading, Fill, Service):
        rows: Iterable[Any] = model.objects.filter(vehicle=vehicle, odometer_km__isnull=False)
        found += [(row.date, row.odometer_km, row) for row in rows]
    return sorted(found, key=lambda item: (item[0], item[1]))


def odometer(vehicle: Vehicle) -> tuple[Decimal, dt.date] | None:
    """Return the latest reading and its day."""
    found = readings(vehicle)
    return (found[-1][1], found[-1][0]) if found else None


def neighbours(vehicle: Vehicle, date: dt.date, but: Any = None) -> tuple[Decimal | None, Decimal | None]:
    """Return the highest reading before a day and the lowest after it."""
    found = [item for item in readings(vehicle) if item[2] != but]
    before = [km for day, km, _ in found if day < date]
    after = [km for day, km, _ in found if day > date]
    return max(before, default=None), min(after, default=None)


@dataclass(frozen=True)
class Economy:
    """Fuel used over a distance."""

    litres: Decimal
    distance_km: Decimal

    @property
    def litres_per_100km(self) -> Decimal:
        """L/100 km, one decimal."""
        return (self.litres * 100 / self.distance_km).quantize(Decimal("0.1"))

    @property
    def miles_per_gallon(self) -> Decimal:
        """US mpg, one decimal."""
        return (self.distance_km / Decimal("1.609344") / (self.litres / Decimal("3.785411784"))).quantize(
            Decimal("0.1")
        )

    def show(self, distance_unit: str) -> str:
        """Return it in the person's units."""
        if distance_unit == "mi":
            return f"{self.miles_per_gallon}\u00a0mpg"
        return f"{self.litres_per_100km}\u00a0L/100\u00a0km"


def stretches(vehicle: Vehicle) -> list[tuple[Fill, Economy]]:
    """Return the economy of each full fill back to the full fill before it, partial fills in between counted in.

    A stretch with a fill whose litres are not known has no economy: gaps are skipped, not guessed.
    """
    found = []
    last: Fill | None = None
    litres: Decimal | None = Decimal(0)
    for fill in Fill.objects.filter(vehicle=vehicle).order_by("date", "odometer_km", "id"):
        litres = None if litres is None or fill.litres is None else litres + fill.litres
        if not fill.full or fill.odometer_km is None:
            continue
        if last is not None and last.odometer_km is not None and litres is not None:
            distance = fill.odometer_km - last.odometer_km
            if distance > 0 and litres > 0:
                found.append((fill, Economy(litres, distance)))
        last, litres = fill, Decimal(0)
    return found


def economy(vehicle: Vehicle, start: dt.date | None = None, until: dt.date | None = None) -> Economy | None:
    """Return the economy over all stretches that end within these days."""
    chosen = [
        found
        for fill, found in stretches(vehicle)
        if (start is None or fill.date >= start) and (until is None or fill.date < until)
    ]
    if not chosen:
        return None
    return Economy(sum((e.litres for e in chosen), Decimal(0)), sum((e.distance_km for e in chosen), Decimal(0)))


def economy_of(fill: Fill) -> Economy | None:
    """Return the economy of the stretch that ends with this fill."""
    return next((found for other, found in stretches(fill.vehicle) if other.pk == fill.pk), None)


@dataclass(frozen=True)
class Due:
    """When the next regular service is due."""

    on: dt.date | None
    at_km: Decimal | None
    left_km: Decimal | None
    state: str  # "due", "soon", "ok"


def service_due(vehicle: Vehicle) -> Due | None:
    """Return when the next service is due, counted from the last regular one (else from the first reading)."""
    last = Service.objects.filter(vehicle=vehicle, regular=True).order_by("-date", "-id").first()
    known = readings(vehicle)
    if last is None and not known:
        return None
    date = last.date if last else known[0][0]
    km = last.odometer_km if last else known[0][1]
    if last is not None and km is None:
        before = [reading for day, reading, _ in known if day <= date]
        km = max(before, default=None)
    on = date + relativedelta(months=vehicle.service_every_months) if vehicle.service_every_months else None
    at_km = km + vehicle.service_every_km if km is not None and vehicle.service_every_km else None
    now_km = known[-1][1] if known else None
    left = at_km - now_km if at_km is not None and now_km is not None else None
    today = timezone.localdate()
    if (on is not None and on <= today) or (left is not None and left <= 0):
        state = "due"
    elif (on is not None and on <= today + dt.timedelta(days=30)) or (left is not None and left <= 1000):
        state = "soon"
    else:
        state = "ok"
    return Due(on, at_km, left, state)


def costs(vehicle: Vehicle, start: dt.date, until: dt.date) -> dict[str, list[Money]]:
    """Return what fuel and services cost within these days, by kind and currency."""
    found: dict[str, list[Money]] = {}
    for kind, model, column in (("fuel", Fill, "total_minor"), ("services", Service, "cost_minor")):
        rows: QuerySet[Any] = model.objects.filter(vehicle=vehicle, date__gte=start, date__lt=until)
        sums = rows.exclude(**{column: None}).order_by().values("currency").annotate(total=Sum(column))
        found[kind] = [Money.from_minor(row["total"], row["currency"]) for row in sums]
    return found


def coming_trips() -> QuerySet[Trip]:
    """Return trips that are not over, soonest first."""
    return Trip.objects.exclude(end__lt=timezone.localdate()).order_by("start", "id")


def _by_words(rows: Iterable[Any], text: str, words_of: Any) -> list[Any]:
    wanted = utils.default_process(text)
    words = set(wanted.split()) - LITTLE
    scored = []
    for row in rows:
        said = utils.default_process(words_of(row))
        score = len(words & set(said.split())) + (fuzz.token_set_ratio(wanted, said) / 100 if words else 0)
        if words & set(said.split()) or (words and fuzz.token_set_ratio(" ".join(words), said) >= 80):
            scored.append((score, row))
    if not scored:
        return []
    best = max(score for score, _ in scored)
    return [row for score, row in scored if score >= best - 0.01]


LITTLE = {
    "the",
    "a",
    "an",
    "my",
    "our",
    "to",
    "for",
    "on",
    "at",
    "in",
    "of",
    "that",
    "this",
    "it",
    "one",
    "fill",
    "fuel",
    "petrol",
    "diesel",
    "gas",
    "service",
    "trip",
    "last",
}


def fill_by_words(text: str) -> list[Fill]:
    """Find a fill: the newest of the vehicle that the words name, or of all."""
    rows = Fill.objects.select_related("vehicle").order_by("-date", "-id")[:200]
    found = _by_words(rows, text, lambda fill: f"{fill.vehicle} {fill.station}") or list(rows[:1])
    return found[:1]


def service_by_words(text: str) -> list[Service]:
    """Find a service record by its work or vehicle, the newest first."""
    rows = Service.objects.select_related("vehicle").order_by("-date", "-id")[:200]
    found = _by_words(rows, text, lambda service: f"{service.what} {service.vehicle} {service.provider}")
    return (found or list(rows[:1]))[:1]


def trip_by_words(text: str) -> list[Trip]:
    """Find a trip by its name or stops, coming ones first."""
    coming = list(coming_trips().prefetch_related("stops"))
    past = list(Trip.objects.filter(end__lt=timezone.localdate()).order_by("-start").prefetch_related("stops")[:100])

    def words_of(trip: Trip) -> str:
        return f"{trip.name} {' '.join(stop.place for stop in trip.stops.all())}"

    found = _by_words(coming, text, words_of) or _by_words(past, text, words_of)
    if not found and not set(utils.default_process(text).split()) - LITTLE:
        found = coming[:1]
    return found[:4]

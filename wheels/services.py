"""Every rule of vehicles and travel, and every write. Callers hold a journal entry; all functions act for `user`."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from pam.access.money import Money
from wins import services as wins

from . import queries
from .models import Fill, OdometerReading, Service, Stop, Trip, Vehicle

T = TypeVar("T", bound=models.Model)
UNSET: Any = object()
KM_PER_MILE = Decimal("1.609344")
LITRES_PER_GALLON = Decimal("3.785411784")
FURTHEST_KM = Decimal(3_000_000)


def add_vehicle(user: Any, *, name: str, **data: Any) -> Vehicle:
    """Add a vehicle."""
    return _saved(Vehicle(owner=user, name=name.strip(), **data))


def change_vehicle(user: Any, vehicle: Vehicle, **data: Any) -> Vehicle:
    """Change a vehicle."""
    return _changed(vehicle, data)


def delete_vehicle(user: Any, vehicle: Vehicle) -> None:
    """Delete a vehicle with its fills, services and readings; their expenses stay."""
    vehicle.delete()


def record_reading(
    user: Any, *, vehicle: Vehicle, odometer_km: Decimal, date: dt.date | None = None
) -> OdometerReading:
    """Note an odometer reading; raises ValidationError where it is below an earlier one."""
    date = date or timezone.localdate()
    _check_odometer(vehicle, odometer_km, date)
    return _saved(OdometerReading(owner=user, vehicle=vehicle, odometer_km=odometer_km, date=date))


def change_reading(user: Any, reading: OdometerReading, **data: Any) -> OdometerReading:
    """Change an odometer reading."""
    for name, value in data.items():
        setattr(reading, name, value)
    _check_odometer(reading.vehicle, reading.odometer_km, reading.date, but=reading)
    return _saved(reading)


def delete_reading(user: Any, reading: OdometerReading) -> None:
    """Delete an odometer reading."""
    reading.delete()


def record_fill(
    user: Any,
    *,
    vehicle: Vehicle,
    litres: Decimal | None = None,
    total: Money | None = None,
    price_per_litre: Money | None = None,
    odometer_km: Decimal | None = None,
    full: bool = True,
    date: dt.date | None = None,
    station: str = "",
    account: Any = None,
) -> Fill:
    """Log a fill and book its expense under Fuel. Total or litres suffice; two of total, litres, price give the third.

    Raises ValidationError: nothing said, figures that contradict, an odometer that runs backwards.
    """
    date = date or timezone.localdate()
    litres, total = _figures(litres, total, price_per_litre)
    if odometer_km is not None:
        _check_odometer(vehicle, odometer_km, date)
    fill = Fill(
        owner=user, vehicle=vehicle, date=date, litres=litres, odometer_km=odometer_km, full=full,
        station=station.strip()[:120],
    )  # fmt: skip
    fill.total = total
    _saved(fill)  # before its expense: the receipt names the fill first, and a correction means it
    if total is not None:
        fill.expense = wins.record_expense(
            user, amount=total, date=date, payee=fill.station, note=f"{vehicle} fuel",
            category=wins.category_named(user, "Fuel"), account=account,
        )  # fmt: skip
    return _saved(fill)


def change_fill(
    user: Any, fill: Fill, *, total: Any = UNSET, litres: Any = UNSET, price_per_litre: Any = None, **data: Any
) -> Fill:
    """Change a fill and its expense with it. New litres at a known price change the total."""
    old_price = fill.price_per_litre
    if litres is not UNSET:
        fill.litres = litres
        if total is UNSET and price_per_litre is None and old_price is not None and litres:
            total = Money(litres * old_price, fill.currency).rounded()
    if price_per_litre is not None and fill.litres and total is UNSET:
        total = Money(fill.litres * price_per_litre.amount, price_per_litre.currency).rounded()
    if total is not UNSET:
        fill.total = total
    for name, value in data.items():
        setattr(fill, name, value)
    if fill.odometer_km is not None and ("odometer_km" in data or "date" in data):
        _check_odometer(fill.vehicle, fill.odometer_km, fill.date, but=fill)
    if fill.total is None and fill.litres is None:
        raise ValidationError("A fill needs litres or a total.")
    if fill.expense is not None and fill.total is not None:
        wins.change_transaction(user, fill.expense, amount=fill.total, date=fill.date, payee=fill.station)
    elif fill.total is not None:
        fill.expense = wins.record_expense(
            user, amount=fill.total, date=fill.date, payee=fill.station, note=f"{fill.vehicle} fuel",
            category=wins.category_named(user, "Fuel"),
        )  # fmt: skip
    return _saved(fill)


def delete_fill(user: Any, fill: Fill) -> None:
    """Delete a fill and its expense."""
    expense = fill.expense
    fill.delete()
    if expense is not None:
        wins.delete_transaction(user, expense)


def record_service(
    user: Any,
    *,
    vehicle: Vehicle,
    what: str,
    date: dt.date | None = None,
    odometer_km: Decimal | None = None,
    cost: Money | None = None,
    provider: str = "",
    regular: bool | None = None,
    account: Any = None,
) -> Service:
    """Log work on a vehicle and book its cost. `regular`: the scheduled service; taken from the words where not said."""
    date = date or timezone.localdate()
    if odometer_km is not None:
        _check_odometer(vehicle, odometer_km, date)
    if regular is None:
        regular = any(word in what.lower() for word in ("service", "oil"))
    service = Service(
        owner=user, vehicle=vehicle, what=what.strip()[:200], date=date, odometer_km=odometer_km,
        provider=provider.strip()[:120], regular=regular,
    )  # fmt: skip
    service.cost = cost if cost is not None and cost.minor else None
    _saved(service)
    if service.cost is not None:
        service.expense = wins.record_expense(
            user, amount=service.cost, date=date, payee=service.provider, note=f"{vehicle} {service.what}",
            category=wins.category_named(user, "Car"), account=account,
        )  # fmt: skip
    return _saved(service)


def change_service(user: Any, service: Service, *, cost: Any = UNSET, **data: Any) -> Service:
    """Change a service record and its expense with it."""
    if cost is not UNSET:
        service.cost = cost
    for name, value in data.items():
        setattr(service, name, value)
    if service.odometer_km is not None and ("odometer_km" in data or "date" in data):
        _check_odometer(service.vehicle, service.odometer_km, service.date, but=service)
    if service.cost is not None:
        if service.expense is not None:
            wins.change_transaction(user, service.expense, amount=service.cost, date=service.date)
        else:
            service.expense = wins.record_expense(
                user, amount=service.cost, date=service.date, payee=service.provider,
                note=f"{service.vehicle} {service.what}", category=wins.category_named(user, "Car"),
            )  # fmt: skip
    return _saved(service)


def delete_service(user: Any, service: Service) -> None:
    """Delete a service record and its expense."""
    expense = service.expense
    service.delete()
    if expense is not None:
        wins.delete_transaction(user, expense)


def plan_trip(
    user: Any,
    *,
    name: str,
    start: dt.date | None = None,
    end: dt.date | None = None,
    vehicle: Vehicle | None = None,
    distance_km: Decimal | None = None,
    budget: Money | None = None,
    stops: list[dict[str, Any]] | None = None,
    notes: str = "",
) -> Trip:
    """Plan or log a trip; with a budget, "Travel" in money stands for what it costs. Raises ValidationError."""
    trip = Trip(
        owner=user, name=name.strip()[:120], start=start, end=end or start, vehicle=vehicle,
        distance_km=distance_km, notes=notes,
    )  # fmt: skip
    trip.budget = budget
    _check_days(trip)
    _saved(trip)
    for stop in stops or []:
        add_stop(user, trip=trip, **stop)
    return trip


def change_trip(user: Any, trip: Trip, *, stops: Any = None, budget: Any = UNSET, **data: Any) -> Trip:
    """Change a trip; moved without a new end, it keeps its length. `stops` replaces all stops."""
    start = data.get("start")
    if start is not None and "end" not in data and trip.start and trip.end:
        data["end"] = start + (trip.end - trip.start)
    for name, value in data.items():
        setattr(trip, name, value)
    if budget is not UNSET:
        trip.budget = budget
    _check_days(trip)
    _saved(trip)
    if stops is not None:
        trip.stops.all().delete()
        for stop in stops:
            add_stop(user, trip=trip, **stop)
    return trip


def delete_trip(user: Any, trip: Trip) -> None:
    """Delete a trip with its stops."""
    trip.delete()


def add_stop(user: Any, *, trip: Trip, place: str, date: dt.date | None = None) -> Stop:
    """Add a place to a trip, at its end."""
    position = (trip.stops.aggregate(last=models.Max("position"))["last"] or 0) + 1
    return _saved(Stop(owner=user, trip=trip, place=place.strip()[:120], date=date, position=position))


def _figures(litres: Decimal | None, total: Money | None, price: Money | None) -> tuple[Decimal | None, Money | None]:
    if litres is not None and litres <= 0:
        raise ValidationError({"litres": "Litres must be more than zero."})
    if price is not None:
        if litres is not None and total is None:
            total = Money(litres * price.amount, price.currency).rounded()
        elif total is not None and litres is None and price.amount > 0:
            litres = (total.amount / price.amount).quantize(Decimal("0.001"))
        elif total is not None and litres is not None:
            expected = litres * price.amount
            if abs(expected - total.amount) > max(Decimal("0.05"), total.amount / 50):
                raise ValidationError(
                    f"{litres} L at {price.amount} would be {expected:.2f}, not {total.amount}. Which figure is right?"
                )
    if litres is None and total is None:
        raise ValidationError("A fill needs litres or a total.")
    return litres, total


def _check_odometer(vehicle: Vehicle, odometer_km: Decimal, date: dt.date, but: Any = None) -> None:
    if odometer_km < 0 or odometer_km > FURTHEST_KM:
        raise ValidationError({"odometer_km": f"{odometer_km} km cannot be an odometer reading."})
    before, after = queries.neighbours(vehicle, date, but)
    if before is not None and odometer_km < before:
        raise ValidationError(
            {"odometer_km": f"{odometer_km:,.0f} km is less than the {before:,.0f} km noted before. Check the figure."}
        )
    if after is not None and odometer_km > after:
        raise ValidationError(
            {"odometer_km": f"{odometer_km:,.0f} km is more than the {after:,.0f} km noted later. Check the figure."}
        )


def _check_days(trip: Trip) -> None:
    if trip.start and trip.end and trip.end < trip.start:
        raise ValidationError({"end": "The trip ends before it starts. Give a later end."})


def _check_date(row: Any) -> None:
    for name in ("date", "start", "end"):
        day = getattr(row, name, None)
        if isinstance(day, dt.date) and abs(day.year - timezone.localdate().year) > 100:
            raise ValidationError({name: f"{day} is too far away to be meant."})


def _changed(row: T, data: dict[str, Any]) -> T:
    for name, value in data.items():
        setattr(row, name, value)
    return _saved(row)


def _saved(row: T) -> T:
    _check_date(row)
    row.full_clean()
    row.save()
    return row

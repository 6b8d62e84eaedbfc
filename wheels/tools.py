"""What can be asked of vehicles and travel in words."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone
from pydantic import Field

from pam.access.money import Money, show_money
from pam.journal.lines import show_date, show_number
from pam.tools import Arguments, Day, MoneyAsked, Period, QuantityAsked, Ref, Reply, Risk, tool
from pam.tools.names import provides_names
from pam.tools.registry import ToolError
from pam.tools.resolve import among, finds
from pam.tools.today import DayItem, provides_day
from wins.models import Account

from . import queries, services
from .models import Fill, Service, Trip, Vehicle

finds(Fill, queries.fill_by_words)
finds(Service, queries.service_by_words)
finds(Trip, queries.trip_by_words)
provides_names("vehicle", lambda: Vehicle.objects.filter(sold_on=None).values_list("name", flat=True))
provides_names("trip", lambda: Trip.objects.order_by("-id").values_list("name", flat=True)[:50])

ACCORDING = "Which vehicle?"


class LogFill(Arguments):
    """A fill, as said: total or litres suffice."""

    vehicle: Ref[Vehicle] | None = None
    litres: QuantityAsked | None = None
    total: MoneyAsked | None = None
    price_per_litre: MoneyAsked | None = None
    odometer: QuantityAsked | None = None
    full: bool = True
    station: str = Field(default="", max_length=120)
    account: Ref[Account] | None = None
    on: Day | None = None


@tool(
    LogFill, risk=Risk.REVERSIBLE, title="Log fill", any_of=("total", "litres"), past=True,
    ask={"total": "How much did it cost, or how many litres?"},
)  # fmt: skip
def log_fill(user: Any, asked: LogFill) -> Reply:
    """Log fuel put into a vehicle; books the expense and reads the odometer."""
    vehicle = _vehicle(asked.vehicle)
    account = asked.account
    currency = account.currency if account else None
    fill = services.record_fill(
        user, vehicle=vehicle, litres=_litres(user, asked.litres),
        total=asked.total.money(currency) if asked.total else None,
        price_per_litre=_price(asked.price_per_litre, asked.litres, currency),
        odometer_km=_km(user, asked.odometer), full=asked.full, date=asked.on, station=asked.station, account=account,
    )  # fmt: skip
    return Reply(_fill_words(user, fill))


class LogOdometer(Arguments):
    """An odometer reading, as said."""

    vehicle: Ref[Vehicle] | None = None
    odometer: QuantityAsked
    on: Day | None = None


@tool(
    LogOdometer, risk=Risk.REVERSIBLE, title="Note odometer", past=True, ask={"odometer": "What does the odometer say?"},
)  # fmt: skip
def log_odometer(user: Any, asked: LogOdometer) -> Reply:
    """Note an odometer reading."""
    vehicle = _vehicle(asked.vehicle)
    services.record_reading(user, vehicle=vehicle, odometer_km=_km(user, asked.odometer) or Decimal(0), date=asked.on)
    return Reply(_due_words(user, vehicle, only_if_near=True))


class LogService(Arguments):
    """Work done on a vehicle, as said."""

    vehicle: Ref[Vehicle] | None = None
    what: str = Field(max_length=200)
    cost: MoneyAsked | None = None
    odometer: QuantityAsked | None = None
    provider: str = Field(default="", max_length=120)
    account: Ref[Account] | None = None
    on: Day | None = None


@tool(LogService, risk=Risk.REVERSIBLE, title="Log service", past=True, ask={"what": "What was done?"})
def log_service(user: Any, asked: LogService) -> Reply:
    """Log service, repair or inspection of a vehicle, and book its cost."""
    vehicle = _vehicle(asked.vehicle)
    service = services.record_service(
        user, vehicle=vehicle, what=asked.what, date=asked.on, odometer_km=_km(user, asked.odometer),
        cost=asked.cost.money(asked.account.currency if asked.account else None) if asked.cost else None,
        provider=asked.provider, account=asked.account,
    )  # fmt: skip
    return Reply(_due_words(user, vehicle) if service.regular else "")


class OneVehicle(Arguments):
    """Which vehicle; all where none is said."""

    vehicle: Ref[Vehicle] | None = None


@tool(OneVehicle, risk=Risk.READ, title="Service due")
def service_due(user: Any, asked: OneVehicle) -> Reply:
    """Tell when a vehicle is next due for a service."""
    chosen = [asked.vehicle] if asked.vehicle else list(queries.vehicles())
    if not chosen:
        return Reply("There are no vehicles yet. Say “add a vehicle called Hilux”.")
    return Reply(" ".join(_due_words(user, vehicle) or f"{vehicle}: nothing is known yet." for vehicle in chosen))


class VehicleInPeriod(Arguments):
    """Which vehicle, and when."""

    vehicle: Ref[Vehicle] | None = None
    period: Period | None = None


@tool(VehicleInPeriod, risk=Risk.READ, title="Fuel economy")
def economy(user: Any, asked: VehicleInPeriod) -> Reply:
    """Tell how much fuel a vehicle uses over its distance."""
    vehicle = _vehicle(asked.vehicle)
    period = asked.period
    found = queries.economy(vehicle, period.start if period else None, period.until if period else None)
    if found is None:
        return Reply(f"{vehicle}: two full fills with odometer are needed before its economy is known.")
    rows = [
        [show_date(fill.date), stretch.show(user.distance_unit), _distance(user, stretch.distance_km)]
        for fill, stretch in reversed(queries.stretches(vehicle))
    ]
    text = f"{vehicle}: {found.show(user.distance_unit)} over {_distance(user, found.distance_km)}."
    return Reply(text, _table(f"Economy, {vehicle}", ["Fill", "Economy", "Over"], rows))


@tool(VehicleInPeriod, risk=Risk.READ, title="Vehicle costs")
def costs(user: Any, asked: VehicleInPeriod) -> Reply:
    """Tell what fuel and services of a vehicle cost in a period, this year where none is said."""
    vehicle = _vehicle(asked.vehicle)
    today = timezone.localdate()
    start = asked.period.start if asked.period else today.replace(month=1, day=1)
    until = asked.period.until if asked.period else today + dt.timedelta(days=1)
    found = queries.costs(vehicle, start, until)
    parts = [f"{kind} {' and '.join(show_money(m) for m in sums)}" for kind, sums in found.items() if sums]
    since = (
        f"since {show_date(start)}"
        if until > today
        else f"from {show_date(start)} to {show_date(until - dt.timedelta(1))}"
    )
    if not parts:
        return Reply(f"{vehicle}: no costs are booked {since}.")
    sums: dict[str, Money] = {}
    for money in (money for moneys in found.values() for money in moneys):
        sums[money.currency] = sums[money.currency] + money if money.currency in sums else money
    return Reply(f"{vehicle} cost {' and '.join(show_money(m) for m in sums.values())} {since}: {', '.join(parts)}.")


class NewVehicle(Arguments):
    """A vehicle, as said."""

    name: str = Field(max_length=60)
    make: str = Field(default="", max_length=60)
    model: str = Field(default="", max_length=60)
    year: int | None = Field(default=None, ge=1885, le=2100)
    registration: str = Field(default="", max_length=20)


@tool(NewVehicle, risk=Risk.REVERSIBLE, title="Add vehicle", ask={"name": "What is it called?"})
def add_vehicle(user: Any, asked: NewVehicle) -> Reply:
    """Add a vehicle."""
    services.add_vehicle(user, **asked.model_dump())
    return Reply()


class PlanTrip(Arguments):
    """A trip, as said."""

    name: str = Field(max_length=120, description="where to, or what it is called")
    start: Day | None = None
    end: Day | None = None
    vehicle: Ref[Vehicle] | None = None
    distance: QuantityAsked | None = None
    budget: MoneyAsked | None = None


@tool(PlanTrip, risk=Risk.REVERSIBLE, title="Add trip", ask={"name": "Where to?"})
def plan_trip(user: Any, asked: PlanTrip) -> Reply:
    """Plan a trip, or log one that was driven."""
    services.plan_trip(
        user, name=asked.name, start=asked.start, end=asked.end, vehicle=asked.vehicle,
        distance_km=_km(user, asked.distance), budget=asked.budget.money() if asked.budget else None,
    )  # fmt: skip
    return Reply()


class NewStop(Arguments):
    """A stop, as said."""

    trip: Ref[Trip] | None = None
    place: str = Field(max_length=120)
    on: Day | None = None


@tool(NewStop, risk=Risk.REVERSIBLE, title="Add stop", ask={"place": "Which place?"}, about="trip")
def add_stop(user: Any, asked: NewStop) -> Reply:
    """Add a place to a trip."""
    trip = asked.trip or queries.coming_trips().first()
    if trip is None:
        raise ToolError("There is no trip yet. Say “plan a trip to Girraween from 11 to 13 December”.")
    services.add_stop(user, trip=trip, place=asked.place, date=asked.on)
    return Reply()


class OneTrip(Arguments):
    """Which trip; the next where none is said."""

    trip: Ref[Trip] | None = None


@tool(OneTrip, risk=Risk.READ, title="Trip", about="trip")
def trip_info(user: Any, asked: OneTrip) -> Reply:
    """Tell when a trip is, where it goes and what is planned for it."""
    chosen = [asked.trip] if asked.trip else list(queries.coming_trips()[:3])
    if not chosen:
        return Reply("No trip is planned.")
    parts = []
    for trip in chosen:
        stops = ", ".join(stop.place for stop in trip.stops.order_by("position"))
        told = [trip.when(), f"stops {stops}" if stops else "", f"with the {trip.vehicle}" if trip.vehicle else ""]
        told.append(f"budget {show_money(trip.budget)}" if trip.budget else "")
        parts.append(f"{trip}: {', '.join(filter(None, told)) or 'no days yet'}.")
    return Reply(" ".join(parts))


class EditFill(Arguments):
    """What to change of a fill."""

    fill: Ref[Fill]
    litres: QuantityAsked | None = None
    total: MoneyAsked | None = None
    price_per_litre: MoneyAsked | None = None
    odometer: QuantityAsked | None = None
    on: Day | None = None
    vehicle: Ref[Vehicle] | None = None


@tool(
    EditFill, risk=Risk.REVERSIBLE, title="Change fill", past=True,
    any_of=("litres", "total", "price_per_litre", "odometer", "on", "vehicle"),
    ask={"fill": "Which fill?", "litres": "What should it be?"},
)  # fmt: skip
def edit_fill(user: Any, asked: EditFill) -> Reply:
    """Change litres, total, price, odometer, day or vehicle of a fill; its expense follows."""
    data: dict[str, Any] = {}
    if asked.litres:
        data["litres"] = _litres(user, asked.litres)
    if asked.total:
        data["total"] = asked.total.money(asked.fill.currency or None)
    if asked.price_per_litre:
        data["price_per_litre"] = asked.price_per_litre.money(asked.fill.currency or None)
    if asked.odometer:
        data["odometer_km"] = _km(user, asked.odometer)
    if asked.on:
        data["date"] = asked.on
    if asked.vehicle:
        data["vehicle"] = asked.vehicle
    return Reply(_fill_words(user, services.change_fill(user, asked.fill, **data)))


class OneFill(Arguments):
    """Which fill."""

    fill: Ref[Fill]


@tool(OneFill, risk=Risk.REVERSIBLE, title="Delete fill", ask={"fill": "Which fill?"})
def delete_fill(user: Any, asked: OneFill) -> Reply:
    """Delete a fill and its expense."""
    services.delete_fill(user, asked.fill)
    return Reply()


class EditService(Arguments):
    """What to change of a service record."""

    service: Ref[Service]
    cost: MoneyAsked | None = None
    odometer: QuantityAsked | None = None
    on: Day | None = None
    what: str | None = Field(default=None, max_length=200)


@tool(
    EditService, risk=Risk.REVERSIBLE, title="Change service", any_of=("cost", "odometer", "on", "what"), past=True,
    ask={"service": "Which service?", "cost": "What should it be?"},
)  # fmt: skip
def edit_service(user: Any, asked: EditService) -> Reply:
    """Change cost, odometer, day or description of a service record; its expense follows."""
    data: dict[str, Any] = {}
    if asked.cost:
        data["cost"] = asked.cost.money(asked.service.currency or None)
    if asked.odometer:
        data["odometer_km"] = _km(user, asked.odometer)
    if asked.on:
        data["date"] = asked.on
    if asked.what:
        data["what"] = asked.what
    services.change_service(user, asked.service, **data)
    return Reply()


class OneService(Arguments):
    """Which service record."""

    service: Ref[Service]


@tool(OneService, risk=Risk.REVERSIBLE, title="Delete service", ask={"service": "Which service?"})
def delete_service(user: Any, asked: OneService) -> Reply:
    """Delete a service record and its expense."""
    services.delete_service(user, asked.service)
    return Reply()


class EditTrip(Arguments):
    """What to change of a trip."""

    trip: Ref[Trip]
    start: Day | None = None
    end: Day | None = None
    name: str | None = Field(default=None, max_length=120)
    budget: MoneyAsked | None = None
    vehicle: Ref[Vehicle] | None = None


@tool(
    EditTrip, risk=Risk.REVERSIBLE, title="Change trip", any_of=("start", "end", "name", "budget", "vehicle"),
    ask={"trip": "Which trip?", "start": "What should it be?"},
)  # fmt: skip
def edit_trip(user: Any, asked: EditTrip) -> Reply:
    """Change days, name, budget or vehicle of a trip."""
    names = ("start", "end", "name", "vehicle")
    data = {name: getattr(asked, name) for name in names if getattr(asked, name) is not None}
    if asked.budget:
        data["budget"] = asked.budget.money()
    services.change_trip(user, asked.trip, **data)
    return Reply()


class WhichTrip(Arguments):
    """Which trip."""

    trip: Ref[Trip]


@tool(WhichTrip, risk=Risk.REVERSIBLE, title="Delete trip", ask={"trip": "Which trip?"})
def delete_trip(user: Any, asked: WhichTrip) -> Reply:
    """Delete a trip."""
    services.delete_trip(user, asked.trip)
    return Reply()


@provides_day
def vehicles_today(on: dt.date) -> list[DayItem]:
    """Services that are due, and trips of the day."""
    items = []
    if on == timezone.localdate():
        for vehicle in queries.vehicles():
            due = queries.service_due(vehicle)
            if due is not None and due.state == "due":
                items.append(DayItem("wheels", "service", f"{vehicle} is due for a service", url="/wheels"))
    for trip in Trip.objects.filter(start__lte=on, end__gte=on):
        items.append(DayItem("wheels", "trip", trip.name, "trip", trip.when(), url="/wheels"))
    return items


def _vehicle(asked: Vehicle | None) -> Vehicle:
    """Return the vehicle meant: the one said, or the only one there is; raises Ask."""
    if asked is not None:
        return asked
    known = list(queries.vehicles())
    if len(known) == 1:
        return known[0]
    if not known:
        raise ToolError("There are no vehicles yet. Say “add a vehicle called Hilux”. Nothing has changed.")
    raise among("vehicle", ACCORDING, known)


def _km(user: Any, asked: QuantityAsked | None) -> Decimal | None:
    """Return kilometres of a distance as said; without a unit the person's own is meant."""
    if asked is None:
        return None
    unit = asked.unit or user.distance_unit
    if unit not in {"km", "mi"}:
        raise ToolError(f"“{unit}” is not a distance. Say km or miles. Nothing has changed.")
    return asked.value if unit == "km" else (asked.value * services.KM_PER_MILE).quantize(Decimal("0.1"))


def _litres(user: Any, asked: QuantityAsked | None) -> Decimal | None:
    if asked is None:
        return None
    unit = asked.unit or user.volume_unit
    if unit not in {"L", "gal"}:
        raise ToolError(f"“{unit}” is not a volume. Say litres or gallons. Nothing has changed.")
    return asked.value if unit == "L" else (asked.value * services.LITRES_PER_GALLON).quantize(Decimal("0.001"))


def _price(asked: MoneyAsked | None, litres: QuantityAsked | None, currency: str | None) -> Money | None:
    """Return the price of a litre; said with gallons it is a gallon's."""
    if asked is None:
        return None
    price = asked.money(currency)
    if litres is not None and litres.unit == "gal":
        return Money((price.amount / services.LITRES_PER_GALLON).quantize(Decimal("0.0001")), price.currency)
    return price


def _distance(user: Any, km: Decimal) -> str:
    if user.distance_unit == "mi":
        return f"{show_number((km / services.KM_PER_MILE).quantize(Decimal('1')))}\u00a0miles"
    return f"{show_number(km.quantize(Decimal('1')))}\u00a0km"


def _fill_words(user: Any, fill: Fill) -> str:
    from wins.queries import budget_use

    parts = []
    if (found := queries.economy_of(fill)) is not None:
        parts.append(f"{found.show(user.distance_unit)} over {_distance(user, found.distance_km)}.")
    category = fill.expense.category if fill.expense else None
    budget = category.budgets.first() if category else None
    if budget is not None and budget.currency == fill.currency:
        use = budget_use(budget, fill.date)
        parts.append(f"{budget}: {show_money(use.used)} of {show_money(use.budget.limit)}.")
    if fill.odometer_km is not None:
        parts.append(_due_words(user, fill.vehicle, only_if_near=True))
    return " ".join(filter(None, parts))


def _due_words(user: Any, vehicle: Vehicle, *, only_if_near: bool = False) -> str:
    due = queries.service_due(vehicle)
    if due is None or (only_if_near and due.state == "ok"):
        return ""
    when = [f"on {show_date(due.on)}" if due.on else "", f"at {_distance(user, due.at_km)}" if due.at_km else ""]
    said = " or ".join(filter(None, when))
    left = f", {_distance(user, due.left_km)} to go" if due.left_km is not None and due.left_km > 0 else ""
    if due.state == "due":
        return f"The {vehicle} is due for its service: it was due {said}."
    return f"The {vehicle} is due for its service {said}{left}."


def _table(title: str, columns: list[str], rows: list[list[str]]) -> dict[str, Any]:
    return {
        "kind": "table", "domain": "wheels", "title": title, "columns": columns,
        "rows_align": ["left", *["right"] * (len(columns) - 1)], "rows": rows[:20],
        "foot": "Read only, nothing changed", "link": "/wheels",
    }  # fmt: skip

"""What is kept of vehicles and travel. Odometer, economy and what is due are queries, never columns."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from pam.access.money import CurrencyField, Money, money_property
from pam.access.quantities import QuantityField
from pam.journal.lines import show_date, show_number
from pam.journal.owned import Owned
from wins.models import Transaction


class Vehicle(Owned):
    """A vehicle. Service intervals say when the next service is due, by distance or by months or both."""

    noun: ClassVar[str] = "Vehicle"
    shown_fields: ClassVar[tuple[str, ...]] = (
        "name", "make", "model", "year", "registration", "service_every_km", "service_every_months", "sold_on",
    )  # fmt: skip

    name = models.CharField(max_length=60)
    make = models.CharField(max_length=60, blank=True)
    model = models.CharField(max_length=60, blank=True)
    year = models.SmallIntegerField(null=True, blank=True)
    registration = models.CharField(max_length=20, blank=True)
    service_every_km = models.IntegerField(null=True, blank=True, default=10_000)
    service_every_months = models.SmallIntegerField(null=True, blank=True, default=12)
    sold_on = models.DateField(null=True, blank=True)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="wheels_vehicle_name")]

    def __str__(self) -> str:
        return self.name

    def receipt(self) -> dict[str, Any]:
        """Return the texts of its receipt line."""
        return {"name": self.name, "sub": " ".join(filter(None, [str(self.year or ""), self.make, self.model]))}


class OdometerReading(Owned):
    """An odometer reading of its own; fills and services carry readings too."""

    noun: ClassVar[str] = "Odometer reading"
    shown_fields: ClassVar[tuple[str, ...]] = ("odometer_km", "date")

    vehicle = models.ForeignKey(Vehicle, on_delete=models.CASCADE, related_name="readings")
    date = models.DateField()
    odometer_km = QuantityField(places=1)

    class Meta(Owned.Meta):
        indexes = [models.Index(fields=["owner", "vehicle", "date"], name="wheels_reading_date")]

    def __str__(self) -> str:
        return f"{self.vehicle} {show_number(self.odometer_km)} km"

    def receipt(self) -> dict[str, Any]:
        """Return the texts of its receipt line."""
        return {
            "name": str(self.vehicle),
            "sub": show_date(self.date),
            "value": f"{show_number(self.odometer_km)}\u00a0km",
        }


class Fill(Owned):
    """Fuel put in. `full` says that the tank was full afterwards; `missed_before` that a fill in between is not kept."""

    noun: ClassVar[str] = "Fill"
    shown_fields: ClassVar[tuple[str, ...]] = (
        "vehicle", "date", "litres", "total", "odometer_km", "full", "station",
    )  # fmt: skip

    vehicle = models.ForeignKey(Vehicle, on_delete=models.CASCADE, related_name="fills")
    date = models.DateField()
    litres = QuantityField(places=3, null=True, blank=True)
    total_minor = models.BigIntegerField("total", null=True, blank=True)
    currency = CurrencyField(blank=True)
    odometer_km = QuantityField(places=1, null=True, blank=True)
    full = models.BooleanField(default=True)
    station = models.CharField(max_length=120, blank=True)
    expense = models.OneToOneField(Transaction, null=True, blank=True, on_delete=models.SET_NULL, related_name="fill")
    total = money_property("total_minor")

    class Meta(Owned.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(litres__isnull=False) | Q(total_minor__isnull=False), name="wheels_fill_says_something"
            ),
            models.CheckConstraint(condition=Q(litres=None) | Q(litres__gt=0), name="wheels_fill_litres"),
            models.CheckConstraint(condition=Q(total_minor=None) | Q(total_minor__gt=0), name="wheels_fill_total"),
        ]
        indexes = [models.Index(fields=["owner", "vehicle", "date"], name="wheels_fill_date")]

    def __str__(self) -> str:
        return f"{self.vehicle} {show_date(self.date)}"

    @property
    def price_per_litre(self) -> Decimal | None:
        """Money of the fill's currency for one litre, to three decimals."""
        total: Money | None = self.total
        if total is None or not self.litres:
            return None
        litres: Decimal = self.litres
        return (total.amount / litres).quantize(Decimal("0.001"))

    def details(self) -> str:
        """Return what there is to say of it beside vehicle, date and total."""
        parts = []
        if self.litres is not None:
            price = f" at {self.price_per_litre}" if self.price_per_litre else ""
            parts.append(f"{show_number(self.litres)}\u00a0L{price}")
        if self.odometer_km is not None:
            parts.append(f"{show_number(self.odometer_km)}\u00a0km")
        parts += [self.station, "" if self.full else "not full"]
        return ", ".join(filter(None, parts))

    def receipt(self) -> dict[str, Any]:
        """Return the texts of its receipt line."""
        sub = ", ".join(filter(None, [self.details(), show_date(self.date)]))
        return {"name": str(self.vehicle), "sub": sub, "value": self.total}


class Service(Owned):
    """Work done on a vehicle. `regular` marks the scheduled service, from which the next is counted."""

    noun: ClassVar[str] = "Service"
    shown_fields: ClassVar[tuple[str, ...]] = ("vehicle", "what", "date", "odometer_km", "cost", "provider", "regular")
    takes_attachments: ClassVar[bool] = True

    vehicle = models.ForeignKey(Vehicle, on_delete=models.CASCADE, related_name="services")
    what = models.CharField(max_length=200)
    date = models.DateField()
    odometer_km = QuantityField(places=1, null=True, blank=True)
    cost_minor = models.BigIntegerField("cost", null=True, blank=True)
    currency = CurrencyField(blank=True)
    provider = models.CharField(max_length=120, blank=True)
    regular = models.BooleanField(default=False)
    expense = models.OneToOneField(
        Transaction, null=True, blank=True, on_delete=models.SET_NULL, related_name="service"
    )
    cost = money_property("cost_minor")

    class Meta(Owned.Meta):
        indexes = [models.Index(fields=["owner", "vehicle", "date"], name="wheels_service_date")]

    def __str__(self) -> str:
        return f"{self.what}, {self.vehicle}"

    def receipt(self) -> dict[str, Any]:
        """Return the texts of its receipt line."""
        km = f"{show_number(self.odometer_km)}\u00a0km" if self.odometer_km is not None else ""
        parts = [self.what, km, self.provider, show_date(self.date)]
        return {"name": str(self.vehicle), "sub": ", ".join(filter(None, parts)), "value": self.cost}


class Trip(Owned):
    """A journey: days, stops, perhaps a vehicle, a distance and a budget in money."""

    noun: ClassVar[str] = "Trip"
    shown_fields: ClassVar[tuple[str, ...]] = ("name", "start", "end", "vehicle", "distance_km", "budget", "notes")

    name = models.CharField(max_length=120)
    start = models.DateField(null=True, blank=True)
    end = models.DateField(null=True, blank=True)
    vehicle = models.ForeignKey(Vehicle, null=True, blank=True, on_delete=models.SET_NULL, related_name="trips")
    distance_km = QuantityField(places=1, null=True, blank=True)
    budget_minor = models.BigIntegerField("budget", null=True, blank=True)
    currency = CurrencyField(blank=True)
    notes = models.TextField(blank=True, max_length=10_000)
    budget = money_property("budget_minor")

    class Meta(Owned.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(start=None) | Q(end=None) | Q(end__gte=F("start")), name="wheels_trip_ends_after_start"
            ),
        ]
        indexes = [models.Index(fields=["owner", "start"], name="wheels_trip_start")]

    def __str__(self) -> str:
        return self.name

    def when(self) -> str:
        """Return its days in words."""
        if self.start is None:
            return ""
        return (
            show_date(self.start)
            if self.end in (None, self.start)
            else f"{show_date(self.start)} to {show_date(self.end)}"
        )

    def receipt(self) -> dict[str, Any]:
        """Return the texts of its receipt line."""
        km = f"{show_number(self.distance_km)}\u00a0km" if self.distance_km is not None else ""
        parts = [str(self.vehicle or ""), km, f"budget {self.budget}" if self.budget else ""]
        return {"name": self.name, "sub": ", ".join(filter(None, parts)), "value": self.when()}


class Stop(Owned):
    """A place on a trip."""

    noun: ClassVar[str] = "Stop"
    shown_fields: ClassVar[tuple[str, ...]] = ("place", "date", "position")

    trip = models.ForeignKey(Trip, on_delete=models.CASCADE, related_name="stops")
    place = models.CharField(max_length=120)
    date = models.DateField(null=True, blank=True)
    position = models.SmallIntegerField(default=0)

    class Meta(Owned.Meta):
        indexes = [models.Index(fields=["owner", "trip", "position"], name="wheels_stop_position")]

    def __str__(self) -> str:
        return self.place

    def receipt(self) -> dict[str, Any]:
        """Return the texts of its receipt line."""
        return {"name": self.place, "sub": str(self.trip), "value": self.date}

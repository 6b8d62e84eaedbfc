"""The page of vehicles and travel."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from pam.access.money import Money, show_money
from pam.files.pages import of_rows
from pam.journal.lines import show_date, show_number
from pam.pages import ByHand, ByHandForm, act, by_hand, choice_of, login_required, page, submit

from . import queries, services
from .models import Fill, Service, Trip

DAY = forms.DateInput(attrs={"type": "date"})


class VehicleChoice(ByHandForm):
    """A form about one vehicle."""

    vehicle = choice_of(empty_label=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["vehicle"].queryset = queries.vehicles()  # type: ignore[attr-defined]


class FillForm(VehicleChoice):
    """Log a fill; litres or total suffices."""

    date = forms.DateField(required=False, widget=DAY)
    litres = forms.DecimalField(required=False, min_value=0, decimal_places=3, max_digits=9)
    total = forms.DecimalField(required=False, min_value=0, decimal_places=3, max_digits=12)
    odometer_km = forms.DecimalField(required=False, min_value=0, decimal_places=1, max_digits=9, label="Odometer, km")
    full = forms.BooleanField(required=False, initial=True, label="Filled up")
    station = forms.CharField(required=False, max_length=120)


class ServiceForm(VehicleChoice):
    """Log a service."""

    what = forms.CharField(max_length=200, label="What was done")
    date = forms.DateField(required=False, widget=DAY)
    cost = forms.DecimalField(required=False, min_value=0, decimal_places=3, max_digits=12)
    odometer_km = forms.DecimalField(required=False, min_value=0, decimal_places=1, max_digits=9, label="Odometer, km")
    provider = forms.CharField(required=False, max_length=120)


class TripForm(ByHandForm):
    """Plan a trip."""

    name = forms.CharField(max_length=120, label="Where to")
    start = forms.DateField(required=False, widget=DAY)
    end = forms.DateField(required=False, widget=DAY)
    budget = forms.DecimalField(required=False, min_value=0, decimal_places=3, max_digits=12)


class VehicleForm(ByHandForm):
    """Add a vehicle."""

    name = forms.CharField(max_length=60)
    make = forms.CharField(max_length=60, required=False)
    model = forms.CharField(max_length=60, required=False)
    year = forms.IntegerField(required=False, min_value=1885, max_value=2100)


@login_required
def home(request: HttpRequest, refused: forms.BaseForm | None = None) -> HttpResponse:
    """Show vehicles with odometer, economy and what is due; newest fills, services and trips."""
    figures = []
    for vehicle in queries.vehicles():
        known, used, due = queries.odometer(vehicle), queries.economy(vehicle), queries.service_due(vehicle)
        parts = [used.show(request.user.distance_unit) if used else ""]  # type: ignore[union-attr]
        if due is not None and due.on is not None:
            parts.append(f"service {'was due' if due.state == 'due' else 'due'} {show_date(due.on)}")
        figures.append(
            {"label": vehicle.name, "value": f"{show_number(known[0])}\u00a0km" if known else "no reading",
             "sub": ", ".join(filter(None, parts))}
        )  # fmt: skip
    fills = [
        {"lead": show_date(fill.date), "what": str(fill.vehicle), "sub": fill.details(),
         "tail": show_money(fill.total) if fill.total else "", "delete": reverse("wheels-fill-delete", args=[fill.pk])}
        for fill in Fill.objects.select_related("vehicle").order_by("-date", "-id")[:20]
    ]  # fmt: skip
    services_done = list(Service.objects.select_related("vehicle").order_by("-date", "-id")[:20])
    files = of_rows(request.user, services_done)
    records = [
        {"lead": show_date(row.date), "what": row.what, "sub": str(row.vehicle),
         "tail": show_money(row.cost) if row.cost else "", "delete": reverse("wheels-service-delete", args=[row.pk]),
         **files[row.pk]}
        for row in services_done
    ]  # fmt: skip
    trips = [
        {"lead": trip.when(), "what": trip.name, "sub": ", ".join(stop.place for stop in trip.stops.order_by("position")),
         "tail": show_money(trip.budget) if trip.budget else "", "delete": reverse("wheels-trip-delete", args=[trip.pk])}
        for trip in Trip.objects.order_by("-start", "-id")[:20]
    ]  # fmt: skip
    sections = [
        {"title": "Fills", "kind": "rows", "rows": fills,
         "empty": {"text": "No fills yet. Say “filled up the Hilux, 62 L at 1.899, odometer 234567”."}},
        {"title": "Services", "kind": "rows", "rows": records,
         "empty": {"text": "No services yet. Say “oil change on the Hilux yesterday, 189 at Ultra Tune”."}},
        {"title": "Trips", "kind": "rows", "rows": trips,
         "empty": {"text": "No trips yet. Say “plan a trip to Girraween from 11 to 13 December”."}},
    ]  # fmt: skip
    offered = [
        ByHand("Log fill", "wheels-fill", FillForm, "Log fill"),
        ByHand("Log service", "wheels-service", ServiceForm, "Log service"),
        ByHand("Plan trip", "wheels-trip", TripForm, "Plan trip"),
        ByHand("Add vehicle", "wheels-vehicle", VehicleForm, "Add vehicle"),
    ]
    return page(
        request,
        "wheels/home.html",
        "wheels",
        figures=figures,
        sections=sections,
        forms=by_hand(offered, refused),
        status=400 if refused else 200,
    )


def _money(user: Any, amount: Any) -> Money | None:
    return Money(amount, user.home_currency) if amount else None


@login_required
@require_POST
def add_fill(request: HttpRequest) -> HttpResponse:
    """Log a fill."""

    def make(user: Any, *, total: Any, **data: Any) -> None:
        services.record_fill(user, total=_money(user, total), **data)

    return submit(request, FillForm(request.POST), make, home, back="wheels", tool="wheels.log_fill")


@login_required
@require_POST
def add_service(request: HttpRequest) -> HttpResponse:
    """Log a service."""

    def make(user: Any, *, cost: Any, **data: Any) -> None:
        services.record_service(user, cost=_money(user, cost), **data)

    return submit(request, ServiceForm(request.POST), make, home, back="wheels", tool="wheels.log_service")


@login_required
@require_POST
def add_trip(request: HttpRequest) -> HttpResponse:
    """Plan a trip."""

    def make(user: Any, *, budget: Any, **data: Any) -> None:
        services.plan_trip(user, budget=_money(user, budget), **data)

    return submit(request, TripForm(request.POST), make, home, back="wheels", tool="wheels.plan_trip")


@login_required
@require_POST
def add_vehicle(request: HttpRequest) -> HttpResponse:
    """Add a vehicle."""
    return submit(request, VehicleForm(request.POST), services.add_vehicle, home, back="wheels")


@login_required
@require_POST
def delete_fill(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete a fill."""
    row = get_object_or_404(Fill.objects.all(), pk=pk)
    return act(request, lambda: services.delete_fill(request.user, row), back="wheels")


@login_required
@require_POST
def delete_service(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete a service record."""
    row = get_object_or_404(Service.objects.all(), pk=pk)
    return act(request, lambda: services.delete_service(request.user, row), back="wheels")


@login_required
@require_POST
def delete_trip(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete a trip."""
    row = get_object_or_404(Trip.objects.all(), pk=pk)
    return act(request, lambda: services.delete_trip(request.user, row), back="wheels")

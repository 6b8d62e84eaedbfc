"""Wheels over the API."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from pam.api.fields import MoneyField, QuantitySerializerField, RefField
from pam.api.views import OwnedViewSet, represent
from pam.files.api import TakesAttachments

from . import queries, services
from .models import Fill, OdometerReading, Service, Stop, Trip, Vehicle

ROW = ("id", "created_at", "updated_at")
VEHICLE_EXAMPLE = {"id": "01935c1a-7c1e-7a51-9d3e-0d7b6c2f4a20"}


class VehicleSerializer(serializers.ModelSerializer[Vehicle]):
    """A vehicle with its latest odometer reading."""

    odometer_km = serializers.SerializerMethodField()

    class Meta:
        model = Vehicle
        fields = (
            *ROW, "name", "make", "model", "year", "registration", "service_every_km", "service_every_months",
            "sold_on", "odometer_km",
        )  # fmt: skip
        read_only_fields = ROW
        example: ClassVar[dict[str, Any]] = {"name": "Hilux", "make": "Toyota", "year": 2016}

    def get_odometer_km(self, row: Vehicle) -> str | None:
        """Return the latest reading."""
        found = queries.odometer(row)
        return f"{found[0].normalize():f}" if found else None


class ReadingSerializer(serializers.ModelSerializer[OdometerReading]):
    """An odometer reading."""

    vehicle = RefField(Vehicle)
    odometer_km = QuantitySerializerField(places=1)
    date = serializers.DateField(required=False)

    class Meta:
        model = OdometerReading
        fields = (*ROW, "vehicle", "date", "odometer_km")
        read_only_fields = ROW
        example: ClassVar[dict[str, Any]] = {"vehicle": VEHICLE_EXAMPLE, "odometer_km": "234567"}


class FillSerializer(serializers.ModelSerializer[Fill]):
    """A fill; total or litres suffices, a price for a litre gives the third figure."""

    vehicle = RefField(Vehicle)
    date = serializers.DateField(required=False)
    litres = QuantitySerializerField(places=3, required=False, allow_null=True)
    total = MoneyField(positive=True, required=False, allow_null=True)
    price_per_litre = MoneyField(positive=True, finer=True, required=False, write_only=True)
    odometer_km = QuantitySerializerField(places=1, required=False, allow_null=True)
    full = serializers.BooleanField(required=False)
    economy_l_per_100km = serializers.SerializerMethodField()

    class Meta:
        model = Fill
        fields = (
            *ROW, "vehicle", "date", "litres", "price_per_litre", "total", "odometer_km", "full", "station",
            "economy_l_per_100km",
        )  # fmt: skip
        read_only_fields = ROW
        example: ClassVar[dict[str, Any]] = {
            "vehicle": VEHICLE_EXAMPLE,
            "litres": "62",
            "price_per_litre": {"amount": "1.899", "currency": "AUD"},
            "odometer_km": "234567",
        }

    def get_economy_l_per_100km(self, row: Fill) -> str | None:
        """Return the economy of the stretch that ends with this fill."""
        found = queries.economy_of(row)
        return str(found.litres_per_100km) if found else None

    def to_representation(self, instance: Fill) -> dict[str, Any]:
        """Show the price for a litre too."""
        shown: dict[str, Any] = super().to_representation(instance)
        price = instance.price_per_litre
        shown["price_per_litre"] = {"amount": str(price), "currency": instance.currency} if price else None
        return shown


class ServiceSerializer(serializers.ModelSerializer[Service]):
    """A service record."""

    vehicle = RefField(Vehicle)
    date = serializers.DateField(required=False)
    odometer_km = QuantitySerializerField(places=1, required=False, allow_null=True)
    cost = MoneyField(required=False, allow_null=True)
    regular = serializers.BooleanField(required=False)

    class Meta:
        model = Service
        fields = (*ROW, "vehicle", "what", "date", "odometer_km", "cost", "provider", "regular")
        read_only_fields = ROW
        example: ClassVar[dict[str, Any]] = {
            "vehicle": VEHICLE_EXAMPLE,
            "what": "Oil change",
            "cost": {"amount": "189.00", "currency": "AUD"},
        }


class StopSerializer(serializers.ModelSerializer[Stop]):
    """A stop of a trip."""

    class Meta:
        model = Stop
        fields = ("place", "date")


class TripSerializer(serializers.ModelSerializer[Trip]):
    """A trip with its stops, in their order; sent anew, they replace the old ones."""

    vehicle = RefField(Vehicle, required=False, allow_null=True)
    distance_km = QuantitySerializerField(places=1, required=False, allow_null=True)
    budget = MoneyField(positive=True, required=False, allow_null=True)
    stops = StopSerializer(many=True, required=False)

    class Meta:
        model = Trip
        fields = (*ROW, "name", "start", "end", "vehicle", "distance_km", "budget", "stops", "notes")
        read_only_fields = ROW
        example: ClassVar[dict[str, Any]] = {
            "name": "Girraween",
            "start": "2026-12-11",
            "end": "2026-12-13",
            "stops": [{"place": "Stanthorpe"}],
        }


class VehicleFilter(django_filters.FilterSet):
    """Filters of what belongs to a vehicle."""

    vehicle = django_filters.UUIDFilter(field_name="vehicle_id")
    date_from = django_filters.DateFilter(field_name="date", lookup_expr="gte")
    date_until = django_filters.DateFilter(field_name="date", lookup_expr="lt", label="exclusive")

    class Meta:
        fields: ClassVar[list[str]] = []


class VehicleViewSet(OwnedViewSet):
    """Vehicles."""

    model = Vehicle
    collection = "wheels/vehicles"
    serializer_class = VehicleSerializer

    def add(self, user: Any, **data: Any) -> Any:
        """Add a vehicle."""
        return services.add_vehicle(user, **data)

    def change(self, user: Any, row: Any, **data: Any) -> Any:
        """Change a vehicle."""
        return services.change_vehicle(user, row, **data)

    def remove(self, user: Any, row: Any) -> None:
        """Delete a vehicle and what belongs to it."""
        services.delete_vehicle(user, row)


class ReadingViewSet(OwnedViewSet):
    """Odometer readings of their own."""

    model = OdometerReading
    collection = "wheels/readings"
    serializer_class = ReadingSerializer
    filterset_class = VehicleFilter
    ordering_fields = ("created_at", "date")

    def rows(self) -> QuerySet[Any]:
        """Return the readings."""
        return OdometerReading.objects.select_related("vehicle")

    def add(self, user: Any, **data: Any) -> Any:
        """Note a reading."""
        return services.record_reading(user, **data)

    def change(self, user: Any, row: Any, **data: Any) -> Any:
        """Change a reading."""
        return services.change_reading(user, row, **data)

    def remove(self, user: Any, row: Any) -> None:
        """Delete a reading."""
        services.delete_reading(user, row)


class FillViewSet(OwnedViewSet):
    """Fuel put in."""

    model = Fill
    collection = "wheels/fills"
    serializer_class = FillSerializer
    filterset_class = VehicleFilter
    ordering_fields = ("created_at", "date")

    def rows(self) -> QuerySet[Any]:
        """Return the fills."""
        return Fill.objects.select_related("vehicle")

    def add(self, user: Any, **data: Any) -> Any:
        """Log a fill."""
        return services.record_fill(user, **data)

    def change(self, user: Any, row: Any, **data: Any) -> Any:
        """Change a fill."""
        return services.change_fill(user, row, **data)

    def remove(self, user: Any, row: Any) -> None:
        """Delete a fill."""
        services.delete_fill(user, row)


class ServiceViewSet(TakesAttachments, OwnedViewSet):
    """Work done on vehicles."""

    model = Service
    collection = "wheels/services"
    serializer_class = ServiceSerializer
    filterset_class = VehicleFilter
    ordering_fields = ("created_at", "date")

    def rows(self) -> QuerySet[Any]:
        """Return the service records."""
        return Service.objects.select_related("vehicle")

    def add(self, user: Any, **data: Any) -> Any:
        """Log a service."""
        return services.record_service(user, **data)

    def change(self, user: Any, row: Any, **data: Any) -> Any:
        """Change a service record."""
        return services.change_service(user, row, **data)

    def remove(self, user: Any, row: Any) -> None:
        """Delete a service record."""
        services.delete_service(user, row)


class TripViewSet(OwnedViewSet):
    """Trips."""

    model = Trip
    collection = "wheels/trips"
    serializer_class = TripSerializer
    ordering_fields = ("created_at",)

    def rows(self) -> QuerySet[Any]:
        """Return the trips."""
        return Trip.objects.select_related("vehicle").prefetch_related("stops")

    def add(self, user: Any, **data: Any) -> Any:
        """Plan a trip."""
        return services.plan_trip(user, **data)

    def change(self, user: Any, row: Any, **data: Any) -> Any:
        """Change a trip."""
        return services.change_trip(user, row, **data)

    def remove(self, user: Any, row: Any) -> None:
        """Delete a trip."""
        services.delete_trip(user, row)


viewsets = [VehicleViewSet, ReadingViewSet, FillViewSet, ServiceViewSet, TripViewSet]

represent(Vehicle, "wheels/vehicles", VehicleSerializer)
represent(OdometerReading, "wheels/readings", ReadingSerializer)
represent(Fill, "wheels/fills", FillSerializer)
represent(Service, "wheels/services", ServiceSerializer)
represent(Trip, "wheels/trips", TripSerializer)

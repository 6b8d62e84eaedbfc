"""What staff manage of vehicles and travel."""

from django.contrib import admin

from pam.journal.admin_base import OwnedAdmin

from .models import Fill, OdometerReading, Service, Stop, Trip, Vehicle


@admin.register(Vehicle)
class VehicleAdmin(OwnedAdmin[Vehicle]):
    """Vehicles."""

    list_display = ("name", "make", "model", "year", "owner")
    search_fields = ("name", "registration", "owner__email")


@admin.register(OdometerReading)
class OdometerReadingAdmin(OwnedAdmin[OdometerReading]):
    """Odometer readings."""

    list_display = ("vehicle", "date", "odometer_km", "owner")


@admin.register(Fill)
class FillAdmin(OwnedAdmin[Fill]):
    """Fills."""

    list_display = ("vehicle", "date", "litres", "total", "odometer_km", "full", "owner")
    date_hierarchy = "date"


@admin.register(Service)
class ServiceAdmin(OwnedAdmin[Service]):
    """Service records."""

    list_display = ("vehicle", "what", "date", "cost", "owner")
    search_fields = ("what", "provider", "owner__email")


@admin.register(Trip)
class TripAdmin(OwnedAdmin[Trip]):
    """Trips."""

    list_display = ("name", "start", "end", "vehicle", "owner")
    search_fields = ("name", "owner__email")


@admin.register(Stop)
class StopAdmin(OwnedAdmin[Stop]):
    """Stops."""

    list_display = ("place", "trip", "date", "owner")

"""Addresses of the pages of vehicles and travel."""

from django.urls import path

from . import pages

urlpatterns = [
    path("wheels", pages.home, name="wheels"),
    path("wheels/fills/add", pages.add_fill, name="wheels-fill"),
    path("wheels/services/add", pages.add_service, name="wheels-service"),
    path("wheels/trips/add", pages.add_trip, name="wheels-trip"),
    path("wheels/vehicles/add", pages.add_vehicle, name="wheels-vehicle"),
    path("wheels/fills/<uuid:pk>/delete", pages.delete_fill, name="wheels-fill-delete"),
    path("wheels/services/<uuid:pk>/delete", pages.delete_service, name="wheels-service-delete"),
    path("wheels/trips/<uuid:pk>/delete", pages.delete_trip, name="wheels-trip-delete"),
]

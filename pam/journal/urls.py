"""Addresses of the activity page."""

from django.urls import path

from . import pages

urlpatterns = [
    path("activity", pages.activity, name="activity"),
    path("activity/<uuid:entry>/undo", pages.undo_entry, name="undo"),
]

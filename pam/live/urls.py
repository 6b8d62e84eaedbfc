"""Addresses of what a page does with notifications."""

from django.urls import path

from . import pages

urlpatterns = [
    path("notifications/seen", pages.seen, name="notifications-seen"),
    path("notifications/<uuid:pk>/seen", pages.seen, name="notification-seen"),
    path("notifications/<uuid:pk>/open", pages.follow, name="notification-open"),
]

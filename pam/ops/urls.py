"""Addresses of health and metrics, with and without trailing slash."""

from django.urls import re_path

from . import views

urlpatterns = [
    re_path(r"^api/health/?$", views.health, name="health"),
    re_path(r"^api/health/detailed/?$", views.detailed, name="health-detailed"),
    re_path(r"^metrics/?$", views.metrics, name="metrics"),
    re_path(r"^api/monitoring/metrics/?$", views.metrics, name="monitoring-metrics"),
]

"""Addresses of the transfer room."""

from django.urls import path

from . import api, pages

urlpatterns = [
    path("settings/data", pages.data, name="data"),
    path("settings/data/export", pages.export, name="data-export"),
    path("settings/data/erase", pages.erase, name="data-erase"),
    path("settings/data/keep", pages.keep, name="data-keep"),
    path("api/auth/export", api.ExportView.as_view(), name="auth-export"),
]

"""Addresses of the pages of money."""

from django.urls import path

from . import pages

urlpatterns = [
    path("wins", pages.home, name="wins"),
    path("wins/add", pages.add, name="wins-add"),
    path("wins/transfer", pages.transfer, name="wins-transfer"),
    path("wins/budget", pages.budget, name="wins-budget"),
    path("wins/account", pages.account, name="wins-account"),
    path("wins/<uuid:pk>/delete", pages.delete, name="wins-delete"),
]

"""App of wins."""

from django.apps import AppConfig


class WinsConfig(AppConfig):
    """The wins app."""

    name = "wins"

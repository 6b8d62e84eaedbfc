"""App of wheels."""

from django.apps import AppConfig


class WheelsConfig(AppConfig):
    """The wheels app."""

    name = "wheels"

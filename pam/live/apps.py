"""App of the live room."""

from django.apps import AppConfig


class LiveConfig(AppConfig):
    """The live room."""

    name = "pam.live"
    label = "live"

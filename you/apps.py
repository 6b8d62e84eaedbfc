"""App of you."""

from django.apps import AppConfig


class YouConfig(AppConfig):
    """The you app."""

    name = "you"

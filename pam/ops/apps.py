"""App of the ops room."""

from django.apps import AppConfig


class OpsConfig(AppConfig):
    """The ops room."""

    name = "pam.ops"
    label = "ops"

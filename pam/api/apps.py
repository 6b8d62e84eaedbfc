"""App of the api room."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The api room."""

    name = "pam.api"
    label = "api"

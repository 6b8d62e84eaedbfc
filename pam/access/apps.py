"""App of the access room."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Tells each new connection who acts."""

    name = "pam.access"
    label = "access"

    def ready(self) -> None:
        """Connect the one place where a connection learns of the current user."""
        from . import database

        database.connect()

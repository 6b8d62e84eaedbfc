"""App of the journal."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """Watches every model whose rows the journal keeps."""

    name = "pam.journal"
    label = "journal"

    def ready(self) -> None:
        """Connect the recorder to the ORM."""
        from . import capture

        capture.connect()

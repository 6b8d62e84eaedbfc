"""App of the room of files."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Files that rows have: they go with their row, and an undo does not take the row from under them."""

    name = "pam.files"
    label = "files"

    def ready(self) -> None:
        """Listen to rows that go, and tell undo what stands on them."""
        from pam.accounts import erasure
        from pam.transfer import kept

        from . import keeping, targets

        targets.connect()
        kept.register(keeping.Files())
        erasure.on_leaving(keeping.leave)

"""App of the room of files."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Files that rows have: they go with their row, and an undo does not take the row from under them."""

    name = "pam.files"
    label = "files"

    def ready(self) -> None:
        """Listen to rows and people that go, tell undo what stands on them, and say how files are taken along."""
        from pam.accounts.erasure import on_leaving
        from pam.transfer import kept

        from . import taking, targets

        targets.connect()
        on_leaving(taking.leave)
        kept.register(taking.Attached())

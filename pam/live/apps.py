"""App of the live room."""

from django.apps import AppConfig


class LiveConfig(AppConfig):
    """The live room."""

    name = "pam.live"
    label = "live"

    def ready(self) -> None:
        """Say what becomes of notifications when somebody's account is erased."""
        from pam.accounts.erasure import on_leaving

        from . import leaving

        on_leaving(leaving.leave)

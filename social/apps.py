"""App of social."""

from django.apps import AppConfig


class SocialConfig(AppConfig):
    """The social app."""

    name = "social"

    def ready(self) -> None:
        """Say what becomes of groups when somebody's account is erased."""
        from pam.accounts.erasure import on_leaving

        from . import leaving

        on_leaving(leaving.leave)

"""App of the ops room."""

from django.apps import AppConfig


class OpsConfig(AppConfig):
    """Sets up logging, the carrying of request ids, and error reports."""

    name = "pam.ops"
    label = "ops"

    def ready(self) -> None:
        """Start them for this process."""
        from . import carry, logs, reports  # noqa: F401 - carry connects its signals when it is imported

        logs.configure()
        reports.init()

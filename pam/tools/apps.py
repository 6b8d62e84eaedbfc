"""App of the tool registry."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ToolsConfig(AppConfig):
    """Finds the `tools` module of every app, as the admin site finds `admin`."""

    name = "pam.tools"
    label = "tools"

    def ready(self) -> None:
        """Import every app's declarations."""
        autodiscover_modules("tools")

"""App of assistant."""

from django.apps import AppConfig


class AssistantConfig(AppConfig):
    """The assistant app."""

    name = "assistant"

"""App of the transfer room."""

from django.apps import AppConfig


class TransferConfig(AppConfig):
    """Export, restore and erasing."""

    name = "pam.transfer"
    label = "transfer"

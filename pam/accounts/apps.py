"""App of the accounts room."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People and their doors."""

    name = "pam.accounts"
    label = "accounts"

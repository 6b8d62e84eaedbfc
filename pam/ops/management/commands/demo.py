"""`manage.py demo`: a demo user with a few weeks of plausible data in every domain. Idempotent."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from pam.accounts.models import User

EMAIL, PASSWORD = "demo@example.com", "pam-demo"


class Command(BaseCommand):
    """Makes the demo user; each domain brings its own data in a module `demo`, found like its tools."""

    help = "Make the demo user (demo@example.com, pam-demo) with a few weeks of data, once; not in production."

    def handle(self, *_: Any, **__: Any) -> None:
        """Make everything in one transaction, or nothing."""
        if settings.PRODUCTION:
            raise CommandError("The demo user is not made in production.")
        with transaction.atomic():
            if User.objects.filter(email=EMAIL).exists():
                self.stdout.write("The demo user is there already.")
                return
            user = User(
                email=EMAIL,
                display_name="Robin Hale",
                time_zone="Australia/Brisbane",
                home_currency="AUD",
                email_verified_at=timezone.now(),
            )
            user.set_password(PASSWORD)
            user.save()
            for config in apps.get_app_configs():
                if find_spec(f"{config.name}.demo") is not None and not config.name.startswith("django"):
                    import_module(f"{config.name}.demo").fill(user)
        self.stdout.write(f"The demo user is made: {EMAIL}, {PASSWORD}.")

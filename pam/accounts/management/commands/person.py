"""`manage.py person EMAIL [--admin | --factor-off]`: make a person, promote one, or let one in without a code."""

import getpass
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from pam import journal
from pam.accounts import events, factor
from pam.accounts.models import User


class Command(BaseCommand):
    """Makes or promotes a person."""

    help = "Make a person (asks for a password), or with --admin make a person an administrator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address."""
        parser.add_argument("email")
        parser.add_argument("--admin", action="store_true")
        parser.add_argument("--password", help="for scripts; asked for where it is left out")
        parser.add_argument("--factor-off", action="store_true", help="for who lost the app and the recovery codes")

    def handle(self, *_: Any, **options: Any) -> None:
        """Make or promote."""
        user = User.objects.filter(email=options["email"].lower()).first()
        role = User.Role.ADMIN if options["admin"] else User.Role.USER
        if options["factor_off"]:
            if user is None:
                raise CommandError(f"{options['email']} has no account here.")
            with journal.entry(user, source="system"):
                factor.disable(user)
                events.record(user, "factor_off", by="operator")
            self.stdout.write(f"The second factor of {user.email} is off.")
        elif user is None:
            password = options["password"] or getpass.getpass("Password: ")
            try:
                validate_password(password)
                User.objects.create_user(options["email"], password, role=role, email_verified_at=timezone.now())
            except ValidationError as problem:
                raise CommandError(" ".join(problem.messages)) from problem
            self.stdout.write(f"{options['email']} is made.")
        elif options["admin"]:
            with journal.entry(user, source="system"):
                user.role = role
                user.save(update_fields=["role"])
                events.record(user, "role_changed", name=role.label, role=role.value, by="operator")
            self.stdout.write(f"{user.email} is an administrator now.")
        else:
            raise CommandError(f"{user.email} is there already.")

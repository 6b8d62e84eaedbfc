"""`manage.py journal verify`: check the hash chains of the journal."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pam.access import unscoped
from pam.accounts.models import User
from pam.journal.models import Chain
from pam.journal.verify import verify


class Command(BaseCommand):
    """Checks that every entry stands where it stood and says what it said."""

    help = "Check the journal's hash chains."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the action and, optionally, one person."""
        parser.add_argument("action", choices=["verify"])
        parser.add_argument("--email", help="check one person's chain only")

    def handle(self, *_: Any, **options: Any) -> None:
        """Print each break; exit 1 where there is one."""
        owner = None
        if options["email"]:
            person = User.objects.filter(email=options["email"].lower()).first()
            if person is None:
                raise CommandError(f"Nobody has the address {options['email']}.")
            owner = person.pk
        breaks = list(verify(owner))
        for found in breaks:
            self.stdout.write(f"{found.owner} entry {found.number}: {found.problem}")
        with unscoped("the chains are counted"):
            count = Chain.objects.count() if owner is None else 1
        if breaks:
            raise CommandError(f"{len(breaks)} breaks in {count} chains.")
        self.stdout.write(f"{count} chains hold.")

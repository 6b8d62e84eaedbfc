"""`manage.py export EMAIL FILE`: everything of a person as a zip, which `import_export` restores."""

from __future__ import annotations

import os
import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pam.accounts import events
from pam.accounts.models import User
from pam.transfer.export import export


class Command(BaseCommand):
    """Writes an export."""

    help = "Write everything of a person into a zip (mode 0600), which import_export restores elsewhere."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whose, and where to."""
        parser.add_argument("email")
        parser.add_argument("file", type=Path)

    def handle(self, *_: Any, **options: Any) -> None:
        """Write it whole, or leave no file behind."""
        user = User.objects.filter(email=options["email"].lower()).first()
        if user is None:
            raise CommandError(f"{options['email']} has no account here.")
        target: Path = options["file"]
        try:
            number = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            raise CommandError(f"{target} is there already. Name another file.") from None
        except OSError as problem:
            raise CommandError(f"{target} cannot be written: {problem.strerror}.") from problem
        try:
            with os.fdopen(number, "wb") as out:
                events.record(user, "exported", by="operator")
                with export(user) as found:
                    shutil.copyfileobj(found, out)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        self.stdout.write(f"Everything of {user.email} is in {target}.")

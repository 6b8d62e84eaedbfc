"""`manage.py import_export FILE`: restore a person from an export."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from pam.transfer.archive import Unusable
from pam.transfer.restore import restore


class Command(BaseCommand):
    """Restores an export."""

    help = "Make the person of an export and bring back everything of theirs, where their address has no account."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file, and the password that the person gets."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--password", help="for scripts; asked for where it is left out")

    def handle(self, *_: Any, **options: Any) -> None:
        """Restore all of it or nothing, and say what came back."""
        password = options["password"] or getpass.getpass("New password: ")
        try:
            with options["file"].open("rb") as file:
                done = restore(file, password)
        except OSError as problem:
            raise CommandError(f"{options['file']} cannot be read: {problem.strerror}.") from problem
        except Unusable as problem:
            raise CommandError(str(problem)) from problem
        except ValidationError as problem:
            raise CommandError(f"{' '.join(problem.messages)} Nothing was restored.") from problem
        self.stdout.write(f"{done.user.email} is restored: {sum(done.restored.values()):,} rows.")
        if done.left_out:
            self.stdout.write(f"Left out, since they hang on what is not in the export: {_listed(done.left_out)}.")
        if done.emptied:
            self.stdout.write(f"Emptied, since they name what is not in the export: {_listed(done.emptied)}.")
        self.stdout.write(
            "Not in an export: second factor, app passwords, who is signed in. The role is that of a user."
        )


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in sorted(counts.items()))

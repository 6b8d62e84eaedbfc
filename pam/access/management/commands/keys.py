"""`manage.py keys`: the keys of encrypted columns."""

from __future__ import annotations

import base64
import secrets
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from pam.access import keys
from pam.access.encryption import Unreadable, ring


class Command(BaseCommand):
    """Makes, checks and rotates keys."""

    help = (
        "new: print a key, to be put first in FIELD_KEYS (or first in field_keys of PAM_VAR_DIR). "
        "rotate: seal everything with the first key; PAM may run meanwhile, and a stopped rotation goes on. "
        "check: say what each key still seals."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to do."""
        parser.add_argument("action", choices=["new", "rotate", "check"])

    def handle(self, *_: Any, **options: Any) -> None:
        """Do it; exits 1 where a key is missing."""
        if options["action"] == "new":
            self.stdout.write(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
            return
        try:
            if options["action"] == "rotate":
                self._rotate()
            keys.check()
        except (keys.WrongKeys, Unreadable) as problem:
            raise CommandError(f"Nothing more was changed: {problem}.") from None
        waiting = keys.left()
        for name, count in waiting.items():
            self.stdout.write(f"{name}: {count} values wait for the newest key.")
        if not waiting:
            more = len(ring()) - 1
            where = str(settings.FIELD_KEYS_FILE) if settings.FIELD_KEYS_FILE.exists() else "FIELD_KEYS"
            self.stdout.write(f"Key {next(iter(ring()))} seals everything.")
            if more:
                self.stdout.write(f"The other {more} may leave {where}, once no older backup is needed.")

    def _rotate(self) -> None:
        if len(settings.FIELD_KEYS) < 2:
            self.stdout.write("There is one key only. Put a new one before it (`manage.py keys new`) to rotate.")
        before = ""
        for name, done in keys.rotate():
            if name != before:
                self.stdout.write(f"{name} …")
            before = name
            self.stdout.write(f"  {done}")

"""`manage.py schedule`: beat's rows, as the apps declare them."""

from typing import Any

from django.core.management.base import BaseCommand

from pam.ops import schedule


class Command(BaseCommand):
    """Writes beat's rows."""

    help = "Write what beat does periodically into its tables; what staff changed there stays."

    def handle(self, *_: Any, **__: Any) -> None:
        """Write them and say which changed."""
        changed = schedule.ensure_schedule()
        self.stdout.write(f"Changed: {', '.join(sorted(changed))}." if changed else "The schedule is as declared.")

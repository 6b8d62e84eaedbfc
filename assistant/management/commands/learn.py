"""`manage.py learn`: read the phrasings and learn from them, so that the first sentence need not wait."""

import time
from typing import Any

from django.core.management.base import BaseCommand

from assistant.engines.embedded.classifier import classifier, is_learnt


class Command(BaseCommand):
    """Learns the language, where that is not done yet."""

    help = "Learn the language from the phrasing files, once for each version of them."
    requires_system_checks: list[str] = []

    def handle(self, *_: Any, **__: Any) -> None:
        """Learn, and say how long it took."""
        if is_learnt():
            self.stdout.write("The language is learnt already.")
            return
        self.stdout.write("Learning the language; this happens once …")
        started = time.perf_counter()
        classifier()
        self.stdout.write(f"Learnt in {time.perf_counter() - started:.0f} s.")

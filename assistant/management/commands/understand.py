"""`manage.py understand`: what PAM understands of each line, without touching the database."""

from __future__ import annotations

import datetime as dt
import json
import sys
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand

from assistant.engines.embedded.understanding import as_json, understand


class Command(BaseCommand):
    """Reads JSON lines {"text", "now"?, "timezone"?}; writes one JSON line each."""

    help = 'Read JSON lines {"text", "now"?, "timezone"?} and print what is understood, one JSON line each.'
    requires_system_checks: list[str] = []

    def handle(self, *_: Any, **__: Any) -> None:
        """Answer line by line; a line that is no such JSON gets an error line, and the rest go on."""
        for line in sys.stdin:
            if not line.strip():
                continue
            try:
                given = json.loads(line)
                text, zone = given["text"], ZoneInfo(given.get("timezone") or "Australia/Brisbane")
                now = dt.datetime.fromisoformat(given["now"]) if given.get("now") else dt.datetime.now(zone)
                now = now.replace(tzinfo=zone) if now.tzinfo is None else now.astimezone(zone)
                day_first = not str(zone).startswith(("America/", "US/"))
                answer = as_json(understand(str(text), now, day_first=day_first))
            except (ValueError, KeyError, TypeError) as problem:
                answer = {"error": f"The line is not usable: {problem}"}
            self.stdout.write(json.dumps(answer, ensure_ascii=False))

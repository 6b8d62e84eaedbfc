"""Looking for words in what was said: it is sealed in its columns, so the newest turns are opened and read."""

from __future__ import annotations

from django.db.models import QuerySet

from .models import Turn

MOST_READ = 2_000  # turns that one search opens
MOST_WORDS = 8


def found(rows: QuerySet[Turn], words: str) -> list[Turn]:
    """Return the turns, newest first, whose words or reply hold every one of the given words."""
    wanted = [word.casefold() for word in words.split()[:MOST_WORDS]]
    read = rows.order_by("-id").only("id", "thread_id", "owner_id", "said", "reply")[:MOST_READ]
    return [turn for turn in read if _holds(f"{turn.said}\n{turn.reply}".casefold(), wanted)]


def _holds(text: str, wanted: list[str]) -> bool:
    return all(word in text for word in wanted)

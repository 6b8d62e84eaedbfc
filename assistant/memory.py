"""What PAM was told to keep about the user: preferences by key, and free facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .models import Memory


def context() -> dict[str, Any]:
    """Return {"preferences": {key: text}, "facts": [text]} of the acting person, oldest first."""
    rows = list(Memory.objects.order_by("id"))
    return {
        "preferences": {row.key: row.fact for row in rows if row.key},
        "facts": [row.fact for row in rows if not row.key],
    }


def replace(user: Any, preferences: Mapping[str, str] | None, facts: Sequence[str] | None) -> None:
    """Make preferences or facts (where given) exactly these; what stays the same is left alone."""
    rows = list(Memory.objects.order_by("id"))
    if preferences is not None:
        wanted = {key.strip()[:60]: text for key, text in preferences.items() if key.strip()}
        for row in rows:
            if row.key and row.key not in wanted:
                row.delete()
            elif row.key and row.fact != wanted[row.key]:
                row.fact = wanted[row.key]
                row.save()
        known = {row.key for row in rows if row.key}
        for key, text in wanted.items():
            if key not in known:
                Memory.objects.create(owner=user, key=key, fact=text)
    if facts is not None:
        told = list(dict.fromkeys(text.strip() for text in facts if text.strip()))
        for row in rows:
            if not row.key and row.fact not in told:
                row.delete()
        known = {row.fact for row in rows if not row.key}
        for text in told:
            if text not in known:
                Memory.objects.create(owner=user, fact=text)

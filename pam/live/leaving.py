"""What becomes of notifications and mails that a person caused in others' inboxes, when their account is erased."""

from __future__ import annotations

from typing import Any

from pam.access.models import advance

from .models import Notification, OutboxMail
from .services import DOMAIN


def leave(user: Any) -> None:
    """Delete them; they say the person's name, and quote what they wrote. The caller looks across owners."""
    rows = Notification.objects.filter(sender=user)
    readers = list(rows.order_by("owner").values_list("owner", flat=True).distinct())
    rows.delete()
    for reader in readers:
        advance(reader, {DOMAIN})
    OutboxMail.objects.filter(sender=user).delete()

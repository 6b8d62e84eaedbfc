"""What waits for a person, read within the scope of who acts."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from .models import Notification, OutboxMail


def notifications() -> QuerySet[Notification]:
    """Return the acting person's notifications, newest first."""
    rows: QuerySet[Notification] = Notification.objects.order_by("-at", "-id")
    return rows


def unread(user: Any) -> QuerySet[Notification]:
    """Return what this person has not seen, newest first."""
    return notifications().filter(owner=user, read_at=None)


def unread_count(user: Any) -> int:
    """Return how much this person has not seen."""
    return int(Notification.objects.filter(owner=user, read_at=None).count())


def unsent_mails(user: Any) -> QuerySet[OutboxMail]:
    """Return this person's mails that are still to be sent, oldest first."""
    rows: QuerySet[OutboxMail] = OutboxMail.objects.filter(owner=user, sent_at=None, cancelled_at=None, failed_at=None)
    return rows.order_by("due_at")

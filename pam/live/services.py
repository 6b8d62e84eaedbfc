"""Telling people: a stored notification with a hint to their open sockets, and mail through the outbox."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from pam.access import unscoped
from pam.access.context import current_or_none
from pam.access.models import advance
from pam.journal.entries import current_entry

from . import hints
from .models import Notification, OutboxMail
from .queries import unread, unread_count

__all__ = ["mark_read", "notify", "queue_mail", "unread", "unread_count"]

DOMAIN = "live"  # what endpoints name whose answer depends on notifications


def notify(
    user: Any,
    kind: str,
    title: str,
    body: str = "",
    *,
    domain: str = "",
    url: str = "",
    email: bool = False,
    dedupe: str = "",
) -> Notification:
    """Store a notification for a person in the caller's transaction; hint to their sockets after the commit.

    `email` also puts a mail to their address into the outbox, where the address may be written to; `dedupe`
    names that mail's occasion (by default this notification). Called while another person acts, that person
    is the sender.
    """
    with transaction.atomic():
        row = Notification(
            owner=user,
            kind=kind,
            title=_one_line(title),
            body=body,
            domain=domain,
            url=url[:300],
            sender_id=_sender(user),
        )
        with unscoped("a notification may be for somebody else"):
            row.save(force_insert=True)
        advance(user.pk, {DOMAIN})
        if email and (user.email_verified_at is not None or not settings.REQUIRE_VERIFIED_EMAIL):
            queue_mail(user, subject=title, body=body or title, dedupe=dedupe or f"notification:{row.pk}")
        message = {"type": "pam.notification", "id": str(row.pk)}
        transaction.on_commit(lambda: hints.send(user.pk, message), robust=True)
    return row


def queue_mail(user: Any, *, subject: str, body: str, dedupe: str, to: str = "") -> bool:
    """Put a mail to a person into the outbox, in the caller's transaction; return whether it is new.

    A mail of the same occasion (`dedupe`) is there at most once, however often this is called.
    """
    opened = current_entry()
    row = OutboxMail(
        owner=user,
        to=to or user.email,
        subject=_one_line(subject),
        body=body,
        dedupe=dedupe,
        sender_id=_sender(user),
        entry=opened.id if opened else None,
    )
    try:
        with transaction.atomic(), unscoped("a mail may be for somebody else, or asked for by a stranger"):
            row.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def mark_read(user: Any, ids: Iterable[UUID | str] | None = None) -> int:
    """Mark these notifications of a person as read, or all; return how many were unread."""
    with transaction.atomic():
        rows = Notification.objects.filter(owner=user, read_at=None)
        if ids is not None:
            rows = rows.filter(pk__in=list(ids))
        count = int(rows.update(read_at=timezone.now()))
        if count:
            advance(user.pk, {DOMAIN})
            transaction.on_commit(lambda: hints.hint({user.pk: {DOMAIN}}), robust=True)
    return count


def _one_line(text: str) -> str:
    """A title or subject: line breaks would be headers of a mail."""
    return " ".join(text.split())[:300]


def _sender(user: Any) -> UUID | None:
    acting = current_or_none()
    if acting is None or acting.user is None or acting.user.pk == user.pk:
        return None
    return UUID(str(acting.user.pk))

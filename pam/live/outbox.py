"""The outbox: mails that are due are claimed for a while, sent, and marked, each in a transaction of its own.

What is promised: a mail is sent once as long as the process that has claimed it lives. If that process dies
after the mail server has taken the mail and before it is marked, nobody can know that it went out: when the
claim runs out it is sent a second time, once, under the same Message-ID, by which a mail client may know it
for the same. A claim lost a second time ends the mail as failed. A mail that the server refuses was not
sent, and is tried again with growing pauses.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from pam.access import unscoped
from pam.journal.models import JournalEntry
from pam.journal.undo import undone_ids
from pam.ops.metrics import mails, queue_lag

from .models import OutboxMail

log = structlog.get_logger(__name__)

LEASE = dt.timedelta(minutes=2)  # longer than a mail server is waited for
BATCH = 20  # mails of one claim: all are tried well within the lease
PATIENCE = 20  # seconds for the mail server
MOST_ATTEMPTS = 8
MOST_LOST = 1  # claims that may be lost to a dying process before a mail is given up
_WHY = "mails that are due are claimed and sent"


@dataclass(frozen=True)
class Claimed:
    """A mail that is ours to send until the claim runs out."""

    id: UUID
    until: dt.datetime


def _open() -> QuerySet[OutboxMail]:
    rows: QuerySet[OutboxMail] = OutboxMail.objects.filter(sent_at=None, cancelled_at=None, failed_at=None)
    return rows


def claim(now: dt.datetime | None = None, batch: int = BATCH) -> list[Claimed]:
    """Claim mails that are due, oldest first; what another process holds is passed over."""
    now = now or timezone.now()
    until = now + LEASE
    with unscoped(_WHY), transaction.atomic():
        due = (
            _open().filter(Q(claimed_until=None) | Q(claimed_until__lte=now), due_at__lte=now).order_by("due_at", "id")
        )
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True, of=("self",))
        rows = list(due[:batch])
        taken = []
        for row in rows:
            lost = row.lost_claims + (row.claimed_until is not None)
            # Holds on databases without row locks too: one claimer changes the row, the other none.
            mine = _open().filter(pk=row.pk, claimed_until=row.claimed_until)
            if lost > MOST_LOST:
                if mine.update(failed_at=now, lost_claims=lost, claimed_until=None, last_error="lost twice"):
                    _gave_up(row.pk, "lost")
            elif mine.update(claimed_until=until, attempts=F("attempts") + 1, lost_claims=lost):
                taken.append(Claimed(row.pk, until))
                queue_lag.labels("outbox").observe(max(0.0, (now - row.due_at).total_seconds()))
        return taken


def deliver(claimed: Claimed, mailer: Any = None) -> bool:
    """Send a claimed mail and mark it; return whether it went out. What an undo took back is cancelled."""
    with unscoped(_WHY):
        row = _open().filter(pk=claimed.id, claimed_until=claimed.until).first()
        if row is None or claimed.until <= timezone.now():
            return False  # the claim ran out: it is another's now
        if row.entry is not None and _taken_back(row.entry):
            _open().filter(pk=row.pk, claimed_until=claimed.until).update(
                cancelled_at=timezone.now(), claimed_until=None
            )
            mails.labels("cancelled").inc()
            return False
        try:
            _message(row, mailer).send()
        except Exception as problem:
            _refused(row, claimed, problem)
            return False
        _open().filter(pk=row.pk).update(sent_at=timezone.now(), claimed_until=None, last_error="")
    mails.labels("sent").inc()
    return True


def send_due() -> int:
    """Send what is due now; return how many mails went out."""
    sent = 0
    while batch := claim():
        with get_connection(**_patience()) as mailer:
            sent += sum(deliver(claimed, mailer) for claimed in batch)
        if len(batch) < BATCH:
            break
    return sent


def _patience() -> dict[str, Any]:
    return {"timeout": PATIENCE} if settings.EMAIL_BACKEND.endswith("smtp.EmailBackend") else {}


def _message(row: OutboxMail, mailer: Any) -> EmailMessage:
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
    return EmailMessage(
        row.subject, row.body, to=[row.to], connection=mailer, headers={"Message-ID": f"<{row.pk}@{host}>"}
    )


def _taken_back(entry_id: UUID) -> bool:
    """Whether the entry that caused a mail is undone now."""
    entry = JournalEntry.objects.filter(pk=entry_id).select_related("owner").first()
    return entry is not None and entry_id in undone_ids(entry.owner)


def _refused(row: OutboxMail, claimed: Claimed, problem: Exception) -> None:
    """Nothing went out: try again later, or give up."""
    now = timezone.now()
    mine = _open().filter(pk=row.pk, claimed_until=claimed.until)
    error = type(problem).__name__[:200]
    if row.attempts >= MOST_ATTEMPTS:
        mine.update(failed_at=now, claimed_until=None, last_error=error)
        _gave_up(row.pk, error)
        return
    pause = dt.timedelta(seconds=min(5 * 4 ** (row.attempts - 1), 6 * 3600))
    mine.update(due_at=now + pause, claimed_until=None, last_error=error)
    mails.labels("refused").inc()
    log.warning("mail.refused", mail=str(row.pk), error=error, attempts=row.attempts, seconds=pause.total_seconds())


def _gave_up(mail_id: UUID, error: str) -> None:
    mails.labels("failed").inc()
    log.error("mail.failed", mail=str(mail_id), error=error)

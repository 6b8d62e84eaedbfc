"""Background work of notifications and the outbox, thin."""

from __future__ import annotations

import datetime as dt

from celery import shared_task
from django.utils import timezone

from pam.access import unscoped

from . import outbox
from .models import Notification, OutboxMail

PERIODIC = {
    "live.outbox": {"task": "pam.live.tasks.send_outbox", "every": 2},
    "live.prune": {"task": "pam.live.tasks.prune", "every": 3600},
}

READ_KEPT = dt.timedelta(days=90)
MAIL_KEPT = dt.timedelta(days=30)


@shared_task(name="pam.live.tasks.send_outbox")
def send_outbox() -> int:
    """Send the mails that are due; return how many went out (what a crash means: see `pam.live.outbox`)."""
    return outbox.send_due()


@shared_task(name="pam.live.tasks.prune")
def prune() -> int:
    """Delete notifications read 90 days ago and mails that ended 30 days ago; return how many rows."""
    now = timezone.now()
    with unscoped("what nobody reads any more goes"):
        gone, _ = Notification.objects.filter(read_at__lt=now - READ_KEPT).delete()
        for end in ("sent_at", "cancelled_at", "failed_at"):
            count, _ = OutboxMail.objects.filter(**{f"{end}__lt": now - MAIL_KEPT}).delete()
            gone += count
    return int(gone)

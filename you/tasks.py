"""Background work of days, thin."""

from celery import shared_task
from django.utils import timezone

from pam.access import acting_as, unscoped
from pam.accounts.models import User
from pam.ops.metrics import queue_lag

from . import queries, services

PERIODIC = {"you.ring": {"task": "you.tasks.ring_due", "every": 1}}


@shared_task(name="you.tasks.ring_due")
def ring_due() -> int:
    """Ring every reminder that is due; return how many rang here."""
    now = timezone.now()
    with unscoped("due reminders are claimed"):
        found = queries.due(now)
    rang = 0
    for reminder_id, owner_id, occurrence in found:
        with acting_as(User.objects.get(pk=owner_id)) as user:
            if services.ring(user, reminder_id, occurrence):
                rang += 1
                queue_lag.labels("reminders").observe(max(0.0, (timezone.now() - occurrence).total_seconds()))
    return rang

"""The Celery app: `celery -A pam worker` and `celery -A pam beat` find it; `manage.py serve` runs both."""

from __future__ import annotations

from typing import Any

from celery import Celery
from celery.signals import import_modules

from . import starting

starting.prepare()

app = Celery("pam")
app.set_default()  # for every thread: tasks that are sent from a request go to PAM's broker
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@import_modules.connect(sender=app, dispatch_uid="pam.celery.start", weak=False)
def _require_database(**_: Any) -> None:
    # The first thing that a worker and beat alike do, before either opens the database.
    starting.require_database()
    starting.require_keys()

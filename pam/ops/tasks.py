"""Signs of life: beat's when it sends the tick, a worker's when it does it."""

from __future__ import annotations

import platform
from typing import Any

from celery import shared_task
from celery.signals import after_task_publish
from django.utils import timezone

PERIODIC = {"ops.heartbeat": {"task": "pam.ops.tasks.heartbeat", "every": 10}}


@shared_task(name="pam.ops.tasks.heartbeat")
def heartbeat() -> None:
    """Say that a worker takes tasks and reaches the database."""
    _lives("worker")


@shared_task(name="pam.ops.tasks.nothing")
def nothing() -> None:
    """Do nothing: wakes a worker that waits for its next message."""


@after_task_publish.connect(sender="pam.ops.tasks.heartbeat", dispatch_uid="pam.ops.tasks.beat", weak=False)
def _beat_lives(**_: Any) -> None:
    # Only beat sends this task, and the signal comes when the broker has taken it.
    _lives("beat")


def _lives(part: str) -> None:
    from .models import Heartbeat

    now = {"at": timezone.now(), "detail": {"host": platform.node()}}
    Heartbeat.objects.update_or_create(name=part, defaults=now)

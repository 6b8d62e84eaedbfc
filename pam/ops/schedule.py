"""What beat does: each app declares it beside its tasks, staff may change it in the admin.

`PERIODIC = {"you.ring": {"task": "you.tasks.ring_due", "every": 1}}` in an app's `tasks.py`, in seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.db import transaction

# A row says in its description what PAM put there; where the two differ, staff have had their hands on it.
MARK = "Declared by PAM: every {every} s"
# A tick that no worker took this long is stale: the next one does its work.
STALE_TICKS, STALE_SECONDS = 5, 10


def declared() -> Iterator[tuple[str, str, int]]:
    """Yield (name, task, seconds) of all that the installed apps declare."""
    for config in apps.get_app_configs():
        if find_spec(f"{config.name}.tasks") is None:
            continue
        periodic: dict[str, dict[str, Any]] = getattr(import_module(f"{config.name}.tasks"), "PERIODIC", {})
        for name, row in periodic.items():
            yield name, str(row["task"]), int(row["every"])


def ensure_schedule() -> list[str]:
    """Write beat's rows, leave what staff changed, drop what is declared no more; return names changed."""
    from django_celery_beat.models import IntervalSchedule, PeriodicTask

    changed: list[str] = []
    with transaction.atomic():
        rows = {row.name: row for row in PeriodicTask.objects.select_related("interval")}
        wanted = {name: (task, every) for name, task, every in declared()}
        for name, (task, every) in wanted.items():
            row = rows.get(name) or PeriodicTask(name=name)
            before = (row.task, row.interval_id, row.description, row.expire_seconds)
            row.task = task
            if row.pk is None or _untouched(row):
                row.interval = IntervalSchedule.objects.get_or_create(every=every, period=IntervalSchedule.SECONDS)[0]
                row.description = MARK.format(every=every)
                row.expire_seconds = max(every * STALE_TICKS, STALE_SECONDS)
            if row.pk is None or (row.task, row.interval_id, row.description, row.expire_seconds) != before:
                row.save()
                changed.append(name)
        for name, row in rows.items():
            if name not in wanted and row.description.startswith(MARK.split("{", maxsplit=1)[0]):
                row.delete()
                changed.append(name)
    return changed


def _untouched(row: Any) -> bool:
    interval = row.interval
    return (
        interval is not None
        and interval.period == interval.SECONDS
        and row.description == MARK.format(every=interval.every)
    )

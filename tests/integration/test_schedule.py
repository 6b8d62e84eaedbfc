"""Beat's rows: as the apps declare them, and as staff changed them."""

from __future__ import annotations

import pytest
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from pam.celery import app
from pam.ops import schedule
from pam.ops.models import Heartbeat
from pam.ops.tasks import heartbeat
from you import tasks as you_tasks

pytestmark = pytest.mark.django_db


def row(name: str) -> PeriodicTask:
    return PeriodicTask.objects.select_related("interval").get(name=name)


def test_every_declared_tick_is_a_row_and_a_registered_task() -> None:
    schedule.ensure_schedule()
    app.loader.import_default_modules()
    wanted = {name: (task, every) for name, task, every in schedule.declared()}
    assert {"you.ring", "assistant.resume", "ops.heartbeat"} <= set(wanted)
    for name, (task, every) in wanted.items():
        found = row(name)
        assert (found.task, found.interval.every, found.interval.period) == (task, every, "seconds")
        assert found.expire_seconds >= every
        assert task in app.tasks


def test_second_time_changes_nothing() -> None:
    assert schedule.ensure_schedule()
    assert schedule.ensure_schedule() == []


def test_what_staff_changed_stays() -> None:
    schedule.ensure_schedule()
    ours = row("you.ring")
    ours.enabled = False
    ours.interval = IntervalSchedule.objects.create(every=5, period="minutes")
    ours.save()
    staffs = PeriodicTask.objects.create(name="report", task="reports.weekly", interval=ours.interval)
    assert schedule.ensure_schedule() == []
    found = row("you.ring")
    assert (found.enabled, found.interval.every, found.interval.period) == (False, 5, "minutes")
    assert PeriodicTask.objects.filter(pk=staffs.pk).exists()


def test_new_pace_reaches_rows_that_nobody_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    schedule.ensure_schedule()
    monkeypatch.setattr(you_tasks, "PERIODIC", {"you.ring": {"task": "you.tasks.ring_due", "every": 3}})
    assert schedule.ensure_schedule() == ["you.ring"]
    assert row("you.ring").interval.every == 3


def test_what_is_declared_no_more_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    schedule.ensure_schedule()
    monkeypatch.setattr(you_tasks, "PERIODIC", {})
    assert "you.ring" in schedule.ensure_schedule()
    assert not PeriodicTask.objects.filter(name="you.ring").exists()


def test_heartbeat_tells_beat_and_worker_apart() -> None:
    heartbeat.delay()  # what beat does: the broker took it, nobody has done it yet
    assert set(Heartbeat.objects.values_list("name", flat=True)) == {"beat"}
    heartbeat()
    first = Heartbeat.objects.get(name="worker").at
    heartbeat()
    assert Heartbeat.objects.get(name="worker").at > first
    assert Heartbeat.objects.count() == 2

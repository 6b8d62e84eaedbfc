"""Rules of days: tasks, events, reminders that ring once."""

from __future__ import annotations

import contextvars
import datetime as dt
import threading
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.utils import timezone

from pam.access import acting_as
from pam.accounts.models import User
from pam.journal.undo import undo
from pam.live.models import Notification
from tests.house import did, doing, entries, looking, person
from you import queries, services, tasks
from you.models import Reminder, ReminderRing

pytestmark = pytest.mark.django_db
NOW = timezone.now()
PAST = NOW - dt.timedelta(minutes=5)


@pytest.fixture
def ann() -> User:
    return person("Ann")


def reminder(user: User, at: dt.datetime = PAST, **more: Any) -> Reminder:
    return doing(user, lambda: services.add_reminder(user, title="Bins out", at=at, **more))


def rung() -> int:
    with looking():
        assert Notification.objects.filter(kind="reminder").count() == ReminderRing.objects.count()
        return ReminderRing.objects.count()


def test_an_event_does_not_end_before_it_starts(ann: User) -> None:
    with pytest.raises(ValidationError, match="ends before it starts"):
        doing(ann, lambda: services.add_event(ann, title="x", start=NOW, end=PAST))
    assert entries(ann) == []


def test_a_moved_event_keeps_its_length(ann: User) -> None:
    hour = dt.timedelta(hours=1)
    event = doing(ann, lambda: services.add_event(ann, title="x", start=NOW, end=NOW + hour))
    doing(ann, lambda: services.change_event(ann, event, start=NOW + 5 * hour))
    assert event.end == NOW + 6 * hour


@pytest.mark.parametrize("field", ["start", "end"])
def test_an_event_a_century_away_is_refused(ann: User, field: str) -> None:
    days = {"start": NOW, "end": NOW + dt.timedelta(hours=1), field: NOW + dt.timedelta(days=40_000)}
    with pytest.raises(ValidationError, match="hundred years"):
        doing(ann, lambda: services.add_event(ann, title="x", **days))


def test_a_task_is_ticked_off_and_opened_again(ann: User) -> None:
    task = doing(ann, lambda: services.add_task(ann, title="x"))
    _, done = did(ann, lambda: services.complete_task(ann, task))
    assert (task.done, done.lines[0].verb) == (True, "done")
    _, opened = did(ann, lambda: services.change_task(ann, task, done=False))
    assert (task.done, opened.lines[0].verb) == (False, "opened again")


def test_a_reminder_rings_once(ann: User) -> None:
    reminder(ann)
    reminder(ann, NOW + dt.timedelta(hours=1))
    assert [tasks.ring_due() for _ in range(3)] == [1, 0, 0]
    assert rung() == 1


def test_a_ticked_off_reminder_does_not_ring(ann: User) -> None:
    row = reminder(ann)
    doing(ann, lambda: services.change_reminder(ann, row, done=True))
    assert tasks.ring_due() == 0


def test_a_reminder_that_rang_and_is_moved_rings_again(ann: User) -> None:
    row = reminder(ann)
    assert tasks.ring_due() == 1
    doing(ann, lambda: services.change_reminder(ann, row, at=PAST + dt.timedelta(minutes=1)))
    with acting_as(ann):
        assert list(queries.coming_reminders()) == [row]
    assert [tasks.ring_due() for _ in range(2)] == [1, 0]


def test_a_reminder_that_rang_is_deleted_and_brought_back_stays_silent(ann: User) -> None:
    row = reminder(ann)
    assert tasks.ring_due() == 1
    _, entry = did(ann, lambda: services.delete_reminder(ann, row))
    undo(ann, entry.id, source="page")
    assert tasks.ring_due() == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_ring_once() -> None:
    ann = person("Ann")
    rows = [reminder(ann) for _ in range(3)]
    start, counts = threading.Barrier(2), []

    def work() -> None:
        start.wait(10)
        try:
            counts.append(tasks.ring_due())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=contextvars.copy_context().run, args=(work,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sum(counts) == len(rows)
    assert rung() == len(rows)


@pytest.mark.parametrize(
    ("zone", "first"), [("Europe/London", "2026-03-28T09:00"), ("Australia/Sydney", "2026-10-03T09:00"),
                        ("America/New_York", "2026-10-31T09:00")],
)  # fmt: skip
def test_a_daily_reminder_keeps_its_wall_time_across_a_change_of_clocks(zone: str, first: str) -> None:
    ann = person("Ann", time_zone=zone)
    at = dt.datetime.fromisoformat(first).replace(tzinfo=ZoneInfo(zone))
    row = reminder(ann, at, recurrence="FREQ=DAILY")
    with acting_as(ann):
        second = services.next_occurrence(row, at)
        assert second is not None
        third = services.next_occurrence(row, second)
    assert third is not None
    local = [moment.astimezone(ZoneInfo(zone)) for moment in (second, third)]
    assert [(moment.hour, moment.minute) for moment in local] == [(9, 0), (9, 0)]
    assert second.utcoffset() != at.utcoffset()
    assert second.astimezone(dt.UTC) - at.astimezone(dt.UTC) != dt.timedelta(days=1)


def test_a_repetition_that_is_none_is_refused(ann: User) -> None:
    with pytest.raises(ValidationError, match="not a repetition"):
        reminder(ann, recurrence="every now and then")


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("FREQ=SECONDLY", "hourly at most"),
        ("FREQ=MINUTELY;INTERVAL=5", "hourly at most"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "never comes"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31", "never comes"),
        ("FREQ=DAILY;UNTIL=20200101T000000Z", "never comes"),
        ("RRULE:FREQ=DAILY\nRRULE:FREQ=WEEKLY", "not a repetition"),
    ],
)
def test_a_repetition_that_cannot_ring_is_refused(ann: User, rule: str, problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        reminder(ann, timezone.now(), recurrence=rule)


def test_an_end_said_in_utc_is_taken(ann: User) -> None:
    row = reminder(ann, dt.datetime(2026, 11, 2, 9, tzinfo=ann.zone), recurrence="FREQ=DAILY;UNTIL=20261103T230000Z")
    with acting_as(ann):
        second = services.next_occurrence(row, row.at)
        assert second == dt.datetime(2026, 11, 3, 9, tzinfo=ann.zone)
        third = services.next_occurrence(row, second)
        # 9:00 in Brisbane on the 4th is 23:00 UTC on the 3rd: still within.
        assert third == dt.datetime(2026, 11, 4, 9, tzinfo=ann.zone)
        assert services.next_occurrence(row, third) is None


def test_of_occurrences_missed_in_a_downtime_the_last_rings(ann: User) -> None:
    row = reminder(ann, dt.datetime(2026, 11, 2, 9, tzinfo=ann.zone), recurrence="FREQ=DAILY")
    now = dt.datetime(2026, 11, 20, 12, tzinfo=ann.zone)
    with acting_as(ann):
        assert services.due_occurrence(row, row.at, now) == dt.datetime(2026, 11, 20, 9, tzinfo=ann.zone)
        assert services.due_occurrence(row, dt.datetime(2026, 11, 20, 9, tzinfo=ann.zone), now) is None

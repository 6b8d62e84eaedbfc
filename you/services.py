"""Every rule of days, and every write. Callers hold a journal entry; all functions act for `user`."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from pam.access.models import advance
from pam.journal.owned import changed, saved
from pam.live.services import notify

from . import recurrence
from .models import Event, Reminder, ReminderRing, Task

FURTHEST = dt.timedelta(days=366 * 100)


def add_task(user: Any, *, title: str, due: dt.date | None = None, notes: str = "") -> Task:
    """Add a task."""
    return saved(Task(owner=user, title=title.strip(), due=due, notes=notes))


def change_task(user: Any, task: Task, *, done: bool | None = None, **data: Any) -> Task:
    """Change a task; `done` ticks it off or opens it again."""
    if done is not None and done != task.done:
        data["completed_at"] = timezone.now() if done else None
    return changed(task, data)


def complete_task(user: Any, task: Task) -> Task:
    """Tick a task off."""
    return change_task(user, task, done=True)


def delete_task(user: Any, task: Task) -> None:
    """Delete a task."""
    task.delete()


def add_event(
    user: Any,
    *,
    title: str,
    start: dt.datetime,
    end: dt.datetime | None = None,
    all_day: bool = False,
    place: str = "",
    notes: str = "",
) -> Event:
    """Add an event. Raises ValidationError where it ends before it starts."""
    event = Event(
        owner=user, title=title.strip(), start=start, end=end, all_day=all_day, place=place.strip(), notes=notes
    )
    return _checked(event)


def change_event(user: Any, event: Event, **data: Any) -> Event:
    """Change an event; moved without a new end, it keeps its length."""
    start = data.get("start")
    if start is not None and "end" not in data and event.end is not None:
        data["end"] = start + (event.end - event.start)
    for name, value in data.items():
        setattr(event, name, value)
    return _checked(event)


def delete_event(user: Any, event: Event) -> None:
    """Delete an event."""
    event.delete()


def add_reminder(
    user: Any, *, title: str, at: dt.datetime, recurrence: str = "", email: bool | None = None
) -> Reminder:
    """Add a reminder; by email too where said or where the user's settings want it."""
    email = user.email_reminders if email is None else email
    return _reminder(Reminder(owner=user, title=title.strip(), at=at, recurrence=recurrence, email=email))


def change_reminder(user: Any, reminder: Reminder, *, done: bool | None = None, **data: Any) -> Reminder:
    """Change a reminder; `done` ticks it off or opens it again."""
    if done is not None and done != reminder.done:
        data["completed_at"] = timezone.now() if done else None
    for name, value in data.items():
        setattr(reminder, name, value)
    return _reminder(reminder)


def delete_reminder(user: Any, reminder: Reminder) -> None:
    """Delete a reminder."""
    reminder.delete()


def ring(user: Any, reminder_id: Any, occurrence: dt.datetime) -> bool:
    """Ring a reminder once for this occurrence: notification, and mail where wanted. Return whether it was this call.

    Two processes may claim the same row: the ring's unique row lets one through.
    """
    reminder = Reminder.objects.filter(pk=reminder_id, completed_at=None).first()
    if reminder is None:
        return False
    try:
        with transaction.atomic():
            ReminderRing.objects.create(owner=user, reminder=reminder, occurrence=occurrence)
            advance(user.pk, {"you"})  # `rang_at` is part of what the reminder shows
            notify(user, "reminder", reminder.title, domain="you", url="/you", email=reminder.email)
    except IntegrityError:
        return False
    return True


def next_occurrence(reminder: Reminder, after: dt.datetime | None) -> dt.datetime | None:
    """Return the first occurrence, or the first one after a moment; in the wall time of the owner's zone."""
    if not reminder.recurrence:
        return reminder.at if after is None or reminder.at > after else None
    zone = reminder.owner.zone
    moment = None if after is None else after.astimezone(zone).replace(tzinfo=None)
    found = recurrence.following(reminder.recurrence, _wall(reminder), reminder.owner.time_zone, moment)
    return found.replace(tzinfo=zone) if found else None


def due_occurrence(reminder: Reminder, rang: dt.datetime | None, now: dt.datetime) -> dt.datetime | None:
    """Return the occurrence that is to ring now: of those that were missed while nothing ran, the last alone."""
    coming = next_occurrence(reminder, rang)
    if coming is None or coming > now or not reminder.recurrence:
        return coming if coming is not None and coming <= now else None
    zone = reminder.owner.zone
    found = recurrence.latest(
        reminder.recurrence, _wall(reminder), reminder.owner.time_zone, now.astimezone(zone).replace(tzinfo=None)
    )
    return max(coming, found.replace(tzinfo=zone)) if found else coming


def _wall(reminder: Reminder) -> dt.datetime:
    return reminder.at.astimezone(reminder.owner.zone).replace(tzinfo=None)


def _reminder(reminder: Reminder) -> Reminder:
    if reminder.recurrence:
        recurrence.check(reminder.recurrence, _wall(reminder), reminder.owner.time_zone)
    _near("at", reminder.at)
    return saved(reminder)


def _checked(event: Event) -> Event:
    _near("start", event.start)
    if event.end is not None:
        _near("end", event.end)
    if event.end is not None and event.end < event.start:
        raise ValidationError({"end": "It ends before it starts. Give a later end."})
    return saved(event)


def _near(name: str, moment: dt.datetime) -> None:
    if abs(moment - timezone.now()) > FURTHEST:
        raise ValidationError({name: "This is more than a hundred years away. Check the year."})

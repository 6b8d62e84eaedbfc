"""What is kept of days: tasks, calendar events, reminders."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from pam.access.models import Scoped
from pam.journal.lines import Line, show_date, show_moment, show_time
from pam.journal.owned import Owned


def say_done(line: Line) -> None:
    """Say "done" or "opened again" of a change that ticks off or opens."""
    ticked = next((change for change in line.changes if change["field"] == "Done"), None)
    if ticked is not None:
        line.changes.remove(ticked)
        line.verb = "done" if ticked["after"] == "yes" else "opened again"


class Task(Owned):
    """Something to do, by a day or by none."""

    noun: ClassVar[str] = "Task"
    shown_fields: ClassVar[tuple[str, ...]] = ("title", "due", "notes", "done")
    takes_attachments: ClassVar[bool] = True

    title = models.CharField(max_length=300)
    due = models.DateField(null=True, blank=True)
    notes = models.TextField(blank=True, max_length=10_000)
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta(Owned.Meta):
        indexes = [
            models.Index(fields=["owner", "completed_at", "due"], name="you_task_open"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def done(self) -> bool:
        """Whether it is done."""
        return self.completed_at is not None

    def receipt(self) -> dict[str, Any]:
        """Return the texts of its receipt line."""
        return {"name": self.title, "value": self.due}

    def changed_verb(self, line: Line) -> None:
        """Name what a change did."""
        say_done(line)


class Event(Owned):
    """Something in the calendar. An all-day event starts at local midnight and ends, exclusive, at one."""

    noun: ClassVar[str] = "Event"
    shown_fields: ClassVar[tuple[str, ...]] = ("title", "start", "end", "all_day", "place", "notes")

    title = models.CharField(max_length=300)
    start = models.DateTimeField()
    end = models.DateTimeField(null=True, blank=True)
    all_day = models.BooleanField(default=False)
    place = models.CharField(max_length=200, blank=True)
    notes = models.TextField(blank=True, max_length=10_000)

    class Meta(Owned.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(end=None) | Q(end__gte=F("start")), name="you_event_ends_after_start"),
        ]
        indexes = [models.Index(fields=["owner", "start"], name="you_event_start")]

    def __str__(self) -> str:
        return self.title

    def when(self) -> str:
        """Return its day and time in words."""
        if self.all_day:
            first = timezone.localtime(self.start).date()
            last = timezone.localtime(self.end).date() - dt.timedelta(days=1) if self.end else first
            return show_date(first) if last <= first else f"{show_date(first)} to {show_date(last)}"
        if self.end and timezone.localtime(self.end).date() == timezone.localtime(self.start).date():
            return f"{show_moment(self.start)} to {show_time(self.end)}"
        return show_moment(self.start)

    def receipt(self) -> dict[str, Any]:
        """Return the texts of its receipt line."""
        return {"name": self.title, "sub": self.place, "value": self.when()}


class Reminder(Owned):
    """Rings at its moment, and at each occurrence of its rule (RFC 5545 RRULE value) where it has one."""

    noun: ClassVar[str] = "Reminder"
    shown_fields: ClassVar[tuple[str, ...]] = ("title", "at", "recurrence", "email", "done")

    title = models.CharField(max_length=300)
    at = models.DateTimeField()
    recurrence = models.CharField(max_length=200, blank=True)
    email = models.BooleanField("by email too", default=False)
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta(Owned.Meta):
        indexes = [
            models.Index(fields=["owner", "at"], name="you_reminder_at"),
            # Beat asks across owners for what is due now.
            models.Index(fields=["at"], name="you_reminder_due", condition=Q(completed_at=None)),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def done(self) -> bool:
        """Whether it is ticked off."""
        return self.completed_at is not None

    def receipt(self) -> dict[str, Any]:
        """Return the texts of its receipt line."""
        return {"name": self.title, "sub": "Repeats" if self.recurrence else "", "value": self.at}

    def changed_verb(self, line: Line) -> None:
        """Name what a change did."""
        say_done(line)


class ReminderRing(Scoped):
    """That a reminder rang at an occurrence: the row that makes it ring once, whoever claims it."""

    # Stays when the reminder goes: brought back by undo, it has rung where it rang.
    reminder = models.ForeignKey(Reminder, on_delete=models.DO_NOTHING, db_constraint=False, related_name="rings")
    occurrence = models.DateTimeField()

    class Meta(Scoped.Meta):
        constraints = [
            models.UniqueConstraint(fields=["owner", "reminder", "occurrence"], name="you_ring_once"),
        ]

    def __str__(self) -> str:
        return f"{self.reminder_id} at {self.occurrence}"

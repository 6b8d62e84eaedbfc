"""What is asked of days: open tasks, events of a day, due reminders, free time."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.utils import timezone
from rapidfuzz import fuzz, utils

from .models import Event, Reminder, ReminderRing, Task

DAY_STARTS, DAY_ENDS = dt.time(8), dt.time(20)


def open_tasks(until: dt.date | None = None) -> QuerySet[Task]:
    """Return what is still to do, dated ones first; with `until`, those due before it and those without a day."""
    rows = Task.objects.filter(completed_at=None)
    if until is not None:
        rows = rows.filter(Q(due__lt=until) | Q(due=None))
    return rows.order_by(F("due").asc(nulls_last=True), "id")


def bounds(start: dt.date, until: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """Return the moments at which these local days begin and end (exclusive)."""
    zone = timezone.get_current_timezone()
    return (
        dt.datetime.combine(start, dt.time(), zone),
        dt.datetime.combine(until, dt.time(), zone),
    )


def events(start: dt.date, until: dt.date) -> QuerySet[Event]:
    """Return the events that touch these local days, `until` exclusive."""
    begin, end = bounds(start, until)
    return Event.objects.filter(Q(start__gte=begin) | Q(end__gt=begin), start__lt=end).order_by("start", "id")


def reminders(start: dt.date, until: dt.date) -> QuerySet[Reminder]:
    """Return open reminders of these local days."""
    begin, end = bounds(start, until)
    return Reminder.objects.filter(completed_at=None, at__gte=begin, at__lt=end).order_by("at", "id")


def coming_reminders() -> QuerySet[Reminder]:
    """Return open reminders that have not rung, soonest first."""
    return Reminder.objects.filter(completed_at=None).filter(~_rang() | ~Q(recurrence="")).order_by("at")


def _rang() -> Exists:
    """Whether a reminder rang at its present moment: moved to another, it rings again."""
    return Exists(models.QuerySet(ReminderRing).filter(reminder=OuterRef("pk"), occurrence=OuterRef("at")))


def due(now: dt.datetime, limit: int = 200) -> list[tuple[UUID, UUID, dt.datetime]]:
    """Return (reminder, owner, occurrence) of what is due and has not rung; the caller looks across owners."""
    once = Reminder.objects.filter(~_rang(), at__lte=now, completed_at=None, recurrence="", owner__is_active=True)
    found = list(once.order_by("at").values_list("pk", "owner_id", "at")[:limit])
    rules = Reminder.objects.filter(at__lte=now, completed_at=None, owner__is_active=True).exclude(recurrence="")
    for reminder in rules.select_related("owner").annotate(last=Max("rings__occurrence")):
        from .services import due_occurrence

        occurrence = due_occurrence(reminder, reminder.last, now)
        if occurrence is not None:
            found.append((reminder.pk, reminder.owner_id, occurrence))
    return found


def gaps(day: dt.date, least: dt.timedelta = dt.timedelta(minutes=30)) -> list[tuple[dt.datetime, dt.datetime]]:
    """Return the free stretches of a day between 8 am and 8 pm."""
    zone = timezone.get_current_timezone()
    at, end = dt.datetime.combine(day, DAY_STARTS, zone), dt.datetime.combine(day, DAY_ENDS, zone)
    found = []
    for event in events(day, day + dt.timedelta(days=1)):
        if event.all_day:
            continue
        start, stop = event.start, event.end or event.start + dt.timedelta(hours=1)
        if start - at >= least:
            found.append((at, min(start, end)))
        at = max(at, stop)
    if end - at >= least:
        found.append((at, end))
    return [(start, stop) for start, stop in found if stop > start]


def by_words(rows: QuerySet[Any], text: str) -> list[Any]:
    """Return the rows whose title the words mean: the best, or all that fit equally well."""
    wanted = utils.default_process(text)
    words = set(wanted.split()) - LITTLE
    scored = []
    for row in rows[:300]:
        title = utils.default_process(row.title)
        shared = len(words & set(title.split()))
        near = fuzz.token_set_ratio(wanted, title) / 100 if wanted else 0
        score = shared + near
        if shared or near >= 0.8:
            scored.append((score, row))
    if not scored:
        return []
    best = max(score for score, _ in scored)
    return [row for score, row in scored if score >= best - 0.05][:6]


LITTLE = {
    "the",
    "a",
    "an",
    "my",
    "our",
    "to",
    "for",
    "on",
    "at",
    "in",
    "of",
    "that",
    "this",
    "it",
    "task",
    "reminder",
    "event",
    "appointment",
    "one",
    "thing",
}


def task_by_words(text: str) -> list[Task]:
    """Find an open task by its words, else a done one."""
    return by_words(Task.objects.filter(completed_at=None).order_by("-id"), text) or by_words(
        Task.objects.exclude(completed_at=None).order_by("-completed_at"), text
    )


def event_by_words(text: str) -> list[Event]:
    """Find a coming event by its words, else a past one."""
    today = bounds(timezone.localdate(), timezone.localdate())[0]
    return by_words(Event.objects.filter(start__gte=today).order_by("start"), text) or by_words(
        Event.objects.filter(start__lt=today).order_by("-start"), text
    )


def reminder_by_words(text: str) -> list[Reminder]:
    """Find an open reminder by its words, else a done one."""
    return by_words(Reminder.objects.filter(completed_at=None).order_by("-id"), text) or by_words(
        Reminder.objects.exclude(completed_at=None).order_by("-id"), text
    )

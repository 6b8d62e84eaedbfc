"""The pages of days: Today, and what is kept."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from pam.files.pages import of_rows
from pam.journal.lines import show_date, show_moment
from pam.live.pages import unread_rows
from pam.live.queries import unread_count
from pam.pages import ByHand, ByHandForm, act, by_hand, login_required, page, submit
from pam.tools.today import day_of

from . import queries, services
from .models import Event, Reminder, Task

MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class TaskForm(ByHandForm):
    """Add a task."""

    title = forms.CharField(max_length=300)
    due = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))


class EventForm(ByHandForm):
    """Add an event."""

    title = forms.CharField(max_length=300)
    start = forms.DateTimeField(widget=MOMENT)
    end = forms.DateTimeField(required=False, widget=MOMENT)
    place = forms.CharField(max_length=200, required=False)


class ReminderForm(ByHandForm):
    """Add a reminder."""

    title = forms.CharField(max_length=300)
    at = forms.DateTimeField(widget=MOMENT, label="Rings at")
    email = forms.BooleanField(required=False, label="By email too")


@login_required
def today(request: HttpRequest) -> HttpResponse:
    """Show what today holds, from all domains."""
    day = timezone.localdate()
    items = [
        {"lead": item.lead, "what": item.what, "sub": item.sub, "domain": item.domain, "state": item.state,
         "href": item.url}
        for item in day_of(day)
    ]  # fmt: skip
    week = [
        {"lead": show_moment(event.start), "what": event.title, "sub": event.place, "domain": "you", "href": "/you"}
        for event in queries.events(day + dt.timedelta(days=1), day + dt.timedelta(days=8))[:12]
    ]
    title = f"{day:%A} {day.day}\u00a0{day:%B}"
    unread, count = unread_rows(request.user), unread_count(request.user)
    return page(
        request, "you/today.html", "today", title=title, items=items, week=week, unread=unread, unread_count=count
    )


@login_required
def home(request: HttpRequest, refused: forms.BaseForm | None = None) -> HttpResponse:
    """Show tasks, the coming fortnight and reminders."""
    day = timezone.localdate()
    to_do = list(queries.open_tasks()[:100])
    files = of_rows(request.user, to_do)
    tasks = [
        {"lead": show_date(task.due) if task.due else "", "what": task.title, "tail": "",
         "state": "overdue" if task.due and task.due < day else "",
         "done": reverse("you-task-done", args=[task.pk]), "delete": reverse("you-task-delete", args=[task.pk]),
         **files[task.pk]}
        for task in to_do
    ]  # fmt: skip
    finished = [
        {"lead": show_date(timezone.localtime(task.completed_at).date()), "what": task.title, "state": "done"}
        for task in Task.objects.exclude(completed_at=None).order_by("-completed_at")[:10]
        if task.completed_at
    ]
    events = [
        {
            "lead": event.when(),
            "what": event.title,
            "sub": event.place,
            "delete": reverse("you-event-delete", args=[event.pk]),
        }
        for event in queries.events(day, day + dt.timedelta(days=28))[:60]
    ]
    reminders = [
        {"lead": show_moment(row.at), "what": row.title, "sub": "Repeats" if row.recurrence else "",
         "done": reverse("you-reminder-done", args=[row.pk]), "delete": reverse("you-reminder-delete", args=[row.pk])}
        for row in queries.coming_reminders()[:60]
    ]  # fmt: skip
    sections = [
        {"title": "Tasks", "kind": "rows", "rows": tasks,
         "empty": {"text": "Nothing is left to do. Say “add wash the car to my list for Sunday”."}},
        {"title": "Calendar, four weeks", "kind": "rows", "rows": events,
         "empty": {"text": "Nothing is in the calendar. Say “dentist on Thursday at 9am”."}},
        {"title": "Reminders", "kind": "rows", "rows": reminders,
         "empty": {"text": "No reminders. Say “remind me to call mum tomorrow at 6pm”."}},
        {"title": "Done lately", "kind": "rows", "rows": finished, "empty": {"text": "Nothing is done yet."}},
    ]  # fmt: skip
    figures = [
        {"label": "To do", "value": str(len(tasks)), "sub": ""},
        {"label": "Overdue", "value": str(sum(1 for task in tasks if task["state"])), "sub": ""},
        {"label": "Events, four weeks", "value": str(len(events)), "sub": ""},
    ]
    offered = [
        ByHand("Add task", "you-task-add", TaskForm, "Add task"),
        ByHand("Add event", "you-event-add", EventForm, "Add event"),
        ByHand("Add reminder", "you-reminder-add", ReminderForm, "Add reminder"),
    ]
    return page(
        request,
        "you/home.html",
        "you",
        figures=figures,
        sections=sections,
        forms=by_hand(offered, refused),
        status=400 if refused else 200,
    )


@login_required
@require_POST
def add_task(request: HttpRequest) -> HttpResponse:
    """Add a task."""
    return submit(request, TaskForm(request.POST), services.add_task, home, back="you", tool="you.add_task")


@login_required
@require_POST
def add_event(request: HttpRequest) -> HttpResponse:
    """Add an event."""
    return submit(request, EventForm(request.POST), services.add_event, home, back="you", tool="you.add_event")


@login_required
@require_POST
def add_reminder(request: HttpRequest) -> HttpResponse:
    """Add a reminder."""

    def make(user: Any, *, email: bool, **data: Any) -> None:
        services.add_reminder(user, email=email or None, **data)

    return submit(request, ReminderForm(request.POST), make, home, back="you", tool="you.add_reminder")


@login_required
@require_POST
def task_done(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Tick a task off."""
    row = get_object_or_404(Task.objects.all(), pk=pk)
    return act(request, lambda: services.complete_task(request.user, row), back="you")


@login_required
@require_POST
def task_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete a task."""
    row = get_object_or_404(Task.objects.all(), pk=pk)
    return act(request, lambda: services.delete_task(request.user, row), back="you")


@login_required
@require_POST
def event_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete an event."""
    row = get_object_or_404(Event.objects.all(), pk=pk)
    return act(request, lambda: services.delete_event(request.user, row), back="you")


@login_required
@require_POST
def reminder_done(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Tick a reminder off."""
    row = get_object_or_404(Reminder.objects.all(), pk=pk)
    return act(request, lambda: services.change_reminder(request.user, row, done=True), back="you")


@login_required
@require_POST
def reminder_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete a reminder."""
    row = get_object_or_404(Reminder.objects.all(), pk=pk)
    return act(request, lambda: services.delete_reminder(request.user, row), back="you")

"""You over the API."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import Max, QuerySet
from rest_framework import serializers

from pam.api.fields import MomentField
from pam.api.views import OwnedViewSet, represent
from pam.files.api import TakesAttachments

from . import services
from .models import Event, Reminder, Task

ROW = ("id", "created_at", "updated_at")


class TaskSerializer(serializers.ModelSerializer[Task]):
    """A task; `done` ticks it off."""

    done = serializers.BooleanField(required=False)

    class Meta:
        model = Task
        fields = (*ROW, "title", "due", "notes", "done", "completed_at")
        read_only_fields = (*ROW, "completed_at")
        example: ClassVar[dict[str, Any]] = {"title": "Wash the car", "due": "2026-11-29"}


class EventSerializer(serializers.ModelSerializer[Event]):
    """A calendar event."""

    start = MomentField()
    end = MomentField(required=False, allow_null=True)

    class Meta:
        model = Event
        fields = (*ROW, "title", "start", "end", "all_day", "place", "notes")
        read_only_fields = ROW
        example: ClassVar[dict[str, Any]] = {
            "title": "Dentist",
            "start": "2026-11-26T09:00:00+10:00",
            "end": "2026-11-26T09:30:00+10:00",
        }


class ReminderSerializer(serializers.ModelSerializer[Reminder]):
    """A reminder; `rang_at` is when it rang last."""

    at = MomentField()
    done = serializers.BooleanField(required=False)
    rang_at = serializers.SerializerMethodField()

    class Meta:
        model = Reminder
        fields = (*ROW, "title", "at", "recurrence", "email", "done", "completed_at", "rang_at")
        read_only_fields = (*ROW, "completed_at")
        extra_kwargs = {"email": {"required": False}}
        example: ClassVar[dict[str, Any]] = {"title": "Call the dentist", "at": "2026-11-25T09:00:00+10:00"}

    def get_rang_at(self, row: Reminder) -> str | None:
        """Return the last occurrence that rang."""
        last = row.rings.aggregate(last=Max("occurrence"))["last"]
        return last.isoformat() if last else None


class TaskFilter(django_filters.FilterSet):
    """Filters of tasks."""

    done = django_filters.BooleanFilter(field_name="completed_at", lookup_expr="isnull", exclude=True)
    due_until = django_filters.DateFilter(field_name="due", lookup_expr="lt", label="exclusive")

    class Meta:
        model = Task
        fields: ClassVar[list[str]] = []


class EventFilter(django_filters.FilterSet):
    """Filters of events."""

    start_from = django_filters.IsoDateTimeFilter(field_name="start", lookup_expr="gte")
    start_until = django_filters.IsoDateTimeFilter(field_name="start", lookup_expr="lt", label="exclusive")

    class Meta:
        model = Event
        fields: ClassVar[list[str]] = []


class TaskViewSet(TakesAttachments, OwnedViewSet):
    """Things to do."""

    model = Task
    collection = "you/tasks"
    serializer_class = TaskSerializer
    filterset_class = TaskFilter
    ordering_fields = ("created_at",)

    def add(self, user: Any, *, done: bool = False, **data: Any) -> Any:
        """Add a task."""
        task = services.add_task(user, **data)
        return services.complete_task(user, task) if done else task

    def change(self, user: Any, row: Any, **data: Any) -> Any:
        """Change a task."""
        return services.change_task(user, row, **data)

    def remove(self, user: Any, row: Any) -> None:
        """Delete a task."""
        services.delete_task(user, row)


class EventViewSet(OwnedViewSet):
    """The calendar."""

    model = Event
    collection = "you/events"
    serializer_class = EventSerializer
    filterset_class = EventFilter
    ordering_fields = ("created_at", "start")

    def add(self, user: Any, **data: Any) -> Any:
        """Add an event."""
        return services.add_event(user, **data)

    def change(self, user: Any, row: Any, **data: Any) -> Any:
        """Change an event."""
        return services.change_event(user, row, **data)

    def remove(self, user: Any, row: Any) -> None:
        """Delete an event."""
        services.delete_event(user, row)


class ReminderViewSet(OwnedViewSet):
    """What rings at its time."""

    model = Reminder
    collection = "you/reminders"
    serializer_class = ReminderSerializer
    ordering_fields = ("created_at", "at")

    def rows(self) -> QuerySet[Any]:
        """Return the reminders."""
        return Reminder.objects.all()

    def add(self, user: Any, *, done: bool = False, **data: Any) -> Any:
        """Add a reminder."""
        reminder = services.add_reminder(user, **data)
        return services.change_reminder(user, reminder, done=True) if done else reminder

    def change(self, user: Any, row: Any, **data: Any) -> Any:
        """Change a reminder."""
        return services.change_reminder(user, row, **data)

    def remove(self, user: Any, row: Any) -> None:
        """Delete a reminder."""
        services.delete_reminder(user, row)


viewsets = [TaskViewSet, EventViewSet, ReminderViewSet]

represent(Task, "you/tasks", TaskSerializer)
represent(Event, "you/events", EventSerializer)
represent(Reminder, "you/reminders", ReminderSerializer)

"""What staff manage of days."""

from django.contrib import admin

from pam.journal.admin_base import OwnedAdmin

from .models import Event, Reminder, Task


@admin.register(Task)
class TaskAdmin(OwnedAdmin[Task]):
    """Tasks."""

    list_display = ("title", "due", "completed_at", "owner")
    search_fields = ("title", "owner__email")


@admin.register(Event)
class EventAdmin(OwnedAdmin[Event]):
    """Events."""

    list_display = ("title", "start", "end", "place", "owner")
    search_fields = ("title", "owner__email")
    date_hierarchy = "start"


@admin.register(Reminder)
class ReminderAdmin(OwnedAdmin[Reminder]):
    """Reminders."""

    list_display = ("title", "at", "recurrence", "completed_at", "owner")
    search_fields = ("title", "owner__email")

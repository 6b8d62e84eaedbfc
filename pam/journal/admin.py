"""What staff see of the journal: read only."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from .admin_base import OwnedAdmin
from .models import JournalEntry


@admin.register(JournalEntry)
class JournalEntryAdmin(OwnedAdmin[JournalEntry]):
    """Entries, without their content."""

    list_display = ("number", "owner", "source", "tool", "at", "change_count")
    list_filter = ("source",)
    search_fields = ("owner__email", "tool", "request_id")
    fields = ("id", "owner", "number", "source", "tool", "at", "change_count", "request_id", "digest")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Entries come of acts."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Entries are never rewritten."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Entries are never deleted."""
        return False

"""What staff see of conversations: that turns run, not what was said."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from pam.journal.admin_base import OwnedAdmin

from .models import Memory, Turn


@admin.register(Memory)
class MemoryAdmin(OwnedAdmin[Memory]):
    """Memories."""

    list_display = ("owner", "key", "created_at")


@admin.register(Turn)
class TurnAdmin(OwnedAdmin[Turn]):
    """Turns, without their words."""

    list_display = ("id", "owner", "status", "engine", "attempts", "created_at")
    list_filter = ("status", "engine")
    fields = ("id", "owner", "status", "engine", "attempts", "lease_until", "created_at", "finished_at")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Turns are said, not made."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A conversation is its owner's to delete."""
        return False

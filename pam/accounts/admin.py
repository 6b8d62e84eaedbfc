"""What staff manage of people."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse

from pam.access import unscoped
from pam.journal import entry

from . import doors, events
from .models import User


@admin.register(User)
class UserAdmin(admin.ModelAdmin[User]):
    """People: role, whether they may sign in, settings. Passwords are reset by their owners alone."""

    list_display = ("email", "display_name", "role", "is_active", "email_verified_at", "date_joined")
    list_filter = ("role", "is_active")
    search_fields = ("email", "display_name")
    fields = (
        "email", "role", "is_active", "email_verified_at", "display_name", "time_zone", "locale", "home_currency",
        "distance_unit", "volume_unit", "week_start", "email_reminders",
    )  # fmt: skip

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Change a person; what changes of their settings is an entry of the one who changes it."""
        with unscoped("staff in the admin site"), entry(request.user, source="admin", tool="admin.accounts.user"):
            if request.method == "GET" and (looked := self.get_object(request, str(args[0]))) is not None:
                events.record(request.user, "staff_looked", request=request, about=looked)
            response = super().changeform_view(request, *args, **kwargs)
            if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
                response.render()
            return response

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Save; who may not sign in any more is signed out everywhere."""
        super().save_model(request, obj, form, change)
        if "role" in form.changed_data:
            events.record(request.user, "role_changed", request=request, about=obj, role=obj.role)
        if "is_active" in form.changed_data:
            event = "account_opened" if obj.is_active else "account_closed"
            events.record(request.user, event, request=request, about=obj)
        if not obj.is_active:
            doors.revoke_others(obj, request=request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People register themselves, or `manage.py person` makes them."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Erasing a person is an act of its own, not a button in a list."""
        return False

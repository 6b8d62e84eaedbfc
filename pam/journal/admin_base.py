"""Admin of owned rows: staff act across owners, on purpose, and every change of theirs is an entry."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse

from pam.access import unscoped

from .entries import entry

M = TypeVar("M", bound=models.Model)


class OwnedAdmin(admin.ModelAdmin[M]):
    """A ModelAdmin whose pages look across owners and whose changes are journaled with source "admin"."""

    list_per_page = 50
    readonly_fields: ClassVar[Any] = ("id", "owner", "created_at", "updated_at")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Return the form; it also checks what needs the columns that it does not show (a name once per owner)."""
        base: Any = super().get_form(request, obj, change, **kwargs)

        class Checked(base):  # type: ignore[misc]
            def _post_clean(self) -> None:
                if self.instance.owner_id is None:
                    self.instance.owner_id = request.user.pk
                super()._post_clean()
                if not self.errors:
                    try:
                        self.instance.full_clean()
                    except ValidationError as problem:
                        self.add_error(None, problem.messages)

        return Checked

    def _across(self, request: HttpRequest, view: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        with unscoped("staff in the admin site"):
            if request.method == "POST":
                with entry(request.user, source="admin", tool=f"admin.{self.model._meta.label_lower}"):
                    response = view(request, *args, **kwargs)
            else:
                response = view(request, *args, **kwargs)
            if hasattr(response, "render") and not response.is_rendered:
                response.render()  # lists are read while the page is drawn: still across owners
            return response  # type: ignore[no-any-return]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """List rows of all owners; bulk actions are entries."""
        return self._across(request, super().changelist_view, extra_context)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Add or change a row."""
        return self._across(request, super().changeform_view, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Delete a row."""
        return self._across(request, super().delete_view, *args, **kwargs)

    def history_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show what staff did to a row."""
        return self._across(request, super().history_view, *args, **kwargs)

"""Notifications in the pages: what waits unread, and that it was seen."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from pam.journal.lines import show_moment, show_time
from pam.pages import login_required

from . import queries, services

MOST_SHOWN = 30


def unread_rows(user: Any) -> list[dict[str, Any]]:
    """Return what this person has not seen, newest first, as rows of a page."""
    today = timezone.localdate()
    return [
        {
            "lead": show_time(row.at) if timezone.localdate(row.at) == today else show_moment(row.at), "what": row.title, "sub": row.body, "domain": row.domain,
            "open": reverse("notification-open", args=[row.pk]) if _leads(row.url) else "",
            "seen": reverse("notification-seen", args=[row.pk]),
        }
        for row in queries.unread(user)[:MOST_SHOWN]
    ]  # fmt: skip


@login_required
@require_POST
def seen(request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
    """Mark a notification as read, or all of them."""
    services.mark_read(request.user, None if pk is None else [pk])
    return redirect("today")


@login_required
@require_POST
def follow(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Mark a notification as read and go where it leads."""
    row = get_object_or_404(queries.notifications(), pk=pk)
    services.mark_read(request.user, [pk])
    return redirect(row.url if _leads(row.url) else "today")


def _leads(url: str) -> bool:
    """Whether an address is one of this server's pages."""
    return url.startswith("/") and not url.startswith(("//", "/\\"))

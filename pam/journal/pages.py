"""The activity page: every entry, with its undo."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from pam.pages import login_required, page, told

from .lines import show_date, show_time
from .models import JournalEntry
from .undo import Refused, is_redo, undo, undone_by

SOURCES = {
    "chat": "Chat", "page": "Page", "api": "App", "admin": "Staff", "import": "Import", "automation": "Automation",
    "system": "PAM",
}  # fmt: skip


def receipt(kept: JournalEntry, undone: Mapping[UUID, UUID]) -> dict[str, Any]:
    """Return an entry as the activity page shows it."""
    redo, takes_back = undone.get(kept.pk), kept.undoes is not None and not is_redo(kept)
    told = not kept.change_count
    return {
        "entry": str(kept.pk),
        "number": kept.number,
        "lines": kept.lines,
        "more": max(0, kept.change_count - len(kept.lines)) if kept.change_count > 50 else 0,
        # An undo's own button brings back what it took; once that is done, the entry and the redo have theirs.
        "undo": None if redo or takes_back or told else str(kept.pk),
        "redo": str(redo or kept.pk) if bool(redo) != takes_back else None,
        "state": "undone" if redo else "told" if told else "done",
        "reason": "",
        "time": show_time(kept.at),
        "day": show_date(timezone.localtime(kept.at).date()),
        "source": SOURCES.get(kept.source, kept.source),
        "label": kept.label,
        "undoes": str(kept.undoes_id) if kept.undoes_id else "",
    }


@login_required
def activity(request: HttpRequest) -> HttpResponse:
    """Show entries, newest first, by day."""
    rows = JournalEntry.objects.select_related("undoes__undoes").order_by("-number")
    domain = request.GET.get("domain", "")
    if domain == "security":
        rows = rows.filter(tool__contains="security.")
    elif domain in {"wins", "wheels", "you", "social", "assistant", "accounts"}:
        rows = rows.filter(changes__domain=domain).distinct()
    pages = Paginator(rows, 40)
    shown = pages.get_page(request.GET.get("page"))
    undone = undone_by(request.user)
    days: list[dict[str, Any]] = []
    for kept in shown:
        item = receipt(kept, undone)
        if not days or days[-1]["day"] != item["day"]:
            days.append({"day": item["day"], "entries": []})
        days[-1]["entries"].append(item)
    return page(request, "journal/activity.html", "activity", days=days, pager=shown, domain=domain)


@login_required
@require_POST
def undo_entry(request: HttpRequest, entry: UUID) -> HttpResponse:
    """Undo an entry and go back to where the button was."""
    try:
        done = undo(request.user, entry, source="page")
    except Refused as problem:
        messages.error(request, str(problem))
    else:
        kept = JournalEntry.objects.select_related("undoes__undoes").get(pk=done.id)
        told(request, done, "undo" if is_redo(kept) else "redo")
    back = request.POST.get("next", "")
    return HttpResponseRedirect(back if back.startswith("/") and not back.startswith("//") else reverse("activity"))

"""Files on pages: added to a row, shown under it, taken away."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from pam.pages import act, login_required
from pam.tools.executor import words_of

from . import services, targets, uploads
from .models import Attachment

ACCEPTED = "image/jpeg,image/png,image/webp,image/gif,application/pdf"


def of_rows(user: Any, rows: Iterable[Any]) -> dict[UUID, dict[str, Any]]:
    """Return {id: {"files", "attach", "most"}} of rows: what `partials/rows.html` shows of their files, in one query."""
    shown: dict[UUID, dict[str, Any]] = {
        row.pk: {"files": [], "attach": _address(row) if row.owner_id == user.pk else "", **LIMITS} for row in rows
    }
    for file in Attachment.objects.filter(target_id__in=list(shown)).order_by("id"):
        shown[file.target_id]["files"].append(
            {
                "name": file.name,
                "size": file.size_shown(),
                "href": f"/api/files/{file.pk}/content",
                "thumbnail": f"/api/files/{file.pk}/thumbnail" if file.is_picture else "",
                "remove": reverse("file-remove", args=[file.pk]) if file.owner_id == user.pk else "",
            }
        )
    return shown


LIMITS = {"accepted": ACCEPTED, "most": settings.FILE_MAX_BYTES}


def _address(row: Any) -> str:
    return reverse("file-attach", args=[row._meta.label_lower, row.pk])


@login_required
@require_POST
def attach(request: HttpRequest, model: str, pk: UUID) -> HttpResponse:
    """Add a file to a row."""
    found = next((one for one in targets.models_that_take() if one._meta.label_lower == model), None)
    if found is None:
        raise Http404
    row = get_object_or_404(found._default_manager.all(), pk=pk)
    back = found._meta.app_label
    try:
        content = uploads.sent(request)
    except ValidationError as problem:
        messages.error(request, f"{words_of(problem).removeprefix('File: ')} Nothing has changed.")
        return HttpResponseRedirect(reverse(back))
    return act(request, lambda: services.attach(request.user, row, content), back=back, tool="files.attach")


@login_required
@require_POST
def remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a file off its row."""
    row = get_object_or_404(Attachment.objects.all(), pk=pk)
    back = row.target_model.split(".")[0]
    return act(request, lambda: services.remove(request.user, row), back=back, tool="files.remove")

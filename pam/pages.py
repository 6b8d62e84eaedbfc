"""What every server-rendered page shares: signing in first, one journal entry per form, receipts as messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from pam import journal
from pam.journal.entries import Entry
from pam.journal.undo import Refused
from pam.tools.executor import words_of
from pam.tools.registry import ToolError

__all__ = ["act", "choice_of", "login_required", "page", "submit"]


def choice_of(**options: Any) -> Any:
    """Return a field that chooses among rows; which, is said when the form is made and somebody acts."""
    return forms.ModelChoiceField(queryset=None, **options)


def page(request: HttpRequest, template: str, nav: str, **context: Any) -> HttpResponse:
    """Render a page of the shell; `nav` marks where we are."""
    return render(request, template, {"nav": nav, **context})


def act(request: HttpRequest, do: Callable[[], Any], *, back: str, tool: str = "") -> HttpResponse:
    """Run a change as one entry of the journal and go back to a named page with its receipt, or with the reason."""
    try:
        with journal.entry(request.user, source="page", tool=tool) as entry:
            do()
    except (ValidationError, PermissionDenied, ToolError, Refused) as problem:
        said = words_of(problem) if isinstance(problem, ValidationError) else str(problem)
        messages.error(request, said or "That is not yours to change. Nothing has changed.")
    else:
        told(request, entry)
    return HttpResponseRedirect(reverse(back))


def told(request: HttpRequest, entry: Entry) -> None:
    """Say what an entry did, with its undo."""
    if entry.number is None:
        messages.info(request, "Nothing has changed.")
        return
    said = "; ".join(line.sentence() for line in entry.lines[:4])
    messages.success(request, said, extra_tags=f"undo:{entry.id}")


def submit(
    request: HttpRequest, form: forms.BaseForm, do: Callable[..., Any], *, back: str, tool: str = ""
) -> HttpResponse | None:
    """Take a form: run `do(user, **cleaned)` where it is valid and go back; None where it is to be shown again."""
    if not form.is_valid():
        for name, errors in form.errors.items():
            label = form.fields[name].label or name.replace("_", " ").capitalize() if name in form.fields else ""
            messages.error(request, f"{label}: {' '.join(map(str, errors))}" if label else " ".join(map(str, errors)))
        return None
    return act(request, lambda: do(request.user, **form.cleaned_data), back=back, tool=tool)

"""The page of what is one's own: taking it along, and having it erased."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from pam.access import current_user
from pam.accounts import doors as signing_in
from pam.accounts import erasure, factor, services
from pam.accounts.models import User
from pam.accounts.pages import locked, tell
from pam.accounts.security_pages import PresentAndAnyCodeForm, PresentForm
from pam.pages import login_required, page

from . import doors

EXPORT, ERASE = "export", "erase"


def _form(user: User, name: str, data: Any = None) -> forms.Form:
    asks_code = name == ERASE and factor.is_on(user)
    return (PresentAndAnyCodeForm if asks_code else PresentForm)(data, auto_id=f"{name}-%s")


def _show(request: HttpRequest, refused: dict[str, forms.Form] | None = None) -> HttpResponse:
    user, refused = current_user(), refused or {}
    made = {
        EXPORT: {"action": reverse("data-export"), "submit": "Export everything"},
        ERASE: {"action": reverse("data-erase"), "submit": "Delete account"},
    }
    shown = {name: {**item, "form": refused.get(name) or _form(user, name)} for name, item in made.items()}
    return page(
        request,
        "transfer/data.html",
        "settings",
        days=settings.ERASE_AFTER_DAYS,
        status=400 if refused else 200,
        **shown,
    )


def _submitted(request: HttpRequest, name: str, do: Callable[..., HttpResponseBase]) -> HttpResponseBase:
    """Take a form; `do(user, **cleaned)` may raise ValidationError and Locked. Return its answer or the page again."""
    user = current_user()
    form = _form(user, name, request.POST)
    if form.is_valid():
        try:
            return do(user, **form.cleaned_data)
        except signing_in.Locked as problem:
            return locked(request, problem)
        except ValidationError as problem:
            tell(form, problem)
    return _show(request, {name: form})


@login_required
@never_cache
def data(request: HttpRequest) -> HttpResponse:
    """Show what can be done with everything of one's own."""
    return _show(request)


@login_required
@require_POST
@transaction.non_atomic_requests  # a wrong present password is counted
@sensitive_post_parameters("password")
def export(request: HttpRequest) -> HttpResponseBase:
    """Download everything of one's own."""
    return _submitted(request, EXPORT, lambda user, password: doors.hand_out(request, user, password))


@login_required
@require_POST
@transaction.non_atomic_requests
@sensitive_post_parameters("password", "code")
def erase(request: HttpRequest) -> HttpResponseBase:
    """Have one's account erased once the days of grace are over; every session is closed, this one too."""

    def do(user: User, password: str, code: str | None = None) -> HttpResponse:
        at = services.ask_erasure(request, user, password, code)
        signing_in.leave(request)
        return render(request, "transfer/leaving.html", {"at": timezone.localtime(at, user.zone), "email": user.email})

    return _submitted(request, ERASE, do)


@login_required
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep one's account after all."""
    erasure.cancel(current_user(), request)
    messages.success(request, "Your account is kept. App passwords have to be made anew.")
    return redirect("data")

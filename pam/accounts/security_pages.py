"""The pages of how one signs in: sessions, the second factor, app passwords."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from pam.access import current_user
from pam.access.encryption import Unreadable, seal, unseal
from pam.journal.lines import show_moment
from pam.pages import login_required, page

from . import app_passwords, doors, factor, services
from .models import AppPassword, Session, User
from .pages import locked, tell

_SETUP = "pam_factor_setup"  # in the cookie session: the secret that is being set up, sealed


class PresentForm(forms.Form):
    """The present password."""

    password = forms.CharField(
        strip=False, max_length=256, label="Present password",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip


class PresentAndCodeForm(PresentForm):
    """The present password and a code."""

    code = forms.CharField(
        max_length=40, help_text="Six digits of your authenticator app.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false"}),
    )  # fmt: skip


class PresentAndAnyCodeForm(PresentAndCodeForm):
    """The present password and a code of either kind."""

    code = forms.CharField(
        max_length=40, help_text="Six digits of your authenticator app, or a recovery code.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false"}),
    )  # fmt: skip


class AppPasswordForm(PresentForm):
    """A new app password."""

    name = forms.CharField(max_length=80, help_text="What it is for.")
    read = forms.BooleanField(required=False, help_text=app_passwords.SCOPES["read"], initial=True)
    write = forms.BooleanField(required=False, help_text=app_passwords.SCOPES["write"])
    chat = forms.BooleanField(required=False, help_text=app_passwords.SCOPES["chat"])
    field_order = ["name", "password", "read", "write", "chat"]

    def clean(self) -> dict[str, Any]:
        """Ask for at least one scope."""
        data = super().clean() or self.cleaned_data
        if not any(data.get(scope) for scope in app_passwords.SCOPES):
            raise ValidationError("Choose what it may do: read, write or chat.")
        return data


@login_required
@require_POST
def revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close a session elsewhere."""
    doors.revoke(current_user(), get_object_or_404(Session.objects.filter(revoked_at=None), pk=pk), request=request)
    messages.success(request, "That session is closed.")
    return redirect("settings")


@login_required
@require_POST
def revoke_others(request: HttpRequest) -> HttpResponse:
    """Close every session but this one."""
    doors.revoke_others(current_user(), request.session.get("pam_session"), request)
    messages.success(request, "You are signed out everywhere else.")
    return redirect("settings")


@login_required
@never_cache
def second_factor(request: HttpRequest) -> HttpResponse:
    """Show whether sign-ins ask for a code, and what can be done about it."""
    return _show(request)


def _show(
    request: HttpRequest, wrong: tuple[str, forms.Form] | None = None, codes: list[str] | None = None
) -> HttpResponse:
    user = current_user()
    context: dict[str, Any] = {}
    given = dict([wrong]) if wrong else {}
    on = factor.is_on(user)
    if not on:
        secret = _setup_secret(request)
        context = {
            "picture": mark_safe(factor.picture(factor.uri(user, secret))),
            "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        }
    what: dict[str, tuple[str, str, type[forms.Form], str]] = {
        "on": ("", "", PresentAndCodeForm, "Turn on"),
        "codes": (
            "New recovery codes",
            "The old ones are worth nothing then.",
            PresentAndAnyCodeForm,
            "Make new codes",
        ),
        "off": ("Turn off", "Signing in asks for the password alone then.", PresentAndAnyCodeForm, "Turn off"),
    }
    made = {
        name: {"title": title, "lead": lead, "action": reverse(f"second-factor-{name}"), "submit": submit,
               "form": given.get(name) or form(prefix=None, auto_id=f"{name}_%s")}
        for name, (title, lead, form, submit) in what.items()
    }  # fmt: skip
    answer = page(
        request, "accounts/factor.html", "settings", on=on, codes=codes, left=factor.recovery_codes_left(user),
        setup=made["on"], forms=[made["codes"], made["off"]], **context,
    )  # fmt: skip
    answer.status_code = 400 if wrong else 200
    return answer


def _setup_secret(request: HttpRequest) -> str:
    """Return the secret that this browser sets up; it is nobody's until a code of it comes back."""
    try:
        return unseal(request.session.get(_SETUP, ""))
    except Unreadable:
        secret = factor.fresh_secret()
        request.session[_SETUP] = seal(secret)
        return secret


def _submitted(request: HttpRequest, name: str, form: forms.Form, do: Callable[..., HttpResponse]) -> HttpResponse:
    """Take a form; `do(user, **cleaned)` may raise ValidationError and Locked. Return its answer or the page again."""
    if form.is_valid():
        try:
            return do(current_user(), **form.cleaned_data)
        except doors.Locked as problem:
            return locked(request, problem)
        except ValidationError as problem:
            tell(form, problem)
    return _show(request, (name, form))


@login_required
@never_cache
@require_POST
@transaction.non_atomic_requests  # a wrong present password is counted
@sensitive_post_parameters("password", "code")
def turn_on(request: HttpRequest) -> HttpResponse:
    """Turn the second factor on and show the recovery codes, once."""

    def do(user: User, password: str, code: str) -> HttpResponse:
        secret, here = _setup_secret(request), request.session.get("pam_session")
        codes = services.enable_factor(request, user, password, secret, code, here)
        request.session.pop(_SETUP, None)
        messages.success(request, "The second factor is on. Every other session is closed.")
        return _show(request, codes=codes)

    return _submitted(request, "on", PresentAndCodeForm(request.POST, auto_id="on_%s"), do)


@login_required
@never_cache
@require_POST
@transaction.non_atomic_requests
@sensitive_post_parameters("password", "code")
def new_codes(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes and show them, once."""

    def do(user: User, password: str, code: str) -> HttpResponse:
        codes = services.renew_recovery_codes(request, user, password, code)
        messages.success(request, "There are new recovery codes. The old ones are worth nothing now.")
        return _show(request, codes=codes)

    return _submitted(request, "codes", PresentAndAnyCodeForm(request.POST, auto_id="codes_%s"), do)


@login_required
@never_cache
@require_POST
@transaction.non_atomic_requests
@sensitive_post_parameters("password", "code")
def turn_off(request: HttpRequest) -> HttpResponse:
    """Turn the second factor off."""

    def do(user: User, password: str, code: str) -> HttpResponse:
        services.disable_factor(request, user, password, code)
        messages.success(request, "The second factor is off. Signing in asks for the password alone.")
        return redirect("second-factor")

    return _submitted(request, "off", PresentAndAnyCodeForm(request.POST, auto_id="off_%s"), do)


@login_required
@never_cache
@transaction.non_atomic_requests
@sensitive_post_parameters("password")
def app_passwords_page(request: HttpRequest) -> HttpResponse:
    """List app passwords and make one, whose text is shown once."""
    form, text, user = AppPasswordForm(request.POST or None), "", current_user()
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        scopes = [scope for scope in app_passwords.SCOPES if data[scope]]
        try:
            _, text = services.make_app_password(request, user, data["password"], data["name"], scopes)
        except doors.Locked as problem:
            return locked(request, problem)
        except ValidationError as problem:
            tell(form, problem)
    rows = [
        {"what": row.name, "sub": f"{', '.join(row.scopes.split()).capitalize()}. Made {show_moment(row.created_at)}. "
         + (f"Last used {show_moment(row.last_used_at)}." if row.last_used_at else "Not used yet."),
         "delete": reverse("app-password-revoke", args=[row.pk]), "delete_label": "Revoke"}
        for row in AppPassword.objects.filter(revoked_at=None).order_by("-id")
    ]  # fmt: skip
    kept = {
        "title": "In use",
        "kind": "rows",
        "rows": rows,
        "empty": {"text": "None. Programs that use the API need one."},
    }
    made = {"title": "New app password", "action": reverse("app-passwords"), "submit": "Make it",
            "form": AppPasswordForm() if text else form}  # fmt: skip
    answer = page(request, "accounts/app_passwords.html", "settings", text=text, section=kept, made=made)
    answer.status_code = 400 if form.errors else 200
    return answer


@login_required
@require_POST
def app_password_revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Revoke an app password."""
    app_passwords.revoke(current_user(), get_object_or_404(AppPassword.objects.filter(revoked_at=None), pk=pk), request)
    messages.success(request, "That app password opens nothing any more.")
    return redirect("app-passwords")

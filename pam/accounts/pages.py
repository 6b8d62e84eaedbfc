"""The pages of accounts: signing in and out, registering, passwords, settings."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.apps import apps
from django.conf import settings as config
from django.contrib import messages
from django.contrib.auth import logout as sign_out
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from pam.access import current_user
from pam.journal.lines import show_moment
from pam.pages import login_required, page, put_errors, submit

from . import doors, services
from .devices import client_of
from .models import Session, User


def shell(request: HttpRequest) -> dict[str, Any]:
    """Tell every page who is here, what waits for them, and how they like it."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"theme": "", "waiting_count": 0}
    from pam.access.context import current_or_none

    if current_or_none() is None:
        return {"theme": user.theme, "waiting_count": 0}
    words = (user.display_name or user.email).split()
    return {
        "theme": user.theme,
        "display_name": str(user),
        "initials": "".join(word[0] for word in words[:2]).upper(),
        "waiting_count": apps.get_model("assistant", "Plan").objects.filter(status="waiting", owner=user).count(),
    }


class LoginForm(forms.Form):
    """Address and password."""

    email = forms.EmailField(widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}))
    password = forms.CharField(
        strip=False, max_length=256, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class CodeForm(forms.Form):
    """A code of the authenticator app, or a recovery code."""

    code = forms.CharField(
        max_length=40, label="Code", help_text="Six digits of your authenticator app, or a recovery code.",
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autofocus": True, "autocapitalize": "off", "spellcheck": "false"}
        ),
    )  # fmt: skip


class RegisterForm(forms.Form):
    """A new account."""

    email = forms.EmailField(widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    display_name = forms.CharField(max_length=80, required=False, label="Name")
    password = forms.CharField(
        strip=False, max_length=256, help_text="At least ten characters.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip


class ResetForm(forms.Form):
    """Where to send the link."""

    email = forms.EmailField()


class VerifyForm(forms.Form):
    """The password of the account whose address is verified."""

    password = forms.CharField(
        strip=False, max_length=256, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class NewPasswordForm(forms.Form):
    """A new password."""

    new_password = forms.CharField(
        strip=False, max_length=256, help_text="At least ten characters.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip


class ChangePasswordForm(NewPasswordForm):
    """A new password, with the old one."""

    old_password = forms.CharField(
        strip=False, max_length=256, label="Present password",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip
    field_order = ["old_password", "new_password"]


class SettingsForm(forms.ModelForm[User]):
    """How one likes days, money and distances."""

    class Meta:
        model = User
        fields = ("display_name", "time_zone", "home_currency", "distance_unit", "volume_unit", "week_start", "theme",
                  "email_reminders")  # fmt: skip
        labels = {"display_name": "Name", "email_reminders": "Reminders by email too"}


def _after(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return reverse(config.LOGIN_REDIRECT_URL)


@transaction.non_atomic_requests  # a failure is counted whatever comes of the request
@sensitive_post_parameters("password")
def login(request: HttpRequest) -> HttpResponse:
    """Sign in; the admin site and every page send here."""
    form = LoginForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            user = doors.check_credentials(request, form.cleaned_data["email"], form.cleaned_data["password"])
            doors.open_session(user, door=Session.Door.PAGE, request=request)
        except doors.Locked as problem:
            return locked(request, problem)
        except doors.SecondFactorRequired as problem:
            doors.keep_half_open(request, problem.user)
            wanted = request.POST.get("next") or request.GET.get("next")
            return HttpResponseRedirect(reverse("login-code") + (f"?{urlencode({'next': wanted})}" if wanted else ""))
        except doors.Refused as problem:
            if isinstance(problem, doors.NotVerified):
                services.send_verification(problem.user, request.build_absolute_uri("/").rstrip("/"))
            form.add_error(None, str(problem))
            status = 400
        else:
            return HttpResponseRedirect(_after(request))
    context = {"form": form, "next": request.POST.get("next") or request.GET.get("next", "")}
    return render(request, "registration/login.html", context, status=status)


@transaction.non_atomic_requests
@sensitive_post_parameters("code")
def login_code(request: HttpRequest) -> HttpResponse:
    """Take the code of the second factor, after the password."""
    user = doors.half_open(request)
    if user is None:
        messages.error(request, "Sign in again: that took longer than ten minutes.")
        return redirect("login")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            doors.open_session(user, door=Session.Door.PAGE, request=request, code=form.cleaned_data["code"])
        except doors.Locked as problem:
            return locked(request, problem)
        except doors.Refused as problem:
            form.add_error("code", str(problem))
        else:
            return HttpResponseRedirect(_after(request))
    context = {"form": form, "next": request.POST.get("next") or request.GET.get("next", "")}
    return render(request, "registration/login_code.html", context, status=400 if form.errors else 200)


def locked(request: HttpRequest, problem: doors.Locked) -> HttpResponse:
    """Say how long to wait."""
    minutes = max(1, -(-problem.seconds // 60))
    answer = render(request, "registration/locked.html", {"minutes": minutes}, status=429)
    answer["Retry-After"] = str(problem.seconds)
    return answer


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """Sign out of this browser."""
    doors.leave(request)
    sign_out(request)
    return redirect(config.LOGOUT_REDIRECT_URL)


@sensitive_post_parameters("password")
def register(request: HttpRequest) -> HttpResponse:
    """Make an account."""
    form = RegisterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            base = request.build_absolute_uri("/").rstrip("/")
            user = services.register(base_url=base, **form.cleaned_data)
        except ValidationError as problem:
            tell(form, problem)
        else:
            if config.REQUIRE_VERIFIED_EMAIL or user is None:
                return render(request, "registration/verify_sent.html", {"email": form.cleaned_data["email"]})
            doors.open_session(user, door=Session.Door.PAGE, request=request)
            return redirect(config.LOGIN_REDIRECT_URL)
    return render(request, "registration/register.html", {"form": form}, status=400 if form.errors else 200)


@transaction.non_atomic_requests  # a failure is counted
@sensitive_post_parameters("password")
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the link of the verification mail is for; verify and sign in with the password."""
    try:
        user = services.user_to_verify(token)
    except ValidationError as problem:
        messages.error(request, problem.messages[0])
        return redirect("verify-again")
    form = VerifyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = services.verify(request, token, form.cleaned_data["password"])
            doors.open_session(user, door=Session.Door.PAGE, request=request)
        except doors.Locked as problem:
            return locked(request, problem)
        except doors.SecondFactorRequired:
            doors.keep_half_open(request, user)
            return redirect("login-code")
        except doors.Refused:
            form.add_error("password", "This is not the password of that account.")
        else:
            messages.success(request, "The address is verified.")
            return redirect(config.LOGIN_REDIRECT_URL)
    context = {"form": form, "email": user.email}
    return render(request, "registration/verify.html", context, status=400 if form.errors else 200)


def verify_again(request: HttpRequest) -> HttpResponse:
    """Ask for the verification mail once more; the answer is the same for every address."""
    form = ResetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.ask_verification(form.cleaned_data["email"], request.build_absolute_uri("/").rstrip("/"))
        return render(request, "registration/verify_sent.html", {"email": form.cleaned_data["email"]})
    return render(request, "registration/verify_again.html", {"form": form}, status=400 if form.errors else 200)


@login_required
@transaction.non_atomic_requests  # a wrong present password is counted
@sensitive_post_parameters("old_password", "new_password")
def password_change(request: HttpRequest) -> HttpResponse:
    """Change one's password; other sessions are closed."""
    form = ChangePasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            keep = request.session.get("pam_session")
            services.change_password(request, current_user(), keep_session=keep, old=form.cleaned_data["old_password"],
                                     new=form.cleaned_data["new_password"])  # fmt: skip
        except doors.Locked as problem:
            return locked(request, problem)
        except ValidationError as problem:
            tell(form, problem)
        else:
            doors.keep_cookie(request, current_user())
            messages.success(
                request, "The password is changed. Every other session is closed, and no app password opens anything."
            )
            return redirect("settings")
    return render(request, "registration/password_change.html", {"form": form, "nav": "settings"})


def password_reset(request: HttpRequest) -> HttpResponse:
    """Ask for a link that sets a new password; the answer is the same for every address."""
    form = ResetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.ask_reset(form.cleaned_data["email"], request.build_absolute_uri("/").rstrip("/"))
        return redirect("password_reset_done")
    return render(request, "registration/password_reset.html", {"form": form})


def password_reset_done(request: HttpRequest) -> HttpResponse:
    """Say that the mail is on its way, if there is an account."""
    return render(request, "registration/password_reset_done.html")


@sensitive_post_parameters("new_password")
def password_reset_confirm(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """Set a new password by the link of the mail."""
    user = services.reset_user(uid, token)
    form = NewPasswordForm(request.POST or None)
    if user is not None and request.method == "POST" and form.is_valid():
        try:
            services.reset_password(user, form.cleaned_data["new_password"], request)
        except ValidationError as problem:
            tell(form, problem)
        else:
            return redirect("password_reset_complete")
    context = {"form": form, "validlink": user is not None}
    return render(request, "registration/password_reset_confirm.html", context)


def password_reset_complete(request: HttpRequest) -> HttpResponse:
    """Say that the new password holds."""
    return render(request, "registration/password_reset_complete.html")


@login_required
def settings(request: HttpRequest) -> HttpResponse:
    """Show and change settings; show where one is signed in."""
    kept = User.objects.get(pk=current_user().pk)  # a form writes into its row what is refused, too
    if request.method == "POST":
        form = SettingsForm(request.POST, instance=kept)
        return submit(request, form, _change, _settings, back="settings", tool="accounts.settings")
    return _settings(request, SettingsForm(instance=kept))


def _settings(request: HttpRequest, form: forms.BaseForm) -> HttpResponse:
    here = request.session.get("pam_session")
    sessions = [
        {"lead": row.get_door_display(), "what": client_of(row.user_agent), "tail": "This one" if str(row.pk) == here else "",
         "sub": f"Since {show_moment(row.created_at)}{f', from {row.address}' if row.address else ''}. "
                f"Last seen {show_moment(row.last_seen_at)}.",
         "delete": "" if str(row.pk) == here else reverse("session-revoke", args=[row.pk]), "delete_label": "Sign out"}
        for row in doors.open_sessions(current_user())[:50]
    ]  # fmt: skip
    memories = [
        {"lead": row.key, "what": row.fact, "delete": reverse("memory-forget", args=[row.pk]), "delete_label": "Forget"}
        for row in apps.get_model("assistant", "Memory").objects.order_by("-id")[:50]
    ]
    sections = [
        {"title": "Signed in", "kind": "rows", "rows": sessions, "empty": {"text": "Nowhere else."}},
        {"title": "What PAM remembers", "kind": "rows", "rows": memories,
         "empty": {"text": "Nothing yet. Say “remember that …” in the chat."}},
    ]  # fmt: skip
    made = [{"title": "You", "action": reverse("settings"), "form": form, "submit": "Save"}]
    return page(request, "accounts/settings.html", "settings", forms=made, sections=sections,
                status=400 if form.errors else 200)  # fmt: skip


def _change(user: Any, **fields: Any) -> None:
    present = User.objects.get(pk=user.pk)
    services.change_settings(user, **{name: value for name, value in fields.items() if getattr(present, name) != value})


def tell(form: forms.BaseForm, problem: ValidationError) -> None:
    """Put what is wrong beside its field."""
    if hasattr(problem, "error_dict"):
        put_errors(form, problem)
    else:
        field = next((name for name in ("new_password", "password") if name in form.fields), None)
        form.add_error(field, problem.messages)

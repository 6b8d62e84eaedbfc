"""App passwords: for programs of one's own, each with its scopes; none of them opens what is about the account."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets as randomness
from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from pam import journal
from pam.access import acting_as, unscoped
from pam.ops.once import once

from . import events
from .models import AppPassword, User

PREFIX = "pam_"
MOST = 50  # of one person at a time
USED_SECONDS = 60
SCOPES = {
    "read": "See everything of yours, and change nothing.",
    "write": "Add, change and delete.",
    "chat": "Talk to PAM, which may do whatever you may by talking.",
}
_SAFE = {"GET", "HEAD", "OPTIONS"}


def needed(method: str, path: str) -> str | None:
    """Return the scope that a request of the API needs; None where no app password will do.

    What is about the account (sessions, password, factor, app passwords) needs a person who has signed in.
    """
    if path.startswith("/api/auth/"):
        return "read" if path == "/api/auth/me" and method in _SAFE else None
    if path.startswith("/api/pam/"):
        return "chat"
    if path.startswith("/api/"):
        return "read" if method in _SAFE else "write"
    return None


def make(user: User, name: str, scopes: Collection[str], request: Any = None) -> tuple[AppPassword, str]:
    """Make an app password; return its row and its text, which is kept nowhere. Raises ValidationError."""
    chosen = [scope for scope in SCOPES if scope in scopes]
    if not chosen or len(chosen) != len(set(scopes)):
        raise ValidationError({"scopes": f"Choose at least one of {', '.join(SCOPES)}, and no other."})
    text = PREFIX + randomness.token_urlsafe(32)
    with acting_as(user):
        if AppPassword.objects.filter(revoked_at=None).count() >= MOST:
            raise ValidationError({"name": f"There are {MOST} app passwords. Revoke one that you do not need."})
        row = AppPassword(owner=user, name=name.strip(), scopes=" ".join(chosen), digest=_digest(text))
        row.full_clean()
        with journal.entry(user, source=events.source_of(request)):
            row.save()
            events.record(
                user, "app_password_made", request=request, name=row.name, app_password=str(row.pk), scopes=chosen
            )
    return row, text


def find(text: str) -> AppPassword | None:
    """Return whose app password this is, with its owner, where it is not revoked."""
    with unscoped("an app password is looked up before anybody acts"):
        return (
            AppPassword.objects.filter(digest=_digest(text), revoked_at=None, owner__is_active=True)
            .select_related("owner")
            .first()
        )


def used(row: AppPassword) -> None:
    """Note that an app password is in use, at most once a minute; ask while its owner acts."""
    if once(f"accounts.used.{row.pk}", USED_SECONDS):
        now = timezone.now()
        if row.last_used_at is None or now - row.last_used_at > dt.timedelta(seconds=USED_SECONDS):
            AppPassword.objects.filter(pk=row.pk).update(last_used_at=now)


def revoke(user: User, row: AppPassword, request: Any = None) -> None:
    """Let an app password open nothing any more."""
    with acting_as(user), journal.entry(user, source=events.source_of(request)):
        if AppPassword.objects.filter(pk=row.pk, revoked_at=None).update(revoked_at=timezone.now()):
            events.record(user, "app_password_revoked", request=request, name=row.name, app_password=str(row.pk))


def revoke_all(user: User, request: Any = None) -> None:
    """Revoke every app password of a person."""
    with acting_as(user):
        for row in AppPassword.objects.filter(revoked_at=None):
            revoke(user, row, request)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()

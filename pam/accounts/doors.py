"""The doors: one function checks every password, one makes every session and token."""

from __future__ import annotations

import datetime as dt
import hashlib
import ipaddress
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import authenticate, login, update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from pam.access import acting_as, unscoped
from pam.live import hints

from .models import LoginFailure, Session, User

MOST_FAILURES = 10
WINDOW = dt.timedelta(minutes=15)
BACKEND = "pam.accounts.backends.EmailBackend"


class Refused(Exception):
    """The sign-in is not let in; the message is for the person and tells nothing about who has an account."""

    def __init__(self, message: str = "This address and password do not go together.") -> None:
        super().__init__(message)


class Locked(Refused):
    """Too many failures for this account from this address."""

    def __init__(self, seconds: int) -> None:
        minutes = max(1, -(-seconds // 60))
        super().__init__(f"Too many failed sign-ins. Try again in {minutes} minute{'s' if minutes != 1 else ''}.")
        self.seconds = seconds


class NotVerified(Refused):
    """The address of this person is not verified yet, and this installation asks for it."""

    def __init__(self, user: User) -> None:
        super().__init__("This address is not verified yet. Follow the link in the mail that was sent to it.")
        self.user = user


def address_of(request: Any) -> str | None:
    """Return the client's address, or None where the server does not know one (a socket file)."""
    try:
        return str(ipaddress.ip_address(request.META.get("REMOTE_ADDR", "").partition("%")[0]))
    except (AttributeError, ValueError):
        return None


def check_credentials(request: Any, email: str, password: str) -> User:
    """Return the person; raises Refused, Locked or NotVerified. The only place that checks a password at a door.

    Failures count for an account from one address, so that a stranger cannot lock out somebody elsewhere. An attempt
    counts from its beginning, so that many at once get no more tries than many in a row; callers run this outside
    a transaction that a refusal would roll back.
    """
    digest = hashlib.sha256(f"{email.strip().lower()}|{address_of(request)}".encode()).hexdigest()
    since = timezone.now() - WINDOW
    attempt = LoginFailure.objects.create(digest=digest)
    failures = list(
        LoginFailure.objects.filter(digest=digest, at__gte=since)
        .exclude(pk=attempt.pk)
        .order_by("at")
        .values_list("at", flat=True)
    )
    if len(failures) >= MOST_FAILURES:
        attempt.delete()  # what is not tried does not make the wait longer
        raise Locked(int((failures[-MOST_FAILURES] + WINDOW - timezone.now()).total_seconds()) + 1)
    user = authenticate(request, username=email, password=password)
    if not isinstance(user, User):
        LoginFailure.objects.filter(at__lt=since).delete()
        raise Refused
    LoginFailure.objects.filter(digest=digest).delete()
    if settings.REQUIRE_VERIFIED_EMAIL and user.email_verified_at is None:
        raise NotVerified(user)
    return user


def open_session(user: User, *, door: str, request: Any = None) -> Session:
    """Let a person in: the one maker of sessions, for pages, admin, API and sockets alike.

    For a browser the cookie session is signed in too; for an app, tokens are made of what this returns.
    """
    agent = (request.META.get("HTTP_USER_AGENT", "") if request is not None else "")[:200]
    if door == Session.Door.PAGE and isinstance(request, HttpRequest):
        leave(request)
        login(request, user, backend=BACKEND)
        if not request.session.session_key:
            request.session.save()
    key = request.session.session_key or "" if door == Session.Door.PAGE and request is not None else ""
    with acting_as(user):
        session = Session.objects.create(
            owner=user, door=door, user_agent=agent, address=address_of(request), session_key=key
        )
    if key:
        request.session["pam_session"] = str(session.pk)
    return session


def is_open(session_id: Any) -> bool:
    """Whether a session is there and not revoked."""
    with unscoped("a token's session is looked up before anybody acts"):
        return Session.objects.filter(pk=session_id, revoked_at=None, owner__is_active=True).exists()


def _here(request: HttpRequest) -> str:
    """Return the id of the session of this browser; of none, an id that is nobody's."""
    return str(request.session.get("pam_session") or UUID(int=0))


def leave(request: HttpRequest) -> None:
    """Close the session that this browser is signed in with, where it is; nothing of it is left to the next."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return
    with acting_as(user):
        session = Session.objects.filter(pk=_here(request), revoked_at=None).first()
    if session is not None:
        revoke(user, session)
    request.session.flush()


def keep_cookie(request: HttpRequest, user: User) -> None:
    """Keep this browser signed in after a change of password, under a new cookie."""
    update_session_auth_hash(request, user)
    request.session.save()
    with acting_as(user):
        Session.objects.filter(pk=_here(request)).update(session_key=request.session.session_key or "")


def revoke(user: User, session: Session) -> None:
    """Close a session: its tokens and cookie are worth nothing from now on, its sockets close."""
    from importlib import import_module

    with acting_as(user):
        Session.objects.filter(pk=session.pk, revoked_at=None).update(revoked_at=timezone.now())
    if session.session_key:
        import_module(settings.SESSION_ENGINE).SessionStore(session.session_key).delete()
    # After the commit: before it, a socket that was closed could come back in.
    transaction.on_commit(lambda: hints.send(user.pk, {"type": "pam.closed", "session": str(session.pk)}))


def revoke_others(user: User, keep: Any = None) -> None:
    """Close every other session of a person."""
    with acting_as(user):
        found = list(Session.objects.filter(revoked_at=None).exclude(pk=keep))
    for session in found:
        revoke(user, session)

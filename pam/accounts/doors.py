"""The doors: one function checks every password, one makes every session and token."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import authenticate, login, update_session_auth_hash
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from pam import journal
from pam.access import acting_as, unscoped
from pam.live import hints
from pam.ops.once import once

from . import erasure, events, factor, lockout
from .devices import client_of
from .lockout import MOST_FAILURES, WINDOW, address_of
from .models import Session, User
from .refusals import Leaving, Locked, NotVerified, Refused, SecondFactorRequired, WrongCode

__all__ = [
    "MOST_FAILURES", "WINDOW", "Leaving", "Locked", "NotVerified", "Refused", "SecondFactorRequired", "WrongCode",
    "address_of",
]  # fmt: skip

BACKEND = "pam.accounts.backends.EmailBackend"
HALF_OPEN_SECONDS = 600
SEEN_SECONDS = 60
_HALF_OPEN = "pam_half_open"


def check_credentials(request: Any, email: str, password: str) -> User:
    """Return the person; raises Refused, Locked or NotVerified. The only place that checks a password at a door.

    Who is returned is not in yet: `open_session` asks for the second factor.
    """
    with lockout.attempt(request, email):
        user = authenticate(request, username=email, password=password)
        if not isinstance(user, User):
            raise Refused
        if settings.REQUIRE_VERIFIED_EMAIL and user.email_verified_at is None:
            raise NotVerified(user)
    return user


def check_present(request: Any, user: User, password: str, code: str | None = None) -> None:
    """Make sure that it is still the person who sits there; raises Refused, WrongCode or Locked.

    For what changes how one signs in. Tries count with those at the doors; `code` is looked at where one is given.
    """
    with lockout.attempt(request, user.email, "check_failed"):
        if not user.check_password(password):
            raise Refused("This is not your present password.")
        if code is not None:
            how = factor.accept(user, code)
            if how is None:
                raise WrongCode
            if how == "recovery":
                events.record(user, "recovery_code_used", request=request)


def open_session(user: User, *, door: str, request: Any = None, code: str | None = None, keep: bool = False) -> Session:
    """Let a person in: the one maker of sessions, for pages, admin, API and sockets alike.

    For a browser the cookie session is signed in too; for an app, tokens are made of what this returns. Where the
    person has a second factor, raises SecondFactorRequired without a code, WrongCode and Locked. An account that is
    about to be erased opens to a browser, whose every page says so; to an app it raises Leaving, unless `keep`
    says that it is to stay.
    """
    how: str | None = None
    if factor.is_on(user):
        if not code:
            raise SecondFactorRequired(user)
        with lockout.attempt(request, user.email):
            how = factor.accept(user, code)
            if how is None:
                raise WrongCode
    if user.erase_at is not None and door == Session.Door.API:
        if not keep:
            raise Leaving(user)
        erasure.cancel(user, request)
    lockout.forget(request, user.email)
    if isinstance(request, HttpRequest) and hasattr(request, "session"):
        request.session.pop(_HALF_OPEN, None)
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
    with journal.entry(user, source=events.source_of(request)):
        if how == "recovery":
            events.record(user, "recovery_code_used", request=request)
        events.record(user, "sign_in", request=request, session=str(session.pk), door=door, factor=how)
    return session


def keep_half_open(request: HttpRequest, user: User) -> None:
    """Remember in this browser that the password was right, for `half_open`."""
    leave(request)
    request.session.cycle_key()
    request.session[_HALF_OPEN] = [str(user.pk), user.get_session_auth_hash(), int(time.time())]


def half_open(request: HttpRequest) -> User | None:
    """Return whose password this browser gave a moment ago and whose code is still to come, else None."""
    pk, proof, at = request.session.get(_HALF_OPEN) or ("", "", 0)
    if not pk or time.time() - at > HALF_OPEN_SECONDS:
        return None
    user = User.objects.filter(pk=pk, is_active=True).first()
    # A password that was changed since proves nothing any more.
    return user if user is not None and constant_time_compare(user.get_session_auth_hash(), proof) else None


def find_open(session_id: Any) -> Session | None:
    """Return a session with its owner, where it is there and not revoked."""
    with unscoped("a token's session is looked up before anybody acts"):
        return (
            Session.objects.filter(pk=session_id, revoked_at=None, owner__is_active=True)
            .select_related("owner")
            .first()
        )


def is_open(session_id: Any) -> bool:
    """Whether a session is there and not revoked."""
    return find_open(session_id) is not None


def seen(session_id: Any) -> None:
    """Note that a session is in use, at most once a minute."""
    if once(f"accounts.seen.{session_id}", SEEN_SECONDS):
        now = timezone.now()
        with unscoped("a session is in use"):
            Session.objects.filter(pk=session_id, last_seen_at__lt=now - dt.timedelta(seconds=SEEN_SECONDS)).update(
                last_seen_at=now
            )


def open_sessions(user: User) -> QuerySet[Session]:
    """Return the sessions by which a person can still come in; ask while they act. Newest first."""
    now = timezone.now()
    return Session.objects.filter(
        Q(door=Session.Door.API, last_seen_at__gte=now - dt.timedelta(days=settings.REFRESH_TOKEN_EXPIRE_DAYS))
        | Q(door=Session.Door.PAGE, last_seen_at__gte=now - dt.timedelta(seconds=settings.SESSION_COOKIE_AGE)),
        owner=user,
        revoked_at=None,
    ).order_by("-id")


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
        revoke(user, session, event="sign_out", request=request)
    request.session.flush()


def keep_cookie(request: HttpRequest, user: User) -> None:
    """Keep this browser signed in after a change of password, under a new cookie."""
    update_session_auth_hash(request, user)
    request.session.save()
    with acting_as(user):
        Session.objects.filter(pk=_here(request)).update(session_key=request.session.session_key or "")


def revoke(user: User, session: Session, *, event: str = "session_closed", request: Any = None) -> None:
    """Close a session: its tokens and cookie are worth nothing from now on, its sockets close.

    `event` says to the journal why; `request` is the one that asked for it, where one did.
    """
    from importlib import import_module

    with transaction.atomic(), acting_as(user):
        closed = Session.objects.filter(pk=session.pk, revoked_at=None).update(revoked_at=timezone.now())
        if closed:
            name = client_of(session.user_agent) if event != "sign_out" else ""
            events.record(user, event, request=request, name=name, session=str(session.pk))
    if session.session_key:
        import_module(settings.SESSION_ENGINE).SessionStore(session.session_key).delete()
    # After the commit: before it, a socket that was closed could come back in.
    transaction.on_commit(lambda: hints.send(user.pk, {"type": "pam.closed", "session": str(session.pk)}))


def revoke_others(user: User, keep: Any = None, request: Any = None) -> None:
    """Close every other session of a person, as one entry of the journal."""
    with acting_as(user):
        found = list(Session.objects.filter(revoked_at=None).exclude(pk=keep))
        with journal.entry(user, source=events.source_of(request)):
            for session in found:
                revoke(user, session, request=request)

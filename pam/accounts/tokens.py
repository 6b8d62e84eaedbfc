"""Tokens for apps: short-lived access, refresh tokens that rotate; reuse of an old one closes the session."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from typing import Any
from uuid import UUID

import jwt
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from pam.access import act, acting_as, unscoped

from . import app_passwords, doors
from .models import RefreshToken, Session, User


class BadToken(Exception):
    """A token that is not one of ours, is used up, or is too old."""


def issue(session: Session) -> dict[str, str]:
    """Return a fresh {"access", "refresh"} of a session."""
    now = timezone.now()
    with acting_as(session.owner):
        identity = secrets.token_urlsafe(32)
        expires = now + dt.timedelta(days=settings.REFRESH_TOKEN_EXPIRE_DAYS)
        RefreshToken.objects.create(owner=session.owner, session=session, digest=_digest(identity), expires_at=expires)
    access_expires = now + dt.timedelta(minutes=settings.ACCESS_TOKEN_EXPIRE_MINUTES)
    return {
        "access": _encode(session, "access", secrets.token_urlsafe(12), access_expires),
        "refresh": _encode(session, "refresh", identity, expires),
    }


def refresh(token: str) -> dict[str, str]:
    """Return new tokens for a refresh token, which is used up; raises BadToken.

    A token that was used before is a copy in somebody's hands: the whole session is revoked.
    """
    claims = _decode(token, "refresh")
    reused: RefreshToken | None = None
    with unscoped("a refresh token is looked up before anybody acts"), transaction.atomic():
        rows = RefreshToken.objects.filter(digest=_digest(claims["jti"])).select_related("session", "owner")
        if connection.features.has_select_for_update:
            rows = rows.select_for_update(of=("self",))
        kept = rows.first()
        if kept is None or kept.expires_at < timezone.now():
            raise BadToken
        if kept.session.revoked_at is not None or not kept.owner.is_active:
            raise BadToken
        if kept.used_at is not None:
            reused = kept
        else:
            kept.used_at = timezone.now()
            kept.save(update_fields=["used_at"])
            Session.objects.filter(pk=kept.session_id).update(last_seen_at=timezone.now())
            return issue(kept.session)
    doors.revoke(reused.owner, reused.session, event="token_reused")
    raise BadToken


def end(token: str, request: Any = None) -> None:
    """Close the session of a refresh or access token; a token that is none of ours is no error: it opens nothing."""
    try:
        claims = _decode(token, None)
    except BadToken:
        return
    with unscoped("a token's session is closed"):
        session = Session.objects.filter(pk=claims["sid"]).select_related("owner").first()
    if session is not None:
        doors.revoke(session.owner, session, event="sign_out", request=request)


def opened_by(token: str) -> tuple[User | None, str | None]:
    """Return whose access token it is and the id of its session, or (None, None) where it opens nothing."""
    try:
        claims = _decode(token, "access")
    except BadToken:
        return None, None
    session = doors.find_open(claims["sid"])
    if session is None or str(session.owner_id) != claims["sub"]:
        return None, None
    return session.owner, str(session.pk)


def claims_of(token: str) -> tuple[str, str, float] | None:
    """Return (person, session, end in seconds of the epoch) of an access token whose signature holds, or None."""
    try:
        claims = _decode(token, "access")
    except BadToken:
        return None
    return str(claims["sub"]), str(claims["sid"]), float(claims["exp"])


def user_of_token(token: str) -> User | None:
    """Return whose access token it is, or None where it opens nothing."""
    return opened_by(token)[0]


def peek_user_id(request: Any) -> str | None:
    """Return the id in a bearer token whose signature holds, without asking the database: for the rate limits."""
    try:
        return str(_decode(_bearer(request) or "", "access")["sub"])
    except BadToken:
        return None


def session_of(request: Any) -> str | None:
    """Return the id of the session that a request comes from."""
    token = _bearer(request)
    if token:
        try:
            return str(_decode(token, "access")["sid"])
        except BadToken:
            return None
    return request.session.get("pam_session") if hasattr(request, "session") else None


def _bearer(request: Any) -> str | None:
    header = request.META.get("HTTP_AUTHORIZATION", "")
    kind, _, token = header.partition(" ")
    return token.strip() if kind.lower() == "bearer" and token.strip() else None


def _digest(identity: str) -> str:
    return hashlib.sha256(identity.encode()).hexdigest()


def _encode(session: Session, kind: str, identity: str, expires: dt.datetime) -> str:
    claims = {
        "sub": str(session.owner_id), "sid": str(session.pk), "typ": kind, "jti": identity,
        "iat": timezone.now(), "exp": expires,
    }  # fmt: skip
    return jwt.encode(claims, settings.SECRET_KEY, algorithm=settings.ALGORITHM)


def _decode(token: str, kind: str | None) -> dict[str, Any]:
    try:
        claims: dict[str, Any] = jwt.decode(
            token, settings.SECRET_KEY, algorithms=[settings.ALGORITHM],
            options={"require": ["exp", "sub", "sid", "typ", "jti"]},
        )  # fmt: skip
        UUID(claims["sub"]), UUID(str(claims["sid"]))
    except (jwt.InvalidTokenError, ValueError, RecursionError) as problem:
        raise BadToken from problem
    if kind is not None and claims["typ"] != kind:
        raise BadToken
    return claims


class NoScope(PermissionDenied):
    """An app password knocks where it does not open."""

    problem_code = "scope_missing"


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer …` with an access token or an app password; whose it is acts in the request."""

    def authenticate(self, request: Request) -> tuple[User, str] | None:
        """Return the person, or None where no bearer token came; raises AuthenticationFailed.

        An app password without the scope that the request needs raises PermissionDenied, here for every view.
        """
        token = _bearer(request)
        if token is None:
            return None
        if token.startswith(app_passwords.PREFIX):
            return self._by_app_password(request, token), token
        user, session = opened_by(token)
        if user is None:
            raise AuthenticationFailed("The token is not valid (any more). Get a new one from /api/auth/refresh.")
        act(user)
        doors.seen(session)
        return user, token

    def _by_app_password(self, request: Request, token: str) -> User:
        row = app_passwords.find(token)
        if row is None:
            raise AuthenticationFailed("This app password is not valid (any more). Make a new one in the settings.")
        scope = app_passwords.needed(request.method or "", request._request.path_info)
        if scope is None:
            raise NoScope("An app password opens nothing of the account itself. Sign in for that. Nothing has changed.")
        if scope not in row.scopes.split():
            raise NoScope(f"This app password has no scope “{scope}”. Make one that has it. Nothing has changed.")
        act(row.owner)
        app_passwords.used(row)
        return row.owner

    def authenticate_header(self, request: Request) -> str:
        """Return what a 401 asks for."""
        return 'Bearer realm="PAM"'


class PageSessionAuthentication(SessionAuthentication):
    """The cookie session of the pages, with CSRF."""

    def authenticate(self, request: Request) -> Any:
        """Return the person of the cookie session."""
        found = super().authenticate(request)
        if found is not None:
            act(found[0])
        return found


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tells the schema of bearer tokens."""

    target_class = BearerAuthentication
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Return the scheme."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class PageSessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tells the schema of the cookie session."""

    target_class = PageSessionAuthentication
    name = "cookie"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Return the scheme."""
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}

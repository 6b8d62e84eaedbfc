"""Sockets: where they come in, and who they are."""

from __future__ import annotations

from functools import partial
from typing import Any

from channels.routing import URLRouter
from channels.security.websocket import OriginValidator
from channels.sessions import CookieMiddleware
from django.conf import settings
from django.urls import path

from .consumer import PamConsumer, in_thread

BEARER = "bearer."


class SocketAuth:
    """Signs a socket in: a bearer token among the subprotocols, else the session cookie of an allowed origin."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.cookie = OriginValidator(CookieMiddleware(_Session(inner)), _origins())

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        """Route by how the client signs in."""
        offered = scope.get("subprotocols", [])
        token = next((name[len(BEARER) :] for name in offered if name.startswith(BEARER)), None)
        if token is None:
            return await self.cookie(scope, receive, send)
        from pam.accounts.tokens import opened_by

        user, session_id = await in_thread(opened_by, token)
        return await self.inner(_let_in(scope, user, session_id), receive, send)


class _Session:
    """Reads the user of the session cookie."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        key = scope.get("cookies", {}).get(settings.SESSION_COOKIE_NAME)
        user, session_id = await in_thread(_opened_by_cookie, key) if key else (None, None)
        return await self.inner(_let_in(scope, user, session_id), receive, send)


def _let_in(scope: Any, user: Any, session_id: str | None) -> dict[str, Any]:
    """Return the scope with who signed in and, in "still", how to ask whether the session is open yet.

    The session is asked, not the token or cookie: those are renewed while the socket stays.
    """
    from pam.accounts.doors import is_open

    return {**scope, "user": user, "session_id": session_id, "still": partial(is_open, session_id)}


def _opened_by_cookie(key: str) -> tuple[Any, str | None]:
    from importlib import import_module

    from django.contrib.auth import get_user
    from django.http import HttpRequest

    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user = get_user(request)
    return (user, request.session.get("pam_session")) if user.is_authenticated else (None, None)


def _origins() -> list[str]:
    return ["*"] if settings.ALLOWED_HOSTS == ["*"] else [*settings.ALLOWED_HOSTS, *settings.CORS_ALLOWED_ORIGINS]


application = SocketAuth(
    URLRouter([path("api/pam/ws", PamConsumer.as_asgi()), path("api/pam/ws/", PamConsumer.as_asgi())])
)

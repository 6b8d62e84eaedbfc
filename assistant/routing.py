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
        from pam.accounts.tokens import user_of_token

        user = await in_thread(user_of_token, token)
        return await self.inner({**scope, "user": user, "still": partial(user_of_token, token)}, receive, send)


class _Session:
    """Reads the user of the session cookie."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        key = scope.get("cookies", {}).get(settings.SESSION_COOKIE_NAME)
        user = await in_thread(_user_of_session, key) if key else None
        return await self.inner({**scope, "user": user, "still": partial(_user_of_session, key)}, receive, send)


def _user_of_session(key: str) -> Any:
    from importlib import import_module

    from django.contrib.auth import get_user
    from django.http import HttpRequest

    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user = get_user(request)
    return user if user.is_authenticated else None


def _origins() -> list[str]:
    return ["*"] if settings.ALLOWED_HOSTS == ["*"] else [*settings.ALLOWED_HOSTS, *settings.CORS_ALLOWED_ORIGINS]


application = SocketAuth(
    URLRouter([path("api/pam/ws", PamConsumer.as_asgi()), path("api/pam/ws/", PamConsumer.as_asgi())])
)

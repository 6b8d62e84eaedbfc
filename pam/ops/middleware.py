"""The first thing every request passes: its correlation id, and its one log line."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils.functional import LazyObject, empty

from . import identity, scrub, views

log = structlog.get_logger("pam.request")

HEADER = "X-Request-ID"
# Asked every few seconds by machines: below the level that is read.
QUIET = ("/api/health", "/metrics", "/api/monitoring/metrics", "/static/")


class RequestIdentity:
    """Gives each request its id, in and out, and writes one line when it is answered.

    The line holds method, path, status, milliseconds and the person's id where known; never bodies, query
    strings, tokens or addresses. An answer that streams is logged when it starts.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        started = time.perf_counter()
        path = scrub.path(request.path)
        structlog.contextvars.clear_contextvars()
        found = identity.begin(request.headers.get(HEADER))
        structlog.contextvars.bind_contextvars(method=request.method, path=path)
        request.request_id = found  # type: ignore[attr-defined]
        response = self.get_response(request)
        response[HEADER] = found
        if request.resolver_match is not None:
            path = scrub.path(request.path, request.resolver_match.kwargs)
        user = _known_user(request)
        level = "error" if response.status_code >= 500 else "info"
        getattr(log, "debug" if level == "info" and request.path.startswith(QUIET) else level)(
            "request",
            method=request.method,
            path=path,
            status=response.status_code,
            milliseconds=round((time.perf_counter() - started) * 1000, 1),
            **({"user": user} if user else {}),
        )
        if not getattr(response, "streaming", False):
            identity.end()
        return response

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, kwargs: dict[str, Any]) -> None:
        """Now that the address is resolved, it is known which of its parts are secrets."""
        structlog.contextvars.bind_contextvars(path=scrub.path(request.path, kwargs))


def _known_user(request: HttpRequest) -> str | None:
    """The id of the person where the request has come to know them; asks no database for it."""
    user = getattr(request, "user", None)
    if isinstance(user, LazyObject) and user._wrapped is empty:
        return None
    pk = getattr(user, "pk", None)
    return str(pk) if pk is not None else None


class HealthFirst:
    """Answers health and metrics before anything that needs a session, a database or a known host name.

    So they say what they are for also when those are down, and cost almost nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        view = _FIRST.get(request.path_info.rstrip("/"))
        return self.get_response(request) if view is None else view(request)


_FIRST = {
    "/api/health": views.health,
    "/api/health/detailed": views.detailed,
    "/metrics": views.metrics,
    "/api/monitoring/metrics": views.metrics,
}

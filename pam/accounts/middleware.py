"""What a signed-in browser's request leaves behind."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from pam.ops import identity

from . import doors, events

log = structlog.get_logger(__name__)


class AfterAnswerMiddleware:
    """Does what a request left to be done once its answer is sent."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        left: list[Callable[[], None]] = []
        setattr(request, events.AFTER, left)
        response = self.get_response(request)
        if left:
            given = identity.request_id()

            def do() -> None:
                with identity.following(given):
                    for work in left:
                        try:
                            work()
                        except Exception:
                            log.exception("accounts.after_answer_failed")

            response._resource_closers.append(do)  # type: ignore[attr-defined]
        return response


class SeenMiddleware:
    """Keeps up when the session of a browser was last seen; tokens do so where they are read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Note it and answer the request."""
        if request.user.is_authenticated and (session := request.session.get("pam_session")):
            doors.seen(session)
        return self.get_response(request)

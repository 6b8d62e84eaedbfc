"""What a signed-in browser's request leaves behind."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from . import doors


class SeenMiddleware:
    """Keeps up when the session of a browser was last seen; tokens do so where they are read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Note it and answer the request."""
        if request.user.is_authenticated and (session := request.session.get("pam_session")):
            doors.seen(session)
        return self.get_response(request)

"""A bound on the body of any request, before the server spools it: Django over ASGI reads it whole before any view."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.conf import settings

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

BESIDES = 1024 * 1024  # of a form: fields and boundaries around the file; other bodies are bounded by their readers


class _TooLarge(Exception):
    """More came than is taken."""


class BoundedBody:
    """Passes requests on and answers 413 as soon as more came than the largest file needs; reads no further then."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        most = max(settings.FILE_MAX_BYTES, settings.DATA_UPLOAD_MAX_MEMORY_SIZE) + BESIDES
        said = dict(scope["headers"]).get(b"content-length", b"")
        if said.isdigit() and int(said) > most:
            await _refuse(send)
            return
        taken, began = 0, False

        async def counted() -> Mapping[str, Any]:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most and not began:
                raise _TooLarge
            return message

        async def noted(message: Mapping[str, Any]) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            await self.app(scope, counted, noted)
        except _TooLarge:
            await _refuse(send)


async def _refuse(send: Send) -> None:
    megabytes = round(settings.FILE_MAX_BYTES / 1024 / 1024, 1)
    problem = {
        "type": "about:blank",
        "title": "Too large",
        "status": 413,
        "detail": f"The request is larger than is taken: a file has at most {megabytes:g} MB. Nothing has changed.",
        "request_id": "",
    }
    headers = [(b"content-type", b"application/problem+json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(problem).encode()})

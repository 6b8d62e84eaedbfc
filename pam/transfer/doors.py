"""Handing out an export, to who gives the present password; pages and API alike."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import IO, Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse

from pam.accounts import events
from pam.accounts.models import User
from pam.accounts.services import require_present

from .export import export, name_of

CHUNK = 256 * 1024


def hand_out(request: HttpRequest, user: User, password: str) -> StreamingHttpResponse:
    """Answer everything of a person as a zip; raises ValidationError, and doors.Locked."""
    require_present(request, user, password)
    events.record(user, "exported", request=request)
    file = export(user)
    size = file.seek(0, 2)
    file.seek(0)
    # Under ASGI a plain iterator would be read into memory whole.
    content: Any = _chunks_async(file) if isinstance(request, ASGIRequest) else _chunks(file)
    answer = StreamingHttpResponse(content, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{name_of(user)}"'
    answer["Content-Length"] = str(size)
    answer["Cache-Control"] = "no-store"
    answer._resource_closers.append(file.close)  # type: ignore[attr-defined]
    return answer


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk


async def _chunks_async(file: IO[bytes]) -> AsyncIterator[bytes]:
    while chunk := await sync_to_async(file.read, thread_sensitive=False)(CHUNK):
        yield chunk

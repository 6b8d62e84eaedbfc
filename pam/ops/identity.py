"""The correlation id that follows a request through logs, tasks, sockets and reports."""

from __future__ import annotations

import re
from contextvars import ContextVar

from pam.access.ids import uuid7

_request_id: ContextVar[str | None] = ContextVar("pam_request_id", default=None)
_FORM = re.compile(r"[A-Za-z0-9._-]{8,64}")


def request_id() -> str | None:
    """Return the current correlation id, or None outside any request."""
    return _request_id.get()


def begin(given: str | None = None) -> str:
    """Take the client's id where it has a sane form, else a new one; return it."""
    found = given if given and _FORM.fullmatch(given) else uuid7().hex
    _request_id.set(found)
    return found

"""The correlation id that follows a request through logs, tasks, sockets and reports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog

from pam.access.ids import uuid7

_request_id: ContextVar[str | None] = ContextVar("pam_request_id", default=None)
_FORM = re.compile(r"[A-Za-z0-9._-]{8,64}")


def request_id() -> str | None:
    """Return the current correlation id, or None outside any request."""
    return _request_id.get()


def accepted(given: str | None) -> str:
    """Return the client's id where its form is sane, else a new one."""
    return given if given and _FORM.fullmatch(given) else uuid7().hex


def begin(given: str | None = None) -> str:
    """Take the client's id where its form is sane, else a new one; return it. Log lines carry it from now."""
    found = accepted(given)
    _request_id.set(found)
    structlog.contextvars.bind_contextvars(request_id=found)
    return found


def end() -> None:
    """Forget the id and all that log lines carried with it: the work is over."""
    _request_id.set(None)
    structlog.contextvars.clear_contextvars()


@contextmanager
def following(given: str | None = None, **facts: str) -> Iterator[str]:
    """Follow one piece of work: its id and facts on every log line inside, afterwards what was before."""
    before = structlog.contextvars.get_contextvars()
    token = _request_id.set(None)
    structlog.contextvars.clear_contextvars()
    try:
        found = begin(given)
        structlog.contextvars.bind_contextvars(**facts)
        yield found
    finally:
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(**before)
        _request_id.reset(token)

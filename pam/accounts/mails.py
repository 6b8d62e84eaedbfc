"""Mails of accounts. Whether one goes out must not be told by how long the answer takes."""

from __future__ import annotations

import hashlib
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import get_connection, send_mail

from pam.ops.once import forget, once

log = structlog.get_logger(__name__)

PAUSE_SECONDS = 60  # so long the same mail is not sent again: nobody's inbox is filled by a stranger
# These talk to nobody: a thread would only mix up their lines.
_AT_ONCE = tuple(f"django.core.mail.backends.{name}.EmailBackend" for name in ("console", "locmem", "dummy"))
_post = ThreadPoolExecutor(max_workers=2, thread_name_prefix="accounts-mail")


def send(address: str, subject: str, text: str) -> Future[None] | None:
    """Send a mail, the same one at most once a minute, beside the answer and not before it.

    A mail server is slower than anything else here; waiting for it would tell who has an account. A failure is
    logged and lets the mail be asked for again; so does the end of the process in between.
    """
    key = _key(address, subject)
    if not once(key, PAUSE_SECONDS):
        return None
    if settings.EMAIL_BACKEND in _AT_ONCE:
        _deliver(get_connection(), key, address, subject, text)
        return None
    # By the way that is set now, whenever its turn comes.
    return _post.submit(_deliver, get_connection(), key, address, subject, text)


def pretend() -> None:
    """Do what `send` does before the answer, for an address that gets no mail."""
    once(_key("", "nothing"), 1)


def _deliver(connection: Any, key: str, address: str, subject: str, text: str) -> None:
    try:
        send_mail(subject, text, None, [address], connection=connection)
    except Exception:
        forget(key)
        log.exception("accounts.mail_failed", subject=subject)


def _key(address: str, subject: str) -> str:
    return f"accounts.mail.{hashlib.sha256(f'{address}|{subject}'.encode()).hexdigest()}"

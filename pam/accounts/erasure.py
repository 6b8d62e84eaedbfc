"""Leaving: an account is erased some days after that was asked for, and until then it can be kept.

The erasing itself is `pam.transfer.erase`. Who keeps rows that other people see registers here what becomes of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils import timezone

from pam import journal
from pam.live.services import queue_mail

from . import events
from .models import User

# Each puts in order what of a person's leaving concerns others (who leads their groups), through the ORM, inside a
# journal entry and looking across owners. Rows that are the person's own need nothing: they are deleted afterwards.
_leaving: list[Callable[[User], None]] = []


def on_leaving(function: Callable[[User], None]) -> None:
    """Register what is done before the rows of a person go."""
    if function not in _leaving:
        _leaving.append(function)


def take_leave(user: User) -> None:
    """Do what is registered; the caller holds a journal entry and looks across owners."""
    for function in _leaving:
        function(user)


def ask(user: User, request: Any = None) -> dt.datetime:
    """Set when the person is erased and mail it to them; asked twice, the first day holds. Return the moment."""
    if user.erase_at is not None:
        return user.erase_at
    at = timezone.now() + dt.timedelta(days=settings.ERASE_AFTER_DAYS)
    day = f"{timezone.localtime(at, user.zone):%d %B %Y}".lstrip("0")
    with journal.entry(user, source=events.source_of(request)):
        events.record(user, "erasure_asked", request=request, erase_at=at.isoformat())
        _set(user, at)
        queue_mail(
            user, subject="Your PAM account will be erased", dedupe=f"erasure:{at.isoformat()}",
            body=f"You asked that your PAM account be erased. On {day} everything of yours is deleted for good; nobody "
            "can bring it back then.\n\nYou are signed out everywhere, and app passwords open nothing any more. To keep "
            "the account, sign in before that day and choose “Keep the account”.\n\nIf it was not you who asked, sign "
            "in, keep the account and change the password.\n",
        )  # fmt: skip
    return at


def cancel(user: User, request: Any = None) -> None:
    """Keep the account of a person who had asked to be erased."""
    if user.erase_at is not None:
        with journal.entry(user, source=events.source_of(request)):
            events.record(user, "erasure_cancelled", request=request)
            _set(user, None)


def _set(user: User, at: dt.datetime | None) -> None:
    user.erase_at = at
    user.save(update_fields=["erase_at"])

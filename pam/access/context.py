"""The one context variable that says who acts. Every thread hop carries it (asgiref and `copy_context` do)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.utils import timezone

if TYPE_CHECKING:
    from pam.accounts.models import User


class NotActing(RuntimeError):
    """Rows that belong to somebody were asked for while nobody was said to act."""

    def __init__(self) -> None:
        super().__init__("Nobody acts here: wrap this in access.acting_as(user).")


@dataclass(frozen=True)
class Acting:
    """Who acts: a person, or (with a reason) the system across owners."""

    user: User | None
    reason: str = ""


_acting: ContextVar[Acting | None] = ContextVar("pam_acting", default=None)


def current() -> Acting:
    """Return who acts; raises NotActing."""
    found = _acting.get()
    if found is None:
        raise NotActing
    return found


def current_or_none() -> Acting | None:
    """Return who acts, or None."""
    return _acting.get()


def current_user() -> User:
    """Return the acting person; raises NotActing where nobody or only the system acts."""
    user = current().user
    if user is None:
        raise NotActing
    return user


def current_user_id() -> UUID:
    """Return the acting person's id; raises NotActing."""
    return current_user().pk


def act(user: Any) -> Token[Acting | None]:
    """Say who acts until the surrounding request ends (a door's authenticator uses this)."""
    person = cast("User", user)
    timezone.activate(person.zone)
    return _acting.set(Acting(person))


@contextmanager
def nobody() -> Iterator[None]:
    """Start with nobody acting and leave nothing behind: what surrounds a request."""
    token = _acting.set(None)
    try:
        with timezone.override(None):
            yield
    finally:
        _acting.reset(token)


@contextmanager
def acting_as(user: Any) -> Iterator[User]:
    """Let `user` act inside the block: scope of owned managers, row-level security, time zone."""
    person = cast("User", user)
    token = _acting.set(Acting(person))
    try:
        with timezone.override(person.zone):
            yield person
    finally:
        _acting.reset(token)


@contextmanager
def unscoped(reason: str) -> Iterator[None]:
    """Look across owners, on purpose and with the reason said; the acting person stays who they are.

    For the listed handful: claiming due rows, the journal's own reading, staff's admin, checks.
    """
    before = _acting.get()
    token = _acting.set(Acting(before.user if before else None, reason))
    try:
        yield
    finally:
        _acting.reset(token)

"""ETags from the versions of audiences: exact, and known before any data is read."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from pam.access.models import versions
from pam.access.rules import groups_of

if TYPE_CHECKING:
    from pam.accounts.models import User


def etag_of(request: Request, domains: Sequence[str]) -> str:
    """Return the ETag of what this person sees at this URL: release, URL, settings, versions, local day."""
    user = cast("User", request.user)
    groups = groups_of(user.pk)
    return etag_from(
        request.get_full_path(), [str(user.pk), user.email, user.role], timezone.localdate(),
        versions([user.pk, *groups], [*domains, "accounts"]), groups,
    )  # fmt: skip


def etag_from(
    url: str, person: list[str], day: dt.date, moved: list[tuple[str, str, int]], groups: Sequence[UUID]
) -> str:
    """Return the ETag that these facts give; the front gathers them in another way."""
    facts = [settings.VERSION, url, person, day.isoformat(), moved, sorted(str(group) for group in groups)]
    return f'"{hashlib.sha256(repr(facts).encode()).hexdigest()[:32]}"'


def matches(etag: str, if_none_match: str) -> bool:
    """Whether an If-None-Match header names this ETag."""
    given = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in given or "*" in given


def conditional(request: Request, domains: Sequence[str], read: Callable[[], Response]) -> Response:
    """Answer 304 where nothing of these domains has changed, else read; both with ETag."""
    etag = etag_of(request, domains)
    unchanged = matches(etag, request.headers.get("If-None-Match", ""))
    response = Response(status=304) if unchanged else read()
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["Vary"] = "Authorization, Cookie"
    return response

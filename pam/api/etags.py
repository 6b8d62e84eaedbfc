"""ETags from the versions of audiences: exact, and known before any data is read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

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
    facts = [
        settings.VERSION,
        request.get_full_path(),
        [str(user.pk), user.email, user.role],
        timezone.localdate().isoformat(),
        versions([user.pk, *groups_of(user.pk)], [*domains, "accounts"]),
        sorted(str(group) for group in groups_of(user.pk)),
    ]
    return f'"{hashlib.sha256(repr(facts).encode()).hexdigest()[:32]}"'


def conditional(request: Request, domains: Sequence[str], read: Callable[[], Response]) -> Response:
    """Answer 304 where nothing of these domains has changed, else read; both with ETag."""
    etag = etag_of(request, domains)
    given = {tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")}
    response = Response(status=304) if etag in given or "*" in given else read()
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["Vary"] = "Authorization, Cookie"
    return response

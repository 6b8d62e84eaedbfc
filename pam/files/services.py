"""Every rule of files, and every write. Callers hold a journal entry where a row gets or loses a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from pam.access import unscoped
from pam.journal.owned import saved

from . import storage, targets, uploads
from .content import Content
from .models import Attachment, StoredFile, Upload

MOST_PER_ROW = 10
MOST_WAITING = 20
WAITS = dt.timedelta(days=1)
FACTS = ("name", "media_type", "size", "sha256", "width", "height", "key")

# Each gives the ids of uploads that something still waits for, however old they are (a plan that waits for a yes).
still_wanted: list[Callable[[], Iterable[UUID]]] = []


def attach(user: Any, row: Any, content: Content) -> Attachment:
    """Add a file to a row of the user's own; raises PermissionDenied and ValidationError, leaving no bytes."""
    _may_attach(user, row)
    found = _facts(content)
    try:
        return saved(_attachment(user, row, found))
    except BaseException:
        storage.forget(found["key"])
        raise


def attach_upload(user: Any, row: Any, upload: Upload) -> Attachment:
    """Give a waiting upload to a row of the user's own; it waits no longer. Raises as `attach`."""
    _may_attach(user, row)
    found = saved(_attachment(user, row, {name: getattr(upload, name) for name in FACTS}))
    upload.delete()
    return found


def remove(user: Any, attachment: Attachment) -> None:
    """Take a file off its row; undo brings it back. Its own adder may, and nobody else."""
    if attachment.owner_id != user.pk:
        raise PermissionDenied("Only who added a file takes it away. Nothing has changed.")
    attachment.delete()


def upload(user: Any, content: Content) -> Upload:
    """Keep a file that waits to be attached, for a day; raises ValidationError where too many wait."""
    if Upload.objects.filter(owner=user).count() >= MOST_WAITING:
        raise ValidationError(
            {"file": f"{MOST_WAITING} files wait already. Say what they belong to, or delete some of them."}
        )
    found = _facts(content)
    try:
        return saved(Upload(owner=user, expires_at=timezone.now() + WAITS, **found))
    except BaseException:
        storage.forget(found["key"])
        raise


def upload_all(user: Any, request: HttpRequest) -> list[UUID]:
    """Keep all files of a form, or none of them; return their ids. Raises ValidationError."""
    contents = uploads.all_sent(request)
    kept: list[Upload] = []
    try:
        with transaction.atomic():
            kept.extend(upload(user, content) for content in contents)
    except BaseException:
        for row in kept:
            storage.forget(row.key)
        raise
    return [row.pk for row in kept]


def discard(upload: Upload) -> None:
    """Delete a file that waits; nothing ever referred to its bytes."""
    key = upload.key
    upload.delete()
    storage.forget_after_commit(key)


def waiting(ids: Sequence[UUID]) -> list[Upload]:
    """Return the acting person's waiting uploads with these ids, in their order; what waits no more is left out."""
    found = Upload.objects.in_bulk(list(ids))
    return [found[pk] for pk in dict.fromkeys(ids) if pk in found]


def expire() -> int:
    """Delete uploads that have waited a day and that nothing waits for; return how many."""
    with unscoped("uploads that waited too long go"):
        wanted = {UUID(str(pk)) for provider in still_wanted for pk in provider()}
        rows = list(Upload.objects.filter(expires_at__lt=timezone.now()).exclude(pk__in=wanted))
        for row in rows:
            discard(row)
    return len(rows)


def _may_attach(user: Any, row: Any) -> None:
    if not targets.takes(type(row)):
        raise ValidationError({"file": "Files cannot be attached to this."})
    if row.owner_id != user.pk:
        raise PermissionDenied(f"Only whose {row.noun.lower()} it is adds files to it. Nothing has changed.")
    if targets.of(row).count() >= MOST_PER_ROW:
        raise ValidationError({"file": f"It has {MOST_PER_ROW} files, and more are not taken. Delete one first."})


def _attachment(user: Any, row: Any, facts: dict[str, Any]) -> Attachment:
    label = type(row)._meta.label_lower
    return Attachment(owner=user, target_model=label, target_id=row.pk, group_id=targets.group_of(row), **facts)


def _facts(content: Content) -> dict[str, Any]:
    return {
        "name": content.name, "media_type": content.media_type, "size": len(content.data), "sha256": content.sha256,
        "width": content.width, "height": content.height, "key": storage.keep(content),
    }  # fmt: skip


def facts_of(row: StoredFile) -> dict[str, str]:
    """Return what a conversation shows of a file."""
    return {"id": str(row.pk), "name": row.name, "media_type": row.media_type}

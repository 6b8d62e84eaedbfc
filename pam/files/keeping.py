"""Files in an export, in its restoring, and when a person leaves."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from io import BytesIO
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError

from pam.access import unscoped
from pam.accounts.models import User

from . import storage
from .content import examine
from .models import Attachment, Upload

_KEY = re.compile(r"[0-9a-f]{32}")


class Files:
    """Takes the bytes of attachments along; what waits for a day stays behind."""

    name = "attachments"

    def export(self, user: User) -> Iterator[tuple[UUID, IO[bytes]]]:
        """Yield each row's id and bytes; what is missing from the storage is left out."""
        for row in _rows(user, Attachment):
            try:
                yield row.pk, BytesIO(storage.read(row))
            except storage.Missing:
                continue

    def restore(self, user: User, files: Iterator[tuple[UUID, IO[bytes]]]) -> None:
        """Put the bytes of restored rows in their places; raises ValueError where they are no such file.

        What is put and then rolled back has no row, and the sweep takes it.
        """
        rows = {row.pk: row for row in _rows(user, Attachment)}
        keys = [row.key for row in rows.values()]
        if len(set(keys)) < len(keys) or not all(_KEY.fullmatch(key) for key in keys):
            raise ValueError("it names places that are none.")
        if any(storage.is_there(key) for key in keys):
            raise ValueError("its place is taken here.")
        for pk, data in files:
            row = rows.get(pk)
            if row is not None:
                _put(row, data.read(settings.FILE_MAX_BYTES + 1))


def _put(row: Any, data: bytes) -> None:
    if len(data) != row.size or hashlib.sha256(data).hexdigest() != row.sha256:
        raise ValueError("its bytes are not those of its row.")
    try:
        content = examine(data)
    except ValidationError as problem:
        raise ValueError(" ".join(problem.messages)) from problem
    if content.media_type != row.media_type:
        raise ValueError(f"it is no {row.media_type}.")
    storage.put(row.key, data, content.thumbnail)


def _rows(user: User, *kinds: type[Attachment] | type[Upload]) -> list[Any]:
    with unscoped("the files of one person are taken along"):
        return [row for model in kinds for row in model._default_manager.filter(owner=user)]


def leave(user: User) -> None:
    """Remove the bytes of a person's files with their rows, and what only their journal still named."""
    for row in _rows(user, Attachment, Upload):
        storage.forget_after_commit(row.key)
    with unscoped("the files of one person are taken along"):
        for key in storage.named_by(user):
            storage.forget_after_commit(key)

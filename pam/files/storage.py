"""Where bytes stand: under random keys, outside of anything that is served by itself.

**When bytes go.** Deleting an attachment, or undoing that it was added, takes its row only, so that undo and redo bring
it back whole. Bytes are removed by `sweep`, once nothing can ask for them any more: no attachment and no waiting upload
has their key, and no journal entry whose content is still kept names it (an entry whose content is erased can be undone
no more). What a broken-off request has left behind goes the same way, an hour later.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import transaction
from django.utils import timezone

from pam.access import unscoped
from pam.journal.models import JournalChange

from .content import Content
from .models import Attachment, StoredFile, Upload

log = structlog.get_logger(__name__)

SMALL = ".small"  # ending of a thumbnail's key
UNFINISHED = dt.timedelta(hours=1)  # bytes are stored before their row: younger ones may be about to get it
CHUNK = 200


class Missing(OSError):
    """The bytes of a file are not where they were put."""


def storage() -> Storage:
    """Return the storage of files."""
    return storages["files"]


def keep(content: Content) -> str:
    """Store the bytes of a file, and of its thumbnail; return their key."""
    key = secrets.token_hex(16)
    try:
        storage().save(_place(key), ContentFile(content.data))
        if content.thumbnail:
            storage().save(_place(key) + SMALL, ContentFile(content.thumbnail))
    except BaseException:
        forget(key)
        raise
    return key


def put_back(key: str, content: Content) -> None:
    """Store bytes under the key that they had before; raises ValueError where others stand there."""
    place = _place(key)
    if storage().exists(place):
        with storage().open(place) as there:
            if there.read() != content.data:
                raise ValueError("another file stands in its place")
    else:
        storage().save(place, ContentFile(content.data))
    if content.thumbnail and not storage().exists(place + SMALL):
        storage().save(place + SMALL, ContentFile(content.thumbnail))


def forget(key: str) -> None:
    """Remove the bytes of a key, where they are there."""
    for place in (_place(key), _place(key) + SMALL):
        with suppress(FileNotFoundError):
            storage().delete(place)


def forget_after_commit(key: str) -> None:
    """Remove the bytes of a key once it is sure that their row is gone."""
    transaction.on_commit(lambda: forget(key))


def read(row: StoredFile, *, small: bool = False) -> bytes:
    """Return the bytes of a file, or of its thumbnail; raises Missing."""
    try:
        with storage().open(_place(row.key) + (SMALL if small else "")) as found:
            return bytes(found.read())
    except OSError as problem:
        log.error("files.missing", key=row.key)
        raise Missing(row.key) from problem


def sweep() -> int:
    """Remove bytes that nothing refers to any more; return of how many files."""
    old = timezone.now() - UNFINISHED
    gone = 0
    for keys in _chunks(_keys_older_than(old)):
        for key in keys - _wanted(keys):
            forget(key)
            gone += 1
    return gone


def _wanted(keys: set[str]) -> set[str]:
    with unscoped("bytes that any row or entry refers to are kept"):
        found = set(Attachment.objects.filter(key__in=keys).values_list("key", flat=True))
        found |= set(Upload.objects.filter(key__in=keys).values_list("key", flat=True))
        if keys - found:
            changes = JournalChange.objects.filter(model=Attachment._meta.label_lower).exclude(entry__salt="")
            for before, after in changes.values_list("before", "after").iterator():
                found |= {values["key"] for values in (before, after) if values and "key" in values}
    return found


def _keys_older_than(moment: dt.datetime) -> Iterator[str]:
    try:
        folders, _ = storage().listdir("")
    except FileNotFoundError:
        return
    for folder in sorted(folders):
        for name in sorted(storage().listdir(folder)[1]):
            if storage().get_modified_time(f"{folder}/{name}") < moment:
                yield f"{folder}{name}".removesuffix(SMALL)


def _chunks(keys: Iterable[str]) -> Iterator[set[str]]:
    chunk: set[str] = set()
    for key in keys:
        chunk.add(key)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = set()
    if chunk:
        yield chunk


def _place(key: str) -> str:
    return f"{key[:2]}/{key[2:]}"

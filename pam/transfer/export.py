"""A person's export: a zip with `manifest.json`, `rows/APP.MODEL.jsonl` (a JSON object a row) and `files/KEEPER/ID`.

A row holds every column as the journal keeps values: UUIDs, decimals, dates and times as text, JSON as {"json": …};
encrypted columns are opened, since it is the person's own.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from pam.access import unscoped
from pam.access.context import nobody
from pam.accounts.models import User
from pam.journal.values import encode_row

from . import rows
from .kept import keepers

FORMAT, VERSION = "pam-export", 1
# Of the person's own row: their settings, and what makes it theirs. The password's hash is not among them.
PERSON = ("id", "email", "email_verified_at", "date_joined", *sorted(User.recorded_fields))


def export(user: User) -> IO[bytes]:
    """Return everything of a person as an open file that has no name: nothing is left when it is closed, or if not.

    What it holds is of one moment. Memory does not grow with what there is.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - who asks closes it
    try:
        with _one_moment(), unscoped("everything of one person is read"):
            write(user, file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def write(user: User, file: IO[bytes]) -> None:
    """Write everything of a person into an open file; ask while looking across owners."""
    counts: dict[str, int] = {}
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for model in rows.exported_models():
            label = model._meta.label_lower
            counts[label] = 0
            with archive.open(f"rows/{label}.jsonl", "w", force_zip64=True) as part:
                for row in rows.read(rows.of(model, user.pk), rows.columns(model)):
                    part.write(json.dumps(encode_row(row), ensure_ascii=False).encode() + b"\n")
                    counts[label] += 1
        count = 0
        for keeper in keepers.values():
            for row_id, data in keeper.export(user):
                place = ZipInfo(f"files/{keeper.name}/{row_id}", timezone.now().timetuple()[:6])  # as it is: not packed
                with data, archive.open(place, "w", force_zip64=True) as part:
                    shutil.copyfileobj(data, part)
                count += 1
        person = User.objects.filter(pk=user.pk).values(*PERSON).get()
        manifest = {
            "format": FORMAT, "version": VERSION, "pam": settings.VERSION, "made_at": timezone.now().isoformat(),
            "person": encode_row(person), "rows": counts, "files": count,
            "left_out": {"password": "opens the account", **rows.LEFT_OUT},
        }  # fmt: skip
        archive.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))


@contextmanager
def _one_moment() -> Iterator[None]:
    """Let every query of the block see the database as it is now, without holding up anybody who writes."""
    if connection.in_atomic_block:
        yield  # of the caller's transaction
    elif connection.vendor == "sqlite":
        # `atomic` would take the lock of writers at once.
        with connection.cursor() as cursor:
            cursor.execute("begin deferred")
            try:
                yield
            finally:
                cursor.execute("rollback")
    else:
        with transaction.atomic():
            with nobody(), connection.cursor() as cursor:  # before anything is told to the connection
                cursor.execute("set transaction isolation level repeatable read")
            yield


def name_of(user: User) -> str:
    """Return the name under which an export is offered."""
    return f"pam-export-{timezone.localdate(timezone=user.zone):%Y-%m-%d}.zip"

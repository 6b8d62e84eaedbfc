"""Files in an export and its restoring, and their bytes when a person is erased."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from pam.access import acting_as
from pam.accounts.models import User
from pam.files import services, storage
from pam.files.content import Content, examine
from pam.files.models import Attachment, Upload
from pam.transfer.archive import Unusable
from pam.transfer.erase import erase_due
from pam.transfer.export import export
from pam.transfer.restore import restore
from tests.files import PDF, picture
from tests.house import doing, looking, person
from you import services as you

pytestmark = pytest.mark.django_db
Parts = dict[str, bytes]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    found = tmp_path / "files"
    options = {**settings.FILES_STORAGE["OPTIONS"], "location": str(found)}
    settings.STORAGES = {**settings.STORAGES, "files": {**settings.FILES_STORAGE, "OPTIONS": options}}
    return found


@pytest.fixture
def ann() -> User:
    user = person("Ann")
    task = doing(user, lambda: you.add_task(user, title="Renew the passport"))
    doing(user, lambda: services.attach(user, task, content(picture())))
    gone = doing(user, lambda: services.attach(user, task, content(PDF)))
    doing(user, lambda: services.remove(user, gone))
    with acting_as(user):
        services.upload(user, content(picture()))
    return user


def content(data: bytes) -> Content:
    return replace(examine(data), name="scan")


def stored(folder: Path) -> int:
    return sum(found.is_file() for found in folder.rglob("*"))


def parts_of(user: User) -> Parts:
    with export(user) as file, zipfile.ZipFile(file) as found:
        return {name: found.read(name) for name in found.namelist()}


def zipped(parts: Parts) -> io.BytesIO:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in parts.items():
            out.writestr(name, content)
    return made


def erase(user: User, capture: Any) -> None:
    User.objects.filter(pk=user.pk).update(erase_at=timezone.now() - dt.timedelta(seconds=1))
    with capture(execute=True):
        assert erase_due() == 1


def test_files_come_back_with_their_rows(ann: User, django_capture_on_commit_callbacks: Any) -> None:
    before = parts_of(ann)
    with looking():
        bytes_before = {row.pk: storage.read(row) for row in Attachment.objects.all()}
    erase(ann, django_capture_on_commit_callbacks)
    again = restore(zipped(before), "another long one").user
    with looking():
        assert {row.pk: storage.read(row) for row in Attachment.objects.all()} == bytes_before
        assert not Upload.objects.filter(owner=again).exists()  # it waits for a day only
    after = parts_of(again)
    assert {name for name in after if name.startswith("files/")} == {n for n in before if n.startswith("files/")}
    assert sorted(after["rows/files.attachment.jsonl"].splitlines()) == sorted(
        before["rows/files.attachment.jsonl"].splitlines()
    )


def test_nothing_of_the_bytes_is_left_of_an_erased_person(
    ann: User, folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    assert stored(folder) > 0
    erase(ann, django_capture_on_commit_callbacks)
    assert stored(folder) == 0


def rewritten(parts: Parts, label: str, change: Callable[[dict[str, Any]], None]) -> Parts:
    rows = [json.loads(line) for line in parts[f"rows/{label}.jsonl"].splitlines()]
    for row in rows:
        change(row)
    return {**parts, f"rows/{label}.jsonl": b"".join(json.dumps(row).encode() + b"\n" for row in rows)}


@pytest.mark.parametrize("key", ["../../../etc/passwd", "", "x" * 32, "/etc/passwd"])
def test_no_restored_row_names_a_place_that_is_none(
    ann: User, key: str, django_capture_on_commit_callbacks: Any
) -> None:
    parts = rewritten(parts_of(ann), "files.attachment", lambda row: row.update(key=key))
    erase(ann, django_capture_on_commit_callbacks)
    with pytest.raises(Unusable):
        restore(zipped(parts), "another long one")
    assert not User.objects.exists()


def test_no_restored_row_takes_another_s_bytes(ann: User, django_capture_on_commit_callbacks: Any) -> None:
    ben = person("Ben")
    task = doing(ben, lambda: you.add_task(ben, title="Secret"))
    theirs = doing(ben, lambda: services.attach(ben, task, content(picture())))
    parts = rewritten(parts_of(ann), "files.attachment", lambda row: row.update(key=theirs.key))
    erase(ann, django_capture_on_commit_callbacks)
    with pytest.raises(Unusable, match="taken"):
        restore(zipped(parts), "another long one")


def test_changed_bytes_are_refused(ann: User, django_capture_on_commit_callbacks: Any) -> None:
    parts = parts_of(ann)
    name = next(found for found in parts if found.startswith("files/"))
    erase(ann, django_capture_on_commit_callbacks)
    with pytest.raises(Unusable, match="not usable"):
        restore(zipped({**parts, name: parts[name] + b"x"}), "another long one")

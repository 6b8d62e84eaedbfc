"""Files on pages: added, shown, refused in words, taken away and brought back, without any script."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pam.access import acting_as
from pam.accounts.models import User
from pam.files.models import Attachment
from tests.files import PDF, picture
from tests.house import doing, dump, person
from you import services as you
from you.models import Task

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> None:
    options = {**settings.FILES_STORAGE["OPTIONS"], "location": str(tmp_path / "files")}
    settings.STORAGES = {**settings.STORAGES, "files": {**settings.FILES_STORAGE, "OPTIONS": options}}


@pytest.fixture
def ann() -> User:
    return person("Ann")


@pytest.fixture
def task(ann: User) -> Task:
    return doing(ann, lambda: you.add_task(ann, title="Wash the car"))  # type: ignore[no-any-return]


class Browser(Client):
    """A browser with cookies and CSRF in force, that sends the forms of the page it looks at."""

    def __init__(self, user: User) -> None:
        super().__init__(enforce_csrf_checks=True)
        self.force_login(user)
        self.html = ""

    def look(self, path: str) -> str:
        self.html = self.get(path).content.decode()
        return self.html

    def press(self, action: str, **fields: Any) -> str:
        form = re.search(rf'<form[^>]* action="{re.escape(action)}".*?</form>', self.html, re.S)
        assert form, action
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form[0])
        assert token
        answer = self.post(action, {"csrfmiddlewaretoken": token[1], **fields}, follow=True)
        assert answer.status_code == 200
        self.html = answer.content.decode()
        return self.html


def test_a_file_is_added_shown_taken_away_and_brought_back(ann: User, task: Task) -> None:
    browser = Browser(ann)
    browser.look("/you")
    shown = browser.press(f"/files/you.task/{task.pk}", file=SimpleUploadedFile("a <b>.jpg", picture()))
    with acting_as(ann):
        file = Attachment.objects.get()
    assert "a _b_.jpg" in shown
    assert f'src="/api/files/{file.pk}/thumbnail"' in shown
    assert browser.get(f"/api/files/{file.pk}/content")["Content-Type"] == "image/jpeg"
    shown = browser.press(f"/files/{file.pk}/remove")
    assert f"/api/files/{file.pk}/content" not in shown
    undo = re.search(r'action="(/activity/[^"]+/undo|[^"]*undo[^"]*)"', shown)
    assert undo
    shown = browser.press(undo[1], next="/you")
    assert f'href="/api/files/{file.pk}/content"' in shown


def test_a_refused_file_is_told_in_words_and_changes_nothing(ann: User, task: Task, settings: Any) -> None:
    browser = Browser(ann)
    browser.look("/you")
    before = dump()
    for data, said in ((b"MZ", "neither a picture"), (b"", "Send one file"), (PDF + bytes(300_000), "at most")):
        settings.FILE_MAX_BYTES = 100_000
        fields = {"file": SimpleUploadedFile("a.pdf", data)} if data else {}
        shown = browser.press(f"/files/you.task/{task.pk}", **fields)
        assert said in shown
        assert "Nothing has changed." in shown
    assert dump() == before


def test_another_persons_row_and_what_takes_no_files_are_not_found(ann: User, task: Task) -> None:
    eve = Browser(person("Eve"))
    eve.look("/you")
    token = eve.cookies["csrftoken"].value
    for path in (f"/files/you.task/{task.pk}", f"/files/accounts.user/{ann.pk}", f"/files/no.model/{task.pk}"):
        answer = eve.post(path, {"file": SimpleUploadedFile("a.pdf", PDF)}, headers={"X-CSRFToken": token})
        assert answer.status_code == 404
    with acting_as(ann):
        assert not Attachment.objects.exists()

"""Files sent along with what is said: attached to what the words make, asked about otherwise, undone with it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone
from rest_framework.test import APIClient

from assistant.models import Turn
from pam.access import acting_as
from pam.accounts.models import User
from pam.files import tasks
from pam.files.models import Attachment, Upload
from pam.journal.undo import undo
from social.models import Post
from tests.files import picture
from tests.house import doing, dump, entries, person
from wheels.models import Service
from wins.models import Transaction
from you import services as you
from you.models import Task

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> None:
    options = {**settings.FILES_STORAGE["OPTIONS"], "location": str(tmp_path / "files")}
    settings.STORAGES = {**settings.STORAGES, "files": {**settings.FILES_STORAGE, "OPTIONS": options}}


@pytest.fixture
def robin() -> User:
    call_command("demo")
    return User.objects.get(email="demo@example.com")


class Phone:
    """A client of the API that talks in one conversation."""

    def __init__(self, user: User) -> None:
        self.client = APIClient()
        password = "pam-demo" if user.email == "demo@example.com" else "a long password"
        answer = self.client.post("/api/auth/token", {"email": user.email, "password": password}, format="json")
        self.client.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['access']}")
        self.thread: str | None = None

    def upload(self, name: str = "receipt.jpg") -> str:
        form = {"file": SimpleUploadedFile(name, picture())}
        answer = self.client.post("/api/files", form, format="multipart")
        assert answer.status_code == 201
        return str(answer.json()["id"])

    def post(self, path: str, **data: Any) -> Any:
        return self.client.post(path, data, format="json")

    def say(self, message: str, *files: str) -> dict[str, Any]:
        more = {"thread": self.thread} if self.thread else {}
        answer = self.post("/api/pam/chat", message=message, files=list(files), **more)
        assert answer.status_code == 200, answer.content
        self.thread = answer.json()["thread"]
        return dict(answer.json())


def attached(user: User) -> list[tuple[str, Any]]:
    with acting_as(user):
        return [(row.name, row.target) for row in Attachment.objects.order_by("id")]


def test_a_photo_beside_an_expense_is_in_its_entry_and_one_undo_takes_both(robin: User) -> None:
    phone = Phone(robin)
    before = dump()
    said = phone.say("spent 40 at Bunnings", phone.upload())
    [(name, row)] = attached(robin)
    assert (name, type(row), row.payee) == ("receipt.jpg", Transaction, "Bunnings")
    assert [line["what"] for line in entries(robin)[-1].lines] == ["Expense", "File"]
    assert "File added, receipt.jpg" in said["reply"]
    assert {action["undo"] for action in said["actions"]} == {str(entries(robin)[-1].id)}
    with acting_as(robin):
        assert not Upload.objects.exists()
    taken_back = undo(robin, entries(robin)[-1].id, source="chat")
    assert dump() == before
    undo(robin, taken_back.id, source="chat")
    assert [name for name, _ in attached(robin)] == ["receipt.jpg"]


def test_the_conversation_speaks_on_of_the_expense_and_not_of_its_file(robin: User) -> None:
    phone = Phone(robin)
    phone.say("spent 40 at Bunnings", phone.upload())
    phone.say("no, 45")
    [(_, row)] = attached(robin)
    assert row.amount_minor == 4500


def test_a_service_gets_its_invoice_and_not_the_expense_that_it_books(robin: User) -> None:
    phone = Phone(robin)
    phone.say("oil change on the Hilux yesterday, 189 at Ultra Tune", phone.upload("invoice.jpg"))
    [(name, row)] = attached(robin)
    assert (name, type(row)) == ("invoice.jpg", Service)


def test_words_that_make_no_row_are_asked_about_and_the_next_words_answer(robin: User) -> None:
    phone = Phone(robin)
    said = phone.say("here is the receipt", phone.upload())
    assert "What does “receipt.jpg” belong to?" in said["reply"]
    assert attached(robin) == []
    phone.say("spent 40 at Bunnings")
    [(_, row)] = attached(robin)
    assert row.payee == "Bunnings"


def test_what_is_there_already_is_named(robin: User) -> None:
    doing(robin, lambda: you.add_task(robin, title="Renew the passport"))
    phone = Phone(robin)
    phone.say("look at this", phone.upload("passport.jpg"))
    phone.say("it's for the passport task")
    [(_, row)] = attached(robin)
    assert (type(row), row.title) == (Task, "Renew the passport")


def test_what_was_just_booked_is_pointed_at(robin: User) -> None:
    phone = Phone(robin)
    phone.say("spent 40 at Bunnings")
    phone.say("here's the receipt", phone.upload())
    phone.say("spent 12.50 on lunch")
    phone.say("look at that", phone.upload("photo.jpg"))
    [(_, first), (_, second)] = attached(robin)
    assert (first.payee, second.amount_minor) == ("Bunnings", 1250)


def test_an_answer_that_only_names_a_thing_never_changes_it(robin: User) -> None:
    doing(robin, lambda: you.add_task(robin, title="Renew the passport"))
    phone = Phone(robin)
    phone.say("here is the receipt", phone.upload())
    before = len(entries(robin))
    said = phone.say("the expense")
    assert "Which does “receipt.jpg” belong to? Expense " in said["reply"]
    said = phone.say("the unicorn")
    assert attached(robin) == []
    assert len(entries(robin)) == before
    phone.say("the passport task")
    [(_, row)] = attached(robin)
    assert row.title == "Renew the passport"
    assert [line["verb"] for entry in entries(robin)[before:] for line in entry.lines] == ["added"]


def test_several_rows_of_one_sentence_are_asked_about(robin: User) -> None:
    phone = Phone(robin)
    said = phone.say("spent 40 at Bunnings and add wash the car to my list", phone.upload())
    assert "Which does “receipt.jpg” belong to?" in said["reply"]
    assert attached(robin) == []
    phone.say("the task")
    [(_, row)] = attached(robin)
    assert (type(row), row.title.lower()) == (Task, "wash the car")


def test_a_question_of_the_sentence_comes_first_and_the_file_waits_for_it(robin: User) -> None:
    phone = Phone(robin)
    said = phone.say("add an expense", phone.upload())
    assert "belong" not in said["reply"]
    assert attached(robin) == []
    phone.say("40 at Bunnings")
    [(_, row)] = attached(robin)
    assert row.amount_minor == 4000


def test_a_file_on_a_post_waits_with_it_for_a_yes_however_long(robin: User) -> None:
    phone = Phone(robin)
    said = phone.say("post to Hiking: the track is open again", phone.upload("track.jpg"))
    assert [step["tool"] for step in said["waiting"]["steps"]] == ["social.create_post", "assistant.attach_files"]
    assert attached(robin) == []
    with acting_as(robin):
        Upload.objects.update(expires_at=timezone.now() - dt.timedelta(days=30))
    tasks.sweep()
    answer = phone.post(f"/api/pam/plans/{said['waiting']['id']}/approve")
    assert answer.status_code == 200
    assert answer.json()["waiting"] is None
    [(name, row)] = attached(robin)
    assert (name, type(row), row.text) == ("track.jpg", Post, "the track is open again")
    with acting_as(robin):
        assert Attachment.objects.get().group_id == row.group_id


def test_a_declined_plan_lets_its_file_go(robin: User) -> None:
    phone = Phone(robin)
    said = phone.say("post to Hiking: the track is open again", phone.upload())
    phone.post(f"/api/pam/plans/{said['waiting']['id']}/decline")
    with acting_as(robin):
        Upload.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    tasks.sweep()
    with acting_as(robin):
        assert not Upload.objects.exists()


def test_a_file_that_is_asked_about_is_left_alone_by_never_mind_and_later_expenses(robin: User) -> None:
    phone = Phone(robin)
    phone.say("here is the receipt", phone.upload())
    phone.say("never mind")
    phone.say("spent 5 on coffee")
    assert attached(robin) == []


def test_a_file_of_somebody_else_or_none_at_all_is_not_taken(robin: User) -> None:
    theirs = Phone(person("Eve")).upload()
    phone = Phone(robin)
    before = dump()
    for ids in ([theirs], ["01935c1a-7c1e-7a51-9d3e-0d7b6c2f4a10"], ["no id"], [theirs] * 11):
        answer = phone.post("/api/pam/chat", message="spent 40 at Bunnings", files=ids)
        assert answer.status_code == 400
    assert dump() == before
    with acting_as(robin):
        assert not Turn.objects.exists()


def test_the_same_message_sent_twice_attaches_once(robin: User) -> None:
    phone = Phone(robin)
    file = phone.upload()
    first = phone.post("/api/pam/chat", message="spent 40 at Bunnings", files=[file], client_id="once").json()
    again = phone.post("/api/pam/chat", message="spent 40 at Bunnings", files=[file], client_id="once").json()
    assert first["turn"] == again["turn"]
    assert len(attached(robin)) == 1

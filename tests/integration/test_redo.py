"""What was undone is brought back by its button: in the conversation, on the activity page and in the toast."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from assistant import frames, shown, turns, undoing
from assistant.models import Action, Turn
from pam.access import acting_as
from pam.accounts.models import User
from pam.journal.undo import is_redo, undo
from pam.ops import limits
from tests.house import did, entries, looking, person
from tests.pages import browser
from you import services as you
from you.models import Task

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    limits.forget()
    return person("Ann")


@pytest.fixture
def page(ann: User) -> Client:
    return browser(ann)


def tasks(ann: User) -> list[str]:
    with acting_as(ann):
        return [task.title for task in Task.objects.order_by("id")]


def buttons(html: str) -> list[tuple[str, str]]:
    """The buttons that undo and redo, each with the entry that it posts to."""
    forms = re.finditer(r'<form method="post" action="/activity/([0-9a-f-]{36})/undo".*?</form>', html, re.S)
    named = [(re.search(r"(Undo|Redo)<", form[0]), form[1]) for form in forms]
    return [(name[1], entry) for name, entry in named if name and not entry.startswith("00000000")]


def test_a_receipt_that_is_undone_has_its_redo_and_that_its_undo(ann: User) -> None:
    turn = turns.accept(ann, "add oil the gate to my list")
    turns.process(ann, turn.pk, fresh=True)
    with acting_as(ann):
        turn = Turn.objects.select_related("thread").get(pk=turn.pk)
        thread = turn.thread

        def receipt() -> Any:
            return shown.receipt_of(Action.objects.filter(turn=turn))

        assert receipt()["redo"] is None
        undone, _ = undoing.press(ann, thread, None)
        assert tasks(ann) == []
        assert (receipt()["undo"], receipt()["redo"]) == (None, str(undone.id))
        last = frames.after(thread.pk, 0, 200)[-1]
        assert (last["type"], last["data"]["redo"]) == ("receipt.undone", str(undone.id))
        undoing.press(ann, thread, undone.id)
        assert tasks(ann) == ["oil the gate"]
        assert (receipt()["undo"], receipt()["redo"]) == (receipt()["entry"], None)
        undoing.press(ann, thread, None)
        assert tasks(ann) == []
        assert receipt()["redo"] not in {None, str(undone.id)}, "only the undo that stands can be taken back"


def test_the_page_of_the_conversation_brings_back_without_a_script(ann: User, page: Client) -> None:
    answer = page.post("/chat/say", {"message": "add oil the gate to my list"}, follow=True)
    path = answer.redirect_chain[-1][0]
    for way, there in (("Undo", []), ("Redo", ["oil the gate"]), ("Undo", [])):
        [(name, entry)] = buttons(re.sub(r"<div class=\"toasts\".*", "", page.get(path).content.decode(), flags=re.S))
        assert name == way
        page.post(f"/activity/{entry}/undo", {"next": path})
        page.get(path)  # the toast is seen
        assert tasks(ann) == there


def test_the_activity_page_offers_redo_where_something_is_undone(ann: User, page: Client) -> None:
    _, entry = did(ann, lambda: you.add_task(ann, title="Oil the gate"))
    taken = undo(ann, entry.id, source="page")
    assert buttons(page.get("/activity").content.decode()) == [("Redo", str(taken.id)), ("Redo", str(taken.id))]
    page.post(f"/activity/{taken.id}/undo")
    assert tasks(ann) == ["Oil the gate"]
    again = entries(ann)[-1]
    page.get("/activity")  # the toast is seen
    assert buttons(page.get("/activity").content.decode()) == [("Undo", str(again.pk)), ("Undo", str(entry.id))]
    with looking():
        made = [kept for kept in entries(ann) if kept.change_count]  # signing in is an entry too
        number = made[0].number
        assert [(kept.label, is_redo(kept)) for kept in made] == [
            ("", False), (f"Undo of entry {number}", False), (f"Redo of entry {number}", True),
        ]  # fmt: skip


def test_the_toast_of_an_undo_offers_redo_and_that_of_a_redo_undo(ann: User, page: Client) -> None:
    _, entry = did(ann, lambda: you.add_task(ann, title="Oil the gate"))
    for done, way in ((str(entry.id), "Redo"), ("", "Undo")):
        last = done or str(entries(ann)[-1].pk)
        html = page.post(f"/activity/{last}/undo", follow=True).content.decode()
        toast = html[html.index('<div class="toasts"') :]
        assert buttons(toast) == [(way, str(entries(ann)[-1].pk))]

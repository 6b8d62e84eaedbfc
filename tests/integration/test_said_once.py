"""What receipts and plans show stands once in the page: the words beside them say only the rest."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from assistant import frames, plans, turns
from assistant.models import Plan, Turn
from pam.access import acting_as
from pam.accounts.models import User
from pam.ops import limits
from tests.pages import read

POST = "post to Hiking: the bus leaves at 6"


@pytest.fixture
def robin(db: None) -> User:
    limits.forget()
    call_command("demo")
    return User.objects.get(email="demo@example.com")


def say(user: User, text: str) -> tuple[Turn, Any]:
    """Return the turn and its last frame's data."""
    turn = turns.accept(user, text)
    turns.process(user, turn.pk, fresh=True)
    with acting_as(user):
        return Turn.objects.get(pk=turn.pk), frames.after(turn.thread_id, 0, 200)[-1]["data"]


def shown(turn: Turn) -> str:
    """The words of the conversation's page."""
    client = Client()
    client.post("/login", {"email": "demo@example.com", "password": "pam-demo"})
    return " ".join(read(client.get(f"/chat/{turn.thread_id}")).text["stream"].split())


def test_a_plan_speaks_for_itself(robin: User) -> None:
    turn, data = say(robin, POST)
    assert "the bus leaves at 6" in data["reply"], "who sees no plan is told"
    assert data["beside"] == ""
    assert "approve or decline" not in shown(turn)


def test_beside_a_receipt_and_a_plan_stands_what_follows_alone(robin: User) -> None:
    turn, data = say(robin, f"spent 18.40 on lunch and {POST}")
    assert data["beside"].startswith("Eating out budget:")
    assert data["reply"].endswith(f"“{POST[16:]}”. Nothing has changed yet: approve or decline.")
    words = shown(turn)
    assert words.count("$18.40") == 1
    assert data["beside"] in words
    with acting_as(robin):
        plans.approve(robin, Plan.objects.get(status="waiting").pk)
        turn.refresh_from_db()
        last = frames.after(turn.thread_id, 0, 200)[-1]["data"]
    assert last == {"text": turn.reply, "beside": data["beside"]}, "what was said before stays"
    assert shown(turn).count("Post added") == 1


def test_an_answer_and_a_refusal_are_told_in_full(robin: User) -> None:
    for text in ("how much did I spend on groceries this month?", "delete the Coles expense", "what is love?"):
        turn, data = say(robin, text)
        assert data["beside"]
        assert data["reply"].startswith(data["beside"])
        assert data["beside"] in shown(turn)


def test_a_turn_from_before_shows_its_whole_reply(robin: User) -> None:
    turn, _ = say(robin, POST)
    with acting_as(robin):
        Turn.objects.filter(pk=turn.pk).update(beside=None)
    assert "approve or decline" in shown(turn)


def test_an_undo_says_so_beside_its_receipt(robin: User) -> None:
    turn, _ = say(robin, "spent 18.40 on lunch")
    undo = turns.accept(robin, "undo", turn.thread_id)
    turns.process(robin, undo.pk, fresh=True)
    with acting_as(robin):
        undo.refresh_from_db()
    assert undo.beside == "Undone."

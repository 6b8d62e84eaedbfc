"""Questions come with their likely answers, and an answer that was offered means exactly what was offered."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from assistant import frames, turns
from assistant.models import Thread, Turn
from pam.access import acting_as
from pam.access.money import Money
from pam.accounts.models import User
from pam.ops import limits
from pam.tools.registry import Ask, find
from pam.tools.resolve import question
from tests.house import doing, person
from tests.pages import browser
from wheels import services as wheels
from wheels.models import Fill, Vehicle
from wins import services as wins
from wins.models import Transaction

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    """Ann has two vehicles and two accounts."""
    limits.forget()
    ann = person("Ann")
    doing(ann, lambda: [wheels.add_vehicle(ann, name=name) for name in ("Hilux", "Corolla")])
    doing(ann, lambda: [wins.add_account(ann, name=name, kind="everyday") for name in ("Everyday", "Visa")])
    return ann


def say(user: User, text: str, thread: Thread | None = None) -> Turn:
    turn = turns.accept(user, text, thread.pk if thread else None)
    turns.process(user, turn.pk, fresh=True)
    with acting_as(user):
        return Turn.objects.select_related("thread").get(pk=turn.pk)


def finished(user: User, turn: Turn) -> Any:
    """What the turn's last frame says."""
    with acting_as(user):
        [data] = [f["data"] for f in frames.after(turn.thread_id, 0, 200) if f["turn"] == str(turn.pk)][-1:]
    return data


def test_the_last_frame_carries_the_answers_and_one_of_them_said_is_the_answer(ann: User) -> None:
    turn = say(ann, "filled up, 40 L for 70 dollars")
    assert turn.reply == "Which vehicle? Hilux · Corolla"
    assert finished(ann, turn)["options"] == ["Hilux", "Corolla"]
    answer = say(ann, "Corolla", turn.thread)
    assert finished(ann, answer)["options"] == []
    with acting_as(ann):
        assert str(Fill.objects.get().vehicle) == "Corolla"


def test_the_page_shows_the_answers_until_something_else_is_said(ann: User) -> None:
    page = browser(ann)
    turn = say(ann, "filled up, 40 L for 70 dollars")
    path = f"/chat/{turn.thread_id}"
    assert '<button class="btn" name="message" value="Hilux">Hilux</button>' in page.get(path).content.decode()
    answer = page.post("/chat/say", {"thread": str(turn.thread_id), "message": "Hilux"}, follow=True)
    assert 'value="Hilux"' not in answer.content.decode()
    with acting_as(ann):
        assert str(Fill.objects.get().vehicle) == "Hilux"


def test_the_answer_over_http_carries_them_too(ann: User) -> None:
    page = browser(ann)
    body = {"message": "filled up, 40 L for 70 dollars"}
    answer = page.post("/api/pam/chat", body, content_type="application/json", headers={"Origin": "http://testserver"})
    assert answer.json()["options"] == ["Hilux", "Corolla"]


def test_rows_of_one_name_are_told_apart_and_the_one_offered_is_meant(ann: User) -> None:
    today = timezone.localdate()

    def spend() -> None:
        for amount, ago in ((12, 1), (30, 2)):
            money = Money(Decimal(amount), "AUD")
            wins.record_expense(ann, amount=money, payee="Coles", date=today - dt.timedelta(days=ago))

    doing(ann, spend)
    turn = say(ann, "delete the Coles expense")
    options = finished(ann, turn)["options"]
    assert len(set(options)) == 2
    assert ["$12.00" in option for option in options].count(True) == 1
    say(ann, next(option for option in options if "$30.00" in option), turn.thread)
    with acting_as(ann):
        assert [row.amount.amount for row in Transaction.objects.all()] == [Decimal("12.00")]


def test_a_missing_name_of_few_rows_offers_them_and_of_many_none(ann: User) -> None:
    tool = find("wins.transfer")
    assert tool is not None
    with acting_as(ann):
        few = question(tool, "from_account")
        assert isinstance(few, Ask)
        assert (few.options, len(few.rows)) == (["Everyday", "Visa"], 2)
        doing(ann, lambda: [wins.add_account(ann, name=f"Fund {n}", kind="savings") for n in range(5)])
        assert question(tool, "from_account").options == []


def test_the_answers_offered_are_ones_own(ann: User) -> None:
    ben = person("Ben")
    doing(ben, lambda: wheels.add_vehicle(ben, name="Vespa"))
    assert "Vespa" not in str(finished(ann, say(ann, "filled up, 40 L for 70 dollars")))
    with acting_as(ben):
        assert Vehicle.objects.count() == 1

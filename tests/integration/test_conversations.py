"""What one sentence means after another: questions and what answers them, corrections, and what is spoken of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from assistant import turns
from assistant.models import Turn
from pam import journal
from pam.access import acting_as
from pam.accounts.models import User
from wheels.models import Service, Stop, Trip
from wheels.services import add_vehicle, plan_trip
from wins.models import Transaction
from wins.services import add_account
from you.models import Reminder, Task

pytestmark = pytest.mark.django_db

Talk = Callable[..., Turn]


@pytest.fixture
def user() -> User:
    return User.objects.create_user("kim@example.com", "a long pass phrase")


@pytest.fixture(autouse=True)
def _acting(user: User) -> Any:
    with acting_as(user):
        with journal.entry(user, source="page"):
            for name in ("Everyday", "Savings", "Visa"):
                add_account(user, name=name)
            add_vehicle(user, name="Hilux")
        yield


@pytest.fixture
def talk(user: User) -> Talk:
    """Say sentences in one thread and return the last turn."""
    threads: list[Any] = []

    def _talk(*sentences: str) -> Turn:
        for text in sentences:
            turn = turns.accept(user, text, threads[0] if threads else None)
            threads[:] = [turn.thread_id]
            turn = turns.process(user, turn.pk, fresh=True)
        return turn

    return _talk


def amounts(kind: str = "expense") -> list[Decimal]:
    return [row.amount.amount for row in Transaction.objects.filter(kind=kind).order_by("id")]


def test_a_price_that_was_asked_for_completes_the_purchase(talk: Talk) -> None:
    assert talk("I bought a lamp").reply == "How much was it?"
    assert Transaction.objects.count() == 0
    talk("40 bucks")
    [row] = Transaction.objects.all()
    assert (row.amount.amount, row.note) == (Decimal("40"), "lamp")


@pytest.mark.parametrize(
    ("said", "kind", "amount"),
    [
        ("moved 300 from Everyday to Savings", "transfer", "300"),
        ("transfer 25 from Savings to Everyday", "transfer", "25"),
        ("got paid 900 from the studio", "income", "900"),
        ("received 90 for the guitar lesson", "income", "90"),
        ("sold the drum kit for 350", "income", "350"),
    ],
)
def test_a_request_of_its_own_is_no_answer(talk: Talk, said: str, kind: str, amount: str) -> None:
    talk("I bought a lamp", said)
    assert amounts(kind) == [Decimal(amount)]
    assert amounts("expense") == []


@pytest.mark.parametrize(
    ("said", "made"),
    [
        ("remind me tomorrow at 5 to ring the bank", Reminder),
        ("put ring nan on my list", Task),
        ("changed the oil in the Hilux", Service),
    ],
)
def test_what_else_is_asked_for_meanwhile_is_done(talk: Talk, said: str, made: Any) -> None:
    talk("I bought a lamp", said)
    assert made.objects.count() == 1
    assert Transaction.objects.count() == 0


@pytest.mark.parametrize("said", ["40", "it was 40", "40 bucks", "about $40", "for 40"])
def test_hardly_more_than_a_figure_is_the_answer(talk: Talk, said: str) -> None:
    talk("I bought a lamp", said)
    assert amounts() == [Decimal("40")]


def test_what_cannot_be_kept_yet_is_not_put_into_the_open_question(talk: Talk) -> None:
    turn = talk("I bought a lamp", "add my phone bill, 60 a month")
    assert Transaction.objects.count() == 0
    assert turn.reply != "How much was it?"


@pytest.mark.parametrize(
    ("first", "correction", "again", "expected"),
    [
        ("spent 12 on lunch", "no, 14", "same again", ["14", "14"]),
        ("spent 12 on lunch", "make it 13.50", "same again", ["13.50", "13.50"]),
        ("spent 12 on lunch", "no, 14", "same again but 20", ["14", "20"]),
        ("spent 12 on lunch", "actually it was 11", "same again yesterday", ["11", "11"]),
    ],
)
def test_the_same_again_is_what_it_was_corrected_to(
    talk: Talk, first: str, correction: str, again: str, expected: list[str]
) -> None:
    talk(first, correction, again)
    assert amounts() == [Decimal(amount) for amount in expected]


def test_each_correction_counts_the_last_one_most(talk: Talk) -> None:
    talk("spent 12 on lunch", "no, 14", "no, make it 15", "same again")
    assert amounts() == [Decimal("15"), Decimal("15")]


def test_an_income_is_repeated_as_it_was_corrected(talk: Talk) -> None:
    talk("got paid 500 from the studio", "no, 550", "same again")
    assert amounts("income") == [Decimal("550"), Decimal("550")]


@pytest.mark.parametrize(
    "said",
    [
        "add Toowoomba as a stop",
        "stop in Toowoomba on the way",
        "add a stop in Toowoomba",
        "put in a stop at Toowoomba",
    ],
)
def test_a_stop_goes_to_the_trip_that_is_spoken_of(talk: Talk, user: User, said: str) -> None:
    soon = timezone.localdate() + dt.timedelta(days=3)
    with journal.entry(user, source="page"):
        plan_trip(user, name="Noosa", start=soon, end=soon)
    start = (soon + dt.timedelta(days=40)).strftime("%-d %B %Y")
    talk(f"plan a trip to Girraween on {start}", said)
    [stop] = Stop.objects.filter(place="Toowoomba")
    assert stop.trip == Trip.objects.get(name="Girraween")


def test_a_stop_goes_to_the_trip_that_it_names(talk: Talk, user: User) -> None:
    soon = timezone.localdate() + dt.timedelta(days=3)
    with journal.entry(user, source="page"):
        plan_trip(user, name="Noosa", start=soon, end=soon)
    talk("plan a trip to Girraween next month", "add a stop in Gympie to the Noosa trip")
    assert Stop.objects.get(place="Gympie").trip.name == "Noosa"


def test_an_account_just_added_is_not_what_an_expense_is_paid_from(talk: Talk) -> None:
    talk("add an account called Holiday", "spent 12 on lunch")
    [row] = Transaction.objects.all()
    assert row.account is None or row.account.name != "Holiday"


def test_one_service_has_what_was_done_and_the_odometer(talk: Talk) -> None:
    talk("changed the oil in the Hilux, odometer 234 480")
    [service] = Service.objects.all()
    assert (service.what, service.odometer_km) == ("changed the oil", Decimal("234480"))

"""What the server refuses is shown again: with what was typed, and each error beside its field."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from pam.access import acting_as
from pam.access.money import Money
from pam.accounts.models import User
from pam.ops import limits
from social import services as social
from social.models import Comment, Group, Post
from tests.house import doing, entries, person
from tests.pages import browser, read
from wheels import services as wheels
from wheels.models import Vehicle
from wins import services as wins
from wins.models import Account, Category

pytestmark = pytest.mark.django_db
TODAY = dt.date.today().isoformat()


@pytest.fixture(autouse=True)
def _fresh() -> None:
    limits.forget()


@pytest.fixture
def ann() -> User:
    """Ann has two accounts, two categories, a vehicle with a fill, and a group with a post."""
    ann = person("Ann")

    def make() -> None:
        wins.add_account(ann, name="Everyday", kind="everyday")
        wins.add_account(ann, name="Visa", kind="card")
        wins.add_category(ann, name="Food", kind="expense")
        hilux = wheels.add_vehicle(ann, name="Hilux")
        paid, day = Money(Decimal(50), "AUD"), timezone.localdate() - dt.timedelta(days=3)
        wheels.record_fill(ann, vehicle=hilux, date=day, total=paid, odometer_km=Decimal(1000))
        social.create_post(ann, group=social.create_group(ann, name="Hiking"), text="The track is open")

    doing(ann, make)
    return ann


@pytest.fixture
def page(ann: User) -> Client:
    return browser(ann)


def ids(ann: User) -> dict[str, str]:
    """The rows that forms choose among, by name."""
    with acting_as(ann):
        rows = [*Account.objects.all(), *Category.objects.all(), *Vehicle.objects.all(), *Group.objects.all()]
        return {str(row): str(row.pk) for row in rows}


CASES = [
    # what no form lets through
    ("/wins/add", {"kind": "income", "amount": "twelve", "payee": "Corner Shop", "note": "for the “bench”",
                   "date": TODAY, "account": "Visa"}, "amount", "Enter a number"),
    ("/wins/transfer", {"amount": "10", "account": "Everyday", "to_account": ""}, "to_account", "required"),
    ("/wins/budget", {"category": "Food", "limit": "-5"}, "limit", "greater than or equal to 0"),
    ("/wins/account", {"name": "", "kind": "card"}, "name", "required"),
    ("/wheels/fills/add", {"vehicle": "Hilux", "litres": "many", "station": "Shell", "full": "on"}, "litres", "number"),
    ("/wheels/services/add", {"vehicle": "Hilux", "what": "", "cost": "120"}, "what", "required"),
    ("/wheels/trips/add", {"name": "Noosa", "start": "next week"}, "start", "valid date"),
    ("/wheels/vehicles/add", {"name": "Ute", "year": "1200"}, "year", "1885"),
    ("/you/tasks/add", {"title": "Oil the gate", "due": "soon"}, "due", "valid date"),
    ("/you/events/add", {"title": "Dentist", "start": "", "place": "Town"}, "start", "required"),
    ("/you/reminders/add", {"title": "Bins", "at": "8", "email": "on"}, "at", "valid date/time"),
    ("/social/posts/add", {"group": "Hiking", "text": ""}, "text", "required"),
    ("/social/invite", {"group": "Hiking", "person": ""}, "person", "required"),
    ("/social/groups/add", {"name": "x" * 81, "about": "Long"}, "name", "at most 80"),
    # what the rules behind the form refuse
    ("/wins/add", {"kind": "expense", "amount": "0", "payee": "Nobody"}, "amount", "more than zero"),
    ("/wins/transfer", {"amount": "10", "account": "Visa", "to_account": "Visa"}, "to_account", "two different accounts"),
    ("/wins/budget", {"category": "Food", "limit": "0"}, "limit", "more than zero"),
    ("/wheels/fills/add", {"vehicle": "Hilux", "litres": "30", "odometer_km": "900"}, "odometer_km", "less than"),
    ("/wheels/trips/add", {"name": "Noosa", "start": "2026-05-02", "end": "2026-05-01"}, "end", "ends before it starts"),
    ("/you/events/add", {"title": "Dentist", "start": f"{TODAY}T10:00", "end": f"{TODAY}T09:00"}, "end", "later end"),
    ("/you/reminders/add", {"title": "Bins", "at": "2300-01-01T08:00"}, "at", "hundred years"),
    ("/social/groups/add", {"name": "Hiking", "about": "Again"}, "name", "called Hiking already"),
]  # fmt: skip


@pytest.mark.parametrize(("address", "typed", "wrong", "why"), CASES)
def test_a_refused_form_stands_open_as_it_was_typed(
    ann: User, page: Client, address: str, typed: dict[str, str], wrong: str, why: str
) -> None:
    known, before = ids(ann), len(entries(ann))
    typed = {name: known.get(value, value) if name != "name" else value for name, value in typed.items()}
    answer = page.post(address, typed)
    assert answer.status_code == 400
    shown = read(answer)
    assert address in shown.open
    assert {name: shown.values[address, name] for name in typed} == typed
    assert why in shown.problem(address, wrong)
    others = [name for where, name in shown.fields if where == address and name != wrong]
    assert not [name for name in others if shown.fields[address, name].get("aria-invalid")]
    assert len(entries(ann)) == before, "nothing has changed"


def test_a_mended_form_is_taken(ann: User, page: Client) -> None:
    assert page.post("/wins/account", {"name": "", "kind": "card"}).status_code == 400
    assert page.post("/wins/account", {"name": "Savings", "kind": "savings"})["Location"] == "/wins"
    assert "Savings" in ids(ann)


def test_what_is_wrong_with_no_single_field_stands_at_the_forms_head(ann: User, page: Client) -> None:
    answer = page.post("/wheels/fills/add", {"vehicle": ids(ann)["Hilux"], "station": "Shell"})
    assert answer.status_code == 400
    assert "A fill needs litres or a total." in read(answer).words
    assert read(answer).values["/wheels/fills/add", "station"] == "Shell"


def test_a_refused_comment_stands_under_its_own_post(ann: User, page: Client) -> None:
    with acting_as(ann):
        first = Post.objects.get()
        doing(ann, lambda: social.create_post(ann, group=Group.objects.get(), text="Bring lamps"))
        second = Post.objects.exclude(pk=first.pk).get()
    address, other = f"/social/posts/{first.pk}/comment", f"/social/posts/{second.pk}/comment"
    answer = page.post(address, {"text": "long " * 500})
    shown = read(answer)
    assert answer.status_code == 400
    assert shown.values[address, "text"] == "long " * 500
    assert "at most 2000" in shown.problem(address, "text")
    assert not shown.values[other, "text"]
    with acting_as(ann):
        assert not Comment.objects.exists()


def test_refused_settings_are_shown_as_typed_and_change_nothing(ann: User, page: Client) -> None:
    kept = read(page.get("/settings"))
    typed = {name: value for (where, name), value in kept.values.items() if where == "/settings" and name[:4] != "csrf"}
    typed |= {"display_name": "Annabel", "home_currency": "dollars", "theme": "dark"}
    answer = page.post("/settings", typed)
    shown = read(answer)
    assert answer.status_code == 400
    assert {name: shown.values["/settings", name] for name in typed} == typed
    assert shown.problem("/settings", "home_currency")
    assert 'data-theme="dark"' not in answer.content.decode(), "the page is still as it was"
    assert User.objects.get(pk=ann.pk).display_name == "Ann"


@pytest.mark.parametrize(
    ("address", "typed", "wrong", "secret"),
    [
        ("/register", {"email": "ben@", "display_name": "Ben", "password": "a long password"}, "email", "password"),
        ("/register", {"email": "ben@example.com", "display_name": "Ben", "password": "short"}, "password", "password"),
        ("/register", {"email": "ann@example.com", "display_name": "Ann", "password": "a long password"}, "email", "password"),
        ("/password/reset", {"email": "nobody"}, "email", ""),
        ("/password", {"old_password": "wrong", "new_password": "another long one"}, "old_password", "new_password"),
    ],
)  # fmt: skip
def test_a_refused_account_form_keeps_all_but_passwords(
    ann: User, page: Client, settings: object, address: str, typed: dict[str, str], wrong: str, secret: str
) -> None:
    settings.REQUIRE_VERIFIED_EMAIL = False  # type: ignore[attr-defined]
    answer = (page if address == "/password" else Client()).post(address, typed)
    shown = read(answer)
    where = next(place for place, name in shown.fields if name == wrong)
    assert shown.problem(where, wrong)
    for name, value in typed.items():
        assert shown.values[where, name] == ("" if "password" in name else value)


def test_words_that_cannot_be_taken_stand_in_the_composer_again(ann: User, page: Client) -> None:
    words = "spent 5 on bread and " * 500
    answer = page.post("/chat/say", {"message": words})
    assert answer.status_code == 400
    assert read(answer).values["/chat/say", "message"] == words
    assert "at most 8,000 are taken" in read(answer).words
    assert page.post("/chat/say", {"message": "hello", "thread": "none"}).status_code == 404

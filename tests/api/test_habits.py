"""What every collection of the API does alike: shapes, paging, caching, retries, bulk, strangers, bad input."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.core.management import call_command
from django.test import Client
from openapi_spec_validator import OpenAPIV31SpecValidator

from pam.access import acting_as, uuid7
from pam.accounts.models import User
from pam.api import changes
from pam.api.views import OwnedViewSet
from pam.journal.undo import undo
from social import services as social
from social.models import Group, Invitation, Membership, Post
from tests.house import doing, dump, entries, looking, person
from wheels import services as wheels
from wheels.models import Vehicle
from wins import services as wins
from wins.models import Account, Category
from you import services as you

pytestmark = pytest.mark.django_db
PROBLEM = "application/problem+json"


def found_viewsets() -> dict[str, type[OwnedViewSet]]:
    """Every collection that an app offers, as the router finds them."""
    found = {}
    for config in apps.get_app_configs():
        if not config.name.startswith(("django", "pam.", "rest_", "drf_", "tests.")):
            try:
                module = import_module(f"{config.name}.api")
            except ModuleNotFoundError:
                continue
            found.update({viewset.collection: viewset for viewset in getattr(module, "viewsets", [])})
    return found


VIEWSETS = found_viewsets()


@dataclass
class World:
    """A person with what their rows stand on, and their phone."""

    user: User
    api: Phone
    account: Account
    savings: Account
    category: Category
    vehicle: Vehicle
    group: Group
    post: Post


class Phone:
    """A client of the API with a bearer token."""

    def __init__(self, email: str | None) -> None:
        self.client = Client(raise_request_exception=False)
        self.token = ""
        if email:
            answer = self.client.post(
                "/api/auth/token", {"email": email, "password": "a long password"}, content_type="application/json"
            )
            self.token = answer.json()["access"]

    def __call__(self, method: str, path: str, body: Any = None, *, raw: bytes | None = None, **headers: str) -> Any:
        """Send; `path` begins behind /api/ or is an address from an answer."""
        address = path if path.startswith(("/", "http")) else f"/api/{path}"
        data = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        kind = headers.pop("Content_Type", "application/json")
        given = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        if self.token:
            given["HTTP_AUTHORIZATION"] = f"Bearer {self.token}"
        return self.client.generic(method, address, data, content_type=kind, **given)


def world(name: str) -> World:
    user = person(name)

    def build() -> tuple[Any, ...]:
        account, savings = (
            wins.add_account(user, name="Everyday"),
            wins.add_account(user, name="Savings", kind="savings"),
        )
        group = social.create_group(user, name=f"{name}'s group")
        return (
            account, savings, wins.add_category(user, name="Groceries"), wheels.add_vehicle(user, name="Hilux"),
            group, social.create_post(user, group=group, text="First"),
        )  # fmt: skip

    return World(user, Phone(user.email), *doing(user, build))


AUD = {"amount": "42.50", "currency": "AUD"}


def ref(row: Any) -> dict[str, str]:
    return {"id": str(row.pk)}


# What a client sends to add the nth row of a collection.
BODIES: dict[str, Callable[[World, int], dict[str, Any]]] = {
    "wins/accounts": lambda w, n: {"name": f"Account {n}"},
    "wins/categories": lambda w, n: {"name": f"Category {n}"},
    "wins/expenses": lambda w, n: {"amount": AUD, "payee": f"Shop {n}", "date": "2026-11-24", "note": "n",
                                   "category": ref(w.category), "account": ref(w.account)},
    "wins/income": lambda w, n: {"amount": AUD, "payee": f"Work {n}", "date": "2026-11-24"},
    "wins/transfers": lambda w, n: {"amount": AUD, "account": ref(w.account), "to_account": ref(w.savings), "note": f"t{n}"},
    "wins/budgets": lambda w, n: {
        "category": ref(doing(w.user, lambda: wins.add_category(w.user, name=f"For {n} {uuid7()}"))), "limit": AUD,
    },
    "wheels/vehicles": lambda w, n: {"name": f"Car {n}", "year": 2016, "make": "Toyota"},
    "wheels/readings": lambda w, n: {"vehicle": ref(w.vehicle), "odometer_km": str(1000 + n), "date": "2026-11-24"},
    "wheels/fills": lambda w, n: {"vehicle": ref(w.vehicle), "litres": "40.125", "total": AUD, "station": f"Station {n}",
                                  "odometer_km": "2000", "full": True, "date": "2026-11-24"},
    "wheels/services": lambda w, n: {"vehicle": ref(w.vehicle), "what": f"Tyres {n}", "cost": AUD, "provider": "Bob"},
    "wheels/trips": lambda w, n: {"name": f"Trip {n}", "start": "2026-12-11", "end": "2026-12-13",
                                  "vehicle": ref(w.vehicle), "budget": AUD, "stops": [{"place": "Stanthorpe"}]},
    "you/tasks": lambda w, n: {"title": f"Task {n}", "due": "2026-11-29", "notes": "n"},
    "you/events": lambda w, n: {"title": f"Event {n}", "start": "2026-11-26T09:00:00+10:00",
                                "end": "2026-11-26T09:30:00+10:00", "place": "Town"},
    "you/reminders": lambda w, n: {"title": f"Reminder {n}", "at": "2026-11-26T09:00:00+10:00"},
    "social/groups": lambda w, n: {"name": f"Group {n}", "about": "a"},
    "social/invitations": lambda w, n: {"group": ref(w.group), "person": f"p{n}@example.com"},
    "social/posts": lambda w, n: {"group": ref(w.group), "text": f"Post {n}"},
    "social/comments": lambda w, n: {"post": ref(w.post), "text": f"Comment {n}"},
}  # fmt: skip
WRITTEN = sorted(BODIES)
# The column of free words, where a collection has one.
WORDS = {
    "wins/accounts": "name", "wins/categories": "name", "wins/expenses": "payee", "wins/income": "payee",
    "wins/transfers": "note", "wheels/vehicles": "name", "wheels/fills": "station", "wheels/services": "what",
    "wheels/trips": "name", "you/tasks": "title", "you/events": "title", "you/reminders": "title",
    "social/groups": "name", "social/invitations": "person", "social/posts": "text", "social/comments": "text",
}  # fmt: skip


@pytest.fixture
def ann() -> World:
    return world("Ann")


@pytest.fixture
def ben() -> World:
    return world("Ben")


def rows_of(w: World, collection: str, count: int) -> list[str]:
    """Make rows of a collection; return their ids in the order of their making."""
    if collection == "social/members":
        return [str(member(w, f"Member{n}").pk) for n in range(count)]
    answer = w.api("POST", collection, [BODIES[collection](w, n) for n in range(count)])
    assert answer.status_code == 201, answer.content
    return [row["id"] for row in answer.json()]


def member(w: World, name: str) -> Membership:
    """Bring somebody into the person's group."""
    other = person(name)
    asked = doing(w.user, lambda: social.invite(w.user, group=w.group, person=other.email))
    with looking():
        asked = Invitation.objects.get(pk=asked.pk)
    return doing(other, lambda: social.accept_invitation(other, asked))


def problem(answer: Any, code: int) -> dict[str, Any]:
    """Check that an answer is a problem document, and return it."""
    assert answer.status_code == code, answer.content[:500]
    assert answer["Content-Type"] == PROBLEM
    found: dict[str, Any] = answer.json()
    assert found["status"] == code
    assert found["title"]
    assert found["detail"]
    assert found["request_id"] == answer["X-Request-ID"]
    assert "Traceback" not in answer.content.decode()
    return found


def listed(w: World, collection: str, **query: Any) -> list[dict[str, Any]]:
    asked = "&".join(f"{name}={value}" for name, value in {"page_size": 200, **query}.items())
    answer = w.api("GET", f"{collection}?{asked}")
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def test_every_collection_is_known_here() -> None:
    assert set(VIEWSETS) == {*WRITTEN, "social/members"}


every = pytest.mark.parametrize("collection", sorted(VIEWSETS))
written = pytest.mark.parametrize("collection", WRITTEN)


# Reading


@every
def test_a_list_is_newest_first_and_pages_meet_every_row_once(ann: World, collection: str) -> None:
    there = [row["id"] for row in listed(ann, collection)]
    made = rows_of(ann, collection, 7)
    first = ann.api("GET", f"{collection}?page_size=3").json()
    assert set(first) == {"results", "next", "previous"}
    assert first["previous"] is None
    met, page = [row["id"] for row in first["results"]], first
    assert len(met) == 3
    rows_of(ann, collection, 1) if collection not in {"social/members", *UNIQUE} else None  # comes while we read
    while page["next"]:
        page = ann.api("GET", page["next"]).json()
        met += [row["id"] for row in page["results"]]
    assert met == [*reversed(made), *there]
    back = ann.api("GET", page["previous"]).json()
    assert [row["id"] for row in back["results"]] == met[-len(page["results"]) - 3 : -len(page["results"])]


# Names that stand once for an owner: a second row of the same number would be refused.
UNIQUE = {"wins/accounts", "wins/categories", "wheels/vehicles", "social/groups", "social/invitations"}


def test_a_page_has_at_most_200_rows(ann: World) -> None:
    rows_of(ann, "you/tasks", 203)
    for size, got in (("100000", 200), ("200", 200), ("1", 1), ("0", 50), ("-1", 50), ("x", 50), ("", 50)):
        assert len(ann.api("GET", f"you/tasks?page_size={size}").json()["results"]) == got
    for collection, viewset in VIEWSETS.items():
        assert viewset.pagination_class is not None, collection
        assert viewset.pagination_class.max_page_size == 200


def test_pages_of_another_order_meet_every_row_once_where_all_are_equal(ann: World) -> None:
    made = rows_of(ann, "wins/expenses", 9)
    for ordering in ("date", "-amount_minor", "created_at"):
        met, address = [], f"/api/wins/expenses?ordering={ordering}&page_size=4"
        while address:
            page = ann.api("GET", address).json()
            met += [row["id"] for row in page["results"]]
            address = page["next"]
        assert sorted(met) == sorted(made)


@every
def test_what_has_not_changed_is_not_sent_again(ann: World, collection: str) -> None:
    rows_of(ann, collection, 1)
    first = ann.api("GET", collection)
    tag = first["ETag"]
    for given in (tag, f"W/{tag}", f'"other", {tag}'):
        again = ann.api("GET", collection, If_None_Match=given)
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    assert ann.api("GET", collection, If_None_Match='"other"').status_code == 200
    one = ann.api("GET", f"{collection}/{first.json()['results'][0]['id']}")
    assert one.json() == first.json()["results"][0]
    assert ann.api("GET", f"{collection}/{one.json()['id']}", If_None_Match=one["ETag"]).status_code == 304
    assert one["ETag"] != tag


@written
def test_a_write_by_any_door_shows_at_once(ann: World, collection: str) -> None:
    """An ETag that was given before a write never answers 304 after it: API, undo from a page, undo of the undo."""
    tag = ann.api("GET", collection)["ETag"]
    [pk] = rows_of(ann, collection, 1)
    last = entries(ann.user)[-1]
    for gone in (False, True, False):
        answer = ann.api("GET", collection, If_None_Match=tag)
        assert answer.status_code == 200
        assert (pk in [row["id"] for row in answer.json()["results"]]) is not gone
        tag = answer["ETag"]
        undone = undo(ann.user, last.pk, source="page")
        last = next(kept for kept in entries(ann.user) if kept.pk == undone.id)


def test_a_new_name_shows_where_groups_show_it(ann: World) -> None:
    other = member(ann, "Cat").owner
    tag = ann.api("GET", "social/members")["ETag"]

    def act() -> None:
        other.display_name = "Catherine"
        other.save()

    doing(other, act)
    answer = ann.api("GET", "social/members", If_None_Match=tag)
    assert answer.status_code == 200
    assert "Catherine" in answer.content.decode()


# Writing


@written
def test_a_row_is_added_read_changed_and_deleted(ann: World, collection: str) -> None:
    body = BODIES[collection](ann, 1)
    made = ann.api("POST", collection, body)
    assert made.status_code == 201, made.content
    row = made.json()
    assert UUID(row["id"]).version == 7
    assert dt.datetime.fromisoformat(row["created_at"]).tzinfo is not None
    for name, value in body.items():
        if name in row and not isinstance(row[name], (dict, list)) and name not in {"start", "end", "at"}:
            assert row[name] == value
    assert made["Journal-Entry"] == str(entries(ann.user)[-1].pk)
    address = f"{collection}/{row['id']}"
    assert ann.api("GET", address).json() == row
    methods = VIEWSETS[collection].http_method_names
    word = WORDS.get(collection)
    if word and collection != "social/invitations":
        changed = ann.api("PATCH", address, {word: "Other words"})
        assert changed.status_code == 200, changed.content
        assert changed.json()[word] == "Other words"
        assert {name for name in row if changed.json()[name] != row[name]} == {word, "updated_at"}
    if "put" in methods:
        put = ann.api("PUT", address, body)
        assert put.status_code == 200, put.content
        shown = ann.api("GET", address).json()
        assert {**shown, "updated_at": ""} == {**row, "updated_at": ""}
    if "delete" in methods:
        assert ann.api("DELETE", address).status_code == 204
        problem(ann.api("GET", address), 404)
        problem(ann.api("DELETE", address), 404)


@written
def test_a_patch_that_changes_nothing_leaves_no_entry_and_no_trace(ann: World, collection: str) -> None:
    [pk] = rows_of(ann, collection, 1)
    before, count = dump(), len(entries(ann.user))
    answer = ann.api("PATCH", f"{collection}/{pk}", {})
    assert answer.status_code == 200, answer.content
    assert "Journal-Entry" not in answer
    assert (dump(), len(entries(ann.user))) == (before, count)


@written
def test_a_write_sent_again_happens_once(ann: World, collection: str) -> None:
    body = BODIES[collection](ann, 1)
    first = ann.api("POST", collection, body, Idempotency_Key="k1")
    after = dump()
    second = ann.api("POST", collection, body, Idempotency_Key="k1")
    assert (second.status_code, second.json()) == (first.status_code, first.json()) == (201, first.json())
    assert second["Idempotency-Replayed"] == "true"
    problem(ann.api("POST", collection, {**body, "more": 1}, Idempotency_Key="k1"), 422)
    assert dump() == after
    address = f"{collection}/{first.json()['id']}"
    if "delete" in VIEWSETS[collection].http_method_names:
        for _ in range(2):
            assert ann.api("DELETE", address, Idempotency_Key="k2").status_code == 204
        problem(ann.api("DELETE", address), 404)


def test_keys_belong_to_a_person_and_failures_do_not_use_them_up(ann: World, ben: World) -> None:
    for phone in (ann.api, ben.api):
        assert phone("POST", "you/tasks", {"title": phone.token[-5:]}, Idempotency_Key="same").status_code == 201
    problem(ann.api("POST", "you/tasks", {}, Idempotency_Key="k"), 400)
    assert ann.api("POST", "you/tasks", {"title": "Now"}, Idempotency_Key="k").status_code == 201
    problem(ann.api("POST", "you/tasks", {"title": "x"}, Idempotency_Key="k" * 101), 400)


@written
def test_an_array_is_written_whole_in_order_as_one_entry(ann: World, collection: str) -> None:
    bodies = [BODIES[collection](ann, n) for n in range(3)]
    count = len(entries(ann.user))
    answer = ann.api("POST", collection, bodies)
    assert answer.status_code == 201, answer.content
    ids = [row["id"] for row in answer.json()]
    assert ids == sorted(ids)
    assert len(entries(ann.user)) == count + 1
    word = WORDS.get(collection)
    if word:
        assert [row[word] for row in answer.json()] == [body[word] for body in bodies]


@written
def test_an_array_with_a_bad_row_writes_nothing_and_says_which(ann: World, collection: str) -> None:
    bodies = [BODIES[collection](ann, n) for n in range(2)]
    before, count = dump(), len(entries(ann.user))
    found = problem(ann.api("POST", collection, [bodies[0], {}, bodies[1]]), 400)
    assert [bool(row) for row in found["errors"]] == [False, True, False], found
    assert found["detail"].endswith("Nothing has changed.")
    assert (dump(), len(entries(ann.user))) == (before, count)


def test_an_array_whose_row_breaks_a_rule_says_which(ann: World) -> None:
    good, far = BODIES["wins/expenses"](ann, 1), {"amount": {"amount": "5", "currency": "JPY"}}
    before = dump()
    found = problem(ann.api("POST", "wins/expenses", [good, good, far]), 400)
    assert [bool(row) for row in found["errors"]] == [False, False, True]
    assert "no account in JPY" in json.dumps(found["errors"][2])
    assert dump() == before
    problem(ann.api("POST", "you/tasks", [{"title": "x"}] * 1001), 400)
    assert ann.api("POST", "you/tasks", []).json() == []


# Strangers


@every
def test_another_persons_rows_are_not_there(ann: World, ben: World, collection: str) -> None:
    [pk] = rows_of(ann, collection, 1)
    address = f"{collection}/{pk}"
    before = dump()
    assert pk not in [row["id"] for row in listed(ben, collection)]
    body = BODIES.get(collection, lambda *_: {"role": "admin"})(ben, 1)
    before = dump()
    for method in ("GET", "PATCH", "PUT", "DELETE"):
        if method.lower() in VIEWSETS[collection].http_method_names:
            problem(ben.api(method, address, None if method in {"GET", "DELETE"} else body), 404)
    assert dump() == before


REFS = [
    ("wins/expenses", "category", "category"), ("wins/expenses", "account", "account"),
    ("wins/transfers", "to_account", "savings"), ("wins/budgets", "category", "category"),
    ("wheels/readings", "vehicle", "vehicle"), ("wheels/fills", "vehicle", "vehicle"),
    ("wheels/services", "vehicle", "vehicle"), ("wheels/trips", "vehicle", "vehicle"),
    ("social/posts", "group", "group"), ("social/comments", "post", "post"), ("social/invitations", "group", "group"),
]  # fmt: skip


@pytest.mark.parametrize(("collection", "field", "what"), REFS)
def test_another_persons_row_cannot_be_named(ann: World, ben: World, collection: str, field: str, what: str) -> None:
    body = {**BODIES[collection](ben, 1), field: ref(getattr(ann, what))}
    before = dump()
    found = problem(ben.api("POST", collection, body), 400)
    assert "There is no such" in json.dumps(found["errors"][field])
    assert dump() == before


@every
def test_without_a_token_nothing_is_said(ann: World, collection: str) -> None:
    nobody = Phone(None)
    for method, path in (("GET", collection), ("POST", collection), ("GET", f"{collection}/{uuid7()}")):
        answer = nobody(method, path, {} if method == "POST" else None)
        problem(answer, 401)
        assert answer["WWW-Authenticate"].startswith("Bearer")
    nobody.token = "not.a.token"
    problem(nobody("GET", collection), 401)


# Bad input

BROKEN = {
    "half": b"{", "text": b"title=x", "latin": b'{"title": "\xff"}', "nan": b'{"title": NaN}', "deep": b"[" * 100_000,
    "empty": b"", "number": b"5", "string": b'"x"', "null": b"null", "rows of nothing": b"[null, 5]",
    "huge number": b'{"title": ' + b"9" * 5000 + b"}", "surrogate": b'{"title": "\\ud800", "name": "\\ud800"}',
}  # fmt: skip


@pytest.mark.parametrize("collection", ["wins/expenses", "you/tasks", "social/posts"])
def test_broken_bodies_are_refused_in_words(ann: World, collection: str) -> None:
    before = dump()
    for raw in BROKEN.values():
        found = problem(ann.api("POST", collection, raw=raw), 400)
        assert "Nothing has changed" in found["detail"]
    problem(ann.api("POST", collection, raw=b"a=b", Content_Type="text/plain"), 415)
    problem(ann.api("POST", collection, raw=b'{"x": "' + b"x" * 3_000_000 + b'"}'), 413)
    assert dump() == before


ODD: list[Any] = [
    None, True, 7, -1, 12.5, 10**30, "", "x", "\x00", [], {}, [[]], {"id": []}, {"id": None}, {"amount": []},
    {"amount": "1e999999999", "currency": "AUD"}, {"amount": "NaN", "currency": "AUD"}, {"amount": "5", "currency": []},
    {"amount": True, "currency": "AUD"}, {"amount": "5", "currency": "AUD", "more": 1}, "0000-00-00", "9999-12-31",
    "0001-01-01", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "1e999999999", "-0", "Infinity", "2026-11-24T25:00",
]  # fmt: skip


@written
def test_values_of_the_wrong_kind_never_break_anything(ann: World, collection: str) -> None:
    serializer: Any = VIEWSETS[collection]().serializer_class
    for field in sorted({*BODIES[collection](ann, 1), *serializer().fields}):
        rows = [{**BODIES[collection](ann, n), field: value} for n, value in enumerate(ODD)]
        # Row by row out go those that are refused, until the rest is written and shown.
        while rows:
            answer = ann.api("POST", collection, rows)
            if answer.status_code == 201:
                break
            errors = problem(answer, 400)["errors"]
            assert len(errors) == len(rows)
            rows = [row for row, wrong in zip(rows, errors, strict=True) if not wrong]
        assert ann.api("GET", collection).status_code == 200, field
        if rows:
            undo(ann.user, entries(ann.user)[-1].pk, source="page")


TEXTS = {
    "emoji": "\U0001f6fb\U0001f468\u200d\U0001f469\u200d\U0001f467 🇦🇺", "right to left": "\u202eשלום مرحبا",
    "sql": "'; DROP TABLE wins_account; --", "html": "<script>alert(1)</script><b>&amp;", "percent": "100% {0} %s \\ \" '",
    "newline": "two\nlines\tand a tab", "combining": "a\u0301\u0323 e\u0301",
}  # fmt: skip


@pytest.mark.parametrize("collection", sorted(WORDS))
def test_any_words_are_kept_as_they_are(ann: World, collection: str) -> None:
    word = WORDS[collection]
    for text in TEXTS.values():
        answer = ann.api("POST", collection, {**BODIES[collection](ann, 1), word: text})
        assert answer.status_code == 201, answer.content
        assert answer.json()[word] == text
        assert text in [row[word] for row in listed(ann, collection)]


@pytest.mark.parametrize("collection", sorted(WORDS))
@pytest.mark.parametrize("text", ["x" * 100_000, "a\x00b", "\ud800"])
def test_words_that_cannot_be_kept_are_refused(ann: World, collection: str, text: str) -> None:
    before = dump()
    found = problem(ann.api("POST", collection, {**BODIES[collection](ann, 1), WORDS[collection]: text}), 400)
    assert "Nothing has changed." in found["detail"]
    assert dump() == before


@every
def test_odd_queries_are_answered_or_refused_in_words(ann: World, collection: str) -> None:
    rows_of(ann, collection, 2)
    for query in ("ordering=owner__password", "ordering=-", "q=%00", "date_from=x", "category=x", "vehicle=%27", "done=x",
                  "page_size=1&cursor=cD0x", "cursor=x", "cursor=%00", "cursor=bz05OTk5OTk5OTk5", "start_from=1", "group=0"):  # fmt: skip
        answer = ann.api("GET", f"{collection}?{query}")
        assert answer.status_code in {200, 400, 404}, (query, answer.content[:300])
        if answer.status_code != 200:
            problem(answer, answer.status_code)


@every
def test_addresses_that_are_not_there(ann: World, collection: str) -> None:
    for path in (f"{collection}/{uuid7()}", f"{collection}/1", f"{collection}/x/y", f"{collection}s"):
        problem(ann.api("GET", path), 404)
    problem(ann.api("GET", "nothing"), 404)


@every
def test_methods_that_an_address_does_not_take(ann: World, collection: str) -> None:
    [pk] = rows_of(ann, collection, 1)
    for method, path in (
        ("DELETE", collection),
        ("PATCH", collection),
        ("PUT", collection),
        ("POST", f"{collection}/{pk}"),
    ):
        answer = ann.api(method, path, {})
        problem(answer, 405)
        assert "GET" in answer["Allow"]


@every
def test_a_slash_at_the_end_makes_no_difference(ann: World, collection: str) -> None:
    [pk] = rows_of(ann, collection, 1)
    assert ann.api("GET", f"{collection}/").json() == ann.api("GET", collection).json()
    assert ann.api("GET", f"{collection}/{pk}/").json()["id"] == pk
    if collection in BODIES:
        assert ann.api("POST", f"{collection}/", BODIES[collection](ann, 5)).status_code == 201


# The change feed


def feed(w: World, cursor: str = "") -> tuple[dict[str, dict[str, Any]], str]:
    """Read the feed to its end; return {id: item} and the cursor."""
    found: dict[str, dict[str, Any]] = {}
    while True:
        answer = w.api("GET", f"changes?cursor={cursor}")
        assert answer.status_code == 200, answer.content
        page = answer.json()
        for item in page["results"]:
            found[item["id"]] = item
        cursor = page["cursor"]
        if not page["more"]:
            return found, cursor


@written
def test_the_feed_tells_what_comes_changes_and_goes(ann: World, collection: str) -> None:
    _, cursor = feed(ann)
    assert feed(ann, cursor)[0] == {}
    [pk] = rows_of(ann, collection, 1)
    found, cursor = feed(ann, cursor)
    assert found[pk] == {
        "type": collection, "id": pk, "deleted": False, "data": ann.api("GET", f"{collection}/{pk}").json(),
    }  # fmt: skip
    if "delete" in VIEWSETS[collection].http_method_names:
        ann.api("DELETE", f"{collection}/{pk}")
        found, cursor = feed(ann, cursor)
        assert (found[pk]["deleted"], found[pk]["data"]) == (True, None)
        assert feed(ann, cursor)[0] == {}


def test_the_feed_in_pages_is_the_feed(ann: World, monkeypatch: Any) -> None:
    rows_of(ann, "you/tasks", 10)
    whole, end = feed(ann)
    monkeypatch.setattr(changes, "PAGE", 3)
    paged, cursor = feed(ann)
    assert paged == whole
    assert feed(ann, cursor)[0] == feed(ann, end)[0] == {}


def test_the_feed_shows_nobody_elses_rows(ann: World, ben: World) -> None:
    hers, his = feed(ann)[0], feed(ben)[0]
    assert not set(hers) & set(his)


def test_who_joins_gets_everything_and_who_leaves_gets_tombstones(ann: World, ben: World) -> None:
    _, cursor = feed(ben)
    asked = doing(ann.user, lambda: social.invite(ann.user, group=ann.group, person=ben.user.email))
    ben.api("PATCH", f"social/invitations/{asked.pk}", {"status": "accepted"})
    found, cursor = feed(ben, cursor)
    assert found[str(ann.group.pk)]["data"]["name"] == "Ann's group"
    assert found[str(ann.post.pk)]["data"]["text"] == "First"
    with acting_as(ben.user):
        mine = Membership.objects.get(owner=ben.user, group=ann.group)
    assert ben.api("DELETE", f"social/members/{mine.pk}").status_code == 204
    found, cursor = feed(ben, cursor)
    for row in (ann.group, ann.post, mine):
        assert found[str(row.pk)]["deleted"] is True
        assert found[str(row.pk)]["data"] is None
    assert feed(ben, cursor)[0] == {}
    rows_of(ann, "social/posts", 1)
    assert feed(ben, cursor)[0] == {}


def test_a_cursor_is_only_its_owners_and_cannot_be_made_up(ann: World, ben: World) -> None:
    _, hers = feed(ann)
    made_up = changes.encode_cursor(ben.user, {str(ann.user.pk): 10**6})
    unsigned = "eyJhIjoxfQ"
    for cursor in ("x", "e30", unsigned, "%00", hers[:-2], hers):
        problem(ben.api("GET", f"changes?cursor={cursor}"), 400)
    problem(ann.api("GET", f"changes?cursor={made_up}"), 400)


def test_the_feed_without_a_token(ann: World) -> None:
    problem(Phone(None)("GET", "changes"), 401)


# The schema


def test_the_schema_is_clean_and_valid_openapi_3_1(tmp_path: Path) -> None:
    file = tmp_path / "schema.json"
    call_command("spectacular", file=str(file), format="openapi-json", validate=True, fail_on_warn=True)
    schema = json.loads(file.read_text())
    assert schema["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(schema).validate()
    for collection, viewset in VIEWSETS.items():
        operations = schema["paths"][f"/api/{collection}"]
        assert set(operations) == {"get", "post"} & set(viewset.http_method_names)
        for operation in operations.values():
            assert {"400", "401", "429"} <= set(operation["responses"])
        if "post" in operations:
            content = operations["post"]["requestBody"]["content"]["application/json"]
            assert content["examples"], collection


def test_the_schema_and_its_readers_are_served() -> None:
    for path, kind in (("schema", "openapi"), ("docs", "text/html"), ("redoc", "text/html")):
        answer = Client().get(f"/api/{path}")
        assert answer.status_code == 200
        assert kind in answer["Content-Type"]
        assert b"https://" not in b"".join(
            line for line in answer.content.split(b"\n") if b"<script" in line or b"<link" in line
        )


def test_what_is_written_by_the_api_is_in_the_journal(ann: World) -> None:
    count = len(entries(ann.user))
    doing(ann.user, lambda: you.add_task(ann.user, title="By hand"))
    rows_of(ann, "you/tasks", 1)
    page, api = entries(ann.user)[count:]
    assert (page.source, api.source, api.tool) == ("page", "api", "you.tasks")
    assert api.request_id

"""Leaving: asked for, thought over, done; nothing of the person is left, and everybody else's journal holds."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pyotp
import pytest
from django.apps import apps
from django.conf import settings as config
from django.contrib.sessions.models import Session as CookieSession
from django.core.management import call_command
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from assistant.models import Turn
from pam.access import acting_as
from pam.access.models import AudienceVersion
from pam.access.policies import models_with_tables
from pam.accounts import app_passwords, erasure, factor
from pam.accounts.models import AppPassword, Session, User
from pam.journal.models import JournalEntry
from pam.journal.undo import Refused, undo
from pam.journal.verify import verify
from pam.live.models import Notification, OutboxMail
from pam.live.outbox import send_due
from pam.ops import limits
from pam.transfer.erase import erase, erase_due
from pam.transfer.quotes import Quotes
from social import services as social
from social.models import Comment, Group, Membership, Post
from tests.house import did, doing, entries, events_of, looking, person
from tests.pages import browser
from wins.models import Account
from you import services as you
from you.models import Task

pytestmark = pytest.mark.django_db
PASSWORD = "a long password"


@pytest.fixture(scope="module", autouse=True)
def _shapes(django_db_setup: None, django_db_blocker: Any) -> None:
    # Where other tests have registered the app of shapes, its tables have to be there.
    if "shapes" in apps.app_configs:
        from tests.shapes.apps import create_tables

        with django_db_blocker.unblock():
            create_tables()


@pytest.fixture(autouse=True)
def _fresh(settings: Any) -> None:
    settings.REQUIRE_VERIFIED_EMAIL = False
    limits.forget()


@pytest.fixture
def ann() -> User:
    return person("Ann", time_zone="Australia/Brisbane")


@pytest.fixture
def ben() -> User:
    return person("Ben")


def due(user: User) -> None:
    """Let the days of grace be over."""
    User.objects.filter(pk=user.pk).update(erase_at=timezone.now() - dt.timedelta(seconds=1))


def join(host: User, guest: User, group: Group) -> None:
    invitation = doing(host, lambda: social.invite(host, group=group, person=guest.email))
    doing(guest, lambda: social.accept_invitation(guest, invitation))


def everything() -> Iterator[tuple[str, str]]:
    """Yield (table.column, text) of every value in the database, opened where it is sealed."""
    tables = set(connection.introspection.table_names())
    seen = set()
    with looking():
        for model in models_with_tables():
            table = model._meta.db_table
            if table not in tables:
                continue
            seen.add(table)
            for row in QuerySet(model).values():
                for name, value in row.items():
                    yield f"{table}.{name}", value if isinstance(value, str) else json.dumps(value, default=str)
        for session in CookieSession.objects.all():
            yield "django_session.decoded", json.dumps(session.get_decoded())
        # Tables without a model, as they are.
        for table in tables - seen:
            with connection.cursor() as cursor:
                cursor.execute(f"select * from {connection.ops.quote_name(table)}")
                for values in cursor.fetchall():
                    yield table, repr(values)


def found(*texts: str) -> dict[str, list[str]]:
    """Return where each of the texts stands."""
    wanted = {text: text.lower() for text in texts}
    places: dict[str, set[str]] = {}
    for place, value in everything():
        for text, lower in wanted.items():
            if lower in value.lower():
                places.setdefault(text, set()).add(place)
    return {text: sorted(where) for text, where in places.items()}


def test_nothing_of_an_erased_person_is_left_and_every_other_chain_holds(ann: User, ben: User) -> None:
    call_command("demo")
    robin = User.objects.get(email="demo@example.com")
    robin.set_password(PASSWORD)
    robin.save()
    client = browser(robin)
    Client().post("/login", {"email": robin.email, "password": "not this one"})
    secret = factor.fresh_secret()
    app_passwords.make(robin, "Robins script", ["read"])
    for said in ("spent 42.50 on groceries at Zanzibarmart", "remember that my shoe size is Zanzibarian"):
        assert client.post("/api/pam/chat", {"message": said}, content_type="application/json").status_code == 200
    factor.enable(robin, secret, pyotp.TOTP(secret).now())
    half = Client()
    half.post("/login", {"email": robin.email, "password": PASSWORD})  # the code is still to come
    with looking():
        hiking = Group.objects.get(name="Hiking")
    join(robin, ann, hiking)
    # In the group: a post of Robin's with a comment of Ann's, one of Ann's with a comment of Robin's.
    hers = doing(ann, lambda: social.create_post(ann, group=hiking, text="Ann brings the tent"))
    his = doing(robin, lambda: social.create_post(robin, group=hiking, text="Zanzibar is too far to walk"))
    doing(robin, lambda: social.comment(robin, post=hers, text="And I the Zanzibar tea"))
    _, quoting = did(ann, lambda: social.comment(ann, post=his, text="It is not"))
    gone = doing(robin, lambda: social.create_post(robin, group=hiking, text="Zanzibar by bus"))
    doing(robin, lambda: social.change_role(robin, Membership.objects.get(group=hiking, owner=ann), role="admin"))
    _, deleting = did(ann, lambda: social.delete_post(ann, gone))
    _, tasking = did(ann, lambda: you.add_task(ann, title="Buy tent pegs"))
    # What PAM told Ann of it: in a conversation, and in an answer that is kept for a request that comes twice.
    chat = browser(ann)
    for said in ("what's new in Hiking?", "show the posts in Hiking", "add a task to pack the Zanzibar map"):
        assert chat.post("/api/pam/chat", {"message": said}, content_type="application/json").status_code == 200
    with looking():
        assert any("too far to walk" in turn.reply for turn in Turn.objects.filter(owner=ann))
    comment = {"post": str(his.pk), "text": "Once more"}
    headers = {"Idempotency-Key": "one"}
    assert (
        chat.post("/api/social/comments", comment, content_type="application/json", headers=headers).status_code == 201
    )
    # A group of Ben's, who asks Robin by the address; and what staff did to both.
    own = doing(ben, lambda: social.create_group(ben, name="Cooking"))
    _, inviting = did(ben, lambda: social.invite(ben, group=own, person=robin.email))
    staff = person("Eve", role=User.Role.ADMIN)
    office = browser(staff)
    office.get(f"/admin/accounts/user/{robin.pk}/change/")
    office.get(f"/admin/accounts/user/{ann.pk}/change/")
    with looking():
        account = Account.objects.filter(owner=robin).first()
    assert account is not None
    edited = {"name": "Zanzibar account", "kind": "everyday", "currency": "AUD", "opening_minor": "0", "closed_on": ""}
    assert office.post(f"/admin/wins/account/{account.pk}/change/", edited).status_code == 302
    texts = [
        str(robin.pk), robin.pk.hex, "demo@example.com", "Robin Hale", "Robin", "Zanzibar is", "Zanzibar by", "Zanzibar tea",
        "Zanzibarmart", "Zanzibarian", "Zanzibar account", secret,
    ]  # fmt: skip
    before = found(*texts)
    assert len(before[str(robin.pk)]) >= 40
    assert {"assistant_frame.data", "assistant_turn.reply", "live_notification.body"} <= set(before["Zanzibar is"])
    everybody = {user.pk: len(entries(user)) for user in User.objects.exclude(pk=robin.pk)}

    due(robin)
    assert erase_due() == 1
    connection.check_constraints()

    assert found(*texts) == {}
    with looking():
        assert [row.title for row in Task.objects.filter(owner=ann)] == ["Buy tent pegs", "pack the Zanzibar map"]
        assert "add a task to pack the Zanzibar map" in [turn.said for turn in Turn.objects.all()]  # her own words
    assert browser(ann).get("/chat").status_code == 200
    assert list(verify()) == []
    assert {user.pk: len(entries(user)) for user in User.objects.all()} == everybody
    with looking():
        assert [comment.text for comment in Comment.objects.all()] == []
        assert sorted(post.text[:10] for post in Post.objects.all()) == ["Ann brings", "Track repo"]
        kept = {entry.pk: entry for entry in JournalEntry.objects.all()}
    for entry in (quoting, deleting, inviting):
        assert (kept[entry.id].lines, kept[entry.id].salt, kept[entry.id].facts) == ([], "", [])
    assert kept[tasking.id].lines
    assert kept[tasking.id].salt
    assert [fact.get("person") for fact in events_of(staff) if fact["event"] == "staff_looked"] == [str(ann.pk)]
    with pytest.raises(Refused, match="its content is erased"):
        undo(ann, deleting.id, source="page")
    undo(ann, tasking.id, source="page")
    assert b"Changed" in browser(ann).get("/activity").content  # the emptied entries can be shown


def test_only_what_quotes_a_text_goes_with_its_neighbours() -> None:
    quotes = Quotes(["Lower Portals on Saturday,  7 am at the car park", "ok", ""])
    card = {"type": "posts", "title": "Hiking", "rows": [
        {"id": "1", "domain": "social", "name": "Ann", "sub": "Lower Portals on Saturday, 7 am at the car p…", "count": 2},
        {"id": "2", "domain": "social", "name": "Ben", "sub": "ok, I bring Ann"},
    ]}  # fmt: skip
    assert quotes.without(card) == {"type": "posts", "title": "Hiking", "rows": [
        {"id": "1", "domain": "social", "name": "(erased)", "sub": "(erased)", "count": 2},
        {"id": "2", "domain": "social", "name": "Ben", "sub": "ok, I bring Ann"},
    ]}  # fmt: skip
    assert quotes.without(["ok", "okay", None, 7, True]) == ["(erased)", "okay", None, 7, True]
    assert not Quotes([])


def test_others_are_told_and_the_group_is_led_on(ann: User, ben: User) -> None:
    cleo = person("Cleo")
    group = doing(ann, lambda: social.create_group(ann, name="Hiking"))
    join(ann, cleo, group)
    join(ann, ben, group)
    alone = doing(ann, lambda: social.create_group(ann, name="Only me"))
    post = doing(ann, lambda: social.create_post(ann, group=group, text="Saturday"))
    with acting_as(ben):
        assert Notification.objects.filter(sender=ann).exists()
    phone = browser(ben)
    etag = phone.get("/api/social/posts")["ETag"]
    cursor = phone.get("/api/changes").json()["cursor"]
    with looking():
        live = AudienceVersion.objects.get(audience=ben.pk, domain="live").version
    due(ann)
    erase_due()
    with looking():
        roles = {row.owner_id: row.role for row in Membership.objects.filter(group=group)}
        assert roles == {cleo.pk: "admin", ben.pk: "member"}
        assert Group.objects.get(pk=group.pk).owner_id == cleo.pk
        assert not Group.objects.filter(pk=alone.pk).exists()
        assert AudienceVersion.objects.get(audience=ben.pk, domain="live").version > live
    answer = phone.get("/api/social/posts", HTTP_IF_NONE_MATCH=etag)
    assert (answer.status_code, answer.json()["results"]) == (200, [])
    told = phone.get("/api/changes", {"cursor": cursor}).json()["results"]
    assert str(post.pk) in {item["id"] for item in told if item["deleted"]}
    with acting_as(ben):
        assert not Notification.objects.exists()


def test_an_admin_who_stays_takes_over_from_who_made_the_group(ann: User, ben: User) -> None:
    cleo = person("Cleo")
    group = doing(ann, lambda: social.create_group(ann, name="Hiking"))
    for guest in (cleo, ben):
        join(ann, guest, group)
    doing(ann, lambda: social.change_role(ann, Membership.objects.get(group=group, owner=ben), role="admin"))
    doing(ann, lambda: social.leave_group(ann, group))  # she made it, and is in it no more
    due(ann)
    erase_due()
    with looking():
        assert Group.objects.get().owner_id == ben.pk
        assert Membership.objects.get(owner=cleo).role == "member"


def test_whoever_was_not_due_or_is_gone_already_is_left_alone(ann: User, ben: User) -> None:
    erasure.ask(ann)
    assert erase_due() == 0
    due(ben)
    now = timezone.now()
    assert erase(ben.pk, now)
    assert not erase(ben.pk, now)
    assert erase_due() == 0
    assert list(User.objects.all()) == [ann]


def test_an_erasing_that_fails_changes_nothing_stops_no_other_and_is_tried_again(
    ann: User, ben: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    doing(ann, lambda: social.create_group(ann, name="Hiking"))
    due(ann)
    due(ben)

    def fails(user: User) -> None:
        if user == ann:
            raise RuntimeError("a room that cannot let go")

    with monkeypatch.context() as patched:
        patched.setattr(erasure, "_leaving", [*erasure._leaving, fails])
        assert erase_due() == 1
    assert list(User.objects.all()) == [ann]
    with looking():
        assert Group.objects.get().owner_id == ann.pk
    assert erase_due() == 1
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_erase_once(ann: User, ben: User) -> None:
    due(ann)
    start, done = threading.Barrier(2), []

    def work() -> None:
        start.wait()
        try:
            done.append(erase_due())
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(done) == [0, 1]
    assert list(User.objects.all()) == [ben]
    assert list(verify()) == []


def call(path: str, body: Any, token: str = "") -> Any:
    extra: dict[str, Any] = {"HTTP_AUTHORIZATION": f"Bearer {token}"} if token else {}
    return Client().post(path, body, content_type="application/json", **extra)


def test_an_app_asks_for_it_and_can_come_back(ann: User, ben: User, mailoutbox: list[Any]) -> None:
    credentials = {"email": ann.email, "password": PASSWORD}
    tokens = call("/api/auth/token", credentials).json()
    text = app_passwords.make(ann, "Script", ["read"])[1]
    assert call("/api/auth/delete-account", {"password": PASSWORD}).status_code == 401
    refused = call("/api/auth/delete-account", {"password": "not this one"}, tokens["access"])
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["password"])
    ann.refresh_from_db()
    assert ann.erase_at is None
    answer = call("/api/auth/delete-account", {"password": PASSWORD}, tokens["access"])
    assert answer.status_code == 202
    ann.refresh_from_db()
    assert dt.datetime.fromisoformat(answer.json()["erase_at"]) == ann.erase_at
    assert ann.erase_at is not None
    assert abs(ann.erase_at - timezone.now() - dt.timedelta(days=config.ERASE_AFTER_DAYS)) < dt.timedelta(minutes=5)
    # Everything is closed at once, and a mail says so.
    assert call("/api/auth/refresh", {"refresh": tokens["refresh"]}).status_code == 401
    for key in (tokens["access"], text):
        assert Client().get("/api/auth/me", HTTP_AUTHORIZATION=f"Bearer {key}").status_code == 401
    send_due()
    [mail] = mailoutbox
    assert mail.to == [ann.email]
    assert f"{timezone.localtime(ann.erase_at, ann.zone):%B %Y}" in mail.body
    # The door says what is about to happen, to who has the password only.
    told = call("/api/auth/token", credentials)
    assert (told.status_code, told.json()["code"]) == (403, "account_leaving")
    assert "/api/auth/keep-account" in told.json()["detail"]
    assert call("/api/auth/token", {**credentials, "password": "not this one"}).json()["code"] == "refused"
    assert call("/api/auth/keep-account", {**credentials, "password": "not this one"}).status_code == 401
    ann.refresh_from_db()
    assert ann.erase_at is not None
    back = call("/api/auth/keep-account", credentials)
    assert back.status_code == 200
    assert Client().get("/api/auth/me", HTTP_AUTHORIZATION=f"Bearer {back.json()['access']}").json()["id"] == str(
        ann.pk
    )
    ann.refresh_from_db()
    assert ann.erase_at is None
    names = [fact["event"] for fact in events_of(ann)]
    assert {"erasure_asked", "erasure_cancelled"} <= set(names)
    assert call("/api/auth/token", credentials).status_code == 200
    assert list(verify()) == []
    ben.refresh_from_db()
    assert (ben.erase_at, events_of(ben)) == (None, [])


def test_the_second_factor_is_asked_for_where_it_is_on(ann: User) -> None:
    access = call("/api/auth/token", {"email": ann.email, "password": PASSWORD}).json()["access"]
    secret = factor.fresh_secret()
    codes = factor.enable(ann, secret, pyotp.TOTP(secret).at(int(time.time()) - 30))
    for body in ({"password": PASSWORD}, {"password": PASSWORD, "code": "000000"}):
        refused = call("/api/auth/delete-account", body, access)
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["code"])
    assert call("/api/auth/delete-account", {"password": PASSWORD, "code": codes[0]}, access).status_code == 202
    credentials = {"email": ann.email, "password": PASSWORD}
    assert call("/api/auth/keep-account", credentials).json()["code"] == "second_factor_required"
    ann.refresh_from_db()
    assert ann.erase_at is not None
    assert call("/api/auth/keep-account", {**credentials, "code": codes[1]}).status_code == 200


def test_pages_ask_for_it_say_so_everywhere_and_keep_the_account(ann: User, ben: User) -> None:
    client, other = browser(ann), browser(ann)
    assert Client().post("/settings/data/erase", {"password": PASSWORD})["Location"].startswith("/login")
    refused = client.post("/settings/data/erase", {"password": "not this one"})
    assert (refused.status_code, b"This is not your present password." in refused.content) == (400, True)
    done = client.post("/settings/data/erase", {"password": PASSWORD})
    assert b"Your account will be erased" in done.content
    for closed in (client, other):
        assert closed.get("/today")["Location"].startswith("/login")
    with acting_as(ann):
        assert not Session.objects.filter(revoked_at=None).exists()
        assert OutboxMail.objects.count() == 1
        assert not AppPassword.objects.filter(revoked_at=None).exists()
    client = browser(ann)  # signing in is possible still
    for path in ("/today", "/chat", "/wins", "/settings"):
        assert b"Keep the account" in client.get(path).content, path
    assert b"Keep the account" not in browser(ben).get("/today").content
    assert client.get("/settings/data/keep").status_code == 405
    browser(ben).post("/settings/data/keep")
    ann.refresh_from_db()
    assert ann.erase_at is not None
    assert client.post("/settings/data/keep")["Location"] == "/settings/data"
    assert b"Keep the account" not in client.get("/today").content
    ann.refresh_from_db()
    assert ann.erase_at is None


def test_asked_twice_the_first_day_holds_and_one_mail_goes(ann: User) -> None:
    at = erasure.ask(ann)
    assert erasure.ask(ann) == at
    with acting_as(ann):
        assert OutboxMail.objects.count() == 1

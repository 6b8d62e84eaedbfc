"""Security events: what happens to an account stands in its hash chain, is shown, and tells no secret."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pyotp
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.signals import request_finished
from django.db import close_old_connections
from django.test import Client, RequestFactory

from pam.access import acting_as
from pam.access.encryption import unseal
from pam.accounts import app_passwords, doors, factor, services, tokens
from pam.accounts.models import AppPassword, Session, User
from pam.journal.models import JournalEntry
from pam.journal.undo import Refused, undo
from pam.journal.verify import verify
from pam.ops import limits
from tests.house import events_of, looking, person, raw_update

pytestmark = pytest.mark.django_db
PASSWORD, NEW = "a long password", "another long one"


@pytest.fixture(autouse=True)
def _fresh(settings: Any) -> None:
    settings.REQUIRE_VERIFIED_EMAIL = False
    limits.forget()


@pytest.fixture
def ann() -> User:
    return person("Ann")


def names(user: User) -> list[str]:
    return [fact["event"] for fact in events_of(user)]


def browser(user: User) -> Client:
    client = Client(HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0")
    assert client.post("/login", {"email": user.email, "password": PASSWORD}).status_code == 302
    return client


def last(user: User) -> JournalEntry:
    with looking():
        return JournalEntry.objects.filter(owner=user).latest("number")


def test_signing_in_and_out_is_kept_with_where_from(ann: User) -> None:
    client = browser(ann)
    (fact,) = events_of(ann)
    with acting_as(ann):
        session = Session.objects.get()
    assert fact == {
        "event": "sign_in", "session": str(session.pk), "door": "page", "factor": None, "address": "127.0.0.1",
        "client": "Firefox on Linux",
    }  # fmt: skip
    assert last(ann).source == "page"
    client.post("/logout")
    assert names(ann) == ["sign_in", "sign_out"]


def test_an_app_signs_in_and_out_too(ann: User) -> None:
    given = {"email": ann.email, "password": PASSWORD}
    pair = Client().post("/api/auth/token", given, content_type="application/json").json()
    Client().post("/api/auth/logout", {"refresh": pair["refresh"]}, content_type="application/json")
    Client().post("/api/auth/logout", {"refresh": pair["refresh"]}, content_type="application/json")
    assert names(ann) == ["sign_in", "sign_out"]
    assert last(ann).source == "api"


def test_failed_tries_are_kept_in_the_chain_of_their_person_and_bounded(ann: User) -> None:
    for _ in range(doors.MOST_FAILURES + 5):
        Client().post("/login", {"email": "ANN@example.com", "password": "wrong"}, REMOTE_ADDR="203.0.113.9")
    Client().post("/login", {"email": "nobody@example.com", "password": "wrong"})
    facts = events_of(ann)
    assert len(facts) == doors.MOST_FAILURES
    assert facts[0] == {
        "event": "sign_in_failed", "reason": "refused", "address": "203.0.113.9", "client": "Unknown",
    }  # fmt: skip
    with looking():
        assert JournalEntry.objects.count() == doors.MOST_FAILURES


@pytest.fixture
def connection_stays() -> Iterator[None]:
    """The end of a request closes no connection: the test's own is in it, as Django's test client sees to too."""
    request_finished.disconnect(close_old_connections)
    yield
    request_finished.connect(close_old_connections)


@pytest.mark.usefixtures("connection_stays")
def test_a_failed_try_is_kept_only_once_the_answer_is_sent(ann: User) -> None:
    for email, kept in ((ann.email, 1), ("nobody@example.com", 1)):
        given = {"email": email, "password": "wrong"}
        request = RequestFactory().post("/api/auth/token", given, content_type="application/json")
        response = WSGIHandler().get_response(request)
        assert response.status_code == 401
        assert len(events_of(ann)) == (0 if email == ann.email else 1)
        response.close()
        assert len(events_of(ann)) == kept
    assert last(ann).request_id


def test_a_stolen_refresh_token_is_told(ann: User) -> None:
    pair = tokens.issue(doors.open_session(ann, door=Session.Door.API))
    tokens.refresh(pair["refresh"])
    with pytest.raises(tokens.BadToken):
        tokens.refresh(pair["refresh"])
    assert names(ann) == ["sign_in", "token_reused"]


def test_a_new_password_is_one_entry_with_all_that_it_closes(ann: User) -> None:
    here = browser(ann)
    browser(ann)
    app_passwords.make(ann, "My script", ["read"])
    here.post("/password", {"old_password": "wrong", "new_password": NEW})
    assert names(ann)[-1] == "check_failed"
    here.post("/password", {"old_password": PASSWORD, "new_password": NEW})
    kept = last(ann)
    assert [fact["event"] for fact in kept.facts] == ["password_changed", "session_closed", "app_password_revoked"]
    assert [line["what"] for line in kept.lines] == ["Security:"] * 3
    services.reset_password(ann, "a third long one")
    assert [fact["event"] for fact in last(ann).facts] == ["password_reset", "session_closed"]


def test_the_second_factor_and_app_passwords_are_kept(ann: User) -> None:
    client = browser(ann)
    client.get("/settings/factor")
    secret = unseal(client.session["pam_factor_setup"])
    code = pyotp.TOTP(secret).at(int(time.time()), counter_offset=-1)
    codes = client.post("/settings/factor/on", {"password": PASSWORD, "code": code}).context["codes"]
    other = Client()
    other.post("/login", {"email": ann.email, "password": PASSWORD})
    other.post("/login/code", {"code": "000000"})
    other.post("/login/code", {"code": codes[0]})
    client.post("/settings/factor/codes", {"password": PASSWORD, "code": pyotp.TOTP(secret).now()})
    client.post("/settings/app-passwords", {"name": "My script", "password": PASSWORD, "read": "on"})
    with acting_as(ann):
        row = AppPassword.objects.get()
    client.post(f"/settings/app-passwords/{row.pk}/revoke")
    call_command("person", ann.email, "--factor-off", stdout=StringIO())
    assert names(ann) == [
        "sign_in", "factor_on", "sign_in_failed", "recovery_code_used", "sign_in", "recovery_codes_made",
        "app_password_made", "app_password_revoked", "factor_off",
    ]  # fmt: skip


def test_what_staff_does_to_an_account_stands_in_the_chain_of_staff(ann: User) -> None:
    root, hers = person("Root", role="admin"), browser(ann)
    client = browser(root)
    client.get(f"/admin/accounts/user/{ann.pk}/change/")
    given = {
        "email": ann.email, "role": "admin", "time_zone": "Europe/Vienna", "home_currency": "AUD",
        "distance_unit": "km", "volume_unit": "L", "week_start": 0, "display_name": "Ann", "locale": "en-AU",
    }  # fmt: skip
    assert client.post(f"/admin/accounts/user/{ann.pk}/change/", given).status_code == 302
    looked, *changed = events_of(root)[1:]
    assert (looked["event"], looked["person"]) == ("staff_looked", str(ann.pk))
    assert [fact["event"] for fact in changed] == ["role_changed", "account_closed", "session_closed"]
    assert {fact["person"] for fact in changed} == {str(ann.pk)}
    assert changed[0]["role"] == "admin"
    assert hers.get("/settings").status_code == 302
    call_command("person", root.email, "--admin", stdout=StringIO())
    assert names(root)[-1] == "role_changed"


def test_no_secret_is_in_an_entry(ann: User) -> None:
    client = browser(ann)
    text = client.post("/settings/app-passwords", {"name": "My script", "password": PASSWORD, "read": "on"}).context[
        "text"
    ]
    app = factor.fresh_secret()
    codes = factor.enable(ann, app, pyotp.TOTP(app).now())
    given = {"email": ann.email, "password": PASSWORD, "code": codes[0]}
    pair = Client().post("/api/auth/token", given, content_type="application/json").json()
    Client().post("/api/auth/token", {**given, "password": "a wrong secret"}, content_type="application/json")
    services.set_password(ann, NEW)
    with looking():
        kept = json.dumps([[e.facts, e.lines, e.label, e.tool] for e in JournalEntry.objects.all()])
    assert "app_password_made" in kept
    for secret in (PASSWORD, NEW, "a wrong secret", text, app, *codes, *pair.values()):
        assert secret not in kept


def test_the_chain_holds_and_shows_a_changed_fact(ann: User) -> None:
    browser(ann).post("/logout")
    assert list(verify(ann.pk)) == []
    with looking():
        first = JournalEntry.objects.filter(owner=ann).earliest("number")
        raw_update(JournalEntry, first.pk, facts=[{**first.facts[0], "address": "203.0.113.9"}])
    (broken,) = verify(ann.pk)
    assert (broken.number, broken.problem) == (first.number, "its content was changed")


def test_they_stand_on_the_activity_page_without_undo(ann: User) -> None:
    client = browser(ann)
    text = client.get("/activity").content.decode()
    assert "Security: signed in" in text
    assert "Firefox on Linux, 127.0.0.1" in text
    assert "/undo" not in text
    assert "Security: signed in" in client.get("/activity?domain=security").content.decode()
    assert "Security: signed in" not in client.get("/activity?domain=wins").content.decode()
    ben = person("Ben")
    assert "203.0.113" not in browser(ben).get("/activity").content.decode()


def test_there_is_nothing_to_undo(ann: User) -> None:
    browser(ann)
    with pytest.raises(Refused, match="there is nothing to undo"):
        undo(ann, last(ann).pk, source="page")
    assert len(events_of(ann)) == 1

"""Where one is signed in: listed, kept up, and closed at once."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from pam.access import acting_as
from pam.accounts import doors, tokens
from pam.accounts.models import Session, User
from pam.ops import limits
from tests.house import person

pytestmark = pytest.mark.django_db
PASSWORD = "a long password"


@pytest.fixture(autouse=True)
def _fresh(settings: Any) -> None:
    settings.REQUIRE_VERIFIED_EMAIL = False
    limits.forget()


@pytest.fixture
def ann() -> User:
    return person("Ann")


def app(user: User, agent: str = "curl/8.5", address: str = "203.0.113.9") -> tuple[Session, dict[str, str]]:
    request = RequestFactory().post("/", HTTP_USER_AGENT=agent, REMOTE_ADDR=address)
    session = doors.open_session(user, door=Session.Door.API, request=request)
    return session, tokens.issue(session)


def call(access: str, path: str = "", method: str = "get") -> HttpResponse:
    client = getattr(Client(), method)
    found: HttpResponse = client(f"/api/auth/sessions{path}", HTTP_AUTHORIZATION=f"Bearer {access}")
    return found


def opens(access: str) -> bool:
    return bool(Client().get("/api/auth/me", HTTP_AUTHORIZATION=f"Bearer {access}").status_code == 200)


def seen_of(session: Session) -> dt.datetime:
    with acting_as(session.owner):
        return Session.objects.get(pk=session.pk).last_seen_at


def back_by(session: Session, delta: dt.timedelta) -> None:
    """Let time have passed since the session was last seen."""
    with acting_as(session.owner):
        Session.objects.filter(pk=session.pk).update(last_seen_at=timezone.now() - delta)


def test_sessions_tell_what_they_are_and_which_one_asks(ann: User) -> None:
    there, _ = app(ann, "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "2001:db8::7")
    here, pair = app(ann)
    app(person("Ben"))
    answer = call(pair["access"])
    assert answer.status_code == 200
    first, second = answer.json()["results"]
    assert (first["id"], first["client"], first["address"], first["current"]) == (
        str(here.pk), "curl", "203.0.113.9", True,
    )  # fmt: skip
    assert (second["id"], second["client"], second["address"], second["current"], second["door"]) == (
        str(there.pk), "Firefox on Linux", "2001:db8::7", False, "api",
    )  # fmt: skip
    assert dt.datetime.fromisoformat(first["created_at"]).tzinfo is not None


def test_what_is_closed_or_run_out_is_not_listed(ann: User, settings: Any) -> None:
    closed, _ = app(ann)
    doors.revoke(ann, closed)
    old, _ = app(ann)
    back_by(old, dt.timedelta(days=settings.REFRESH_TOKEN_EXPIRE_DAYS, minutes=1))
    here, pair = app(ann)
    assert [row["id"] for row in call(pair["access"]).json()["results"]] == [str(here.pk)]


def test_a_closed_session_is_worth_nothing_at_once(ann: User) -> None:
    there, theirs = app(ann)
    _, mine = app(ann)
    assert call(mine["access"], f"/{there.pk}", "delete").status_code == 204
    assert (opens(theirs["access"]), opens(mine["access"])) == (False, True)
    with pytest.raises(tokens.BadToken):
        tokens.refresh(theirs["refresh"])
    assert call(mine["access"], f"/{there.pk}", "delete").status_code == 404
    assert call(mine["access"], f"/{uuid4()}", "delete").status_code == 404
    assert call(mine["access"], "/x", "delete").status_code == 404


def test_another_persons_session_is_not_there(ann: User) -> None:
    his, hers = app(person("Ben")), app(ann)
    assert call(hers[1]["access"], f"/{his[0].pk}", "delete").status_code == 404
    assert call(hers[1]["access"], "", "delete").status_code == 204
    assert opens(his[1]["access"])
    assert str(his[0].pk) not in call(hers[1]["access"]).content.decode()


@pytest.mark.parametrize(("path", "method"), [("", "get"), ("", "delete"), (f"/{uuid4()}", "delete")])
def test_nobody_looks_or_closes_without_a_token(ann: User, path: str, method: str) -> None:
    app(ann)
    assert call("nonsense", path, method).status_code == 401


def test_signing_out_everywhere_else_leaves_this_one(ann: User) -> None:
    others = [app(ann)[1]["access"] for _ in range(3)]
    browser = Client()
    browser.post("/login", {"email": ann.email, "password": PASSWORD})
    _, mine = app(ann)
    assert call(mine["access"], "", "delete").status_code == 204
    assert [opens(access) for access in (*others, mine["access"])] == [False, False, False, True]
    assert browser.get("/settings").status_code == 302


def test_a_browser_signs_out_everywhere_else(ann: User) -> None:
    _, theirs = app(ann)
    here, there = Client(), Client()
    for client in (here, there):
        client.post("/login", {"email": ann.email, "password": PASSWORD})
    assert "Sign out everywhere else" in here.get("/settings").content.decode()
    assert here.get("/settings/sessions/others/revoke").status_code == 405
    assert here.post("/settings/sessions/others/revoke")["Location"] == "/settings"
    assert (here.get("/settings").status_code, there.get("/settings").status_code) == (200, 302)
    assert not opens(theirs["access"])
    assert here.get("/api/auth/sessions").json()["results"][0]["current"] is True


def test_last_seen_is_kept_up_at_most_once_a_minute(ann: User) -> None:
    session, pair = app(ann)
    back_by(session, dt.timedelta(hours=3))
    assert opens(pair["access"])
    first = seen_of(session)
    assert timezone.now() - first < dt.timedelta(seconds=30)
    opens(pair["access"])
    cache.clear()  # another process, which has not heard of it
    opens(pair["access"])
    assert seen_of(session) == first


def test_a_page_keeps_its_session_seen_too(ann: User) -> None:
    client = Client()
    client.post("/login", {"email": ann.email, "password": PASSWORD})
    with acting_as(ann):
        session = Session.objects.get()
    back_by(session, dt.timedelta(hours=3))
    assert client.get("/settings").status_code == 200
    assert timezone.now() - seen_of(session) < dt.timedelta(seconds=30)


def test_a_token_of_one_person_is_not_another(ann: User, settings: Any) -> None:
    import jwt

    ben = person("Ben")
    session, _ = app(ann)
    claims = {"sub": str(ben.pk), "sid": str(session.pk), "typ": "access", "jti": "x",
              "exp": timezone.now() + dt.timedelta(minutes=5)}  # fmt: skip
    assert tokens.opened_by(jwt.encode(claims, settings.SECRET_KEY, algorithm=settings.ALGORITHM)) == (None, None)

"""App passwords: what each scope opens, what none of them opens, and how they are kept."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from pam.access import acting_as
from pam.accounts import app_passwords, doors, services, tokens
from pam.accounts.models import AppPassword, User
from pam.ops import limits
from tests.house import looking, person

pytestmark = pytest.mark.django_db
PASSWORD = "a long password"
TASK = {"title": "Call the plumber"}


@pytest.fixture(autouse=True)
def _fresh(settings: Any) -> None:
    settings.REQUIRE_VERIFIED_EMAIL = False
    limits.forget()


@pytest.fixture
def ann() -> User:
    return person("Ann")


def made(user: User, *scopes: str) -> str:
    return app_passwords.make(user, "My script", scopes)[1]


def call(text: str, path: str, method: str = "get", data: Any = None) -> HttpResponse:
    extra = {"HTTP_AUTHORIZATION": f"Bearer {text}"}
    if method == "get":
        return Client().get(path, **extra)  # type: ignore[return-value, arg-type]
    client = getattr(Client(), method)
    found: HttpResponse = client(path, json.dumps(data or {}), content_type="application/json", **extra)
    return found


def browser(user: User) -> Client:
    client = Client()
    assert client.post("/login", {"email": user.email, "password": PASSWORD}).status_code == 302
    return client


WHAT = {
    "read": ("/api/you/tasks", "get", None, 200),
    "write": ("/api/you/tasks", "post", TASK, 201),
    "chat": ("/api/pam/chat", "post", {"message": "what is on tomorrow?"}, 200),
    "history": ("/api/pam/history", "get", None, 200),
    "me": ("/api/auth/me", "get", None, 200),
}
OPENS = {"read": {"read", "me"}, "write": {"write"}, "chat": {"chat", "history"}}


@pytest.mark.parametrize("scope", list(OPENS))
def test_a_scope_opens_what_it_says_and_nothing_else(ann: User, scope: str) -> None:
    text = made(ann, scope)
    for name, (path, method, data, status) in WHAT.items():
        answer = call(text, path, method, data)
        if name in OPENS[scope]:
            assert answer.status_code == status, (name, answer.content)
        else:
            assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json"), name
            assert answer.json()["code"] == "scope_missing"
            assert "scope" in answer.json()["detail"]


def test_scopes_add_up(ann: User) -> None:
    text = made(ann, "read", "write", "chat")
    for path, method, data, status in WHAT.values():
        assert call(text, path, method, data).status_code == status


@pytest.mark.parametrize(
    ("path", "method"),
    [("/api/auth/me", "patch"), ("/api/auth/password", "post"), ("/api/auth/sessions", "get"),
     ("/api/auth/sessions", "delete"), (f"/api/auth/sessions/{uuid4()}", "delete"), ("/api/auth/sessions/", "get")],
)  # fmt: skip
def test_none_of_them_opens_what_is_about_the_account(ann: User, path: str, method: str) -> None:
    answer = call(made(ann, *app_passwords.SCOPES), path, method, {"theme": "dark"})
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    ann.refresh_from_db()
    assert ann.theme == ""


def test_every_address_about_the_account_is_closed_to_them() -> None:
    from pam.accounts.api_urls import urlpatterns

    for found in urlpatterns:
        path = "/" + re.sub(r"<[^>]*>", str(uuid4()), str(found.pattern))
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            allowed = (path, method) == ("/api/auth/me", "GET")
            assert (app_passwords.needed(method, path) is not None) == allowed, (method, path)
    for path in ("/settings", "/admin/", "/metrics", "", "/apix"):
        assert app_passwords.needed("GET", path) is None


def test_it_is_no_token_and_opens_no_page(ann: User) -> None:
    text = made(ann, *app_passwords.SCOPES)
    assert tokens.opened_by(text) == (None, None)  # sockets ask this
    with pytest.raises(tokens.BadToken):
        tokens.refresh(text)
    answer = Client().get("/settings", HTTP_AUTHORIZATION=f"Bearer {text}")
    assert answer["Location"].startswith("/login")


def test_what_is_not_one_opens_nothing(ann: User) -> None:
    text = made(ann, "read")
    for wrong in (text[:-1], text + "A", "pam_", "pam_\u00e9", text.upper(), "pam_" + "x" * 5000):
        answer = call(wrong, "/api/you/tasks")
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="PAM"'), wrong


def test_it_shows_its_owners_rows_alone(ann: User) -> None:
    ben = person("Ben")
    call(made(ben, "write"), "/api/you/tasks", "post", TASK)
    assert call(made(ann, "read"), "/api/you/tasks").json()["results"] == []
    (row,) = call(made(ben, "read"), "/api/you/tasks").json()["results"]
    assert call(made(ann, "read"), f"/api/you/tasks/{row['id']}").status_code == 404
    assert call(made(ann, "write"), f"/api/you/tasks/{row['id']}", "delete").status_code == 404


def test_it_is_kept_as_a_digest(ann: User) -> None:
    text = made(ann, "read")
    with looking():
        row = AppPassword.objects.get()
    assert not any(text in str(value) or text[4:] in str(value) for value in vars(row).values())


def test_revoked_closed_and_outlived_ones_open_nothing(ann: User) -> None:
    text, other = made(ann, "read"), made(ann, "read")
    with acting_as(ann):
        row = app_passwords.find(text)
    assert row is not None
    app_passwords.revoke(person("Ben"), row)
    assert call(text, "/api/you/tasks").status_code == 200
    app_passwords.revoke(ann, row)
    assert call(text, "/api/you/tasks").status_code == 401
    services.set_password(ann, "another long one")
    assert call(other, "/api/you/tasks").status_code == 401
    third = made(ann, "read")
    User.objects.filter(pk=ann.pk).update(is_active=False)
    assert call(third, "/api/you/tasks").status_code == 401


def test_its_last_use_is_kept_at_most_once_a_minute(ann: User) -> None:
    text = made(ann, "read")

    def last() -> dt.datetime | None:
        with acting_as(ann):
            return AppPassword.objects.get().last_used_at

    assert last() is None
    call(text, "/api/you/tasks")
    first = last()
    assert first is not None
    assert timezone.now() - first < dt.timedelta(seconds=30)
    cache.clear()
    call(text, "/api/you/tasks")
    assert last() == first


@pytest.mark.parametrize("scopes", [[], ["admin"], ["read", "admin"], [""]])
def test_no_other_scopes_are_made(ann: User, scopes: list[str]) -> None:
    with pytest.raises(ValidationError):
        app_passwords.make(ann, "My script", scopes)
    with pytest.raises(ValidationError):
        app_passwords.make(ann, " ", ["read"])
    with looking():
        assert not AppPassword.objects.exists()


# ---- the page


def test_it_is_made_on_its_page_with_the_password_and_shown_once(ann: User) -> None:
    client = browser(ann)
    given = {"name": "Fuel widget", "password": PASSWORD, "read": "on", "chat": "on"}
    for wrong in ({**given, "password": "wrong"}, {**given, "name": ""}, {"name": "x", "password": PASSWORD}):
        assert client.post("/settings/app-passwords", wrong).status_code == 400
    with looking():
        assert not AppPassword.objects.exists()
    answer = client.post("/settings/app-passwords", given)
    text = answer.context["text"]
    assert text in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    later = client.get("/settings/app-passwords").content.decode()
    assert text not in later
    assert "Fuel widget" in later
    assert "Read, chat." in later
    assert "Not used yet" in later
    assert call(text, "/api/you/tasks").status_code == 200
    assert call(text, "/api/you/tasks", "post", TASK).status_code == 403
    with looking():
        row = AppPassword.objects.get()
    assert client.get(f"/settings/app-passwords/{row.pk}/revoke").status_code == 405
    assert client.post(f"/settings/app-passwords/{row.pk}/revoke")["Location"] == "/settings/app-passwords"
    assert call(text, "/api/you/tasks").status_code == 401
    assert client.post(f"/settings/app-passwords/{row.pk}/revoke").status_code == 404


def test_another_persons_is_not_there(ann: User) -> None:
    ben = person("Ben")
    his = app_passwords.make(ben, "His script", ["read"])
    hers = browser(ann)
    assert "His script" not in hers.get("/settings/app-passwords").content.decode()
    assert hers.post(f"/settings/app-passwords/{his[0].pk}/revoke").status_code == 404
    assert call(his[1], "/api/you/tasks").status_code == 200


def test_tries_of_the_password_are_counted(ann: User) -> None:
    client = browser(ann)
    given = {"name": "x", "read": "on"}
    for _ in range(doors.MOST_FAILURES):
        assert client.post("/settings/app-passwords", {**given, "password": "wrong"}).status_code == 400
    assert client.post("/settings/app-passwords", {**given, "password": PASSWORD}).status_code == 429
    with looking():
        assert not AppPassword.objects.exists()


@pytest.mark.parametrize("path", ["/settings/app-passwords", f"/settings/app-passwords/{uuid4()}/revoke"])
def test_strangers_are_sent_to_sign_in(path: str) -> None:
    assert Client().post(path)["Location"].startswith("/login?next=")

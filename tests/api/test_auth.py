"""Accounts over the API: who gets in, for how long, and what is never told."""

from __future__ import annotations

import base64
import datetime as dt
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import jwt
import pytest
from django.core import mail
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, example, given
from hypothesis import settings as how
from hypothesis import strategies as st

from pam.access import acting_as
from pam.accounts import doors, tokens
from pam.accounts.models import LoginFailure, RefreshToken, Session, User
from pam.journal.undo import undo
from pam.ops import limits
from tests.house import entries, looking, person

pytestmark = pytest.mark.django_db
PASSWORD = "a long password"
PROBLEM = "application/problem+json"
DOORS = ["token", "refresh", "logout", "register"]


@pytest.fixture(autouse=True)
def _fresh(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.REQUIRE_VERIFIED_EMAIL = False
    mail.outbox = []
    limits.forget()


@pytest.fixture
def ann() -> User:
    return person("Ann")


@pytest.fixture
def production(settings: Any) -> None:
    settings.REQUIRE_VERIFIED_EMAIL = True


def send(path: str, data: Any, client: Client | None = None, method: str = "post", **extra: Any) -> HttpResponse:
    """Send JSON to an address of accounts."""
    made = getattr(client or Client(), method)
    found: HttpResponse = made(f"/api/auth/{path}", json.dumps(data), content_type="application/json", **extra)
    return found


def sign_in(email: str = "ann@example.com", password: str = PASSWORD, **extra: Any) -> HttpResponse:
    return send("token", {"email": email, "password": password}, **extra)


def pair_of(user: User) -> dict[str, str]:
    found: dict[str, str] = sign_in(user.email).json()
    return found


def me(access: str, **extra: Any) -> HttpResponse:
    found: HttpResponse = Client().get("/api/auth/me", HTTP_AUTHORIZATION=f"Bearer {access}", **extra)
    return found


def patch(access: str, data: Any) -> HttpResponse:
    return send("me", data, method="patch", HTTP_AUTHORIZATION=f"Bearer {access}")


def problem(response: HttpResponse, status: int) -> dict[str, Any]:
    """Return the problem document that an answer is."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == PROBLEM
    found: dict[str, Any] = json.loads(response.content)
    assert found["status"] == status
    assert found["title"]
    assert found["detail"]
    return found


def told(response: HttpResponse) -> tuple[int, dict[str, Any]]:
    """Return what an answer tells, without the id of the request."""
    return response.status_code, {**json.loads(response.content), "request_id": ""}


# ---- signing in


def test_tokens_open_the_api_and_say_who_it_is(ann: User) -> None:
    answer = me(pair_of(ann)["access"])
    assert answer.status_code == 200
    body = answer.json()
    assert (body["id"], body["email"], body["role"]) == (str(ann.pk), "ann@example.com", "user")
    assert (body["home_currency"], body["time_zone"], body["week_start"]) == ("AUD", "Australia/Brisbane", 0)
    assert "password" not in answer.content.decode()


@pytest.mark.parametrize("email", ["ANN@example.com", " ann@example.com ", "Ann@Example.Com"])
def test_the_case_of_an_address_does_not_matter(ann: User, email: str) -> None:
    assert sign_in(email).status_code == 200


def test_a_password_is_taken_letter_by_letter(ann: User) -> None:
    for wrong in (f" {PASSWORD}", f"{PASSWORD} ", PASSWORD.upper(), PASSWORD[:-1]):
        problem(sign_in(password=wrong), 401)


def test_nobody_learns_who_has_an_account(ann: User) -> None:
    gone = person("Gone", is_active=False)
    answers = [told(sign_in(password="wrong")), told(sign_in("nobody@example.com")), told(sign_in(gone.email))]
    assert answers[0][0] == 401
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][1]["detail"] == "This address and password do not go together."
    assert sign_in(password="wrong")["WWW-Authenticate"].startswith("Bearer")


def test_without_a_token_one_is_told_to_get_one() -> None:
    answer = Client().get("/api/auth/me")
    assert "/api/auth/token" in problem(answer, 401)["detail"]
    assert answer["WWW-Authenticate"] == 'Bearer realm="PAM"'


def test_a_wrong_token_is_no_obstacle_at_the_doors(ann: User) -> None:
    assert sign_in(HTTP_AUTHORIZATION="Bearer nonsense").status_code == 200


# ---- bad input


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "body",
    [b"{", b"\xff\xfe", b"", b"null", b"[]", b'[{"email": "ann@example.com"}]', b'"text"', b"7", b"true", b"{}", b"NaN",
     b"[" * 5000, b'{"a":' * 5000],
)  # fmt: skip
def test_broken_bodies_are_refused(ann: User, door: str, body: bytes) -> None:
    answer = Client().post(f"/api/auth/{door}", body, content_type="application/json")
    assert "Nothing has changed" in problem(answer, 400)["detail"]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "value", [None, 5, True, [], {}, ["ann@example.com"], {"a": 1}, "", "a\x00b", "\ud800", "x" * 100_000, "א" * 300]
)
def test_wrong_values_are_refused(ann: User, door: str, value: Any) -> None:
    for name in ("email", "password", "refresh"):
        given = {"email": "eve@example.com", "password": PASSWORD, "refresh": "x.y.z", name: value}
        answer = send(door, given)
        assert answer.status_code in {201, 204, 400, 401}, answer.content
        if answer.status_code >= 400:
            problem(answer, answer.status_code)
    assert set(User.objects.values_list("email", flat=True)) <= {ann.email, "eve@example.com"}


def test_too_large_a_body_is_refused() -> None:
    problem(sign_in(password="x" * 3_000_000), 413)


def test_other_methods_and_forms_are_refused(ann: User) -> None:
    problem(Client().get("/api/auth/token"), 405)
    problem(Client().post("/api/auth/token", {"email": "ann@example.com"}), 415)


# ---- tokens


def claims_of(user: User, **changed: Any) -> dict[str, Any]:
    """Return the claims of a good access token of a fresh session, with changes."""
    session = doors.open_session(user, door=Session.Door.API)
    good = {"sub": str(user.pk), "sid": str(session.pk), "typ": "access", "jti": "x",
            "iat": timezone.now(), "exp": timezone.now() + dt.timedelta(minutes=5)}  # fmt: skip
    return {name: value for name, value in {**good, **changed}.items() if value is not None}


def made(user: User, key: str, algorithm: str = "HS256", **changed: Any) -> str:
    return jwt.encode(claims_of(user, **changed), key, algorithm=algorithm)


def test_what_is_made_by_our_key_opens(ann: User, settings: Any) -> None:
    assert me(made(ann, settings.SECRET_KEY)).status_code == 200


def test_forged_tokens_open_nothing(ann: User, settings: Any) -> None:
    key, past = settings.SECRET_KEY, timezone.now() - dt.timedelta(seconds=1)
    good = made(ann, key)
    head, body, _ = good.split(".")
    other = person("Ben")
    stolen = base64.urlsafe_b64encode(json.dumps({"sub": str(other.pk)}).encode()).decode().rstrip("=")
    forged = {
        "another key": made(ann, "k" * 50),
        "no key": jwt.encode(claims_of(ann), None, algorithm="none"),
        "no signature": f"{head}.{body}.",
        "another algorithm": made(ann, key, "HS512"),
        "another body": good.replace(body, stolen),
        "expired": made(ann, key, exp=past),
        "a refresh token": pair_of(ann)["refresh"],
        "another kind": made(ann, key, typ="verify"),
        "no session": made(ann, key, sid=str(uuid4())),
        "an odd session": made(ann, key, sid="x"),
        "an odd person": made(ann, key, sub="x"),
        **{f"without {name}": made(ann, key, **{name: None}) for name in ("exp", "sub", "sid", "typ", "jti")},
    }
    for name, token in forged.items():
        assert me(token).status_code == 401, name
        assert PROBLEM in me(token)["Content-Type"], name


@pytest.fixture
def somebody(ann: User) -> User:
    """A signed-in person, so that there is something to open."""
    pair_of(ann)
    return ann


def _nested(depth: int) -> str:
    return base64.urlsafe_b64encode(b"[" * depth).decode() + ".e30.e30"


@how(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=200) | st.from_regex(r"[\w-]{2,40}\.[\w-]{2,40}\.[\w-]{0,40}", fullmatch=True))
@example(text="")
@example(text="eyJhbGciOiJub25lIn0.e30.")
@example(text=_nested(1400))
@example(text=_nested(100_000))
@example(text="\ud800.\udfff.\x00")
def test_no_text_is_a_token(somebody: User, text: str) -> None:
    assert tokens.user_of_token(text) is None
    with pytest.raises(tokens.BadToken):
        tokens.refresh(text)
    tokens.end(text)
    assert send("refresh", {"refresh": text}).status_code in {400, 401}
    with acting_as(somebody):
        assert Session.objects.filter(revoked_at=None).count() == 1


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Basic YTpi", "Bearer a b", "Token x", "Bearer \u00e9.\u00e9.\u00e9"]
)
def test_odd_headers_open_nothing(ann: User, header: str) -> None:
    problem(Client().get("/api/auth/me", HTTP_AUTHORIZATION=header), 401)


def test_access_ends_and_refresh_goes_on(ann: User, settings: Any) -> None:
    settings.ACCESS_TOKEN_EXPIRE_MINUTES = -1
    old = pair_of(ann)
    problem(me(old["access"]), 401)
    settings.ACCESS_TOKEN_EXPIRE_MINUTES = 30
    new = send("refresh", {"refresh": old["refresh"]}).json()
    assert me(new["access"]).status_code == 200
    assert new["refresh"] != old["refresh"]


def test_a_refresh_token_is_used_once_and_its_copy_ends_the_session(ann: User) -> None:
    elsewhere = pair_of(ann)
    first = pair_of(ann)
    second = send("refresh", {"refresh": first["refresh"]}).json()
    assert me(second["access"]).status_code == 200
    assert "Sign in again" in problem(send("refresh", {"refresh": first["refresh"]}), 401)["detail"]
    for token in (first["access"], second["access"]):
        problem(me(token), 401)
    problem(send("refresh", {"refresh": second["refresh"]}), 401)
    assert me(elsewhere["access"]).status_code == 200


def test_an_expired_refresh_token_is_refused(ann: User) -> None:
    pair = pair_of(ann)
    with acting_as(ann):
        RefreshToken.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    problem(send("refresh", {"refresh": pair["refresh"]}), 401)
    problem(send("refresh", {"refresh": pair["access"]}), 401)


def test_no_refresh_token_is_kept_as_it_is(ann: User) -> None:
    pair = pair_of(ann)
    identity = jwt.decode(pair["refresh"], options={"verify_signature": False})["jti"]
    with acting_as(ann):
        kept = RefreshToken.objects.get()
    assert identity not in kept.digest
    assert pair["refresh"] not in kept.digest


@pytest.fixture
def as_on_postgresql() -> Iterator[None]:
    """A transaction around each request, as PostgreSQL has it."""
    before = connection.settings_dict["ATOMIC_REQUESTS"]
    connection.settings_dict["ATOMIC_REQUESTS"] = True
    yield
    connection.settings_dict["ATOMIC_REQUESTS"] = before


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("as_on_postgresql")
def test_what_a_refusal_writes_stays(ann: User) -> None:
    pair = pair_of(ann)
    new = send("refresh", {"refresh": pair["refresh"]}).json()
    problem(send("refresh", {"refresh": pair["refresh"]}), 401)
    problem(me(new["access"]), 401)
    problem(sign_in(password="wrong"), 401)
    assert LoginFailure.objects.count() == 1


def at_once(work: Callable[[], Any], times: int) -> list[Any]:
    """Run a work in threads that start together; return what each gave."""
    gate, found = threading.Barrier(times), []

    def run() -> None:
        try:
            gate.wait(10)
            found.append(work())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found


@pytest.mark.django_db(transaction=True)
def test_two_who_use_one_refresh_token_at_once_both_end(ann: User) -> None:
    pair = pair_of(ann)
    answers = at_once(lambda: send("refresh", {"refresh": pair["refresh"]}), 2)
    assert sorted(answer.status_code for answer in answers) == [200, 401]
    new = next(answer.json() for answer in answers if answer.status_code == 200)
    problem(me(new["access"]), 401)
    problem(me(pair["access"]), 401)
    problem(send("refresh", {"refresh": new["refresh"]}), 401)


def test_signing_out_ends_the_session_and_only_that(ann: User) -> None:
    elsewhere, pair = pair_of(ann), pair_of(ann)
    for _ in range(2):
        answer = send("logout", {"refresh": pair["refresh"]})
        assert (answer.status_code, answer.content) == (204, b"")
    problem(me(pair["access"]), 401)
    problem(send("refresh", {"refresh": pair["refresh"]}), 401)
    assert me(elsewhere["access"]).status_code == 200
    assert send("logout", {"refresh": "nonsense"}).status_code == 204


def test_a_closed_account_opens_nothing(ann: User) -> None:
    pair = pair_of(ann)
    User.objects.filter(pk=ann.pk).update(is_active=False)
    problem(me(pair["access"]), 401)
    problem(send("refresh", {"refresh": pair["refresh"]}), 401)
    problem(sign_in(), 401)


# ---- lockout


def fail(times: int = doors.MOST_FAILURES, email: str = "ann@example.com", **extra: Any) -> None:
    for _ in range(times):
        problem(sign_in(email, "wrong", **extra), 401)


@pytest.mark.parametrize("email", ["ann@example.com", "nobody@example.com"])
def test_ten_failures_lock_an_account_for_an_address(ann: User, email: str) -> None:
    fail(email=email)
    answer = sign_in(email)
    assert problem(answer, 429)["detail"] == "Too many failed sign-ins. Try again in 15 minutes."
    assert 14 * 60 <= int(answer["Retry-After"]) <= 15 * 60 + 1
    assert sign_in(email.upper()).status_code == 429


def test_a_lock_holds_for_nobody_else(ann: User) -> None:
    ben = person("Ben")
    fail()
    assert sign_in(ben.email).status_code == 200
    assert sign_in(REMOTE_ADDR="198.51.100.7").status_code == 200
    assert sign_in().status_code == 429


def test_a_lock_ends_after_a_quarter_of_an_hour_however_often_one_knocks(ann: User) -> None:
    fail()
    for _ in range(5):
        assert sign_in().status_code == 429
    almost = doors.WINDOW - dt.timedelta(seconds=30)
    LoginFailure.objects.update(at=timezone.now() - almost)
    answer = sign_in()
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) <= 31
    LoginFailure.objects.update(at=timezone.now() - doors.WINDOW - dt.timedelta(seconds=1))
    assert sign_in().status_code == 200


def test_a_good_password_forgets_the_failures_before(ann: User) -> None:
    fail(doors.MOST_FAILURES - 1)
    assert sign_in().status_code == 200
    fail(doors.MOST_FAILURES - 1)
    assert sign_in().status_code == 200
    assert LoginFailure.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_no_more_tries_than_many_in_a_row(ann: User) -> None:
    fail(doors.MOST_FAILURES - 2)
    answers = at_once(lambda: sign_in(password="wrong").status_code, 6)
    assert set(answers) <= {401, 429}
    assert len(answers) == 6
    assert answers.count(401) <= 2


# ---- registering


def register(**changed: Any) -> HttpResponse:
    given = {"email": "eve@example.com", "password": "correct horse battery", **changed}
    return send("register", given)


def test_who_registers_can_sign_in(ann: User) -> None:
    answer = register(email="Eve@Example.com", display_name="Eve", time_zone="Europe/Vienna", home_currency="EUR")
    assert answer.status_code == 201
    eve = User.objects.get(email="eve@example.com")
    assert answer.json() == {"id": str(eve.pk), "email": "eve@example.com", "verify": False}
    assert (eve.display_name, eve.time_zone, eve.home_currency, eve.role) == ("Eve", "Europe/Vienna", "EUR", "user")
    assert sign_in("eve@example.com", "correct horse battery").status_code == 200


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"email": "eve"}, "email"), ({"password": "short"}, "non_field_errors"), ({"time_zone": "Mars/Base"}, "time_zone"),
     ({"password": "12345678901234"}, "non_field_errors"), ({"password": "eve@example.com"}, "non_field_errors"),
     ({"home_currency": "XXQ"}, "home_currency"), ({"display_name": "x" * 81}, "display_name")],
)  # fmt: skip
@pytest.mark.parametrize("known", [False, True])
def test_what_is_wrong_is_named_the_same_for_known_addresses(
    production: None, changed: dict[str, str], field: str, known: bool
) -> None:
    if known:
        person("Eve")
    assert list(problem(register(**changed), 400)["errors"]) == [field]
    assert not mail.outbox


def test_nobody_makes_themselves_an_administrator() -> None:
    assert register(role="admin", is_superuser=True, is_staff=True, email_verified_at="2020-01-01").status_code == 201
    eve = User.objects.get()
    assert (eve.role, eve.is_superuser, eve.is_staff, eve.email_verified_at) == ("user", False, False, None)


def test_a_known_address_is_refused_where_nothing_is_verified(ann: User) -> None:
    assert list(problem(register(email="ANN@example.com"), 400)["errors"]) == ["email"]
    assert sign_in().status_code == 200


def test_registration_does_not_tell_in_production_who_is_known(ann: User, production: None) -> None:
    ann.email_verified_at = timezone.now()
    ann.save()
    known, unknown = told(register(email="ann@example.com")), told(register())
    assert known[0] == unknown[0] == 201
    assert known[1] == {**unknown[1], "email": "ann@example.com"}
    assert known[1]["id"] is None
    to_ann, to_eve = mail.outbox
    assert to_ann.to == ["ann@example.com"]
    assert "has one already" in to_ann.body
    assert "/verify/" not in to_ann.body
    assert to_eve.to == ["eve@example.com"]
    assert "/verify/" in to_eve.body
    ann.refresh_from_db()
    assert ann.check_password(PASSWORD)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verified", [False, True])
def test_two_who_register_one_address_at_once_make_one_account(settings: Any, verified: bool) -> None:
    settings.REQUIRE_VERIFIED_EMAIL = verified
    answers = at_once(lambda: register().status_code, 3)
    assert sorted(answers) == ([201, 201, 201] if verified else [201, 400, 400])
    assert User.objects.count() == 1


def test_a_mail_server_that_is_down_tells_nothing(ann: User, production: None, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 1
    assert register(email="ann@example.com").status_code == register().status_code == 201


# ---- verifying


def link_of(message: Any) -> str:
    """Return the path of the link in a mail."""
    return str(next(word for word in message.body.split() if word.startswith("http")).split("testserver", 1)[1])


def test_an_address_is_verified_by_its_mail(production: None) -> None:
    register()
    refused = problem(sign_in("eve@example.com", "correct horse battery"), 401)
    assert "not verified yet" in refused["detail"]
    link = link_of(mail.outbox[0])
    assert Client().get(link).status_code == 200
    assert Client().head(link).status_code == 200
    problem(sign_in("eve@example.com", "correct horse battery"), 401)  # a scanner has opened the link: nothing
    assert Client().post(link, {"password": "correct horse battery"}).status_code == 302
    assert sign_in("eve@example.com", "correct horse battery").status_code == 200


def test_only_the_right_password_tells_that_an_address_is_not_verified(production: None) -> None:
    register()
    assert told(sign_in("eve@example.com", "wrong")) == told(sign_in("nobody@example.com", "wrong"))


def test_who_lost_the_link_gets_another_by_signing_in(production: None) -> None:
    register()
    cache_forgets_mails()
    sign_in("eve@example.com", "wrong")
    assert len(mail.outbox) == 1
    for _ in range(3):
        sign_in("eve@example.com", "correct horse battery")
    assert len(mail.outbox) == 2
    Client().post(link_of(mail.outbox[1]), {"password": "correct horse battery"})
    assert sign_in("eve@example.com", "correct horse battery").status_code == 200


def test_the_link_is_mailed_again_to_who_never_verified_and_to_nobody_else(ann: User, production: None) -> None:
    ann.email_verified_at = timezone.now()
    ann.save()
    register()
    cache_forgets_mails()
    mail.outbox = []
    for email in ("EVE@example.com", ann.email, "nobody@example.com"):
        answer = send("verify", {"email": email})
        assert (answer.status_code, answer.content) == (202, b"")
    assert [message.to for message in mail.outbox] == [["eve@example.com"]]
    assert "/verify/" in mail.outbox[0].body
    problem(send("verify", {"email": "x"}), 400)


def test_who_registers_again_before_verifying_gets_the_link_again(production: None) -> None:
    first = told(register())
    cache_forgets_mails()
    assert told(register(password="another horse battery")) == first
    assert all("/verify/" in message.body for message in mail.outbox)
    assert len(mail.outbox) == 2
    problem(sign_in("eve@example.com", "another horse battery"), 401)


class SilentMailServer:
    """Takes connections and never says a word, as a mail server that hangs."""

    def __enter__(self) -> int:
        self.socket = socket.create_server(("127.0.0.1", 0))
        return int(self.socket.getsockname()[1])

    def __exit__(self, *_: Any) -> None:
        self.socket.close()


def test_no_answer_waits_for_the_mail_server(ann: User, production: None, settings: Any) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1"
    settings.EMAIL_TIMEOUT = 5
    with SilentMailServer() as settings.EMAIL_PORT:
        for ask in (
            lambda email: Client().post("/password/reset", {"email": email}),
            lambda email: send("verify", {"email": email}),
            lambda email: register(email=email),
        ):
            for email in (ann.email, "nobody@example.com"):
                started = time.monotonic()
                assert ask(email).status_code in {201, 202, 302}
                assert time.monotonic() - started < settings.EMAIL_TIMEOUT / 2


def test_a_known_address_costs_the_database_as_much_as_an_unknown(ann: User, production: None) -> None:
    for ask in (
        lambda email: Client().post("/password/reset", {"email": email}),
        lambda email: send("verify", {"email": email}),
    ):
        counts = []
        for email in (ann.email, "nobody@example.com"):
            with CaptureQueriesContext(connection) as queries:
                ask(email)
            counts.append(len(queries))
        assert counts[0] == counts[1]


def cache_forgets_mails() -> None:
    """Let a minute pass."""
    from django.core.cache import cache

    cache.clear()


# ---- oneself


def test_settings_are_changed_journaled_and_undone(ann: User) -> None:
    access = pair_of(ann)["access"]
    answer = patch(access, {"home_currency": "EUR", "time_zone": "Europe/Vienna", "distance_unit": "mi"})
    assert answer.status_code == 200
    assert (answer.json()["home_currency"], answer.json()["distance_unit"]) == ("EUR", "mi")
    (entry,) = entries(ann)
    assert answer["Journal-Entry"] == str(entry.pk)
    assert (entry.source, entry.tool) == ("api", "accounts.settings")
    undo(ann, entry.pk, source="api")
    assert (me(access).json()["home_currency"], me(access).json()["time_zone"]) == ("AUD", "Australia/Brisbane")


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [({"time_zone": "Mars/Base"}, "time_zone", "not a time zone"), ({"time_zone": "../etc/passwd"}, "time_zone", ""),
     ({"home_currency": "QQQ"}, "home_currency", "not a currency"), ({"home_currency": ""}, "home_currency", ""),
     ({"home_currency": "aud"}, "home_currency", "not a currency"), ({"week_start": 3}, "week_start", ""),
     ({"week_start": "x" * 5000}, "week_start", ""), ({"distance_unit": []}, "distance_unit", ""),
     ({"display_name": "a\x00b"}, "display_name", ""), ({"display_name": {}}, "display_name", ""),
     ({"email_reminders": "perhaps"}, "email_reminders", ""), ({"time_zone": None}, "time_zone", "")],
)  # fmt: skip
def test_what_is_no_setting_is_refused_by_name(ann: User, given: dict[str, Any], field: str, said: str) -> None:
    found = problem(patch(pair_of(ann)["access"], {"theme": "dark", **given}), 400)
    assert list(found["errors"]) == [field]
    assert said in found["detail"]
    ann.refresh_from_db()
    assert (ann.theme, entries(ann)) == ("", [])


@pytest.mark.parametrize("given", [[], "text", 7, None, [{"theme": "dark"}]])
def test_settings_come_as_an_object(ann: User, given: Any) -> None:
    problem(patch(pair_of(ann)["access"], given), 400)


def test_who_one_is_cannot_be_changed_here(ann: User) -> None:
    access = pair_of(ann)["access"]
    given = {"role": "admin", "email": "x@example.com", "id": str(uuid4()), "is_superuser": True, "password": "x"}
    assert patch(access, given).status_code == 200
    ann.refresh_from_db()
    assert (ann.role, ann.email, ann.is_superuser, ann.check_password(PASSWORD)) == (
        "user",
        "ann@example.com",
        False,
        True,
    )


def test_an_etag_changes_with_what_it_stands_for(ann: User) -> None:
    access = pair_of(ann)["access"]
    etag = me(access)["ETag"]
    again = me(access, HTTP_IF_NONE_MATCH=etag)
    assert (again.status_code, again.content) == (304, b"")
    patch(access, {"theme": "dark"})
    changed = me(access, HTTP_IF_NONE_MATCH=etag)
    assert (changed.status_code, changed.json()["theme"]) == (200, "dark")
    User.objects.filter(pk=ann.pk).update(role="admin")
    promoted = me(access, HTTP_IF_NONE_MATCH=changed["ETag"])
    assert (promoted.status_code, promoted.json()["role"]) == (200, "admin")
    ben = person("Ben")
    assert me(pair_of(ben)["access"], HTTP_IF_NONE_MATCH=promoted["ETag"]).status_code == 200


def change_password(access: str, old: str, new: str) -> HttpResponse:
    given = {"old_password": old, "new_password": new}
    return send("password", given, HTTP_AUTHORIZATION=f"Bearer {access}")


def test_a_new_password_closes_every_other_session(ann: User) -> None:
    here, there = pair_of(ann)["access"], pair_of(ann)["access"]
    assert list(problem(change_password(here, "wrong", "another long one"), 400)["errors"]) == ["old_password"]
    problem(change_password(here, PASSWORD, "short"), 400)
    assert me(there).status_code == 200
    assert change_password(here, PASSWORD, "another long one").status_code == 204
    assert me(here).status_code == 200
    problem(me(there), 401)
    problem(sign_in(), 401)
    assert sign_in(password="another long one").status_code == 200
    with looking():
        assert not any("password" in str(change.after) for entry in entries(ann) for change in entry.changes.all())


# ---- the cookie of the pages


def browser(user: User) -> Client:
    found = Client(enforce_csrf_checks=True)
    found.get("/login")
    token = found.cookies["csrftoken"].value
    given = {"email": user.email, "password": PASSWORD, "csrfmiddlewaretoken": token}
    assert found.post("/login", given).status_code == 302
    return found


def test_a_cookie_reads_but_writes_only_with_its_csrf_token(ann: User) -> None:
    found = browser(ann)
    assert found.get("/api/auth/me").status_code == 200
    refused = problem(send("me", {"theme": "dark"}, found, "patch"), 403)
    assert "CSRF" in refused["detail"]
    ann.refresh_from_db()
    assert ann.theme == ""
    token = found.cookies["csrftoken"].value
    assert send("me", {"theme": "dark"}, found, "patch", HTTP_X_CSRFTOKEN=token).status_code == 200


def test_a_new_password_over_the_cookie_keeps_its_own_browser(ann: User) -> None:
    found = browser(ann)
    given = {"old_password": PASSWORD, "new_password": "another long one"}
    token = found.cookies["csrftoken"].value
    assert send("password", given, found, HTTP_X_CSRFTOKEN=token).status_code == 204
    assert found.get("/api/auth/me").status_code == 200

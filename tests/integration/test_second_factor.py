"""The second factor: asked for at every door, each code good once, and off only for the person themselves."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pyotp
import pytest
from django.core.management import call_command
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from pam.access import acting_as
from pam.accounts import doors, factor, tokens
from pam.accounts.models import LoginFailure, RecoveryCode, SecondFactor, Session, User
from pam.ops import limits
from tests.house import looking, person

pytestmark = pytest.mark.django_db
PASSWORD = "a long password"


@pytest.fixture(autouse=True)
def _fresh(settings: Any) -> None:
    settings.REQUIRE_VERIFIED_EMAIL = False
    limits.forget()


@pytest.fixture
def ann() -> User:
    return person("Ann")


class App:
    """An authenticator app."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def now(self, away: int = 0) -> str:
        """Return the code of now, or of some steps away."""
        return pyotp.TOTP(self.secret).at(int(time.time()), counter_offset=away)

    def wrong(self) -> str:
        """Return a code that is none of those that are taken."""
        taken = {self.now(away) for away in range(-3, 4)}
        return next(f"{n:06}" for n in range(10) if f"{n:06}" not in taken)


def with_factor(user: User) -> tuple[App, list[str]]:
    """Turn the second factor on, by a code of the step before, so that that of now is still good."""
    app = App(factor.fresh_secret())
    return app, factor.enable(user, app.secret, app.now(-1))


def enter(client: Client, password: str = PASSWORD, where: str = "/login") -> HttpResponse:
    found: HttpResponse = client.post(where, {"email": "ann@example.com", "password": password})
    return found


def token(code: str | None = None, password: str = PASSWORD, **extra: Any) -> HttpResponse:
    given = {"email": "ann@example.com", "password": password} | ({} if code is None else {"code": code})
    found: HttpResponse = Client().post("/api/auth/token", json.dumps(given), content_type="application/json", **extra)
    return found


def is_in(client: Client) -> bool:
    return bool(client.get("/settings").status_code == 200)


def sessions_of(user: User) -> int:
    with acting_as(user):
        return Session.objects.filter(revoked_at=None).count()


# ---- at the doors


def test_the_api_asks_for_a_code_and_takes_it(ann: User) -> None:
    app, _ = with_factor(ann)
    asked = token()
    assert (asked.status_code, asked["Content-Type"]) == (401, "application/problem+json")
    assert asked.json()["code"] == "second_factor_required"
    assert sessions_of(ann) == 0
    wrong = token(app.wrong())
    assert (wrong.status_code, wrong.json()["code"]) == (401, "second_factor_wrong")
    pair = token(app.now()).json()
    assert tokens.user_of_token(pair["access"]) == ann
    again = Client().post("/api/auth/refresh", {"refresh": pair["refresh"]}, content_type="application/json")
    assert again.status_code == 200


def test_only_the_right_password_tells_of_a_second_factor(ann: User) -> None:
    app, _ = with_factor(ann)
    for code in (None, app.now(), app.wrong()):
        answer = token(code, "wrong")
        assert (answer.status_code, answer.json()["code"]) == (401, "refused")
    assert token(app.now()).status_code == 200  # the wrong tries have not used it up


def test_the_page_asks_for_a_code_after_the_password(ann: User) -> None:
    app, _ = with_factor(ann)
    client = Client()
    answer = enter(client, where="/login?next=/settings")
    assert answer["Location"] == "/login/code?next=%2Fsettings"
    assert not is_in(client)
    assert sessions_of(ann) == 0
    assert 'name="next" value="/settings"' in client.get(answer["Location"]).content.decode()
    refused = client.post(answer["Location"], {"code": app.wrong()})
    assert (refused.status_code, list(refused.context["form"].errors)) == (400, ["code"])
    assert client.post(answer["Location"], {"code": app.now()})["Location"] == "/settings"
    assert is_in(client)
    assert client.get("/login/code")["Location"] == "/login"


def test_the_admin_site_asks_for_the_code_too() -> None:
    root = person("Ann", role="admin")
    app, _ = with_factor(root)
    client = Client()
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/login?next=")
    enter(client, where="/login?next=/admin/")
    assert client.get("/admin/").status_code == 302
    assert client.post("/login/code?next=/admin/", {"code": app.now()})["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_no_session_is_made_without_the_factor_whoever_asks(ann: User) -> None:
    app, _ = with_factor(ann)
    for door in (Session.Door.API, Session.Door.PAGE):
        for code in (None, ""):
            with pytest.raises(doors.SecondFactorRequired):
                doors.open_session(ann, door=door, code=code)
        with pytest.raises(doors.WrongCode):
            doors.open_session(ann, door=door, code=app.wrong())
    assert sessions_of(ann) == 0


def test_a_half_open_door_closes_by_time_and_by_a_new_password(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    app, _ = with_factor(ann)
    slow, old = Client(), Client()
    enter(slow), enter(old)
    with monkeypatch.context() as later:
        later.setattr(doors, "HALF_OPEN_SECONDS", -1)
        assert slow.post("/login/code", {"code": app.now()})["Location"] == "/login"
    ann.set_password("another long one")
    ann.save()
    assert old.post("/login/code", {"code": app.now()})["Location"] == "/login"
    assert Client().post("/login/code", {"code": app.now()})["Location"] == "/login"
    assert sessions_of(ann) == 0


# ---- codes


@pytest.mark.parametrize("away", [-1, 0, 1])
def test_codes_of_the_steps_around_now_are_taken(ann: User, away: int) -> None:
    app = App(factor.fresh_secret())
    factor.enable(ann, app.secret, app.now(-1))
    with acting_as(ann):
        SecondFactor.objects.update(last_step=None)
    assert factor.accept(ann, app.now(away)) == "app"


@pytest.mark.parametrize("away", [-3, 3, 100])
def test_codes_of_other_times_are_not(ann: User, away: int) -> None:
    app, _ = with_factor(ann)
    assert factor.accept(ann, app.now(away)) is None


def test_a_code_works_once_and_none_before_it(ann: User) -> None:
    app, _ = with_factor(ann)
    assert token(app.now()).status_code == 200
    assert token(app.now()).status_code == 401
    assert token(app.now(-1)).status_code == 401
    assert token(app.now(1)).status_code == 200


@pytest.mark.parametrize("form", ["{0}{1}{2} {3}{4}{5}", " {0}{1}{2}{3}{4}{5} ", "{0}{1}{2}-{3}{4}{5}"])
def test_a_code_may_be_written_with_gaps(ann: User, form: str) -> None:
    app, _ = with_factor(ann)
    assert factor.accept(ann, form.format(*app.now())) == "app"


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "\x00" * 6, "\ud800", "x" * 40, "−12345"])
def test_what_is_no_code_opens_nothing(ann: User, code: str) -> None:
    with_factor(ann)
    assert factor.accept(ann, code) is None


def test_a_recovery_code_works_once_at_either_door(ann: User) -> None:
    _, codes = with_factor(ann)
    assert len(set(codes)) == factor.RECOVERY_CODES
    assert token(codes[0]).status_code == 200
    assert token(codes[0]).status_code == 401
    client = Client()
    enter(client)
    assert client.post("/login/code", {"code": codes[1].upper().replace("-", " ")})["Location"] == "/today"
    assert factor.recovery_codes_left(ann) == factor.RECOVERY_CODES - 2
    ben = person("Ben")
    with_factor(ben)
    assert factor.accept(ben, codes[2]) is None
    assert factor.accept(ann, codes[2]) == "recovery"


@pytest.fixture
def threads() -> Iterator[Any]:
    """Return a function that runs a work in threads that start together."""

    def run(work: Any, times: int) -> list[Any]:
        gate, found = threading.Barrier(times), []

        def one() -> None:
            try:
                gate.wait(10)
                found.append(work())
            finally:
                connection.close()

        all_of_them = [threading.Thread(target=one) for _ in range(times)]
        for thread in all_of_them:
            thread.start()
        for thread in all_of_them:
            thread.join(30)
        return found

    return run


@pytest.mark.django_db(transaction=True)
def test_of_many_who_send_one_code_at_once_one_is_let_in(ann: User, threads: Any) -> None:
    app, codes = with_factor(ann)
    for code in (app.now(), codes[0]):
        assert sorted(threads(lambda code=code: token(code).status_code, 4)) == [200, 401, 401, 401]


def test_wrong_codes_count_in_the_lockout(ann: User) -> None:
    app, codes = with_factor(ann)
    for _ in range(doors.MOST_FAILURES):
        assert token(app.wrong()).status_code == 401
    answer = token(app.now())
    assert (answer.status_code, answer.json()["code"]) == (429, "locked")
    assert 0 < int(answer["Retry-After"]) <= 15 * 60 + 1
    client = Client()
    assert enter(client).status_code == 429
    assert token(codes[0], REMOTE_ADDR="198.51.100.7").status_code == 200


def test_a_right_password_does_not_forget_wrong_codes(ann: User) -> None:
    app, _ = with_factor(ann)
    client = Client()
    for _ in range(doors.MOST_FAILURES):
        enter(client)
        assert client.post("/login/code", {"code": app.wrong()}).status_code == 400
    assert client.post("/login/code", {"code": app.now()}).status_code == 429
    assert LoginFailure.objects.count() == doors.MOST_FAILURES


# ---- how it is kept


def test_no_secret_and_no_code_is_kept_as_it_is(ann: User) -> None:
    app, codes = with_factor(ann)
    with looking():
        with connection.cursor() as cursor:
            cursor.execute("select secret from accounts_secondfactor")
            (sealed,) = cursor.fetchone()
        digests = " ".join(RecoveryCode.objects.values_list("digest", flat=True))
    assert app.secret not in sealed
    assert not any(code.replace("-", "") in digests or code in digests for code in codes)


def test_a_lost_key_lets_nobody_in_but_a_recovery_code(ann: User, settings: Any) -> None:
    app, codes = with_factor(ann)
    settings.FIELD_KEYS = ["A" * 43 + "="]
    assert factor.accept(ann, app.now()) is None
    assert factor.accept(ann, codes[0]) == "recovery"


def test_the_operator_can_turn_it_off(ann: User) -> None:
    with_factor(ann)
    out = StringIO()
    call_command("person", "ANN@example.com", "--factor-off", stdout=out)
    assert "second factor of ann@example.com is off" in out.getvalue()
    assert token().status_code == 200


# ---- the pages


def browser(user: User) -> Client:
    client = Client()
    assert enter(client).status_code == 302
    return client


def secret_on(page: str) -> str:
    return re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")  # type: ignore[index]


def test_it_is_set_up_with_the_password_and_a_code(ann: User) -> None:
    client, elsewhere = browser(ann), browser(ann)
    page = client.get("/settings/factor")
    assert "no-store" in page["Cache-Control"]
    text = page.content.decode()
    assert "<svg" in text
    assert "<script>" not in text
    app = App(secret_on(text))
    assert app.secret == secret_on(client.get("/settings/factor").content.decode())
    for given, wrong in (({"password": "wrong", "code": app.now()}, "password"),
                         ({"password": PASSWORD, "code": app.wrong()}, "code"), ({"password": PASSWORD}, "code")):  # fmt: skip
        answer = client.post("/settings/factor/on", given)
        assert (answer.status_code, list(answer.context["setup"]["form"].errors)) == (400, [wrong])
        assert not factor.is_on(ann)
    answer = client.post("/settings/factor/on", {"password": PASSWORD, "code": app.now(-1)})
    codes = answer.context["codes"]
    assert all(code in answer.content.decode() for code in codes)
    assert (is_in(client), is_in(elsewhere)) == (True, False)
    later = client.get("/settings/factor").content.decode()
    assert not any(code in later for code in codes)
    assert app.secret not in later.replace(" ", "")
    again = client.post("/settings/factor/on", {"password": PASSWORD, "code": app.now()})
    assert again.status_code == 400
    assert token(app.now()).status_code == 200


def test_it_is_turned_off_with_the_password_and_a_code(ann: User) -> None:
    client = browser(ann)
    app, codes = with_factor(ann)
    for given in ({"password": "wrong", "code": app.now()}, {"password": PASSWORD, "code": app.wrong()},
                  {"password": PASSWORD, "code": ""}, {"code": app.now()}):  # fmt: skip
        assert client.post("/settings/factor/off", given).status_code == 400
        assert factor.is_on(ann)
    assert client.post("/settings/factor/off", {"password": PASSWORD, "code": codes[0]}).status_code == 302
    assert not factor.is_on(ann)
    assert factor.recovery_codes_left(ann) == 0
    assert token().status_code == 200


def test_new_recovery_codes_end_the_old(ann: User) -> None:
    client = browser(ann)
    app, old = with_factor(ann)
    assert client.post("/settings/factor/codes", {"password": PASSWORD, "code": app.wrong()}).status_code == 400
    new = client.post("/settings/factor/codes", {"password": PASSWORD, "code": app.now()}).context["codes"]
    assert factor.accept(ann, old[0]) is None
    assert factor.accept(ann, new[0]) == "recovery"


def test_tries_of_the_present_password_are_counted(ann: User) -> None:
    client = browser(ann)
    app, _ = with_factor(ann)
    for _ in range(doors.MOST_FAILURES):
        assert client.post("/settings/factor/off", {"password": "wrong", "code": app.now()}).status_code == 400
    for path in ("off", "codes"):
        assert client.post(f"/settings/factor/{path}", {"password": PASSWORD, "code": app.now()}).status_code == 429
    given = {"old_password": PASSWORD, "new_password": "another long one"}
    assert client.post("/password", given).status_code == 429
    answer = client.post("/api/auth/password", given, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (429, "locked")
    assert factor.is_on(ann)
    ann.refresh_from_db()
    assert ann.check_password(PASSWORD)


def test_another_persons_factor_is_out_of_reach(ann: User) -> None:
    ben = person("Ben")
    app, codes = with_factor(ben)
    hers = browser(ann)
    assert "Off." in hers.get("/settings/factor").content.decode()
    for path in ("off", "codes"):
        for code in (app.now(), codes[0]):
            assert hers.post(f"/settings/factor/{path}", {"password": PASSWORD, "code": code}).status_code == 400
    assert factor.is_on(ben)
    assert factor.recovery_codes_left(ben) == factor.RECOVERY_CODES


@pytest.mark.parametrize("path", ["", "/on", "/codes", "/off"])
def test_strangers_are_sent_to_sign_in(path: str) -> None:
    for method in ("get", "post"):
        assert getattr(Client(), method)(f"/settings/factor{path}")["Location"].startswith("/login?next=")

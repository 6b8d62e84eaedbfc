"""The pages of accounts, as a browser sees them."""

from __future__ import annotations

import datetime as dt
import re
from io import StringIO
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.core import mail, signing
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from pam.access import acting_as
from pam.accounts import doors, services, tokens
from pam.accounts.models import LoginFailure, Session, User
from pam.ops import limits
from tests.house import entries, person

pytestmark = pytest.mark.django_db
PASSWORD = "a long password"
NEW = "another long one"


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


def enter(client: Client, email: str = "ann@example.com", password: str = PASSWORD, **more: Any) -> HttpResponse:
    where = more.pop("where", "/login")
    found: HttpResponse = client.post(where, {"email": email, "password": password, **more})
    return found


def browser(user: User) -> Client:
    client = Client()
    assert enter(client, user.email)["Location"] == "/today"
    return client


def is_in(client: Client) -> bool:
    answer = client.get("/settings")
    assert answer.status_code == 200 or answer["Location"].startswith("/login")
    return bool(answer.status_code == 200)


def open_sessions(user: User) -> list[Session]:
    with acting_as(user):
        return list(Session.objects.filter(revoked_at=None).order_by("id"))


def told(response: HttpResponse) -> tuple[int, str]:
    """Return what a page tells, without the token of its form."""
    return response.status_code, re.sub(r'value="\w{64}"', "", response.content.decode())


def link_of(message: Any) -> str:
    """Return the path of the link in a mail."""
    return str(next(word for word in message.body.split() if word.startswith("http")).split("testserver", 1)[1])


# ---- signing in


def test_pages_ask_to_sign_in_and_lead_back(ann: User) -> None:
    client = Client()
    where = client.get("/settings")["Location"]
    assert where == "/login?next=/settings"
    assert 'name="next" value="/settings"' in client.get(where).content.decode()
    assert enter(client, where=where)["Location"] == "/settings"
    assert is_in(client)


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "http:///evil.example", "\t//evil.example",
     "https:evil.example", "data:text/html,x", "\x00//evil.example"],
)  # fmt: skip
def test_signing_in_leads_nowhere_else(ann: User, wanted: str) -> None:
    assert enter(Client(), next=wanted)["Location"] == "/today"


def test_a_failed_try_keeps_where_one_was_going(ann: User) -> None:
    client = Client()
    answer = enter(client, password="wrong", next="/settings")
    assert answer.status_code == 400
    assert 'name="next" value="/settings"' in answer.content.decode()


def test_nobody_learns_by_the_page_who_has_an_account(ann: User) -> None:
    answers = {told(enter(Client(), password="wrong"))[0], told(enter(Client(), "no@example.com"))[0]}
    assert answers == {400}
    known, unknown = (
        enter(Client(), password="wrong").content.decode(),
        enter(Client(), "no@example.com").content.decode(),
    )
    assert "do not go together" in known
    assert told_alike(known) == told_alike(unknown)


def told_alike(text: str) -> str:
    return re.sub(r'value="[^"]*"', "", text)


@pytest.mark.parametrize("given", [{}, {"email": "ann@example.com"}, {"email": "x", "password": "x"},
                                   {"email": "a\x00@example.com", "password": "x"}, {"email": "a@b.c", "password": "x" * 9999}])  # fmt: skip
def test_odd_forms_let_nobody_in(ann: User, given: dict[str, str]) -> None:
    client = Client()
    assert client.post("/login", given).status_code in {200, 400}
    assert not is_in(client)
    assert open_sessions(ann) == []


def test_the_cookie_changes_at_signing_in(ann: User) -> None:
    client = Client()
    client.get("/login")
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    client.cookies["sessionid"] = planted = session.session_key
    enter(client)
    assert client.cookies["sessionid"].value != planted
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert is_in(client)
    assert not is_in(thief)


def test_signing_in_again_ends_the_session_before(ann: User) -> None:
    ben, client = person("Ben"), browser(ann)
    old = Client()
    old.cookies["sessionid"] = client.cookies["sessionid"].value
    (first,) = open_sessions(ann)
    assert enter(client).status_code == 302
    assert is_in(client)
    (second,) = open_sessions(ann)
    assert first.pk != second.pk
    assert not is_in(old)
    enter(client, ben.email)
    assert open_sessions(ann) == []
    assert ben.email in client.get("/settings").content.decode()


def test_the_page_is_locked_after_ten_failures_and_so_is_the_api(ann: User) -> None:
    client = Client()
    for _ in range(doors.MOST_FAILURES):
        assert enter(client, password="wrong").status_code == 400
    answer = enter(client)
    assert (answer.status_code, "paused for 15 minutes" in answer.content.decode()) == (429, True)
    assert 0 < int(answer["Retry-After"]) <= 15 * 60 + 1
    given = {"email": ann.email, "password": PASSWORD}
    assert client.post("/api/auth/token", given, content_type="application/json").status_code == 429
    assert not is_in(client)
    LoginFailure.objects.update(at=timezone.now() - doors.WINDOW - dt.timedelta(seconds=1))
    assert enter(client).status_code == 302


def test_forms_need_their_csrf_token(ann: User) -> None:
    client = Client(enforce_csrf_checks=True)
    assert enter(client).status_code == 403
    assert not is_in(client)


# ---- the admin site


def test_the_admin_site_has_no_door_of_its_own(ann: User) -> None:
    client = Client()
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/login?next=%2Fadmin%2F")
    root = person("Root", role="admin")
    given = {"username": root.email, "password": PASSWORD, "next": "/admin/"}
    assert client.post("/admin/login/", given)["Location"] == "/login"
    assert not is_in(client)
    assert enter(client, root.email, where="/login?next=/admin/")["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_only_administrators_see_the_admin_site(ann: User) -> None:
    client = browser(ann)
    for path in ("/admin/", "/admin/accounts/user/", f"/admin/accounts/user/{ann.pk}/change/"):
        assert client.get(path)["Location"].startswith("/admin/login/")
    assert "not yours to see" in client.get("/login?next=/admin/").content.decode()


def test_the_admin_sites_other_doors_are_ours_too(ann: User) -> None:
    root = person("Root", role="admin")
    client = browser(root)
    assert client.get("/admin/password_change/")["Location"] == "/password"
    assert client.post("/admin/logout/")["Location"] == "/login"
    assert open_sessions(root) == []


def test_staff_close_an_account_and_its_sessions(ann: User) -> None:
    hers, token = browser(ann), tokens.issue(doors.open_session(ann, door=Session.Door.API))["access"]
    root = browser(person("Root", role="admin"))
    given = {
        "email": "ANN@Example.com", "role": "user", "time_zone": "Europe/Vienna", "home_currency": "AUD",
        "distance_unit": "km", "volume_unit": "L", "week_start": 0, "display_name": "Ann", "locale": "en-AU",
    }  # fmt: skip
    answer = root.post(f"/admin/accounts/user/{ann.pk}/change/", given)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    ann.refresh_from_db()
    assert (ann.email, ann.is_active, ann.time_zone) == ("ann@example.com", False, "Europe/Vienna")
    assert open_sessions(ann) == []
    assert not is_in(hers)
    assert tokens.user_of_token(token) is None


# ---- registering and verifying


def test_who_registers_is_in() -> None:
    client = Client()
    given = {"email": "Eve@Example.com", "display_name": "Eve", "password": PASSWORD}
    assert client.post("/register", given)["Location"] == "/today"
    eve = User.objects.get(email="eve@example.com")
    assert is_in(client)
    assert len(open_sessions(eve)) == 1


@pytest.mark.parametrize(
    "given", [{"email": "eve"}, {"password": "short"}, {"password": ""}, {"email": "ANN@example.com"}]
)
def test_what_is_wrong_with_a_registration_is_said_at_its_field(ann: User, given: dict[str, str]) -> None:
    client = Client()
    answer = client.post("/register", {"email": "eve@example.com", "password": PASSWORD, **given})
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == list(given)
    assert User.objects.count() == 1
    assert not is_in(client)


def test_registration_in_production_says_the_same_and_mails(ann: User, production: None) -> None:
    seen = []
    for email in ("ann@example.com", "eve@example.com"):
        client = Client()
        answer = client.post("/register", {"email": email, "password": PASSWORD})
        seen.append(told(answer)[1].replace(email, "…"))
        assert answer.status_code == 200
        assert not is_in(client)
    assert seen[0] == seen[1]
    assert [message.to for message in mail.outbox] == [["ann@example.com"], ["eve@example.com"]]
    client = Client()
    assert "not verified yet" in enter(client, "eve@example.com").content.decode()
    assert not is_in(client)
    link = link_of(mail.outbox[1])
    assert "eve@example.com" in client.get(link).content.decode()
    assert not is_in(client)  # a link in a mail is no door
    refused = client.post(link, {"password": "wrong"})
    assert (refused.status_code, list(refused.context["form"].errors)) == (400, ["password"])
    assert enter(Client(), "eve@example.com").status_code == 400
    answer = client.post(link, {"password": PASSWORD}, follow=True)
    assert "The address is verified" in answer.content.decode()
    assert is_in(client)


def test_who_registers_with_anothers_address_gets_nothing_verified_by_its_owner(production: None) -> None:
    Client().post("/register", {"email": "eve@example.com", "password": "chosen by a stranger"})
    eve, link = Client(), link_of(mail.outbox[0])
    for _ in range(doors.MOST_FAILURES):
        assert eve.post(link, {"password": PASSWORD}).status_code == 400
    assert eve.post(link, {"password": PASSWORD}).status_code == 429
    assert User.objects.get().email_verified_at is None
    eve.post("/password/reset", {"email": "eve@example.com"})
    eve.post(link_of(mail.outbox[1]), {"new_password": NEW})
    assert enter(Client(REMOTE_ADDR="198.51.100.7"), "eve@example.com", NEW).status_code == 302
    assert enter(Client(REMOTE_ADDR="198.51.100.8"), "eve@example.com", "chosen by a stranger").status_code == 400


def test_the_verification_mail_is_asked_for_again(ann: User, production: None) -> None:
    client = Client()
    answers = [
        told(client.post("/verify", {"email": email}))[1].replace(email, "…") for email in (ann.email, "no@example.com")
    ]
    assert answers[0] == answers[1]
    assert [message.to for message in mail.outbox] == [[ann.email]]
    assert client.get("/verify").status_code == 200
    assert client.post("/verify", {"email": "x"}).status_code == 400


def test_no_other_link_verifies(ann: User, production: None) -> None:
    good = signing.dumps([str(ann.pk), ann.email], salt=services.VERIFY_SALT)
    late = dt.datetime.now().timestamp() - services.VERIFY_SECONDS - 1
    with patch("time.time", return_value=late):
        expired = signing.dumps([str(ann.pk), ann.email], salt=services.VERIFY_SALT)
    wrong = [
        expired, good[:-1], "x", "a:b:c", signing.dumps([str(ann.pk), ann.email], salt="else"),
        signing.dumps([str(ann.pk), "old@example.com"], salt=services.VERIFY_SALT),
        signing.dumps([str(uuid4()), ann.email], salt=services.VERIFY_SALT),
        signing.dumps(str(ann.pk), salt=services.VERIFY_SALT), signing.dumps(7, salt=services.VERIFY_SALT),
    ]  # fmt: skip
    for token in wrong:
        assert "not valid any more" in Client().get(f"/verify/{token}", follow=True).content.decode(), token
    ann.refresh_from_db()
    assert ann.email_verified_at is None
    assert enter(Client()).status_code == 400
    for _ in range(2):
        assert Client().get(f"/verify/{good}").status_code == 200
    ann.refresh_from_db()
    assert ann.email_verified_at is None
    for _ in range(2):
        assert Client().post(f"/verify/{good}", {"password": PASSWORD}).status_code == 302
    ann.refresh_from_db()
    assert ann.email_verified_at is not None


# ---- passwords


def test_a_new_password_closes_the_other_sessions(ann: User) -> None:
    here, there = browser(ann), browser(ann)
    token = tokens.issue(doors.open_session(ann, door=Session.Door.API))["access"]
    before = here.cookies["sessionid"].value
    answer = here.post("/password", {"old_password": "wrong", "new_password": NEW})
    assert list(answer.context["form"].errors) == ["old_password"]
    answer = here.post("/password", {"old_password": PASSWORD, "new_password": "short"})
    assert list(answer.context["form"].errors) == ["new_password"]
    assert is_in(there)
    answer = here.post("/password", {"old_password": PASSWORD, "new_password": NEW}, follow=True)
    assert "Every other session is closed" in answer.content.decode()
    assert (is_in(here), is_in(there), tokens.user_of_token(token)) == (True, False, None)
    assert here.cookies["sessionid"].value != before
    (kept,) = open_sessions(ann)
    assert kept.session_key == here.cookies["sessionid"].value
    assert here.post("/logout").status_code == 302
    assert open_sessions(ann) == []


def test_a_forgotten_password_is_set_by_mail(ann: User) -> None:
    hers = browser(ann)
    client = Client()
    assert client.post("/password/reset", {"email": "ANN@example.com"})["Location"] == "/password/reset/sent"
    link = link_of(mail.outbox[0])
    assert "short" in client.post(link, {"new_password": "short"}).content.decode()
    assert is_in(hers)
    assert client.post(link, {"new_password": NEW})["Location"] == "/password/reset/done"
    assert (is_in(hers), open_sessions(ann), is_in(client)) == (False, [], False)
    assert enter(client).status_code == 400
    assert enter(client, password=NEW).status_code == 302
    again = client.post(link, {"new_password": "a third long one"})
    assert again.status_code == 200
    ann.refresh_from_db()
    assert ann.check_password(NEW)


def test_the_mail_of_a_forgotten_password_verifies_its_address(ann: User, production: None) -> None:
    Client().post("/password/reset", {"email": ann.email})
    Client().post(link_of(mail.outbox[0]), {"new_password": NEW})
    assert enter(Client(), password=NEW).status_code == 302


def test_a_reset_answers_the_same_to_all(ann: User) -> None:
    closed = person("Gone", is_active=False)
    answers = [
        told(Client().post("/password/reset", {"email": email}, follow=True))
        for email in (ann.email, "nobody@example.com", closed.email)
    ]
    assert answers[0] == answers[1] == answers[2]
    assert [message.to for message in mail.outbox] == [[ann.email]]


def test_nobodys_inbox_is_filled_by_a_stranger(ann: User) -> None:
    for _ in range(5):
        Client().post("/password/reset", {"email": ann.email})
    assert len(mail.outbox) == 1
    cache.clear()
    Client().post("/password/reset", {"email": ann.email})
    assert len(mail.outbox) == 2


@pytest.mark.parametrize("uid", ["x", "____", "bm8", "x" * 3000, "MQ"])
def test_forged_reset_links_set_nothing(ann: User, uid: str) -> None:
    Client().post("/password/reset", {"email": ann.email})
    link = link_of(mail.outbox[0])
    for forged in (f"/password/reset/{uid}/x-y", link[:-1] + ("a" if link[-1] != "a" else "b"),
                   link.replace(link.split("/")[-2], uid)):  # fmt: skip
        assert Client().get(forged).status_code == 200
        Client().post(forged, {"new_password": NEW})
    ann.refresh_from_db()
    assert ann.check_password(PASSWORD)


# ---- settings and sessions


def test_settings_are_changed_with_a_receipt_and_its_undo(ann: User) -> None:
    client = browser(ann)
    given = {
        "display_name": "Ann", "time_zone": "Europe/Vienna", "home_currency": "EUR", "distance_unit": "km",
        "volume_unit": "L", "week_start": 0, "theme": "",
    }  # fmt: skip
    page = client.post("/settings", given, follow=True).content.decode()
    (entry,) = entries(ann)
    assert str(entry.pk) in page
    ann.refresh_from_db()
    assert (ann.time_zone, ann.home_currency) == ("Europe/Vienna", "EUR")
    client.post(f"/activity/{entry.pk}/undo")
    ann.refresh_from_db()
    assert (ann.time_zone, ann.home_currency) == ("Australia/Brisbane", "AUD")
    for wrong, said in (({"time_zone": "Mars/Base"}, "not a time zone"), ({"home_currency": "QQQ"}, "not a currency")):
        assert said in client.post("/settings", {**given, **wrong}, follow=True).content.decode()
    assert len(entries(ann)) == 2


def test_sessions_are_listed_and_closed(ann: User) -> None:
    here = browser(ann)
    there = Client(HTTP_USER_AGENT="Mozilla/5.0 <b>Firefox</b>/140")
    enter(there)
    first, second = open_sessions(ann)
    page = here.get("/settings").content.decode()
    assert "Firefox" in page
    assert f"/settings/sessions/{second.pk}/revoke" in page
    assert f"/settings/sessions/{first.pk}/revoke" not in page
    assert here.get(f"/settings/sessions/{second.pk}/revoke").status_code == 405
    assert here.post(f"/settings/sessions/{second.pk}/revoke")["Location"] == "/settings"
    assert (is_in(here), is_in(there)) == (True, False)
    assert here.post(f"/settings/sessions/{second.pk}/revoke").status_code == 404


def test_another_persons_session_is_not_there(ann: User) -> None:
    ben = person("Ben")
    his = browser(ben)
    (session,) = open_sessions(ben)
    hers = browser(ann)
    assert str(session.pk) not in hers.get("/settings").content.decode()
    assert hers.post(f"/settings/sessions/{session.pk}/revoke").status_code == 404
    assert is_in(his)


def test_signing_out_is_a_post_and_ends_the_cookie(ann: User) -> None:
    client = browser(ann)
    copy = Client()
    copy.cookies["sessionid"] = client.cookies["sessionid"].value
    assert client.get("/logout").status_code == 405
    assert is_in(client)
    assert client.post("/logout")["Location"] == "/login"
    assert (is_in(client), is_in(copy), open_sessions(ann)) == (False, False, [])
    assert client.post("/logout").status_code == 302


# ---- manage.py person


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("person", *arguments, stdout=out)
    return out.getvalue().strip()


def test_person_makes_and_promotes(production: None) -> None:
    assert run("Root@Example.com", "--admin", "--password", PASSWORD) == "Root@Example.com is made."
    root = browser(User.objects.get(email="root@example.com"))
    assert root.get("/admin/").status_code == 200
    run("eve@example.com", "--password", PASSWORD)
    eve = browser(User.objects.get(email="eve@example.com"))
    assert eve.get("/admin/").status_code == 302
    assert run("EVE@example.com", "--admin") == "eve@example.com is an administrator now."
    assert eve.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    ("given", "said"),
    [(["ann@example.com", "--password", PASSWORD], "is there already"), (["x", "--password", PASSWORD], "valid email"),
     (["eve@example.com", "--password", "short"], "too short"), (["", "--password", PASSWORD], "email address")],
)  # fmt: skip
def test_person_says_what_is_wrong(ann: User, given: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        run(*given)
    assert User.objects.count() == 1

"""Accounts: people, doors and tokens, each by itself."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from pam.access import NotActing, acting_as
from pam.accounts import doors, lockout, services, tokens
from pam.accounts.devices import client_of
from pam.accounts.models import LoginFailure, RefreshToken, Session, User, check_zone
from tests.house import doing, entries, person

PASSWORD = "a long password"
requests = RequestFactory()


# ---- people


@pytest.mark.parametrize("zone", ["Australia/Brisbane", "Europe/Vienna", "UTC", "America/Argentina/Buenos_Aires"])
def test_zones_of_the_database_are_taken(zone: str) -> None:
    check_zone(zone)


@given(st.text(max_size=40))
def test_no_other_text_is_a_zone(text: str) -> None:
    try:
        check_zone(text)
    except ValidationError as problem:
        assert "Australia/Brisbane" in problem.messages[0]
    else:
        assert ZoneInfo(text).key == text


@pytest.mark.parametrize("zone", ["", "/etc/passwd", "../UTC", "AEST", "australia/brisbane", "UTC\x00"])
def test_what_only_looks_like_a_zone_is_refused(zone: str) -> None:
    with pytest.raises(ValidationError):
        check_zone(zone)


@pytest.mark.django_db
def test_an_address_is_one_person_whatever_its_case() -> None:
    ann = User.objects.create_user("Ann@Example.COM", PASSWORD)
    assert ann.email == "ann@example.com"
    assert User.objects.get_by_natural_key("ANN@example.com") == ann
    with pytest.raises(ValidationError, match="This address has an account already"):
        User.objects.create_user("aNN@example.com", PASSWORD)
    other = User(email="ANN@EXAMPLE.COM")
    with pytest.raises(ValidationError):
        other.full_clean(exclude=["password"])
    assert other.email == ann.email


@pytest.mark.django_db
def test_the_database_takes_addresses_in_lower_case_only() -> None:
    ann = person("Ann")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=ann.pk).update(email="Ann@example.com")


@pytest.mark.django_db
@pytest.mark.parametrize("email", ["", "ann", "ann@", "a b@example.com", "x" * 255 + "@example.com"])
def test_no_person_without_a_good_address(email: str) -> None:
    with pytest.raises(ValidationError):
        User.objects.create_user(email, PASSWORD)
    assert not User.objects.exists()


@pytest.mark.django_db
def test_only_open_administrators_may_manage() -> None:
    ann, root = person("Ann"), person("Root", role="admin")
    assert (ann.is_staff, ann.has_perm("accounts.change_user"), ann.has_module_perms("accounts")) == (False,) * 3
    assert (root.is_staff, root.has_perm("accounts.change_user"), root.has_module_perms("accounts")) == (True,) * 3
    root.is_active = False
    assert (root.has_perm("accounts.change_user"), root.has_module_perms("accounts")) == (False, False)
    first = User.objects.create_superuser("first@example.com", PASSWORD)
    assert (first.role, first.is_staff, first.email_verified_at is not None) == ("admin", True, True)


@pytest.mark.django_db
def test_passwords_are_kept_as_hashes() -> None:
    ann = person("Ann")
    assert PASSWORD not in ann.password
    assert ann.check_password(PASSWORD)
    assert not ann.check_password("")


@pytest.mark.django_db
def test_a_changed_zone_holds_at_once() -> None:
    ann = person("Ann")
    assert str(ann.zone) == "Australia/Brisbane"
    doing(ann, lambda: services.change_settings(ann, time_zone="Europe/Vienna", theme="dark"))
    assert (str(ann.zone), ann.theme) == ("Europe/Vienna", "dark")
    ann.refresh_from_db()
    assert ann.time_zone == "Europe/Vienna"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["role", "email", "is_superuser", "is_active", "password", "id", "zone", "nonsense"])
def test_only_settings_are_settings(name: str) -> None:
    ann = person("Ann")
    with pytest.raises(ValidationError) as refused:
        doing(ann, lambda: services.change_settings(ann, theme="dark", **{name: "x"}))
    assert list(refused.value.message_dict) == [name]
    assert User.objects.get().theme == ""
    assert entries(ann) == []


# ---- doors


@pytest.mark.parametrize(
    ("given", "kept"),
    [("203.0.113.9", "203.0.113.9"), ("2001:DB8::1", "2001:db8::1"), ("fe80::1%eth0", "fe80::1"), ("", None),
     ("unix:", None), ("unknown", None), ("1.2.3.4, 5.6.7.8", None)],
)  # fmt: skip
def test_an_address_is_kept_where_it_is_one(given: str, kept: str | None) -> None:
    assert doors.address_of(requests.get("/", REMOTE_ADDR=given)) == kept
    assert doors.address_of(None) is None


@pytest.mark.parametrize(
    ("seconds", "said"), [(1, "1 minute."), (60, "1 minute."), (61, "2 minutes."), (900, "15 minutes.")]
)
def test_a_lock_says_how_long_it_lasts(seconds: int, said: str) -> None:
    assert str(doors.Locked(seconds)).endswith(f"Try again in {said}")


@pytest.mark.django_db
def test_failures_count_for_an_account_and_an_address(settings: Any) -> None:
    settings.REQUIRE_VERIFIED_EMAIL = False
    ann = person("Ann")
    here, there = requests.post("/", REMOTE_ADDR="203.0.113.9"), requests.post("/", REMOTE_ADDR="203.0.113.10")
    for _ in range(doors.MOST_FAILURES):
        with pytest.raises(doors.Refused) as refused:
            doors.check_credentials(here, "Ann@example.com ", "wrong")
        assert not isinstance(refused.value, doors.Locked)
    with pytest.raises(doors.Locked) as locked:
        doors.check_credentials(here, ann.email, PASSWORD)
    assert 14 * 60 < locked.value.seconds <= doors.WINDOW.total_seconds() + 1
    assert doors.check_credentials(there, ann.email, PASSWORD) == ann


def tried(account: str, address: str, times: int, password: str = "wrong") -> None:
    for _ in range(times):
        with pytest.raises(doors.Refused):
            doors.check_credentials(requests.post("/", REMOTE_ADDR=address), account, password)


def may_enter(account: str, address: str) -> bool:
    try:
        doors.check_credentials(requests.post("/", REMOTE_ADDR=address), account, PASSWORD)
    except doors.Locked:
        return False
    return True


@pytest.fixture
def ann(settings: Any) -> User:
    settings.REQUIRE_VERIFIED_EMAIL = False
    return person("Ann")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "network"),
    [("203.0.113.9", "203.0.113.9"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"), ("::ffff:203.0.113.9", "203.0.113.9"),
     (None, "")],
)  # fmt: skip
def test_addresses_are_counted_by_their_network(address: str | None, network: str) -> None:
    assert lockout.network_of(address) == network


@pytest.mark.django_db
def test_one_house_is_one_however_many_addresses_it_has(ann: User) -> None:
    for n in range(doors.MOST_FAILURES):
        tried(ann.email, f"2001:db8:1:2:{n:x}::1", 1)
    assert not may_enter(ann.email, "2001:db8:1:2:ffff::1")
    assert may_enter(ann.email, "2001:db8:1:3::1")


@pytest.mark.django_db
def test_guesses_from_everywhere_are_few_and_lock_out_nobody_at_home(
    ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lockout, "MOST_OF_ACCOUNT", 20)
    doors.open_session(ann, door=Session.Door.API, request=requests.post("/", REMOTE_ADDR="198.51.100.7"))
    doors.open_session(ann, door=Session.Door.API, request=requests.post("/", REMOTE_ADDR="2001:db8:7::1"))
    for n in range(20):
        tried(ann.email, f"203.0.113.{n}", 1)
    assert not may_enter(ann.email, "203.0.113.200")
    assert may_enter(ann.email, "198.51.100.7")
    assert may_enter(ann.email, "2001:db8:7::beef")
    assert may_enter(person("Ben").email, "203.0.113.200")


@pytest.mark.django_db
def test_one_address_does_not_try_one_password_at_everybody(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lockout, "MOST_OF_NETWORK", 20)
    ben = person("Ben")
    doors.open_session(ben, door=Session.Door.API, request=requests.post("/", REMOTE_ADDR="203.0.113.9"))
    for n in range(20):
        tried(f"somebody{n}@example.com", "203.0.113.9", 1)
    assert not may_enter(ann.email, "203.0.113.9")
    assert may_enter(ben.email, "203.0.113.9")
    assert may_enter(ann.email, "203.0.113.10")


@pytest.mark.django_db
def test_where_no_address_is_known_strangers_do_not_count_together(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lockout, "MOST_OF_NETWORK", 5)
    for n in range(6):
        tried(f"somebody{n}@example.com", "unix:", 1)
    assert may_enter(ann.email, "unix:")


@pytest.mark.django_db
def test_what_is_kept_of_a_failure_names_nobody(ann: User) -> None:
    tried(ann.email, "203.0.113.9", 1)
    kept = LoginFailure.objects.get()
    plain = hashlib.sha256(b"ann@example.com|203.0.113.9").hexdigest()
    for value in (kept.digest, kept.account, kept.network):
        assert len(value) == 64
        assert value != plain
        assert ann.email not in value


@pytest.mark.django_db
def test_nobody_unverified_is_let_in_where_it_is_asked_for(settings: Any) -> None:
    settings.REQUIRE_VERIFIED_EMAIL = True
    ann, request = person("Ann"), requests.post("/")
    for _ in range(doors.MOST_FAILURES + 2):  # it is no failure: the password was right
        with pytest.raises(doors.NotVerified) as refused:
            doors.check_credentials(request, ann.email, PASSWORD)
    assert refused.value.user == ann
    with pytest.raises(doors.Refused):
        services.verify(request, link_token(ann), "wrong")
    services.verify(request, link_token(ann), PASSWORD)
    assert doors.check_credentials(request, ann.email, PASSWORD) == ann


def link_token(user: User) -> str:
    from django.core import signing

    return signing.dumps([str(user.pk), user.email], salt=services.VERIFY_SALT)


@pytest.mark.django_db
def test_a_session_belongs_to_its_person_alone() -> None:
    ann, ben = person("Ann"), person("Ben")
    session = doors.open_session(
        ann, door=Session.Door.API, request=requests.post("/", HTTP_USER_AGENT="x" * 900, REMOTE_ADDR="203.0.113.9")
    )
    assert (len(session.user_agent), session.address, session.session_key) == (200, "203.0.113.9", "")
    with acting_as(ben):
        assert not Session.objects.exists()
    with pytest.raises(NotActing):
        Session.objects.exists()
    doors.revoke(ben, session)
    assert doors.is_open(session.pk)


@pytest.mark.django_db
def test_others_are_closed_and_the_kept_one_stays() -> None:
    ann, ben = person("Ann"), person("Ben")
    kept, *others = (doors.open_session(ann, door=Session.Door.API) for _ in range(3))
    his = doors.open_session(ben, door=Session.Door.API)
    doors.revoke_others(ann, kept.pk)
    assert [doors.is_open(found.pk) for found in (kept, *others, his)] == [True, False, False, True]
    doors.revoke_others(ann)
    assert [doors.is_open(kept.pk), doors.is_open(his.pk)] == [False, True]


@pytest.mark.parametrize(
    ("agent", "said"),
    [("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
     ("Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36 Edg/141.0", "Edge on Windows"),
     ("Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/141.0 Mobile Safari/537.36", "Chrome on Android"),
     ("Mozilla/5.0 AppleWebKit/537.36 Chrome/141.0 Safari/537.36", "Chrome"),
     ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari on iPhone"),
     ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15", "Safari on Mac"),
     ("python-httpx/0.28", "Script"), ("curl/8.5", "curl"), ("", "Unknown"), ("Something else entirely " * 9, None)],
)  # fmt: skip
def test_a_client_is_called_by_its_name(agent: str, said: str | None) -> None:
    assert client_of(agent) == (said or agent[:40].strip())


# ---- tokens


@pytest.mark.django_db
def test_a_token_is_good_for_its_kind_its_time_and_its_session(settings: Any) -> None:
    ann = person("Ann")
    session = doors.open_session(ann, door=Session.Door.API)
    pair = tokens.issue(session)
    assert tokens.opened_by(pair["access"]) == (ann, str(session.pk))
    assert tokens.opened_by(pair["refresh"]) == (None, None)
    with pytest.raises(tokens.BadToken):
        tokens.refresh(pair["access"])
    request = requests.get("/", HTTP_AUTHORIZATION=f"Bearer {pair['access']}")
    assert (tokens.peek_user_id(request), tokens.session_of(request)) == (str(ann.pk), str(session.pk))
    settings.SECRET_KEY = "another key of a good length, for this test"
    assert tokens.opened_by(pair["access"]) == (None, None)
    assert (tokens.peek_user_id(request), tokens.session_of(request)) == (None, None)


@pytest.mark.django_db
def test_refresh_tokens_last_as_long_as_is_set(settings: Any) -> None:
    settings.REFRESH_TOKEN_EXPIRE_DAYS = 3
    ann = person("Ann")
    tokens.issue(doors.open_session(ann, door=Session.Door.API))
    with acting_as(ann):
        kept = RefreshToken.objects.get()
    left = kept.expires_at - kept.created_at
    assert dt.timedelta(days=3) - dt.timedelta(minutes=1) < left <= dt.timedelta(days=3)


@pytest.mark.django_db
def test_an_ended_session_is_ended_for_good() -> None:
    ann = person("Ann")
    pair = tokens.issue(doors.open_session(ann, door=Session.Door.API))
    tokens.end(pair["access"])
    assert tokens.user_of_token(pair["access"]) is None
    with acting_as(ann):
        first = Session.objects.get().revoked_at
    tokens.end(pair["refresh"])
    with acting_as(ann):
        assert Session.objects.get().revoked_at == first
    with pytest.raises(tokens.BadToken):
        tokens.refresh(pair["refresh"])


@given(st.text(max_size=300))
def test_no_text_is_a_token_even_to_look_at(text: str) -> None:
    request = requests.get("/")
    request.META["HTTP_AUTHORIZATION"] = f"Bearer {text}"
    assert tokens.peek_user_id(request) is None
    assert tokens.opened_by(text) == (None, None)
    tokens.end(text)

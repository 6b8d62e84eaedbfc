"""Encrypted columns: what stands in the database, wrong and lost keys, and moving to a new key."""

from __future__ import annotations

import base64
import secrets
from typing import Any

import pytest
from django.core.exceptions import FieldError, ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from assistant.models import Memory
from pam import journal, starting
from pam.access import acting_as, keys, unscoped
from pam.access.encryption import Unreadable, encrypted_columns, key_id, seal, unseal
from pam.access.models import FieldKey
from pam.accounts.models import User
from pam.journal.owned import saved
from pam.journal.undo import undo
from pam.journal.verify import verify
from tests.house import doing, person

pytestmark = pytest.mark.django_db
SECRET = "the spare key is with Mrs Doyle"


def a_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


@pytest.fixture
def ann() -> User:
    return person("Ann")


def remember(user: User, *, fact: str) -> Memory:
    return saved(Memory(owner=user, fact=fact))


def everything() -> str:
    """All encrypted columns as the database has them."""
    found = []
    with unscoped("the test looks"), connection.cursor() as cursor:
        for model, field in encrypted_columns():
            cursor.execute(f"select {field.column} from {model._meta.db_table} where {field.column} is not null")
            found += [value for (value,) in cursor.fetchall()]
    return "\n".join(found)


@given(st.text())
def test_what_is_sealed_opens_as_it_was(text: str) -> None:
    sealed = seal(text)
    assert unseal(sealed) == text
    assert seal(text) != sealed  # equal texts are not seen to be equal


@given(st.text(min_size=1), st.data())
def test_a_changed_value_does_not_open(text: str, data: st.DataObject) -> None:
    sealed = seal(text)
    place = data.draw(st.integers(0, len(sealed) - 1))
    # The last characters before the padding carry bits that base64 does not read.
    changed = sealed[:place] + ("A" if sealed[place] != "A" else "B") + sealed[place + 1 :]
    if (
        base64.urlsafe_b64decode(changed.partition(".")[2] + "==")
        != base64.urlsafe_b64decode(sealed.partition(".")[2] + "==")
        or changed.partition(".")[0] != sealed.partition(".")[0]
    ):
        with pytest.raises(Unreadable):
            unseal(changed)


def test_neither_the_column_nor_the_journal_tells_what_is_remembered(ann: User) -> None:
    doing(ann, lambda: remember(ann, fact=SECRET))
    with acting_as(ann):
        assert Memory.objects.get().fact == SECRET
    there = everything()
    assert there
    assert SECRET not in there
    assert "Doyle" not in there


def test_an_encrypted_column_is_not_searched(ann: User) -> None:
    with acting_as(ann), pytest.raises(FieldError, match="encrypted"):
        Memory.objects.filter(fact__icontains="key").exists()


def test_a_text_too_long_is_refused_by_what_is_said(ann: User) -> None:
    with pytest.raises(ValidationError):
        doing(ann, lambda: remember(ann, fact="x" * 1001))


def test_a_rotation_seals_everything_anew_and_undo_still_works(ann: User, settings: Any) -> None:
    keys.check()
    old = settings.FIELD_KEYS
    with journal.entry(ann, source="page") as made:
        remember(ann, fact=SECRET)
    settings.FIELD_KEYS = [a_key(), *old]
    doing(ann, lambda: remember(ann, fact="a second fact"))  # sealed with the new key at once
    assert any(keys.left().values())
    list(keys.rotate())
    assert keys.left() == {}
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    keys.check()
    with acting_as(ann):
        assert {row.fact for row in Memory.objects.all()} == {SECRET, "a second fact"}
    undo(ann, made.id, source="page")
    with acting_as(ann):
        assert [row.fact for row in Memory.objects.all()] == ["a second fact"]
    assert list(verify()) == []


def test_a_stopped_rotation_goes_on(ann: User, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(7):
        doing(ann, lambda n=n: remember(ann, fact=f"fact {n}"))
    settings.FIELD_KEYS = [a_key(), *settings.FIELD_KEYS]
    monkeypatch.setattr(keys, "BATCH", 2)
    steps = keys.rotate()
    next(steps)
    steps.close()
    between = sum(keys.left().values())
    assert between > 0
    list(keys.rotate())
    assert keys.left() == {}


def test_a_lost_key_refuses_the_start(ann: User, settings: Any) -> None:
    keys.check()
    lost = settings.FIELD_KEYS
    settings.FIELD_KEYS = [a_key()]
    with pytest.raises(keys.WrongKeys, match=key_id(lost[0])):
        keys.check()
    with pytest.raises(CommandError, match="Put that key back"):
        call_command("keys", "check")
    assert FieldKey.objects.count() == 1


def test_the_start_says_so_in_one_line(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    keys.check()
    settings.FIELD_KEYS = [a_key()]
    monkeypatch.setattr(connection, "close", lambda: None)  # the test's own transaction goes on
    with pytest.raises(SystemExit) as ended:
        starting.require_keys()
    assert "\n" not in str(ended.value)
    assert "FIELD_KEYS" in str(ended.value)

"""Secrets never leave: by the name of their key, by their form, by their value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pam.ops import scrub

CANARY = "canary-4f9b1c77e2"


@pytest.mark.parametrize(
    "line",
    [
        f"Authorization: Bearer {CANARY}",
        f"{{'authorization': 'Token {CANARY}', 'x': 1}}",
        f"Cookie: sessionid={CANARY}; csrftoken={CANARY}",
        f"Set-Cookie: sessionid={CANARY}; Path=/",
        f"POST /login password={CANARY}&next=/",
        f'{{"password": "{CANARY}"}}',
        f"api_key={CANARY}",
        f"OPENAI_API_KEY='{CANARY}'",
        f"refresh_token: {CANARY}",
        f"connecting to redis://:{CANARY}@localhost:6379/0",
        f"postgresql://pam:{CANARY}@db/pam refused",
        f"no account for {CANARY}@example.com",
        f"Key (email)=({CANARY}@example.com) already exists",
        f"bearer {CANARY}",
        f"sk-{CANARY}",
        f"eyJhbGciOiJIUzI1NiJ9.{CANARY}.sig",
    ],
)
def test_secret_forms_are_taken_out(line: str) -> None:
    assert CANARY not in scrub.text(line)
    assert scrub.GONE in scrub.text(line)


@pytest.mark.parametrize(
    "line",
    [
        "62 litres at 1.899, 234567 km",
        "GET /api/wins/expenses 200",
        "task you.ring took 12 ms",
        "019ab3c2-1111-7222-8333-444455556666 is done",
        "meet at 9:30",
    ],
)
def test_ordinary_lines_stay_as_they_are(line: str) -> None:
    assert scrub.text(line) == line


@pytest.mark.parametrize(
    "key",
    ["password", "New_Password", "authorization", "Cookie", "access_token", "apiKey", "secret", "sessionid",
     "text", "body", "email", "prompt"],
)  # fmt: skip
@given(value=st.one_of(st.text(min_size=12), st.binary(min_size=12), st.lists(st.text(min_size=12), min_size=1)))
def test_values_under_secret_keys_are_gone(key: str, value: object) -> None:
    assert scrub.anything({"outer": [{key: value}]}) == {"outer": [{key: scrub.GONE}]}


def test_counts_of_tokens_stay() -> None:
    assert scrub.anything({"prompt_tokens": 12, "secret": 1234, "tokens": None}) == {
        "prompt_tokens": 12,
        "secret": scrub.GONE,
        "tokens": None,
    }


def test_known_secrets_are_found_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrub, "_known", ())
    scrub.know(["", None, "short", f"x{CANARY}"])
    assert scrub.text(f"odd place<x{CANARY}>") == f"odd place<{scrub.GONE}>"
    assert scrub.text("a short walk") == "a short walk"


def test_paths_lose_tokens_and_keep_ids() -> None:
    assert scrub.path("/reset/MQ/c8x2m1-0123456789abcdef0123456789abcdef/") == f"/reset/MQ/{scrub.GONE}/"
    assert scrub.path("/join/abc", {"code": "abc"}) == f"/join/{scrub.GONE}"
    found = "/api/wins/expenses/019ab3c2-1111-7222-8333-444455556666"
    assert scrub.path(found) == found
    assert scrub.path("/unsubscribe/bob@example.com") == f"/unsubscribe/{scrub.GONE}"
    assert len(scrub.path("/a" * 5000)) <= 300


@given(
    st.recursive(
        st.none() | st.integers() | st.text() | st.binary(),
        lambda x: st.lists(x) | st.dictionaries(st.text(), x),
    )
)
def test_anything_never_raises(value: object) -> None:
    scrub.anything(value)


def test_long_and_deep_values_are_cut() -> None:
    assert len(scrub.text("a " * 50_000)) < 10_000
    deep: object = "end"
    for _ in range(50):
        deep = [deep]
    assert "end" not in str(scrub.anything(deep))

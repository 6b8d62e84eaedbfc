"""What is in no log line and no report: secrets by the name of their key, by their form, by their value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

GONE = "[scrubbed]"
LONGEST = 8_000  # characters of one text; a traceback fits

_SECRET_KEY = re.compile(
    r"authori[sz]ation|cookie|passw|passphrase|secret|token|api[_-]?key|credential|session|csrf|dsn|signature",
    re.I,
)
# Numbers under such a key are counts (prompt_tokens), except where the secret itself may be a number.
_SECRET_NUMBER = re.compile(r"passw|secret|pin$|code$", re.I)
_CONTENT_KEY = frozenset(
    {
        "body",
        "text",
        "words",
        "said",
        "prompt",
        "content",
        "payload",
        "form",
        "arguments",
        "messages",
        "email",
        "to",
    }
)
_FORMS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"(?i)\b((?:proxy-)?authorization|set-cookie|cookie)(['\"]?\s{0,20}[:=]\s{0,20})[^\r\n]+"),
        rf"\1\2{GONE}",
    ),
    (re.compile(r"(?i)\b(bearer|basic)\s{1,20}[A-Za-z0-9._~+/=-]{6,}"), rf"\1 {GONE}"),
    (re.compile(r"\beyJ[\w-]{4,}(?:\.[\w-]*){0,2}"), GONE),
    (re.compile(r"\b(?:sk|pk|rk|ghp|xox[abp])[-_][A-Za-z0-9_-]{12,}"), GONE),
    (
        re.compile(
            r"(?i)((?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|csrf\w{0,40}|session(?:id)?)['\"]?\s{0,20}[=:]\s{0,20})"
            r"(\"[^\"]*\"?|'[^']*'?|[^\s,;&}\])]+)"
        ),
        rf"\1{GONE}",
    ),
    (re.compile(r"(\b[a-z][a-z0-9+.-]{0,30}://)[^/\s@]{1,1000}@"), rf"\1{GONE}@"),
    (re.compile(r"[\w.!#$%&*+^~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,9}"), GONE),
)
# Every form has one of these in it; most lines have none.
_SUSPECT = re.compile(
    r"[@:=]|(?:^|\s)/|[Bb][Ee][Aa][Rr][Ee][Rr]\s|[Bb][Aa][Ss][Ii][Cc]\s|eyJ|(?:sk|pk|rk|ghp|xox[abp])[-_]"
)
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{32}", re.I)
_PATH = re.compile(r"(?<!\S)/\S+")
_LONG_MIXED = re.compile(r"\A(?=.*\d)(?=.*[A-Za-z])[\w.:=~-]{20,}")
_PATH_NAMES = frozenset({"token", "key", "code", "secret", "uidb64", "signature", "email", "signed"})

_known: tuple[str, ...] = ()


def know(values: Iterable[object]) -> None:
    """Remember secret values of this process, so that they are taken out wherever they stand."""
    global _known
    found = {str(value) for value in values if value and len(str(value)) >= 8}
    _known = tuple(sorted(found, key=len, reverse=True))


def text(value: str) -> str:
    """Return the text without secrets and email addresses, cut where it is very long."""
    if len(value) > LONGEST:
        value = f"{value[:LONGEST]}… ({len(value)} characters)"
    for secret in _known:
        if secret in value:
            value = value.replace(secret, GONE)
    if not _SUSPECT.search(value):
        return value
    for form, instead in _FORMS:
        value = form.sub(instead, value)
    return _PATH.sub(lambda found: _segments(found[0], frozenset()), value)


def path(value: str, captured: Mapping[str, Any] | None = None) -> str:
    """Return a URL path without the secrets in it: captured tokens, long mixed segments, addresses."""
    secrets = frozenset(str(found) for name, found in (captured or {}).items() if name in _PATH_NAMES)
    return text(_segments(value[:300], secrets))


def _segments(value: str, secrets: frozenset[str]) -> str:
    return "/".join(
        GONE if segment in secrets or (_LONG_MIXED.fullmatch(segment) and not _UUID.fullmatch(segment)) else segment
        for segment in value.split("/")
    )


def anything(value: Any, key: str = "", depth: int = 0) -> Any:
    """Return a value of any kind scrubbed, with the key that it stands under; deep nesting is cut."""
    if key and not isinstance(value, bool) and value is not None:
        if key.lower() in _CONTENT_KEY:
            return GONE
        if _SECRET_KEY.search(key) and (not isinstance(value, (int, float)) or _SECRET_NUMBER.search(key)):
            return GONE
    if depth > 6:
        return GONE
    if isinstance(value, str):
        return text(value)
    if isinstance(value, bytes):
        return f"({len(value)} bytes)"
    if isinstance(value, Mapping):
        return {str(name): anything(inner, str(name), depth + 1) for name, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [anything(inner, "", depth + 1) for inner in value]
    if isinstance(value, (int, float, bool)) or value is None:
        return value
    return text(str(value))

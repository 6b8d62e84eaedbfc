"""Every answer carries the policies that hold the browser, whoever gives it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.house import person
from tests.pages import browser

pytestmark = pytest.mark.django_db

ALWAYS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
PAGE = {
    "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' data: blob:",
    "font-src": "'self'", "connect-src": "'self' ws://testserver wss://testserver", "form-action": "'self'",
    "base-uri": "'none'", "frame-ancestors": "'none'", "object-src": "'none'", "manifest-src": "'self'",
    "worker-src": "'self'",
}  # fmt: skip


def policy(answer: Any) -> dict[str, str]:
    """Return {directive: sources} of an answer's Content-Security-Policy."""
    parts = [part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";")]
    return dict(parts)


@pytest.mark.parametrize(
    "path", ["/login", "/", "/no/such/page", "/api/health", "/api/wins/accounts", "/static/css/base.css", "/metrics"]
)
def test_every_answer_has_the_policies(client: Client, path: str) -> None:
    answer = client.get(path)
    assert {name: answer[name] for name in ALWAYS} == ALWAYS
    assert "camera=()" in answer["Permissions-Policy"]
    assert "'unsafe" not in answer["Content-Security-Policy"]


def test_a_page_takes_everything_from_here_and_nothing_inline(client: Client) -> None:
    assert policy(client.get("/login")) == PAGE


def test_answers_of_the_api_may_do_nothing(client: Client) -> None:
    for path in ("/api/health", "/api/wins/accounts", "/api/schema", "/api/no/such/thing"):
        assert policy(client.get(path)) == {"default-src": "'none'", "frame-ancestors": "'none'"}, path
    assert policy(client.get("/api/docs")) == PAGE


def test_a_nonce_is_fresh_each_time_and_only_where_it_is_needed(client: Client) -> None:
    nonces = set()
    for _ in range(2):
        answer = client.get("/api/redoc")
        said = policy(answer)
        [nonce] = re.findall(r" 'nonce-([\w-]{22})'", said["style-src"])
        assert f'nonce="{nonce}"' in answer.content.decode()
        assert said["script-src"] == "'self'"
        nonces.add(nonce)
    assert len(nonces) == 2


def test_a_foreign_host_name_comes_into_no_policy(client: Client) -> None:
    answer = client.get("/login", HTTP_HOST="evil.example; script-src *")
    assert answer.status_code == 400
    assert "evil" not in answer["Content-Security-Policy"]


def test_a_preflight_has_them_too(client: Client, settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example"]
    answer = client.options(
        "/api/wins/accounts", HTTP_ORIGIN="https://app.example", HTTP_ACCESS_CONTROL_REQUEST_METHOD="POST"
    )
    assert "idempotency-key" in answer["Access-Control-Allow-Headers"]
    assert answer["Access-Control-Allow-Origin"] == "https://app.example"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    other = client.options(
        "/api/wins/accounts", HTTP_ORIGIN="https://other.example", HTTP_ACCESS_CONTROL_REQUEST_METHOD="GET"
    )
    assert "Access-Control-Allow-Origin" not in other


def test_a_form_without_its_token_changes_nothing() -> None:
    ann = person("Ann")
    client = Client(enforce_csrf_checks=True)
    client.cookies = browser(ann).cookies
    answer = client.post("/you/tasks/add", {"title": "Forged"})
    assert answer.status_code == 403
    assert "Forged" not in client.get("/you").content.decode()

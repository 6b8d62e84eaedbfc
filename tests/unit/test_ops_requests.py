"""Every request: its id in and out, one line, limits; over the middleware as it is installed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.test import Client, override_settings
from django.urls import path

from pam.ops import limits, logs
from pam.ops.identity import begin, following, request_id

CANARY = "canary-e81d20c4aa"


def fine(request: HttpRequest, **_: str) -> HttpResponse:
    structlog.get_logger("pam.view").info("inside")
    return JsonResponse({"id": request_id()})


def broken(request: HttpRequest) -> HttpResponse:
    raise ValueError(f"token={CANARY}")


def stream(request: HttpRequest) -> StreamingHttpResponse:
    def parts() -> Iterator[str]:
        structlog.get_logger("pam.view").info("streaming")
        yield request_id() or ""

    return StreamingHttpResponse(parts())


urlpatterns = [
    path("api/fine", fine),
    path("fine", fine),
    path("api/broken", broken),
    path("stream", stream),
    path("reset/<uidb64>/<token>/", fine),
]

MIDDLEWARE = [
    "pam.ops.middleware.RequestIdentity",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "pam.access.middleware.ActingMiddleware",
    "pam.ops.limits.RateLimitMiddleware",
    "pam.api.middleware.ProblemMiddleware",
]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_addresses(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(limits, "_alone", limits.InProcess())
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=MIDDLEWARE, RATE_LIMIT_PER_MINUTE=1000, REDIS_URL=""):
        yield


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    logs.configure(as_json=True, level="INFO")
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    logs.configure()


def test_the_id_goes_in_and_out_and_is_on_every_line(client: Client, written: Any) -> None:
    answer = client.get("/api/fine", headers={"X-Request-ID": "my-own-id.42"})
    assert answer["X-Request-ID"] == "my-own-id.42"
    assert answer.json() == {"id": "my-own-id.42"}
    inside, line = written()
    assert (inside["event"], inside["request_id"]) == ("inside", "my-own-id.42")
    assert line["event"] == "request"
    assert line["request_id"] == "my-own-id.42"
    assert (line["method"], line["path"], line["status"]) == ("GET", "/api/fine", 200)
    assert line["milliseconds"] >= 0
    assert "user" not in line
    assert structlog.contextvars.get_contextvars() == {}
    assert request_id() is None


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "a b c d e f", "<script>alert(1)</script>", "ümläut-1234"])
def test_ids_of_no_sane_form_are_replaced(client: Client, given: str) -> None:
    answer = client.get("/api/fine", headers={"X-Request-ID": given.encode("utf-8").decode("latin-1")})
    assert answer["X-Request-ID"] != given
    assert len(answer["X-Request-ID"]) == 32


def test_two_requests_have_two_ids(client: Client) -> None:
    assert client.get("/api/fine")["X-Request-ID"] != client.get("/api/fine")["X-Request-ID"]


def test_an_error_carries_the_id_too(written: Any) -> None:
    answer = Client(raise_request_exception=False).get("/api/broken", headers={"X-Request-ID": "id-of-error"})
    assert answer.status_code == 500
    assert answer["X-Request-ID"] == "id-of-error"
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["request_id"] == "id-of-error"
    found = written()
    assert CANARY not in json.dumps(found)
    assert [line["status"] for line in found if line["event"] == "request"] == [500]
    assert all(line["request_id"] == "id-of-error" for line in found)
    assert any("ValueError" in line.get("exception", "") for line in found)


def test_not_found_has_one_line_and_the_id(client: Client, written: Any) -> None:
    answer = client.get("/api/nothing-here")
    assert (answer.status_code, answer.json()["request_id"]) == (404, answer["X-Request-ID"])
    assert len(written()) == 1


def test_secrets_of_a_request_are_in_no_line(client: Client, written: Any) -> None:
    client.post(
        f"/api/fine?access_token={CANARY}",
        {"password": CANARY, "email": f"{CANARY}@example.com"},
        headers={"Authorization": f"Bearer {CANARY}", "Cookie": f"sessionid={CANARY}"},
    )
    client.get(f"/reset/{CANARY}/{CANARY}/")
    client.get(f"/nowhere/{CANARY}@example.com/{CANARY}-0123456789abcdef/")
    found = written()
    assert len([line for line in found if line["event"] == "request"]) == 3
    assert CANARY not in json.dumps(found)


def test_the_person_is_named_by_id(client: Client, written: Any, django_user_model: Any) -> None:
    person = django_user_model.objects.create_user(f"{CANARY}@example.com", "a long password")
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    with override_settings(AUTHENTICATION_BACKENDS=["django.contrib.auth.backends.ModelBackend"]):
        client.get("/fine")
    line = written()[-1]
    assert line["user"] == str(person.pk)
    assert CANARY not in json.dumps(line)


def test_a_stream_keeps_the_id_while_it_runs(client: Client, written: Any) -> None:
    answer = client.get("/stream")
    assert b"".join(answer.streaming_content).decode() == answer["X-Request-ID"]  # type: ignore[attr-defined]
    assert {line["request_id"] for line in written()} == {answer["X-Request-ID"]}


def test_work_of_its_own_has_its_own_id_and_gives_back_what_was() -> None:
    structlog.contextvars.clear_contextvars()
    begin("outer-id-1")
    with following("inner-id-1", task="x") as inner:
        assert inner == request_id() == "inner-id-1"
        assert structlog.contextvars.get_contextvars() == {"request_id": "inner-id-1", "task": "x"}
    assert request_id() == "outer-id-1"
    assert structlog.contextvars.get_contextvars() == {"request_id": "outer-id-1"}
    structlog.contextvars.clear_contextvars()


@override_settings(RATE_LIMIT_PER_MINUTE=3)
def test_limits_of_the_api(client: Client) -> None:
    answers = [client.get("/api/fine") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0]["RateLimit-Policy"] == '"user";q=3;w=60, "all";q=60;w=60'
    assert [answer["RateLimit"].split(";")[1] for answer in answers] == ["r=2", "r=1", "r=0", "r=0"]
    refused = answers[3]
    assert 1 <= int(refused["Retry-After"]) <= 66
    assert refused["Content-Type"] == "application/problem+json"
    problem = refused.json()
    assert problem["status"] == 429
    assert problem["instance"] == "/api/fine"
    assert problem["title"]
    assert refused["Retry-After"] in problem["detail"]
    assert problem["type"] == "about:blank"
    assert refused["X-Request-ID"] == problem["request_id"]
    assert client.get("/fine").status_code == 200, "reading pages is not counted"


@override_settings(RATE_LIMIT_PER_MINUTE=2)
def test_people_and_addresses_are_counted_apart(client: Client) -> None:
    def ask(address: str) -> int:
        return client.get("/api/fine", REMOTE_ADDR=address).status_code

    assert [ask("203.0.113.1") for _ in range(3)] == [200, 200, 429]
    assert ask("203.0.113.2") == 200
    assert [ask(f"2001:db8:1:2::{n}") for n in range(3)] == [200, 200, 429], "one house, many addresses"
    assert ask("2001:db8:1:3::1") == 200


@override_settings(RATE_LIMIT_PER_MINUTE=1)
def test_all_together_are_held_too(client: Client) -> None:
    told = [client.get("/api/fine", REMOTE_ADDR=f"198.51.100.{n}") for n in range(1, 23)]
    assert [answer.status_code for answer in told] == [200] * 20 + [429] * 2
    assert told[-1]["RateLimit"].startswith('"user";r=1;')


@override_settings(RATE_LIMIT_PER_MINUTE=2)
def test_pages_are_held_when_they_send(client: Client) -> None:
    answers = [client.post("/fine") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[2]["Retry-After"]) >= 1
    assert answers[2]["Content-Type"].startswith("text/")
    assert answers[2]["Retry-After"] in answers[2].content.decode()
    assert "RateLimit" not in answers[0]


@override_settings(RATE_LIMIT_PER_MINUTE=0)
def test_no_limit_means_none(client: Client) -> None:
    assert {client.get("/api/fine").status_code for _ in range(50)} == {200}


@override_settings(RATE_LIMIT_PER_MINUTE=2, REDIS_URL="redis://127.0.0.1:1/0")
def test_without_its_redis_the_limit_holds_by_process(client: Client) -> None:
    assert [client.get("/api/fine").status_code for _ in range(3)] == [200, 200, 429]
    assert limits.failing_since() is not None

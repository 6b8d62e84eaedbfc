"""Reports: sent to a real HTTP server that reads the envelope, and holding nothing that somebody wrote."""

from __future__ import annotations

import gzip
import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import sentry_sdk
import structlog
from celery import Celery
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from pam.ops import logs, reports

CANARY = "canary-5c2e9a70f3"


def broken(request: HttpRequest, token: str) -> HttpResponse:
    diary = f"{CANARY} wrote this"
    raise ValueError(f"cannot read: {diary}")


urlpatterns = [path("api/broken/<token>", broken)]


class Sentry:
    """A server that takes envelopes."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.bodies.append(gzip.decompress(body) if self.headers["Content-Encoding"] == "gzip" else body)
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def dsn(self) -> str:
        return f"http://public@127.0.0.1:{self.server.server_port}/1"

    def raw(self) -> str:
        sentry_sdk.flush(5)
        return b"\n".join(self.bodies).decode()

    def events(self) -> list[dict[str, Any]]:
        found = []
        for line in filter(None, self.raw().splitlines()):
            data = json.loads(line)
            if "level" in data and "platform" in data:
                found.append(data)
        return found


@pytest.fixture
def sentry() -> Iterator[Sentry]:
    server = Sentry()
    assert reports.init(server.dsn)
    yield server
    sentry_sdk.get_client().close()
    sentry_sdk.get_global_scope().set_client(None)
    server.server.shutdown()
    server.server.server_close()
    logs.configure()


def test_off_without_a_dsn() -> None:
    assert reports.init("") is False
    assert not sentry_sdk.get_client().is_active()


@pytest.mark.django_db
@override_settings(
    ROOT_URLCONF=__name__,
    RATE_LIMIT_PER_MINUTE=0,
    AUTHENTICATION_BACKENDS=["django.contrib.auth.backends.ModelBackend"],
)
def test_a_failed_request_is_reported_without_its_contents(sentry: Sentry, django_user_model: Any) -> None:
    person = django_user_model.objects.create_user(f"{CANARY}@example.com", "a long password")
    client = Client(raise_request_exception=False)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["extra"] = CANARY
    answer = client.post(
        f"/api/broken/{CANARY}-aaaaaaaaaaaa?access_token={CANARY}",
        json.dumps({"message": CANARY, "password": CANARY}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {CANARY}", "X-Request-ID": "id-for-sentry"},
    )
    assert answer.status_code == 500
    events = sentry.events()
    assert CANARY not in sentry.raw()
    assert len(events) == 1, "one failure is one report"
    event = events[0]
    assert event["tags"]["request_id"] == "id-for-sentry"
    assert event["user"] == {"id": str(person.pk)}
    assert event["exception"]["values"][0]["type"] == "ValueError"
    frames = event["exception"]["values"][0]["stacktrace"]["frames"]
    assert frames[-1]["function"] == "broken"
    assert not any("vars" in frame or "context_line" in frame for frame in frames)
    assert event["request"] == {"method": "POST", "url": "/api/broken/[scrubbed]"}
    assert event["environment"]
    assert event["release"].startswith("pam@")


def test_log_lines_are_reported_by_name(sentry: Sentry) -> None:
    logs.configure(as_json=True)
    structlog.get_logger("pam.x").error("mail.failed", detail=CANARY, text=CANARY)
    logging.getLogger("lib").error("could not send %s", CANARY)
    logging.getLogger("lib").error(f"could not send {CANARY}")
    assert [event["logentry"]["message"] for event in sentry.events()] == [
        "mail.failed",
        "could not send %s",
        "lib",
    ]
    assert CANARY not in sentry.raw()


def test_a_failed_task_is_reported_without_its_arguments(sentry: Sentry) -> None:
    app = Celery("reports", broker="memory://", set_as_current=False)

    @app.task(name="reports.breaks")
    def breaks(words: str) -> None:
        raise RuntimeError(words)

    breaks.apply(args=[CANARY], kwargs={})
    events = sentry.events()
    assert [event["exception"]["values"][-1]["type"] for event in events] == ["RuntimeError"]
    assert CANARY not in sentry.raw()

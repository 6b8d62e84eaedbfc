"""Health and metrics: each part fails for itself, in turn, and is told; strangers see statuses only."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache
from django.db import DatabaseError
from django.test import Client, RequestFactory, override_settings
from django.urls import include, path
from django.utils import timezone

from pam.live import hints
from pam.ops import health, limits, views
from pam.ops.metrics import sockets
from pam.ops.models import Heartbeat

pytestmark = pytest.mark.django_db(transaction=True)

urlpatterns = [path("", include("pam.ops.urls"))]
MIDDLEWARE = [
    "pam.ops.middleware.RequestIdentity",
    "pam.ops.middleware.HealthFirst",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "pam.api.middleware.ProblemMiddleware",
]
NOWHERE = "redis://127.0.0.1:1/0"
DETAILED = "/api/health/detailed"


@pytest.fixture(autouse=True)
def _own_addresses(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(health, "_last", None)
    with override_settings(
        ROOT_URLCONF=__name__,
        MIDDLEWARE=MIDDLEWARE,
        AUTHENTICATION_BACKENDS=["django.contrib.auth.backends.ModelBackend"],
        PRODUCTION=False,
    ):
        yield


@pytest.fixture
def admin(django_user_model: Any) -> Client:
    found = Client()
    person = django_user_model.objects.create_superuser("admin@example.com", "a long password")
    found.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return found


def beat(name: str, seconds_ago: float) -> None:
    at = timezone.now() - dt.timedelta(seconds=seconds_ago)
    Heartbeat.objects.update_or_create(name=name, defaults={"at": at, "detail": {}})


@pytest.mark.parametrize("address", ["/api/health", "/api/health/"])
def test_health_asks_nothing(client: Client, address: str, django_assert_num_queries: Any) -> None:
    client.cookies["sessionid"] = "somebody"
    with django_assert_num_queries(0):
        answer = client.get(address, headers={"Host": "10.0.0.7:8000"})
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert answer.json()["version"]
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Request-ID"]
    assert client.post(address).status_code == 405
    assert client.head(address).status_code == 200


@pytest.mark.parametrize("address", [DETAILED, DETAILED + "/"])
def test_strangers_see_statuses_only(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200
    found = answer.json()
    assert set(found) == {"status", "parts"}
    assert set(found["parts"]) == {
        "database", "cache", "channel_layer", "broker", "worker", "beat", "disk", "rate_limits",
    }  # fmt: skip
    assert all(set(part) == {"status"} for part in found["parts"].values())
    assert found["parts"]["database"]["status"] == "ok"


def test_people_who_are_no_administrators_see_statuses_only(client: Client, django_user_model: Any) -> None:
    person = django_user_model.objects.create_user("bob@example.com", "a long password")
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    assert "versions" not in client.get(DETAILED).json()


def test_administrators_see_details(admin: Client) -> None:
    beat("worker", 3)
    beat("beat", 4)
    found = admin.get(DETAILED).json()
    assert found["status"] == "ok"
    assert found["parts"]["database"]["milliseconds"] >= 0
    assert found["parts"]["database"]["kind"] in {"sqlite", "postgresql"}
    assert found["parts"]["disk"]["free_bytes"] > 0
    assert found["parts"]["worker"]["seen"] == "worker"
    assert 3 <= found["parts"]["worker"]["seconds_ago"] < 30
    assert {"pam", "python", "django", "celery"} <= set(found["versions"])


def test_a_bearer_token_tells_an_administrator(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from pam.accounts import tokens

    boss = SimpleNamespace(is_active=True, is_staff=True, is_authenticated=True)
    monkeypatch.setattr(tokens.BearerAuthentication, "authenticate", lambda *_: (boss, "token"))
    assert "versions" in client.get(DETAILED).json()


def test_a_database_that_is_down_is_503(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> dict[str, Any]:
        raise DatabaseError("could not connect to postgresql://pam:secret@db")

    monkeypatch.setattr(health, "_database", gone)
    monkeypatch.setattr(health, "_heartbeats", gone)
    answer = admin.get(DETAILED)
    assert answer.status_code == 503
    assert answer.json()["status"] == "down"
    assert answer.json()["parts"]["database"] == {
        "status": "down", "needed": True, "milliseconds": None, "error": "DatabaseError",
    }  # fmt: skip
    assert answer.json()["parts"]["worker"]["status"] == "degraded"
    assert admin.get("/api/health").status_code == 200


def test_a_session_that_cannot_be_read_is_a_stranger(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(request: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(views, "_session_user", gone)
    answer = admin.get(DETAILED)
    assert answer.status_code == 200
    assert "versions" not in answer.json()


@pytest.mark.parametrize(
    ("part", "check"),
    [("cache", "_cache"), ("channel_layer", "_channel_layer"), ("broker", "_broker")],
)
@pytest.mark.parametrize(("redis_url", "code"), [("", 200), (NOWHERE, 503)])
def test_a_part_is_needed_where_it_is_configured(
    client: Client, monkeypatch: pytest.MonkeyPatch, part: str, check: str, redis_url: str, code: int
) -> None:
    def gone() -> dict[str, Any]:
        raise ConnectionError

    for name in ("_cache", "_channel_layer", "_broker"):
        monkeypatch.setattr(health, name, gone if name == check else lambda: {})
    with override_settings(REDIS_URL=redis_url):
        answer = client.get(DETAILED)
    assert answer.status_code == code
    assert answer.json()["parts"][part]["status"] == "down"
    assert answer.json()["status"] == ("down" if code == 503 else "degraded")


def test_parts_that_cannot_be_reached_are_told_in_time(admin: Client) -> None:
    started = time.perf_counter()
    with override_settings(
        REDIS_URL=NOWHERE,
        CELERY_BROKER_URL=NOWHERE,
        CELERY_BROKER_TRANSPORT_OPTIONS={},
        CACHES={"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": NOWHERE}},
        CHANNEL_LAYERS={
            "default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": [NOWHERE]}}
        },
    ):
        answer = admin.get(DETAILED)
    assert time.perf_counter() - started < 4
    assert answer.status_code == 503
    statuses = {name: part["status"] for name, part in answer.json()["parts"].items()}
    assert statuses["database"] == "ok"
    assert (statuses["cache"], statuses["channel_layer"], statuses["broker"]) == ("down", "down", "down")


def test_the_in_process_layer_is_tried_on_its_own_loop(client: Client) -> None:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    hints.serve_from(loop)
    try:
        assert client.get(DETAILED).json()["parts"]["channel_layer"]["status"] == "ok"
    finally:
        hints.serve_from(None)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


def test_a_part_that_hangs_is_told_once_and_not_asked_again(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    release, asked = threading.Event(), []

    def hangs() -> dict[str, Any]:
        asked.append(1)
        release.wait(20)
        return {}

    monkeypatch.setattr(health, "PATIENCE", 0.3)
    monkeypatch.setattr(health, "KEPT", 0.0)
    monkeypatch.setattr(health, "_cache", hangs)
    try:
        for _ in range(3):
            assert client.get(DETAILED).json()["parts"]["cache"]["status"] == "down"
        assert len(asked) == 1
    finally:
        release.set()


@pytest.mark.parametrize(("seconds", "status"), [(5, "ok"), (59, "ok"), (61, "degraded"), (86_400, "degraded")])
def test_heartbeats_grow_old(client: Client, seconds: float, status: str) -> None:
    beat("worker", seconds)
    beat("beat", 1)
    answer = client.get(DETAILED)
    assert answer.status_code == 200
    assert answer.json()["parts"]["worker"]["status"] == status
    assert answer.json()["parts"]["beat"]["status"] == "ok"
    assert answer.json()["status"] == status


def test_the_newest_of_several_workers_counts(client: Client) -> None:
    beat("worker:a", 900)
    beat("worker:b", 2)
    assert client.get(DETAILED).json()["parts"]["worker"]["status"] == "ok"


@pytest.mark.parametrize(("production", "status"), [(False, "unused"), (True, "degraded")])
def test_background_work_that_never_ran_is_missed_in_production(client: Client, production: bool, status: str) -> None:
    with override_settings(PRODUCTION=production):
        assert client.get(DETAILED).json()["parts"]["beat"]["status"] == status


def test_a_full_disk_and_lonely_limits_are_degraded(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_disk", lambda: {"free_bytes": 10**6, "total_bytes": 10**11})
    monkeypatch.setattr(limits, "failing_since", lambda: time.time() - 5)
    answer = client.get(DETAILED)
    assert answer.status_code == 200
    assert answer.json()["parts"]["disk"]["status"] == "degraded"
    assert answer.json()["parts"]["rate_limits"]["status"] == "degraded"


def test_strangers_share_a_report(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(health, "_cache", lambda: asked.append(1) or {})
    for _ in range(5):
        client.get(DETAILED)
    assert len(asked) == 1
    assert cache.get("health") is None


@pytest.mark.parametrize("address", ["/metrics", "/metrics/", "/api/monitoring/metrics", "/api/monitoring/metrics/"])
def test_metrics_are_open_in_development(client: Client, address: str) -> None:
    sockets.set(3)
    answer = client.get(address)
    sockets.set(0)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")
    body = answer.content.decode()
    assert "pam_sockets 3.0" in body
    names = "turns_total tool_runs_total tool_seconds engine_seconds model_tokens_total queue_lag_seconds"
    for name in [*names.split(), "rate_limited_total", "mails_total"]:
        assert f"# TYPE pam_{name}" in body


@override_settings(
    PRODUCTION=True, METRICS_TOKEN="a-long-metrics-token", METRICS_ALLOWED_ADDRESSES=["10.1.0.0/16", "bad"]
)
def test_metrics_ask_for_a_token_or_an_address_in_production(client: Client) -> None:
    refused = client.get("/metrics")
    assert refused.status_code == 401
    assert refused["WWW-Authenticate"].startswith("Bearer")
    assert refused["Content-Type"] == "application/problem+json"
    for wrong in (
        "Bearer nope",
        "Bearer ",
        "Basic a-long-metrics-token",
        "a-long-metrics-token",
        "Bearer \u00fc",
    ):
        given = wrong.encode().decode("latin-1")
        assert client.get("/metrics", headers={"Authorization": given}).status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer a-long-metrics-token"}).status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="10.1.2.3").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="10.2.2.3").status_code == 401
    with override_settings(METRICS_TOKEN=""):
        assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 401


@override_settings(PROMETHEUS_ENABLED=False)
def test_metrics_can_be_off(client: Client) -> None:
    answer = client.get("/metrics")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_metrics_of_several_processes_are_summed(tmp_path: Any) -> None:
    """Two real processes count; the view of a third gives the sum."""
    import os
    import subprocess
    import sys

    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    count = "from pam.ops.metrics import turns, sockets; turns.labels('embedded', 'done').inc(2); sockets.inc()"
    for _ in range(2):
        subprocess.run([sys.executable, "-c", count], env=environment, check=True, timeout=60)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(tmp_path)
    try:
        body = views.metrics(RequestFactory().get("/metrics")).content.decode()
    finally:
        del os.environ["PROMETHEUS_MULTIPROC_DIR"]
    assert 'pam_turns_total{engine="embedded",status="done"} 4.0' in body

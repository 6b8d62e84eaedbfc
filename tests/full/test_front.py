"""What is answered before Django is what Django would answer: never stale, never another's, never after the end of a session."""

from __future__ import annotations

import os
import signal
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from json import loads
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from tests.full.house import Bouncer
from tests.running import Running, manage

NAME, PASSWORD = "pam_front_test", "a long pass phrase"
ENDPOINTS = [
    "/api/wins/expenses?page_size=20", "/api/wins/accounts", "/api/wheels/fills", "/api/wheels/vehicles",
    "/api/you/tasks", "/api/you/events", "/api/social/groups", "/api/social/posts", "/api/auth/me",
]  # fmt: skip


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    var: Path = tmp_path_factory.mktemp("front")
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as found:
        found.execute(f"drop database if exists {NAME} with (force)")  # type: ignore[call-overload]
        found.execute(f"create database {NAME}")  # type: ignore[call-overload]
    owned = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{NAME}"
    bouncer = Bouncer(var, size=6)
    bouncer.start()
    given = {
        "DATABASE_OWNER_URL": owned, "DATABASE_URL": bouncer.url(owned), "REDIS_URL": os.environ["REDIS_URL"],
        "RATE_LIMIT_PER_MINUTE": "1000000",
    }  # fmt: skip
    try:
        for command in (("migrate",), ("demo",)):
            done = manage(var, *command, given=given)
            assert done.returncode == 0, done.stderr
        with Running(var, "--web-only", given=given) as found_running:
            yield found_running
    finally:
        bouncer.stop()


@pytest.fixture(scope="module")
def store() -> redis.Redis:
    return redis.Redis.from_url(os.environ["REDIS_URL"])


def get(running: Running, path: str, token: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    request = urllib.request.Request(
        running.base + path,
        headers={"Authorization": f"Bearer {token}", **{n.replace("_", "-"): v for n, v in headers.items()}},
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, {n.lower(): v for n, v in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as answer:
        return answer.code, {n.lower(): v for n, v in answer.headers.items()}, answer.read()


def by_django(running: Running, path: str, token: str) -> tuple[int, dict[str, str], bytes]:
    return get(running, path, token, Origin="http://elsewhere.example")  # the front leaves that to Django


def token_of(running: Running, email: str, password: str = PASSWORD) -> str:
    status, _, found = running.call("POST", "/api/auth/token", {"email": email, "password": password})
    assert status == 200, found
    return str(found["access"])


def person(running: Running, email: str) -> str:
    running.call("POST", "/api/auth/register", {"email": email, "password": PASSWORD, "display_name": email[:3]})
    return token_of(running, email)


def fronted(running: Running, status: int) -> float:
    text = running.get("/metrics")[2]
    lines = [line for line in str(text).splitlines() if line.startswith(f'pam_front_total{{status="{status}"}}')]
    return float(lines[0].split()[-1]) if lines else 0.0


def test_it_answers_what_django_answers(running: Running) -> None:
    token = token_of(running, "demo@example.com", "pam-demo")
    before = fronted(running, 200)
    for path in ENDPOINTS:
        first, second, other = get(running, path, token), get(running, path, token), by_django(running, path, token)
        assert first[0] == second[0] == other[0] == 200
        assert loads(first[2]) == loads(second[2]) == loads(other[2])
        varying = {
            "date",
            "x-request-id",
            "ratelimit",
            "access-control-allow-origin",
            "access-control-expose-headers",
            "connection",
        }
        for name in set(other[1]) - varying:
            assert second[1].get(name) == other[1][name], name
        assert get(running, path, token, If_None_Match=second[1]["etag"])[0] == 304
    assert fronted(running, 200) - before >= len(ENDPOINTS)


def test_redis_holds_nothing_that_can_be_read(running: Running, store: redis.Redis) -> None:
    token = token_of(running, "demo@example.com", "pam-demo")
    get(running, ENDPOINTS[0], token)
    keys = list(store.scan_iter("pam:front:*"))
    assert keys
    for key in keys:
        value: Any = store.get(key)
        assert b"Coles" not in value
        assert b"AUD" not in value


def test_what_was_changed_in_redis_is_not_believed(running: Running, store: redis.Redis) -> None:
    token = token_of(running, "demo@example.com", "pam-demo")
    get(running, ENDPOINTS[0], token)
    for key in store.scan_iter("pam:front:*"):
        store.set(key, b"x" * 200)
    assert loads(get(running, ENDPOINTS[0], token)[2])["results"]


def test_no_reader_sees_what_was_before_a_write_that_is_done(running: Running) -> None:
    token = person(running, "race@example.com")
    wrong: list[Any] = []
    done = threading.Event()
    written = [0]

    def write() -> None:
        for n in range(60):
            status, _, found = running.call("POST", "/api/you/tasks", {"title": f"task {n}"}, token)
            if status != 201:
                wrong.append(found)
            written[0] = n + 1
        done.set()

    def read() -> None:
        while not done.is_set():
            least = written[0]  # acknowledged before this request began
            rows = loads(get(running, "/api/you/tasks?page_size=200", token)[2])["results"]
            if len(rows) < least:
                wrong.append((least, len(rows)))

    threads = [threading.Thread(target=write), *(threading.Thread(target=read) for _ in range(4))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert wrong == []


def test_a_member_sees_at_once_what_another_does_and_nothing_after_leaving(running: Running) -> None:
    ann, ben = person(running, "ann@example.com"), person(running, "ben@example.com")
    group = running.call("POST", "/api/social/groups", {"name": "Rowers"}, ann)[2]["id"]
    assert running.call("POST", "/api/social/invitations", {"group": group, "person": "ben@example.com"}, ann)[0] == 201
    waiting = running.call("GET", "/api/social/invitations", token=ben)[2]["results"][0]["id"]
    assert running.call("PATCH", f"/api/social/invitations/{waiting}", {"status": "accepted"}, ben)[0] == 200
    for n in range(5):
        assert running.call("POST", "/api/social/posts", {"group": group, "text": f"post {n}"}, ann)[0] == 201
        for _ in range(2):
            texts = [row["text"] for row in loads(get(running, "/api/social/posts", ben)[2])["results"]]
            assert texts[0] == f"post {n}"
    me = running.call("GET", "/api/auth/me", token=ben)[2]["id"]
    members = running.call("GET", f"/api/social/members?group={group}", token=ben)[2]["results"]
    mine = next(row["id"] for row in members if row["person"]["id"] == me)
    assert running.call("DELETE", f"/api/social/members/{mine}", token=ben)[0] == 204
    for _ in range(2):
        assert loads(get(running, "/api/social/posts", ben)[2])["results"] == []


def test_a_closed_session_opens_nothing(running: Running) -> None:
    body = {"email": "gone@example.com", "password": PASSWORD, "display_name": "Gone"}
    running.call("POST", "/api/auth/register", body)
    both = running.call("POST", "/api/auth/token", {"email": "gone@example.com", "password": PASSWORD})[2]
    for _ in range(2):
        assert get(running, "/api/auth/me", both["access"])[0] == 200
    running.call("POST", "/api/auth/logout", {"refresh": both["refresh"]}, both["access"])
    assert get(running, "/api/auth/me", both["access"])[0] == 401
    assert get(running, "/api/auth/me", both["access"] + "x")[0] == 401


def test_a_process_killed_between_commit_and_answer_leaves_nothing_stale(running: Running) -> None:
    token = person(running, "killed@example.com")
    for n in range(3):
        get(running, "/api/you/tasks?page_size=200", token)

        def write(n: int = n) -> None:
            try:
                for m in range(200):
                    running.call("POST", "/api/you/tasks", {"title": f"{n}.{m}"}, token)
            except OSError:
                pass

        writer = threading.Thread(target=write)
        writer.start()
        for _ in range(10):
            get(running, "/api/you/tasks?page_size=200", token)
        assert running.process is not None
        running.process.send_signal(signal.SIGKILL)
        running.process.wait(10)
        writer.join(30)
        running.start()
        fast, slow = (
            get(running, "/api/you/tasks?page_size=200", token),
            by_django(running, "/api/you/tasks?page_size=200", token),
        )
        assert loads(fast[2]) == loads(slow[2])

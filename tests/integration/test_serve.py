"""`manage.py serve`: one process that serves, works and schedules, and how it starts, refuses and stops."""

from __future__ import annotations

import signal
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import ROOT, Running, environment, manage

DEMO = {"email": "demo@example.com", "password": "pam-demo"}


def test_serves_health_and_a_stranger_lands_at_sign_in(running: Running) -> None:
    assert running.get("/api/health")[0] == 200
    status, _, page = running.get("/")
    assert status == 200
    assert "<form" in page


def test_says_where_it_is_and_how_to_sign_in(running: Running) -> None:
    running.until(lambda: "Ctrl-C stops it." in running.log, 10)
    assert f"PAM is at http://localhost:{running.port} — sign in as demo@example.com with pam-demo" in running.log


def test_worker_and_beat_really_run(running: Running) -> None:
    def beats() -> set[str]:
        with sqlite3.connect(running.var / "pam.sqlite3", timeout=20) as found:
            return {name for (name,) in found.execute("select name from ops_heartbeat")}

    running.until(lambda: beats() >= {"worker", "beat"}, 25)
    parts = running.get("/api/health/detailed")[2]["parts"]
    assert (parts["worker"]["status"], parts["beat"]["status"]) == ("ok", "ok")


def test_secrets_are_for_the_owner_alone(running: Running) -> None:
    assert (running.var / "secret_key").stat().st_mode & 0o777 == 0o600


def test_demo_person_can_sign_in(running: Running) -> None:
    status, _, body = running.call("POST", "/api/auth/token", DEMO)
    assert (status, set(body) >= {"access", "refresh"}) == (200, True)


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's list of sockets")
def test_only_this_machine_is_served(running: Running) -> None:
    rows = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:] if line.split()[3] == "0A"]
    assert {row.split(":")[0] for row in rows if int(row.split(":")[1], 16) == running.port} == {"0100007F"}


def test_second_start_takes_seconds_and_a_kill_loses_nothing(tmp_path: Path) -> None:
    with Running(tmp_path) as pam:
        token = pam.call("POST", "/api/auth/token", DEMO)[2]["access"]
        made = pam.call("POST", "/api/you/tasks", {"title": "Oil the gate"}, token)
        assert made[0] == 201, made
        assert pam.stop(signal.SIGKILL)[0] == -signal.SIGKILL
        pam.start()
        titles = [row["title"] for row in pam.get("/api/you/tasks?page_size=200", token)[2]["results"]]
        assert titles.count("Oil the gate") == 1
        assert titles.count("Renew library card") == 1  # the demo's data is made once
        code, seconds = pam.stop(signal.SIGINT)
        assert code == 0
        assert seconds < 5
        assert "Traceback" not in pam.log


def test_sigterm_stops_it_as_ctrl_c_does(tmp_path: Path) -> None:
    with Running(tmp_path) as pam:
        code, seconds = pam.stop(signal.SIGTERM)
    assert code == 0
    assert seconds < 5


BUSY = """
import pathlib, sys, threading, time
from pam import starting
starting.prepare()
import django
django.setup()
from pam.celery import app
from pam.ops import serving

@app.task(name="tests.busy")
def busy():
    pathlib.Path(sys.argv[3]).write_text("busy")
    time.sleep(30)

threading.Timer(0.5, busy.delay).start()
serving.serve(serving.listen("127.0.0.1", int(sys.argv[2])), "Up.", app)
"""


@pytest.mark.parametrize("times", [1, 2])
def test_stops_while_a_task_runs_and_at_once_when_asked_twice(tmp_path: Path, times: int) -> None:
    assert manage(tmp_path, "migrate").returncode == 0
    mark = tmp_path / "busy"
    with Running(tmp_path, str(mark), command=[sys.executable, "-c", BUSY]) as pam:
        pam.until(mark.exists, 10)
        if times == 2:
            pam.tell(signal.SIGINT)
            pam.until(lambda: "Stopping." in pam.log, 2)
        code, seconds = pam.stop(signal.SIGINT)
    assert (code, seconds < 5) == (0, True) if times == 1 else (code, seconds < 1) == (130, True)


def test_busy_port_gets_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        found = manage(tmp_path, "serve", "--port", str(port))
    assert found.returncode == 1
    assert found.stderr.strip().count("\n") == 0
    assert f"Port {port} of 127.0.0.1 is in use" in found.stderr
    assert f"PORT={port + 1} make run" in found.stderr


def test_database_is_copied_before_a_migration(tmp_path: Path) -> None:
    with Running(tmp_path) as pam:
        pam.stop()
        assert not (tmp_path / "backups").exists()  # nothing was there to copy
        assert manage(tmp_path, "migrate", "sessions", "zero").returncode == 0
        pam.start()
        pam.stop()
        assert "The database was copied to" in pam.log
    copies = list((tmp_path / "backups").iterdir())
    assert len(copies) == 1
    assert copies[0].stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(copies[0]) as found:
        tables = {name for (name,) in found.execute("select name from sqlite_master")}
        assert "django_session" not in tables
        assert found.execute("select count(*) from accounts_user").fetchone()[0] >= 1


def test_web_alone_refuses_tables_that_are_not_up_to_date(tmp_path: Path) -> None:
    found = manage(tmp_path, "serve", "--web-only", "--port", "0")
    assert found.returncode == 1
    assert "migrations are not applied. Run: python manage.py migrate" in found.stderr


SOUND = {"ENVIRONMENT": "production", "SECRET_KEY": "k7" * 40}
REFUSED = [
    ({"ENVIRONMENT": "production"}, "SECRET_KEY is missing"),
    ({**SOUND, "DEBUG": "true"}, "DEBUG is on in production"),
    ({**SOUND, "DATABASE_URL": "postgres://pam:pam@127.0.0.1:1/pam"}, "the database cannot be reached"),
]
WAYS = {
    "serve": [sys.executable, "manage.py", "serve", "--port", "0"],
    "worker": [sys.executable, "-W", "ignore", "-m", "celery", "-A", "pam", "worker", "--pool", "solo"],
    "beat": [sys.executable, "-m", "celery", "-A", "pam", "beat"],
    "asgi": [sys.executable, "-c", "import pam.asgi"],
    "wsgi": [sys.executable, "-c", "import pam.wsgi"],
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("given", "reason"), REFUSED, ids=["secret", "debug", "database"])
def test_production_refuses_in_one_line(tmp_path: Path, way: str, given: dict[str, str], reason: str) -> None:
    found = subprocess.run(
        WAYS[way],
        cwd=ROOT,
        env=environment(tmp_path, given),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = [line for line in found.stderr.splitlines() if line.strip() and "SecurityWarning" not in line]
    assert found.returncode == 1
    assert len(said) == 1, found.stderr
    assert said[0].startswith(f"PAM cannot start: {reason}")


@pytest.mark.parametrize("algorithm", ["none", "RS256", "hs256"])
def test_tokens_are_never_left_unsigned(tmp_path: Path, algorithm: str) -> None:
    found = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=environment(tmp_path, {"ALGORITHM": algorithm}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (found.returncode, found.stderr.count("\n")) == (1, 1), found.stderr
    assert "cannot start: ALGORITHM is not one that PAM signs with: set HS256, HS384 or HS512" in found.stderr

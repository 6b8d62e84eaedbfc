"""PAM as its own processes, each of which can be killed and started again: one alone, or web, worker and beat apart."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from cryptography.fernet import Fernet, MultiFernet
from websockets.sync.client import ClientConnection, connect

from tests.running import ROOT, Running, environment, free_port, manage

EMAIL, PASSWORD = "demo@example.com", "pam-demo"
DATABASE = "pam_survival"


class Part:
    """A process of its own group: a kill takes its children along, as the kernel's own would."""

    def __init__(self, name: str, command: list[str], env: dict[str, str], log: Path) -> None:
        self.name, self.command, self.env, self.log = name, command, env, log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self.process is not None, f"{self.name} was not started"
        return self.process.pid

    def kill(self) -> None:
        """End it at once, with SIGKILL."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)


RUNTIME = "pam_test_runtime"  # owns nothing; scripts/services.sh makes it


class Bouncer:
    """A PgBouncer in transaction mode before the PostgreSQL on 127.0.0.1:5432."""

    def __init__(self, var: Path, size: int = 4) -> None:
        self.port, self.size = free_port(), size
        self.folder = Path(tempfile.mkdtemp(prefix="pgbouncer-"))
        self.part = Part("pgbouncer", [], dict(os.environ), var / "pgbouncer.log")

    def url(self, owned: str) -> str:
        """Return the address by which the runtime role reaches a database through it."""
        return f"postgres://{RUNTIME}:{RUNTIME}@127.0.0.1:{self.port}{urlsplit(owned).path}"

    def start(self) -> None:
        """Start it; raises AssertionError where it is not installed."""
        found = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
        assert found, "pgbouncer is missing: install it (scripts/services.sh does)"
        users, config = self.folder / "users.txt", self.folder / "pgbouncer.ini"
        users.write_text(f'"{RUNTIME}" "{RUNTIME}"\n"pam_test" "pam_test"\n')
        config.write_text(
            "[databases]\n* = host=127.0.0.1 port=5432\n[pgbouncer]\n"
            f"listen_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\n"
            f"auth_type = trust\nauth_file = {users}\npool_mode = transaction\n"
            f"default_pool_size = {self.size}\nmax_client_conn = 200\n"
        )
        self.folder.chmod(0o755)
        # It does not run as root.
        self.part.command = [found, *(["-u", "postgres"] if os.geteuid() == 0 else []), str(config)]
        self.part.start()
        until(self._answers, 20, lambda: self.part.log.read_text())

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def stop(self) -> None:
        """End it."""
        self.part.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class House:
    """A running PAM. `parts` are its processes by name; where one does everything, the names mean the same one."""

    def __init__(self, kind: str, var: Path, given: dict[str, str]) -> None:
        self.kind, self.var = kind, var
        self.services = kind == "services"
        self.http = Running(var)
        self.redis_port = free_port()
        own = dict(given)
        self.bouncer: Bouncer | None = None
        if self.services:
            owned = _fresh_database(os.environ["DATABASE_URL"])
            self.bouncer = Bouncer(var)
            own |= {
                # As in production: a role that owns nothing, through a pooler that gives out each transaction anew.
                "DATABASE_OWNER_URL": owned,
                "DATABASE_URL": self.bouncer.url(owned),
                "REDIS_URL": f"redis://127.0.0.1:{self.redis_port}/0",
            }
        self.given = own
        env = environment(var, own)
        port = str(self.http.port)
        whole = Part("pam", [sys.executable, "manage.py", "serve", "--port", port], env, var / "pam.log")
        if self.services:
            celery = [sys.executable, "-m", "celery", "-A", "pam"]
            redis = ["redis-server", "--bind", "127.0.0.1", "--port", str(self.redis_port)]
            self.parts = {
                "redis": Part("redis", [*redis, "--save", "", "--appendonly", "no"], env, var / "redis.log"),
                "web": Part("web", [*whole.command, "--web-only"], env, var / "web.log"),
                "worker": Part("worker", [*celery, "worker", "-c", "2", "-l", "INFO"], env, var / "worker.log"),
                "beat": Part("beat", [*celery, "beat", "-s", str(var / "beat"), "-l", "INFO"], env, var / "beat.log"),
            }
        else:
            self.parts = {"web": whole, "worker": whole, "beat": whole}
        self.token = ""
        self.lines: list[Line] = []

    def __enter__(self) -> Self:
        """Start everything; raises AssertionError where something is missing or does not come up."""
        if self.services:
            assert shutil.which("redis-server"), "redis-server is missing: install it (scripts/services.sh does)"
            self.parts["redis"].start()
            assert self.bouncer is not None
            self.bouncer.start()
            for command in (("migrate",), ("schedule",), ("demo",)):
                done = manage(self.var, *command, given=self.given)
                assert done.returncode == 0, done.stderr
        for part in dict.fromkeys(self.parts.values()):
            if part.name != "redis":
                part.start()
        self.awake()
        self.token = self.call("POST", "/api/auth/token", {"email": EMAIL, "password": PASSWORD})["access"]
        return self

    def __exit__(self, *_: object) -> None:
        """End everything, however it is."""
        for line in self.lines:
            line.wire.close()
        for part in dict.fromkeys(self.parts.values()):
            part.kill()
        if self.bouncer is not None:
            self.bouncer.stop()

    def awake(self) -> None:
        """Wait until the site answers."""
        until(self._answers, 240, self.logs)  # on a busy machine the phrasings take their time to be learnt

    def _answers(self) -> bool:
        process = self.parts["web"].process
        assert process is not None
        assert process.poll() is None, self.logs()
        try:
            return self.http.get("/api/health")[0] == 200
        except OSError:
            return False

    def restart(self, name: str) -> None:
        """Start a killed part again."""
        self.parts[name].start()
        if self.parts[name] is self.parts["web"]:
            self.awake()

    def logs(self) -> str:
        """Return the end of what the parts printed."""
        files = [part.log for part in dict.fromkeys(self.parts.values()) if part.log.exists()]
        return "\n".join(f"== {file.name}\n{file.read_text()[-3000:]}" for file in files)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Return what the API answers; raises AssertionError for an error."""
        status, _, found = self.http.call(method, path, body, self.token or None)
        assert status < 400, f"{method} {path}: {status} {found}\n{self.logs()}"
        return found

    def frames(self, thread: str) -> list[dict[str, Any]]:
        """Return all frames of a conversation."""
        found: list[dict[str, Any]] = []
        while True:
            last = found[-1]["seq"] if found else 0
            more = self.call("GET", f"/api/pam/threads/{thread}/frames?after_seq={last}")["results"]
            if not more:
                return found
            found += more

    def finished(self, thread: str, turn: str, seconds: float = 60) -> list[dict[str, Any]]:
        """Wait for the end of a turn and return the conversation's frames."""

        def ended() -> bool:
            return any(f["type"] == "turn.finished" and f["turn"] == turn for f in self.frames(thread))

        until(ended, seconds, self.logs)
        return self.frames(thread)

    def tasks(self, title: str) -> int:
        """Return how many tasks have this title."""
        return [row["title"] for row in self.call("GET", "/api/you/tasks?page_size=200")["results"]].count(title)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query, read from the database behind PAM's back."""
        if self.services:
            import psycopg

            with psycopg.connect(self.given["DATABASE_OWNER_URL"]) as found:
                found.execute("select set_config('pam.across', 'on', true)")
                return found.execute(query).fetchall()  # type: ignore[arg-type]
        with sqlite3.connect(self.var / "pam.sqlite3", timeout=20) as found:
            return found.execute(query).fetchall()

    def rang(self, title: str) -> int:
        """Return how many notifications a reminder has caused."""
        keys = MultiFernet([Fernet(key) for key in (self.var / "field_keys").read_text().split()])
        sealed = [found for (found,) in self.rows("select title from live_notification")]
        return [keys.decrypt(found.partition(".")[2]).decode() for found in sealed].count(title)

    def python(self, code: str, *arguments: str) -> subprocess.Popen[str]:
        """Start another process of PAM that runs this code with Django set up."""
        whole = f"import sys\nfrom pam import starting\nstarting.prepare()\nimport django\ndjango.setup()\n{code}"
        return subprocess.Popen(
            [sys.executable, "-c", whole, *arguments],
            cwd=ROOT, env=environment(self.var, self.given), stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def socket(self) -> Line:
        """Open a socket."""
        return Line(self)


class Line:
    """A client of protocol pam.v1 over a real socket."""

    def __init__(self, house: House) -> None:
        self.wire: ClientConnection = connect(
            f"ws://127.0.0.1:{house.http.port}/api/pam/ws",
            subprotocols=["pam.v1", f"bearer.{house.token}"],  # type: ignore[list-item]
            proxy=None,
            ping_interval=None,
            close_timeout=0.5,
        ).__enter__()
        house.lines.append(self)
        self.got: list[dict[str, Any]] = []

    def send(self, **message: Any) -> None:
        """Send a message."""
        self.wire.send(json.dumps(message))

    def until(self, kind: str, seconds: float = 60) -> dict[str, Any]:
        """Return the next message of a kind; all are kept in `got`."""
        end = time.monotonic() + seconds
        while True:
            self.got.append(json.loads(self.wire.recv(max(0.01, end - time.monotonic()))))
            if self.got[-1]["type"] == kind:
                return self.got[-1]

    def say(self, text: str, **more: Any) -> dict[str, Any]:
        """Say something and return the acknowledgement."""
        self.send(type="say", text=text, **more)
        return self.until("accepted")

    def seqs(self) -> list[int]:
        """Return the numbers of the frames in the order in which they came."""
        return [message["seq"] for message in self.got if "seq" in message]

    def drop(self) -> None:
        """Lose the line without a word, as a phone in a tunnel does."""
        import socket

        self.wire.socket.shutdown(socket.SHUT_RDWR)
        self.wire.close()


def until(holds: Callable[[], bool], seconds: float, say: Callable[[], str]) -> None:
    """Wait until `holds()`; raises AssertionError with what `say()` tells after so many seconds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, say()
        time.sleep(0.1)


def _fresh_database(url: str) -> str:
    """Make an empty database beside the one of the URL and return its URL."""
    import psycopg

    parts = urlsplit(url)
    with psycopg.connect(url, autocommit=True) as found:
        found.execute(f"drop database if exists {DATABASE} with (force)")  # type: ignore[arg-type]
        found.execute(f"create database {DATABASE}")  # type: ignore[arg-type]
    return parts._replace(path=f"/{DATABASE}").geturl()

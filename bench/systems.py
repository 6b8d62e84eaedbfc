"""The servers that are compared: how each is started, pinned, watched and ended."""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BENCH = ROOT / "bench"
VAR = BENCH / ".var"
OURS = ("DATABASE_URL", "REDIS_URL", "ENVIRONMENT", "DEBUG", "SECRET_KEY", "DJANGO_SETTINGS_MODULE", "PAM_VAR_DIR",
        "FIELD_KEYS")  # fmt: skip


def cores() -> tuple[set[int], set[int]]:
    """Return (the server's core, the client's core); the same set twice where there is only one."""
    found = sorted(os.sched_getaffinity(0))
    return ({found[0]}, {found[1]}) if len(found) > 1 else (set(found), set(found))


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class Setting:
    """What all servers of one run share."""

    pam_python: str
    database_url: str
    redis_url: str
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(64))
    field_key: str = field(default_factory=lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment of every process that is started: PAM's own way of production."""
        kept = {name: value for name, value in os.environ.items() if name not in OURS}
        given = {
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": str(ROOT),
            "ENVIRONMENT": "production",
            "SECRET_KEY": self.secret,
            "FIELD_KEYS": self.field_key,
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "PAM_VAR_DIR": str(VAR),
            "SECURE_SSL_REDIRECT": "false",
            "RATE_LIMIT_PER_MINUTE": "100000000",
            "ACCESS_TOKEN_EXPIRE_MINUTES": "1440",
            "DATABASE_POOL_SIZE": os.environ.get("DATABASE_POOL_SIZE", "16"),
        }
        return {**kept, **given, **more}

    def manage(self, *arguments: str, seconds: float = 600, **more: str) -> str:
        """Run one of PAM's own commands; return what it printed. Raises RuntimeError with its words."""
        return self.python(["manage.py", *arguments], seconds=seconds, **more)

    def python(self, arguments: list[str], *, seconds: float = 600, given: str = "", **more: str) -> str:
        """Run PAM's Python; return what it printed. Raises RuntimeError with its words."""
        done = subprocess.run(
            [self.pam_python, *arguments], cwd=ROOT, env=self.environment(**more), input=given,
            capture_output=True, text=True, timeout=seconds, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)}: {done.stdout[-2000:]}\n{done.stderr[-4000:]}")
        return done.stdout


class Server:
    """One server process (and its children) on the server's core, until it is stopped by its own id."""

    def __init__(self, name: str, command: list[str], env: dict[str, str], *, pinned: bool = True) -> None:
        self.name, self.command, self.env = name, command, env
        self.port = free_port()
        self.pinned = pinned
        self.log = VAR / "logs" / f"{name}.log"
        self.seconds_to_start = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Its process id."""
        if self.process is None:
            raise RuntimeError(f"{self.name} was not started")
        return self.process.pid

    def start(self, within: float = 180) -> Server:
        """Start it and wait until `/api/health` answers; raises RuntimeError with its last words."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        whole, (server, _) = os.sched_getaffinity(0), cores_of_machine()
        command = [part.replace("{port}", str(self.port)) for part in self.command]
        begun = time.monotonic()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                ["taskset", "-c", ",".join(map(str, sorted(server if self.pinned else whole | server))), *command],
                cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        try:
            while not self._answers():
                if self.process.poll() is not None or time.monotonic() - begun > within:
                    raise RuntimeError(f"{self.name} does not answer:\n{self.log.read_text()[-4000:]}")
                time.sleep(0.01)
        except BaseException:
            self.stop()
            raise
        self.seconds_to_start = time.monotonic() - begun
        return self

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except urllib.error.HTTPError as problem:
            raise RuntimeError(f"{self.name}: {problem}\n{self.log.read_text()[-4000:]}") from problem
        except OSError:
            return False

    def stop(self) -> None:
        """End it: asked first, made to after five seconds."""
        if self.process is None or self.process.poll() is not None:
            return
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(5)

    def cpu(self) -> float:
        """Return the seconds of processor that the process and its children have used."""
        return sum(_cpu(pid) for pid in _family(self.pid))

    def memory(self) -> int:
        """Return the resident bytes of the process and its children."""
        return sum(_resident(pid) for pid in _family(self.pid))


def _family(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):  # a thread that has ended meanwhile
            for child in task.read_text().split():
                found += _family(int(child))
    return found


def _resident(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


_machine = cores()


def cores_of_machine() -> tuple[set[int], set[int]]:
    """Return (server's core, client's core) as they were before this process pinned itself."""
    return _machine


def pin_client() -> None:
    """Keep this process on the client's core."""
    os.sched_setaffinity(0, _machine[1])


def _uvicorn(app: str) -> list[str]:
    return [
        sys.executable, "-m", "uvicorn", app, "--host", "127.0.0.1", "--port", "{port}", "--loop", "uvloop",
        "--http", "httptools", "--ws", "auto", "--no-access-log", "--log-level", "warning", "--backlog", "2048",
    ]  # fmt: skip


def pam(setting: Setting, *, pinned: bool = True, **more: str) -> Server:
    """PAM's web part as in production."""
    command = [setting.pam_python, "manage.py", "serve", "--web-only", "--port", "{port}"]
    return Server("pam", command, setting.environment(**more), pinned=pinned)


def fastapi(setting: Setting, *, pinned: bool = True) -> Server:
    """Reference A: FastAPI, asyncpg, orjson, uvicorn."""
    return Server("fastapi", _uvicorn("bench.reference.fastapi_app:app"), setting.environment(), pinned=pinned)


def fastapi_ttl(setting: Setting) -> Server:
    """Reference A with a cache that is trusted for a while instead of being exact."""
    return Server("fastapi_ttl", _uvicorn("bench.reference.fastapi_app:app"), setting.environment(BENCH_TTL="60"))


def floor(setting: Setting) -> Server:
    """The floor: a bare ASGI app that checks the token and makes the same round trips."""
    return Server("floor", _uvicorn("bench.reference.floor:app"), setting.environment())


def drf(setting: Setting) -> Server:
    """Reference B: plain DRF under Daphne."""
    command = [setting.pam_python, "-m", "daphne", "-b", "127.0.0.1", "-p", "{port}", "-v", "0",
               "bench.reference.plain_drf.asgi:application"]  # fmt: skip
    more = {"DJANGO_SETTINGS_MODULE": "bench.reference.plain_drf.settings"}
    return Server("drf", command, setting.environment(**more))

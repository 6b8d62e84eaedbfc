"""PAM as a process, for tests that look at it from outside."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent
# What the machine says of these is not meant for a PAM that a test starts.
OURS = ("DATABASE_URL", "REDIS_URL", "ENVIRONMENT", "DEBUG", "SECRET_KEY", "DJANGO_SETTINGS_MODULE")


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def environment(var: Path, given: dict[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a PAM that keeps its data in `var`."""
    kept = {name: value for name, value in os.environ.items() if name not in OURS}
    return {**kept, "PAM_VAR_DIR": str(var), "PYTHONUNBUFFERED": "1", **(given or {})}


def manage(var: Path, *arguments: str, given: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a management command to its end; at most a minute."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env=environment(var, given), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def _share_what_is_learned(var: Path) -> None:
    """What the engine learns from the phrasings is the same for all: learnt once, not once for each test."""
    shared = Path(os.environ.get("PAM_VAR_DIR", ROOT / "var")).resolve() / "language"
    shared.mkdir(parents=True, exist_ok=True)
    if not (var / "language").exists():
        (var / "language").symlink_to(shared)


class Running:
    """A PAM that runs while the block lasts: `base` is its address, `log` what it printed."""

    def __init__(
        self,
        var: Path,
        *arguments: str,
        given: dict[str, str] | None = None,
        command: list[str] | None = None,
    ) -> None:
        self.var, self.port = var, free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self._command = command or [sys.executable, "manage.py", "serve"]
        self._arguments, self._given = arguments, given
        self._log = var / f"log-{self.port}.txt"
        _share_what_is_learned(var)
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start it and wait until it answers; nothing is left running where it does not."""
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """End it, however it is."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)

    def start(self) -> None:
        """Start the process; raises AssertionError with its words where it ends instead of answering."""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self._command, "--port", str(self.port), *self._arguments],
                cwd=ROOT, env=environment(self.var, self._given), stdout=log, stderr=log,
            )  # fmt: skip
        self.until(self._answers, 240)  # on a busy machine the phrasings take their time to be learnt

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log
        try:
            return self.get("/api/health")[0] == 200
        except OSError:
            return False

    @property
    def log(self) -> str:
        """What it printed so far."""
        return self._log.read_text() if self._log.exists() else ""

    def call(
        self, method: str, path: str, body: Any = None, token: str | None = None
    ) -> tuple[int, dict[str, str], Any]:
        """Return (status, headers, JSON or text)."""
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.base + path, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                status, got, text = answer.status, dict(answer.headers), answer.read().decode()
        except urllib.error.HTTPError as answer:
            status, got, text = answer.code, dict(answer.headers), answer.read().decode(errors="replace")
        try:
            return status, got, json.loads(text)
        except ValueError:
            return status, got, text

    def get(self, path: str, token: str | None = None) -> tuple[int, dict[str, str], Any]:
        """Return (status, headers, JSON or text) of a GET."""
        return self.call("GET", path, token=token)

    def until(self, holds: Any, seconds: float) -> None:
        """Wait until `holds()` is true; raises AssertionError with the log after so many seconds."""
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, self.log
            time.sleep(0.1)

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    def stop(self, number: signal.Signals = signal.SIGINT, within: float = 10) -> tuple[int, float]:
        """Send a signal and wait for the end; return (exit code, seconds that it took)."""
        assert self.process is not None
        started = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(within)
        return code, time.monotonic() - started

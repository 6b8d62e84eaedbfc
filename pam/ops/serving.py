"""One process that is all of PAM: the server's loop in the main thread, a Celery worker and beat in two more.

Nothing that the in-memory broker holds is missed when it is lost: due work is a row that beat's tick claims.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any, NoReturn

import structlog
import uvicorn
from django.conf import settings
from django.utils.module_loading import import_string

from pam.live import hints

log = structlog.get_logger(__name__)

REQUESTS_END_WITHIN = 1  # seconds that open requests and sockets get when the server stops
WORK_ENDS_WITHIN = 2.3  # seconds that a running task and beat get; what they leave undone is a row still due
ALL_ENDS_WITHIN = 4.5  # seconds after which the process ends whatever still runs
THREADS = 4  # tasks at a time


class PortTaken(Exception):
    """Somebody else listens there."""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens there, before anything else starts. Raises PortTaken and OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
        found.listen(2048)
    except OSError as problem:
        found.close()
        if problem.errno == errno.EADDRINUSE:
            raise PortTaken from problem
        raise
    return found


class Background:
    """A Celery worker and beat, each in a thread of this process."""

    def __init__(self, app: Any) -> None:
        from celery.beat import EmbeddedService
        from celery.worker import WorkController
        from django_celery_beat.schedulers import DatabaseScheduler

        self.app = app
        self.worker = WorkController(
            app=app, pool_cls="threads", concurrency=THREADS, loglevel="WARNING",
            without_gossip=True, without_mingle=True, without_heartbeat=True,
        )  # fmt: skip
        # The embedded service does not read the configured scheduler.
        self.beat: Any = EmbeddedService(app, thread=True, scheduler_cls=DatabaseScheduler)
        self._worker_thread = threading.Thread(target=self._work, name="worker", daemon=True)

    def start(self) -> None:
        """Start both."""
        self._worker_thread.start()
        self.beat.start()

    def _work(self) -> None:
        self.app.set_current()
        self.worker.start()
        if not self.stopping:
            log.error("serve.worker_ended", exitcode=self.worker.exitcode)

    stopping = False

    def begin_to_stop(self) -> None:
        """Ask both to stop, without waiting."""
        from celery.worker import state

        self.stopping = True
        threading.Thread(target=self.beat.stop, name="beat-stop", daemon=True).start()
        state.should_stop = 0  # type: ignore[assignment]  # the exit code, which the stubs do not know
        # Any message wakes the worker from its wait of up to 2 s for the next one.
        threading.Thread(target=self._wake, name="wake", daemon=True).start()

    def _wake(self) -> None:
        with contextlib.suppress(Exception):
            self.app.send_task("pam.ops.tasks.nothing", expires=5, retry=False)

    def wait(self, seconds: float) -> None:
        """Wait for both to stop, together at most so long."""
        until = time.monotonic() + seconds
        for thread in (self._worker_thread, self.beat):
            thread.join(max(0.0, until - time.monotonic()))


class Server(uvicorn.Server):
    """Uvicorn, its signals taken by PAM: the first stops everything in order, the second at once."""

    def __init__(self, config: uvicorn.Config, background: Background | None, greeting: str) -> None:
        super().__init__(config)
        self.background, self.greeting = background, greeting
        self.stopped_by: int | None = None

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take SIGINT and SIGTERM from here on."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.handle_exit)
        yield

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Begin to stop; end at once when asked again."""
        if self.should_exit:
            leave(128 + sig)
        self.should_exit, self.stopped_by = True, sig
        os.write(1, b"\nStopping.\n")  # print() is not for signal handlers: it may have been interrupted itself
        last_resort = threading.Timer(ALL_ENDS_WITHIN, leave, [0])
        last_resort.daemon = True
        last_resort.start()
        if self.background is not None:
            self.background.begin_to_stop()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve the sockets of this process from this loop, then say where PAM is."""
        hints.serve_from(asyncio.get_running_loop())
        await super().startup(sockets)
        if self.background is not None:
            self.background.start()
        print(self.greeting, flush=True)  # noqa: T201


def leave(code: int) -> NoReturn:
    """End now: threads that still run (a task, a turn) are left as a crash leaves them: nothing is lost."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def serve(bound: socket.socket, greeting: str, celery_app: Any | None) -> NoReturn:
    """Serve until a signal; with a Celery app given, work and schedule as well. Never returns."""
    config = uvicorn.Config(
        import_string(settings.ASGI_APPLICATION), log_config=None, log_level="warning",
        access_log=False, lifespan="off",
        server_header=False, timeout_graceful_shutdown=REQUESTS_END_WITHIN,
    )  # fmt: skip
    background = Background(celery_app) if celery_app is not None else None
    server = Server(config, background, greeting)
    server.run(sockets=[bound])
    if background is not None:
        background.wait(WORK_ENDS_WITHIN)
    leave(0)

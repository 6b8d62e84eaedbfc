"""Whether the parts answer: each is tried for real, in a thread of its own, and given two seconds."""

from __future__ import annotations

import asyncio
import contextlib
import platform
import secrets
import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import dataclass, field
from typing import Any

import django
import structlog
from django.conf import settings
from django.utils import timezone

from . import limits

log = structlog.get_logger(__name__)

PATIENCE = 2.0  # seconds for each part
STALE = 60.0  # seconds after which a heartbeat counts as missing
LOW_SHARE, LOW_BYTES = 0.05, 500 * 1024 * 1024  # of the disk that holds var/
KEPT = 1.0  # seconds for which strangers get the last report

OK, DEGRADED, DOWN = "ok", "degraded", "down"
UNUSED = "unused"


@dataclass(frozen=True)
class Part:
    """How a part is: status, whether PAM needs it, milliseconds, and details for administrators."""

    status: str
    needed: bool = False
    milliseconds: float | None = None
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """How all parts are."""

    parts: dict[str, Part]

    @property
    def status(self) -> str:
        """`down` where a needed part is, `degraded` where any part is not as it should be, else `ok`."""
        if any(part.status == DOWN and part.needed for part in self.parts.values()):
            return DOWN
        return OK if all(part.status in {OK, UNUSED} for part in self.parts.values()) else DEGRADED

    def as_json(self, *, details: bool) -> dict[str, Any]:
        """Return the report: statuses for everybody, details for administrators."""
        parts: dict[str, Any] = {}
        for name, part in self.parts.items():
            parts[name] = {"status": part.status}
            if details:
                parts[name] |= {"needed": part.needed, "milliseconds": part.milliseconds, **part.detail}
        found: dict[str, Any] = {"status": self.status, "parts": parts}
        if details:
            found["versions"] = versions()
            found["environment"] = settings.ENVIRONMENT
        return found


def versions() -> dict[str, str]:
    """Return what runs here."""
    import celery
    import channels

    return {
        "pam": settings.VERSION,
        "python": platform.python_version(),
        "django": django.get_version(),
        "celery": celery.__version__,
        "channels": channels.__version__,
    }


def _database() -> dict[str, Any]:
    from django.db import connection

    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
            cursor.fetchone()
        major = ".".join(map(str, connection.get_database_version()))
        return {"kind": connection.vendor, "version": major}
    finally:
        connection.close()


def _heartbeats() -> dict[str, tuple[float, str]]:
    """Return {"worker" | "beat": (seconds since the newest sign of life, who gave it)}."""
    from django.db import connection

    from .models import Heartbeat

    found: dict[str, tuple[float, str]] = {}
    now = timezone.now()
    try:
        for row in Heartbeat.objects.order_by("at"):
            for part in ("worker", "beat"):
                if row.name.startswith(part):
                    found[part] = ((now - row.at).total_seconds(), row.name)
        return found
    finally:
        connection.close()


def _cache() -> dict[str, Any]:
    from django.core.cache import cache

    key, value = f"health:{secrets.token_hex(8)}", secrets.token_hex(8)
    cache.set(key, value, 10)
    if cache.get(key) != value:
        raise RuntimeError("the cache did not give back what it was given")
    cache.delete(key)
    return {"kind": "redis" if settings.REDIS_URL else "in process"}


async def _through_layer() -> None:
    from channels.layers import get_channel_layer

    layer = get_channel_layer()
    if layer is None:
        raise RuntimeError("no channel layer is configured")
    channel = await layer.new_channel("health")
    word = secrets.token_hex(8)
    await layer.send(channel, {"type": "pam.health", "word": word})
    got = await asyncio.wait_for(layer.receive(channel), PATIENCE)
    if got.get("word") != word:
        raise RuntimeError("the channel layer did not carry what it was given")


def _channel_layer() -> dict[str, Any]:
    from pam.live import hints

    loop = hints.server_loop()
    if loop is not None:
        # The in-process layer belongs to the server's loop and is not for other threads.
        asyncio.run_coroutine_threadsafe(_through_layer(), loop).result(PATIENCE)
    else:
        asyncio.run(_through_layer())
    return {"kind": "redis" if settings.REDIS_URL else "in process"}


def _broker() -> dict[str, Any]:
    from celery import current_app
    from kombu import Connection

    url: str = settings.CELERY_BROKER_URL
    if url.startswith("memory://"):
        return {"kind": "in process"}
    with Connection(url, connect_timeout=PATIENCE, transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS) as found:
        found.ensure_connection(max_retries=1, timeout=int(PATIENCE))
        kind = url.split(":", 1)[0]
        channel: Any = found.default_channel
        try:
            queue = channel.queue_declare(current_app.conf.task_default_queue, passive=True)
        except found.channel_errors:
            return {"kind": kind, "waiting": 0}  # nothing was ever sent
        return {"kind": kind, "waiting": queue.message_count}


def _disk() -> dict[str, Any]:
    where = settings.VAR_DIR if settings.VAR_DIR.exists() else settings.BASE_DIR
    usage = shutil.disk_usage(where)
    return {"free_bytes": usage.free, "total_bytes": usage.total}


_pool = ThreadPoolExecutor(max_workers=12, thread_name_prefix="pam-health")
_asking: dict[str, Future[tuple[Any, float]]] = {}
_lock = threading.Lock()


def _timed(check: Callable[[], Any]) -> tuple[Any, float]:
    started = time.perf_counter()
    return check(), time.perf_counter() - started


def _ask(name: str, check: Callable[[], Any]) -> Future[tuple[Any, float]]:
    """Start a check; where the last one still hangs, wait for that one instead of starting another."""
    with _lock:
        running = _asking.get(name)
        if running is None or running.done():
            running = _asking[name] = _pool.submit(_timed, check)
    return running


def _tried(name: str, future: Future[tuple[Any, float]], until: float, *, needed: bool) -> Part:
    try:
        detail, took = future.result(max(0.0, until - time.perf_counter()))
    except Exception as problem:
        slow = isinstance(problem, TooSlow) and not future.done()
        error = f"no answer within {PATIENCE:.0f} seconds" if slow else type(problem).__name__
        log.warning("health.part_down", part=name, error=error)
        return Part(DOWN, needed, None, {"error": error})
    return Part(OK, needed, round(took * 1000, 2), detail)


def _heart(part: str, beats: dict[str, tuple[float, str]] | None) -> Part:
    """A worker or beat is missed when its last sign is old; where there was never one, in production only."""
    if beats is None:
        return Part(DEGRADED, False, None, {"error": "the database does not say"})
    if part not in beats:
        return Part(DEGRADED if settings.PRODUCTION else UNUSED, False, None, {"seen": None})
    age, name = beats[part]
    return Part(OK if age <= STALE else DEGRADED, False, None, {"seen": name, "seconds_ago": round(age, 1)})


def report() -> Report:
    """Try every part; takes at most about two seconds, and never raises."""
    shared = bool(settings.REDIS_URL)
    checks: dict[str, tuple[Callable[[], Any], bool]] = {
        "database": (_database, True),
        "cache": (_cache, shared),
        "channel_layer": (_channel_layer, shared),
        "broker": (_broker, shared),
        "disk": (_disk, False),
        "heartbeats": (_heartbeats, False),
    }
    until = time.perf_counter() + PATIENCE
    asked = {name: _ask(name, check) for name, (check, _) in checks.items()}
    parts: dict[str, Part] = {}
    for name in ("database", "cache", "channel_layer", "broker"):
        parts[name] = _tried(name, asked[name], until, needed=checks[name][1])
    beats: dict[str, tuple[float, str]] | None = None
    with contextlib.suppress(Exception):
        beats, _ = asked["heartbeats"].result(max(0.0, until - time.perf_counter()))
    parts["worker"], parts["beat"] = _heart("worker", beats), _heart("beat", beats)
    parts["disk"] = _with_room(_tried("disk", asked["disk"], until, needed=False))
    parts["rate_limits"] = _counting()
    return Report(parts)


def _with_room(part: Part) -> Part:
    if part.status != OK:
        return part
    free, total = part.detail["free_bytes"], part.detail["total_bytes"]
    low = free < min(LOW_BYTES, total * LOW_SHARE) or free < total * LOW_SHARE / 5
    return Part(DEGRADED if low else OK, part.needed, part.milliseconds, part.detail)


def _counting() -> Part:
    since = limits.failing_since()
    if since is None:
        return Part(OK, detail={"counted": "together" if settings.REDIS_URL else "by this process"})
    return Part(DEGRADED, detail={"counted": "by each process alone", "seconds": round(time.time() - since, 1)})


_last: tuple[float, Report] | None = None


def recent_report() -> Report:
    """Return the last report while it is fresh: strangers cannot make PAM try its parts all day."""
    global _last
    kept = _last
    if kept is not None and time.monotonic() - kept[0] < KEPT:
        return kept[1]
    found = report()
    _last = (time.monotonic(), found)
    return found

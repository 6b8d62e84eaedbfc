"""Rate limits: so many requests a minute for each person (or address) and for all together.

The window slides: in any 60 seconds no more than the limit is let through, counted in steps of 5 seconds.
With Redis all processes count together, in one round trip; without it each process counts for itself. Where
Redis is down the process counts alone too, says so in the log and in the health report, and asks again after
a while.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string

from .metrics import limited

log = structlog.get_logger(__name__)

WINDOW = 60  # seconds
STEP = 5  # seconds: the grain in which the window slides
STEPS = WINDOW // STEP
ALL_TIMES = 20  # the limit of all together, in limits of one person
REDIS_PATIENCE = 0.25  # seconds for an answer of Redis
REDIS_REST = 5.0  # seconds in which a failing Redis is not asked
EXEMPT = ("/api/health", "/api/monitoring/metrics")
READING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


@dataclass(frozen=True)
class Limit:
    """A counter's key and how much it lets through in a window."""

    key: str
    most: int


@dataclass(frozen=True)
class Verdict:
    """Whether all limits let it through; what is left of each, and the seconds until more is."""

    allowed: bool
    left: tuple[int, ...]
    wait: tuple[int, ...]


class Counters(Protocol):
    """Counts what is let through."""

    def take(self, limits: Sequence[Limit], now: float) -> Verdict:
        """Count one for every limit, or for none where one of them is used up."""


def _verdict(limits: Sequence[Limit], counts: Sequence[dict[int, int]], now: float) -> Verdict:
    """Judge by what each counter held before, {step: count}."""
    step = int(now // STEP)
    used = [sum(count for at, count in held.items() if at >= step - STEPS) for held in counts]
    allowed = all(count < limit.most for count, limit in zip(used, limits, strict=True))
    left = tuple(max(0, limit.most - count - allowed) for count, limit in zip(used, limits, strict=True))
    wait = []
    for held in counts:
        oldest = min((at for at, count in held.items() if at >= step - STEPS and count), default=step)
        wait.append(max(1, math.ceil((oldest + STEPS + 1) * STEP - now)))
    return Verdict(allowed, left, tuple(wait))


class InProcess:
    """Counters of this process alone."""

    def __init__(self) -> None:
        self._held: dict[str, dict[int, int]] = {}
        self._lock = threading.Lock()
        self._swept = 0

    def take(self, limits: Sequence[Limit], now: float) -> Verdict:
        """Count one for every limit, or for none where one of them is used up."""
        step = int(now // STEP)
        with self._lock:
            if step - self._swept > STEPS:
                self._sweep(step)
            counts = []
            for limit in limits:
                held = self._held.setdefault(limit.key, {})
                for old in [at for at in held if at < step - STEPS]:
                    del held[old]
                counts.append(held)
            verdict = _verdict(limits, counts, now)
            if verdict.allowed:
                for held in counts:
                    held[step] = held.get(step, 0) + 1
            return verdict

    def forget(self) -> None:
        """Start counting anew."""
        with self._lock:
            self._held.clear()

    def _sweep(self, step: int) -> None:
        """Forget who has been quiet for a window."""
        self._swept = step
        for key in [key for key, held in self._held.items() if max(held, default=0) < step - STEPS]:
            del self._held[key]


# KEYS: one hash for each limit, {step: count}. ARGV: step, steps, seconds to keep, then each limit.
SCRIPT = """
local step, steps = tonumber(ARGV[1]), tonumber(ARGV[2])
local found, allowed = {}, 1
for i, key in ipairs(KEYS) do
  local held, used, kept = redis.call('HGETALL', key), 0, {}
  for j = 1, #held, 2 do
    if tonumber(held[j]) >= step - steps then
      used = used + tonumber(held[j + 1])
      table.insert(kept, held[j])
      table.insert(kept, held[j + 1])
    else
      redis.call('HDEL', key, held[j])
    end
  end
  if used >= tonumber(ARGV[3 + i]) then allowed = 0 end
  found[i] = kept
end
if allowed == 1 then
  for _, key in ipairs(KEYS) do
    redis.call('HINCRBY', key, step, 1)
    redis.call('EXPIRE', key, ARGV[3])
  end
end
return found
"""


def script_call(limits: Sequence[Limit], now: float) -> tuple[list[str], list[int]]:
    """Return keys and arguments of SCRIPT."""
    keys = [f"pam:limit:{limit.key}" for limit in limits]
    return keys, [int(now // STEP), STEPS, WINDOW + 2 * STEP, *(limit.most for limit in limits)]


def script_verdict(limits: Sequence[Limit], answer: Any, now: float) -> Verdict:
    """Judge by what SCRIPT answered."""
    counts = [{int(kept[i]): int(kept[i + 1]) for i in range(0, len(kept), 2)} for kept in answer]
    return _verdict(limits, counts, now)


class InRedis:
    """Counters that all processes share."""

    def __init__(self, url: str) -> None:
        import redis

        self._client = redis.Redis.from_url(url, socket_timeout=REDIS_PATIENCE, socket_connect_timeout=REDIS_PATIENCE)
        self._script = self._client.register_script(SCRIPT)

    def take(self, limits: Sequence[Limit], now: float) -> Verdict:
        """Count one for every limit, or for none where one of them is used up; raises redis.RedisError."""
        keys, args = script_call(limits, now)
        return script_verdict(limits, self._script(keys=keys, args=args), now)


class Guarded:
    """Redis where it answers, this process alone where it does not."""

    def __init__(self, shared: Counters, alone: Counters) -> None:
        self._shared = shared
        self._alone = alone
        self._rest_until = 0.0
        self.failing_since: float | None = None

    def take(self, limits: Sequence[Limit], now: float) -> Verdict:
        """Count one for every limit, or for none where one of them is used up; never raises."""
        if time.monotonic() >= self._rest_until:
            try:
                verdict = self._shared.take(limits, now)
            except Exception as problem:
                self._rest_until = time.monotonic() + REDIS_REST
                if self.failing_since is None:
                    self.failing_since = time.time()
                    log.warning("limits.alone", error=type(problem).__name__)
            else:
                if self.failing_since is not None:
                    self.failing_since = None
                    log.info("limits.shared_again")
                return verdict
        return self._alone.take(limits, now)


_alone = InProcess()
_guarded: dict[str, Guarded] = {}


def counters() -> Counters:
    """Return the counters that the settings ask for."""
    url: str = settings.REDIS_URL
    if not url:
        return _alone
    if url not in _guarded:
        _guarded[url] = Guarded(InRedis(url), _alone)
    return _guarded[url]


def forget() -> None:
    """Start counting anew in this process, as if it had just begun; what Redis holds stays."""
    _alone.forget()


def failing_since() -> float | None:
    """Return since when (seconds of the epoch) each process counts alone though all should together."""
    found = _guarded.get(settings.REDIS_URL)
    return found.failing_since if found else None


def allow(kind: str, key: str, per_minute: int) -> tuple[bool, int]:
    """Count one of this kind for this key; return whether it may go on, and how many seconds to wait if not.

    `per_minute` 0 or less means no limit.
    """
    if per_minute <= 0:
        return True, 0
    own, everyone = Limit(f"{kind}:{key}", per_minute), Limit(f"{kind}:all", per_minute * ALL_TIMES)
    verdict = counters().take([own, everyone], time.time())
    if verdict.allowed:
        return True, 0
    limited.labels(kind).inc()
    return False, _retry_after(verdict)


def _retry_after(verdict: Verdict) -> int:
    return max(wait for wait, left in zip(verdict.wait, verdict.left, strict=True) if left == 0)


def _address(request: HttpRequest) -> str:
    """A stranger's address, an IPv6 one by its network: one house has many of those."""
    given = request.META.get("REMOTE_ADDR", "")
    try:
        found = ipaddress.ip_address(given)
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def who(request: HttpRequest) -> str:
    """Return what a request is counted under: the person behind its session or token, else its address."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return f"user:{user.pk}"
    if request.path_info.startswith("/api/"):
        from pam.accounts.tokens import peek_user_id

        found = peek_user_id(request)
        if found:
            return f"user:{found}"
    # Addresses are personal: what is kept is a digest.
    key = str(settings.SECRET_KEY).encode()[:64]
    digest = hashlib.blake2b(_address(request).encode(), key=key, digest_size=12)
    return f"address:{digest.hexdigest()}"


def http_limits(key: str, most: int) -> list[Limit]:
    """Return the limits of an HTTP request by whom `key` names."""
    return [Limit(f"http:{key}", most), Limit("http:all", most * ALL_TIMES)]


def http_headers(most: int, verdict: Verdict) -> dict[str, str]:
    """Return what an answer of the API says of the limits."""
    told = zip(("user", "all"), verdict.left, verdict.wait, strict=True)
    return {
        "RateLimit-Policy": f'"user";q={most};w={WINDOW}, "all";q={most * ALL_TIMES};w={WINDOW}',
        "RateLimit": ", ".join(f'"{name}";r={left};t={wait}' for name, left, wait in told),
    }


class RateLimitMiddleware:
    """Holds everybody to settings.RATE_LIMIT_PER_MINUTE, and all together to 20 times that.

    Counts what goes to /api/ and what pages send; not health and metrics, which must answer always.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, or say when to come again."""
        most: int = settings.RATE_LIMIT_PER_MINUTE
        path = request.path_info
        api = path.startswith("/api/")
        counted = api and not path.startswith(EXEMPT) if api else request.method not in READING
        if not counted or most <= 0:
            return self.get_response(request)
        limits = http_limits(who(request), most)
        verdict = counters().take(limits, time.time())
        if verdict.allowed:
            response = self.get_response(request)
        else:
            limited.labels("http").inc()
            response = _refused(request, _retry_after(verdict), api=api)
        if api:
            for name, value in http_headers(most, verdict).items():
                response[name] = value
        return response


def _refused(request: HttpRequest, seconds: int, *, api: bool) -> HttpResponse:
    wait = "1 second" if seconds == 1 else f"{seconds} seconds"
    said = f"That is more than is taken in a minute. Nothing has changed. Wait {wait} and send it again."
    if api:
        from pam.api.problems import problem_response

        response = problem_response(429, said, instance=request.path)
    else:
        try:
            page = render_to_string("429.html", {"retry_after": seconds, "detail": said}, request)
            response = HttpResponse(page, status=429)
        except TemplateDoesNotExist:
            response = HttpResponse(said, status=429, content_type="text/plain; charset=utf-8")
    response["Retry-After"] = str(seconds)
    return response

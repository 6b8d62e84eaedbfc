"""What the audiences' versions prove unchanged is answered before Django, with the same exactness.

For a GET with an access token whose view is conditional (`conditional_on`), one round trip to PostgreSQL says whether
the session is open, what settings the answer depends on, and the versions that its ETag is made from; one to Redis counts
the request and fetches the body kept under that ETag. What is not there, and whatever is unusual, goes to Django;
its answer is kept where its ETag is the one that was asked for. A body can only be found under versions that the
database holds now, so none is ever stale: not after another's write, at the viewer's midnight, or after a release.

Only where both PostgreSQL and Redis are used. Bodies are sealed: Redis holds nothing that can be read.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import os
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import connections
from django.urls import Resolver404, resolve
from psycopg_pool import AsyncConnectionPool
from redis.asyncio import Redis

from pam.accounts import tokens
from pam.accounts.doors import SEEN_SECONDS
from pam.ops import identity, limits, metrics

from .etags import etag_from, matches

log = structlog.get_logger("pam.request")

PATIENCE = 2.0  # seconds for both round trips; after it Django is asked, which says what is wrong
SLOWED = 5.0  # seconds without the front after a failure
LARGEST_KEPT = 512 * 1024
# Of Django's answer; what belongs to one request alone is not kept.
KEPT_HEADERS = (
    b"content-type", b"etag", b"cache-control", b"vary", b"allow", b"x-frame-options", b"x-content-type-options",
    b"referrer-policy", b"cross-origin-opener-policy", b"cross-origin-resource-policy", b"permissions-policy",
    b"content-security-policy",
)  # fmt: skip
_JSON = re.compile(rb"(?:^|[,\s])(?:\*/\*|application/(?:\*|json))", re.IGNORECASE)

# All of it stands outside row-level security: nobody acts yet.
_ASK = """
select u.is_active, u.email, u.role, u.time_zone, now() - s.last_seen_at < %(seen)s * interval '1 second', u.groups,
  (select coalesce(array_agg(array[v.audience::text, v.domain, v.version::text]), '{}')
   from access_audienceversion v where v.audience = any(u.groups || u.id) and v.domain = any(%(domains)s))
from (select *, pam_groups_of(id) as groups from accounts_user where id = %(person)s) u
join accounts_session s on s.owner_id = u.id
where s.id = %(session)s and s.revoked_at is null
"""


@dataclass(frozen=True)
class Asked:
    """A request that the front may answer."""

    person: str
    session: str
    url: str  # path and query
    origin: str  # by which it was asked: links to other pages name it
    domains: tuple[str, ...]
    if_none_match: str


@dataclass(frozen=True)
class Found:
    """The ETag of the present answer; its body may be kept."""

    etag: str
    name: str  # in Redis


class Front:
    """Answers what is known; `ask` Django for the rest and keep what it says."""

    def __init__(self, django: Callable[[Any, Any, Any], Awaitable[None]]) -> None:
        self.django = django
        self._pool: AsyncConnectionPool[Any] | None = None
        self._redis: Redis | None = None
        self._rests_until = 0.0
        self._key = b""

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer one request."""
        asked = _asked(scope) if time.monotonic() >= self._rests_until else None
        if asked is None:
            await self.django(scope, receive, send)
            return
        started = time.perf_counter()
        try:
            async with asyncio.timeout(PATIENCE):
                found = await self._look(asked)
                answer = await self._answer(asked, found) if found else None
        except Exception as problem:  # whatever is wrong, Django answers and says so
            self._rests_until = time.monotonic() + SLOWED
            log.warning("front.rests", error=type(problem).__name__)
            found = answer = None
        if answer is not None:
            await self._send(scope, send, answer, asked, started)
        elif found is not None:
            await self.django(scope, receive, self._keeping(send, found))
        else:
            await self.django(scope, receive, send)

    async def _look(self, asked: Asked) -> Found | None:
        """Return what is true of the asking person now; None where Django has to look closer."""
        if self._pool is None:
            await self._connect()
        assert self._pool is not None
        values = {
            "person": asked.person, "session": asked.session, "domains": [*asked.domains, "accounts"],
            "seen": SEEN_SECONDS,
        }  # fmt: skip
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_ASK, values)).fetchone()
        if row is None:
            return None
        active, email, role, zone, fresh, groups, moved = row
        if not active or not fresh:
            return None
        etag = etag_from(
            asked.url, [asked.person, email, role], dt.datetime.now(ZoneInfo(zone)).date(),
            sorted((audience, domain, int(version)) for audience, domain, version in moved), groups,
        )  # fmt: skip
        name = hashlib.sha256(f"{asked.origin} {etag}".encode()).hexdigest()[:40]
        return Found(etag, f"pam:front:{asked.person}:{name}")

    async def _answer(self, asked: Asked, found: Found) -> tuple[int, list[tuple[bytes, bytes]], bytes] | None:
        assert self._redis is not None
        most: int = settings.RATE_LIMIT_PER_MINUTE
        held = limits.http_limits(f"user:{asked.person}", most)
        now = time.time()
        async with self._redis.pipeline(transaction=False) as pipe:
            if most > 0:
                keys, args = limits.script_call(held, now)
                pipe.eval(limits.SCRIPT, len(keys), *keys, *args)
            pipe.get(found.name)
            *counted, kept = await pipe.execute()
        verdict = limits.script_verdict(held, counted[0], now) if counted else None
        if verdict is not None and not verdict.allowed:
            return None  # Django counts no refused request either, and has the words
        told = limits.http_headers(most, verdict).items() if verdict else ()
        headers = [(name.lower().encode(), value.encode()) for name, value in told]
        if matches(found.etag, asked.if_none_match):
            same = [(b"etag", found.etag.encode()), (b"cache-control", b"private, no-cache"),
                    (b"vary", b"Authorization, Cookie, origin")]  # fmt: skip
            return 304, same + headers, b""
        if kept is None:
            if verdict is not None:
                await self._give_back(held, now)
            return None
        try:
            opened = AESGCM(self._key).decrypt(kept[:12], kept[12:], found.name.encode())
        except InvalidTag:
            return None
        size = int.from_bytes(opened[:4])
        shown = [(name.encode(), value.encode()) for name, value in orjson.loads(opened[4 : 4 + size])]
        return 200, shown + headers, opened[4 + size :]

    async def _give_back(self, held: list[limits.Limit], now: float) -> None:
        """Django is asked after all, and counts the request itself."""
        assert self._redis is not None
        async with self._redis.pipeline(transaction=False) as pipe:
            for limit in held:
                pipe.hincrby(f"pam:limit:{limit.key}", str(int(now // limits.STEP)), -1)
            await pipe.execute()

    async def _send(self, scope: Any, send: Any, answer: Any, asked: Asked, started: float) -> None:
        status, headers, body = answer
        said = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"").decode("latin-1")
        number = identity.accepted(said)
        length = [(b"content-length", str(len(body)).encode())] if status == 200 else []
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [*headers, *length, (b"x-request-id", number.encode())],
            }
        )
        await send({"type": "http.response.body", "body": body})
        metrics.front.labels(str(status)).inc()
        log.info(
            "request", method="GET", path=scope["path"], status=status, front=True, request_id=number,
            milliseconds=round((time.perf_counter() - started) * 1000, 1), user=asked.person,
        )  # fmt: skip

    def _keeping(self, send: Any, found: Found) -> Any:
        """Return a `send` that also keeps Django's answer where it is the one that was asked for."""
        start: dict[str, Any] = {}

        async def keeping(message: dict[str, Any]) -> None:
            await send(message)
            if message["type"] == "http.response.start":
                start.update(message)
            elif not message.get("more_body") and _may_keep(start, message["body"], found.etag):
                shown = [(n.decode(), v.decode("latin-1")) for n, v in start["headers"] if n in KEPT_HEADERS]
                head = orjson.dumps(shown)
                nonce = os.urandom(12)
                plain = len(head).to_bytes(4) + head + message["body"]
                sealed = nonce + AESGCM(self._key).encrypt(nonce, plain, found.name.encode())
                try:
                    assert self._redis is not None
                    await self._redis.set(found.name, sealed, ex=settings.CACHE_TTL)
                except Exception as problem:
                    log.warning("front.not_kept", error=type(problem).__name__)

        return keeping

    async def _connect(self) -> None:
        given = connections["default"].get_connection_params()
        names = ("host", "port", "user", "password", "dbname", "sslmode")
        pool: AsyncConnectionPool[Any] = AsyncConnectionPool(
            kwargs={
                **{name: given[name] for name in names if given.get(name)}, "autocommit": True, "prepare_threshold": None
            },
            min_size=1, max_size=settings.FRONT_CONNECTIONS, open=False, timeout=PATIENCE,
        )  # fmt: skip
        self._key = hashlib.sha256(b"pam.api.front" + settings.FIELD_KEYS[0].encode()).digest()
        self._redis = Redis.from_url(settings.REDIS_URL, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
        await pool.open()
        self._pool = pool


def _asked(scope: dict[str, Any]) -> Asked | None:
    """Return what a request asks for, where the front may know the answer."""
    if scope["method"] != "GET" or not scope["path"].startswith("/api/"):
        return None
    headers: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in headers or name == b"origin":
            return None  # twice, or from another site: not the usual
        headers[name] = value
    kind, _, token = headers.get(b"authorization", b"").partition(b" ")
    if kind.lower() != b"bearer" or not _JSON.search(headers.get(b"accept", b"*/*")):
        return None
    host = headers.get(b"host", b"").decode("latin-1")
    claims = _claims(token.strip().decode("latin-1"), int(time.time() // 60))
    domains = _domains(scope["path"]) if claims else None
    if claims is None or not domains or not _known_host(host):
        return None
    query = scope["query_string"].decode("latin-1")
    url = f"{scope['raw_path'].decode('latin-1').partition('?')[0]}{'?' if query else ''}{query}"
    same = headers.get(b"if-none-match", b"").decode("latin-1")
    if scope.get("scheme") == "https":
        origin = f"https://{host}"
    else:
        name, secure = settings.SECURE_PROXY_SSL_HEADER or ("", "")
        forwarded = headers.get(name.removeprefix("HTTP_").replace("_", "-").lower().encode(), b"").decode("latin-1")
        if settings.SECURE_SSL_REDIRECT and forwarded != secure:
            return None  # Django sends it to https
        origin = f"{forwarded or 'http'}://{host}"
    return Asked(claims[0], claims[1], url, origin, domains, same)


@lru_cache(maxsize=4096)
def _claims(token: str, _minute: int) -> tuple[str, str] | None:
    """Return (person, session) of an access token; asked anew each minute, and never beyond its end."""
    found = tokens.claims_of(token)
    if found is None or found[2] < time.time() + 61:
        return None  # Django looks at what is about to end
    return found[0], found[1]


@lru_cache(maxsize=4096)
def _domains(path: str) -> tuple[str, ...] | None:
    """Return the domains that an endpoint's answer is made from; None where it is not conditional."""
    try:
        func: Any = resolve(path).func
    except Resolver404:
        return None
    cls: Any = getattr(func, "cls", None) or getattr(func, "view_class", None)
    action = getattr(func, "actions", {"get": "get"}).get("get")
    if action not in {"list", "retrieve", "get"} or not hasattr(cls, "conditional_on"):
        return None
    domains: tuple[str, ...] = cls.conditional_on()
    return domains


@lru_cache(maxsize=64)
def _known_host(host: str) -> bool:
    from django.http.request import split_domain_port, validate_host

    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def _may_keep(start: dict[str, Any], body: bytes, etag: str) -> bool:
    if start.get("status") != 200 or len(body) > LARGEST_KEPT:
        return False
    headers = dict(start["headers"])
    return headers.get(b"etag") == etag.encode() and b"set-cookie" not in headers


def is_wanted() -> bool:
    """Whether this installation has what the front stands on."""
    return bool(settings.ON_POSTGRESQL and settings.REDIS_URL)

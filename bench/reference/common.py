"""What the reference services share: the token, who it is, what they see, and the ETag that says so exactly."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import jwt
import redis.asyncio

from .sealing import Sealer

SECRET = os.environ["SECRET_KEY"]
DATABASE_URL = os.environ["DATABASE_URL"]
REDIS_URL = os.environ["REDIS_URL"]
SEALER = Sealer(os.environ["FIELD_KEYS"])
TTL = int(os.environ.get("BENCH_TTL", "0"))  # seconds for which a body is trusted; 0: exact

# Session, person and the versions of all that they see, in one round trip.
WHO = """
select u.id, u.email, u.role, u.time_zone, u.home_currency, u.display_name, u.locale, u.distance_unit, u.volume_unit,
  u.week_start, u.theme, u.email_reminders,
  (select string_agg(v.audience || v.domain || v.version, ' ' order by v.audience, v.domain)
   from access_audienceversion v
   where v.domain = any($3) and (v.audience = u.id
     or v.audience in (select m.group_id from social_membership m where m.owner_id = u.id))) as versions
from accounts_session s join accounts_user u on u.id = s.owner_id and u.is_active
where s.id = $1 and s.revoked_at is null and u.id = $2
"""
# The references trust their own `where owner_id = …`: no row-level security, and no round trip to say who acts.
ACROSS = {"pam.across": "on"}
zones: dict[str, ZoneInfo] = {}


class Refused(Exception):
    """The token opens nothing."""


def claims_of(authorization: str) -> tuple[UUID, UUID]:
    """Return (session, person) of a bearer token whose signature and age hold; raises Refused."""
    try:
        claims = jwt.decode(
            authorization[7:], SECRET, algorithms=["HS256"], options={"require": ["exp", "sub", "sid", "typ", "jti"]}
        )
        if claims["typ"] != "access":
            raise Refused
        return UUID(claims["sid"]), UUID(claims["sub"])
    except (jwt.InvalidTokenError, ValueError) as problem:
        raise Refused from problem


def zone(name: str) -> ZoneInfo:
    """Return a time zone."""
    found = zones.get(name)
    if found is None:
        found = zones[name] = ZoneInfo(name)
    return found


def etag(who: Any, url: str) -> str:
    """Return the ETag of what this person sees at this URL now."""
    today = dt.datetime.now(zone(who["time_zone"])).date().isoformat()
    facts = f"{url} {who['id']} {who['email']} {who['role']} {today} {who['versions']}"
    return f'"{hashlib.sha256(facts.encode()).hexdigest()[:32]}"'


async def open_database() -> asyncpg.Pool:
    """Return a pool of connections."""
    return await asyncpg.create_pool(DATABASE_URL, min_size=4, max_size=16, server_settings=ACROSS)


def open_redis() -> redis.asyncio.Redis:
    """Return a client of Redis."""
    return redis.asyncio.Redis.from_url(REDIS_URL)

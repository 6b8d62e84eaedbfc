"""Reference A: the measured endpoints as somebody who knows the trade would write them for speed.

FastAPI on uvicorn (uvloop, httptools), asyncpg with prepared statements, Pydantic where data comes in, orjson where it
goes out. It answers what PAM answers, with the same ETags' exactness, and its writes leave the same rows: journal,
versions, feed and idempotency in one transaction (writes.py). It has no rate limit, request log or metrics.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from typing import Annotated, Any
from urllib.parse import quote, urlencode
from uuid import UUID

import orjson
from fastapi import FastAPI, Query, Request, Response, WebSocket, WebSocketDisconnect

from . import common, writes

ME = ("id", "email", "role", "display_name", "time_zone", "locale", "home_currency", "distance_unit", "volume_unit",
      "week_start", "theme", "email_reminders")  # fmt: skip
EXPENSES = """
select t.id::text, t.created_at, t.updated_at, t.amount_minor, t.currency, t.date, t.payee, t.note,
  t.category_id::text, c.name as category, t.account_id::text, a.name as account
from wins_transaction t join wins_account a on a.id = t.account_id left join wins_category c on c.id = t.category_id
where t.owner_id = $1 and t.kind = 'expense' """
BUDGETS = """
select b.id::text, b.created_at, b.updated_at, b.category_id::text, c.name as category, b.limit_minor, b.currency,
  (select coalesce(sum(t.amount_minor), 0)::bigint from wins_transaction t
   where t.owner_id = b.owner_id and t.category_id = b.category_id and t.kind = 'expense' and t.currency = b.currency
     and t.date >= $2 and t.date < $3) as used_minor
from wins_budget b join wins_category c on c.id = b.category_id where b.owner_id = $1 order by b.id desc limit $4 """
ACCOUNTS = """
select a.id::text, a.created_at, a.updated_at, a.name, a.kind, a.currency, a.opening_minor, a.closed_on,
  a.opening_minor + coalesce(s.moved, 0) + coalesce(i.came, 0) as balance_minor
from wins_account a
left join (select account_id, sum(case kind when 'income' then amount_minor else -amount_minor end)::bigint as moved
  from wins_transaction where owner_id = $1 group by account_id) s on s.account_id = a.id
left join (select to_account_id, sum(amount_minor)::bigint as came from wins_transaction
  where owner_id = $1 and to_account_id is not null group by to_account_id) i on i.to_account_id = a.id
where a.owner_id = $1 order by a.id desc limit $2 """
PRIVATE = {"Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie"}


class State:
    """What lives as long as the process."""

    pool: Any = None
    redis: Any = None
    sockets: dict[str, set[WebSocket]] = {}


state = State()


@contextlib.asynccontextmanager
async def _life(_: FastAPI) -> AsyncIterator[None]:
    state.pool, state.redis = await common.open_database(), common.open_redis()
    listener = asyncio.create_task(_listen())
    yield
    listener.cancel()
    await state.pool.close()


app = FastAPI(lifespan=_life, openapi_url=None)


@app.exception_handler(common.Refused)
async def refused(request: Request, problem: common.Refused) -> Response:
    """Say that the token opens nothing."""
    return Response(b'{"title":"Unauthorized","status":401}', 401, media_type="application/problem+json")


def money(minor: int, currency: str) -> dict[str, str]:
    """Return money as the API shows it (the measured currency has two decimals)."""
    sign, minor = ("-", -minor) if minor < 0 else ("", minor)
    return {"amount": f"{sign}{minor // 100}.{minor % 100:02d}", "currency": currency}


def expense(row: Any, zone: dt.tzinfo) -> dict[str, Any]:
    """Return an expense as the API shows it."""
    return {
        "id": row["id"],
        "created_at": row["created_at"].astimezone(zone),
        "updated_at": row["updated_at"].astimezone(zone),
        "amount": money(row["amount_minor"], row["currency"]),
        "date": row["date"],
        "payee": row["payee"],
        "category": {"id": row["category_id"], "name": row["category"]} if row["category_id"] else None,
        "account": {"id": row["account_id"], "name": row["account"]},
        "note": row["note"],
    }


async def answer(request: Request, domains: list[str], read: Any) -> Response:
    """Answer 304, the cached body (where the request asks for the cached way), or what `read` gives; with ETag."""
    session, person = common.claims_of(request.headers.get("authorization", ""))
    url = f"{request.url.path}?{request.url.query}"
    cached = request.headers.get("x-bench-cache") is not None
    if common.TTL and cached:
        body = await state.redis.get(f"a:ttl:{person}:{url}")
        if body is not None:
            return Response(common.SEALER.unseal_body(body), media_type="application/json", headers=PRIVATE)
    who = await state.pool.fetchrow(common.WHO, session, person, domains)
    if who is None:
        raise common.Refused
    tag = common.etag(who, url)
    headers = {"ETag": tag, **PRIVATE}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    if cached and not common.TTL and (body := await state.redis.get(f"a:{tag}")) is not None:
        return Response(common.SEALER.unseal_body(body), media_type="application/json", headers=headers)
    found = await read(who)
    if found is None:
        return Response(b'{"title":"Not Found","status":404}', 404, media_type="application/problem+json")
    body = orjson.dumps(found)
    if cached:
        name = f"a:ttl:{person}:{url}" if common.TTL else f"a:{tag}"
        await state.redis.set(name, common.SEALER.seal_body(body), ex=common.TTL or 300)
    return Response(body, media_type="application/json", headers=headers)


@app.get("/api/health")
async def health() -> Response:
    """Say that the process answers."""
    return Response(b'{"status":"ok","version":"0"}', media_type="application/json")


@app.get("/api/auth/me")
async def me(request: Request) -> Response:
    """Answer oneself."""

    async def read(who: Any) -> Any:
        return {**{name: who[name] for name in ME}, "id": str(who["id"])}

    return await answer(request, ["accounts"], read)


@app.get("/api/wins/expenses")
async def expenses(
    request: Request,
    page_size: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: str | None = None,
    payee: str | None = None,
    category: UUID | None = None,
    account: UUID | None = None,
    date_from: dt.date | None = None,
    date_until: dt.date | None = None,
) -> Response:
    """Answer a page of expenses, newest first."""

    async def read(who: Any) -> Any:
        query, given = EXPENSES, [who["id"]]
        before = UUID(b64decode(cursor).decode().removeprefix("p=")) if cursor else None
        for condition, value in (
            ("and t.id < ${}", before), ("and upper(t.payee) = upper(${})", payee), ("and t.category_id = ${}", category),
            ("and t.account_id = ${}", account), ("and t.date >= ${}", date_from), ("and t.date < ${}", date_until),
        ):  # fmt: skip
            if value is not None:
                given.append(value)
                query += f" {condition.format(len(given))}"
        rows = await state.pool.fetch(f"{query} order by t.id desc limit {page_size + 1}", *given)
        zone = common.zone(who["time_zone"])
        following = None
        if len(rows) > page_size:
            place = b64encode(f"p={quote(str(rows[page_size - 1]['id']))}".encode()).decode()
            asked = [*((k, v) for k, v in request.query_params.multi_items() if k != "cursor"), ("cursor", place)]
            following = f"{request.url.scheme}://{request.headers['host']}{request.url.path}?{urlencode(sorted(asked))}"
        return {"next": following, "previous": None, "results": [expense(row, zone) for row in rows[:page_size]]}

    return await answer(request, ["wins", "accounts"], read)


@app.get("/api/wins/expenses/{pk}")
async def detail(request: Request, pk: UUID) -> Response:
    """Answer one expense."""

    async def read(who: Any) -> Any:
        row = await state.pool.fetchrow(f"{EXPENSES} and t.id = $2", who["id"], pk)
        return None if row is None else expense(row, common.zone(who["time_zone"]))

    return await answer(request, ["wins", "accounts"], read)


@app.get("/api/wins/budgets")
async def budgets(request: Request) -> Response:
    """Answer the budgets with what is used of them this month."""

    async def read(who: Any) -> Any:
        zone = common.zone(who["time_zone"])
        first = dt.datetime.now(zone).date().replace(day=1)
        until = (first + dt.timedelta(days=31)).replace(day=1)
        rows = await state.pool.fetch(BUDGETS, who["id"], first, until, 51)
        return _page(
            {
                "id": row["id"],
                "created_at": row["created_at"].astimezone(zone),
                "updated_at": row["updated_at"].astimezone(zone),
                "category": {"id": row["category_id"], "name": row["category"]},
                "limit": money(row["limit_minor"], row["currency"]),
                "used": money(row["used_minor"], row["currency"]),
            }
            for row in rows
        )

    return await answer(request, ["wins", "accounts"], read)


@app.get("/api/wins/accounts")
async def accounts(request: Request) -> Response:
    """Answer the accounts with their balances."""

    async def read(who: Any) -> Any:
        zone = common.zone(who["time_zone"])
        rows = await state.pool.fetch(ACCOUNTS, who["id"], 51)
        return _page(
            {
                "id": row["id"],
                "created_at": row["created_at"].astimezone(zone),
                "updated_at": row["updated_at"].astimezone(zone),
                "name": row["name"],
                "kind": row["kind"],
                "currency": row["currency"],
                "opening": money(row["opening_minor"], row["currency"]),
                "balance": money(row["balance_minor"], row["currency"]),
                "closed_on": row["closed_on"],
            }
            for row in rows
        )

    return await answer(request, ["wins", "accounts"], read)


def _page(rows: Any) -> dict[str, Any]:
    return {"next": None, "previous": None, "results": list(rows)}


@app.post("/api/wins/expenses")
async def create(request: Request) -> Response:
    """Book an expense, or all of an array or none."""
    session, person = common.claims_of(request.headers.get("authorization", ""))
    body = await request.body()
    async with state.pool.acquire() as connection:
        who = await connection.fetchrow(common.WHO, session, person, ["wins"])
        if who is None:
            raise common.Refused
        status, found, headers = await writes.book(connection, who, body, request.headers.get("idempotency-key", ""))
    if status == 201 and "Journal-Entry" in headers:
        await state.redis.publish("a:hints", f"{person} wins")
    return Response(found, status, headers=headers, media_type="application/json")


@app.websocket("/api/pam/ws")
async def ws(socket: WebSocket) -> None:
    """Keep a socket that is told when something has changed."""
    offered = socket.scope["subprotocols"]
    token = next(name[7:] for name in offered if name.startswith("bearer."))
    session, person = common.claims_of(f"Bearer {token}")
    if await state.pool.fetchrow(common.WHO, session, person, ["wins"]) is None:
        await socket.close(4401)
        return
    await socket.accept("pam.v1")
    mine = state.sockets.setdefault(str(person), set())
    mine.add(socket)
    try:
        while True:
            said = orjson.loads(await socket.receive_text())
            await socket.send_text('{"type":"pong"}' if said["type"] == "ping" else '{"type":"error"}')
    except WebSocketDisconnect:
        pass
    finally:
        mine.discard(socket)


async def _listen() -> None:
    """Hear what any process tells and pass it on to the sockets of this one."""
    heard = state.redis.pubsub()
    await heard.subscribe("a:hints")
    async for message in heard.listen():
        if message["type"] == "message":
            person, domain = message["data"].decode().split(" ")
            text = orjson.dumps({"type": "hint", "domains": [domain]}).decode()
            for socket in list(state.sockets.get(person, ())):
                with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                    await socket.send_text(text)

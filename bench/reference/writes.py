"""The reference's writes: the rows that PAM writes, in one transaction, in as few round trips as an expert needs."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import os
import secrets
import time
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

from . import common

CATEGORIES = "select id, name from wins_category where owner_id = $1 and kind = 'expense' and id = any($2)"
ACCOUNTS = "select id, name, currency from wins_account where owner_id = $1 and closed_on is null and id = any($2)"
REPLAY = "select request_digest, status, body from api_idempotencykey where owner_id = $1 and key = $2"
IDEMPOTENCY = """
insert into api_idempotencykey (id, owner_id, created_at, updated_at, key, request_digest, status, body)
values ($1, $2, $3, $3, $4, $5, 201, $6) on conflict (owner_id, key) do nothing returning id"""
CHAIN = """
insert into journal_chain (owner_id, number, digest) values ($1, 1, '')
on conflict (owner_id) do update set number = journal_chain.number + 1 returning number, digest"""
ENTRY = """
insert into journal_journalentry (id, owner_id, created_at, updated_at, number, source, tool, label, request_id, at,
  lines, change_count, salt, content_mac, previous_digest, digest, facts)
values ($1, $2, $3, $3, $4, 'api', 'wins.expenses', $12, $5, $3, $6, $7, $8, $9, $10, $11, $13)"""
FEED = """
with counter as (
  insert into access_audienceversion as v (audience, domain, version) values ($1, '', $2)
  on conflict (audience, domain) do update set version = v.version + $2 returning version),
moved as (
  insert into access_audienceversion as v (audience, domain, version) select $1, 'wins', version from counter
  on conflict (audience, domain) do update set version = excluded.version)
insert into journal_feeditem (audience, position, domain, model, row, gone)
select $1, counter.version - $2 + n, 'wins', 'wins.transaction', row, false
from counter, unnest($3::uuid[]) with ordinality as rows (row, n)"""
ROW = ("id", "owner_id", "created_at", "updated_at", "kind", "amount_minor", "currency", "date", "payee", "note",
       "category_id", "account_id", "to_account_id")  # fmt: skip
CHANGE = ("id", "entry_id", "position", "domain", "model", "row", "operation", "before", "after")
INSERT_ROW = (
    f"insert into wins_transaction ({', '.join(ROW)}) values ({', '.join(f'${n + 1}' for n in range(len(ROW)))})"
)
INSERT_CHANGE = (
    f"insert into journal_journalchange ({', '.join(CHANGE)}) values ({', '.join(f'${n + 1}' for n in range(9))})"
)
# Tables with row-level security take no COPY: arrays are the fastest other way.
ROW_TYPES = ("uuid", "uuid", "timestamptz", "timestamptz", "text", "bigint", "text", "date", "text", "text",
             "uuid", "uuid", "uuid")  # fmt: skip
CHANGE_TYPES = ("uuid", "uuid", "integer", "text", "text", "uuid", "text", "text", "text")


def _many(table: str, columns: tuple[str, ...], types: tuple[str, ...]) -> str:
    arrays = ", ".join(f"${n + 1}::{kind}[]" for n, kind in enumerate(types))
    return f"insert into {table} ({', '.join(columns)}) select * from unnest({arrays})"


INSERT_ROWS = _many("wins_transaction", ROW, ROW_TYPES)
INSERT_CHANGES = _many("journal_journalchange", CHANGE, CHANGE_TYPES)
seal = common.SEALER.seal
_last = 0


class Money(BaseModel):
    """Money as it comes in."""

    model_config = ConfigDict(extra="forbid")
    amount: Decimal = Field(gt=0, max_digits=15, decimal_places=2)
    currency: str = Field(default="AUD", pattern="^[A-Z]{3}$")


class Reference(BaseModel):
    """One of one's own rows, by its id."""

    id: UUID


class Expense(BaseModel):
    """An expense as it comes in."""

    amount: Money
    date: dt.date
    payee: str = Field(default="", max_length=120)
    note: str = Field(default="", max_length=500)
    category: Reference
    account: Reference

    @field_validator("category", "account", mode="before")
    @classmethod
    def _bare_id(cls, value: Any) -> Any:
        return {"id": value} if isinstance(value, str) else value


ONE, MANY = TypeAdapter(Expense), TypeAdapter(list[Expense])


def uuid7() -> UUID:
    """Return a new UUIDv7, larger than the one before."""
    global _last
    _last = max(time.time_ns() * 4096 // 1_000_000, _last + 1)
    value = (_last >> 12) << 80 | 0x7 << 76 | (_last & 0xFFF) << 64
    return UUID(int=value | 0b10 << 62 | int.from_bytes(os.urandom(8), "big") >> 2)


async def book(connection: Any, who: Any, body: bytes, key: str) -> tuple[int, bytes, dict[str, str]]:
    """Book what the body says; return (status, body, headers)."""
    many = body[:1] == b"["
    try:
        asked = MANY.validate_json(body) if many else [ONE.validate_json(body)]
    except ValidationError as problem:
        return 400, orjson.dumps({"status": 400, "errors": problem.errors(include_url=False)}, default=str), {}
    owner = who["id"]
    categories = {
        row["id"]: row["name"]
        for row in await connection.fetch(CATEGORIES, owner, list({found.category.id for found in asked}))
    }
    accounts = {
        row["id"]: row for row in await connection.fetch(ACCOUNTS, owner, list({found.account.id for found in asked}))
    }
    for found in asked:
        account = accounts.get(found.account.id)
        if account is None or found.category.id not in categories or account["currency"] != found.amount.currency:
            return 400, b'{"status":400,"detail":"There is no such account or category."}', {}
    digest = hashlib.sha256(b"POST /api/wins/expenses\n" + body).hexdigest()
    async with connection.transaction():
        now = dt.datetime.now(dt.UTC)
        rows = [
            (uuid7(), owner, now, now, "expense", int(found.amount.amount * 100), found.amount.currency, found.date,
             found.payee.strip(), found.note.strip(), found.category.id, found.account.id, None)
            for found in asked
        ]  # fmt: skip
        local = now.astimezone(common.zone(who["time_zone"]))
        shown = [_shown(row, categories[row[10]], accounts[row[11]]["name"], local) for row in rows]
        answer = orjson.dumps(shown if many else shown[0])
        if key and not await connection.fetchval(IDEMPOTENCY, uuid7(), owner, now, key, digest, seal(answer)):
            kept = await connection.fetchrow(REPLAY, owner, key)
            if kept["request_digest"] != digest:
                return 422, b'{"status":422,"detail":"This key was used for another request."}', {}
            return kept["status"], common.SEALER.unseal(kept["body"]), {"Idempotency-Replayed": "true"}
        if many:
            await connection.execute(INSERT_ROWS, *map(list, zip(*rows, strict=True)))
        else:
            await connection.execute(INSERT_ROW, *rows[0])
        entry = await _journal(connection, who, rows, categories, accounts, now, local.date())
        await connection.execute(FEED, owner, len(rows), [row[0] for row in rows])
    return 201, answer, {"Journal-Entry": str(entry)}


def _shown(row: tuple[Any, ...], category: str, account: str, local: dt.datetime) -> dict[str, Any]:
    return {
        "id": row[0], "created_at": local, "updated_at": local,
        "amount": {"amount": f"{row[5] // 100}.{row[5] % 100:02d}", "currency": row[6]}, "date": row[7],
        "payee": row[8], "category": {"id": row[10], "name": category}, "account": {"id": row[11], "name": account},
        "note": row[9],
    }  # fmt: skip


def _line(row: tuple[Any, ...], category: str, account: str, today: dt.date) -> dict[str, Any]:
    day = f"{row[7]:%a} {row[7].day} {row[7]:%b}" + (f" {row[7].year}" if row[7].year != today.year else "")
    where = [row[8], row[9] if row[9] != row[8] else "", account, day.replace(" ", "\u00a0")]
    return {
        "domain": "wins", "verb": "added", "what": "Expense", "name": category,
        "sub": ", ".join(part for part in where if part), "value": f"${row[5] // 100:,}.{row[5] % 100:02d}",
        "value_sub": "", "changes": [], "model": "wins.transaction", "row": str(row[0]),
    }  # fmt: skip


def _values(row: tuple[Any, ...]) -> dict[str, Any]:
    found = dict(zip(ROW, row, strict=True))
    for name, value in found.items():
        if isinstance(value, UUID):
            found[name] = str(value)
        elif isinstance(value, (dt.date, dt.datetime)):
            found[name] = value.isoformat()
    return found


async def _journal(
    connection: Any, who: Any, rows: list[Any], categories: Any, accounts: Any, now: dt.datetime, today: dt.date
) -> UUID:
    """Write the entry into the person's chain: the same digests as PAM's own."""
    entry, salt = uuid7(), secrets.token_hex(16)
    lines = [_line(row, categories[row[10]], accounts[row[11]]["name"], today) for row in rows[:50]]
    after = [_values(row) for row in rows]
    content = {
        "lines": lines,
        "changes": [[n, "wins.transaction", v["id"], "create", None, v] for n, v in enumerate(after)],
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    mac = hmac.new(salt.encode(), text.encode(), hashlib.sha256).hexdigest()
    chain = await connection.fetchrow(CHAIN, who["id"])
    facts = [chain["digest"], str(entry), str(who["id"]), chain["number"], "api", "wins.expenses", "", now.isoformat(),
             "", "", mac]  # fmt: skip
    digest = hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()
    await connection.execute(
        ENTRY, entry, who["id"], now, chain["number"], entry.hex, seal(orjson.dumps(lines)), len(rows), salt, mac,
        chain["digest"], digest, seal(b""), seal(b"[]"),
    )  # fmt: skip
    changes = [
        (uuid7(), entry, n, "wins", "wins.transaction", rows[n][0], "create", None, seal(orjson.dumps(v)))
        for n, v in enumerate(after)
    ]
    if len(changes) == 1:
        await connection.execute(INSERT_CHANGE, *changes[0])
    else:
        await connection.execute(INSERT_CHANGES, *map(list, zip(*changes, strict=True)))
    await connection.execute("update journal_chain set digest = $2 where owner_id = $1", who["id"], digest)
    return entry

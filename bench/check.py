"""Equal work, looked at before it is measured: the same answers, and the same rows of the same write."""

from __future__ import annotations

import json
from typing import Any

import asyncpg

from .load import once, request
from .reference.sealing import Sealer
from .works import PAGE, Asked, body

READS = (PAGE, "/api/wins/expenses?page_size=100", "/api/wins/budgets", "/api/wins/accounts", "/api/auth/me")
MINE = ("id", "created_at", "updated_at", "owner_id", "category_id", "account_id", "row")  # each writer's own


class Unequal(Exception):
    """Two systems do not do the same."""


def _plain(found: Any, port: int) -> Any:
    return json.loads(json.dumps(found).replace(f"127.0.0.1:{port}", "127.0.0.1"))


def _without(found: Any) -> Any:
    """Take away what differs between two writers of the same thing."""
    if isinstance(found, dict):
        return {name: _without(value) for name, value in found.items() if name not in MINE}
    return [_without(item) for item in found] if isinstance(found, list) else found


def _same(what: str, name: str, ours: Any, theirs: Any) -> None:
    if ours != theirs:
        raise Unequal(
            f"{what}: {name} does not do what PAM does.\nPAM: {str(ours)[:1500]}\n{name}: {str(theirs)[:1500]}"
        )


async def reads(ports: dict[str, int], people: dict[str, Any]) -> int:
    """Compare the bodies of every read; return how many were equal. Raises Unequal."""
    reader, equal = people["rows5000"], 0
    for path in (*READS, f"/api/wins/expenses/{reader['ids'][-1]}"):
        ours: Any = None
        for name in ("pam", "fastapi", "drf"):
            if name not in ports:
                continue
            status, headers, text = await once(ports[name], request("GET", path, reader["token"]))
            if status != 200 or "etag" not in headers:
                raise Unequal(f"{path}: {name} answers {status} {headers} {text[:500]!r}")
            found = _plain(json.loads(text), ports[name])
            if ours is None:
                ours = found
                continue
            _same(path, name, ours, found)
            equal += 1
    return equal


async def writes(ports: dict[str, int], people: dict[str, Any], database_url: str, field_key: str) -> int:
    """Book the same one and the same three everywhere; compare answers and, between PAM and A, every row."""
    equal, sealer = 0, Sealer(field_key)
    database = await asyncpg.connect(database_url, server_settings={"pam.across": "on"})
    try:
        for n, many in ((1, 1), (2, 3)):
            ours: Any = None
            for name in ("pam", "fastapi", "drf"):
                if name not in ports:
                    continue
                writer = Asked(people, name).writer
                data = body(writer, n) if many == 1 else [body(writer, n + k) for k in range(many)]
                key = f"Idempotency-Key: check-{name}-{n}\r\n"
                sent = request("POST", "/api/wins/expenses", writer["token"], key, data)
                status, _, text = await once(ports[name], sent)
                if status != 201:
                    raise Unequal(f"create: {name} answers {status} {text[:800]!r}")
                answer = _without(json.loads(text))
                rows = await _rows(database, sealer, writer["id"], f"check-{name}-{n}") if name != "drf" else None
                if name != "drf":
                    again = await once(ports[name], sent)
                    if again[0] != 201 or again[1].get("idempotency-replayed") != "true":
                        raise Unequal(f"{name} does not replay: {again}")
                    if json.loads(again[2]) != json.loads(text):
                        raise Unequal(f"{name} replays another answer: {again[2][:500]!r}")
                if ours is None:
                    ours = answer, rows
                    continue
                _same("create", name, ours[0], answer)
                if rows is not None:
                    _same("rows of a create", name, ours[1], rows)
                equal += 1
    finally:
        await database.close()
    return equal


async def _rows(database: Any, sealer: Sealer, owner: str, key: str) -> Any:
    """Return what the last entry of this person left in every table, without ids and times."""

    def opened(sealed: str) -> Any:
        return json.loads(sealer.unseal(sealed))

    entry = await database.fetchrow(
        "select id, source, tool, label, lines, facts, change_count, length(salt) as salt from journal_journalentry "
        "where owner_id = $1 order by number desc limit 1", owner,
    )  # fmt: skip
    changes = await database.fetch(
        'select position, domain, model, operation, before, after from journal_journalchange where entry_id = $1 '
        "order by position", entry["id"],
    )  # fmt: skip
    feed = await database.fetch(
        "select domain, model, gone from journal_feeditem where audience = $1 order by position desc limit $2",
        owner, len(changes),
    )  # fmt: skip
    versions = await database.fetch(
        "select domain, (select max(position) from journal_feeditem where audience = $1) - version as behind "
        "from access_audienceversion where audience = $1 and domain in ('', 'wins') order by domain", owner,
    )  # fmt: skip
    kept = await database.fetchrow(
        "select status, body from api_idempotencykey where owner_id = $1 and key = $2", owner, key
    )
    found = {
        "entry": {
            **dict(entry),
            **{name: sealer.unseal(entry[name]) for name in ("label", "facts")},
            "lines": opened(entry["lines"]),
        },
        "changes": [{**dict(row), "after": opened(row["after"])} for row in changes],
        "feed": [dict(row) for row in feed],
        "versions": [dict(row) for row in versions],
        "kept": {"status": kept["status"], "body": opened(kept["body"])},
    }
    return _without(found)

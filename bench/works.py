"""The works that are measured over HTTP: what is asked, of whom, how many at once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .load import Build, request

CACHED = "X-Bench-Cache: 1\r\n"  # the references answer from their cache only where a request asks for it
PAGE = "/api/wins/expenses?page_size=20"
BULK = 500
TODAY = dt.date.today()


@dataclass
class Asked:
    """What a work needs to build its requests for one system."""

    people: dict[str, dict[str, Any]]
    system: str
    etag: str = ""

    @property
    def reader(self) -> dict[str, Any]:
        """Whose rows are read."""
        return self.people["rows5000"]

    @property
    def writer(self) -> dict[str, Any]:
        """Who writes in this system: a person for each, so that no system's rows slow another's."""
        return self.people[f"writer_{self.system}"]


@dataclass(frozen=True)
class Work:
    """One row of the table. `others` are the systems besides PAM; `goals` what PAM wants of each ratio."""

    name: str
    title: str
    build: Callable[[Asked], Build]
    others: tuple[str, ...] = ("fastapi", "drf")
    expect: int = 200
    connections: int = 16
    goals: tuple[tuple[str, float], ...] = (("fastapi", 1.0), ("drf", 5.0))


def _get(path: Callable[[Asked, int], str], headers: str = "") -> Callable[[Asked], Build]:
    def build(asked: Asked) -> Build:
        token = asked.reader["token"]
        return lambda n: request("GET", path(asked, n), token, headers)

    return build


def _fixed(headers: str) -> Callable[[Asked], Build]:
    """The same request over and over, built once."""

    def build(asked: Asked) -> Build:
        tag = f"If-None-Match: {asked.etag}\r\n" if asked.etag else ""
        data = request("GET", PAGE, asked.reader["token"], headers + tag)
        return lambda n: data

    return build


def body(writer: dict[str, Any], n: int) -> dict[str, Any]:
    """Return the n-th expense that is booked."""
    categories = writer["categories"]
    return {
        "amount": {"amount": f"{5 + n % 90}.{n % 100:02d}", "currency": "AUD"},
        "date": (TODAY - dt.timedelta(days=n % 24)).isoformat(),
        "payee": f"Shop {n % 50}",
        "category": categories[n % len(categories)],
        "account": writer["account"],
        "note": "Weekly shopping",
    }


def _post(rows: int) -> Callable[[Asked], Build]:
    def build(asked: Asked) -> Build:
        def one(n: int) -> bytes:
            data = body(asked.writer, n) if rows == 1 else [body(asked.writer, n + k) for k in range(rows)]
            key = f"Idempotency-Key: {uuid.uuid4()}\r\n"
            return request("POST", "/api/wins/expenses", asked.writer["token"], key, data)

        return one

    return build


def _detail(asked: Asked, n: int) -> str:
    ids = asked.reader["ids"]
    return f"/api/wins/expenses/{ids[n % len(ids)]}?_={n}"


# `_` is a parameter that nobody knows: it makes every URL new, so that no cache of bodies answers.
WORKS = [
    Work("list20", "list of 20", _get(lambda a, n: f"{PAGE}&_={n}")),
    Work("list100", "list of 100", _get(lambda a, n: f"/api/wins/expenses?page_size=100&_={n}")),
    Work("detail", "detail", _get(_detail)),
    Work("create", "create", _post(1), expect=201, connections=8, goals=(("fastapi", 1.0),)),
    Work("bulk500", "bulk of 500", _post(BULK), expect=201, connections=1, goals=(("fastapi", 1.0),)),
    Work("summary", "summary (budgets of the month)", _get(lambda a, n: f"/api/wins/budgets?_={n}")),
    Work("balances", "summary (balances of accounts)", _get(lambda a, n: f"/api/wins/accounts?_={n}")),
    Work("cached", "cached read", _fixed(CACHED), ("fastapi", "drf", "floor"),
         goals=(("fastapi", 2.0), ("drf", 5.0), ("floor", 0.5))),
    Work("cached_ttl", "cached read, the reference by TTL only", _fixed(CACHED), ("fastapi_ttl",), goals=()),
    Work("not_modified", "304", _fixed(""), ("fastapi", "drf", "floor"), expect=304,
         goals=(("fastapi", 2.0), ("drf", 5.0))),
    Work("token", "token check (/api/auth/me)", _get(lambda a, n: f"/api/auth/me?_={n}")),
    Work("health", "/api/health", _get(lambda a, n: "/api/health")),
]  # fmt: skip

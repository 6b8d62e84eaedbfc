"""How answers grow with the rows of one person, and with the number of people. One request at a time."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from itertools import product
from typing import Any

from . import systems
from .load import closed, request

SIZES = [1_000, 20_000, 200_000]
CROWD, ROWS_EACH = 10_000, 20
TURNS = 3


def paths(person: dict[str, Any]) -> dict[str, tuple[str, Callable[[int], str]]]:
    """Return {name: (title, path of the n-th request)}."""
    ids = person["ids"]
    deep = b64encode(f"p={ids[0]}".encode()).decode().replace("=", "%3D")
    return {
        "list20": ("list of 20", lambda n: f"/api/wins/expenses?page_size=20&_={n}"),
        "list20_next": ("its page from the middle", lambda n: f"/api/wins/expenses?page_size=20&cursor={deep}&_={n}"),
        "list20_account": (
            "list of 20 of one account",
            lambda n: f"/api/wins/expenses?page_size=20&account={person['account']}&_={n}",
        ),
        "detail": ("detail", lambda n: f"/api/wins/expenses/{ids[n % len(ids)]}?_={n}"),
        "summary": ("report: budgets of the month", lambda n: f"/api/wins/budgets?_={n}"),
        "balances": ("report: balances of accounts", lambda n: f"/api/wins/accounts?_={n}"),
        "token": ("/api/auth/me", lambda n: f"/api/auth/me?_={n}"),
    }


async def measure(setting: systems.Setting, people: dict[str, Any], say: Callable[[str], None]) -> list[dict[str, Any]]:
    """Return one row for each work: p50 by size, then with the crowd, and how many statements each takes."""
    rows: dict[str, dict[str, Any]] = {}
    server = systems.pam(setting).start()
    try:
        for stage in ("alone", "crowd"):
            if stage == "crowd":
                setting.python(["-m", "bench.seed", "crowd", str(CROWD), str(ROWS_EACH)])
            for _ in range(TURNS):
                for name, size in product(paths(people[f"rows{SIZES[0]}"]), SIZES):
                    person = people[f"rows{size}"]
                    title, path = paths(person)[name]
                    row = rows.setdefault(name, {"work": name, "title": title, "alone": {}, "crowd": {}})
                    found = await _milliseconds(server, person, path)
                    # The best of some turns: what else the machine does is no growth.
                    row[stage][str(size)] = min(found, row[stage].get(str(size), found), key=lambda one: one["p50_ms"])
            say(f"Growth, {stage}: " + ", ".join(f"{n} {_told(row[stage])}" for n, row in rows.items()))
    finally:
        server.stop()
    given = json.dumps({name: people[name] for name in (f"rows{size}" for size in SIZES)})
    counts = json.loads(setting.python(["-m", "bench.queries"], given=given).splitlines()[-1])
    for name, row in rows.items():
        row["statements"] = counts[name]
    rows["writes"] = {
        "work": "writes",
        "title": "statements of a bulk write, by its rows",
        "statements": counts["bulk"],
    }
    say(f"Statements: {counts}")
    return list(rows.values())


async def _milliseconds(server: systems.Server, person: dict[str, Any], path: Callable[[int], str]) -> dict[str, float]:
    def build(n: int) -> bytes:
        return request("GET", path(n), person["token"])

    await closed(server.port, build, start=0, seconds=0.15, connections=1, expect=200)
    answers = await closed(server.port, build, start=10**6, seconds=0.5, connections=1, expect=200)
    if answers.wrong:
        raise RuntimeError(f"{path(1)}: {answers.wrong}")
    return {"p50_ms": answers.quantile(0.5), "p99_ms": answers.quantile(0.99)}


def _told(found: dict[str, dict[str, float]]) -> str:
    return "/".join(f"{row['p50_ms']:.1f}" for row in found.values()) + " ms"

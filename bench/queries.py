"""Counts the SQL statements of PAM's requests, by the rows that a person has; run by PAM's own Python.

Reads people from standard input as `bench/seed.py` printed them; prints one JSON line {work: {size: statements}}.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from pam import starting

starting.prepare()

import django  # noqa: E402

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from bench.growth import paths  # noqa: E402
from bench.works import body  # noqa: E402


def statements(token: str, method: str, path: str, data: Any = None) -> int:
    """Return how many statements a request takes, BEGIN and COMMIT not counted."""
    count = 0

    def counting(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        nonlocal count
        count += 1
        return execute(sql, params, many, context)

    client = Client(headers={"Authorization": f"Bearer {token}"}, SERVER_NAME="127.0.0.1")
    with connection.execute_wrapper(counting):
        sent = {"data": json.dumps(data), "content_type": "application/json"} if data is not None else {}
        answer = getattr(client, method)(path, **sent)
    if answer.status_code >= 400:
        raise SystemExit(f"{path}: {answer.status_code} {answer.content[:500]!r}")
    return count


def main() -> None:
    """Count and print."""
    connection.ensure_connection()  # its own wrappers come first; ours is the one that is taken off again
    people = json.loads(sys.stdin.read())
    found: dict[str, dict[str, int]] = {}
    for person in people.values():
        for name, (_, path) in paths(person).items():
            statements(person["token"], "get", path(0))
            counted = statements(person["token"], "get", path(1))
            found.setdefault(name, {})[str(person["rows"])] = counted
    person = next(iter(people.values()))
    for rows in (1, 10, 100):
        data = [body(person, n) for n in range(rows)]
        found.setdefault("bulk", {})[str(rows)] = statements(person["token"], "post", "/api/wins/expenses", data)
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()

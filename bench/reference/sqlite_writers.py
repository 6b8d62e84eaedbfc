"""The floor of SQLite writes: eight threads, each transaction the rows of one booked expense. Prints one JSON line.

python -m bench.reference.sqlite_writers FILE SECONDS
"""

from __future__ import annotations

import json
import sqlite3
import sys
import threading
import time
import uuid
from pathlib import Path

TABLES = """
create table expense (id text primary key, owner text, at text, amount integer, payee text, note text, day text);
create index expense_owner on expense (owner, id);
create table chain (owner text primary key, number integer, digest text);
create table entry (id text primary key, owner text, number integer, lines text, mac text, digest text,
  unique (owner, number));
create table change (id text primary key, entry text, position integer, row text, after text, unique (entry, position));
create table version (audience text, domain text, version integer, unique (audience, domain));
create table feed (id integer primary key, audience text, position integer, row text, unique (audience, position));
create table kept (id text primary key, owner text, key text, digest text, body text, unique (owner, key));
insert into chain values ('me', 0, '');
insert into version values ('me', '', 0), ('me', 'wins', 0);
"""
BODY = json.dumps({"amount": {"amount": "18.40", "currency": "AUD"}, "payee": "Shop", "note": "Weekly shopping"} | {
    f"column{n}": str(uuid.uuid4()) for n in range(6)
})  # fmt: skip


def opened(path: str) -> sqlite3.Connection:
    """Open it as PAM does."""
    found = sqlite3.connect(path, timeout=20, isolation_level=None)
    found.execute("pragma journal_mode=wal")
    found.execute("pragma synchronous=full")
    return found


def write(path: str, end: float, took: list[float]) -> None:
    """Write until the end."""
    database = opened(path)
    while time.monotonic() < end:
        begun = time.perf_counter()
        row, entry, key = (str(uuid.uuid4()) for _ in range(3))
        database.execute("begin immediate")
        database.execute("insert into kept values (?, 'me', ?, ?, ?)", (key, key, key, BODY))
        database.execute(
            "insert into expense values (?, 'me', '2026', 1840, 'Shop', 'Weekly shopping', '2026')", (row,)
        )
        number = database.execute("update chain set number = number + 1 returning number").fetchone()[0]
        database.execute("insert into entry values (?, 'me', ?, ?, ?, ?)", (entry, number, BODY, key * 2, key * 2))
        database.execute("insert into change values (?, ?, 0, ?, ?)", (str(uuid.uuid4()), entry, row, BODY))
        database.execute("update chain set digest = ?", (key * 2,))
        database.execute("update version set version = version + 1")
        database.execute("insert into feed (audience, position, row) values ('me', ?, ?)", (number, row))
        database.execute("commit")
        took.append((time.perf_counter() - begun) * 1000)
    database.close()


def main(path: str, seconds: float) -> None:
    """Measure and print."""
    for suffix in ("", "-wal", "-shm"):
        Path(path + suffix).unlink(missing_ok=True)
    opened(path).executescript(TABLES)
    took: list[float] = []
    end = time.monotonic() + seconds
    threads = [threading.Thread(target=write, args=(path, end, took)) for _ in range(8)]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = sorted(took)
    rate = len(found) / (time.monotonic() - begun)
    sys.stdout.write(json.dumps({"rate": rate, "p99_ms": found[int(len(found) * 0.99)]}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))

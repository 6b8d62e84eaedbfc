"""The works over sockets, the conversation, and the embedded way with SQLite."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import statistics
import sys
import time
import uuid
from collections.abc import AsyncIterator
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from . import systems
from .load import Answers, closed, once, request
from .works import body

SAID = "spent 18.40 on lunch"
LEAST_TURNS = 5
NAMES = ("chat_socket", "first_frame", "chat_rest", "fanout100", "fanout1000", "idle", "sqlite8")


def _quantile(found: list[float], share: float) -> float:
    ordered = sorted(found)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


def _row(work: str, title: str, ours: list[float], **more: Any) -> dict[str, Any]:
    """Return a row of milliseconds."""
    return {
        "work": work, "title": title, "unit": "ms", "ours": _quantile(ours, 0.5), "p50_ms": _quantile(ours, 0.5),
        "p99_ms": _quantile(ours, 0.99), "references": {}, **more,
    }  # fmt: skip


def _line(port: int, token: str) -> connect:
    return connect(
        f"ws://127.0.0.1:{port}/api/pam/ws", subprotocols=["pam.v1", f"bearer.{token}"], proxy=None,  # type: ignore[list-item]
        ping_interval=None, max_queue=None, open_timeout=60, close_timeout=1,
    )  # fmt: skip


async def measure(
    setting: systems.Setting, people: dict[str, Any], starters: dict[str, Any], only: set[str], *, quick: bool
) -> AsyncIterator[dict[str, Any]]:
    """Yield the rows of these works."""
    wanted = {name for name in NAMES if not only or name in only}
    if wanted & {"chat_socket", "first_frame", "chat_rest"}:
        server = starters["pam"](setting).start()
        try:
            async for row in _chat(server, people, 2.0 if quick else 6.0):
                if row["work"] in wanted:
                    yield row
        finally:
            server.stop()
    if wanted & {"fanout100", "fanout1000", "idle"}:
        servers = {name: starters[name](setting).start() for name in ("pam", "fastapi")}
        try:
            async for row in _fan_out(servers, people, 5 if quick else 20):
                if row["work"] in wanted:
                    yield row
        finally:
            for server in servers.values():
                server.stop()
    if "sqlite8" in wanted:
        async for row in _sqlite(setting, 2.0 if quick else 5.0):
            yield row


async def _chat(server: systems.Server, people: dict[str, Any], seconds: float) -> AsyncIterator[dict[str, Any]]:
    """Say the same over and over in one conversation, one turn after another."""
    token = people["writer_pam"]["token"]
    accepted: list[float] = []
    first: list[float] = []
    whole: list[float] = []
    async with _line(server.port, token) as line:
        thread, end, warm = None, time.perf_counter() + seconds, 2
        while time.perf_counter() < end or len(whole) < LEAST_TURNS:
            said = {"type": "say", "text": SAID, "client_id": str(uuid.uuid4())}
            begun = time.perf_counter()
            await line.send(json.dumps({**said, "thread": thread} if thread else said))
            seen: dict[str, float] = {}
            while "turn.finished" not in seen:
                message = json.loads(await asyncio.wait_for(line.recv(), 60))
                seen.setdefault(message["type"], (time.perf_counter() - begun) * 1000)
                if "seq" in message:
                    seen.setdefault("first", (time.perf_counter() - begun) * 1000)
                thread = message.get("thread") or thread
                if message["type"] == "error":
                    raise RuntimeError(f"the chat answers {message}")
            warm -= 1
            if warm < 0:
                accepted.append(seen["accepted"])
                first.append(seen["first"])
                whole.append(seen["turn.finished"])
    yield _row("chat_socket", "chat turn over the socket (embedded engine, a write)", whole, turns=len(whole))
    yield _row("first_frame", "first frame of a turn", first, accepted_ms=_quantile(accepted, 0.5))

    def build(_: int) -> bytes:
        return request("POST", "/api/pam/chat", token, body={"message": SAID, "client_id": str(uuid.uuid4())})

    await closed(server.port, build, start=0, seconds=0.5, connections=1, expect=200)
    answers = await closed(server.port, build, start=0, seconds=seconds, connections=1, expect=200)
    yield _row(
        "chat_rest", "chat turn over REST (a conversation each)", list(answers.milliseconds), wrong=answers.wrong
    )


class _Crowd:
    """Open sockets of one person, and when each of them last heard a hint."""

    def __init__(self, server: systems.Server, person: dict[str, Any]) -> None:
        self.server, self.person = server, person
        self.lines: list[ClientConnection] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.heard: list[float] = []
        self.all = asyncio.Event()
        self.expected = 0

    async def grow(self, count: int) -> None:
        """Have so many sockets open."""
        gate = asyncio.Semaphore(25)

        async def one() -> None:
            async with gate:
                self.lines.append(await _line(self.server.port, self.person["token"]))
            self.tasks.append(asyncio.create_task(self._listen(self.lines[-1])))

        await asyncio.gather(*(one() for _ in range(count - len(self.lines))))

    async def _listen(self, line: ClientConnection) -> None:
        async for text in line:
            if '"hint"' in str(text):
                self.heard.append(time.perf_counter())
                if len(self.heard) == self.expected:
                    self.all.set()

    async def post(self, n: int) -> tuple[list[float], int]:
        """Book an expense; return the milliseconds after which the sockets heard of it, and how many did not."""
        self.heard, self.expected = [], len(self.lines)
        self.all.clear()
        key = f"Idempotency-Key: {uuid.uuid4()}\r\n"
        sent = request("POST", "/api/wins/expenses", self.person["token"], key, body(self.person, n))
        begun = time.perf_counter()
        status, _, text = await once(self.server.port, sent)
        if status != 201:
            raise RuntimeError(f"{self.server.name}: {status} {text[:300]!r}")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.all.wait(), 10)
        return [(at - begun) * 1000 for at in self.heard], self.expected - len(self.heard)

    async def close(self) -> None:
        """Close them all."""
        await asyncio.gather(*(line.close() for line in self.lines), return_exceptions=True)
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


async def _fan_out(
    servers: dict[str, systems.Server], people: dict[str, Any], posts: int
) -> AsyncIterator[dict[str, Any]]:
    """One write, heard by 100 and by 1,000 sockets; and what an idle socket weighs."""
    crowds = {name: _Crowd(server, people[f"writer_{name}"]) for name, server in servers.items()}
    try:
        for crowd in crowds.values():
            await crowd.grow(2)
            await crowd.post(0)
        memory = {name: server.memory() for name, server in servers.items()}
        for count in (100, 1000):
            for crowd in crowds.values():
                await crowd.grow(count)
            await asyncio.sleep(1)
            if count == 1000:
                weights = {
                    name: (server.memory() - memory[name]) / (count - 2) / 1000 for name, server in servers.items()
                }
                yield {
                    "work": "idle", "title": "memory of an idle socket (of 1,000)", "unit": "KB", "compared": False,
                    "ours": weights["pam"],
                    "references": {
                        "fastapi": {
                            "value": weights["fastapi"], "ratio": weights["fastapi"] / weights["pam"], "ratio_p99": None
                        }
                    },
                }  # fmt: skip
            got: dict[str, list[list[float]]] = {name: [] for name in crowds}
            lost = dict.fromkeys(crowds, 0)
            for n in range(posts):
                for name in sorted(crowds, reverse=bool(n % 2)):
                    heard, missing = await crowds[name].post(n)
                    got[name].append(heard)
                    lost[name] += missing
            yield _fan_row(count, got, lost)
    finally:
        for crowd in crowds.values():
            await crowd.close()


def _fan_row(count: int, got: dict[str, list[list[float]]], lost: dict[str, int]) -> dict[str, Any]:
    middle = {name: [_quantile(heard, 0.5) for heard in posts] for name, posts in got.items()}
    last = {name: [max(heard, default=float("nan")) for heard in posts] for name, posts in got.items()}
    ratios = [b / a for a, b in zip(middle["pam"], middle["fastapi"], strict=True)]
    return {
        "work": f"fanout{count}",
        "title": f"a write heard by {count:,} sockets",
        "unit": "ms",
        "ours": statistics.median(middle["pam"]),
        "p50_ms": statistics.median(middle["pam"]),
        "p99_ms": statistics.median(last["pam"]),
        "goals": {"fastapi": 1.0},
        "not_heard": lost,
        "references": {
            "fastapi": {
                "value": statistics.median(middle["fastapi"]),
                "ratio": statistics.median(ratios),
                "ratio_low": min(ratios),
                "ratio_high": max(ratios),
                "ratio_p50": statistics.median(ratios),
                "ratio_p99": statistics.median(last["fastapi"]) / statistics.median(last["pam"]),
                "p50_ms": statistics.median(middle["fastapi"]),
                "p99_ms": statistics.median(last["fastapi"]),
            }
        },
    }


async def _sqlite(setting: systems.Setting, seconds: float) -> AsyncIterator[dict[str, Any]]:
    """`make run` as it is: one process, SQLite; eight clients book expenses at once."""
    var = systems.VAR / "sqlite"
    shutil.rmtree(var, ignore_errors=True)
    var.mkdir(parents=True)
    (systems.VAR / "language").mkdir(exist_ok=True)
    (var / "language").symlink_to(systems.VAR / "language")
    env = setting.environment(
        DATABASE_URL="", REDIS_URL="", ENVIRONMENT="development", PAM_VAR_DIR=str(var), DATABASE_POOL_SIZE="0"
    )
    command = [setting.pam_python, "manage.py", "serve", "--port", "{port}"]
    first = systems.Server("embedded", command, env).start()
    first.stop()  # the first start makes tables and the demo user
    server = systems.Server("embedded", command, env).start()
    try:
        yield {
            "work": "start_embedded", "title": "start-up of make run", "unit": "s", "compared": False,
            "ours": server.seconds_to_start, "memory_mb": server.memory() / 1e6, "references": {},
        }  # fmt: skip
        sign_in = {"email": "demo@example.com", "password": "pam-demo"}
        _, _, text = await once(server.port, request("POST", "/api/auth/token", body=sign_in))
        token = json.loads(text)["access"]
        ids = {}
        for name in ("accounts", "categories"):
            _, _, text = await once(server.port, request("GET", f"/api/wins/{name}?page_size=200", token))
            ids[name] = json.loads(text)["results"]
        person = {
            "account": ids["accounts"][0]["id"],
            "categories": [row["id"] for row in ids["categories"] if row["kind"] == "expense"],
        }

        def build(n: int) -> bytes:
            key = f"Idempotency-Key: {uuid.uuid4()}\r\n"
            return request("POST", "/api/wins/expenses", token, key, body(person, n))

        await closed(server.port, build, start=0, seconds=1, connections=8, expect=201)
        rounds: list[tuple[Answers, dict[str, Any]]] = []
        for turn in range(3):
            answers = await closed(
                server.port, build, start=1000 * turn, seconds=seconds / 2, connections=8, expect=201
            )
            rounds.append((answers, await _bare_sqlite(seconds / 2)))
    finally:
        server.stop()
    ratios = [answers.rate / bare["rate"] for answers, bare in rounds]
    wrong = {name: count for answers, _ in rounds for name, count in answers.wrong.items()}
    yield {
        "work": "sqlite8",
        "title": "SQLite, eight writers",
        "unit": "writes/s",
        "ours": statistics.median(answers.rate for answers, _ in rounds),
        "p50_ms": statistics.median(answers.quantile(0.5) for answers, _ in rounds),
        "p99_ms": statistics.median(answers.quantile(0.99) for answers, _ in rounds),
        "references": {
            "sqlite": {
                "value": statistics.median(bare["rate"] for _, bare in rounds),
                "ratio": statistics.median(ratios),
                "ratio_low": min(ratios),
                "ratio_high": max(ratios),
                "ratio_p99": statistics.median(bare["p99_ms"] / answers.quantile(0.99) for answers, bare in rounds),
                "p99_ms": statistics.median(bare["p99_ms"] for _, bare in rounds),
            }
        },
        **({"wrong": wrong} if wrong else {}),
    }


async def _bare_sqlite(seconds: float) -> dict[str, Any]:
    """Eight threads that write the same rows without HTTP, Python's framework or checks."""
    server, _ = systems.cores_of_machine()
    process = await asyncio.create_subprocess_exec(
        "taskset", "-c", ",".join(map(str, server)), sys.executable, "-m", "bench.reference.sqlite_writers",
        str(systems.VAR / "bare.sqlite3"), str(seconds),
        cwd=systems.ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await process.communicate()
    return dict(json.loads(out))

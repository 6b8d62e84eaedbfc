"""A client that keeps a number of connections busy and notes how long each answer took."""

from __future__ import annotations

import asyncio
import json
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httptools

Build = Callable[[int], bytes]  # the bytes of the n-th request


def request(method: str, path: str, token: str = "", headers: str = "", body: Any = None) -> bytes:
    """Return the bytes of one HTTP/1.1 request; `headers` are whole lines with their line ends."""
    data = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
    lines = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n{headers}"
    if token:
        lines += f"Authorization: Bearer {token}\r\n"
    if body is not None:
        lines += f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n"
    return lines.encode() + b"\r\n" + data


@dataclass
class Answers:
    """What came of one stretch of load: milliseconds of every answer, in the order of arrival."""

    seconds: float = 0.0
    milliseconds: array[float] = field(default_factory=lambda: array("d"))
    wrong: dict[str, int] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Right answers in a second."""
        return len(self.milliseconds) / self.seconds if self.seconds else 0.0

    def quantile(self, share: float) -> float:
        """Return the milliseconds within which this share of the answers came; NaN where none did."""
        found = sorted(self.milliseconds)
        return found[min(len(found) - 1, int(len(found) * share))] if found else float("nan")


class _Connection(asyncio.Protocol):
    """One connection kept alive: one request at a time, the next as soon as the answer is whole."""

    def __init__(self, load: _Load) -> None:
        self.load = load
        self.parser = httptools.HttpResponseParser(self)
        self.sent = 0.0
        self.first_body = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.next()

    def next(self) -> None:
        found = self.load.take()
        if found is None:
            self.transport.close()
            return
        at, data = found
        self.first_body = b""
        self.sent = at
        self.transport.write(data)

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        if not self.first_body:
            self.first_body = body[:200]

    def on_message_complete(self) -> None:
        self.load.answered(self.sent, self.parser.get_status_code(), self.first_body)
        asyncio.get_running_loop().call_soon(self.next)

    def connection_lost(self, problem: Exception | None) -> None:
        self.load.left(problem)


class _Load:
    def __init__(self, build: Build, start: int, seconds: float, expect: int) -> None:
        self.build, self.n, self.expect = build, start, expect
        self.answers = Answers()
        self.begin = time.perf_counter()
        self.end = self.begin + seconds
        self.last = self.begin
        self.open = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def take(self) -> tuple[float, bytes] | None:
        now = time.perf_counter()
        if now >= self.end:
            return None
        self.n += 1
        return now, self.build(self.n)

    def answered(self, sent: float, status: int, body: bytes) -> None:
        self.last = time.perf_counter()
        if status == self.expect:
            self.answers.milliseconds.append((self.last - sent) * 1000)
        else:
            said = f"{status} {body.decode(errors='replace')}"[:160]
            self.answers.wrong[said] = self.answers.wrong.get(said, 0) + 1

    def left(self, problem: Exception | None) -> None:
        if problem is not None:
            self.answers.wrong[repr(problem)] = self.answers.wrong.get(repr(problem), 0) + 1
        self.open -= 1
        if self.open == 0 and not self.done.done():
            self.done.set_result(None)


async def closed(port: int, build: Build, *, start: int, seconds: float, connections: int, expect: int) -> Answers:
    """Keep all connections busy for so many seconds; the last answers are waited for (at most three minutes)."""
    load = _Load(build, start, seconds, expect)
    load.open = connections
    loop = asyncio.get_running_loop()
    opened = await asyncio.gather(
        *(loop.create_connection(lambda: _Connection(load), "127.0.0.1", port) for _ in range(connections))
    )
    try:
        await asyncio.wait_for(asyncio.shield(load.done), seconds + 180)
    finally:
        for transport, _ in opened:
            transport.abort()
    load.answers.seconds = load.last - load.begin
    return load.answers


async def paced(port: int, build: Build, *, rate: float, seconds: float, connections: int, expect: int) -> Answers:
    """Send `rate` requests a second whether or not answers come; the wait for a free connection counts as well.

    What is not answered two seconds after the last was due counts as having taken until then.
    """
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[tuple[float, int] | None] = asyncio.Queue()
    answers = Answers()

    async def worker() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (found := await queue.get()) is not None:
            due, n = found
            writer.write(build(n))
            head = await reader.readuntil(b"\r\n\r\n")
            status, lower = int(head[9:12]), head.lower()
            if b"content-length:" in lower:
                length = int(lower.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
                await reader.readexactly(length)
            elif b"transfer-encoding: chunked" in lower:
                while (size := int(await reader.readuntil(b"\r\n"), 16)) > 0:
                    await reader.readexactly(size + 2)
                await reader.readexactly(2)
            if status == expect:
                answers.milliseconds.append((loop.time() - due) * 1000)
            else:
                answers.wrong[str(status)] = answers.wrong.get(str(status), 0) + 1
        writer.close()

    workers = [asyncio.create_task(worker()) for _ in range(connections)]
    begin = loop.time()
    for n in range(int(rate * seconds)):
        due = begin + n / rate
        if (wait := due - loop.time()) > 0:
            await asyncio.sleep(wait)
        queue.put_nowait((due, n))
    for _ in workers:
        queue.put_nowait(None)
    _, slow = await asyncio.wait(workers, timeout=2)
    answers.seconds = loop.time() - begin
    for worker_task in slow:
        worker_task.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
    missing = int(rate * seconds) - len(answers.milliseconds) - sum(answers.wrong.values())
    if missing:
        answers.wrong["not answered in time"] = missing
        now = loop.time() - begin
        last = int(rate * seconds)
        answers.milliseconds.extend((now - n / rate) * 1000 for n in range(last - missing, last))
    return answers


async def once(port: int, data: bytes) -> tuple[int, dict[str, str], bytes]:
    """Return (status, headers in lower case, body) of one request."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    found: dict[str, Any] = {"headers": {}, "body": b"", "whole": False}

    class Sink:
        def on_header(self, name: bytes, value: bytes) -> None:
            found["headers"][name.decode().lower()] = value.decode()

        def on_body(self, body: bytes) -> None:
            found["body"] += body

        def on_message_complete(self) -> None:
            found["whole"] = True

    parser = httptools.HttpResponseParser(Sink())
    writer.write(data)
    while not found["whole"]:
        chunk = await asyncio.wait_for(reader.read(1 << 16), 60)
        if not chunk:
            break
        parser.feed_data(chunk)
    writer.close()
    return parser.get_status_code(), found["headers"], found["body"]

"""A body is bounded before Django spools it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pam.files.limits import BoundedBody

CHUNK = bytes(100_000)


class Client:
    """Sends a body in pieces for as long as it is read, and keeps the answer."""

    def __init__(self, pieces: int, said: int | None = None) -> None:
        self.pieces, self.read = pieces, 0
        self.sent: list[Mapping[str, Any]] = []
        headers = [] if said is None else [(b"content-length", str(said).encode())]
        self.scope = {"type": "http", "path": "/api/files", "headers": headers}

    async def receive(self) -> Mapping[str, Any]:
        self.read += 1
        return {"type": "http.request", "body": CHUNK, "more_body": self.read < self.pieces}

    async def send(self, message: Mapping[str, Any]) -> None:
        self.sent.append(message)


async def _reads_all(scope: Any, receive: Any, send: Any) -> None:
    while (await receive())["more_body"]:
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})


async def test_what_fits_passes(settings: Any) -> None:
    client = Client(20)
    await BoundedBody(_reads_all)(client.scope, client.receive, client.send)
    assert [message.get("status") for message in client.sent] == [200]


async def test_a_body_without_end_is_read_to_the_limit_and_refused(settings: Any) -> None:
    settings.FILE_MAX_BYTES = 3_000_000
    client = Client(10**9)
    await BoundedBody(_reads_all)(client.scope, client.receive, client.send)
    start, body = client.sent
    assert start["status"] == 413
    assert (b"content-type", b"application/problem+json") in start["headers"]
    assert "2.9 MB" in json.loads(body["body"])["detail"]
    assert client.read == (3_000_000 + 1024 * 1024) // len(CHUNK) + 1


async def test_a_body_that_says_it_is_too_large_is_not_read_at_all(settings: Any) -> None:
    client = Client(10**9, said=10**12)
    await BoundedBody(_reads_all)(client.scope, client.receive, client.send)
    assert client.sent[0]["status"] == 413
    assert client.read == 0

"""The floor: token, version from PostgreSQL, body from Redis, and nothing else. `PUT` puts a body in beforehand."""

from __future__ import annotations

from typing import Any

from . import common

state: dict[str, Any] = {}
PLAIN = [(b"content-type", b"application/json")]


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer one request."""
    if scope["type"] == "lifespan":
        await receive()
        state["pool"], state["redis"] = await common.open_database(), common.open_redis()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        return
    if scope["path"] == "/api/health":
        await _answer(send, 200, b'{"status":"ok"}', [])
        return
    headers = dict(scope["headers"])
    session, person = common.claims_of(headers[b"authorization"].decode("latin-1"))
    who = await state["pool"].fetchrow(common.WHO, session, person, ["wins", "accounts"])
    url = f"{scope['path']}?{scope['query_string'].decode('latin-1')}"
    tag = common.etag(who, url)
    if headers.get(b"if-none-match") == tag.encode():
        await _answer(send, 304, b"", [(b"etag", tag.encode())])
        return
    if scope["method"] == "PUT":
        await state["redis"].set(f"floor:{tag}", (await receive())["body"], ex=600)
        await _answer(send, 201, b"{}", [(b"etag", tag.encode())])
        return
    body = await state["redis"].get(f"floor:{tag}")
    await _answer(send, 404 if body is None else 200, body or b"", [(b"etag", tag.encode())])


async def _answer(send: Any, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    length = [] if status == 304 else [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*PLAIN, *length, *headers]})
    await send({"type": "http.response.body", "body": body})

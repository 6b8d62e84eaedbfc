"""Plain HTTP through Django in one thread hop, under an ASGI server.

Django's own ASGI handler hops between the loop and threads several times a request, which costs more than the work
of most (`docs/performance.md`). Here the loop reads the body, one thread runs Django's WSGI handler to its end, the
loop sends. What streams events stays with the ASGI handler: a thread each would be held for as long as they last.
"""

from __future__ import annotations

import asyncio
import contextvars
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, BinaryIO

from django.conf import settings

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

IN_MEMORY = 512 * 1024  # bytes of a body that stay in memory
EVENTS = b"text/event-stream"
# Waits for a model, perhaps for minutes: it may not take the threads of everything else.
SLOW = ("/api/pam/chat", "/chat/say")


class ClientGone(Exception):
    """The client closed before its body was read."""


class OneHop:
    """An ASGI application around a WSGI one; `streams` takes the requests that ask for server-sent events."""

    def __init__(self, wsgi: Callable[..., Iterable[bytes]], streams: Any) -> None:
        self.wsgi, self.streams = wsgi, streams
        self.threads = ThreadPoolExecutor(settings.HTTP_THREADS, thread_name_prefix="http")
        self.slow_threads = ThreadPoolExecutor(settings.HTTP_THREADS, thread_name_prefix="http-slow")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if any(name == b"accept" and EVENTS in value for name, value in scope["headers"]):
            await self.streams(scope, receive, send)
            return
        try:
            body = await read_body(receive)
        except ClientGone:
            return
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[tuple[dict[str, Any], bytes] | None] = loop.create_future()
        pool = self.slow_threads if scope["path"].startswith(SLOW) else self.threads
        context = contextvars.copy_context()
        pool.submit(context.run, self._run, environ_of(scope, body), loop, send, answered)
        answer = await answered
        if answer is not None:
            start, content = answer
            await send(start)
            await send({"type": "http.response.body", "body": content})

    def _run(
        self, environ: dict[str, Any], loop: asyncio.AbstractEventLoop, send: Send, answered: asyncio.Future[Any]
    ) -> None:
        """Run Django in this thread; what it does after the answer comes once that is on its way."""
        start: dict[str, Any] = {"type": "http.response.start"}

        def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
            start["status"] = int(status[:3])
            start["headers"] = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]

        def sent(message: dict[str, Any]) -> None:
            asyncio.run_coroutine_threadsafe(_as_coroutine(send, message), loop).result()

        answer: Any = None
        try:
            answer = self.wsgi(environ, start_response)
            if not getattr(answer, "streaming", False):
                loop.call_soon_threadsafe(_settle, answered, (start, b"".join(answer)), None)
                return
            sent(start)
            for chunk in answer:
                sent({"type": "http.response.body", "body": chunk, "more_body": True})
            sent({"type": "http.response.body", "body": b""})
            loop.call_soon_threadsafe(_settle, answered, None, None)
        except BaseException as problem:
            loop.call_soon_threadsafe(_settle, answered, None, problem)
        finally:
            if hasattr(answer, "close"):
                answer.close()
            environ["wsgi.input"].close()


def _settle(answered: asyncio.Future[Any], answer: Any, problem: BaseException | None) -> None:
    if answered.done():  # the client has gone
        return
    if problem is None:
        answered.set_result(answer)
    else:
        answered.set_exception(problem)


async def _as_coroutine(send: Send, message: dict[str, Any]) -> None:
    await send(message)


async def read_body(receive: Receive) -> BinaryIO:
    """Return a request's body as a file at its start; raises ClientGone. Who calls bounds its size."""
    body: Any = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by the caller
    try:
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            body.write(message.get("body", b""))
            if not message.get("more_body", False):
                break
    except BaseException:
        body.close()
        raise
    body.seek(0)
    return body  # type: ignore[no-any-return]


def environ_of(scope: Scope, body: BinaryIO) -> dict[str, Any]:
    """Return the WSGI environment (PEP 3333) of an ASGI HTTP scope."""
    server = scope.get("server") or ("localhost", 80)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": scope.get("root_path", "").encode().decode("latin-1"),
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or ""),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": None,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if scope.get("client"):
        environ["REMOTE_ADDR"], environ["REMOTE_PORT"] = scope["client"][0], str(scope["client"][1])
    for raw, value in scope["headers"]:
        if b"_" in raw:
            continue  # would be taken for the header with a hyphen
        name = raw.decode("latin-1").upper().replace("-", "_")
        key = name if name in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{name}"
        said = value.decode("latin-1")
        if key in environ:
            said = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{said}"
        environ[key] = said
    if "CONTENT_LENGTH" not in environ:  # sent in chunks: its length is known by now
        environ["CONTENT_LENGTH"] = str(body.seek(0, 2))
        body.seek(0)
    return environ

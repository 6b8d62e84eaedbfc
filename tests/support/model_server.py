"""A real HTTP server that speaks the chat-completions wire format with streaming, and answers as it is told to."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass
class Said:
    """One answer: words in pieces, then tool calls, each split over several chunks.

    `pause` seconds lie between pieces. `drop` breaks the connection off instead of ending it; `raw` is written into
    the call's arguments as it is; `usage` is (prompt, completion) tokens, or None for an endpoint that does not count.
    """

    text: Sequence[str] = ()
    calls: Sequence[tuple[str, dict[str, Any] | str]] = ()
    pause: float = 0.0
    before: float = 0.0
    drop: bool = False
    usage: tuple[int, int] | None = (100, 20)


@dataclass
class Refused:
    """An answer that is an error."""

    status: int = 500
    body: dict[str, Any] = field(default_factory=lambda: {"error": {"message": "out of order", "type": "server"}})


@dataclass
class Drips:
    """Signs of life and never an answer, for at most so many seconds."""

    seconds: float = 20.0


Answer = Said | Refused | Drips


class ModelServer:
    """Serves on a port of 127.0.0.1 while the block lasts; `asked` are the bodies of the requests, in order.

    Answers come from the script one by one, or from a function of the request's body.
    """

    def __init__(self, script: Sequence[Answer] | Callable[[dict[str, Any]], Answer] = ()) -> None:
        self.script: list[Answer] = list(script) if not callable(script) else []
        self.chooses = script if callable(script) else None
        self.asked: list[dict[str, Any]] = []
        self.lock = threading.Lock()
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.http.daemon_threads = True

    @property
    def url(self) -> str:
        """The base URL that a client is given."""
        return f"http://127.0.0.1:{self.http.server_address[1]}/v1"

    def __enter__(self) -> Self:
        threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.http.shutdown()
        self.http.server_close()

    def answer_to(self, body: dict[str, Any]) -> Answer:
        """Keep a request and return what it is answered with; one that the script does not foresee is refused."""
        with self.lock:
            self.asked.append(body)
            if self.chooses is not None:
                return self.chooses(body)
            return self.script.pop(0) if self.script else Refused(599)


def _handler(server: ModelServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path != "/v1/chat/completions" or not body.get("stream"):
                self._error(404, {"error": {"message": f"no such path {self.path}"}})
                return
            answer = server.answer_to(body)
            try:
                if isinstance(answer, Refused):
                    self._error(answer.status, answer.body)
                elif isinstance(answer, Drips):
                    self._drip(answer)
                else:
                    self._stream(answer)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client has heard enough

        def _error(self, status: int, body: dict[str, Any]) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _head(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()

        def _drip(self, answer: Drips) -> None:
            self._head()
            until = time.monotonic() + answer.seconds
            while time.monotonic() < until:
                self._write(b": still here\n\n")
                time.sleep(0.1)
            self.close_connection = True

        def _stream(self, answer: Said) -> None:
            time.sleep(answer.before)
            self._head()
            self._chunk({"role": "assistant", "content": ""})
            for piece in answer.text:
                self._chunk({"content": piece})
                time.sleep(answer.pause)
            for part in _parts(answer.calls):
                self._chunk({"tool_calls": [part]})
                time.sleep(answer.pause)
            if answer.drop:
                self.close_connection = True
                return
            self._chunk({}, "tool_calls" if answer.calls else "stop")
            if answer.usage is not None:
                prompt, completion = answer.usage
                usage = {
                    "prompt_tokens": prompt,
                    "completion_tokens": completion,
                    "total_tokens": prompt + completion,
                }
                self._event({"choices": [], "usage": usage})
            self._write(b"data: [DONE]\n\n")
            self._write(b"")

        def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> None:
            self._event({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})

        def _event(self, data: dict[str, Any]) -> None:
            whole = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "scripted", **data}
            self._write(f"data: {json.dumps(whole)}\n\n".encode())

        def _write(self, data: bytes) -> None:
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    return Handler


def _parts(calls: Sequence[tuple[str, dict[str, Any] | str]]) -> list[dict[str, Any]]:
    """Return the pieces of parallel calls, dealt out in turn as endpoints do."""
    pieces: list[list[dict[str, Any]]] = []
    for index, (name, given) in enumerate(calls):
        text = given if isinstance(given, str) else json.dumps(given)
        function = {"name": name.replace(".", "__"), "arguments": ""}
        mine = [{"index": index, "id": f"call_{index}_{name}", "type": "function", "function": function}]
        mine += [{"index": index, "function": {"arguments": text[at : at + 7]}} for at in range(0, len(text), 7)]
        pieces.append(mine)
    longest = max((len(mine) for mine in pieces), default=0)
    return [mine[n] for n in range(longest) for mine in pieces if n < len(mine)]

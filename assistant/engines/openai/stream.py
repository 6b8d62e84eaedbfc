"""Reading an endpoint's answer in a thread of its own: a stop or the deadline is heard while the endpoint is silent."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import openai
from django.conf import settings

from assistant.engines.base import EngineFailed

LISTEN_SECONDS = 0.25  # how long a stop may go unheard
LONGEST_ANSWER = 4  # times the longest silence: an endpoint that drips is given up too


class _End:
    """The endpoint has said everything, or failed with `problem`."""

    def __init__(self, problem: Exception | None = None) -> None:
        self.problem = problem


def chunks(request: dict[str, Any], stopped: Callable[[], bool]) -> Iterator[Any]:
    """Yield the chunks of one streamed answer; ends early once `stopped()`.

    Raises EngineFailed where the endpoint cannot be reached, refuses, breaks off, is silent for
    `OPENAI_TIMEOUT_SECONDS` or talks for four times as long.
    """
    patience = float(settings.OPENAI_TIMEOUT_SECONDS)
    client = openai.OpenAI(
        api_key=settings.OPENAI_API_KEY or "none",
        base_url=settings.OPENAI_BASE_URL or None,
        timeout=patience,
        max_retries=0,  # a model is never asked twice for one round
    )
    heard: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(client, request, heard), name="model", daemon=True).start()
    started = last = checked = time.monotonic()
    try:
        while True:
            try:
                found = heard.get(timeout=LISTEN_SECONDS)
            except queue.Empty:
                found = None
            now = time.monotonic()
            if isinstance(found, _End):
                if found.problem is not None:
                    raise EngineFailed(type(found.problem).__name__) from found.problem
                return
            if found is not None:
                last = now
                yield found
            if now - last > patience or now - started > patience * LONGEST_ANSWER:
                raise EngineFailed("the endpoint is too slow")
            if now - checked >= LISTEN_SECONDS:
                checked = now
                if stopped():
                    return
    finally:
        client.close()


def _read(client: openai.OpenAI, request: dict[str, Any], heard: queue.SimpleQueue[Any]) -> None:
    # What the endpoint or the client library raises, of whatever kind, is the endpoint's failure.
    try:
        for chunk in client.chat.completions.create(**request):
            heard.put(chunk)
    except Exception as problem:
        heard.put(_End(problem))
    else:
        heard.put(_End())

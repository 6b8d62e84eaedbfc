"""Hints: a word to the open sockets of those whose view has changed. Losing one loses nothing."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

# The in-process channel layer belongs to the server's event loop; whoever runs it says so here.
_server_loop: asyncio.AbstractEventLoop | None = None


def serve_from(loop: asyncio.AbstractEventLoop | None) -> None:
    """Name the event loop that serves the sockets of this process."""
    global _server_loop
    _server_loop = loop


def server_loop() -> asyncio.AbstractEventLoop | None:
    """Return the running event loop that serves the sockets of this process, or None."""
    loop = _server_loop
    return loop if loop is not None and loop.is_running() else None


def group_of(audience: UUID | str) -> str:
    """Return the channel group of an audience (a person or a group of people)."""
    return f"audience.{audience}"


def send(audience: UUID | str, message: dict[str, Any]) -> None:
    """Send a message to an audience's open sockets; never raises: a hint is no promise."""
    layer = get_channel_layer()
    if layer is None:
        return
    with contextlib.suppress(Exception):
        loop = _server_loop
        if loop is not None and loop.is_running():
            try:
                running = asyncio.get_running_loop()
            except RuntimeError:
                running = None
            if running is loop:
                loop.create_task(layer.group_send(group_of(audience), message))
            else:
                asyncio.run_coroutine_threadsafe(layer.group_send(group_of(audience), message), loop)
        else:
            async_to_sync(layer.group_send)(group_of(audience), message)


def hint(touched: Mapping[UUID, set[str]]) -> None:
    """Tell each audience which domains have changed."""
    for audience, domains in touched.items():
        send(audience, {"type": "pam.hint", "domains": sorted(domains)})

"""The socket: protocol pam.v1 (docs/protocol.md). It carries; the work is done by turns and plans."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import structlog
from asgiref.sync import sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db import DatabaseError, connection

from pam.access import acting_as
from pam.live.hints import group_of
from pam.ops import identity, metrics
from pam.ops.limits import allow

from . import frames, plans, turns, undoing
from .models import Thread, Turn

log = structlog.get_logger(__name__)

PROTOCOL = "pam.v1"
LARGEST_MESSAGE = 64 * 1024  # bytes
LARGEST_SEQ = 2**63 - 1
BATCH = 50  # frames read at once: what a slow client has not taken stays in the database
CLOSE_UNAUTHENTICATED, CLOSE_PROTOCOL, CLOSE_TOO_LARGE, CLOSE_TOO_MANY = 4401, 4400, 4413, 4429
MOST_BAD = 20
POLL_SECONDS = 15.0  # a hint may be lost; what it told of is found then
POLL_WITHOUT_HINTS = 1.0  # while the channel layer is down
LAYER_PATIENCE = 2.0


class Problem(Exception):
    """A message that cannot be acted on: code for the client, sentence for the person."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


async def in_thread(function: Callable[..., Any], *args: Any) -> Any:
    """Run database work in a thread of its own pool and give its connection back."""

    def work() -> Any:
        try:
            return function(*args)
        finally:
            connection.close()

    return await sync_to_async(work, thread_sensitive=False)()


class PamConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """One open socket of a person; shows any of their threads."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user: Any = None
        self.sent: dict[str, int] = {}  # the last seq sent of each followed thread
        self.behind: set[str] = set()
        self.wake = asyncio.Event()
        self.pump: asyncio.Task[None] | None = None
        self.joined = False
        self.bad = 0

    async def connect(self) -> None:
        """Let a signed-in person in, with the protocol spoken."""
        self.user = self.scope.get("user")
        if PROTOCOL not in self.scope.get("subprotocols", []):
            await self.accept()
            await self.close(code=CLOSE_PROTOCOL)
            return
        if self.user is None or not self.user.is_authenticated:
            await self.accept(subprotocol=PROTOCOL)
            await self._send({"type": "error", "code": "unauthenticated", "message": "Sign in first."})
            await self.close(code=CLOSE_UNAUTHENTICATED)
            return
        await self._join()
        await self.accept(subprotocol=PROTOCOL)
        metrics.sockets.inc()
        self.pump = asyncio.create_task(self._pump())

    async def disconnect(self, code: int) -> None:
        """Leave; turns go on."""
        if self.pump is not None:
            metrics.sockets.dec()
            self.pump.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.pump
            with contextlib.suppress(Exception):
                async with asyncio.timeout(LAYER_PATIENCE):
                    await self.channel_layer.group_discard(group_of(self.user.pk), self.channel_name)

    @property
    def channel_receive(self) -> Callable[[], Awaitable[dict[str, Any]]]:
        """How hints are heard: a channel layer that is down ends no socket, it is asked again."""
        return self._hear

    @channel_receive.setter
    def channel_receive(self, receive: Callable[[], Awaitable[dict[str, Any]]]) -> None:
        self._hear_layer = receive

    async def _hear(self) -> dict[str, Any]:
        try:
            return await self._hear_layer()
        except Exception as problem:
            if self.joined:
                log.warning("socket.layer_lost", error=type(problem).__name__)
            self.joined = False
            self.wake.set()
            await asyncio.sleep(POLL_WITHOUT_HINTS)
            return {"type": "pam.layer_lost"}

    async def pam_layer_lost(self, event: dict[str, Any]) -> None:
        """Without hints the pump looks by itself."""

    async def _join(self) -> None:
        """Ask for hints; a channel layer that was restarted has forgotten who did."""
        try:
            async with asyncio.timeout(LAYER_PATIENCE):
                await self.channel_layer.group_add(group_of(self.user.pk), self.channel_name)
        except Exception as problem:
            if self.joined:
                log.warning("socket.layer_lost", error=type(problem).__name__)
            self.joined = False
        else:
            self.joined = True

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take one message of the client."""
        if text_data is None:
            await self._bad("bad_message", "Send text, not binary data. Nothing has changed.")
            return
        if len(text_data) > LARGEST_MESSAGE or len(text_data.encode(errors="replace")) > LARGEST_MESSAGE:
            await self._error("too_large", "A message has at most 64 KB. Nothing has changed.")
            await self.close(code=CLOSE_TOO_LARGE)
            return
        identity.begin()
        try:
            message = json.loads(text_data)
            if not isinstance(message, dict) or not isinstance(message.get("type"), str):
                raise ValueError
            json.dumps(message, ensure_ascii=False).encode()  # half of a pair is no character: a ValueError
        except (ValueError, RecursionError):
            await self._bad("bad_message", "Send a JSON object with a type. Nothing has changed.")
            return
        allowed, retry = await sync_to_async(allow, thread_sensitive=False)(
            "socket", str(self.user.pk), settings.RATE_LIMIT_PER_MINUTE
        )
        if not allowed:
            await self._send(
                {
                    "type": "error",
                    "code": "too_many",
                    "message": f"Too many messages. Wait {retry} seconds.",
                    "retry_after": retry,
                }
            )
            return
        handler = getattr(self, f"on_{message['type']}", None)
        if handler is None:
            await self._bad(
                "unknown_type", f"There is no message of type “{message['type'][:40]}”. Nothing has changed."
            )
            return
        try:
            await handler(message)
        except Problem as problem:
            await self._bad(problem.code, str(problem))
        except Exception:
            log.exception("socket.failed", type=message["type"])
            await self._error("failed", "PAM failed at this. Nothing of this message was kept.")

    async def on_ping(self, message: dict[str, Any]) -> None:
        """Answer a sign of life."""
        await self._send({"type": "pong"})

    async def on_open(self, message: dict[str, Any]) -> None:
        """Show a thread from `after_seq` on, and follow it."""
        await self.on_resume(message)

    async def on_resume(self, message: dict[str, Any]) -> None:
        """Send exactly the frames after `after_seq`, then follow."""
        thread = _id(message, "thread")
        after = message.get("after_seq", 0)
        if isinstance(after, bool) or not isinstance(after, int) or not 0 <= after <= LARGEST_SEQ:
            raise Problem("bad_message", "after_seq is a number from 0.")
        last = await self._last_seq(thread)
        # A number beyond the last (of a copy of the data that is gone) would hide what comes next.
        self._follow(str(thread), min(after, last))

    async def on_say(self, message: dict[str, Any]) -> None:
        """Take what is said; the turn is stored before it is acknowledged."""
        text = message.get("text")
        if not isinstance(text, str):
            raise Problem("bad_message", "Send the words as a text.")
        thread = _id(message, "thread") if message.get("thread") else None
        client_id = message.get("client_id")
        if client_id is not None and (not isinstance(client_id, str) or len(client_id) > 64):
            raise Problem("bad_message", "client_id is a text of at most 64 characters.")
        files = message.get("files") or []
        if not isinstance(files, list) or not all(isinstance(found, str) for found in files):
            raise Problem("bad_message", "files is a list of ids.")
        try:
            turn: Turn = await in_thread(
                turns.accept, self.user, text, thread, client_id, _ids(message, "ticked"), files
            )
        except turns.SayProblem as problem:
            raise Problem("not_taken", str(problem)) from problem
        before = await in_thread(self._before, turn) if str(turn.thread_id) not in self.sent else None
        await self._send(
            {"type": "accepted", "client_id": client_id, "thread": str(turn.thread_id), "turn": str(turn.pk)}
        )
        self._follow(str(turn.thread_id), before)
        turns.start(turn)

    def _follow(self, thread: str, after: int | None = None) -> None:
        """Send what a thread has after this number (or after what was sent), and what it gets from now on."""
        if after is not None:
            self.sent[thread] = after
        self.behind.add(thread)
        self.wake.set()

    def _before(self, turn: Turn) -> int:
        with acting_as(self.user):
            first = turn.frames.order_by("seq").values_list("seq", flat=True).first()
            return (first or 1) - 1

    async def on_approve(self, message: dict[str, Any]) -> None:
        """Say yes to a plan or to steps of it."""
        await self._plan(message, plans.approve, _ids(message, "steps"))

    async def on_decline(self, message: dict[str, Any]) -> None:
        """Say no."""
        await self._plan(message, plans.decline, _ids(message, "steps"))

    async def on_edit(self, message: dict[str, Any]) -> None:
        """Change waiting steps."""
        steps = message.get("steps")
        if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
            raise Problem("bad_message", "steps is a list of {id, arguments}.")
        await self._plan(message, plans.edit, steps)

    async def _plan(self, message: dict[str, Any], act: Callable[..., Turn], *args: Any) -> None:
        plan = _id(message, "plan")

        def work() -> None:
            with acting_as(self.user):
                act(self.user, plan, *args)

        try:
            await in_thread(work)
        except plans.PlanProblem as problem:
            raise Problem("not_possible", str(problem)) from problem

    async def on_undo(self, message: dict[str, Any]) -> None:
        """Undo an entry, or the thread's last."""
        from pam.journal.undo import Refused

        thread_id = _id(message, "thread")
        entry = _id(message, "entry") if message.get("entry") else None

        def work() -> None:
            with acting_as(self.user):
                thread = Thread.objects.filter(pk=thread_id).first()
                if thread is None:
                    raise Problem("not_found", "There is no such conversation.")
                undoing.press(self.user, thread, entry)

        try:
            await in_thread(work)
        except Refused as problem:
            raise Problem("refused", str(problem)) from problem

    async def on_stop(self, message: dict[str, Any]) -> None:
        """Ask a turn to do no more."""
        if not await in_thread(turns.stop, self.user, _id(message, "turn")):
            raise Problem("not_found", "There is no such turn.")

    async def pam_frames(self, event: dict[str, Any]) -> None:
        """A thread of this person has new frames."""
        if event["thread"] in self.sent:
            self._follow(event["thread"])

    async def pam_hint(self, event: dict[str, Any]) -> None:
        """What this person sees has changed in these domains."""
        await self._send({"type": "hint", "domains": event["domains"]})

    async def pam_notification(self, event: dict[str, Any]) -> None:
        """A notification is stored for this person."""
        data = await in_thread(self._notification, event["id"])
        if data is not None:
            await self._send({"type": "notification", "data": data})

    def _notification(self, pk: str) -> dict[str, Any] | None:
        from pam.live.models import Notification

        with acting_as(self.user):
            row = Notification.objects.filter(pk=pk).first()
            if row is None:
                return None
            return {
                "id": str(row.pk), "kind": row.kind, "title": row.title, "body": row.body, "domain": row.domain,
                "url": row.url, "at": row.created_at.isoformat(),
            }  # fmt: skip

    async def pam_closed(self, event: dict[str, Any]) -> None:
        """A session of this person was revoked; where it was this socket's own, it closes."""
        if event["session"] == self.scope["session_id"] or not await in_thread(self.scope["still"]):
            await self.close(code=CLOSE_UNAUTHENTICATED)

    async def _pump(self) -> None:
        """Send what is not sent yet of every followed thread; hints only wake it, so none is kept in memory."""
        while True:
            try:
                async with asyncio.timeout(POLL_SECONDS if self.joined else POLL_WITHOUT_HINTS):
                    await self.wake.wait()
            except TimeoutError:
                await self._join()
                self.behind.update(self.sent)
                with contextlib.suppress(DatabaseError):
                    if self.scope["session_id"] and not await in_thread(self.scope["still"]):
                        await self.close(code=CLOSE_UNAUTHENTICATED)  # the hint of it was lost
                        return
            self.wake.clear()
            behind, self.behind = self.behind, set()
            for thread in behind:
                try:
                    await self._catch_up(thread)
                except Exception:
                    log.exception("socket.pump_failed")
                    self._follow(thread)
                    await asyncio.sleep(0.5)

    async def _catch_up(self, thread: str) -> None:
        def read(after: int) -> list[dict[str, Any]]:
            with acting_as(self.user):
                return frames.after(UUID(thread), after, BATCH)

        while True:
            found = await in_thread(read, self.sent[thread])
            for frame in found:
                if frame["seq"] > self.sent[thread]:
                    await self._send(frame)  # waits while the client does not read
                    self.sent[thread] = frame["seq"]
            if len(found) < BATCH:
                return

    async def _last_seq(self, thread: UUID) -> int:
        def read() -> int | None:
            with acting_as(self.user):
                return Thread.objects.filter(pk=thread).values_list("last_seq", flat=True).first()

        last: int | None = await in_thread(read)
        if last is None:
            raise Problem("not_found", "There is no such conversation.")
        return last

    async def _bad(self, code: str, message: str) -> None:
        self.bad += 1
        await self._error(code, message)
        if self.bad >= MOST_BAD:
            await self.close(code=CLOSE_TOO_MANY)

    async def _error(self, code: str, message: str) -> None:
        await self._send({"type": "error", "code": code, "message": message})

    async def _send(self, data: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps(data, ensure_ascii=False))


def _id(message: dict[str, Any], name: str) -> UUID:
    try:
        return UUID(str(message.get(name)))
    except ValueError as problem:
        raise Problem("bad_message", f"{name} is an id.") from problem


def _ids(message: dict[str, Any], name: str) -> list[UUID] | None:
    ids = message.get(name)
    if ids is None:
        return None
    if not isinstance(ids, list):
        raise Problem("bad_message", f"{name} is a list of ids.")
    try:
        return [UUID(str(one)) for one in ids]
    except ValueError as problem:
        raise Problem("bad_message", f"{name} is a list of ids.") from problem

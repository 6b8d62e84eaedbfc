"""Frames: numbered, stored in the transaction of what they tell, then hinted to every open socket of the user."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection, transaction

from pam.live import hints

from .models import Frame, Thread, Turn

FrameData = tuple[str, dict[str, Any]]


def write(thread: Thread, turn: Turn | None, frames: list[FrameData]) -> list[Frame]:
    """Number and store frames; the caller may hold a transaction. The thread's row is locked while numbers are given."""
    if not frames:
        return []
    with transaction.atomic():
        rows = Thread.objects.filter(pk=thread.pk)
        if connection.features.has_select_for_update:
            rows = rows.select_for_update()
        last = rows.values_list("last_seq", flat=True).get()
        made = [
            Frame(owner_id=thread.owner_id, thread=thread, turn=turn, seq=last + n, kind=kind, data=data)
            for n, (kind, data) in enumerate(frames, start=1)
        ]
        Frame.objects.bulk_create(made)
        Thread.objects.filter(pk=thread.pk).update(last_seq=last + len(made))
        thread.last_seq = last + len(made)
        owner, thread_id = thread.owner_id, str(thread.pk)
        transaction.on_commit(lambda: hints.send(owner, {"type": "pam.frames", "thread": thread_id}))
    return made


def after(thread_id: UUID, seq: int, limit: int = 100) -> list[dict[str, Any]]:
    """Return the frames of a thread of the acting person after `seq`, as clients get them."""
    rows = Frame.objects.filter(thread_id=thread_id, seq__gt=seq).order_by("seq")[:limit]
    return [as_json(row) for row in rows]


def as_json(frame: Frame) -> dict[str, Any]:
    """Return a frame as clients get it."""
    return {
        "type": frame.kind,
        "thread": str(frame.thread_id),
        "turn": str(frame.turn_id) if frame.turn_id else None,
        "seq": frame.seq,
        "at": frame.created_at.isoformat(),
        "data": frame.data,
    }

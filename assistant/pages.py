"""The chat page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from pam.files import services as uploads
from pam.journal.lines import show_date, show_time
from pam.journal.undo import undone_by
from pam.pages import act, login_required, page
from pam.tools.executor import words_of

from . import history, plans, shown, turns
from .models import Memory, Plan, Thread, Turn

MOST_TURNS = 60


@login_required
def chat(request: HttpRequest, thread: UUID | None = None, refused: str = "") -> HttpResponse:
    """Show a conversation, or the place for a new one; what was said and `refused` stands in the composer again."""
    found = get_object_or_404(Thread.objects.all(), pk=thread) if thread else None
    rows = Thread.objects.order_by("-last_at")
    if words := request.GET.get("q", "").strip()[:200]:
        rows = rows.filter(pk__in={turn.thread_id for turn in history.found(Turn.objects.all(), words)})
    threads = [_thread(row) for row in rows[:60]]
    shown_turns = []
    if found:
        undone = undone_by(request.user)
        recent = list(found.turns.order_by("-id")[:MOST_TURNS])
        shown_turns = [_turn(turn, undone) for turn in reversed(recent)]
        if recent and (options := shown.options_of(recent[0])):  # what was said since has left the question behind
            shown_turns[-1]["parts"].append({"type": "options", "options": options})
    return page(
        request, "assistant/chat.html", "chat", threads=threads, turns=shown_turns, q=words,
        thread=_thread(found) if found else None, last_seq=found.last_seq if found else 0, refused=refused,
        file_max_bytes=settings.FILE_MAX_BYTES, status=400 if refused else 200,
    )  # fmt: skip


def _thread(row: Thread) -> dict[str, Any]:
    local = timezone.localtime(row.last_at)
    today = timezone.localdate()
    return {
        "id": str(row.pk),
        "title": row.title or "Conversation",
        "last": row.last_text,
        "at": show_time(row.last_at) if local.date() == today else show_date(local.date()),
        "waiting": row.plans.filter(status=Plan.Status.WAITING).count(),
    }


def _turn(turn: Turn, undone: Mapping[UUID, UUID]) -> dict[str, Any]:
    """Return a turn as the stream shows it: words, receipts, plans and cards in their order."""
    parts: list[dict[str, Any]] = []
    actions = list(turn.actions.order_by("round", "position"))
    for entry in dict.fromkeys(action.entry for action in actions if action.entry):
        receipt = shown.receipt_of([action for action in actions if action.entry == entry], undone)
        parts.append({"type": "receipt", "receipt": receipt})
    if words := turn.reply if turn.beside is None else turn.beside:
        parts.append({"type": "text", "text": words})
    parts += [{"type": "card", "card": action.card} for action in actions if action.card]
    parts += [{"type": "plan", "plan": shown.plan_of(plan)} for plan in turn.plans.order_by("id")]
    status = {"accepted": "working"}.get(turn.status, turn.status)
    return {
        "id": str(turn.pk),
        "at": turn.created_at.isoformat(),
        "time": show_time(turn.created_at),
        "day": show_date(timezone.localtime(turn.created_at).date()),
        "said": turn.said,
        "files": turn.files,
        "status": status,
        "parts": parts,
    }


@login_required
@require_POST
def say(request: HttpRequest) -> HttpResponse:
    """Take a message without a socket (no script, or the composer of another page)."""
    said, named = request.POST.get("message", ""), request.POST.get("thread")
    try:
        thread = UUID(named) if named else None
    except ValueError as problem:
        raise Http404 from problem
    try:
        turn = turns.accept(request.user, said, thread, files=uploads.upload_all(request.user, request))
    except (turns.SayProblem, ValidationError) as problem:
        messages.error(request, words_of(problem) if isinstance(problem, ValidationError) else str(problem))
        return chat(request, thread if thread and Thread.objects.filter(pk=thread).exists() else None, said)
    turns.process(request.user, turn.pk, fresh=True)
    return HttpResponseRedirect(reverse("chat-thread", args=[turn.thread_id]))


@login_required
@require_POST
def decide(request: HttpRequest, plan: UUID, answer: str) -> HttpResponse:
    """Approve or decline a plan without a socket."""
    try:
        decided = plans.approve if answer == "approve" else plans.decline
        turn = decided(request.user, plan)
    except plans.PlanProblem as problem:
        messages.error(request, str(problem))
        return HttpResponseRedirect(reverse("chat"))
    return HttpResponseRedirect(reverse("chat-thread", args=[turn.thread_id]))


@login_required
@require_POST
def delete(request: HttpRequest, thread: UUID) -> HttpResponse:
    """Delete a conversation; what was done in it stays in the journal."""
    get_object_or_404(Thread.objects.all(), pk=thread).delete()
    return HttpResponseRedirect(reverse("chat"))


@login_required
@require_POST
def forget(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Forget something that was kept."""
    row = get_object_or_404(Memory.objects.all(), pk=pk)
    return act(request, row.delete, back="settings", tool="assistant.forget")

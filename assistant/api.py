"""The conversation over the API: chat, plans, undo, history, context."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import connection, transaction
from django.http import HttpResponseBase, StreamingHttpResponse
from django.urls import path
from django.utils.decorators import method_decorator
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from pam.access import acting_as
from pam.api.paging import NewestFirst
from pam.api.problems import Conflict
from pam.api.renderers import JSONRenderer
from pam.api.writes import perform
from pam.journal.undo import Refused, undone_by

from . import attaching, frames, history, memory, plans, shown, turns, undoing
from .models import Thread, Turn

STREAM = "text/event-stream"
LONGEST_STREAM_SECONDS = 120


class SaySerializer(serializers.Serializer[Any]):
    """Something said."""

    message = serializers.CharField(max_length=turns.LONGEST_SAID, trim_whitespace=True)
    thread = serializers.UUIDField(required=False, allow_null=True)
    client_id = serializers.CharField(required=False, allow_null=True, max_length=64)
    ticked = serializers.ListField(child=serializers.UUIDField(), required=False, allow_null=True, max_length=200)
    files = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=attaching.MOST_FILES,
        help_text="ids of files that wait (POST /api/files)",
    )  # fmt: skip

    def to_internal_value(self, data: Any) -> Any:
        """Take a real text only: a number is no message."""
        if isinstance(data, dict) and not isinstance(data.get("message"), str):
            raise serializers.ValidationError({"message": ["Send the words as a text."]})
        return super().to_internal_value(data)

    class Meta:
        example = {"message": "I spent $42.50 on groceries at Coles yesterday"}


class LineSerializer(serializers.Serializer[Any]):
    """One line of a receipt or diff."""

    domain = serializers.CharField()
    verb = serializers.CharField()
    what = serializers.CharField()
    name = serializers.CharField()
    sub = serializers.CharField()
    value = serializers.CharField()
    value_sub = serializers.CharField()
    changes = serializers.ListField(child=serializers.DictField(child=serializers.CharField()))
    model = serializers.CharField()
    row = serializers.CharField()


class ReceiptSerializer(serializers.Serializer[Any]):
    """What an entry of the journal did."""

    entry = serializers.UUIDField()
    number = serializers.IntegerField()
    lines = LineSerializer(many=True)
    undo = serializers.UUIDField(allow_null=True)
    redo = serializers.UUIDField(allow_null=True)
    state = serializers.CharField()
    reason = serializers.CharField()


class ActionSerializer(serializers.Serializer[Any]):
    """One tool call and what became of it."""

    id = serializers.UUIDField()
    tool = serializers.CharField()
    status = serializers.CharField()
    receipt = ReceiptSerializer(allow_null=True)
    undo = serializers.UUIDField(allow_null=True)


class StepSerializer(serializers.Serializer[Any]):
    """One step of a plan."""

    id = serializers.UUIDField()
    tool = serializers.CharField()
    title = serializers.CharField()
    lines = LineSerializer(many=True)
    quote = serializers.CharField()
    status = serializers.CharField()
    arguments = serializers.DictField()
    editable = serializers.ListField(child=serializers.DictField())


class PlanSerializer(serializers.Serializer[Any]):
    """Steps that wait for a yes."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    status = serializers.CharField()
    audience = serializers.CharField()
    steps = StepSerializer(many=True)
    note = serializers.CharField()


class AnswerSerializer(serializers.Serializer[Any]):
    """What came of a turn; `options` are likely answers where it asks something."""

    thread = serializers.UUIDField()
    turn = serializers.UUIDField()
    reply = serializers.CharField()
    options = serializers.ListField(child=serializers.CharField())
    actions = ActionSerializer(many=True)
    waiting = PlanSerializer(allow_null=True)


class StepsSerializer(serializers.Serializer[Any]):
    """Which steps; all that wait where left out."""

    steps = serializers.ListField(child=serializers.UUIDField(), required=False, allow_null=True, max_length=50)


class EditedStepSerializer(serializers.Serializer[Any]):
    """New arguments of a step."""

    id = serializers.UUIDField()
    arguments = serializers.DictField()


class EditSerializer(serializers.Serializer[Any]):
    """Changes to waiting steps."""

    steps = EditedStepSerializer(many=True)


class UndoSerializer(serializers.Serializer[Any]):
    """What to undo: an entry, or the conversation's last."""

    thread = serializers.UUIDField()
    id = serializers.UUIDField(required=False, allow_null=True)


class HistoryTurnSerializer(serializers.Serializer[Any]):
    """One turn of a conversation."""

    id = serializers.UUIDField()
    thread = serializers.UUIDField()
    at = serializers.DateTimeField()
    said = serializers.CharField()
    reply = serializers.CharField()
    status = serializers.CharField()
    actions = ActionSerializer(many=True)


class HistoryPageSerializer(serializers.Serializer[Any]):
    """A page of turns."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = HistoryTurnSerializer(many=True)


class ThreadSerializer(serializers.Serializer[Any]):
    """A conversation."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    last = serializers.CharField()
    at = serializers.DateTimeField()
    last_seq = serializers.IntegerField()


class ThreadPageSerializer(serializers.Serializer[Any]):
    """A page of conversations."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = ThreadSerializer(many=True)


class ContextSerializer(serializers.Serializer[Any]):
    """What PAM should know."""

    preferences = serializers.DictField(child=serializers.CharField(max_length=1000), required=False)
    facts = serializers.ListField(child=serializers.CharField(max_length=1000), required=False, max_length=500)

    class Meta:
        example = {"preferences": {"tone": "short"}, "facts": ["coeliac", "works night shifts"]}


def _valid(serializer: serializers.Serializer[Any]) -> dict[str, Any]:
    if not isinstance(serializer.initial_data, dict):
        raise ValidationError({"non_field_errors": ["Send a JSON object."]})
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


class EventStream(BaseRenderer):
    """Lets a client ask for server-sent events; what is no stream (a problem) is JSON all the same."""

    media_type = STREAM
    format = "sse"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """Return JSON."""
        return json.dumps(data, ensure_ascii=False, default=str).encode()


@method_decorator(transaction.non_atomic_requests, name="dispatch")
class ChatView(APIView):
    """`POST /api/pam/chat`: say something and get what came of it."""

    renderer_classes = [JSONRenderer, EventStream]

    @extend_schema(
        request=SaySerializer,
        responses={
            (200, "application/json"): AnswerSerializer,
            (200, STREAM): OpenApiTypes.STR,
        },
        examples=[OpenApiExample("Example", value=SaySerializer.Meta.example, request_only=True)],
        summary="Say something",
        description=f"With `Accept: {STREAM}` the frames of protocol pam.v1 come as server-sent events.",
    )
    def post(self, request: Request) -> HttpResponseBase:
        """Take a message, work on it, answer (or stream its frames)."""
        data = _valid(SaySerializer(data=request.data))
        key = request.headers.get("Idempotency-Key", "")[:64]
        try:
            turn = turns.accept(
                request.user, data["message"], data.get("thread"), data.get("client_id") or key or None,
                ticked=data.get("ticked"), files=data.get("files", []),
            )  # fmt: skip
        except turns.SayProblem as problem:
            if "no such conversation" in str(problem):
                raise NotFound(str(problem)) from problem
            raise ValidationError({"message": [str(problem)]}) from problem
        if STREAM in request.headers.get("Accept", ""):
            turns.start(turn)
            return _streamed(request.user, turn)
        turn = turns.process(request.user, turn.pk, fresh=True)
        turn = _finished(turn)
        return Response(shown.answer_of(turn))


def _finished(turn: Turn) -> Turn:
    """Wait for a turn that another process works on (the same message sent twice)."""
    import time

    for _ in range(300):
        turn.refresh_from_db()
        if turn.status not in {Turn.Status.ACCEPTED, Turn.Status.WORKING}:
            break
        time.sleep(0.1)
    return turn


def _streamed(user: Any, turn: Turn) -> StreamingHttpResponse:
    def read(after: int) -> list[dict[str, Any]]:
        try:
            with acting_as(user):
                return frames.after(turn.thread_id, after)
        finally:
            if not connection.in_atomic_block:
                connection.close()

    first = turn.frames.order_by("seq").values_list("seq", flat=True).first() or 1

    async def events() -> AsyncIterator[bytes]:
        seq, waited = first - 1, 0.0
        while waited < LONGEST_STREAM_SECONDS:
            found = await sync_to_async(read, thread_sensitive=False)(seq)
            for frame in found:
                seq = frame["seq"]
                if frame["turn"] != str(turn.pk):
                    continue
                yield f"id: {seq}\nevent: {frame['type']}\ndata: {json.dumps(frame, ensure_ascii=False)}\n\n".encode()
                if frame["type"] == "turn.finished":
                    return
            if not found:
                await asyncio.sleep(0.1)
                waited += 0.1

    response = StreamingHttpResponse(events(), content_type=STREAM)
    response["Cache-Control"] = "no-cache"
    response["X-Accel-Buffering"] = "no"
    return response


class _PlanView(APIView):
    def _answered(self, request: Request, act: Any) -> Response:
        def do() -> Response:
            try:
                turn = act()
            except plans.PlanProblem as problem:
                if str(problem) == "There is no such plan.":
                    raise NotFound(str(problem)) from problem
                raise Conflict(str(problem)) from problem
            return Response(shown.answer_of(turn))

        return perform(request, do, entry=False)


class ApproveView(_PlanView):
    """`POST /api/pam/plans/{id}/approve`."""

    @extend_schema(request=StepsSerializer, responses=AnswerSerializer, summary="Approve a plan, or steps of it")
    def post(self, request: Request, plan: UUID) -> Response:
        """Run the steps as one entry; a diff that has changed is shown anew and waits."""
        data = _valid(StepsSerializer(data=request.data or {}))
        return self._answered(request, lambda: plans.approve(request.user, plan, data.get("steps")))


class DeclineView(_PlanView):
    """`POST /api/pam/plans/{id}/decline`."""

    @extend_schema(request=StepsSerializer, responses=AnswerSerializer, summary="Decline a plan, or steps of it")
    def post(self, request: Request, plan: UUID) -> Response:
        """Decline; nothing happens."""
        data = _valid(StepsSerializer(data=request.data or {}))
        return self._answered(request, lambda: plans.decline(request.user, plan, data.get("steps")))


class PlanView(_PlanView):
    """`GET` and `PATCH /api/pam/plans/{id}`."""

    @extend_schema(responses=AnswerSerializer, summary="A plan with its turn")
    def get(self, request: Request, plan: UUID) -> Response:
        """Answer the plan's turn."""
        turn = Turn.objects.filter(plans=plan).first()
        if turn is None:
            raise NotFound("There is no such plan.")
        return Response(shown.answer_of(turn))

    @extend_schema(request=EditSerializer, responses=AnswerSerializer, summary="Change arguments of waiting steps")
    def patch(self, request: Request, plan: UUID) -> Response:
        """Change steps and show the new diff."""
        data = _valid(EditSerializer(data=request.data))
        return self._answered(request, lambda: plans.edit(request.user, plan, data["steps"]))


class UndoView(APIView):
    """`POST /api/pam/undo`."""

    @extend_schema(
        request=UndoSerializer,
        responses={200: AnswerSerializer, 409: OpenApiResponse(description="A later change stands on it.")},
        summary="Undo an entry, or the conversation's last",
    )
    def post(self, request: Request) -> Response:
        """Undo and answer what it did."""
        data = _valid(UndoSerializer(data=request.data))

        def do() -> Response:
            thread = Thread.objects.filter(pk=data["thread"]).first()
            if thread is None:
                raise NotFound("There is no such conversation.")
            try:
                entry, turn = undoing.press(request.user, thread, data.get("id"))
            except Refused as problem:
                raise Conflict(str(problem)) from problem
            turn = turn or thread.turns.order_by("-id").first()
            assert turn is not None
            answer = shown.answer_of(turn, "Undone. " + " ".join(f"{line.sentence()}." for line in entry.lines))
            answer["undone_by"] = str(entry.id)
            return Response(answer)

        return perform(request, do, entry=False)


class HistoryView(APIView):
    """`GET /api/pam/history`."""

    @extend_schema(
        parameters=[
            OpenApiParameter("thread", OpenApiTypes.UUID, description="one conversation"),
            OpenApiParameter(
                "q", OpenApiTypes.STR, description="words that were said or answered, in the newest 2,000 turns"
            ),
            OpenApiParameter("cursor", OpenApiTypes.STR),
            OpenApiParameter("page_size", OpenApiTypes.INT),
        ],
        responses=HistoryPageSerializer,
        summary="What was said and what came of it, newest first",
    )
    def get(self, request: Request) -> Response:
        """Answer a page of turns."""
        rows = Turn.objects.all()
        if thread := request.query_params.get("thread"):
            try:
                rows = rows.filter(thread_id=UUID(thread))
            except ValueError as problem:
                raise ValidationError({"thread": ["This is not an id."]}) from problem
        if words := request.query_params.get("q", "")[:200].strip():
            rows = rows.filter(pk__in=[turn.pk for turn in history.found(rows, words)])
        pager = NewestFirst()
        page = pager.paginate_queryset(rows, request, view=self) or []
        undone = undone_by(request.user)
        results = [
            {
                "id": str(turn.pk),
                "thread": str(turn.thread_id),
                "at": turn.created_at.isoformat(),
                "said": turn.said,
                "reply": turn.reply,
                "status": turn.status,
                "actions": [shown.action_of(action, undone) for action in turn.actions.order_by("round", "position")],
            }
            for turn in page
        ]
        return pager.get_paginated_response(results)


class ThreadsView(APIView):
    """`GET /api/pam/threads`."""

    @extend_schema(
        responses=ThreadPageSerializer,
        summary="Conversations, newest first",
    )
    def get(self, request: Request) -> Response:
        """Answer a page of conversations."""
        pager = NewestFirst()
        page = pager.paginate_queryset(Thread.objects.all(), request, view=self) or []
        return pager.get_paginated_response(
            [
                {
                    "id": str(t.pk),
                    "title": t.title,
                    "last": t.last_text,
                    "at": t.last_at.isoformat(),
                    "last_seq": t.last_seq,
                }
                for t in page
            ]
        )


class ThreadView(APIView):
    """`DELETE /api/pam/threads/{id}`."""

    @extend_schema(responses={204: None}, summary="Delete a conversation with all its frames")
    def delete(self, request: Request, thread: UUID) -> Response:
        """Delete; what was done in it stays done, and in the journal."""
        found = Thread.objects.filter(pk=thread).first()
        if found is None:
            raise NotFound("There is no such conversation.")

        def do() -> Response:
            found.delete()
            return Response(status=status.HTTP_204_NO_CONTENT)

        return perform(request, do, entry=False)


class FramesView(APIView):
    """`GET /api/pam/threads/{id}/frames?after_seq=`."""

    @extend_schema(
        parameters=[OpenApiParameter("after_seq", OpenApiTypes.INT)],
        responses={200: {"type": "object", "properties": {"results": {"type": "array", "items": {"type": "object"}}}}},
        summary="The frames of a conversation after a number",
    )
    def get(self, request: Request, thread: UUID) -> Response:
        """Answer at most 200 frames, oldest first."""
        if not Thread.objects.filter(pk=thread).exists():
            raise NotFound("There is no such conversation.")
        after = request.query_params.get("after_seq", "0")
        if not after.isdigit() or len(after) > 18:
            raise ValidationError({"after_seq": ["This is not a number."]})
        return Response({"results": frames.after(thread, int(after), 200)})


class ContextView(APIView):
    """`GET` and `PUT /api/pam/context`."""

    @extend_schema(responses=ContextSerializer, summary="What PAM knows about you")
    def get(self, request: Request) -> Response:
        """Answer preferences and facts."""
        return Response(memory.context())

    @extend_schema(request=ContextSerializer, responses=ContextSerializer, summary="What PAM should know about you")
    def put(self, request: Request) -> Response:
        """Replace what is given; what is left out stays."""
        data = _valid(ContextSerializer(data=request.data))

        def do() -> Response:
            memory.replace(request.user, data.get("preferences"), data.get("facts"))
            return Response(memory.context())

        return perform(request, do, tool="assistant.remember")


urlpatterns = [
    path("pam/chat", ChatView.as_view(), name="chat-api"),
    path("pam/undo", UndoView.as_view(), name="undo-api"),
    path("pam/history", HistoryView.as_view(), name="history"),
    path("pam/threads", ThreadsView.as_view(), name="threads"),
    path("pam/threads/<uuid:thread>", ThreadView.as_view(), name="thread"),
    path("pam/threads/<uuid:thread>/frames", FramesView.as_view(), name="frames"),
    path("pam/context", ContextView.as_view(), name="context"),
    path("pam/plans/<uuid:plan>", PlanView.as_view(), name="plan"),
    path("pam/plans/<uuid:plan>/approve", ApproveView.as_view(), name="plan-approve"),
    path("pam/plans/<uuid:plan>/decline", DeclineView.as_view(), name="plan-decline"),
]

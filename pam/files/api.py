"""Files over the API: sent, attached, listed, given out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from pam.api.etags import conditional
from pam.api.paging import NewestFirst
from pam.api.problems import TooLarge as Problem413
from pam.api.views import represent
from pam.api.writes import perform

from . import services, storage, targets, uploads
from .content import PDF, Content
from .models import Attachment, Upload

FACTS = ("name", "media_type", "size", "sha256", "width", "height")
ROW = ("id", "created_at", "updated_at")
MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp", PDF)
FORM = {
    "multipart/form-data": {
        "type": "object",
        "properties": {"file": {"type": "string", "format": "binary", "description": "JPEG, PNG, WebP, GIF or PDF"}},
        "required": ["file"],
    }
}
TARGET = {
    "type": "object",
    "properties": {"model": {"type": "string"}, "id": {"type": "string", "format": "uuid"}},
    "required": ["model", "id"],
}
# Whatever a file holds, it runs nothing, loads nothing and is nobody's page: not even where it is opened by itself.
SHUT_IN = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


class AttachmentSerializer(serializers.ModelSerializer[Attachment]):
    """A file of a row. `content` and `thumbnail` (of pictures) are where its bytes are."""

    target = serializers.SerializerMethodField()
    content = serializers.SerializerMethodField()
    thumbnail = serializers.SerializerMethodField()

    class Meta:
        model = Attachment
        fields = (*ROW, *FACTS, "target", "content", "thumbnail")
        read_only_fields = fields
        example: ClassVar[dict[str, Any]] = {
            "id": "01935c1a-7c1e-7a51-9d3e-0d7b6c2f4a50",
            "created_at": "2026-11-24T18:02:11+10:00",
            "updated_at": "2026-11-24T18:02:11+10:00",
            "name": "receipt.jpg",
            "media_type": "image/jpeg",
            "size": 184320,
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "width": 1536,
            "height": 2048,
            "target": {"model": "wins.transaction", "id": "01935c1a-7c1e-7a51-9d3e-0d7b6c2f4a51"},
            "content": "/api/files/01935c1a-7c1e-7a51-9d3e-0d7b6c2f4a50/content",
            "thumbnail": "/api/files/01935c1a-7c1e-7a51-9d3e-0d7b6c2f4a50/thumbnail",
        }

    @extend_schema_field(TARGET)
    def get_target(self, row: Attachment) -> dict[str, str]:
        """Return the row that it belongs to: its kind and id."""
        return {"model": row.target_model, "id": str(row.target_id)}

    def get_content(self, row: Attachment) -> str:
        """Return where its bytes are."""
        return f"/api/files/{row.pk}/content"

    def get_thumbnail(self, row: Attachment) -> str | None:
        """Return where its small picture is, or null."""
        return f"/api/files/{row.pk}/thumbnail" if row.is_picture else None


class UploadSerializer(serializers.ModelSerializer[Upload]):
    """A file that waits to be attached, until `expires_at`."""

    class Meta:
        model = Upload
        fields = ("id", *FACTS, "expires_at")
        read_only_fields = fields
        example: ClassVar[dict[str, Any]] = {
            "id": "01935c1a-7c1e-7a51-9d3e-0d7b6c2f4a52",
            "name": "receipt.jpg",
            "media_type": "image/jpeg",
            "size": 184320,
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "width": 1536,
            "height": 2048,
            "expires_at": "2026-11-25T18:02:11+10:00",
        }


class AttachmentPageSerializer(serializers.Serializer[Any]):
    """A page of files."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = AttachmentSerializer(many=True)


def _taken(request: Request) -> Content:
    """Return the file of a request, examined before any transaction is open; raises what becomes a 400 or 413."""
    _ = request.data  # reads the body, through the handler that stops in time
    try:
        return uploads.sent(request._request)
    except uploads.TooLarge as problem:
        raise Problem413(f"{uploads.too_large()} Nothing has changed.") from problem


class TakesAttachments:
    """Of a viewset whose rows take files: `GET` and `POST {collection}/{id}/attachments`."""

    collection: ClassVar[str]
    get_object: Callable[[], Any]

    @extend_schema(responses=AttachmentSerializer(many=True), filters=False, summary="The files of a row, oldest first")
    @action(
        detail=True, methods=["get"], url_path="attachments", parser_classes=[MultiPartParser],
        serializer_class=AttachmentSerializer, pagination_class=None, filter_backends=[],
    )  # fmt: skip
    def attachments(self, request: Request, pk: UUID) -> Response:
        """Answer the files of a row, or 304."""
        row = self.get_object()
        return conditional(request, ("files",), lambda: Response(AttachmentSerializer(targets.of(row), many=True).data))

    @extend_schema(request=FORM, responses={201: AttachmentSerializer}, summary="Add a file to a row")
    @attachments.mapping.post
    def attach(self, request: Request, pk: UUID) -> Response:
        """Add a file to a row."""
        content = _taken(request)

        def act() -> Response:
            row = services.attach(request.user, self.get_object(), content)
            return Response(AttachmentSerializer(row).data, status=201)

        return perform(request, act, tool="files.attach")


class FilesView(APIView):
    """`GET` and `POST /api/files`."""

    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="files_list",
        parameters=[
            OpenApiParameter("target", OpenApiTypes.UUID, description="of one row"),
            OpenApiParameter("cursor", OpenApiTypes.STR),
            OpenApiParameter("page_size", OpenApiTypes.INT),
        ],
        responses=AttachmentPageSerializer,
        summary="All attached files that you see, newest first",
    )
    def get(self, request: Request) -> Response:
        """Answer a page of attachments, or 304."""
        rows = Attachment.objects.all()
        if given := request.query_params.get("target"):
            try:
                rows = rows.filter(target_id=UUID(given))
            except ValueError as problem:
                raise serializers.ValidationError({"target": ["This is not an id."]}) from problem

        def read() -> Response:
            pager = NewestFirst()
            page = pager.paginate_queryset(rows, request, view=self) or []
            return pager.get_paginated_response(AttachmentSerializer(page, many=True).data)

        return conditional(request, ("files",), read)

    @extend_schema(
        request=FORM,
        responses={201: UploadSerializer},
        summary="Send a file that is attached later",
        description="It waits a day: say its id with the words that it belongs to (`files` of `POST /api/pam/chat`).",
    )
    def post(self, request: Request) -> Response:
        """Keep a file that waits."""
        content = _taken(request)

        def act() -> Response:
            return Response(UploadSerializer(services.upload(request.user, content)).data, status=201)

        return perform(request, act, entry=False)


class Bytes(BaseRenderer):
    """Gives out whatever is asked for; what is no file (a problem) is JSON all the same."""

    media_type = "*/*"
    format = "bytes"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """Return JSON."""
        return json.dumps(data, ensure_ascii=False, default=str).encode()


class FileView(APIView):
    """`GET` and `DELETE /api/files/{id}`."""

    @extend_schema(
        responses=AttachmentSerializer,
        examples=[OpenApiExample("Example", value=AttachmentSerializer.Meta.example, response_only=True)],
        summary="A file of a row",
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """Answer what is known of a file, or 304."""
        row = _attachment(pk)
        return conditional(request, ("files",), lambda: Response(AttachmentSerializer(row).data))

    @extend_schema(responses={204: None}, summary="Delete a file, attached or waiting")
    def delete(self, request: Request, pk: UUID) -> Response:
        """Take a file off its row (undo brings it back), or throw away one that waits."""

        def act() -> Response:
            waiting = Upload.objects.filter(pk=pk).first()
            if waiting is not None:
                services.discard(waiting)
            else:
                services.remove(request.user, _attachment(pk))
            return Response(status=204)

        return perform(request, act, tool="files.remove")


class ContentView(APIView):
    """`GET /api/files/{id}/content`."""

    renderer_classes = [Bytes]
    small = False

    @extend_schema(
        responses={(200, media_type): OpenApiTypes.BINARY for media_type in MEDIA_TYPES}, summary="The bytes of a file"
    )
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        """Answer the bytes, or 304; who no longer sees the row gets neither, whatever their browser has kept."""
        row = _attachment(pk)
        etag = f'"{row.sha256[:32]}{"s" if self.small else ""}"'
        if etag in request.headers.get("If-None-Match", ""):
            response = HttpResponse(status=304)
        else:
            try:
                found = storage.read(row, small=self.small)
            except storage.Missing as problem:
                raise Http404 from problem
            response = HttpResponse(found, content_type="image/webp" if self.small else row.media_type)
            name = content_disposition_header(not row.is_picture, row.name)
            response["Content-Disposition"] = name or "inline"
        response["ETag"] = etag
        response["Cache-Control"] = "private, no-cache"
        response["Vary"] = "Authorization, Cookie"
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = SHUT_IN
        return response


class ThumbnailView(ContentView):
    """`GET /api/files/{id}/thumbnail`."""

    small = True

    @extend_schema(
        responses={(200, "image/webp"): OpenApiTypes.BINARY}, summary="A picture, at most 320 pixels wide or high"
    )
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        """Answer the small picture."""
        return super().get(request, pk)


def _attachment(pk: UUID) -> Attachment:
    row = Attachment.objects.filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


represent(Attachment, "files", AttachmentSerializer)

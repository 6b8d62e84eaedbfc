"""One write of the API: one transaction, one journal entry, one answer for one Idempotency-Key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from rest_framework.exceptions import ParseError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from pam import journal

from .models import IdempotencyKey
from .problems import KeyReused


def perform(request: Request, act: Callable[[], Response], *, tool: str = "", entry: bool = True) -> Response:
    """Run a write and return its answer; a repeated Idempotency-Key returns the first answer and writes nothing."""
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > 100 or "\x00" in key:
        raise ParseError("An Idempotency-Key has at most 100 characters. Nothing has changed.")
    if not key:
        return _act(request, act, tool, entry)
    digest = _digest(request)
    try:
        with transaction.atomic():
            with transaction.atomic():
                kept = IdempotencyKey.objects.create(key=key, request_digest=digest)
            response = _act(request, act, tool, entry)
            if response.status_code < 500:
                body = None if response.data is None else json.loads(JSONRenderer().render(response.data))
                kept.status, kept.body = response.status_code, body
                kept.save(update_fields=["status", "body"])
            return response
    except IntegrityError:
        found = IdempotencyKey.objects.filter(key=key).first()
        if found is None:
            raise
        if found.request_digest != digest:
            raise KeyReused from None
        return Response(found.body, status=found.status, headers={"Idempotency-Replayed": "true"})


def _act(request: Request, act: Callable[[], Response], tool: str, entry: bool) -> Response:
    if not entry:
        return act()
    with journal.entry(request.user, source="api", tool=tool) as found:
        response = act()
    if found.number is not None:
        response["Journal-Entry"] = str(found.id)
    return response


def _plain(value: Any) -> str:
    """Return what a value of a body is told apart by: a file's name is not enough."""
    if not isinstance(value, UploadedFile):
        return str(value)
    content = hashlib.sha256()
    for chunk in value.chunks():
        content.update(chunk)
    value.seek(0)
    return f"{value.name} {content.hexdigest()}"


def _digest(request: Request) -> str:
    body = json.dumps(request.data, sort_keys=True, default=_plain)
    return hashlib.sha256(f"{request.method} {request.path}\n{body}".encode()).hexdigest()

"""The change feed: what a phone that was away has to read again, and what is gone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.apps import apps
from django.core import signing
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from pam.access import unscoped
from pam.access.rules import groups_of
from pam.journal.models import FeedItem

from .views import representations

PAGE = 200


def encode_cursor(user: Any, positions: dict[str, int]) -> str:
    """Return a cursor of this person that holds a position for each audience."""
    return _signer(user).sign_object(positions)


def decode_cursor(user: Any, text: str) -> dict[str, int]:
    """Return the positions of a cursor that this person was given; raises ParseError.

    Signed: a made-up one could name an audience that the person was never in, and learn the ids of its rows.
    """
    try:
        found = _signer(user).unsign_object(text)
        return {str(UUID(audience)): int(position) for audience, position in found.items()}
    except (signing.BadSignature, ValueError, AttributeError, TypeError) as problem:
        raise ParseError("The cursor is not one of this feed. Start again without one.") from problem


def _signer(user: Any) -> signing.Signer:
    return signing.Signer(salt=f"pam.api.changes:{user.pk}")


def changes_since(user: Any, positions: dict[str, int]) -> tuple[list[dict[str, Any]], dict[str, int], bool]:
    """Return (items, new positions, more): each changed row once, as the API shows it now, or as gone."""
    audiences = [user.pk, *groups_of(user.pk)]
    now = {str(audience): positions.get(str(audience), 0) for audience in audiences}
    wanted: dict[tuple[str, UUID], None] = {}
    gone: dict[tuple[str, UUID], None] = {}
    for left in set(positions) - set(now):
        seen = FeedItem.objects.filter(audience=left, position__lte=positions[left])
        with unscoped("whoever left a group is told what of it they had, up to where their signed cursor stood"):
            gone.update(dict.fromkeys(seen.values_list("model", "row").distinct()))
    more = False
    for audience in audiences:
        rows = FeedItem.objects.filter(audience=audience, position__gt=now[str(audience)])
        found = list(rows.order_by("position")[: PAGE + 1])
        more |= len(found) > PAGE
        for item in found[:PAGE]:
            wanted[(item.model, item.row)] = None
            now[str(audience)] = item.position
    return (
        _shown(list(wanted)) + [_tombstone(model, row) for model, row in gone if (model, row) not in wanted],
        now,
        more,
    )


def _shown(keys: list[tuple[str, UUID]]) -> list[dict[str, Any]]:
    found: dict[tuple[str, UUID], Any] = {}
    for model in {model for model, _ in keys}:
        if model in representations:
            rows = apps.get_model(model)._default_manager.in_bulk([row for kind, row in keys if kind == model])
            found.update({(model, pk): row for pk, row in rows.items()})
    items = []
    for key in keys:
        if key[0] not in representations:
            continue
        row = found.get(key)
        shown = next(((n, s) for n, s, when in representations[key[0]] if row is not None and when(row)), None)
        if shown is None:
            items.append(_tombstone(*key))
        else:
            name, serializer = shown
            items.append({"type": name, "id": str(key[1]), "deleted": False, "data": serializer(row).data})
    return items


def _tombstone(model: str, row: UUID) -> dict[str, Any]:
    names = [name for name, _, _ in representations.get(model, [])]
    return {"type": names[0] if len(names) == 1 else model, "id": str(row), "deleted": True, "data": None}


class ChangesView(APIView):
    """`GET /api/changes?cursor=`: what changed since the cursor, for apps that keep a copy."""

    @extend_schema(
        parameters=[OpenApiParameter("cursor", OpenApiTypes.STR, description="from the answer before; none: all")],
        responses={
            200: {
                "type": "object",
                "properties": {
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {
                                "type": {
                                    "type": "string",
                                    "description": "the collection, or the kind of what is gone",
                                },
                                "id": {"type": "string", "format": "uuid"},
                                "deleted": {"type": "boolean"},
                                "data": {"type": ["object", "null"], "additionalProperties": True},
                            },
                            "required": ["type", "id", "deleted", "data"],
                        },
                    },
                    "cursor": {"type": "string"},
                    "more": {"type": "boolean"},
                },
                "required": ["results", "cursor", "more"],
            }
        },
        summary="What changed since a cursor",
    )
    def get(self, request: Request) -> Response:
        """Answer changed rows and tombstones, and the cursor to ask with next."""
        given = request.query_params.get("cursor", "")
        items, now, more = changes_since(request.user, decode_cursor(request.user, given) if given else {})
        return Response({"results": items, "cursor": encode_cursor(request.user, now), "more": more})

"""The export over the API."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpResponseBase
from django.utils.decorators import method_decorator
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

from pam.access import current_user
from pam.accounts import doors as signing_in
from pam.accounts.api import refusal

from . import doors


class ExportSerializer(serializers.Serializer[Any]):
    """The present password."""

    password = serializers.CharField(max_length=256, trim_whitespace=False)


class _AsItIs(DefaultContentNegotiation):
    """The answer is a zip, or a problem document, whatever is asked for."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        """Return what problems are rendered with."""
        return renderers[0], renderers[0].media_type


@method_decorator(transaction.non_atomic_requests, name="dispatch")  # a wrong present password is counted
class ExportView(APIView):
    """`POST /api/auth/export`."""

    content_negotiation_class = _AsItIs

    @extend_schema(
        request=ExportSerializer,
        responses={(200, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY, "everything of one's own")},
        summary="Take everything of one's own along",
    )
    def post(self, request: Request) -> HttpResponseBase:
        """Answer a zip; `manage.py import_export` restores it."""
        if not isinstance(request.data, dict):
            raise ValidationError({"non_field_errors": ["Send a JSON object."]})
        given = ExportSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            return doors.hand_out(request._request, current_user(), given.validated_data["password"])
        except signing_in.Locked as problem:
            raise refusal(problem) from problem

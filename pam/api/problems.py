"""Problem documents (RFC 9457): the one form of every error of the API."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.exceptions import ValidationError as Invalid
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import exceptions, status
from rest_framework.response import Response

from pam.ops.identity import request_id
from pam.tools.registry import ToolError

CONTENT_TYPE = "application/problem+json"
TITLES = {
    400: "The request is not usable",
    401: "Sign in first",
    403: "Not allowed",
    404: "Not found",
    405: "Not possible here",
    406: "No such form of answer",
    409: "In conflict with what is there",
    412: "Changed in the meantime",
    413: "Too large",
    415: "Unknown form of content",
    422: "The key was used for another request",
    429: "Too many requests",
    500: "PAM failed",
    503: "Not available now",
}
DETAILS = {
    401: "Send a bearer token from /api/auth/token.",
    403: "This is not yours to see or change. Nothing has changed.",
    404: "There is nothing at this address, or it is not yours to see.",
    405: "This address does not take that method.",
    500: "The fault is PAM's and has been noted with the request id. Nothing of this request was kept.",
}


class Conflict(exceptions.APIException):
    """What was asked stands against what is there."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = "This stands against what is there. Nothing has changed."
    default_code = "conflict"


class KeyReused(exceptions.APIException):
    """An Idempotency-Key came again with another request."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = "This Idempotency-Key was used for another request. Send a new key. Nothing has changed."
    default_code = "key_reused"


class TooLarge(exceptions.APIException):
    """The body is larger than is taken."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The request is too large. Nothing has changed."
    default_code = "too_large"


def document(code: int, detail: str = "", /, **more: Any) -> dict[str, Any]:
    """Return the body of a problem."""
    return {
        "type": "about:blank",
        "title": TITLES.get(code, "The request failed"),
        "status": code,
        "detail": detail or DETAILS.get(code, ""),
        "request_id": request_id() or "",
        **more,
    }


def problem_response(code: int, detail: str = "", /, **more: Any) -> HttpResponse:
    """Return a problem outside DRF (middleware, handlers)."""
    return HttpResponse(json.dumps(document(code, detail, **more)), status=code, content_type=CONTENT_TYPE)


def _flat(errors: Any, where: str = "") -> str:
    """Return the first sentence of nested field errors, with the field's name before it."""
    if isinstance(errors, dict):
        for name, inner in errors.items():
            said = _flat(inner, where if name == "non_field_errors" else str(name))
            if said:
                return said
        return ""
    if isinstance(errors, list):
        return next((said for inner in errors if (said := _flat(inner, where))), "")
    return f"{where}: {errors}" if where else str(errors)


def problem_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn any expected exception of a view into a problem; others go on and become a 500."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied(str(error) or None)
    elif isinstance(error, Invalid):
        fields = error.message_dict if hasattr(error, "error_dict") else {"non_field_errors": error.messages}
        error = exceptions.ValidationError(fields)
        error.__cause__ = None
    elif isinstance(error, RequestDataTooBig):
        error = TooLarge()
    elif isinstance(error, ToolError):
        error = exceptions.ValidationError({"non_field_errors": [str(error)]})
    if not isinstance(error, exceptions.APIException):
        return None
    from rest_framework.views import set_rollback  # imports the parsers, which import this module

    # A door that keeps what a refusal writes has no transaction of its own to roll back.
    if not getattr(getattr(context.get("view"), "dispatch", None), "_non_atomic_requests", None):
        set_rollback()
    code = error.status_code
    # What a program is to tell apart within one status has a code of its own.
    more: dict[str, Any] = {"code": found} if (found := getattr(error, "problem_code", "")) else {}
    headers: dict[str, str] = {}
    if isinstance(error, exceptions.ValidationError):
        more["errors"] = error.detail
        detail = _flat(error.detail) + " Nothing has changed."
    elif (
        code in {401, 404, 405}
        and error.detail == error.default_detail
        and not isinstance(error, exceptions.AuthenticationFailed)
    ):
        detail = DETAILS[code]
    else:
        detail = str(error.detail)
    if asked := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = asked
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(int(wait))
    return Response(document(code, detail, **more), status=code, headers=headers, content_type=CONTENT_TYPE)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return a 404 of the API."""
    return problem_response(404)

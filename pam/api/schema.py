"""The OpenAPI schema: problems on every operation, examples from the serializers."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample
from rest_framework.generics import GenericAPIView

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "A problem document (RFC 9457).",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "code": {"type": "string", "description": "Tells apart what a program handles within one status."},
        "errors": {"description": "Errors by field, or by row of a bulk write."},
    },
    "required": ["type", "title", "status", "detail", "request_id"],
}
SAID = {
    "400": "What was sent is not usable; `errors` says where.",
    "401": "No valid token.",
    "403": "Not allowed.",
    "404": "Not there, or not yours to see.",
    "429": "Too many requests; `Retry-After` says when to come back.",
}


class PamSchema(AutoSchema):
    """Adds what is alike everywhere."""

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        """Return the operation with PAM's problems."""
        operation = super().get_operation(*args, **kwargs)
        if not operation:
            return operation
        codes = ["400", "429"] + (["401", "403"] if operation.get("security") else [])
        codes += ["404"] if "{" in self.path else []
        for code in codes:
            operation["responses"].setdefault(
                code,
                {
                    "description": SAID[code],
                    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
                },
            )
        if self.method in {"POST", "PUT", "PATCH", "DELETE"}:
            operation.setdefault("parameters", []).append(
                {
                    "in": "header",
                    "name": "Idempotency-Key",
                    "schema": {"type": "string", "maxLength": 100},
                    "description": "Sent again with the same key, a write happens once and answers alike.",
                }
            )
        return operation

    def get_examples(self) -> list[OpenApiExample]:
        """Return the example that the serializer's Meta declares."""
        if not isinstance(self.view, GenericAPIView):
            return super().get_examples()
        serializer = self.get_request_serializer() or self.get_response_serializers()
        example = getattr(getattr(serializer, "Meta", None), "example", None)
        return [OpenApiExample("Example", value=example)] if example else []


def add_problem(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Put the Problem schema into the components (a postprocessing hook)."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    return result

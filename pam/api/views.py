"""The viewset of owned rows: thin, so that a domain says only its rows, its serializer and its services."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.db import models
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import serializers, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.filters import OrderingFilter
from rest_framework.request import Request
from rest_framework.response import Response

from .etags import conditional
from .writes import perform

MOST_ROWS = 1000  # of one bulk write

# Rows as the change feed shows them: model label -> (collection's name, serializer).
representations: dict[str, list[tuple[str, type[serializers.BaseSerializer[Any]], Callable[[Any], bool]]]] = {}


def represent(
    model: type[models.Model],
    name: str,
    serializer: type[serializers.BaseSerializer[Any]],
    when: Callable[[Any], bool] = lambda row: True,
) -> None:
    """Say how the change feed shows rows of a model (`when` chooses, where one model fills several collections)."""
    representations.setdefault(model._meta.label_lower, []).append((name, serializer, when))


class OwnedViewSet(viewsets.ModelViewSet[Any]):
    """List, add (one or an array), read, change and delete owned rows.

    A subclass sets `model`, `serializer_class`, `collection` ("wins/expenses"), may narrow `rows()`, and says what
    its services do: `add(user, **data)`, `change(user, row, **data)`, `remove(user, row)`.
    """

    model: ClassVar[type[models.Model]]
    collection: ClassVar[str]
    reads: ClassVar[tuple[str, ...]] = ()  # other domains whose rows the representation shows
    filter_backends = [DjangoFilterBackend, OrderingFilter]
    ordering_fields: ClassVar[tuple[str, ...]] = ("created_at",)
    ordering: ClassVar[tuple[str, ...]] = ("-id",)
    http_method_names = ["get", "post", "put", "patch", "delete", "head", "options"]
    lookup_value_converter = "uuid"

    @property
    def domain(self) -> str:
        """The app that the rows belong to."""
        return self.collection.split("/", maxsplit=1)[0]

    @classmethod
    def conditional_on(cls) -> tuple[str, ...]:
        """Return the domains whose versions prove an answer unchanged."""
        return (cls.collection.split("/", maxsplit=1)[0], *cls.reads)

    def rows(self) -> models.QuerySet[Any]:
        """Return the rows of this collection, within the scope of who acts."""
        return self.model._default_manager.all()

    def get_queryset(self) -> models.QuerySet[Any]:
        """Return the rows; the schema's generator has nobody acting and needs none."""
        return self.model._default_manager.none() if getattr(self, "swagger_fake_view", False) else self.rows()

    def add(self, user: Any, **data: Any) -> Any:
        """Make a row through the domain's service."""
        raise NotImplementedError

    def change(self, user: Any, row: Any, **data: Any) -> Any:
        """Change a row through the domain's service."""
        raise NotImplementedError

    def remove(self, user: Any, row: Any) -> None:
        """Delete a row through the domain's service."""
        raise NotImplementedError

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer a page of rows, or 304."""
        return conditional(
            request, self.conditional_on(), lambda: super(OwnedViewSet, self).list(request, *args, **kwargs)
        )

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer one row, or 304."""
        return conditional(
            request, self.conditional_on(), lambda: super(OwnedViewSet, self).retrieve(request, *args, **kwargs)
        )

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Add a row, or all rows of an array or none."""
        return perform(request, lambda: self._create(request), tool=self.collection.replace("/", "."))

    def _create(self, request: Request) -> Response:
        if not isinstance(request.data, list):
            serializer = self.get_serializer(data=request.data)
            serializer.is_valid(raise_exception=True)
            row = self.add(request.user, **serializer.validated_data)
            return Response(self.get_serializer(row).data, status=201)
        if len(request.data) > MOST_ROWS:
            raise ValidationError([f"An array has at most {MOST_ROWS} rows; this one has {len(request.data)}."])
        serializer = self.get_serializer(data=request.data, many=True)
        if not serializer.is_valid():
            raise ValidationError(_by_row(serializer.errors, len(request.data)))
        rows: list[Any] = []
        errors: list[Any] = []
        for data in serializer.validated_data:
            try:
                rows.append(self.add(request.user, **data))
                errors.append({})
            except Exception as problem:
                errors.append(row_errors(problem))
        if any(errors):
            raise ValidationError(errors)
        return Response(self.get_serializer(rows, many=True).data, status=201)

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change a row."""
        partial = kwargs.pop("partial", False)

        def act() -> Response:
            row = self.get_object()
            serializer = self.get_serializer(row, data=request.data, partial=partial)
            serializer.is_valid(raise_exception=True)
            changed = self.change(request.user, row, **serializer.validated_data)
            return Response(self.get_serializer(changed).data)

        return perform(request, act, tool=self.collection.replace("/", "."))

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete a row."""

        def act() -> Response:
            self.remove(request.user, self.get_object())
            return Response(status=204)

        return perform(request, act, tool=self.collection.replace("/", "."))


def _by_row(errors: Any, count: int) -> Any:
    """Return the errors of a bulk write as a list with one item a row, however the serializer keys them."""
    if isinstance(errors, dict) and all(isinstance(key, int) for key in errors):
        return [errors.get(index, {}) for index in range(count)]
    return errors


def row_errors(problem: Exception) -> Any:
    """Return the errors of one row of a bulk write; re-raises what is no fault of the row."""
    from django.core.exceptions import ValidationError as Invalid

    from pam.tools.registry import ToolError

    if isinstance(problem, ValidationError):
        return problem.detail
    if isinstance(problem, Invalid):
        return problem.message_dict if hasattr(problem, "error_dict") else {"non_field_errors": problem.messages}
    if isinstance(problem, ToolError):
        return {"non_field_errors": [str(problem)]}
    raise problem

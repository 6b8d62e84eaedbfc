"""Rows that take files: their models say `takes_attachments = True`, and files go where their row goes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models.signals import pre_delete

from pam.access import unscoped
from pam.journal import undo

from .models import Attachment


def models_that_take() -> list[type[Any]]:
    """Return the models whose rows take files."""
    return [model for model in apps.get_models() if takes(model)]


def takes(model: type[models.Model]) -> bool:
    """Whether rows of this model take files."""
    return bool(getattr(model, "takes_attachments", False))


def group_of(row: models.Model) -> UUID | None:
    """Return the group whose members see a row, or None where its owner alone does."""
    return getattr(row, "group_id", None)


def of(row: models.Model) -> models.QuerySet[Attachment]:
    """Return the files of a row that the acting person sees, oldest first."""
    return of_id(type(row), row.pk).order_by("id")


def of_id(model: type[models.Model], pk: UUID) -> models.QuerySet[Attachment]:
    """Return the files of the row with this id."""
    return Attachment.objects.filter(target_id=pk, target_model=model._meta.label_lower)


def _before_delete(sender: type[models.Model], instance: models.Model, **_: Any) -> None:
    if takes(sender):
        with unscoped("files that others added go with their row"):
            for row in of(instance):
                row.delete()


def _leaning(model: type[models.Model], pk: UUID) -> models.QuerySet[Any]:
    return of_id(model, pk) if takes(model) else Attachment.objects.none()


def connect() -> None:
    """Listen to the ORM, and tell undo."""
    pre_delete.connect(_before_delete, dispatch_uid="pam.files.before_delete")
    if _leaning not in undo.leaning:
        undo.leaning.append(_leaning)

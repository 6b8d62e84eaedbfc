"""Owned models: rows whose every change the journal records, whatever part of the ORM makes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Self, TypeVar

from django.db import models, transaction
from django.utils import timezone

from pam.access import current_user_id
from pam.access.models import Scoped, ScopedManager, ScopedQuerySet

from . import capture

M = TypeVar("M", bound=models.Model)
T = TypeVar("T", bound=models.Model)


class OwnedQuerySet(ScopedQuerySet[M]):
    """A scoped queryset that records what it changes in bulk."""

    def update(self, **values: Any) -> int:
        """Update and record every row that is touched."""
        for field in self.model._meta.concrete_fields:
            if getattr(field, "auto_now", False) and field.name not in values:
                values[field.name] = timezone.now()
        with transaction.atomic(using=self.db):
            before = capture.rows_before(self, values)
            if not before:
                return 0
            # Annotations stay where there are any: expressions of `values` may use them.
            rows = self if self.query.annotations else self.model._base_manager.all()
            count = 0
            for start in range(0, len(before), capture.CHUNK):
                chunk = [row["pk"] for row in before[start : start + capture.CHUNK]]
                count += models.QuerySet.update(rows.filter(pk__in=chunk), **values)
            capture.updated(self.model, before)
            return count

    update.alters_data = True  # type: ignore[attr-defined]

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Create and record; owners are filled in. Updating conflicts would overwrite unseen: refused."""
        if kwargs.get("update_conflicts"):
            raise TypeError("Rows that the journal keeps are not overwritten by bulk_create.")
        rows = list(objs)
        capture.require_entry(self.model)
        for row in rows:
            if row.owner_id is None:
                row.owner_id = current_user_id()
        pks = [row.pk for row in rows]
        with transaction.atomic(using=self.db):
            if args[1:] or kwargs.get("ignore_conflicts"):
                there = capture.read(self.model, pks)
                pks = [pk for pk in pks if pk not in there]
            made = super().bulk_create(rows, *args, **kwargs)
            capture.created(self.model, pks)
            return made

    bulk_create.alters_data = True  # type: ignore[attr-defined]

    def _raw_delete(self, using: str | None) -> int:
        raise TypeError("Rows that the journal keeps are not deleted unseen.")


class OwnedManager(ScopedManager[M]):
    """Manager of owned rows: scoped by who acts, recording what changes."""

    _queryset_class = OwnedQuerySet


class Owned(Scoped):
    """A row of somebody's content.

    A model says how it is spoken of: `noun`, `shown_fields` (what a change shows) and `receipt()`, which returns
    the texts of its line: name, and where they help sub, value, value_sub.
    """

    noun: ClassVar[str]
    shown_fields: ClassVar[tuple[str, ...]] = ()

    objects: ClassVar[OwnedManager[Self]] = OwnedManager()

    class Meta(Scoped.Meta):
        abstract = True


def saved(row: T) -> T:
    """Check a row whole and save it; raises ValidationError, and NoEntry outside an entry."""
    row.full_clean()
    row.save()
    return row


def changed(row: T, data: Mapping[str, Any]) -> T:
    """Set what is given, check the row whole and save it; raises ValidationError."""
    for name, value in data.items():
        setattr(row, name, value)
    return saved(row)

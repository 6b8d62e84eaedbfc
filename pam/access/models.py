"""The base of rows that belong to somebody, and the versions of audiences."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Self, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import connection, models

from .context import current, current_user_id
from .ids import uuid7
from .rules import AccessRule, Mine

M = TypeVar("M", bound=models.Model)


class ScopedQuerySet(models.QuerySet[M]):
    """Rows within the scope of who acts."""

    def raw(self, *_: Any, **__: Any) -> Any:
        """Raw SQL would walk around the scope."""
        raise TypeError("Rows that belong to somebody are not read with raw SQL.")


class ScopedManager(models.Manager[M]):
    """Manager whose every queryset starts from what the acting person may see."""

    _queryset_class = ScopedQuerySet

    def get_queryset(self) -> models.QuerySet[M]:
        """Return the rows that the acting person sees; raises NotActing where nobody acts."""
        rows = super().get_queryset()
        acting = current()
        if acting.reason:
            return rows
        rule: AccessRule = self.model.access_rule  # type: ignore[attr-defined]
        return rows.filter(rule.condition(current_user_id()))

    def none(self) -> models.QuerySet[M]:
        """Return no rows; this may be asked while nobody acts (forms and the schema do)."""
        return super().get_queryset().none()


class Scoped(models.Model):
    """A row with an owner and a public UUIDv7, read within the scope of who acts."""

    access_rule: ClassVar[AccessRule] = Mine()

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False, editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
        default_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a new row belongs to who acts where no owner is said."""
        if self.owner_id is None:
            self.owner_id = current_user_id()
        super().save(*args, **kwargs)


class AudienceVersion(models.Model):
    """How often what an audience sees has changed, by domain; domain "" counts all and places the change feed."""

    audience = models.UUIDField()
    domain = models.CharField(max_length=20)
    version = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["audience", "domain"], name="access_audience_domain"),
        ]

    def __str__(self) -> str:
        return f"{self.audience}/{self.domain or '*'}: {self.version}"


def advance(audience: UUID, domains: Iterable[str], steps: int = 1) -> int:
    """Move an audience's versions on by `steps` within the caller's transaction; return the count before.

    The counter's row is locked until the commit: positions in the audience's feed are given out one writer at a time.
    """
    AudienceVersion.objects.get_or_create(audience=audience, domain="")
    rows = AudienceVersion.objects.filter(audience=audience, domain="")
    if connection.features.has_select_for_update:
        rows = rows.select_for_update()
    counter = rows.get()
    before = counter.version
    counter.version = before + steps
    counter.save(update_fields=["version"])
    AudienceVersion.objects.bulk_create(
        [AudienceVersion(audience=audience, domain=domain, version=counter.version) for domain in sorted(domains)],
        update_conflicts=True,
        unique_fields=["audience", "domain"],
        update_fields=["version"],
    )
    return before


def versions(audiences: list[UUID], domains: list[str]) -> list[tuple[str, str, int]]:
    """Return (audience, domain, version) of these audiences and domains, sorted; the heart of every ETag."""
    rows = AudienceVersion.objects.filter(audience__in=audiences, domain__in=domains)
    return sorted((str(row.audience), row.domain, row.version) for row in rows)


class FieldKey(models.Model):
    """A key that sealed values here were sealed with, by its id; `proof` shows that one at hand is the same."""

    id = models.CharField(max_length=8, primary_key=True)
    proof = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.id

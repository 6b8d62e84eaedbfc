"""Which rows are a person's, in every table, and how they are read: in bounded pieces, whatever their number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet

from pam.access.policies import models_with_tables
from pam.access.rules import MembersOf, Mine, OfAudience, Through
from pam.accounts.models import User
from pam.journal.models import JournalChange

Model = type[models.Model]
BATCH = 500

# Rows with an owner that an export does not hold, and why: the export says so too.
LEFT_OUT = {
    "accounts.session": "where you are signed in",
    "accounts.refreshtoken": "opens the account",
    "accounts.secondfactor": "opens the account",
    "accounts.recoverycode": "opens the account",
    "accounts.apppassword": "opens the account",
    "api.idempotencykey": "answers kept for requests that come twice",
    "files.upload": "files that wait a day for what they belong to",
    "live.outboxmail": "mails on their way; what was sent is in your inbox",
}


def owned_models() -> list[Model]:
    """Return every model whose rows say with `owner` whose they are."""
    return [model for model in models_with_tables() if _owner_of(model) is not None]


def exported_models() -> list[Model]:
    """Return every model whose rows are in an export."""
    return [*(model for model in owned_models() if model._meta.label_lower not in LEFT_OUT), JournalChange]


def group_models() -> list[Model]:
    """Return the models whose rows are audiences themselves: groups."""
    return [m for m in owned_models() if getattr(m, "access_rule", None) == MembersOf("id")]


def _owner_of(model: Model) -> Any:
    return next((f for f in model._meta.concrete_fields if f.name == "owner" and f.related_model is User), None)


def of(model: Model, owner: Any) -> QuerySet[Any]:
    """Return the rows of a person, whoever acts; ask while looking across owners."""
    if model is JournalChange:
        return QuerySet(model).filter(entry__owner=owner)
    return QuerySet(model).filter(owner=owner)


def group_ids(owner: Any) -> list[Any]:
    """Return the ids of the groups that are a person's own."""
    return [pk for model in group_models() for pk in QuerySet(model).filter(owner=owner).values_list("pk", flat=True)]


def columns(model: Model) -> list[str]:
    """Return the columns of a model."""
    return [field.attname for field in model._meta.concrete_fields]


def read(rows: QuerySet[Any], names: list[str]) -> Iterator[dict[str, Any]]:
    """Yield these columns of rows by their ids, a batch at a time: no cursor stays open, no table stands in memory."""
    last: Any = None
    rows = rows.order_by("pk")
    while True:
        batch = list((rows if last is None else rows.filter(pk__gt=last)).values("pk", *names)[:BATCH])
        for row in batch:
            last = row["pk"] if "pk" in names else row.pop("pk")
            yield row
        if len(batch) < BATCH:
            return


def pointers(model: Model) -> Iterator[Any]:
    """Yield the foreign keys of a model that the database holds, but for that to its owner."""
    field: Any
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey) and field.name != "owner" and getattr(field, "db_constraint", True):
            yield field


def own_targets(target: Model, owner: Any) -> QuerySet[Any]:
    """Return what rows of a person may point at: their own rows and themselves."""
    return QuerySet(target).filter(pk=owner) if target is User else QuerySet(target).filter(Q(owner=owner))


def models_that_meet() -> list[Model]:
    """Return the models whose rows one person has and that can be about another: what groups or both of two see, what
    points at people, and what points at such rows."""
    found = {model for model in models_with_tables() if _meets(model)}
    while more := {
        m for m in models_with_tables() if m not in found and found & {f.related_model for f in pointers(m)}
    }:
        found |= more
    return sorted(found, key=lambda model: model._meta.label)


def _meets(model: Model) -> bool:
    rule = getattr(model, "access_rule", None)
    return (rule is not None and type(rule) not in {Mine, Through, OfAudience}) or any(
        pointer.related_model is User for pointer in pointers(model)
    )

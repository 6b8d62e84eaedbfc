"""`manage.py lint_models`: what belongs to somebody is scoped, records, is indexed by its owner and has a policy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import models

from pam.access import policies
from pam.access.models import Scoped, ScopedManager
from pam.access.rules import MembersOf, MineAnd, MineOrMembersOf
from pam.journal.owned import Owned, OwnedManager, OwnedQuerySet


class Command(BaseCommand):
    """Checks the models."""

    help = "Check that owned models record every change, are scoped, and are indexed by owner."

    def handle(self, *_: Any, **__: Any) -> None:
        """Print what is wrong and fail, or say how many models hold."""
        checked = [model for model in apps.get_models() if issubclass(model, Scoped)]
        wrong = [line for model in checked for line in sorted(problems_of(model))]
        wrong += [
            f"{table}: its model declares no access_rule, and pam/access/policies.py does not list it as OUTSIDE."
            for table in policies.unlisted()
        ]
        for line in wrong:
            self.stderr.write(line)
        if wrong:
            raise CommandError(f"{len(wrong)} problems in the models.")
        recording = sum(issubclass(model, Owned) for model in checked)
        self.stdout.write(f"{len(checked)} scoped models hold, {recording} of them record.")


def problems_of(model: type[models.Model]) -> Iterator[str]:
    """Yield what is wrong with a scoped model, one sentence each."""
    name, meta = model._meta.label, model._meta
    if meta.base_manager_name != "objects" or meta.default_manager_name != "objects":
        yield f"{name}: its Meta does not inherit the base's (base manager {meta.base_manager_name!r})."
    for attribute in ("objects", "_base_manager", "_default_manager"):
        manager = getattr(model, attribute)
        if not isinstance(manager, ScopedManager):
            yield f"{name}: {attribute} is not scoped by who acts."
        elif issubclass(model, Owned) and not (
            isinstance(manager, OwnedManager) and issubclass(manager._queryset_class, OwnedQuerySet)
        ):
            yield f"{name}: {attribute} does not record."
    yield from _bare_many_to_many(model)
    yield from _not_led_by_owner(model)


def _bare_many_to_many(model: type[models.Model]) -> Iterator[str]:
    for relation in model._meta.get_fields(include_hidden=True):
        if not relation.many_to_many:
            continue
        field: Any = relation if relation.concrete else relation.remote_field
        through = field.remote_field.through
        if not issubclass(through, Owned):
            rows = through._meta.label
            yield f"{model._meta.label}: {field} is a many-to-many whose rows ({rows}) are not recorded."


def _not_led_by_owner(model: type[models.Model]) -> Iterator[str]:
    # Rows that others see are also looked up by what shares them; partial indexes serve claims across owners.
    meta = model._meta
    rule = getattr(model, "access_rule")  # noqa: B009
    shared = isinstance(rule, MembersOf | MineAnd | MineOrMembersOf)
    for index in meta.indexes:
        first = index.fields[0].lstrip("-") if index.fields else ""
        if first != "owner" and not shared and index.condition is None:
            yield f"{meta.label}: index {index.name} starts with {first or 'an expression'}, not with owner."
    for constraint in meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.fields:
            first = constraint.fields[0]
            if first != "owner" and not shared:
                yield f"{meta.label}: constraint {constraint.name} starts with {first}, not with owner."

"""Access kinds: who sees a row, and which audiences a change of it touches.

A model names one as its `access_rule`; the scope of its manager, its audiences in the journal and, later, its
row-level policy all come from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

# Each gives the audiences (group ids) of a person as a queryset of ids; a domain adds its own at import.
_group_ids: list[Callable[[UUID], QuerySet[Any, Any]]] = []


def provide_groups(provider: Callable[[UUID], QuerySet[Any, Any]]) -> None:
    """Register how the groups of a person are found (the social domain does)."""
    _group_ids.append(provider)


def groups_of(user_id: UUID) -> list[UUID]:
    """Return the ids of all groups whose rows this person sees."""
    return [UUID(str(found)) for provider in _group_ids for found in provider(user_id)]


@dataclass(frozen=True)
class Mine:
    """The owner alone."""

    def condition(self, user_id: UUID) -> Q:
        """Return the filter that keeps what this person sees."""
        return Q(owner_id=user_id)

    def audiences(self, values: Mapping[str, Any]) -> set[UUID]:
        """Return the audiences of a row given by its column values."""
        return {UUID(str(values["owner_id"]))}


@dataclass(frozen=True)
class MineShownToGroups(Mine):
    """The owner alone, but something of it (a name) is shown wherever their groups are."""

    def audiences(self, values: Mapping[str, Any]) -> set[UUID]:
        """Return the owner and their groups, as audiences."""
        owner = UUID(str(values["owner_id"]))
        return {owner, *groups_of(owner)}


@dataclass(frozen=True)
class MembersOf:
    """Every member of the group that `column` names."""

    column: str

    def condition(self, user_id: UUID) -> Q:
        """Return the filter that keeps rows of this person's groups."""
        found = Q(pk__in=[])
        for provider in _group_ids:
            found |= Q(**{f"{self.column}__in": provider(user_id)})
        return found

    def audiences(self, values: Mapping[str, Any]) -> set[UUID]:
        """Return the group, as an audience."""
        return {UUID(str(values[self.column]))}


@dataclass(frozen=True)
class MineAnd:
    """The owner and the person whom another column names (an inbox: sender and receiver)."""

    column: str

    def condition(self, user_id: UUID) -> Q:
        """Return the filter that keeps rows from or for this person."""
        return Q(owner_id=user_id) | Q(**{self.column: user_id})

    def audiences(self, values: Mapping[str, Any]) -> set[UUID]:
        """Return both people, as audiences."""
        return {UUID(str(values[name])) for name in ("owner_id", self.column) if values.get(name)}


@dataclass(frozen=True)
class MineOrMembersOf:
    """The owner alone while `column` is empty; where it names a group, every member of it, and nobody else."""

    column: str

    def condition(self, user_id: UUID) -> Q:
        """Return the filter that keeps this person's own rows and those of their groups."""
        own = Q(**{f"{self.column}__isnull": True, "owner_id": user_id})
        return own | MembersOf(self.column).condition(user_id)

    def audiences(self, values: Mapping[str, Any]) -> set[UUID]:
        """Return the group, or the owner where there is none."""
        return {UUID(str(values.get(self.column) or values["owner_id"]))}


AccessRule = Mine | MembersOf | MineAnd | MineOrMembersOf

"""Access kinds: who sees a row, and which audiences a change of it touches.

A model names one as its `access_rule`; the scope of its manager, its audiences in the journal and, on PostgreSQL,
its row-level policy (`policies.py`) all come from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

# Each gives the audiences (group ids) of a person as a queryset of ids; a domain adds its own at import.
_group_ids: list[Callable[[UUID], QuerySet[Any, Any]]] = []

# In SQL: who acts, and that person's groups. Each is asked once a query, not once a row.
ME = "(select pam_user())"
MY_GROUPS = "any ((select pam_groups())::uuid[])"


def provide_groups(provider: Callable[[UUID], QuerySet[Any, Any]]) -> None:
    """Register how the groups of a person are found (the social domain does)."""
    _group_ids.append(provider)


def group_queries(user_id: UUID) -> list[QuerySet[Any, Any]]:
    """Return the queries that find a person's groups, as registered."""
    return [provider(user_id) for provider in _group_ids]


@dataclass(frozen=True)
class Policy:
    """SQL conditions of a table's row-level policy; `insert` where new rows have another one than `rows`."""

    rows: str
    insert: str = ""


def groups_of(user_id: UUID) -> list[UUID]:
    """Return the ids of all groups whose rows this person sees."""
    return [UUID(str(found)) for provider in _group_ids for found in provider(user_id)]


@dataclass(frozen=True)
class Mine:
    """The owner alone, whom `column` names."""

    column: str = "owner_id"

    def condition(self, user_id: UUID) -> Q:
        """Return the filter that keeps what this person sees."""
        return Q(**{self.column: user_id})

    def policy(self) -> Policy:
        """Return the table's row-level policy."""
        return Policy(f"{self.column} = {ME}")

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
class Inbox(Mine):
    """The owner alone; but whoever acts may put rows in, signed with their name in `sender`."""

    sender: str = "sender_id"

    def policy(self) -> Policy:
        """Return the table's row-level policy."""
        return Policy(f"{self.column} = {ME}", insert=f"{self.sender} = {ME} or {self.column} = {ME}")


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

    def policy(self) -> Policy:
        """Return the table's row-level policy; the first row of a group is its founder's, who is no member yet."""
        seen = f"{self.column} = {MY_GROUPS}"
        return Policy(seen, insert=f"owner_id = {ME} and {seen}" if self.column != "id" else f"owner_id = {ME}")

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

    def policy(self) -> Policy:
        """Return the table's row-level policy."""
        return Policy(f"owner_id = {ME} or {self.column} = {ME}", insert=f"owner_id = {ME}")

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

    def policy(self) -> Policy:
        """Return the table's row-level policy."""
        seen = f"({self.column} is null and owner_id = {ME} or {self.column} = {MY_GROUPS})"
        return Policy(seen, insert=f"owner_id = {ME} and {seen}")

    def audiences(self, values: Mapping[str, Any]) -> set[UUID]:
        """Return the group, or the owner where there is none."""
        return {UUID(str(values.get(self.column) or values["owner_id"]))}


@dataclass(frozen=True)
class Through:
    """Whoever sees the row of another table that `column` points at. For tables without a scoped manager."""

    column: str
    table: str

    def policy(self) -> Policy:
        """Return the table's row-level policy; the other table's own policy holds inside it."""
        return Policy(f"exists (select 1 from {self.table} seen where seen.id = {self.column})")


@dataclass(frozen=True)
class OfAudience:
    """The person or the members of the group that `column` names. For tables without a scoped manager."""

    column: str

    def policy(self) -> Policy:
        """Return the table's row-level policy."""
        return Policy(f"{self.column} = {ME} or {self.column} = {MY_GROUPS}")


AccessRule = Mine | MembersOf | MineAnd | MineOrMembersOf

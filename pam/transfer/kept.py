"""What is kept of people outside of the database (attached files): who keeps it says here how it is taken along.

What becomes of it when a person is erased is said with `pam.accounts.erasure.on_leaving`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Protocol
from uuid import UUID

from pam.accounts.models import User


class Keeper(Protocol):
    """Keeps bytes beside rows."""

    name: str  # its folder in an export: lower-case letters

    def export(self, user: User) -> Iterator[tuple[UUID, IO[bytes]]]:
        """Yield the id of each row that has bytes, and the bytes; the caller closes them."""

    def restore(self, user: User, row: UUID, data: IO[bytes]) -> None:
        """Put the bytes of a restored row where they belong; raises ValueError where they are not the row's.

        The row may have been left out. What it says of them came from the archive: they are judged like any upload.
        """


keepers: dict[str, Keeper] = {}


def register(keeper: Keeper) -> None:
    """Register a keeper (when its app is ready)."""
    keepers[keeper.name] = keeper

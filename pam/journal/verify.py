"""Checking chains: whether every entry stands where it stood and says what it said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from pam.access import unscoped

from .keeping import chain_digest, content_mac
from .models import Chain, JournalEntry


@dataclass(frozen=True)
class Break:
    """A place where a chain does not hold."""

    owner: UUID
    number: int
    problem: str


def verify(owner: UUID | None = None) -> Iterator[Break]:
    """Yield every break in the chain of this person, or of all."""
    with unscoped("the chains are verified"):
        chains = Chain.objects.all() if owner is None else Chain.objects.filter(owner=owner)
        for chain in chains.order_by("owner"):
            yield from _verify(chain)


def _verify(chain: Chain) -> Iterator[Break]:
    owner, digest, expected = chain.owner_id, "", 0
    entries = JournalEntry.objects.filter(owner=owner).order_by("number").prefetch_related("changes")
    for kept in entries.iterator(chunk_size=500):
        expected += 1
        if kept.number != expected:
            yield Break(owner, expected, f"entry {expected} is missing")
            expected = kept.number
        if kept.previous_digest != digest:
            yield Break(owner, kept.number, "does not follow the entry before")
        if chain_digest(kept) != kept.digest:
            yield Break(owner, kept.number, "its facts were changed")
        # Erased content has no salt; the chain holds without it.
        if kept.salt:
            changes = sorted(kept.changes.all(), key=lambda change: change.position)
            if content_mac(kept, changes) != kept.content_mac:
                yield Break(owner, kept.number, "its content was changed")
        digest = kept.digest
    if (chain.number, chain.digest) != (expected, digest):
        yield Break(owner, expected, "the end of the chain is missing")

"""The user's own names (accounts, vehicles, groups …): engines hear them in what is said."""

from __future__ import annotations

from collections.abc import Callable, Iterable

_providers: dict[str, Callable[[], Iterable[str]]] = {}


def provides_names(kind: str, provider: Callable[[], Iterable[str]]) -> None:
    """Say how the acting person's names of a kind are read; the kind is the slot that they fill."""
    _providers[kind] = provider


def own_names() -> list[tuple[str, str]]:
    """Return (kind, name) of everything that the acting person has named."""
    return [(kind, str(name)) for kind, provider in _providers.items() for name in provider()]

"""At most once in a while, over all processes, as long as the cache lives."""

from __future__ import annotations

import structlog
from django.core.cache import cache

log = structlog.get_logger(__name__)


def once(key: str, seconds: int) -> bool:
    """Whether this key was not asked for within so many seconds. Without the cache the answer is always yes."""
    try:
        return bool(cache.add(key, 1, seconds))
    except Exception as problem:
        log.warning("cache.away", error=type(problem).__name__)
        return True


def forget(key: str) -> None:
    """Let a key be asked for again at once."""
    try:
        cache.delete(key)
    except Exception as problem:
        log.warning("cache.away", error=type(problem).__name__)

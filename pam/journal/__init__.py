"""Every change as one entry: receipt, undo, preview, audit, change feed."""

from .entries import Entry, NoEntry, entry, preview

__all__ = ["Entry", "NoEntry", "entry", "preview"]

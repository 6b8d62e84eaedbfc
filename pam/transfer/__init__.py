"""Everything of one person: taken along (export), brought back (restore), erased."""

"""The verbs that things to do start with, learnt from the values that the phrasing files give for titles."""

from __future__ import annotations

from functools import lru_cache

from .language import language, plain

COMMON = "buy call ring email pay book fix clean wash order send finish write return collect pick drop take get make do"


@lru_cache(maxsize=1)
def verbs() -> frozenset[str]:
    """Return the first words of all titles that are things to do."""
    titles = language().fillers.get("title", [])
    firsts = {plain(title).split()[0] for title in titles if len(title.split()) > 1}
    return frozenset(firsts | set(COMMON.split())) - {"the", "a", "my", "our", "new"}

"""Parts of the day: "in the morning", "at night", "arvo", "first thing"."""

from __future__ import annotations

from assistant.engines.embedded.grammar.times.lexicon import PARTS
from assistant.engines.embedded.grammar.times.tokens import Line


def part_at(line: Line, at: int) -> tuple[str, int] | None:
    """A part of the day at ``at``: "in the morning", "at night", "arvo", "first thing"."""
    low = line.low
    begin = at
    if low[at] in ("in", "during", "of", "at", "on", "over") and line.kind[at] == "word":
        begin += 1
        if low[begin] in ("the", "that"):
            begin += 1
    elif low[at] == "the" and low[at + 1] in PARTS:
        begin += 1
    if low[begin] in ("early", "late", "mid") and low[begin + 1] in PARTS:
        begin += 1
    elif low[begin] in ("early", "mid", "late") and low[begin + 1] == "-" and low[begin + 2] in PARTS:
        begin += 2
    if low[begin] == "1" and line.kind[begin] == "ordinal" and low[begin + 1] == "thing":
        after = begin + 2
        if low[after] == "in" and low[after + 1] == "the" and low[after + 2] == "morning":
            after += 3
        return "early", after
    if low[begin] in PARTS and line.kind[begin] == "word":
        return PARTS[low[begin]], begin + 1
    return None

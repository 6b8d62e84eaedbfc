"""Splitting what was said into clauses, each of which asks for one thing, and guessing what each asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pam.tools.registry import Tool, find

from .align import FILLERS, LITTLE
from .caution import speaks_of_nothing_to_do
from .classifier import Guess, classifier
from .language import language, plain
from .tagging import Tagged

MOST_BOUNDARIES = 7
PART_COST = 0.75
BEGINS_COST = 0.3  # of reading on over a word that something new begins with
_BEGINS = re.compile(r"\b(?:also|plus|then)\b", re.IGNORECASE)
_BOUNDARY = re.compile(
    r"(?:(?<=\D)|(?<=\d))[.!?;\n]{1,40}(?=\s|$)|,(?=\s)\s*(?:and |then |also |plus |but )?(?:then |also )?"
    r"|\s{1,40}(?:and then|and also|and|then|also|plus|comma and|comma|full stop)\s+|\s{1,40}[-–—&+]\s+",
    re.IGNORECASE,
)


@dataclass
class Clause:
    """A stretch of what was said that asks for one thing."""

    tagged: Tagged
    guesses: list[Guess]
    start: int
    end: int

    @property
    def label(self) -> str:
        """What it most likely asks for."""
        return self.guesses[0].label if self.guesses else "none"

    @property
    def confidence(self) -> float:
        """How sure that is."""
        return self.guesses[0].confidence if self.guesses else 0.0


def split(tagged: Tagged) -> list[Clause]:
    """Return the clauses of a text: the split whose parts ask most surely for complete things."""
    text = tagged.text
    cuts = [
        (match.start(), match.end())
        for match in _BOUNDARY.finditer(text)
        if match.start() > 0
        and not any(t.start < match.end() and match.start() < t.end for t in tagged.tokens if t.kind)
    ][:MOST_BOUNDARIES]
    starts = [0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), len(text)]
    spans = [
        (i, j)
        for i in range(len(starts))
        for j in range(i, len(ends))
        if ends[j] > starts[i] and tagged.part(starts[i], ends[j]).signature
    ]
    parts = {span: tagged.part(starts[span[0]], ends[span[1]]) for span in spans}
    guesses = dict(zip(spans, classifier().guess([parts[span].signature for span in spans]), strict=True))
    begins = [_BEGINS.search(text[start:end]) is not None for start, end in cuts]
    scores = {
        (i, j): _score(parts[i, j], guesses[i, j], (i, j) == (0, len(ends) - 1)) - BEGINS_COST * sum(begins[i:j])
        for i, j in spans
    }
    # The best way to cover the pieces, from the left.
    best: list[tuple[float, list[tuple[int, int]]]] = [(0.0, [])]
    for j in range(len(ends)):
        options = [
            (best[i][0] + scores[(i, j)] - PART_COST, [*best[i][1], (i, j)]) for i in range(j + 1) if (i, j) in scores
        ]
        best.append(max(options, key=lambda option: option[0], default=best[j]))
    chosen = [Clause(parts[span], guesses[span], starts[span[0]], ends[span[1]]) for span in best[-1][1]]
    return _joined(tagged, chosen) or [Clause(tagged, [Guess("none", 1.0)], 0, len(text))]


def _joined(tagged: Tagged, clauses: list[Clause]) -> list[Clause]:
    """A stretch that is hardly more than a figure belongs to what was said before it without one.

    "Fiesta passed its MOT!! £54.85 on thursday" is one thing that costs, "changed the oil, odometer 234 480" one service.
    """
    found: list[Clause] = []
    for clause in clauses:
        before = found[-1] if found else None
        kind = next((kind for kind in _FIGURES if before and _completes(clause.tagged, before, kind)), "")
        if before is not None and kind:
            part = tagged.part(before.start, clause.end)
            guesses = classifier().guess([part.signature])[0]
            # Where a reading follows, what was done is still what it was.
            if kind == "odometer" or before.confidence > guesses[0].confidence or guesses[0].label == before.label:
                guesses = [Guess(before.label, max(before.confidence, guesses[0].confidence))]
            found[-1] = Clause(part, guesses, before.start, clause.end)
            continue
        found.append(clause)
    return found


_FIGURES = {
    "amount": ("amount", "cost", "total", "budget"),
    "odometer": ("odometer",),
}  # and the arguments that take them
_METER = frozenset(["odometer", "odo", "clock", "reading", "reads", "mileage", "speedo", "says", "now", "km", "kms"])


def _takes(label: str, kind: str) -> bool:
    """Whether what is asked for is a write with such a figure; a bill that cannot be kept yet has its amount too."""
    tool = find(label)
    if tool is None:
        return kind == "amount" and label in language().say_instead
    return tool.effect == "write" and any(name in tool.arguments.model_fields for name in _FIGURES[kind])


def _completes(part: Tagged, before: Clause, kind: str) -> bool:
    """Whether a stretch is hardly more than a figure that the clause before it takes and lacks."""
    if before.tagged.of(kind) or not part.of(kind) or not _takes(before.label, kind):
        return False
    if kind == "odometer":
        return all(token.kind == kind or token.word in _LEANING | _METER for token in part.tokens)
    said = [token for token in part.words if token.word not in _LEANING]
    opens = next((token for token in part.tokens if token.text[0].isalnum() or token.kind), None)
    return len(said) <= 2 and opens is not None and (opens.kind == kind or not said or opens.word in LITTLE)


# A stretch of nothing but these leans on the one beside it: "put it in please", "that was last night", "cross it off".
_LEANING = (
    FILLERS
    | LITTLE
    | frozenset(
        [
            "it",
            "that",
            "this",
            "them",
            "those",
            "these",
            "put",
            "keep",
            "log",
            "add",
            "note",
            "cross",
            "tick",
            "take",
            "stick",
            "pop",
            "chuck",
            "mind",
            "off",
            "down",
            "there",
            "done",
            "would",
            "you",
            "do",
            "todo",
            "remember",
            "remembered",
            "record",
            "write",
            "up",
            "away",
            "them",
            "too",
            "was",
            "were",
            "been",
            "will",
            "be",
            "sort",
            "sorted",
            "list",
            "one",
            "ones",
            "thanks",
        ]
    )
)


def _score(part: Tagged, guesses: Sequence[Guess], whole: bool) -> float:
    """How well a stretch stands alone as one request."""
    top = guesses[0]
    if not whole and not part.of("amount", "when") and all(token.word in FILLERS for token in part.words):
        return -0.6
    if top.label == "none" or top.label.startswith("later."):
        return 0.3 * top.confidence
    score = top.confidence
    tool = find(top.label)
    if tool is None:
        return 0.3 * score
    if (tool.domain != "assistant" or top.label == "assistant.remember" or not whole) and all(
        token.word in _LEANING for token in part.words
    ):
        return -0.6
    if speaks_of_nothing_to_do(plain(part.text)):
        return 0.2
    score += 0.5 if _complete(tool, part) else -0.35
    if len(part.words) < 2 and not part.of("amount", "when", "litres", "odometer") and tool.effect == "write":
        score -= 0.5
    amounts = len(part.of("amount"))
    if amounts > 1 and "amount" in tool.arguments.model_fields:
        score -= 0.45 * (amounts - 1)
    return score


def _complete(tool: Tool, part: Tagged) -> bool:
    """Whether the values that the tool needs stand in the stretch."""
    fields = tool.arguments.model_fields
    if "amount" in tool.ask and "amount" not in tool.any_of and not part.of("amount"):
        return False
    if "odometer" in tool.ask and "odometer" not in tool.any_of and not part.of("odometer", "distance"):
        return False
    needs_time = [name for name in ("start", "at") if name in tool.ask and name in fields]
    if needs_time and not part.of("when", "offset"):
        return False
    return bool(part.words)

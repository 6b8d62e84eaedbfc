"""Aligning a clause with phrasings: what stands where a slot stands.

A phrasing's elements are laid along the clause's tokens with the best total: words that agree and values that fit
their slots earn, words that are left over or missing cost. Free slots take the stretch that lies between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from .language import NAMES, TYPED, Element, Phrasing, language, variants
from .tagging import Token

MOST_TRIED = 18
FILLERS = frozenset(
    [
        "please",
        "pls",
        "plz",
        "um",
        "uh",
        "umm",
        "erm",
        "ok",
        "okay",
        "so",
        "just",
        "well",
        "hey",
        "hi",
        "thanks",
        "thank",
        "you",
        "lol",
        "haha",
        "mate",
        "ta",
        "pam",
        "oh",
        "and",
        "also",
        "then",
        "can",
        "could",
        "would",
        "will",
        "right",
        "now",
        "yeah",
        "yep",
        "like",
        "actually",
        "you",
        "know",
        "i",
        "mean",
        "cheers",
        "love",
        "dear",
        "for",
        "me",
        "kindly",
        "ugh",
        "hmm",
        "hm",
        "oi",
        "btw",
    ]
)
LITTLE = frozenset(
    [
        "a",
        "an",
        "the",
        "my",
        "our",
        "to",
        "of",
        "on",
        "in",
        "at",
        "for",
        "from",
        "it",
        "is",
        "was",
        "i",
        "me",
        "we",
        "that",
        "this",
        "some",
    ]
)
EMPTY = (
    LITTLE
    | FILLERS
    | frozenset(["something", "anything", "stuff", "thing", "things", "it", "that", "them", "me", "you"])
)
# What may stand in for a slot of another kind.
FITS = {
    "when": {"when", "offset"}, "period": {"when"}, "from_account": {"account"}, "to_account": {"account"},
    "old_amount": {"amount"}, "distance": {"distance", "odometer"}, "odometer": {"odometer", "distance"},
}  # fmt: skip
# Where money lies or is booked, what is driven, and where: any words could stand there, so they count only beside the phrasing's own words
# ("into {account}"): "got 480 for the old bookshelf" names no account.
LED = frozenset({"account", "from_account", "to_account", "category", "vehicle", "place"})


@dataclass(frozen=True)
class Alignment:
    """A phrasing laid along a clause: its total (about 1 is perfect) and the tokens of each slot."""

    phrasing: Phrasing
    total: float
    slots: dict[str, tuple[Token, ...]]
    matched: frozenset[Token] = frozenset()  # words of the phrasing itself
    exact: bool = False  # the phrasing, with its telling words, says all of the clause and nothing else


@lru_cache(maxsize=256)
def _phrasings(label: str) -> tuple[Phrasing, ...]:
    found: dict[tuple[Element, ...], Phrasing] = {}
    for text in language().phrasings.get(label, []):
        for phrasing in variants(label, text):
            found.setdefault(phrasing.elements, phrasing)
    return tuple(found.values())


@lru_cache(maxsize=256)
def usual_words(label: str) -> frozenset[str]:
    """Return the words that the phrasings of a label are made of: they say what is asked, not about what."""
    counts: dict[str, int] = {}
    for phrasing in _phrasings(label):
        for word in phrasing.literals:
            counts[word] = counts.get(word, 0) + 1
    return frozenset(word for word, count in counts.items() if count >= 3)


def align(label: str, tokens: Sequence[Token]) -> Alignment | None:
    """Return the best alignment of a clause with the phrasings of a label."""
    tokens = [token for token in tokens if token.kind or token.text[0].isalnum()]
    if not tokens:
        return None
    words = {token.word for token in tokens if token.kind in {"", "category"}}
    kinds = {token.kind for token in tokens if token.kind}
    ranked = sorted(_phrasings(label), key=lambda p: _promise(p, words, kinds), reverse=True)
    best: Alignment | None = None
    for phrasing in ranked[:MOST_TRIED]:
        found = _lay(phrasing, tokens)
        if best is None or found.total > best.total:
            best = found
    return best


def _promise(phrasing: Phrasing, words: set[str], kinds: set[str]) -> float:
    score = 0.0
    for element in phrasing.elements:
        if element.slot in TYPED:
            has = bool(FITS.get(element.slot, {element.slot}) & kinds)
            score += 1.0 if has else 0.0 if element.optional else -1.0
        elif element.words:
            if element.words & words:
                score += 0.3 if element.words <= LITTLE else 1.0
            elif not element.optional:
                score -= 0.2 if element.words <= LITTLE else 0.8
    return score


def _token_cost(token: Token) -> float:
    if token.kind:
        return 0.25
    if token.word in FILLERS:
        return 0.06
    return 0.25 if token.word in LITTLE else 0.8


def _lay(phrasing: Phrasing, tokens: Sequence[Token]) -> Alignment:
    elements = phrasing.elements
    n, m = len(tokens), len(elements)
    worst = -1e9
    # best[j][i]: the best total with j elements and i tokens used; came[j][i]: (j, i) before it.
    best = [[worst] * (n + 1) for _ in range(m + 1)]
    came: list[list[tuple[int, int] | None]] = [[None] * (n + 1) for _ in range(m + 1)]
    best[0][0] = 0.0
    costs = [_token_cost(token) for token in tokens]
    for j in range(m + 1):
        row = best[j]
        element = elements[j] if j < m else None
        missing = _missing_cost(element) if element else 0.0
        for i in range(n + 1):
            here = row[i]
            if here == worst:
                continue
            if i < n and here - costs[i] > row[i + 1]:
                row[i + 1] = here - costs[i]
                came[j][i + 1] = (j, i)
            if element is None:
                continue
            following = best[j + 1]
            if here - missing > following[i]:
                following[i] = here - missing
                came[j + 1][i] = (j, i)
            before = came[j][i]
            if element.leans and (before is None or before[0] != j - 1 or before[1] == i):
                continue  # "(at {payee})": no payee without its "at"
            free = element.slot not in LED or _is_led(elements, j, before == (j - 1, i - 1))
            for stop, gain in _takes(element, tokens, i, free):
                if here + gain > following[stop]:
                    following[stop] = here + gain
                    came[j + 1][stop] = (j, i)
    slots: dict[str, tuple[Token, ...]] = {}
    matched: set[Token] = set()
    taken: set[int] = set()
    left: set[Token] = set(tokens)
    j, i = m, n
    while (step := came[j][i]) is not None:
        if step[0] == j - 1 and step[1] < i:
            taken.add(j - 1)
            left.difference_update(tokens[step[1] : i])
            stretch, element = tuple(tokens[step[1] : i]), elements[j - 1]
            if element.slot:
                slots[element.slot] = stretch
            else:
                matched.update(stretch)
            if element.says:
                slots[element.says] = stretch + slots.get(element.says, ())
        j, i = step
    exact = (
        all(element.optional or index in taken for index, element in enumerate(elements))
        and all(not token.kind and token.word in FILLERS for token in left)
        and any(token.word not in EMPTY for token in matched)
        # "i" and "just" are nobody's name
        and all(any(t.kind or t.word not in EMPTY for t in stretch) for stretch in slots.values())
    )
    return Alignment(phrasing, best[m][n] / max(3.0, n), slots, frozenset(matched), exact)


def _missing_cost(element: Element) -> float:
    if element.optional:
        return 0.0
    if element.slot:
        return 0.7
    return 0.2 if element.words <= LITTLE else 1.2


def _is_led(elements: Sequence[Element], j: int, follows: bool) -> bool:
    """Whether words of the phrasing itself stand beside a slot: right before it, said, or right after it."""
    return (follows and bool(elements[j - 1].words)) or (j + 1 < len(elements) and bool(elements[j + 1].words))


def _takes(element: Element, tokens: Sequence[Token], i: int, free: bool) -> list[tuple[int, float]]:
    """Return (end, gain) of every stretch from i that the element may take; a name of one's own where not `free`."""
    if i >= len(tokens):
        return []
    token = tokens[i]
    if element.words:
        if token.kind in {"", "category"} and token.word in element.words:
            return [(i + 1, 0.5 if token.word in LITTLE else 1.0)]
        return []
    slot = element.slot
    if slot in TYPED:
        return [(i + 1, 1.0)] if token.kind in FITS.get(slot, {slot}) else []
    found: list[tuple[int, float]] = []
    if slot in NAMES and token.kind in FITS.get(slot, {slot}):
        found.append((i + 1, 1.4))
        free = False  # a name of one's own ends where it ends
    if not free:
        return found
    gain, says = 0.0, False
    most = 4 if slot in NAMES else len(tokens)
    for stop in range(i, min(len(tokens), i + most)):
        gain += _inside(slot, tokens[stop])
        if not says and (tokens[stop].kind or tokens[stop].word not in EMPTY):
            says = True  # a slot is filled by a word that says something, not by "the"
            gain += 0.9
        if gain < -1.5:
            break
        found.append((stop + 1, gain))
    return found


def _inside(slot: str, token: Token) -> float:
    """What it costs to let a free slot swallow a token."""
    if token.kind == "amount":
        return -0.2 if slot == "text" else -1.2
    if token.kind in {"when", "offset"}:
        return -0.1 if slot in {"text", "fact"} else -0.7
    if token.kind in TYPED:
        return -0.6
    if token.kind in {"account", "vehicle", "group"} and slot not in NAMES:
        return -0.7  # one's own things fill their own slots
    return 0.1 if token.kind else 0.05

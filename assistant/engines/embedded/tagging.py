"""Tagging a text: its times, money, quantities and the user's own names, as one row of tokens."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .grammar.money import find_amounts
from .grammar.names import NamedThing, find_names
from .grammar.quantities import find_odometer, find_quantities
from .grammar.times import find_offsets, find_times
from .language import plain, tag

# What people begin with before they say what they want.
OPENERS = frozenset(
    [
        "um",
        "uh",
        "erm",
        "oh",
        "ah",
        "hey",
        "ok",
        "okay",
        "so",
        "well",
        "no",
        "nah",
        "nope",
        "wait",
        "actually",
        "sorry",
        "and",
        "but",
        "also",
        "plus",
        "then",
        "right",
        "yeah",
        "hm",
        "hmm",
        "lol",
        "please",
    ]
)
CUED = 60  # weight of a bare number behind a word such as paid or cost
LEAST_ODOMETER = 300  # below it the figure is a price, litres or a count
_WORD = re.compile(r"[^\W_]+(?:[’'`\-.@/&][^\W_]+)*|[^\s\w]", re.UNICODE)


@dataclass(frozen=True)
class Token:
    """A word, or a recognised value that stands as one. `kind` is the slot it fills, "" for a word."""

    start: int
    end: int
    text: str
    kind: str = ""
    value: Any = None

    @property
    def word(self) -> str:
        """The plain word."""
        return plain(self.text)


@dataclass
class Tagged:
    """A text with what was recognised in it."""

    text: str
    tokens: list[Token]
    times: list[Any] = field(default_factory=list)
    offsets: list[Any] = field(default_factory=list)
    now: datetime | None = None
    whole: str = ""  # the text that the tokens' offsets count in, where this is a part

    def gap(self, start: int, end: int) -> str:
        """Return what stands between two tokens."""
        return (self.whole or self.text)[start:end]

    def part(self, start: int, end: int) -> Tagged:
        """Return the tokens of a stretch of the text."""
        tokens = [token for token in self.tokens if token.start >= start and token.end <= end]
        return Tagged(self.text[start:end], tokens, now=self.now, whole=self.whole or self.text)

    @property
    def signature(self) -> str:
        """What the classifier reads: words, and tags for values. Categories are everyday words and stay words."""
        found = [token for token in self.tokens if _counts(token)]
        while len(found) > 3 and not found[0].kind and found[0].word in OPENERS:
            found.pop(0)
        return " ".join(token.word if token.kind in {"", "category"} else tag(token.kind) for token in found)

    def of(self, *kinds: str) -> list[Token]:
        """Return the values of these kinds."""
        return [token for token in self.tokens if token.kind in kinds]

    @property
    def words(self) -> list[Token]:
        """Return the plain words."""
        return [token for token in self.tokens if not token.kind and _counts(token)]


def _counts(token: Token) -> bool:
    return bool(token.kind) or token.text[0].isalnum() or token.text[0] in "🙂"


def tag_text(
    text: str,
    now: datetime,
    names: Sequence[NamedThing] = (),
    *,
    week_start: int = 0,
    day_first: bool = True,
    prefer: str = "none",
) -> Tagged:
    """Recognise everything in a text; spans that overlap go to the surer kind."""
    times = find_times(text, now, week_start=week_start, day_first=day_first, prefer=prefer)  # type: ignore[arg-type]
    offsets = find_offsets(text)
    found: list[Token] = []

    def free(start: int, end: int) -> bool:
        return all(end <= token.start or start >= token.end for token in found)

    def add(kind: str, span: Any) -> None:
        if span.end > span.start and free(span.start, span.end):
            found.append(Token(span.start, span.end, span.text, kind, span))

    for name in find_names(text, names):
        if len(name.text) > 3 or name.score >= 100:
            add(name.thing.kind, name)
    for span in find_odometer(text):
        if span.value >= LEAST_ODOMETER:
            add("odometer", span)
    for span in find_quantities(text):
        kind = {"L": "litres", "gal": "litres", "km": "distance", "mi": "distance"}.get(span.unit or "")
        if kind == "distance" and span.value >= 5000:
            kind = "odometer"
        if kind:
            add(kind, span)
    marked = find_amounts(text, [])
    for money in marked:
        if money.per_unit in MOST_AT_THE_PUMP and (not money.bare or _is_pump_price(money, times)):
            add("price", money)
    for money in marked:
        if not money.bare:
            add("amount", money)
    for offset in offsets:
        add("offset", offset)
    for time in times:
        add("when", time)
    for money in find_amounts(text, [(token.start, token.end) for token in found]):
        if money.bare and money.weight < CUED and not any(figure.isdigit() for figure in money.text):
            continue  # "a table for two": a number word that nothing marks as money
        add("price" if money.per_unit in MOST_AT_THE_PUMP else "amount", money)
    tokens = list(found)
    for match in _WORD.finditer(text):
        if free(match.start(), match.end()):
            tokens.append(Token(match.start(), match.end(), match.group()))
    tokens.sort(key=lambda token: token.start)
    return Tagged(text, tokens, [t for t in times if any(k.value is t for k in found)], offsets, now)


MOST_AT_THE_PUMP = {"L": 5, "gal": 12}  # in dollars, pounds and euros; above it "20 L at 7.30" tells a time


def _is_pump_price(money: Any, times: Sequence[Any]) -> bool:
    """Whether a plain figure behind litres ("20 L at 2.05") is their price: no time says more of it ("4.15 this arvo")."""
    return money.amount < MOST_AT_THE_PUMP[money.per_unit] and not any(
        time.start < money.end < time.end for time in times
    )


def counted(offset: Any, known: datetime) -> datetime:
    """Return the moment that an offset ("the evening before at six") gives, counted from a known one."""
    moment: datetime = known + offset.delta
    if offset.at is not None:
        moment = datetime.combine(moment.date(), offset.at, moment.tzinfo)
    return moment

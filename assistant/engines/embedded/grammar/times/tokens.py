"""Cuts a text into the tokens that the time grammar reads, with offsets into the text as it was given."""

from __future__ import annotations

import re
from decimal import Decimal

from assistant.engines.embedded.grammar.numbers import ORDINALS, TEENS, TENS, read_number, read_ordinal
from assistant.engines.embedded.grammar.numbers import UNITS as NUMBER_UNITS
from assistant.engines.embedded.grammar.times.lexicon import normal

_MERIDIEM = r"(?:[ap]\.[ ]?m\.?|[ap][ ]?m)(?![A-Za-z])"
_TOKEN = re.compile(
    rf"""(?P<skip>https?://\S{{1,300}}|www\.\S{{1,300}}|[#]\w{{1,40}}|[\w.+-]{{1,40}}@[\w-]{{1,40}}\.[a-z]{{2,8}})
    | (?P<iso>\d{{4}}-\d{{2}}-\d{{2}}(?:[Tt ]\d{{2}}:\d{{2}}(?::\d{{2}}(?:\.\d{{1,9}})?)?
        (?:[ ]?(?:Z\b|[+-]\d{{2}}:?\d{{2}}))?)?(?![\d-]))
    | (?P<money>[$£€¥₹][ ]?\d[\d,.]{{0,20}}(?:[kK]\b)?)
    | (?P<date>\d{{1,2}}(?P<sep>[/.-])\d{{1,2}}(?P=sep)(?:\d{{4}}|\d{{2}})(?![\d/-]|\.\d)
        | \d{{4}}[/.]\d{{1,2}}[/.]\d{{1,2}}(?![\d/-]|\.\d))
    | (?P<yearmonth>(?:\d{{4}}-\d{{2}}|\d{{1,2}}/\d{{4}})(?![\d/-]|\.\d))
    | (?P<version>\d{{1,6}}(?:\.\d{{1,6}}){{2,6}})
    | (?P<clock12>\d{{1,2}}(?:[:.h]\d{{2}}(?::\d{{2}})?)?(?:[ ]?{_MERIDIEM}|[ap](?![A-Za-z'’])))
    | (?P<clock24>\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?!\d|:\d)|\d{{1,2}}h\d{{2}}(?![A-Za-z\d]))
    | (?P<slash>\d{{1,2}}/\d{{1,2}}(?![\d/]|\.\d))
    | (?P<grouped>\d{{1,3}}(?:,\d{{3}}){{1,5}}(?:\.\d{{1,6}})?(?!\d))
    | (?P<decimal>\d{{1,9}}[.,]\d{{1,9}}(?!\d))
    | (?P<sms>2(?:moro|morrow|morow|mrw|mro|moz|nite|night|day)\b)
    | (?P<ordinal>\d{{1,3}}(?:st|nd|rd|th)\b)
    | (?P<int>\d{{1,12}}(?!\d))
    | (?P<digits>\d{{1,400}})
    | (?P<word>[^\W\d_]{{1,40}}(?:['’][^\W\d_]{{1,20}})?)
    | (?P<punct>[^\w\s]|_)""",
    re.VERBOSE | re.IGNORECASE,
)
_MOVING = re.compile(
    r"\b(?:chang|mov|shift|reschedul|push|bring|switch|swap|bump|postpon|delay|rebook)(?:e|ed|ing)?\b",
    re.IGNORECASE,
)
_SPACE = re.compile(r"\s{1,1000}")
_NUMBER_WORDS = {*NUMBER_UNITS, *TEENS, *TENS, *ORDINALS, "hundred"} - {"zero", "nought", "nil"}
_FILLERS = {"um", "uh", "er", "erm", "umm", "uhh", "hmm"}
_MER = re.compile(rf"[ ]?(?:{_MERIDIEM})", re.IGNORECASE)


class Line:
    """A text as parallel lists over its tokens, closed by a few empty tokens so that looking ahead is safe.

    ``low`` the normal form of a word, ``kind`` what the token is, ``num`` its number (or ``None``), ``start``
    and ``end`` its offsets. ``moving``: the text speaks of moving something: "from A to B" is no interval.
    ``depth`` counts phrases inside phrases ("the week of the first monday of march"): it must stay small.
    """

    __slots__ = ("count", "day_first", "depth", "end", "kind", "low", "moving", "num", "start", "text")

    def __init__(self, text: str, *, day_first: bool = True) -> None:
        self.text = text
        self.day_first = day_first
        self.depth = 0
        self.moving = bool(_MOVING.search(text))
        self.low: list[str] = []
        self.kind: list[str] = []
        self.num: list[Decimal | None] = []
        self.start: list[int] = []
        self.end: list[int] = []
        self._scan()
        self.count = len(self.low)
        for _ in range(8):
            self._add("", "stop", None, len(text), len(text))

    def _add(self, low: str, kind: str, num: Decimal | None, start: int, end: int) -> None:
        self.low.append(low)
        self.kind.append(kind)
        self.num.append(num)
        self.start.append(start)
        self.end.append(end)

    def _scan(self) -> None:
        text, pos, length = self.text, 0, len(self.text)
        match = _TOKEN.match
        while pos < length:
            found = match(text, pos)
            if not found:
                space = _SPACE.match(text, pos)
                pos = space.end() if space else pos + 1
                continue
            kind, raw, start, pos = found.lastgroup or "", found.group(), pos, found.end()
            if kind == "sep":
                kind = "date"
            if kind == "word":
                pos = self._word(raw, start, pos)
            elif kind == "sms":
                self._add(normal(raw.lower()), "word", None, start, pos)
            elif kind in ("int", "ordinal"):
                self._add(raw, kind, Decimal(raw if kind == "int" else raw[:-2]), start, pos)
            elif kind == "decimal":
                self._add(raw, kind, Decimal(raw.replace(",", ".")), start, pos)
            else:
                self._add(raw.lower(), kind, None, start, pos)

    def _word(self, raw: str, start: int, pos: int) -> int:
        low = raw.lower()
        if low in _FILLERS:
            return pos
        if low in _NUMBER_WORDS:
            return self._number_word(low, start, pos)
        if low == "comma" and start:
            self._add(",", "punct", None, start, pos)
            return pos
        if low in ("a", "p") and self.kind and self.kind[-1] in ("int", "clock24"):
            meridiem = _MER.match(self.text, start)
            if meridiem:
                self._add(low + "m", "meridiem", None, start, meridiem.end())
                return meridiem.end()
        if low in ("am", "pm") and self.kind and self.kind[-1] in ("int", "clock24"):
            self._add(low, "meridiem", None, start, pos)
            return pos
        self._add(normal(low), "word", None, start, pos)
        return pos

    def _number_word(self, low: str, start: int, pos: int) -> int:
        ordinal = read_ordinal(self.text, start)
        if ordinal:
            self._add(low if low == "second" else str(ordinal[0]), "ordinal", Decimal(ordinal[0]), start, ordinal[1])
            return ordinal[1]
        number = read_number(self.text, start)
        if not number:
            self._add(low, "word", None, start, pos)
            return pos
        value, end = number
        whole = value == value.to_integral_value()
        self._add(str(value), "int" if whole else "decimal", value, start, end)
        return end

    def is_capital(self, at: int) -> bool:
        """Whether the token at ``at`` is written with a capital."""
        return self.text[self.start[at] : self.start[at] + 1].isupper()

    def whole(self, at: int) -> int | None:
        """The whole number at ``at``, where the token is a plain one."""
        return int(self.num[at] or 0) if self.kind[at] == "int" else None

    def moves_from(self, at: int) -> bool:
        """Whether "A to B" at ``at`` names where something moves from: "push my 3pm to 4pm"."""
        return self.moving and "to" not in self.low[:at]

    def adjacent(self, at: int) -> bool:
        """Whether nothing stands between the token at ``at`` and the one before."""
        return at > 0 and self.start[at] == self.end[at - 1]

    def ends_at(self, at: int) -> bool:
        """Whether the token at ``at`` is the end of the text or of a clause."""
        return self.kind[at] == "stop" or (self.kind[at] == "punct" and self.low[at] in ",.;!?)…")

"""Figures as they are written in amounts: any grouping, any decimal mark, any size; number words beside them.

Amounts need more than plain numbers: "1 284,60", "1'284.60", "12,34,567.00", twenty digits in a row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from .numbers import SIGNS, find_numbers, read_number

_DIGITS = re.compile(
    r"""(?:(?P<indian>\d{1,3}(?:,\d{2}){1,8},\d{3}(?:\.\d{1,9})?)
      | (?P<grouped>\d{1,3}(?:,\d{3}){1,15}(?:\.\d{1,9})?)
      | (?P<european>\d{1,3}(?:\.\d{3}){1,15},\d{1,3})
      | (?P<dotted>\d{1,3}(?:\.\d{3}){2,15})
      | (?P<quoted>\d{1,3}(?:['’]\d{3}){1,15}(?:[.,]\d{1,3})?)
      | (?P<spaced>[1-9]\d{0,2}(?:[ \u00a0\u202f]\d{3}){1,8}(?:[.,]\d{1,3})?)
      | (?P<comma>\d{1,60},\d{1,2})
      | (?P<plain>\d{1,60}(?:\.\d{1,9})?)
      | (?P<short>\.\d{1,3}))
      (?!\d|[.,]\d)""",
    re.VERBOSE,
)
_START = re.compile(r"(?<![\d.,])\d|(?<![\d.,\w])\.\d")
_RUN = re.compile(r"[\d.,]{1,400}")
_THOUSANDS = re.compile(r"[ ]?k(?![\w'])|[ ](?P<word>thousand|grand|hundred|million|billion|trillion)\b", re.IGNORECASE)
_HALF = re.compile(r"[½¼¾]|[ ]and[ ](?:a[ ])?(?:half|quarter)", re.IGNORECASE)
_FRACTION_WORDS = frozenset({"half", "quarter", "third", "thirds", "quarters"})
_HAS_WORDS = re.compile(
    r"\b(?:an?|one|two|three|four|five|six|seven|eight|nine|zero|nought|ten|eleven|twelve|\w{2,6}teen|eightteen|"
    r"\w{3,6}ty|\w{2,3}ty|half|quarter|hundred|thousand)\b",
    re.IGNORECASE,
)
_FACTORS = {
    "hundred": 100, "thousand": 10**3, "grand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
}  # fmt: skip


def tidy(value: Decimal) -> Decimal:
    """Whole values without the decimals that scaling left on them."""
    whole = value.to_integral_value()
    return whole if whole == value else value


@dataclass(frozen=True)
class Figure:
    """A number that could be an amount: offsets, value, and how it was written.

    ``decimals`` counts the digits behind the decimal mark; ``point_group`` says that its one point
    could group
    thousands ("1.284"); ``fraction`` that it is a part such as "half"; ``ordinal`` that it ranks.
    """

    start: int
    end: int
    value: Decimal
    decimals: int = 0
    digits: bool = False
    words: bool = False
    grouped: bool = False
    scaled: bool = False
    point_group: bool = False
    fraction: bool = False
    ordinal: bool = False


def _read_digits(text: str, at: int) -> Figure | None:
    found = _DIGITS.match(text, at)
    if not found:
        return None
    raw, kind, end = found.group(), found.lastgroup, found.end()
    if kind == "spaced" and text[found.start() - 1 : found.start()] == "+":
        return None
    if kind in ("european", "comma"):
        raw = raw.replace(".", "").replace(",", ".")
    elif kind in ("quoted", "spaced"):
        raw = re.sub(r"[^\d.,]", "", raw).replace(",", ".")
    elif kind == "dotted":
        raw = raw.replace(".", "")
    raw = raw.replace(",", "")
    decimals = len(raw.partition(".")[2])
    value = Decimal(raw if raw[0] != "." else "0" + raw)
    point_group = kind == "plain" and decimals == 3 and 1 <= value < 1000
    grouped = kind not in ("plain", "comma", "short")
    half = _HALF.match(text, end) if kind == "plain" and not decimals and len(raw) < 10 else None
    if half:
        mixed = read_number(text, at)
        if mixed and mixed[1] > end:
            return Figure(at, mixed[1], mixed[0], decimals=1, digits=True, scaled=mixed[0] >= 1000)
        if text[end] in SIGNS:
            return Figure(at, end + 1, value + SIGNS[text[end]], decimals=2, digits=True)
    scale = _THOUSANDS.match(text, end)
    if scale:
        factor = _FACTORS[scale.group("word").lower()] if scale.group("word") else 1000
        return Figure(at, scale.end(), tidy(value * factor), digits=True, grouped=grouped, scaled=True)
    ordinal = bool(re.match(r"(?:st|nd|rd|th)\b", text[end : end + 3], re.IGNORECASE))
    return Figure(at, end, value, decimals, True, False, grouped, False, point_group, False, ordinal)


def read_figure(text: str, at: int) -> Figure | None:
    """The figure that begins exactly at ``at``, in digits or words; ``None`` where none begins."""
    if at >= len(text):
        return None
    if text[at] in "0123456789.":
        return _read_digits(text, at)
    found = read_number(text, at)
    if not found or text[at] in SIGNS:
        return None
    said = text[at : found[1]].lower()
    return Figure(at, found[1], found[0], words=True, fraction=_is_fraction(said))


def _is_fraction(said: str) -> bool:
    return said.rsplit(maxsplit=1)[-1].rsplit("-", maxsplit=1)[-1] in _FRACTION_WORDS and not said.startswith(
        ("two and", "three and", "one and")
    )


def find_figures(text: str) -> list[Figure]:
    """All figures of a text, left to right, not overlapping, in digits and in words."""
    figures: list[Figure] = []
    at = 0
    while True:
        found = _START.search(text, at)
        if not found:
            break
        figure = _read_digits(text, found.start()) if found.group()[0] in "0123456789." else None
        if figure is None:
            run = _RUN.match(text, found.start())
            at = run.end() if run else found.end()
            continue
        figures.append(figure)
        at = figure.end
    if _HAS_WORDS.search(text):
        figures.extend(
            Figure(span.start, span.end, span.value, words=True, fraction=_is_fraction(span.text.lower()),
                   ordinal=span.ordinal)
            for span in find_numbers(text)
            if span.text[0].isalpha()
        )  # fmt: skip
        figures.sort(key=lambda figure: figure.start)
    return figures

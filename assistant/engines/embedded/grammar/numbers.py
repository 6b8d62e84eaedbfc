"""Numbers as people write and say them: "1,284.60", "two hundred thirteen", "a dozen", "21st", "half".

Pure text to ``Decimal``; what the number counts (money, litres, hours) is the business of other grammars.
All patterns are bounded, so reading is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

UNITS = {
    "zero": 0, "nought": 0, "nil": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9,
}  # fmt: skip
TEENS = {
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "fourten": 14, "fiveteen": 15, "eightteen": 18,
}  # fmt: skip
TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90, "ninty": 90,
}  # fmt: skip
SCALES = {"thousand": 1_000, "grand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
UNIT_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "eigth": 8, "ninth": 9, "nineth": 9,
}  # fmt: skip
TEEN_ORDINALS = {
    "tenth": 10, "eleventh": 11, "twelfth": 12, "twelth": 12, "thirteenth": 13, "fourteenth": 14,
    "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18, "nineteenth": 19,
}  # fmt: skip
TENS_ORDINALS = {
    "twentieth": 20, "thirtieth": 30, "fortieth": 40, "fiftieth": 50, "sixtieth": 60, "seventieth": 70,
    "eightieth": 80, "ninetieth": 90,
}  # fmt: skip
ORDINALS = {**UNIT_ORDINALS, **TEEN_ORDINALS, **TENS_ORDINALS}
PARTS = {
    "half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fourths": 4, "fifth": 5,
    "fifths": 5, "sixths": 6, "eighth": 8, "eighths": 8, "tenth": 10, "tenths": 10,
}  # fmt: skip
SIGNS = {
    "½": Decimal("0.5"), "¼": Decimal("0.25"), "¾": Decimal("0.75"), "⅓": Decimal(1) / 3, "⅔": Decimal(2) / 3,
    "⅛": Decimal("0.125"),
}  # fmt: skip

_DIGITS = re.compile(
    r"""(?P<grouped>\d{1,3}(?:,\d{3}){1,5}(?:\.\d{1,6})?(?![\d,]\d))
      | (?P<european>\d{1,3}(?:\.\d{3}){1,5},\d{1,2}(?!\d))
      | (?P<dotted>\d{1,3}(?:\.\d{3}){2,5}(?![.\d]))
      | (?P<spaced>[1-9]\d{0,2}(?:[ \u00a0\u202f]\d{3}){1,3}(?:\.\d{1,6})?(?![\d,.:/-]?\d))
      | (?P<comma>\d{1,9},\d{1,2}(?![\d,.]?\d))
      | (?P<plain>\d{1,18}(?:\.\d{1,9})?(?!\d))""",
    re.VERBOSE,
)
_ORDINAL_SUFFIX = re.compile(r"(?:st|nd|rd|th)\b", re.IGNORECASE)
_FRACTION = re.compile(r"(\d{1,3})[/\u2044](\d{1,3})(?![\d/]|\.\d)")
_MIXED = re.compile(r"(\d{1,6})[ -](\d{1,2})[/\u2044](\d{1,2})(?![\d/]|\.\d)")
_AND_PART = re.compile(r"[ -]and[ -](?:a[ -]|one[ -])?(half|third|quarter)\b|[ -]and[ -]three[ -]quarters\b", re.I)
_FIRST_WORD = re.compile(r"[A-Za-z]{1,12}(?![A-Za-z])")
_NEXT_WORD = re.compile(
    r"(?:[ \t\n]{1,3}|[ ]?-[ ]?)(?:(?:um|uh|erm?),?[ ]{1,3})?(?:(and)[ ]{1,3})?([A-Za-z]{1,12})(?![A-Za-z])",
    re.I,
)
_CANDIDATE = re.compile(
    r"\d|[½¼¾⅓⅔⅛]|\b(?:"
    + "|".join(sorted({*UNITS, *TEENS, *TENS, *ORDINALS, "half", "a", "an", "point", "hundred", "thousand"}))
    + r")\b",
    re.I,
)
# "that one", "the second one", "one of those": the pronoun, not the number
_PRONOUN_BEFORE = re.compile(
    r"\b(?:the|that|this|these|those|each|which|any|every|another|next|last|other|same|no|some|new|old|big|"
    r"good|red|blue|first|second|third|\w{1,20}'s)[ ]{1,2}$",
    re.I,
)
_PRONOUN_AFTER = re.compile(r"[ ]{0,2}(?:$|[,.;!?]|(?:of|that|who|which|is|was|went|day)\b)", re.I)


@dataclass(frozen=True)
class NumberSpan:
    """A number in a text: character offsets, the words, the value, and whether it ranks ("third", "21st")."""

    start: int
    end: int
    text: str
    value: Decimal
    ordinal: bool


@dataclass(frozen=True)
class _Word:
    word: str
    end: int
    joined_by_and: bool


def _words(text: str, pos: int, limit: int = 16) -> list[_Word]:
    """The run of words from ``pos``, lower-cased, fillers left out, at most ``limit`` of them."""
    first = _FIRST_WORD.match(text, pos)
    if not first:
        return []
    found = [_Word(first.group().lower(), first.end(), False)]
    while len(found) < limit:
        following = _NEXT_WORD.match(text, found[-1].end)
        if not following:
            break
        found.append(_Word(following.group(2).lower(), following.end(), following.group(1) is not None))
    return found


def _below_hundred(words: list[_Word], at: int) -> tuple[int, int, bool] | None:
    """(value, index after, ordinal) of "seven", "forty two", "twenty-first" at ``at``."""
    if at >= len(words):
        return None
    word = words[at].word
    if word in TENS:
        following = words[at + 1] if at + 1 < len(words) else None
        if following and not following.joined_by_and:
            if UNITS.get(following.word, 0) > 0:
                return TENS[word] + UNITS[following.word], at + 2, False
            if following.word in UNIT_ORDINALS:
                return TENS[word] + UNIT_ORDINALS[following.word], at + 2, True
        return TENS[word], at + 1, False
    for table in (UNITS, TEENS):
        if word in table:
            return table[word], at + 1, False
    if word in ORDINALS:
        return ORDINALS[word], at + 1, True
    return None


def _below_ten_thousand(words: list[_Word], at: int) -> tuple[int, int, bool] | None:
    """Like :func:`_below_hundred`, with "two hundred and thirteen", "eleven hundred"."""
    if at < len(words) and words[at].word == "hundred":
        head: tuple[int, int, bool] | None = (1, at, False)
    else:
        head = _below_hundred(words, at)
    if head is None or head[2]:
        return head
    value, after, _ = head
    if after >= len(words) or words[after].joined_by_and or words[after].word not in ("hundred", "hundredth"):
        return head
    if not 0 < value < 100:
        return head
    value, after, ordinal = value * 100, after + 1, words[after].word == "hundredth"
    if ordinal:
        return value, after, True
    tail = _below_hundred(words, after)
    if tail and tail[0] and not _multiplied(words, tail[1], hundred=True) and not _is_unit_of_time(words, after):
        return value + tail[0], tail[1], tail[2]
    return value, after, False


def _multiplied(words: list[_Word], at: int, *, hundred: bool) -> bool:
    """Whether the word at ``at`` multiplies what stands before: then "two hundred | three hundred" is two."""
    return at < len(words) and not words[at].joined_by_and and hundred and words[at].word == "hundred"


def _is_unit_of_time(words: list[_Word], at: int) -> bool:
    return words[at].word == "second" and not words[at].joined_by_and


def _whole(words: list[_Word]) -> tuple[Decimal, int, bool] | None:
    """(value, words used, ordinal) of the longest whole number in words at the beginning."""
    at, total, last_scale, ordinal = 0, 0, 10**12, False
    if words[0].word in ("a", "an") and len(words) > 1 and words[1].word in ("hundred", *SCALES):
        at = 1
        if words[1].word in SCALES:
            if words[1].word == "grand":
                return None
            total, last_scale, at = SCALES[words[1].word], SCALES[words[1].word], 2
    elif words[0].word in SCALES:
        if words[0].word != "thousand":
            return None
        total, last_scale, at = 1_000, 1_000, 1
    used = at if total else 0
    while last_scale > 1:
        group = _below_ten_thousand(words, at)
        if group is None or (at and not total and words[at].word != "hundred"):
            break
        value, after, ordinal_here = group
        if total and (value == 0 or (last_scale == 1_000 and value >= 1_000) or _is_unit_of_time(words, at)):
            break
        scale = 1
        if not ordinal_here and after < len(words) and not words[after].joined_by_and:
            scale = SCALES.get(words[after].word, 1)
        if scale >= last_scale:
            break
        if total and scale == 1 and words[at].joined_by_and and value >= 100 and last_scale == 1_000:
            break
        total += value * scale
        used = after + (1 if scale > 1 else 0)
        at, last_scale, ordinal = used, scale, ordinal_here
        if ordinal_here:
            break
    return (Decimal(total), used, ordinal) if used else None


def _spoken_decimals(words: list[_Word], at: int) -> tuple[Decimal, int] | None:
    """(fraction, index after) of "point eight nine nine", "point twenty five", with "point" at ``at``."""
    if at >= len(words) or words[at].word != "point" or words[at].joined_by_and:
        return None
    digits, at = "", at + 1
    while at < len(words) and not words[at].joined_by_and and len(digits) < 9:
        if words[at].word in UNITS or words[at].word in ("oh", "o"):
            digits += str(UNITS.get(words[at].word, 0))
            at += 1
            continue
        pair = _below_hundred(words, at) if not digits else None
        if pair and not pair[2]:
            digits, at = str(pair[0]), pair[1]
        break
    return (Decimal(f"0.{digits}"), at) if digits else None


def _part_after(text: str, end: int) -> tuple[Decimal, int]:
    """("and a half" → 0.5, its end) after a number; (0, ``end``) where there is none."""
    found = _AND_PART.match(text, end)
    if not found:
        return Decimal(0), end
    part = {"half": Decimal("0.5"), "third": Decimal(1) / 3, "quarter": Decimal("0.25")}
    return (part[found.group(1).lower()] if found.group(1) else Decimal("0.75")), found.end()


def _scaled(text: str, value: Decimal, end: int) -> tuple[Decimal, int]:
    """``value`` times a following "hundred", "thousand", "k", "dozen"."""
    word = _NEXT_WORD.match(text, end)
    if word and not word.group(1):
        factor = {"hundred": 100, "dozen": 12, **SCALES}.get(word.group(2).lower())
        if factor:
            return value * factor, word.end()
    if text[end : end + 1] in ("k", "K") and not text[end + 1 : end + 2].isalnum():
        return value * 1_000, end + 1
    return value, end


def _read_digits(text: str, pos: int) -> tuple[Decimal, int, bool] | None:
    mixed = _MIXED.match(text, pos)
    if mixed and 0 < int(mixed.group(2)) < int(mixed.group(3)) <= 16:
        return Decimal(mixed.group(1)) + Decimal(mixed.group(2)) / Decimal(mixed.group(3)), mixed.end(), False
    fraction = _FRACTION.match(text, pos)
    if fraction and 0 < int(fraction.group(1)) < int(fraction.group(2)) <= 100:
        return Decimal(fraction.group(1)) / Decimal(fraction.group(2)), fraction.end(), False
    found = _DIGITS.match(text, pos)
    if not found:
        return None
    raw, end = found.group(), found.end()
    if found.lastgroup == "european":
        raw = raw.replace(".", "").replace(",", ".")
    elif found.lastgroup == "comma":
        raw = raw.replace(",", ".")
    elif found.lastgroup == "dotted":
        raw = raw.replace(".", "")
    value = Decimal(re.sub(r"[,\s]", "", raw))
    if value == value.to_integral_value() and "." not in raw:
        suffix = _ORDINAL_SUFFIX.match(text, end)
        if suffix:
            return value, suffix.end(), True
    if text[end : end + 1] in SIGNS:
        return value + SIGNS[text[end]], end + 1, False
    part, end = _part_after(text, end)
    value, end = _scaled(text, value + part, end)
    return value, end, False


def _read_part(words: list[_Word]) -> tuple[Decimal, int] | None:
    """Fractions and collectives in words: "half", "half a dozen", "a quarter", "two thirds", "a couple"."""
    first = words[0].word
    second = words[1].word if len(words) > 1 else ""
    third = words[2].word if len(words) > 2 else ""
    if first == "half":
        article = 1 if second in ("a", "an") else 0
        factor = {"dozen": 12, "hundred": 100, **SCALES}.get(third if article else second)
        return (Decimal(factor) / 2, 2 + article) if factor else (Decimal("0.5"), 1)
    if first in ("a", "an", "one"):
        if second == "dozen":
            return Decimal(12), 2
        if second == "couple" and first == "a":
            hundred = words[3] if third == "of" and len(words) > 3 else None
            if hundred and hundred.word in ("hundred", "thousand"):
                return Decimal(2) * (100 if hundred.word == "hundred" else 1_000), 4
            return Decimal(2), 2
        if second in ("half", "quarter") or (second in ("third", "fifth", "tenth") and third == "of"):
            return Decimal(1) / PARTS[second], 2
    elif first in UNITS and second in PARTS and second.endswith("s"):
        return Decimal(UNITS[first]) / PARTS[second], 2
    return None


def _read(text: str, pos: int, article: bool) -> tuple[Decimal, int, bool] | None:
    if pos >= len(text):
        return None
    if text[pos] in SIGNS:
        return SIGNS[text[pos]], pos + 1, False
    if text[pos].isascii() and text[pos].isdigit():
        return _read_digits(text, pos)
    words = _words(text, pos)
    if not words:
        return None
    part = _read_part(words)
    if part:
        return part[0], words[part[1] - 1].end, False
    decimals = _spoken_decimals(words, 0)
    if decimals:
        return decimals[0], words[decimals[1] - 1].end, False
    whole = _whole(words)
    if whole is None:
        return (Decimal(1), words[0].end, False) if article and words[0].word in ("a", "an") else None
    value, used, ordinal = whole
    if ordinal:
        return value, words[used - 1].end, True
    decimals = _spoken_decimals(words, used)
    if decimals:
        return value + decimals[0], words[decimals[1] - 1].end, False
    end = words[used - 1].end
    part_value, after = _part_after(text, end)
    if part_value:
        value, end = _scaled(text, value + part_value, after)
    elif used < len(words) and words[used].word == "dozen" and not words[used].joined_by_and:
        value, end = value * 12, words[used].end
    return value, end, False


def read_number(text: str, pos: int = 0, *, article: bool = False) -> tuple[Decimal, int] | None:
    """The number that begins exactly at ``pos``, as (value, end offset); ``None`` where none begins.

    With ``article``, "a" and "an" alone read as 1 ("an hour"). Ordinals read as their rank.
    """
    found = _read(text, pos, article)
    return (found[0], found[1]) if found else None


def read_ordinal(text: str, pos: int = 0) -> tuple[int, int] | None:
    """The rank that begins exactly at ``pos`` ("21st", "twenty-first"), as (rank, end offset)."""
    found = _read(text, pos, False)
    return (int(found[0]), found[1]) if found and found[2] else None


def _candidates(text: str) -> Iterator[int]:
    for found in _CANDIDATE.finditer(text):
        before = text[max(0, found.start() - 2) : found.start()]
        if before[-1:].isalnum() or (before[-1:] in (".", ":", "/") and before[0].isdigit()):
            continue
        yield found.start()


def find_numbers(text: str) -> list[NumberSpan]:
    """All numbers of ``text``, left to right, not overlapping. "one" as a pronoun and "a" alone are none."""
    spans: list[NumberSpan] = []
    end = 0
    for start in _candidates(text):
        if start < end:
            continue
        found = _read(text, start, False)
        if not found:
            continue
        value, after, ordinal = found
        words = text[start:after]
        if words.lower() == "one" and start and _is_pronoun(text, start, after):
            continue
        if words.lower() == "second" and spans and not spans[-1].ordinal and text[spans[-1].end : start] == " ":
            continue
        spans.append(NumberSpan(start, after, words, value, ordinal))
        end = after
    return spans


def _is_pronoun(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - 24) : start]
    return bool(_PRONOUN_BEFORE.search(before) or _PRONOUN_AFTER.match(text, end))

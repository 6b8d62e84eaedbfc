"""The marks that make a figure money: signs, codes and words before it and behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from .currencies import (
    COMMON_NOUNS,
    LETTER_PREFIXES,
    LETTER_SUFFIXES,
    SIGNS,
    CurrencyWord,
    currency_code,
    currency_word,
)
from .figures import Figure

_SIGN = "|".join(re.escape(sign) for sign in sorted(SIGNS, key=len, reverse=True))
_PREFIX_SIGN = re.compile(
    rf"(?:(?<![A-Za-z])|(?<=[a-z](?=[£€¥₹$])))(?P<sign>{_SIGN}|(?:au|us|nz|ca|hk|sg|nt)\$)"
    r"[ \u00a0\u202f]?(?P<minus>[-−])?[ ]?\Z"
)
_PREFIX_CODE = re.compile(r"(?<![A-Za-z0-9$€£])(?P<code>[A-Za-z]{3})[ \u00a0]?(?P<minus>[-−])?\Z")
_PREFIX_LETTERS = re.compile(
    r"(?<![^\W_])(?P<letters>"
    + "|".join(re.escape(letters) for letters in sorted(LETTER_PREFIXES, key=len, reverse=True))
    + r")[ \u00a0]?\Z",
    re.IGNORECASE,
)
_RAND = re.compile(r"(?<![A-Za-z0-9])R[ ]?\Z")
_PREFIX_NAME = re.compile(r"(?<![^\W_])((?:[A-Za-z]{2,12}[ ]){0,2}[A-Za-z]{3,14})[ ]\Z")
_SUFFIX_SIGN = re.compile(rf"[ \u00a0\u202f]?(?P<sign>{_SIGN})(?![ ]?\d|\w)")
_SUFFIX_LETTERS = re.compile(
    r"[ \u00a0]?(?P<letters>"
    + "|".join(re.escape(letters) for letters in sorted(LETTER_SUFFIXES, key=len, reverse=True))
    + r")(?![\w])",
    re.IGNORECASE,
)
_SUFFIX_WORDS = re.compile(
    r"(?P<gap>[ \u00a0\u202f]{0,2}-?|\n)(?P<one>[^\W\d_]{1,20}+)(?![^\W\d_])"
    r"(?P<two>[ -]([^\W\d_]{1,20}+)(?![^\W\d_]))?(?P<three>[ -]([^\W\d_]{1,20}+)(?![^\W\d_]))?"
)
MINOR_SIGN = re.compile(r"[ ]?(?P<sign>¢|(?<=\d)c(?![\w'])|p(?![\w']|\.[ ]?m))")
_NOT_CENTS_BEFORE = re.compile(r"\b(?:room|gate|unit|seat|flat|apt|door|class|bus|platform|level|bay)[ ]\Z", re.I)
_HOUR_BEFORE = re.compile(r"\b(?:at|by|until|till|from|to)[ ]\Z", re.IGNORECASE)
SCALE_MARKED = re.compile(r"[ ]?(mm|mn|mil|mill|mln|m|bn|b|tn)(?![\w'])|[ ](lakhs?|lacs?|crores?)\b", re.I)
MULTIPLE = re.compile(r"[ ](?:of[ ])?(?P<article>an?[ ])?(?P<word>hundred|thousand|million|grand)\b", re.I)
_OF_A = re.compile(r"[ ](?:of[ ])?(?:an?|the)?[ ]?(?=[a-z])", re.IGNORECASE)
NOTE_ALONE = re.compile(r"\b(?:tenner|fiver)s?\b", re.IGNORECASE)


@dataclass(frozen=True)
class Mark:
    """A currency mark beside a figure: offsets of figure and marks together, and what it says."""

    start: int
    end: int
    word: CurrencyWord
    sign: bool = False
    negative: bool = False


class MarkReader:
    """Finds the marks beside the figures of one text; ``used`` is where the last amount ended."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.capitals = text.upper() == text
        self.alone = len(re.sub(r"[^A-Za-z]", "", text[:40])) <= 3
        self.used = 0

    def prefix(self, figure: Figure) -> Mark | None:
        text, start = self.text, figure.start
        if not figure.digits:
            return None
        low = max(self.used, start - 8)
        sign = _PREFIX_SIGN.search(text, low, start)
        if sign:
            word = CurrencyWord(SIGNS[sign.group("sign").upper()])
            return Mark(sign.start(), start, word, True, sign.group("minus") is not None)
        code = _PREFIX_CODE.search(text, low, start)
        if code:
            found = currency_code(code.group("code"), alone=self.alone, capitals=self.capitals)
            # "20 EUR 5 ..." belongs to what stands before; the reader has passed it by then
            if found:
                return Mark(code.start(), start, CurrencyWord(found), True, code.group("minus") is not None)
        letters = _PREFIX_LETTERS.search(text, low, start)
        if letters and _is_letter_sign(letters.group("letters")):
            word = CurrencyWord(LETTER_PREFIXES[letters.group("letters").lower()])
            return Mark(letters.start(), start, word, True)
        rand = _RAND.search(text, low, start)
        if rand and (figure.value >= 10 and (figure.decimals == 2 or figure.grouped or figure.value >= 50)):
            return Mark(rand.start(), start, CurrencyWord("ZAR"), True)
        return self._prefix_name(figure)

    def _prefix_name(self, figure: Figure) -> Mark | None:
        """ "malaysian ringgits 42", "euro 20" """
        found = _PREFIX_NAME.search(self.text, max(self.used, figure.start - 32), figure.start)
        if not found:
            return None
        parts = found.group(1).split(" ")
        for skip in range(len(parts)):
            words = " ".join(parts[skip:])
            word = currency_word(words)
            if word and not word.minor and word.worth == 1 and word.code and words.lower() not in COMMON_NOUNS:
                if words.lower() in ("pound", "pounds", "quid", "franc", "francs", "sterling", "rand"):
                    return None
                start = found.start() + len(" ".join(parts[:skip])) + (1 if skip else 0)
                return Mark(start, figure.start, word)
        return None

    def suffix(self, figure: Figure) -> Mark | None:
        text, start, end = self.text, figure.start, figure.end
        if figure.start == figure.end:
            note = NOTE_ALONE.match(text, start)
            word = currency_word(note.group()) if note else None
            return Mark(start, note.end(), word) if note and word else None
        article = _OF_A.match(text, end) if figure.fraction else None
        scale = SCALE_MARKED.match(text, end)
        multiple = MULTIPLE.match(text, end)
        ends = [found.end() for found in (scale, multiple) if found] + [end]
        if article and article.end() > end + 1:
            ends.insert(0, article.end() - 1)
        for after in ends:
            found = self._suffix_at(figure, after)
            if found:
                return found
        return None

    def _suffix_at(self, figure: Figure, end: int) -> Mark | None:
        text, start = self.text, figure.start
        if end >= len(text):
            return None
        sign = _SUFFIX_SIGN.match(text, end)
        if sign:
            return Mark(start, sign.end(), CurrencyWord(SIGNS[sign.group("sign")]), True)
        minor = MINOR_SIGN.match(text, end)
        clock = figure.value <= 12 and _HOUR_BEFORE.search(text, max(0, start - 8), start)
        if minor and not clock and not _NOT_CENTS_BEFORE.search(text, max(0, start - 10), start):
            word = currency_word(minor.group("sign"))
            likely = minor.group("sign") == "¢" or (figure.value < 200 and (not figure.grouped))
            if word and likely:
                return Mark(start, minor.end(), word)
        letters = _SUFFIX_LETTERS.match(text, end)
        if letters and _is_letter_sign(letters.group("letters")):
            return Mark(start, letters.end(), CurrencyWord(LETTER_SUFFIXES[letters.group("letters").lower()]), True)
        return self._suffix_word(figure, end)

    def _suffix_word(self, figure: Figure, end: int) -> Mark | None:
        text, start = self.text, figure.start
        found = _SUFFIX_WORDS.match(text, end)
        if not found:
            return None
        first = found.group("one")
        if len(first) == 3 and found.group("gap") in ("", " ", "\u00a0"):
            code = currency_code(first, alone=self.alone, capitals=self.capitals)
            if code and not re.match(r"[ ]?\d", text[found.end("one") : found.end("one") + 2]):
                return Mark(start, found.end("one"), CurrencyWord(code))
            if code and self._next_has_own_suffix(found.end("one")):
                return Mark(start, found.end("one"), CurrencyWord(code))
        for stop in ("three", "two", "one"):
            if found.group(stop) is None:
                continue
            words = text[found.start("one") : found.end(stop)]
            if len(words) < 3:
                continue
            word = currency_word(words)
            if word is None or (words.lower() in COMMON_NOUNS and figure.value < 100):
                continue
            after = found.end(stop)
            if text[after : after + 2] in ("'s", "’s") and stop == "one":
                after += 2
            if text[after : after + 6].lower() == " coins" or text[after : after + 9].lower() == " sterling":
                after = text.find(" ", after + 1) if " " in text[after + 1 : after + 12] else len(text)
            return Mark(start, after, word)
        return None

    def _next_has_own_suffix(self, at: int) -> bool:
        """Whether the number after a code is its minor units: "3 UAH 4 kopiykas"."""
        return bool(re.match(r"[ ]\d{1,2}(?:[ ]?[a-z¢])", self.text[at : at + 8]))

    def minor_behind(self, at: int, figure: Figure | None) -> tuple[Decimal, int] | None:
        """(count, end) where ``figure`` is followed by a word for minor units."""
        if figure is None:
            return None
        minor = MINOR_SIGN.match(self.text, at)
        if minor:
            return figure.value, minor.end()
        found = _SUFFIX_WORDS.match(self.text, at)
        if found:
            word = currency_word(found.group("one"))
            if word and word.minor:
                return figure.value, found.end("one")
        return None


def _is_letter_sign(letters: str) -> bool:
    """Letters that are also words count only as they are properly written."""
    return letters.lower() not in (
        "le",
        "nis",
        "re.",
        "lei",
        "dh",
        "p.",
        "php",
        "kc",
        "zl",
        "tl",
        "ft",
        "rm",
    ) or (letters in ("LE", "NIS", "DH", "Dh", "PHP", "lei", "TL", "RM", "Ft", "zl", "Kc"))

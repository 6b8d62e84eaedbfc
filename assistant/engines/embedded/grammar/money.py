"""Amounts of money in everyday English: "$42.50", "1 284,60 €", "eleven pounds forty", "a tenner", "2k".

``find_money`` gives amounts that carry a mark (sign, code, currency word); ``find_amounts`` adds the bare numbers
that could be amounts, weighed by how likely they are. All patterns are bounded: reading is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from . import bare_numbers
from .currencies import (
    COMMON_NOUNS,
    LETTER_PREFIXES,
    LETTER_SUFFIXES,
    SIGNS,
    CurrencyWord,
    currency_code,
    currency_word,
    exponent,
    minor_unit,
)
from .figures import Figure, find_figures, read_figure, tidy
from .quantities import pounds_are_weight, unit_after

MARKED = 100
TWO_DECIMALS = 80
AFTER_CUE = 60
BARE = 30
COUNT = 10


@dataclass(frozen=True)
class MoneySpan:
    """An amount in a text.

    ``start``–``end`` cover the amount with its marks; ``tail`` is where a following "a month" or "/L" ends (``end``
    where none follows). ``currency`` is an ISO 4217 code only where the words fix one. ``until`` is the upper end of
    a range. ``per_unit`` is "L", "gal", "km", "mi", "kg", "h", "person", "night" or "each"; ``period`` is "day",
    "week", "fortnight", "month", "quarter" or "year". ``weight`` says how likely a rival is: the greater the likelier.
    """

    start: int
    end: int
    text: str
    amount: Decimal
    currency: str | None
    until: Decimal | None = None
    bare: bool = False
    per_unit: str | None = None
    period: str | None = None
    weight: int = MARKED
    tail: int = 0


_SIGN = "|".join(re.escape(sign) for sign in sorted(SIGNS, key=len, reverse=True))
_PREFIX_SIGN = re.compile(
    rf"(?:(?<![A-Za-z])|(?<=[a-z](?=[£€¥₹$])))(?P<sign>{_SIGN})[ \u00a0\u202f]?(?P<minus>[-−])?[ ]?\Z"
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
_MINUS = re.compile(r"(?:(?<![\w.)])[-−]|\b(?:minus|negative)[ ])\Z", re.IGNORECASE)

_SUFFIX_SIGN = re.compile(rf"[ \u00a0\u202f]?(?P<sign>{_SIGN})(?![ ]?\d|\w)")
_SUFFIX_LETTERS = re.compile(
    r"[ \u00a0]?(?P<letters>"
    + "|".join(re.escape(letters) for letters in sorted(LETTER_SUFFIXES, key=len, reverse=True))
    + r")(?![\w])",
    re.IGNORECASE,
)
_SUFFIX_WORDS = re.compile(
    r"(?P<gap>[ \u00a0\u202f]{0,2}-?|\n)(?P<one>[^\W\d_]{1,20})(?![^\W\d_])"
    r"(?P<two>[ -]([^\W\d_]{1,20})(?![^\W\d_]))?(?P<three>[ -]([^\W\d_]{1,20})(?![^\W\d_]))?"
)
_MINOR_SIGN = re.compile(r"[ ]?(?P<sign>¢|(?<=\d)c(?![\w'])|p(?![\w']))")
_NOT_CENTS_BEFORE = re.compile(
    r"\b(?:room|gate|unit|seat|flat|apt|door|class|bus|platform|level|bay)[ ]\Z", re.I
)
_SCALE_MARKED = re.compile(r"[ ]?(mm|mn|mil|mill|mln|m|bn|b|tn)(?![\w'])|[ ](lakhs?|lacs?|crores?)\b", re.I)
_SCALES = {
    "m": 10**6, "mm": 10**6, "mn": 10**6, "mil": 10**6, "mill": 10**6, "mln": 10**6, "b": 10**9, "bn": 10**9,
    "tn": 10**12, "lakh": 10**5, "lac": 10**5, "crore": 10**7,
}  # fmt: skip
_MULTIPLE = re.compile(r"[ ](?:of[ ])?(?P<article>an?[ ])?(?P<word>hundred|thousand|million|grand)\b", re.I)
_OF_A = re.compile(r"[ ](?:of[ ])?(?:an?|the)?[ ]?(?=[a-z])", re.IGNORECASE)
_SLANG_NOUN = r"bucks?|dollars?|pounds?|euros?|quid|tenners?|fivers?|rupees?|cents?|penny|grand"
_ARTICLE = re.compile(rf"\b(?P<article>an?|one|another)[ ](?={_SLANG_NOUN}\b)", re.IGNORECASE)
_NOTE_ALONE = re.compile(r"\b(?:tenner|fiver)s?\b", re.IGNORECASE)

# What may follow an amount that ends in loose minor units, "eleven pounds forty at the butcher": no noun to count.
_CLOSES = re.compile(
    r"[ ]{0,2}(?:\Z|[,;:!?)\n]|\.(?!\d)|[ ]-|(?:at|for|on|in|to|from|today|yesterday|tonight|this|last|and|plus|please|but|"
    r"with|of|the|my|a|an|each|per|worth|when|because|cos|then|so|into|out|off|by|via|all|total|which|that|comma|"
    r"thanks|cash|card|it|was|as|is|went|goes|back)\b)",
    re.IGNORECASE,
)
_CLOSES_FIRMLY = re.compile(r"[ ]{0,2}(?:\Z|[,;:!?)\n]|\.(?!\d))")
_LOOSE_MINOR = re.compile(r"(?P<and>[ ]and)?[ ](?P<figures>[0-9]{2})(?![\d.,:/%'’-]|[^\W\d_])")
_JOINED = re.compile(r"(?:[ ]?,?[ ](?:and[ ])?|(?<=[a-z])[ ]?&[ ]?)", re.IGNORECASE)

_PER = re.compile(
    r"[ ]?(?P<slash>/|@)[ ]?(?P<what>[A-Za-z]{1,10})\b"
    r"|[ ]{1,2}(?:(?:a|an|per|each|every|the|to the)[ ]|p/|p\.)(?P<word>[A-Za-z]{1,10})\b"
    r"|[ ]{0,2}(?P<adverb>monthly|weekly|daily|yearly|annually|fortnightly|quarterly|nightly|hourly|each|apiece|pm|pw|pa|pcm|"
    r"pp|ph|ea)(?![\w'])",
    re.IGNORECASE,
)
_PERIODS = {
    "day": "day", "daily": "day", "week": "week", "wk": "week", "weekly": "week", "pw": "week", "w": "week",
    "fortnight": "fortnight", "fortnightly": "fortnight", "month": "month", "mth": "month", "mo": "month",
    "monthly": "month", "pm": "month", "pcm": "month", "quarter": "quarter", "quarterly": "quarter",
    "year": "year", "yr": "year", "annum": "year", "yearly": "year", "annually": "year", "pa": "year", "m": "month",
    "y": "year",
}  # fmt: skip
_PER_UNITS = {
    "l": "L", "litre": "L", "liter": "L", "ltr": "L", "lt": "L", "gal": "gal", "gallon": "gal", "km": "km",
    "kilometre": "km", "kilometer": "km", "k": "km", "mile": "mi", "mi": "mi", "kg": "kg", "kilo": "kg", "h": "h",
    "hr": "h", "hour": "h", "hourly": "h", "ph": "h", "person": "person", "head": "person", "pp": "person",
    "night": "night", "nightly": "night", "each": "each", "apiece": "each", "pop": "each", "ea": "each",
    "piece": "each", "ticket": "each", "item": "each", "kwh": "kWh",
}  # fmt: skip
_FUEL_BEFORE = re.compile(
    r"(?P<litres>[\d.]\s?(?:l|lt|ltrs?|lit(?:re|er)s?)\b|\b(?:lit(?:re|er)s|unleaded|petrol|diesel|e10|ulp|u91)\b)"
    r"|(?P<gallons>[\d.]\s?(?:gal|gals|gallons?)\b|\bgallons\b)",
    re.IGNORECASE,
)
_AT_BEFORE = re.compile(r"(?:\b(?:at|for|was)[ ]|@[ ]?|\bx[ ]?)\Z", re.IGNORECASE)
_RANGE = re.compile(r"(?P<to>[ ]to[ ])|(?P<and>[ ]and[ ])|(?P<dash>-|[ ]?[–—][ ]?)")
_BETWEEN = re.compile(r"\b(?:between|from|about|around|roughly|approx|like)[ ]{1,2}\Z", re.IGNORECASE)
_POINT_GROUPS = frozenset(
    "EUR PLN BRL IDR VND TRY DKK NOK SEK CZK RUB RON HUF COP CLP ARS PYG UYU ISK".split()
)
_NOT_A_GRAND = re.compile(
    r"[ ](?:piano|final|prix|canyon|opening|tour|total|slam|plan|scheme|design|theft)", re.I
)
_VAGUE = re.compile(r"\b(?:few|several|many|couple)[ ]\Z", re.IGNORECASE)


@dataclass(frozen=True)
class _Mark:
    """A currency mark beside a figure: offsets of figure and marks together, and what it says."""

    start: int
    end: int
    word: CurrencyWord
    sign: bool = False
    negative: bool = False


class _Reader:
    """Reads the marked amounts of one text, left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.figures = find_figures(text)
        self.capitals = text.upper() == text
        self.alone = len(re.sub(r"[^A-Za-z]", "", text[:40])) <= 3
        self.spans: list[MoneySpan] = []
        self.used = 0

    def read(self) -> list[MoneySpan]:
        """The marked amounts, not overlapping."""
        starts = [(figure.start, figure) for figure in self.figures]
        for found in _ARTICLE.finditer(self.text):
            starts.append((found.start(), _figure(found.start(), found.end() - 1, Decimal(1))))
        for found in _NOTE_ALONE.finditer(self.text):
            starts.append((found.start(), _figure(found.start(), found.start(), Decimal(1))))
        starts.sort(key=lambda pair: (pair[0], -pair[1].end))
        self.figures = [figure for _, figure in starts]
        for at, figure in enumerate(self.figures):
            if figure.start < self.used:
                continue
            span = self._range(at, figure) or self._hundreds(at, figure) or self._marked(figure)
            if span:
                self.used = span.end
                self.spans.append(span)
        return self.spans

    def _range(self, at: int, low: Figure) -> MoneySpan | None:
        """ "$10-$20", "10 to 20 dollars", "between $10 and $20" """
        first = self._marked(low)
        low_start, low_end = (first.start, first.end) if first else (low.start, low.end)
        joined = _RANGE.match(self.text, low_end)
        if not joined:
            return None
        high = next((f for f in self.figures[at + 1 : at + 4] if f.start >= joined.end()), None)
        if high is None or high.start > joined.end() + 8:
            return None
        saved, self.used = self.used, joined.end()
        second = self._marked(high)
        self.used = saved
        introduced = bool(_BETWEEN.search(self.text, max(0, low_start - 16), low_start))
        if joined.lastgroup == "and" and not introduced:
            return None
        if second and second.start == joined.end():
            if first is None and joined.lastgroup == "to" and second.text[:1] in "$£€¥₹" and not introduced:
                return None
            currency = second.currency or (first.currency if first else None)
            minor = self._minor_only(second) and first is None
            low_value = low.value * minor_unit(currency) if minor else (first.amount if first else low.value)
            high_value, end, tail = second.amount, second.end, second
        elif (
            first
            and high.start == joined.end()
            and high.digits
            and (joined.lastgroup == "dash" or introduced)
        ):
            if unit_after(self.text, high.end) or self.text[high.end : high.end + 1] in (":", "/", "-"):
                return None
            currency, low_value, high_value, end, tail = (
                first.currency,
                first.amount,
                high.value,
                high.end,
                None,
            )
        else:
            return None
        if (
            first
            and second
            and first.currency != second.currency
            and None not in (first.currency, second.currency)
        ):
            return None
        if high_value <= low_value:
            return None
        if first is None and _MINUS.search(self.text, max(0, low_start - 9), low_start):
            return None
        span = MoneySpan(low_start, end, self.text[low_start:end], low_value, currency, high_value, tail=end)
        if tail:
            return replace(span, per_unit=tail.per_unit, period=tail.period, tail=max(end, tail.tail))
        return with_rate(self.text, span)

    def _hundreds(self, at: int, first: Figure) -> MoneySpan | None:
        """ "four fifty bucks", four hundred and fifty"""
        second = self.figures[at + 1] if at + 1 < len(self.figures) else None
        if second is None or not (first.words and second.words) or self.text[first.end : second.start] != " ":
            return None
        if (
            not (1 <= first.value <= 19 and 10 <= second.value < 100)
            or first.ordinal
            or first.end == first.start
        ):
            return None
        span = self._marked(second)
        if span is None or span.start != second.start or span.amount != second.value:
            return None
        said = self.text[first.start : span.end]
        return replace(span, start=first.start, text=said, amount=first.value * 100 + second.value)

    def _minor_only(self, span: MoneySpan) -> bool:
        return bool(re.search(r"(?:cents?|¢|\dc|pence|\dp)\Z", span.text))

    def _marked(self, figure: Figure) -> MoneySpan | None:
        text = self.text
        before, behind = self._prefix(figure), self._suffix(figure)
        if before and behind and not behind.sign and behind.word.code is None and behind.word.minor:
            behind = None
        mark = self._combined(before, behind, figure)
        if mark is None:
            return self._grand(figure)
        if mark.word.code == "GBP" and behind and re.search(r"pounds?\Z", text[: mark.end][-7:], re.I):
            if pounds_are_weight(text, figure.start, mark.end):
                return None
        if text[mark.start : mark.start + 1].isascii() and _VAGUE.search(
            text, max(0, mark.start - 9), mark.start
        ):
            if figure.words:
                return None
        value, end = figure.value, mark.end
        if before or behind:
            value, end = self._scaled(figure, mark, behind)
        code = mark.word.code
        value = self._grouped_by_point(figure, value, code)
        if mark.word.minor:
            # ".50 cents" is half a dollar to everyone who writes it
            value = value if value < 1 and figure.decimals == 2 else value * minor_unit(code)
        else:
            value, end = self._with_minor(value * mark.word.worth, end, mark, figure)
        start, negative = mark.start, mark.negative
        minus = _MINUS.search(text, max(self.used, start - 9), start)
        if minus:
            start, negative = minus.start(), True
        span = MoneySpan(start, end, text[start:end], -value if negative else value, code, tail=end)
        return with_rate(text, span)

    def _grouped_by_point(self, figure: Figure, value: Decimal, code: str | None) -> Decimal:
        """ "1.284 €" is one thousand: no euro has three decimals, unless it is a price by the litre."""
        if not (figure.point_group and code in _POINT_GROUPS and exponent(code) == 2):
            return value
        if (
            _AT_BEFORE.search(self.text, max(0, figure.start - 6), figure.start)
            or "/" in self.text[figure.end :][:6]
        ):
            return value
        if _FUEL_BEFORE.search(self.text):
            return value
        return tidy(value * 1000)

    def _combined(self, before: _Mark | None, behind: _Mark | None, figure: Figure) -> _Mark | None:
        if before and behind:
            word = behind.word if before.word.code is None else before.word
            if before.word.code and behind.word.code and before.word.code != behind.word.code:
                return before
            return _Mark(before.start, behind.end, word, before.sign, before.negative)
        if behind:
            return behind
        if before:
            return _Mark(before.start, figure.end, before.word, before.sign, before.negative)
        return None

    def _prefix(self, figure: Figure) -> _Mark | None:
        text, start = self.text, figure.start
        if not figure.digits:
            return None
        low = max(self.used, start - 8)
        sign = _PREFIX_SIGN.search(text, low, start)
        if sign:
            word = CurrencyWord(SIGNS[sign.group("sign")])
            return _Mark(sign.start(), start, word, True, sign.group("minus") is not None)
        code = _PREFIX_CODE.search(text, low, start)
        if code:
            found = currency_code(code.group("code"), alone=self.alone, capitals=self.capitals)
            # "20 EUR 5 ..." belongs to what stands before; the reader has passed it by then
            if found:
                return _Mark(code.start(), start, CurrencyWord(found), True, code.group("minus") is not None)
        letters = _PREFIX_LETTERS.search(text, low, start)
        if letters and _is_letter_sign(letters.group("letters")):
            word = CurrencyWord(LETTER_PREFIXES[letters.group("letters").lower()])
            return _Mark(letters.start(), start, word, True)
        rand = _RAND.search(text, low, start)
        if rand and (figure.value >= 10 and (figure.decimals == 2 or figure.grouped or figure.value >= 50)):
            return _Mark(rand.start(), start, CurrencyWord("ZAR"), True)
        return self._prefix_name(figure)

    def _prefix_name(self, figure: Figure) -> _Mark | None:
        """ "malaysian ringgits 42", "euro 20" """
        found = _PREFIX_NAME.search(self.text, max(self.used, figure.start - 32), figure.start)
        if not found:
            return None
        parts = found.group(1).split(" ")
        for skip in range(len(parts)):
            words = " ".join(parts[skip:])
            word = currency_word(words)
            if (
                word
                and not word.minor
                and word.worth == 1
                and word.code
                and words.lower() not in COMMON_NOUNS
            ):
                if words.lower() in ("pound", "pounds", "quid", "franc", "francs", "sterling", "rand"):
                    return None
                start = found.start() + len(" ".join(parts[:skip])) + (1 if skip else 0)
                return _Mark(start, figure.start, word)
        return None

    def _suffix(self, figure: Figure) -> _Mark | None:
        text, start, end = self.text, figure.start, figure.end
        if figure.start == figure.end:
            note = _NOTE_ALONE.match(text, start)
            word = currency_word(note.group()) if note else None
            return _Mark(start, note.end(), word) if note and word else None
        article = _OF_A.match(text, end) if figure.fraction else None
        scale = _SCALE_MARKED.match(text, end)
        multiple = _MULTIPLE.match(text, end)
        ends = [found.end() for found in (scale, multiple) if found] + [end]
        if article and article.end() > end + 1:
            ends.insert(0, article.end() - 1)
        for after in ends:
            found = self._suffix_at(figure, after)
            if found:
                return found
        return None

    def _suffix_at(self, figure: Figure, end: int) -> _Mark | None:
        text, start = self.text, figure.start
        if end >= len(text):
            return None
        sign = _SUFFIX_SIGN.match(text, end)
        if sign:
            return _Mark(start, sign.end(), CurrencyWord(SIGNS[sign.group("sign")]), True)
        minor = _MINOR_SIGN.match(text, end)
        if minor and not _NOT_CENTS_BEFORE.search(text, max(0, start - 10), start):
            word = currency_word(minor.group("sign"))
            likely = minor.group("sign") == "¢" or (figure.value < 200 and (not figure.grouped))
            if word and likely:
                return _Mark(start, minor.end(), word)
        letters = _SUFFIX_LETTERS.match(text, end)
        if letters and _is_letter_sign(letters.group("letters")):
            return _Mark(
                start, letters.end(), CurrencyWord(LETTER_SUFFIXES[letters.group("letters").lower()]), True
            )
        return self._suffix_word(figure, end)

    def _suffix_word(self, figure: Figure, end: int) -> _Mark | None:
        text, start = self.text, figure.start
        found = _SUFFIX_WORDS.match(text, end)
        if not found:
            return None
        first = found.group("one")
        if len(first) == 3 and found.group("gap") in ("", " ", "\u00a0"):
            code = currency_code(first, alone=self.alone, capitals=self.capitals)
            if code and not re.match(r"[ ]?\d", text[found.end("one") : found.end("one") + 2]):
                return _Mark(start, found.end("one"), CurrencyWord(code))
            if code and self._next_has_own_suffix(found.end("one")):
                return _Mark(start, found.end("one"), CurrencyWord(code))
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
            return _Mark(start, after, word)
        return None

    def _next_has_own_suffix(self, at: int) -> bool:
        """Whether the number after a code is its minor units: "3 UAH 4 kopiykas"."""
        return bool(re.match(r"[ ]\d{1,2}(?:[ ]?[a-z¢])", self.text[at : at + 8]))

    def _scaled(self, figure: Figure, mark: _Mark, behind: _Mark | None) -> tuple[Decimal, int]:
        """The figure times "m", "bn", "lakh", "hundred" that stands between it and its mark, or behind it."""
        text, value, end = self.text, figure.value, figure.end
        scale = _SCALE_MARKED.match(text, end)
        if scale and (behind is None or behind.end > scale.end() or scale.end() == mark.end):
            word = (scale.group(1) or scale.group(2)).lower()
            factor = _SCALES.get(word) or _SCALES[word.rstrip("s")]
            return tidy(value * factor), max(mark.end, scale.end())
        multiple = _MULTIPLE.match(text, end)
        if multiple and (not multiple.group("article") or figure.fraction):
            if behind is None or behind.end >= multiple.end():
                factor = {"hundred": 100, "million": 10**6}.get(multiple.group("word").lower(), 1000)
                return tidy(value * factor), max(mark.end, multiple.end())
        return value, mark.end

    def _grand(self, figure: Figure) -> MoneySpan | None:
        """ "two grand", "a grand", "half a grand" """
        text = self.text
        value, end = figure.value, figure.end
        said = text[figure.start : end].lower()
        if not said.endswith("grand"):
            following = re.compile(r"[ ](?:a[ ])?grand\b", re.I).match(text, end)
            if not following:
                return None
            value, end = tidy(value * 1000), following.end()
        if _NOT_A_GRAND.match(text, end):
            return None
        return with_rate(text, MoneySpan(figure.start, end, text[figure.start : end], value, None, tail=end))

    def _with_minor(self, value: Decimal, end: int, mark: _Mark, figure: Figure) -> tuple[Decimal, int]:
        """The amount with minor units said behind it: "20 dollars 43c", "$20 43", "eleven pounds forty"."""
        text = self.text
        if value != value.to_integral_value() or figure.decimals or mark.word.worth != 1:
            return value, end
        loose = _LOOSE_MINOR.match(text, end)
        if loose:
            following = read_figure(text, loose.start("figures"))
            closing = _CLOSES_FIRMLY if loose.group("and") else _CLOSES
            minor = self._minor_behind(loose.end(), following)
            if minor is not None:
                return value + minor[0] * minor_unit(mark.word.code), minor[1]
            single = following and following.end == loose.end()
            if (
                single
                and closing.match(text, loose.end())
                and not bare_numbers.is_blocked(text, loose.start("figures"))
            ):
                return value + Decimal(loose.group("figures")) * minor_unit(mark.word.code), loose.end()
        joined = _JOINED.match(text, end)
        if not joined:
            return value, end
        at = joined.end()
        sign = re.compile(r"[$£€]").match(text, at)
        following = read_figure(text, at + (1 if sign else 0))
        if following is None or following.decimals or not 0 <= following.value < 100:
            return value, end
        minor = self._minor_behind(following.end, following)
        if minor is not None and not sign:
            return value + minor[0] * minor_unit(mark.word.code), minor[1]
        spoken = following.words and not sign and 10 <= following.value and not mark.sign
        if spoken and "and" not in joined.group() and "," not in joined.group():
            if _CLOSES.match(text, following.end) and not following.fraction:
                return value + following.value * minor_unit(mark.word.code), following.end
        return value, end

    def _minor_behind(self, at: int, figure: Figure | None) -> tuple[Decimal, int] | None:
        """(count, end) where ``figure`` is followed by a word for minor units."""
        if figure is None:
            return None
        minor = _MINOR_SIGN.match(self.text, at)
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


def _figure(start: int, end: int, value: Decimal) -> Figure:
    return Figure(start, end, value, words=True)


def with_rate(text: str, span: MoneySpan) -> MoneySpan:
    """The span with what follows it read as a rate: "a month", "/L", "each", "at 1.899" behind litres."""
    found = _PER.match(text, span.end)
    if found:
        word = (found.group("what") or found.group("word") or found.group("adverb") or "").lower()
        single = word if word in _PERIODS or word in _PER_UNITS else word.rstrip("s")
        if word == "pm" and text[span.end : found.start("adverb")].strip() == "" and span.bare:
            return span
        if not (len(word) == 1 and not found.group("slash") and word not in ("l",)):
            if single in _PER_UNITS:
                return replace(span, per_unit=_PER_UNITS[single], tail=found.end())
            if single in _PERIODS:
                return replace(span, period=_PERIODS[single], tail=found.end())
    at = _AT_BEFORE.search(text, max(0, span.start - 5), span.start)
    if at and span.amount < 20 and span.amount != span.amount.to_integral_value():
        if at.group().strip().lower() in ("for", "was") and span.amount.as_tuple().exponent != -3:
            return span
        fuel = None
        for fuel in _FUEL_BEFORE.finditer(text, max(0, at.start() - 48), at.start()):
            pass
        if fuel:
            return replace(span, per_unit="L" if fuel.lastgroup == "litres" else "gal")
    return span


def find_money(text: str) -> list[MoneySpan]:
    """Amounts that carry a sign, a code or a currency word, left to right, not overlapping."""
    return _Reader(text).read()


def find_amounts(text: str, taken: Sequence[tuple[int, int]] = ()) -> list[MoneySpan]:
    """Marked amounts, and bare numbers that could be amounts, outside the ``taken`` offsets; left to right.

    ``weight`` orders rivals: marked > two decimals > behind "paid", "cost", "for" > other numbers > counts, years.
    """
    reader = _Reader(text)
    marked = reader.read()
    closed = [*taken, *((span.start, span.end) for span in marked)]
    found = list(marked)
    for candidate in bare_numbers.find(text, reader.figures, closed):
        weight = {
            "decimals": TWO_DECIMALS, "cue": AFTER_CUE, "bare": BARE, "count": COUNT,
        }[candidate.kind] + candidate.bonus  # fmt: skip
        span = MoneySpan(
            candidate.start, candidate.end, text[candidate.start : candidate.end], candidate.value, None, bare=True,
            weight=weight, tail=candidate.end,
        )  # fmt: skip
        found.append(_pump_price(text, with_rate(text, span)))
    return sorted(found, key=lambda span: span.start)


def _pump_price(text: str, span: MoneySpan) -> MoneySpan:
    """A pump sign's "189.9 a litre" is in cents."""
    if span.amount.as_tuple().exponent != -1 or not 100 <= span.amount < 400:
        return span
    at = re.search(r"(?:\bat|@)[ ]?\Z", text[max(0, span.start - 4) : span.start], re.IGNORECASE)
    fuelled = at and [
        one.lastgroup for one in _FUEL_BEFORE.finditer(text, max(0, span.start - 56), span.start)
    ]
    if span.per_unit == "L" or (fuelled and fuelled[-1] == "litres"):
        return replace(span, amount=span.amount / 100, per_unit="L")
    return span

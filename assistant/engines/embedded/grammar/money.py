"""Amounts of money in everyday English: "$42.50", "1 284,60 €", "eleven pounds forty", "a tenner", "2k".

``find_money`` gives amounts that carry a mark (sign, code, currency word); ``find_amounts`` adds
the bare numbers
that could be amounts, weighed by how likely they are. All patterns are bounded: reading is linear
in the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from pam.access.money import exponent

from . import bare_numbers
from .currencies import minor_unit
from .figures import Figure, find_figures, read_figure, tidy
from .marks import MULTIPLE, NOTE_ALONE, SCALE_MARKED, Mark, MarkReader
from .quantities import pounds_are_weight, unit_after
from .rates import AT_BEFORE, FUEL_BEFORE, MARKED, MoneySpan, pump_price, with_rate

__all__ = ["AFTER_CUE", "BARE", "COUNT", "MARKED", "TWO_DECIMALS", "MoneySpan", "find_amounts", "find_money"]

TWO_DECIMALS = 80
AFTER_CUE = 60
BARE = 30
COUNT = 10
_MINUS = re.compile(r"(?:(?<![\w.)])[-−]|\b(?:minus|negative)[ ])\Z", re.IGNORECASE)
_SCALES = {
    "m": 10**6, "mm": 10**6, "mn": 10**6, "mil": 10**6, "mill": 10**6, "mln": 10**6, "b": 10**9, "bn": 10**9,
    "tn": 10**12, "lakh": 10**5, "lac": 10**5, "crore": 10**7,
}  # fmt: skip
_SLANG_NOUN = r"bucks?|dollars?|pounds?|euros?|quid|tenners?|fivers?|rupees?|cents?|penny|grand"
_ARTICLE = re.compile(rf"\b(?P<article>an?|one|another)[ ](?={_SLANG_NOUN}\b)", re.IGNORECASE)
# What may follow an amount that ends in loose minor units, "eleven pounds forty at the butcher":
# no noun to count.
_CLOSES = re.compile(
    r"[ ]{0,2}(?:\Z|[,;:!?)\n]|\.(?!\d)|[ ]-|(?:at|for|on|in|to|from|today|yesterday"
    r"|tonight|this|last|and|plus|please|but|"
    r"with|of|the|my|a|an|each|per|worth|when|because|cos|then|so|into|out|off|by|via|all|total|which|that|comma|"
    r"thanks|cash|card|it|was|as|is|went|goes|back)\b)",
    re.IGNORECASE,
)
_CLOSES_FIRMLY = re.compile(r"[ ]{0,2}(?:\Z|[,;:!?)\n]|\.(?!\d))")
_LOOSE_MINOR = re.compile(r"(?P<and>[ ]and)?[ ](?P<figures>[0-9]{2})(?![\d.,:/%'’-]|[^\W\d_])")
_JOINED = re.compile(r"(?:[ ]?,?[ ](?:and[ ])?|(?<=[a-z])[ ]?&[ ]?)", re.IGNORECASE)
_RANGE = re.compile(r"(?P<to>[ ]to[ ])|(?P<and>[ ]and[ ])|(?P<dash>-|[ ]?[–—][ ]?)")
_BETWEEN = re.compile(r"\b(?:between|from|about|around|roughly|approx|like)[ ]{1,2}\Z", re.IGNORECASE)
_POINT_GROUPS = frozenset(
    [
        "EUR",
        "PLN",
        "BRL",
        "IDR",
        "VND",
        "TRY",
        "DKK",
        "NOK",
        "SEK",
        "CZK",
        "RUB",
        "RON",
        "HUF",
        "COP",
        "CLP",
        "ARS",
        "PYG",
        "UYU",
        "ISK",
    ]
)
_NOT_A_GRAND = re.compile(r"[ ](?:piano|final|prix|canyon|opening|tour|total|slam|plan|scheme|design|theft)", re.I)
_VAGUE = re.compile(r"\b(?:few|several|many|couple)[ ]\Z", re.IGNORECASE)


class _Reader(MarkReader):
    """Reads the marked amounts of one text, left to right."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.figures = find_figures(text)
        self.spans: list[MoneySpan] = []

    def read(self) -> list[MoneySpan]:
        """The marked amounts, not overlapping."""
        starts = [(figure.start, figure) for figure in self.figures]
        for found in _ARTICLE.finditer(self.text):
            starts.append((found.start(), _figure(found.start(), found.end() - 1, Decimal(1))))
        for found in NOTE_ALONE.finditer(self.text):
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
        elif first and high.start == joined.end() and high.digits and (joined.lastgroup == "dash" or introduced):
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
        if first and second and first.currency != second.currency and None not in (first.currency, second.currency):
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
        if not (1 <= first.value <= 19 and 10 <= second.value < 100) or first.ordinal or first.end == first.start:
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
        before, behind = self.prefix(figure), self.suffix(figure)
        if before and behind and not behind.sign and behind.word.code is None and behind.word.minor:
            behind = None
        mark = self._combined(before, behind, figure)
        if mark is None:
            return self._grand(figure)
        pounds = mark.word.code == "GBP" and behind and re.search(r"pounds?\Z", text[: mark.end][-7:], re.I)
        if pounds and pounds_are_weight(text, figure.start, mark.end):
            return None
        if figure.words and _VAGUE.search(text, max(0, mark.start - 9), mark.start):
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
        if AT_BEFORE.search(self.text, max(0, figure.start - 6), figure.start) or "/" in self.text[figure.end :][:6]:
            return value
        if FUEL_BEFORE.search(self.text):
            return value
        return tidy(value * 1000)

    def _combined(self, before: Mark | None, behind: Mark | None, figure: Figure) -> Mark | None:
        if before and behind:
            word = behind.word if before.word.code is None else before.word
            if before.word.code and behind.word.code and before.word.code != behind.word.code:
                return before
            return Mark(before.start, behind.end, word, before.sign, before.negative)
        if behind:
            return behind
        if before:
            return Mark(before.start, figure.end, before.word, before.sign, before.negative)
        return None

    def _scaled(self, figure: Figure, mark: Mark, behind: Mark | None) -> tuple[Decimal, int]:
        """The figure times "m", "bn", "lakh", "hundred" that stands between it and its mark, or behind it."""
        text, value, end = self.text, figure.value, figure.end
        scale = SCALE_MARKED.match(text, end)
        if scale and (behind is None or behind.end > scale.end() or scale.end() == mark.end):
            word = (scale.group(1) or scale.group(2)).lower()
            factor = _SCALES.get(word) or _SCALES[word.rstrip("s")]
            return tidy(value * factor), max(mark.end, scale.end())
        multiple = MULTIPLE.match(text, end)
        fits = multiple and (not multiple.group("article") or figure.fraction)
        if multiple and fits and (behind is None or behind.end >= multiple.end()):
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

    def _with_minor(self, value: Decimal, end: int, mark: Mark, figure: Figure) -> tuple[Decimal, int]:
        """The amount with minor units said behind it: "20 dollars 43c", "$20 43", "eleven pounds forty"."""
        text = self.text
        if value != value.to_integral_value() or figure.decimals or mark.word.worth != 1:
            return value, end
        loose = _LOOSE_MINOR.match(text, end)
        if loose:
            following = read_figure(text, loose.start("figures"))
            closing = _CLOSES_FIRMLY if loose.group("and") else _CLOSES
            minor = self.minor_behind(loose.end(), following)
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
        minor = self.minor_behind(following.end, following)
        if minor is not None and not sign:
            return value + minor[0] * minor_unit(mark.word.code), minor[1]
        spoken = following.words and not sign and following.value >= 10 and not mark.sign
        loose_words = spoken and joined.group().strip() == "" and not following.fraction
        if loose_words and _CLOSES.match(text, following.end):
            return value + following.value * minor_unit(mark.word.code), following.end
        return value, end


def _figure(start: int, end: int, value: Decimal) -> Figure:
    return Figure(start, end, value, words=True)


def find_money(text: str) -> list[MoneySpan]:
    """Amounts that carry a sign, a code or a currency word, left to right, not overlapping."""
    return _Reader(text).read()


def find_amounts(text: str, taken: Sequence[tuple[int, int]] = ()) -> list[MoneySpan]:
    """Marked amounts, and bare numbers that could be amounts, outside the ``taken`` offsets; left to right.

    ``weight`` orders rivals: marked > two decimals > behind "paid", "cost", "for" > other numbers
    > counts, years.
    """
    reader = _Reader(text)
    marked = reader.read()
    closed = [*taken, *((span.start, span.end) for span in marked)]
    found = list(marked)
    for candidate in bare_numbers.find(text, reader.figures, closed):
        weight = {
            "decimals": TWO_DECIMALS, "cue": AFTER_CUE, "bare": BARE, "count": COUNT,
        }[candidate.kind] + candidate.bonus  # fmt: skip
        said = text[candidate.start : candidate.end]
        span = MoneySpan(
            candidate.start,
            candidate.end,
            said,
            candidate.value,
            None,
            bare=True,
            weight=weight,
            tail=candidate.end,
        )
        found.append(pump_price(text, with_rate(text, span)))
    return sorted(found, key=lambda span: span.start)

"""An amount of money in a text, and what follows it read as a rate: "a month", "/L", "each", "at 1.899"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

MARKED = 100


@dataclass(frozen=True)
class MoneySpan:
    """An amount in a text.

    ``start``–``end`` cover the amount with its marks; ``tail`` is where a following "a month" or
    "/L" ends (``end``
    where none follows). ``currency`` is an ISO 4217 code only where the words fix one. ``until``
    is the upper end of
    a range. ``per_unit`` is "L", "gal", "km", "mi", "kg", "h", "person", "night" or "each";
    ``period`` is "day",
    "week", "fortnight", "month", "quarter" or "year". ``weight`` says how likely a rival is: the
    greater the likelier.
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


_PER = re.compile(
    r"[ ]?(?P<slash>/|@)[ ]?(?P<what>[A-Za-z]{1,10})\b"
    r"|[ ]{1,2}(?:(?:a|an|per|each|every|the|to the)[ ]|p/|p\.)(?P<word>[A-Za-z]{1,10})\b"
    r"|[ ]{0,2}(?P<adverb>monthly|weekly|daily|yearly|annually|fortnightly|quarterly"
    r"|nightly|hourly|each|apiece|pm|pw|pa|pcm|"
    r"pp|ph|ea)(?![\w'])",
    re.IGNORECASE,
)
_PERIODS = {
    "day": "day", "daily": "day", "week": "week", "wk": "week", "weekly": "week", "pw": "week", "w": "week",
    "fortnight": "fortnight", "fortnightly": "fortnight", "month": "month", "mth": "month", "mo": "month",
    "monthly": "month", "pm": "month", "pcm": "month", "quarter": "quarter", "quarterly": "quarter",
    "year": "year", "yr": "year", "annum": "year", "yearly": "year", "annually": "year",
    "pa": "year", "m": "month",
    "y": "year",
}  # fmt: skip
_PER_UNITS = {
    "l": "L", "litre": "L", "liter": "L", "ltr": "L", "lt": "L", "gal": "gal", "gallon": "gal", "km": "km",
    "kilometre": "km", "kilometer": "km", "k": "km", "mile": "mi", "mi": "mi", "kg": "kg",
    "kilo": "kg", "h": "h",
    "hr": "h", "hour": "h", "hourly": "h", "ph": "h", "person": "person", "head": "person", "pp": "person",
    "night": "night", "nightly": "night", "each": "each", "apiece": "each", "pop": "each", "ea": "each",
    "piece": "each", "ticket": "each", "item": "each", "kwh": "kWh",
}  # fmt: skip
FUEL_BEFORE = re.compile(
    r"(?P<litres>[\d.]\s?(?:l|lt|ltrs?|lit(?:re|er)s?)\b|\b(?:lit(?:re|er)s|unleaded|petrol|diesel|e10|ulp|u91)\b)"
    r"|(?P<gallons>[\d.]\s?(?:gal|gals|gallons?)\b|\bgallons\b)",
    re.IGNORECASE,
)
AT_BEFORE = re.compile(r"(?:\b(?:at|for|was)[ ]|@[ ]?|\bx[ ]?)\Z", re.IGNORECASE)


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
    at = AT_BEFORE.search(text, max(0, span.start - 5), span.start)
    if at and span.amount < 20 and span.amount != span.amount.to_integral_value():
        if at.group().strip().lower() in ("for", "was") and span.amount.as_tuple().exponent != -3:
            return span
        fuels = [fuel.lastgroup for fuel in FUEL_BEFORE.finditer(text, max(0, at.start() - 48), at.start())]
        if fuels:
            return replace(span, per_unit="L" if fuels[-1] == "litres" else "gal")
    return span


def pump_price(text: str, span: MoneySpan) -> MoneySpan:
    """A pump sign's "189.9 a litre" is in cents."""
    if span.amount.as_tuple().exponent != -1 or not 100 <= span.amount < 400:
        return span
    at = re.search(r"(?:\bat|@)[ ]?\Z", text[max(0, span.start - 4) : span.start], re.IGNORECASE)
    fuelled = at and [one.lastgroup for one in FUEL_BEFORE.finditer(text, max(0, span.start - 56), span.start)]
    if span.per_unit == "L" or (fuelled and fuelled[-1] == "litres"):
        return replace(span, amount=span.amount / 100, per_unit="L")
    return span

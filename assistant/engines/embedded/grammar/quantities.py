"""Quantities in everyday English: litres, kilometres, economy, weights, durations, people, odometers.

Values stay in the unit said; whoever keeps them converts. All patterns are bounded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args

from .numbers import NumberSpan, find_numbers, read_number

Unit = Literal[
    "L", "mL", "gal", "km", "mi", "L/100km", "km/L", "mpg", "kg", "g", "lb", "kWh", "min", "h", "people", "%"
]
LIFETIME = 20_000  # nobody drives as far at one go, in km or miles
UNITS: tuple[str, ...] = get_args(Unit)


@dataclass(frozen=True)
class QuantitySpan:
    """A quantity in a text. ``unit`` is ``None`` only for odometer readings whose words leave it open."""

    start: int
    end: int
    text: str
    value: Decimal
    unit: Unit | None
    approximate: bool


# Longest first: "litres per 100 km" before "litres".
_UNIT_WORDS: tuple[tuple[Unit, str], ...] = (
    (
        "L/100km",
        r"(?:l|lit(?:re|er)s?)[ ]?(?:/|per|to(?: the)?)[ ]?(?:100|hundred)(?:[ ]?(?:kms?"
        r"|kilomet(?:re|er)s?|ks?|k's))?",
    ),
    (
        "km/L",
        r"(?:kms?|kilomet(?:re|er)s?)[ ]?(?:/[ ]?l|per lit(?:re|er)|to the lit(?:re|er)|an? lit(?:re|er))",
    ),
    ("mpg", r"mpg|miles? (?:per|to the|a) gallon"),
    ("kWh", r"kwh|kilowatt[ -]hours?"),
    ("mL", r"ml|millilit(?:re|er)s?"),
    ("L", r"l|lt|lts|ltr|ltrs|lit|lits|lit(?:re|er)s?|litters?|litrs|liter's|litre's"),
    ("gal", r"(?:us |uk |imperial )?(?:gal|gals|gallons?|galons?|gallon's)"),
    ("km", r"kms?|ks|k's|kays|klicks?|clicks|kilomet(?:re|er)s?|kilomiters|kilometres'"),
    ("mi", r"mi|miles?|mls"),
    ("kg", r"kgs?|kilos?|kilogram(?:me)?s?"),
    ("lb", r"lbs?"),
    ("g", r"g|gr|grams?|grammes?"),
    ("min", r"min|mins|minutes?|minuets|minuites"),
    ("h", r"h|hr|hrs|hours?"),
    ("people", r"people|persons?|pax|guests?|adults|heads|ppl|mates|friends|kids|children|(?:of us|of them)"),
    ("%", r"%|percent|per cent|pct"),
)
_UNIT = re.compile(
    r"[ \u00a0\u202f]{0,2}-?(?:"
    + "|".join(f"(?P<u{at}>{words})" for at, (_, words) in enumerate(_UNIT_WORDS))
    + r")(?![\w/]|'\w|\.\d)",
    re.IGNORECASE,
)
_PRICE_AFTER = re.compile(r"[ ]?/[ ]?(?:l|lit(?:re|er))\b", re.IGNORECASE)
_CAREFUL_KM = re.compile(r"[ ]{0,1}ks\Z", re.IGNORECASE)
_ARTICLE = re.compile(r"[ ](?:of[ ])?an?(?=[ ])", re.IGNORECASE)
_FRACTIONS = re.compile(r"(?:half|(?:a|one|three)[ ](?:half|quarters?))\Z", re.IGNORECASE)
_ONE_UNIT = re.compile(r"\ban?[ ](?=(?:hour|hr|lit(?:re|er)|gallon|mile|kilo|kilomet(?:re|er))\b)", re.IGNORECASE)
_RATE_BEFORE = re.compile(
    r"(?:[\d$£€%]|\b(?:dollars|bucks|quid|pounds|euros?|cents|once|twice|times|half|kms?|miles))[ ]\Z",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?:\b(?:about|around|roughly|approx(?:imately)?\.?|circa|nearly|almost|some|maybe|like|say|approaching|"
    r"close to|just (?:over|under|shy of|on)|bit (?:over|under)|or so)[ ]{1,2}|~[ ]?)\Z",
    re.IGNORECASE,
)
_OR_SO = re.compile(r"[ ]?-?(?:ish\b|or so\b|or thereabouts\b|give or take\b|roughly\b|approx\b)", re.IGNORECASE)
_RUNNING = re.compile(
    r"\b(?:ran|run|running|jog|jogged|jogging|walk|walked|hike|hiked|cycled|cycle|rode|ride|swam|parkrun|paddled)\b"
    r"(?:[ ][a-z']{1,12}){0,3}[ ]{1,2}\Z",
    re.IGNORECASE,
)
_RUN_K = re.compile(r"(?P<figure>\d{1,3}(?:[.,]\d{1,2})?)[ ]?k(?![\w'])", re.IGNORECASE)

_WEIGHING = re.compile(
    r"\b(?:weigh(?:s|ed|ing|t)?|lost|lose|losing|gain(?:ed)?|lift(?:ed|s)?|bench(?:ed)?|squat(?:ted)?|"
    r"deadlift(?:ed)?|heavier|lighter|dropped)\b[^.,;!?\d]{0,24}\Z",
    re.IGNORECASE,
)
_LOST_MONEY = re.compile(r"[ ](?:on|at|in a bet|betting|to)\b", re.IGNORECASE)
_POUNDS = re.compile(r"[ ]{1,2}pounds?\b", re.IGNORECASE)
_WEIGHABLE = re.compile(
    r"[ ]of[ ](?:\w{1,14}[ ]){0,2}?(?:potatoes|spuds|flour|sugar|rice|pasta|beef|steak"
    r"|mince|chicken|turkey|pork|"
    r"lamb|ham|bacon|meat|fish|salmon|prawns|shrimp|cheese|butter|apples|oranges|bananas|grapes|tomatoes|carrots|"
    r"onions|beans|nuts|almonds|coffee beans|chocolate|dog food|muscle|fat|weight|clay|soil"
    r"|sand|gravel|fertili[sz]er)"
    r"\b",
    re.IGNORECASE,
)


def is_run(text: str, at: int) -> bool:
    """Whether the "5k" at ``at`` is a distance on foot or by bicycle."""
    return bool(_RUN_K.match(text, at)) and bool(_RUNNING.search(text, max(0, at - 48), at))


def pounds_are_weight(text: str, start: int, end: int) -> bool:
    """Whether the "pounds" of the amount at ``start``–``end`` weigh something rather than pay for it."""
    if _WEIGHABLE.match(text, end):
        return True
    return bool(_WEIGHING.search(text, max(0, start - 40), start)) and not _LOST_MONEY.match(text, end)


def unit_after(text: str, end: int) -> tuple[Unit, int] | None:
    """The unit that follows a number ending at ``end``, with its own end offset; ``None`` where none does."""
    found = _UNIT.match(text, end)
    if not found or found.lastgroup is None:
        return None
    unit = _UNIT_WORDS[int(found.lastgroup[1:])][0]
    word = found.group()
    # "62 G" and "30 H" are names of things; the short letters count small, or with litres either way
    if unit in ("g", "h") and word[-1] in "GH":
        return None
    return unit, found.end()


def _is_approximate(text: str, start: int, end: int) -> bool:
    return bool(_ABOUT.search(text, max(0, start - 24), start) or _OR_SO.match(text, end))


def _quantity(text: str, number: NumberSpan) -> QuantitySpan | None:
    start, end, value = number.start, number.end, number.value
    if number.ordinal:
        return None
    if _FRACTIONS.match(text, start, end):
        article = _ARTICLE.match(text, end)
        if article:
            end = article.end()
    runs = _RUN_K.match(text, start) if is_run(text, start) else None
    if runs:
        figure = read_number(runs.group("figure"))
        if figure and not unit_after(text, runs.end()):
            return _span(text, start, runs.end(), figure[0], "km")
    following = unit_after(text, end)
    if following is None:
        pounds = _POUNDS.match(text, end)
        if pounds and pounds_are_weight(text, start, pounds.end()):
            return _span(text, start, pounds.end(), value, "lb")
        return None
    unit, after = following
    if start and text[start - 1] in "$£€¥₹" and unit != "%":
        return None
    return _span(text, start, after, value, unit)


def _span(text: str, start: int, end: int, value: Decimal, unit: Unit | None) -> QuantitySpan:
    return QuantitySpan(start, end, text[start:end], value, unit, _is_approximate(text, start, end))


def find_quantities(text: str) -> list[QuantitySpan]:
    """All quantities with a unit, left to right, not overlapping; values in the unit said."""
    spans: list[QuantitySpan] = []
    for number in find_numbers(text):
        if spans and number.start < spans[-1].end:
            continue
        found = _quantity(text, number)
        if found:
            spans.append(found)
    for one in _ONE_UNIT.finditer(text):
        following = unit_after(text, one.end() - 1)
        # "4 dollars an hour", "once an hour", "1.90 a litre" are rates, "an hour" alone is one
        rate = _RATE_BEFORE.search(text, max(0, one.start() - 9), one.start())
        if following and not rate and all(s.end <= one.start() or s.start >= following[1] for s in spans):
            spans.append(_span(text, one.start(), following[1], Decimal(1), following[0]))
    return sorted(spans, key=lambda span: span.start)


_ODOMETER_NOUN = r"(?:odometer|odo|odommeter|odometre|speedo|clock|mileage|milage|milometer|mileometer|dash)"
_SAYS_BEFORE = re.compile(
    rf"\b{_ODOMETER_NOUN}(?:'s)?(?:[ ]on[ ](?:the|my)[ ]\w{{1,16}}+)?[ ]?"
    r"(?:[ ,:=-]|\b(?:reading|is|was|now|at|says|said|shows|showed|showing|reads|of|on|it"
    r"|about|around|up|to|as|just)\b)"
    r"{0,8}+\Z",
    re.IGNORECASE,
)
_ON_THE_CLOCK = re.compile(
    rf"[ ,]{{1,2}}(?:(?:on|by|showing on|is|was)[ ](?:(?:the|its|my|her|his)[ ])?{_ODOMETER_NOUN}"
    # "…, odometer 234567" reads the figure after it, not the one before
    rf"|{_ODOMETER_NOUN}(?![ :=,-]{{0,3}}(?:(?:is|was|at|now|reads?|reading)[ ]){{0,2}}\d))\b",
    re.IGNORECASE,
)
_STANDING = re.compile(
    r"(?:\b(?:at|on|@|hit|reached|passed|past|ticked over|rolled over|clocked|turned|now|reading|reads)|@)"
    r"[ ](?:to[ ]|about[ ]|around[ ]|just[ ]|over[ ]|past[ ]|exactly[ ]){0,2}\Z",
    re.IGNORECASE,
)
_DISTANCE_BEFORE = re.compile(
    r"\b(?:every|in|after|within|another|next|than|per|last|each|(?P<driven>drove|driven|did|done|do|for|of|"
    r"travel(?:l?ed)?|over the|trip))[ ](?:about[ ]|around[ ]|the[ ]|next[ ]){0,2}\Z",
    re.IGNORECASE,
)
_MORE_AFTER = re.compile(r"[ ](?:trip|drive|journey|away|from|to|later|more|until|till|left|service interval)\b", re.I)
_MONEY_BEFORE = re.compile(r"[$£€¥₹][ ]?\Z")
_MONEY_AFTER = re.compile(
    r"[ ]?(?:[$£€¥₹]|\b(?:dollars?|bucks|quid|pounds?|euros?|people|of us|a (?:week|month"
    r"|year)|litres?|L\b)|%)",
    re.I,
)


def find_odometer(text: str) -> list[QuantitySpan]:
    """Odometer readings: "183,902 on the clock", "odo at 98,112", "now on 184,377", "234 567 km".

    The span covers figure and unit, not the cue. ``unit`` is "km", "mi", or ``None`` where the
    words leave it open.
    """
    spans: list[QuantitySpan] = []
    for number in find_numbers(text):
        if number.ordinal or number.value < 0 or (spans and number.start < spans[-1].end):
            continue
        if _MONEY_BEFORE.search(text, max(0, number.start - 2), number.start):
            continue
        following = unit_after(text, number.end)
        if following and following[0] not in ("km", "mi"):
            continue
        unit = following[0] if following else None
        end = following[1] if following else number.end
        if _MONEY_AFTER.match(text, end):
            continue
        if _reads_odometer(text, number, end, unit):
            spans.append(_span(text, number.start, end, number.value, unit))
    return spans


def _reads_odometer(text: str, number: NumberSpan, end: int, unit: Unit | None) -> bool:
    start, value = number.start, number.value
    if _ON_THE_CLOCK.match(text, end) or _SAYS_BEFORE.search(text, max(0, start - 60), start):
        return value >= 1
    if value != value.to_integral_value() or not 1_000 <= value < 3_000_000:
        return False
    distance = _DISTANCE_BEFORE.search(text, max(0, start - 32), start)
    # "drove 650 km" is a distance, "it's done 150,000 km" the life of a car
    if distance and not (distance.group("driven") and value >= LIFETIME):
        return False
    standing = bool(_STANDING.search(text, max(0, start - 32), start))
    if unit:
        return standing or (value >= 5_000 and not _MORE_AFTER.match(text, end))
    figures = re.sub(r"\D", "", number.text)
    return standing and (len(figures) >= 5 or not figures) and value >= 5_000

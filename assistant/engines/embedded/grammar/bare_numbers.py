"""Plain numbers that only their surroundings make money: "paid 45", "18.40 lunch", "twelve fifty".

What is plainly something else (clock times, dates, phone numbers, percentages, quantities,
ordinals) is left out;
what could be a count or a year stays, with the least weight.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from .figures import Figure, tidy
from .quantities import find_odometer, is_run, unit_after

Kind = Literal["decimals", "cue", "bare", "count"]

_MONTH = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec|january|february|march|april|june|july|august|september|"
    r"october|november|december)"
)
_BLOCKED = re.compile(
    rf"""\d{{4}}-\d{{1,2}}-\d{{1,2}}(?:[T ]\d{{1,2}}:\d{{2}})?
      | (?<![\d.])\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{2,4}}(?!\d)
      | (?<![\d.$€£])\d{{1,2}}[/-]\d{{1,3}}(?![\d.])
      | (?<!\d)\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?:[ ]?[ap]\.?m\b)?
      | (?<![\d.])\d{{1,2}}(?:[.:]\d{{2}})?[ ]?(?:[ap]\.?[ ]?m\b|o'?clock\b)
      | \#\d{{1,9}}
      | \b(?:no|nr|number|room|flat|unit|apt|gate|platform|version|chapter|page|level|size)\.?
        [ ]\d{{1,6}}\b(?!\.\d)
      | (?<![\w.])(?:\+\d|0\d)(?:[ -]?\d){{6,14}}(?!\w)
      | (?<![\w.])\(?\d{{3}}\)?[-. ]\d{{3}}[-. ]\d{{4}}(?!\d)
      | \b\d{{1,3}}(?:\.\d{{1,3}}){{3}}\b
      | \b{_MONTH}\.?[ ]\d{{1,2}}(?![\d.])(?:[ ]?(?:-|–|to|and)[ ]?\d{{1,2}}(?![\d.]))?
      | (?<![\d.,])\d{{1,2}}[ ]{_MONTH}\b
      | \b(?:in|since|during|year|{_MONTH})[ ](?:19|20)\d{{2}}\b(?![.,]\d)""",
    re.VERBOSE | re.IGNORECASE,
)
_HOURS = re.compile(r"\b(?:at|by|until|till|before|after|from|around|since|past|to)[ ]{1,2}\Z", re.IGNORECASE)
_GLUED_BEFORE = re.compile(r"[\w#/:@&_=+*-]\Z")
_GLUED_AFTER = re.compile(r"[\w%°/:_#=*]|-[A-Za-z]|[ ]?%|'s\b|[ ](?:percent|per cent|degrees|o'clock)\b")
_TIME_UNIT = re.compile(
    r"[ -]{1,2}(?:\w{1,8}[ ])?(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|nights?"
    r"|weeks?|wks?|weekends?|"
    r"fortnights?|months?|years?|yrs?|times|past|to[ ](?:one|two|three|four|five|six|seven"
    r"|eight|nine|ten|eleven|"
    r"twelve)|[ap]\.?m)\b",
    re.IGNORECASE,
)
_RATE_FIRST = re.compile(r"[ ](?:a|an|per|each|every|the)[ ]", re.IGNORECASE)
_STRONG = re.compile(
    r"\b(?:paid|pay(?:s|ing)?|spen[dt]|spending|blew|dropped|forked|shelled|cost|costs|costing|charged?|received?|got|"
    r"earned|owes?|owed|owing|budget(?:ed)?|cap(?:ped)?|limit|max|saved?|savings?|transfer(?:red)?|mov(?:e|ed|ing)|"
    r"sent|send|lent|borrowed|price|totall?(?:ed|ing)?|came to|comes to|withdrew|withdraw"
    r"|deposit(?:ed)?|worth|expense|made|makes|making|"
    r"invoice|bill|rent|refund(?:ed)?|salary|wages?|paycheck|goal|balance|fee|tip(?:ped)?|donated?|won|sold|bought)\b"
    r"[^.!?\d]{0,44}\Z",
    re.IGNORECASE,
)
_WEAK = re.compile(
    r"(?:\b(?:for|at|was|were|is|of|to|it|under|over|below|above|about|around|by|make it"
    r"|not|the|that|another|just|only|"
    r"say|log|add|put|be|comes?|came)|['’]s|[:=-])[ ]{1,2}\Z",
    re.IGNORECASE,
)
_AFTER = re.compile(r"[ ](?:for|at|on|in|towards|from|to|out of|a (?:week|month|year|fortnight|day)|per|each)\b", re.I)
_NOUN = re.compile(r"[ -]{1,2}(?:(?:new|old|more|of|big|small|red|good)[ ])?(?P<noun>[A-Za-z]{3,20})\b")
_NOT_PLURAL = re.compile(
    r"(?:this|was|yes|plus|thanks|gas|as|is|its|his|hers|ours|us|less|always|perhaps|groceries|takeaways|petrols?|diesel|bus|"
    r"expenses|costs|sales|savings|tolls|drinks|taxes|fees|wages|news|tues|weds?|thurs|across|christmas|towards|snacks)\Z",
    re.IGNORECASE,
)
_MILLIONS = re.compile(r"m(?:il(?:l)?)?(?![\w'])|[ ]mill?(?![\w'])", re.IGNORECASE)
_ODOMETER_CUE = re.compile(r"odo|clock|mileage|speedo|milometer", re.IGNORECASE)
_ROUND_YEAR = frozenset({1900, 1950, 2000})


@dataclass(frozen=True)
class Candidate:
    """A bare number that could be an amount; ``bonus`` sorts those of one kind."""

    start: int
    end: int
    value: Decimal
    kind: Kind
    bonus: int = 0


def is_blocked(text: str, at: int) -> bool:
    """Whether the number at ``at`` begins a date, a clock time or the like."""
    return bool(_BLOCKED.match(text, at))


def find(text: str, figures: Sequence[Figure], closed: Sequence[tuple[int, int]]) -> list[Candidate]:
    """The candidates among ``figures`` that touch none of the ``closed`` offsets, left to right."""
    real = [
        figure for figure in figures if figure.end > figure.start and (figure.digits or len(_said(text, figure)) > 2)
    ]
    closed = [*closed, *((found.start(), found.end()) for found in _BLOCKED.finditer(text))]
    if _ODOMETER_CUE.search(text):
        closed += [(span.start, span.end) for span in find_odometer(text)]
    found: list[Candidate] = []
    used = 0
    for at, figure in enumerate(real):
        if figure.start < used or any(figure.start < end and start < figure.end for start, end in closed):
            continue
        following = real[at + 1] if at + 1 < len(real) else None
        if _is_spoken_time(text, figure, following):
            used = following.end if following else figure.end
            continue
        pair = _spoken_pair(text, figure, following)
        candidate = pair or _candidate(text, figure)
        if candidate and not (pair and any(pair.start < end and start < pair.end for start, end in closed)):
            found.append(candidate)
            used = candidate.end
    return found


def _said(text: str, figure: Figure) -> str:
    return text[figure.start : figure.end].lower()


def _spoken_pair(text: str, first: Figure, second: Figure | None) -> Candidate | None:
    """ "twelve fifty": units and hundredths without their names, except behind "at", "by", "until"."""
    if second is None or not _are_pair(text, first, second):
        return None
    if _TIME_UNIT.match(text, second.end) or unit_after(text, second.end):
        return None
    strong = _STRONG.search(text, max(0, first.start - 60), first.start)
    value = (first.value + second.value / 100).quantize(Decimal("0.01"))
    weak = strong or _WEAK.search(text, max(0, first.start - 12), first.start)
    return Candidate(first.start, second.end, value, "cue" if weak else "bare", 5)


def _are_pair(text: str, first: Figure, second: Figure) -> bool:
    if not (first.words and second.words) or first.ordinal or second.ordinal or first.fraction or second.fraction:
        return False
    return text[first.end : second.start] in (" ", "-") and 1 <= first.value < 1000 and 10 <= second.value < 100


def _is_spoken_time(text: str, first: Figure, second: Figure | None) -> bool:
    """ "at twelve fifty", unless money is paid in the words before"""
    if second is None or not _are_pair(text, first, second) or first.value > 24:
        return False
    if not _HOURS.search(text, max(0, first.start - 10), first.start):
        return False
    return not _STRONG.search(text, max(0, first.start - 60), first.start)


def _candidate(text: str, figure: Figure) -> Candidate | None:
    start, end, value = figure.start, figure.end, figure.value
    if figure.ordinal or figure.fraction or is_run(text, start):
        return None
    million = _MILLIONS.match(text, end) if figure.digits and not figure.grouped else None
    if million and value < 1000:
        paid = bool(_STRONG.search(text, max(0, start - 60), start))
        return Candidate(start, million.end(), tidy(value * 10**6), "cue" if paid else "count")
    if _is_something_else(text, figure):
        return None
    minus = text[start - 1 : start] in ("-", "−") and text[start - 2 : start - 1] in ("", " ", "(")
    if minus:
        start, value = start - 1, -value
    strong = bool(_STRONG.search(text, max(0, start - 60), start))
    weak = bool(_WEAK.search(text, max(0, start - 12), start)) or bool(_AFTER.match(text, end))
    if figure.decimals == 2:
        return Candidate(start, end, value, "decimals", 10 if strong else 5 if weak else 0)
    if _looks_like_year(figure) and not re.search(r"(?:paid|spent|cost|was)[ ]\Z", text[:start][-6:], re.I):
        return Candidate(start, end, value, "count", 5)
    if _is_count(text, figure) or (figure.words and value < 10 and not strong):
        return Candidate(start, end, value, "count", 5 if strong else 0)
    if weak and not strong and figure.value < 10:  # "a table for 2" is likelier than a price of 2
        return Candidate(start, end, value, "bare", 5)
    if strong or weak:
        return Candidate(start, end, value, "cue", 10 if strong else 0)
    return Candidate(start, end, value, "bare", 10 if figure.grouped or figure.scaled else 0)


def _is_something_else(text: str, figure: Figure) -> bool:
    """Glued to other characters, a duration, or a figure with a unit."""
    start, end = figure.start, figure.end
    before = text[max(0, start - 1) : start]
    if before and _GLUED_BEFORE.match(before):
        minus = before in "-−" and text[start - 2 : start - 1] in ("", " ", "(") and start >= 1
        if not minus and before not in ":=@":
            return True
        if before == ":" and text[start - 2 : start - 1].isdigit():
            return True
    if _GLUED_AFTER.match(text, end) and not re.match(
        r"/(?:l|litre|liter|wk|week|mo|month|yr|year|gal)\b", text[end : end + 7], re.I
    ):
        return True
    if figure.digits and text[end : end + 1] == "," and text[end + 1 : end + 2].isdigit():
        return True
    if _RATE_FIRST.match(text, end):
        return False
    if _TIME_UNIT.match(text, end) and figure.decimals != 2:
        return True
    return unit_after(text, end) is not None and not figure.scaled


def _looks_like_year(figure: Figure) -> bool:
    whole = figure.digits and not (figure.decimals or figure.grouped or figure.scaled)
    return whole and 1950 <= figure.value <= 2049 and int(figure.value) not in _ROUND_YEAR


def _is_count(text: str, figure: Figure) -> bool:
    """ "3 tickets": a whole number before a plural noun."""
    if figure.decimals or figure.grouped or figure.scaled:
        return False
    noun = _NOUN.match(text, figure.end)
    if not noun:
        return False
    word = noun.group("noun").lower()
    return word.endswith("s") and not word.endswith("ss") and not _NOT_PLURAL.match(word)

"""Phrases with two ends or a length: "July 13 to 15", "from friday until sunday noon", "4pm for thirty
minutes"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from assistant.engines.embedded.grammar.times import lengths
from assistant.engines.embedded.grammar.times.clock_ranges import TO
from assistant.engines.embedded.grammar.times.lexicon import UNITS
from assistant.engines.embedded.grammar.times.model import Day, Kind, Said
from assistant.engines.embedded.grammar.times.months import month_at, year_at
from assistant.engines.embedded.grammar.times.phrases import core
from assistant.engines.embedded.grammar.times.rules import Rule
from assistant.engines.embedded.grammar.times.tokens import Line


@dataclass
class Phrase:
    """A phrase as read: indexes of its tokens, its preposition, what it says, the other end of a range."""

    at: int
    after: int
    kind: Kind
    word: str
    said: Said
    to: Said | None = None
    rule: Rule | None = None
    iso: datetime | None = None


def extended(line: Line, phrase: Phrase) -> Phrase:
    """With the other end of a range, or with how long it lasts."""
    return _lasting(line, _ranged(line, phrase))


def _ranged(line: Line, phrase: Phrase) -> Phrase:
    low, link, said = line.low, phrase.after, phrase.said
    joins = low[link] in TO or (low[link] == "and" and phrase.word == "between")
    if not joins or said.until_clock is not None or phrase.word in ("by", "until", "till", "after", "before", "since"):
        return phrase
    if low[link] == "to" and line.moves_from(phrase.at):
        return phrase
    begin = link + 1 + (low[link + 1] in ("about", "around"))
    number = _same_month(line, begin, said)
    if number:
        phrase.to, phrase.after = number
        return phrase
    found = core(line, begin, bare=said.clock is not None or (said.day is not None and said.day.day is not None))
    if found is None:
        return phrase
    other, after = found
    if not _pairs(said, other, low[link], phrase.word):
        return phrase
    if said.day is not None and said.day.month is None and said.day.day and other.day is not None and other.day.month:
        said.day.month, said.day.year = other.day.month, other.day.year
    if said.day is not None and other.day is not None and said.day.month and said.day.year is None and other.day.month:
        said.day.year = other.day.year if said.day.month <= other.day.month else None
    phrase.to, phrase.after = other, after
    return phrase


def _pairs(said: Said, other: Said, link: str, word: str) -> bool:
    """Whether two phrases make the ends of one range."""
    if said.instant is not None:
        return word in ("from", "between") and other.instant is None
    if said.day is not None and other.day is not None:
        if other.until_clock is not None and said.clock is None:
            said.clock = other.clock
            other.clock, other.until_clock = other.until_clock, None
        if link in ("-", "–", "—") and (said.clock is None) != (other.clock is None):
            return False
        return said.day.fixed is None or other.day.fixed is None or link in ("to", "until", "till", "and", "through")
    return said.clock is not None and other.clock is not None and other.day is None


def _same_month(line: Line, at: int, said: Said) -> tuple[Said, int] | None:
    """ "July 13 to | 15"."""
    date = said.day
    number = line.whole(at)
    if date is None or said.clock is not None or not date.month or not date.day or number is None:
        return None
    if not date.day < number <= 31 or line.low[at + 1] in UNITS or line.low[at + 1] in ("am", "pm", "oclock", "people"):
        return None
    if line.kind[at + 1] == "meridiem" or month_at(line, at + 1):
        return None
    return Said(day=Day(year=date.year, month=date.month, day=number)), at + 1


def number_range(line: Line, at: int) -> Phrase | None:
    """ "from 13 to 15 July", "between the 3rd and 5th of may", "13-15 July"."""
    low = line.low
    word = low[at] if low[at] in ("from", "between") else ""
    begin = at + bool(word)
    begin += low[begin] == "the"
    first = int(line.num[begin] or 0) if line.kind[begin] in ("int", "ordinal") else 0
    if not 1 <= first <= 31 or (low[begin + 1] not in TO and not (low[begin + 1] == "and" and word == "between")):
        return None
    second_at = begin + 2 + (low[begin + 2] == "the")
    second = int(line.num[second_at] or 0) if line.kind[second_at] in ("int", "ordinal") else 0
    if not first < second <= 31:
        return None
    month = month_at(line, second_at + 1 + (low[second_at + 1] == "of"))
    if month is None:
        return None
    year = year_at(line, month[1])
    known = year[0] if year else None
    start = Said(day=Day(year=known, month=month[0], day=first))
    end = Said(day=Day(year=known, month=month[0], day=second))
    return Phrase(at, year[1] if year else month[1], "interval", word, start, end)


def _lasting(line: Line, phrase: Phrase) -> Phrase:
    """ "4pm | for thirty minutes"."""
    said = phrase.said
    if (
        line.low[phrase.after] != "for"
        or phrase.to is not None
        or said.until_clock is not None
        or said.instant is not None
    ):
        return phrase
    size = lengths.length(line, phrase.after + 1)
    if size is None or lengths.is_absolute(size[0]) != (said.clock is not None):
        return phrase
    said.lasts, phrase.after = size
    return phrase

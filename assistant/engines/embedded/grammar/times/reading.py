"""Reads one phrase: dates and times with their prepositions, ranges, durations and recurrences."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from assistant.engines.embedded.grammar.times.clock_ranges import may_follow
from assistant.engines.embedded.grammar.times.lexicon import (
    PARTS,
)
from assistant.engines.embedded.grammar.times.model import (
    Day,
    Instant,
    Kind,
    Said,
)
from assistant.engines.embedded.grammar.times.phrases import core
from assistant.engines.embedded.grammar.times.ranges import Phrase, extended, number_range
from assistant.engines.embedded.grammar.times.recurrence import recurrence
from assistant.engines.embedded.grammar.times.rules import Rule
from assistant.engines.embedded.grammar.times.tokens import Line

PREFIXES: dict[str, Kind] = {
    "by": "before", "before": "before", "until": "before", "till": "before", "since": "after",
    "after": "after", "from": "after", "starting": "after", "between": "interval",
}  # fmt: skip


def read_phrase(line: Line, at: int) -> Phrase | None:
    """The phrase that begins at ``at``."""
    if line.kind[at] == "iso":
        return _iso(line, at)
    recurring = _recurring(line, at)
    if recurring:
        return recurring
    low = line.low
    begin, kind, word = at, "point", ""
    if low[at] in ("as", "asap"):
        return _as_soon_as_possible(line, at)
    if low[at] in ("anytime", "sometime", "sometimes", "no"):
        begin = at + (3 if low[at] == "no" and low[at + 1 : at + 3] == ["later", "than"] else 1)
        if low[at] == "no":
            if begin != at + 3:
                return None
            return _prefixed(line, at, begin, "before", "by")
    if low[begin] in PREFIXES and line.kind[begin] == "word":
        word, kind = low[begin], PREFIXES[low[begin]]
        return _prefixed(line, at, begin + 1, kind, word)
    if begin > at or low[at] == "for":
        return None
    if low[at] == "to":
        return _prefixed(line, at, at + 1, "point", "to") if line.moving else None
    return _plain(line, at)


def _plain(line: Line, at: int) -> Phrase | None:
    numbers = number_range(line, at)
    if numbers:
        return numbers
    if line.low[at] in ("in", "during"):
        year = _year_alone(line, at + 1)
        if year:
            return Phrase(at, year[1], "point", "", year[0])
    begin = at + (line.low[at] in ("on", "in", "during", "over", "within") and line.kind[at] == "word")
    if begin > at and line.low[begin] in ("at", "in", "on", "for", "by", "from", "till", "until"):
        return None
    whole = line.low[at] in ("in", "within", "over", "during")
    found = core(line, at) or (core(line, begin) if begin > at else None)
    if found is None:
        return None
    said, after = found
    later = _clock_after(line, at, said, after)
    if later:
        return later
    if whole and said.clock is not None and said.day is None and said.part is None and line.low[at] != "in":
        return None
    return extended(line, Phrase(at, after, "point", "", said))


def _clock_after(line: Line, at: int, said: Said, after: int) -> Phrase | None:
    """ "tomorrow | after 1pm", "today | between 9:30 and 10:30"."""
    word = line.low[after]
    if word not in PREFIXES or said.day is None or said.clock is not None or said.instant is not None:
        return None
    found = _prefixed(line, after, after + 1, PREFIXES[word], word)
    if found is None or found.to is not None or found.said.day is not None or found.said.clock is None:
        return None
    found.said.day, found.said.part, found.at = said.day, found.said.part or said.part, at
    return found


def _prefixed(line: Line, at: int, begin: int, kind: Kind, word: str) -> Phrase | None:
    """A phrase after "by", "from", "since", "until" ..."""
    numbers = number_range(line, at) if word in ("from", "between") else None
    if numbers:
        return numbers
    start = begin + (line.low[begin] in ("about", "around"))
    if line.low[start] == "on" and word in ("from", "starting", "by"):
        start += 1
    found = _year_alone(line, start) or core(line, start, bare=True) or _part_alone(line, start)
    if found is None:
        if word == "after":
            plain = core(line, at)
            return extended(line, Phrase(at, plain[1], "point", "", plain[0])) if plain else None
        return None
    said, after = found
    if said.clock is not None and said.day is None and _is_loose(line, start, after, said, word):
        return None
    if word == "to":
        return Phrase(at, after, "point", "", said)
    if word == "from" and line.low[after] in ("on", "onwards", "onward"):
        after += line.low[after] != "on" or line.ends_at(after + 1)
        date = core(line, after) if said.day is None and said.clock is not None else None
        if date and date[0].clock is None and date[0].day is not None and date[0].part is None:
            said.day, after = date[0].day, date[1]
    phrase = extended(line, Phrase(at, after, kind, word, said))
    if word == "between" and phrase.to is None and phrase.said.until_clock is None:
        return None
    return phrase


def _is_loose(line: Line, start: int, after: int, said: Said, word: str) -> bool:
    """Whether a number after "by" or "from" is no clock time: "by 6 votes", "from 3 shops"."""
    if line.kind[start] not in ("int", "decimal") or said.part is not None or said.until_clock is not None:
        return False
    if start >= 2 and line.kind[start - 2] in ("int", "decimal", "money"):
        # a sum, not a time: "divide 100 by 20"
        return True
    if said.clock is None or not said.clock.ambiguous:
        return line.kind[start] == "decimal"
    return line.kind[start] == "decimal" or (word != "to" and not may_follow(line, after))


def _part_alone(line: Line, at: int) -> tuple[Said, int] | None:
    """ "after | lunch", "by | the evening"."""
    begin = at + (line.low[at] == "the")
    part = PARTS.get(line.low[begin])
    if part is None or line.kind[begin] != "word" or not may_follow(line, begin + 1):
        return None
    return Said(part=part), begin + 1


def _year_alone(line: Line, at: int) -> tuple[Said, int] | None:
    year = line.whole(at)
    if year is None or not 1950 <= year <= 2100 or line.start[at] + 4 != line.end[at]:
        return None
    if not line.ends_at(at + 1) and line.low[at + 1] not in ("to", "until", "and", "-", "on", "i", "we"):
        return None
    return Said(day=Day(year=year)), at + 1


def _every_year(line: Line, at: int) -> Phrase | None:
    """ "1 July each year"."""
    found = core(line, at)
    if found is None:
        return None
    said, after = found
    date = said.day
    if line.low[after] not in ("every", "each") or line.low[after + 1] != "year" or date is None:
        return None
    if not date.month or not date.day or date.year:
        return None
    rule = Rule("YEARLY", months=[date.month], month_days=[date.day], said=Said(clock=said.clock, part=said.part))
    return Phrase(at, after + 2, "point", "", Said(), rule=rule)


def _recurring(line: Line, at: int) -> Phrase | None:
    found = recurrence(line, at)
    if found:
        return Phrase(at, found[1], "point", "", Said(), rule=found[0])
    yearly = _every_year(line, at) if "year" in line.low else None
    if yearly:
        return yearly
    if line.kind[at] not in ("clock12", "clock24", "int") and line.low[at] not in ("at", "@", "noon"):
        return None
    said = core(line, at)
    if said is None or said[0].clock is None or said[0].day is not None:
        return None
    later = recurrence(line, said[1])
    if later is None or later[0].said.clock is not None:
        return None
    later[0].said = replace(said[0], part=said[0].part or later[0].said.part)
    return Phrase(at, later[1], "point", "", Said(), rule=later[0])


def _as_soon_as_possible(line: Line, at: int) -> Phrase | None:
    instant = Said(instant=Instant(timedelta(), "second"))
    if line.low[at] == "asap":
        return Phrase(at, at + 1, "after", "from", instant)
    if line.low[at + 1] == "soon" and line.low[at + 2] == "as" and line.low[at + 3] in ("possible", "you"):
        return Phrase(at, at + 4, "after", "from", instant)
    return None


def _iso(line: Line, at: int) -> Phrase | None:
    raw = line.low[at].upper()
    try:
        moment = datetime.fromisoformat(raw.replace(" ", "T", 1) if len(raw) > 10 else raw)
    except ValueError:
        return None
    if len(raw) == 10:
        day = Day(year=moment.year, month=moment.month, day=moment.day)
        found = core(line, at + 1) if line.kind[at + 1] in ("clock12", "clock24") or line.low[at + 1] == "at" else None
        said = Said(day=day)
        after = at + 1
        if found and found[0].day is None and found[0].clock is not None:
            said.clock, said.until_clock, said.part, after = (
                found[0].clock,
                found[0].until_clock,
                found[0].part,
                found[1],
            )
        return extended(line, Phrase(at, after, "point", "", said))
    return Phrase(at, at + 1, "point", "", Said(), iso=moment)

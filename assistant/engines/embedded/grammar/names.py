"""Mentions of the user's own things in a text (vehicle, group, account, category), slips included."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from .common_words import COMMON_WORDS

LEAST_FUZZY = 5  # shorter names are taken exactly: one slip in four letters is another word
LONGEST_NAME_WORDS = 6
EXACT = 100.0
INFLECTED = 98.0
COMPACT = 97.0

_WORD = re.compile(r"[^\W_]{1,40}(?:['’][^\W_]{1,10}){0,2}")
_POSSESSIVE = re.compile(r"['’]s\Z", re.IGNORECASE)
_AMPERSAND = re.compile(r"[ ]?&[ ]?")
_ARTICLES = frozenset({"the", "my", "our"})


@dataclass(frozen=True)
class NamedThing:
    """A thing the user has a name for; ``kind`` is the slot it fills ("vehicle"), ``id`` the record's."""

    kind: str
    id: str
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class NameSpan:
    """A mention: the name without article and possessive; ``score`` 100 where exact, less for slips."""

    start: int
    end: int
    text: str
    thing: NamedThing
    score: float


@dataclass(frozen=True)
class _Spelling:
    words: tuple[str, ...]
    joined: str
    things: tuple[NamedThing, ...]


@dataclass(frozen=True)
class _Index:
    exact: dict[tuple[str, ...], tuple[NamedThing, ...]]
    compact: dict[str, _Spelling]
    fuzzy: dict[tuple[str, int], tuple[_Spelling, ...]]
    longest: int


@dataclass(frozen=True)
class _Token:
    start: int
    end: int
    word: str
    bare: str  # without possessive
    bare_end: int


def fold(text: str) -> str:
    """Lower case, accents off, one kind of apostrophe."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    return "".join(char for char in plain if not unicodedata.combining(char))


def _tokens(text: str) -> list[_Token]:
    found = []
    for match in _WORD.finditer(text):
        possessive = _POSSESSIVE.search(match.group())
        bare = match.group()[: possessive.start()] if possessive else match.group()
        found.append(_Token(match.start(), match.end(), fold(match.group()), fold(bare), match.start() + len(bare)))
    return found


def _spellings(thing: NamedThing) -> Iterator[tuple[str, ...]]:
    names = (thing.name, *thing.aliases)
    for name in (*names, *(_AMPERSAND.sub(" and ", name) for name in names if "&" in name)):
        words = tuple(token.word for token in _tokens(name))
        if not words or len(words) > LONGEST_NAME_WORDS:
            continue
        yield words
        if len(words) > 1 and words[0] in _ARTICLES:
            yield words[1:]


@lru_cache(maxsize=256)
def _index(names: tuple[NamedThing, ...]) -> _Index:
    exact: dict[tuple[str, ...], list[NamedThing]] = {}
    for thing in names:
        for words in _spellings(thing):
            same = exact.setdefault(words, [])
            if thing not in same:
                same.append(thing)
    compact: dict[str, _Spelling] = {}
    fuzzy: dict[tuple[str, int], list[_Spelling]] = {}
    for words, things in exact.items():
        spelling = _Spelling(words, "".join(words), tuple(things))
        compact.setdefault(spelling.joined, spelling)
        if len(spelling.joined) >= LEAST_FUZZY:
            fuzzy.setdefault((spelling.joined[0], len(words)), []).append(spelling)
    return _Index(
        {words: tuple(things) for words, things in exact.items()},
        compact,
        {key: tuple(found) for key, found in fuzzy.items()},
        max((len(words) for words in exact), default=0),
    )


def _slips(length: int) -> int:
    """How many slips a word of this length may hold."""
    if length < LEAST_FUZZY:
        return 0
    return 1 if length < 8 else 2


def _likeness(said: Sequence[str], name: Sequence[str]) -> float:
    """The score of words as a misspelt name, word by word; 0 where they are something else."""
    distance = letters = 0
    for one, other in zip(said, name, strict=True):
        letters += len(other)
        if one == other:
            continue
        limit = _slips(len(other))
        if not limit or one in COMMON_WORDS or len(one) < 4 or one.isdigit() or other.isdigit():
            return 0
        if any(char.isdigit() for char in one + other):
            return 0
        found = OSA.distance(one, other, score_cutoff=limit)
        if found > limit or (one[0] != other[0] and sorted(one[:2]) != sorted(other[:2])):
            return 0
        distance += found
    return 0 if not distance else max(60.0, 96.0 - 100.0 * distance / max(letters, 1))


def _inflected(word: str) -> Iterator[str]:
    """Singular and plural of a word: "grocery" for "groceries", "hiluxs" for "hilux"."""
    if word.endswith("ies") and len(word) > 5:
        yield word[:-3] + "y"
    if word.endswith("y") and len(word) > 4:
        yield word[:-1] + "ies"
    if word.endswith("s") and len(word) > 4:
        yield word[:-1]
    if len(word) > 3:
        yield word + "s"


def _matches(window: Sequence[_Token], index: _Index) -> tuple[tuple[NamedThing, ...], float, int] | None:
    """(things, score, end offset) of the names that the window's words are."""
    last = window[-1]
    head = tuple(token.word for token in window[:-1])
    for final, end in ((last.word, last.end), (last.bare, last.bare_end)):
        things = index.exact.get((*head, final))
        if things:
            return things, EXACT, end
    said = (*head, last.bare)
    for final in _inflected(last.bare):
        things = index.exact.get((*head, final))
        if things:
            return things, INFLECTED, last.bare_end
    spelling = index.compact.get("".join(said))
    # "every day" is not the account Everyday, "eatingout" is the category
    torn = spelling is not None and len(said) > len(spelling.words) and any(w in COMMON_WORDS for w in said)
    if spelling and not torn and len(spelling.joined) >= LEAST_FUZZY:
        return spelling.things, COMPACT, last.bare_end
    best: tuple[tuple[NamedThing, ...], float, int] | None = None
    first = said[0]
    for initial in {first[0], first[1:2]} - {""}:
        for candidate in index.fuzzy.get((initial, len(said)), ()):
            if abs(len(candidate.joined) - sum(map(len, said))) > 2 * len(said):
                continue
            score = _likeness(said, candidate.words)
            if score and (best is None or score > best[1]):
                best = candidate.things, score, last.bare_end
    return best


def find_names(text: str, names: Sequence[NamedThing]) -> list[NameSpan]:
    """Mentions of ``names`` in ``text``, left to right; where they overlap, the longest stands.

    Things that share a name give one span each, at the same offsets. Slips of the finger are
    forgiven in names of
    five letters and more, never where what stands there is an everyday word of its own.
    """
    index = _index(tuple(names))
    tokens = _tokens(text)
    found: list[tuple[int, int, float, tuple[NamedThing, ...]]] = []
    for at in range(len(tokens)):
        for size in range(1, min(index.longest + 1, len(tokens) - at) + 1):
            window = tokens[at : at + size]
            if size > 1 and not _adjacent(text, window[-2], window[-1]):
                break
            match = _matches(window, index)
            if match:
                found.append((window[0].start, match[2], match[1], match[0]))
    found.sort(key=lambda one: (one[0] - one[1], -one[2], one[0]))
    spans: list[NameSpan] = []
    for start, end, score, things in found:
        if all(end <= span.start or start >= span.end for span in spans):
            spans.extend(NameSpan(start, end, text[start:end], thing, score) for thing in things)
    return sorted(spans, key=lambda span: span.start)


def _adjacent(text: str, one: _Token, other: _Token) -> bool:
    """Whether two words stand side by side, with no more than a space, a hyphen or an ampersand between."""
    between = text[one.end : other.start]
    return len(between) <= 3 and not between.strip(" \u00a0-&+/.'’")

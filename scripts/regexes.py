#!/usr/bin/env python
"""Every regular expression of PAM's takes time in proportion to the text, whatever the text says.

    scripts/regexes.py            check all; exit code 1 where one does not hold
    scripts/regexes.py PATTERN    check this one and print the steps that it may take at one place

Which ones: all that Python's `re` is given by a line of ours while our modules are imported and a few sentences are
understood, and all that stand as literals in calls of `re` inside functions.

How: two ways that know nothing of each other.

1. An upper bound on the steps that a backtracking matcher may take from one starting place, from the parsed pattern: how
   many ways there are to match each part so that the next part may go on. A loop has one way where what repeats and what
   comes after begin differently, and as many as its turns where they begin alike. The bound must not grow with the text
   (then searching a text takes a constant for each character), unless the pattern is bound to the text's beginning, where
   it may grow in proportion.
2. A stopwatch on texts made from the pattern, each twice as long as the one before: time may grow no faster than the
   text, told by the ratio.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import itertools
import math
import pkgutil
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OURS = ("assistant/engines/embedded/language.py",)  # read our own phrasing files, no text of a person's
PACKAGES = ("pam", "you", "wins", "wheels", "social", "assistant")
MOST_STEPS = 60_000  # at one place: an upper bound of what the bounded loops of a pattern may come to together
AHEAD = 6  # characters that are looked at to tell apart what begins differently
MANY = 10**12  # more than any bound
# One of each kind of character that patterns tell apart, besides those that they name.
KINDS = "aZéß0٣_ \n\u00a0\u2028-'’.,:!?/@#$€½中\U0001f600"
SENTENCES = [
    "Filled up the Hilux, 62 L at 1.899, 234 567 km", "spent 42.50 on groceries at Coles and remind me to call Mum tomorrow at 6pm",
    "no, make that $45 instead", "post to Hiking: the walk starts every second tuesday at 7:30am until christmas",
    "transfer two hundred and fifty bucks from Everyday to Visa", "how much did i spend on fuel last month?", "undo that",
    "drove from home to the office, 23.5 km in 40 minutes", "set my currency to euro and weeks start on monday", "delete all tasks",
]  # fmt: skip

Chars = frozenset[str]
Head = tuple[Chars, ...]  # what a match may begin with: the first AHEAD characters, or all where it is shorter


@dataclass(frozen=True)
class Part:
    """What the analysis knows of a part: ways to match it and go on, steps for all of them together."""

    ways: int
    steps: int


class Analysis:
    """The upper bound of one pattern on texts of `length` characters."""

    def __init__(self, pattern: str, flags: int, length: int) -> None:
        self.tree = parser.parse(pattern, flags)
        self.flags = self.tree.state.flags
        self.length = length
        self.alphabet = sorted({*KINDS, *_named(self.tree)})
        self._sets: dict[str, Chars] = {}
        self._kept: dict[Any, Any] = {}  # by the identity of items, which are kept beside

    def steps(self) -> list[tuple[int, bool]]:
        """Return for each alternative the most steps from one place, and whether it begins at the text's beginning alone.

        MANY stands for without bound.
        """
        items = list(self.tree)
        alone = len(items) == 1 and items[0][0] is op.BRANCH
        return [
            (min(MANY, self._sequence(list(one), []).steps), self._anchored(one))
            for one in (items[0][1][1] if alone else [items])
        ]

    def _anchored(self, items: Any) -> bool:
        kind, value = next(iter(items), (None, None))
        if kind is op.SUBPATTERN:
            return self._anchored(value[3])
        at = value if kind is op.AT else None
        return at is op.AT_BEGINNING_STRING or (at is op.AT_BEGINNING and not self.flags & re.MULTILINE)

    # -- what a part begins with

    def _chars(self, item: Any) -> Chars:
        key = repr(item)
        if key not in self._sets:
            insensitive = bool(self.flags & re.IGNORECASE)
            self._sets[key] = frozenset(
                char
                for char in self.alphabet
                if any(_has(item, form, self.flags) for form in _forms(char, insensitive))
            )
        return self._sets[key]

    def _heads(self, items: Sequence[Any], depth: int = AHEAD) -> set[Head]:
        """Return how a sequence may begin; a short one may end there."""
        key = (depth, *map(id, items))
        if key not in self._kept:
            self._kept[key] = (self._find_heads(items, depth), items)
        found: set[Head] = self._kept[key][0]
        return found

    def _find_heads(self, items: Sequence[Any], depth: int) -> set[Head]:
        found: set[Head] = {()}
        for item in items:
            grown: set[Head] = set()
            for head in found:
                if len(head) >= depth:
                    grown.add(head)
                else:
                    grown |= {head + tail for tail in self._heads_of(item, depth - len(head))}
            found = grown
            if len(found) > 400:  # look less far rather than at everything
                found = {head[:1] for head in found} if depth > 1 else found
                depth = 1
            if all(len(head) >= depth for head in found):
                break
        return {head[:depth] for head in found}

    def _heads_of(self, item: Any, depth: int) -> set[Head]:
        kind, value = item
        if kind in _ONE:
            return {(self._chars(item),)}
        if kind is op.BRANCH:
            return set().union(*(self._heads(alternative, depth) for alternative in value[1]))
        if kind is op.SUBPATTERN:
            return self._heads(value[3], depth)
        if kind is op.ATOMIC_GROUP:
            return self._heads(value, depth)
        if kind in _LOOPS:
            low, high, body = value
            turns = min(int(high), depth)
            found: set[Head] = {()} if low == 0 else set()
            for count in range(max(1, min(low, turns)), turns + 1):
                found |= self._heads([*body] * count, depth)
            return found
        if kind in {op.GROUPREF, op.GROUPREF_EXISTS}:
            return {(), (frozenset(self.alphabet),)}
        return {()}  # a look around or a place

    def _alike(self, one: set[Head], other: set[Head]) -> bool:
        """Tell whether some text may begin both ways."""
        return any(
            all(left & right for left, right in zip(first, second, strict=False))
            for first, second in itertools.product(one, other)
        )

    # -- how many ways and steps

    def _sequence(self, items: Sequence[Any], after: Sequence[Any]) -> Part:
        ways, steps = 1, 1
        for number, item in enumerate(items):
            part = self._part(item, [*items[number + 1 :], *after])
            steps = min(MANY, steps + ways * part.steps)
            ways = min(MANY, ways * part.ways)
        return Part(ways, steps)

    def _part(self, item: Any, after: Sequence[Any]) -> Part:
        kind, value = item
        if kind is op.BRANCH:
            return self._branch(value[1], after)
        if kind is op.SUBPATTERN:
            return self._sequence(list(value[3]), after)
        if kind is op.ATOMIC_GROUP:
            return Part(1, self._sequence(list(value), []).steps)
        if kind in {op.ASSERT, op.ASSERT_NOT}:
            return Part(1, self._sequence(list(value[1]), []).steps)
        if kind in _LOOPS:
            return self._loop(kind, value, after)
        if kind is op.GROUPREF:
            return Part(1, min(self.length, self.tree.state.groupwidths[value][1]))
        if kind is op.GROUPREF_EXISTS:
            return self._branch([part for part in value[1:] if part is not None], after)
        return Part(1, 1)

    def _branch(self, alternatives: Sequence[Any], after: Sequence[Any]) -> Part:
        parts = [self._sequence(list(one), after) for one in alternatives]
        heads = [self._heads([*one, *after]) for one in alternatives]
        # the most ways among alternatives that one text may begin alike
        ways = max(
            sum(other.ways for other, head in zip(parts, heads, strict=True) if self._alike(heads[number], head))
            for number in range(len(parts))
        )
        return Part(min(MANY, ways), min(MANY, sum(part.steps for part in parts)))

    def _loop(self, kind: Any, value: Any, after: Sequence[Any]) -> Part:
        low, high, body = value
        body = list(body)
        turns = self.length if high is op.MAXREPEAT else int(high)
        # After one turn may come the next, or what follows the loop.
        again = self._kept.setdefault(("again", id(value)), ([(kind, (0, high, body))], value))[0] if turns > 1 else []
        if kind is op.POSSESSIVE_REPEAT:  # what a turn has taken stays taken
            return Part(1, min(MANY, (turns + 1) * (self._sequence(body, []).steps + 1)))
        inner = self._sequence(body, [*again, *after])
        if inner.ways > 1 and turns > 1:
            ways = _power(inner.ways, turns)
            return Part(ways, min(MANY, ways * inner.steps))
        # Where nothing can fail any more, the text is taken, and searching goes on behind it.
        steps = inner.steps + low if _certain(after) else min(MANY, (turns + 1) * (inner.steps + 1))
        if low == turns:
            return Part(inner.ways, steps)
        # Where nothing more comes, an early stop costs one step; where a look around comes, as many as that takes.
        goes_on = self._heads(after) - {()}
        if _looks_around(after) or self._alike(self._heads([*body, *again, *after]), goes_on):
            return Part(min(MANY, turns - low + inner.ways), steps)
        return Part(inner.ways, steps)


_ONE = {op.LITERAL, op.NOT_LITERAL, op.IN, op.ANY}
_LOOPS = {op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT}


def _looks_around(items: Sequence[Any]) -> bool:
    """Tell whether a look ahead or behind comes before the next character."""
    kinds = itertools.takewhile(lambda kind: kind in {op.ASSERT, op.ASSERT_NOT, op.AT}, (kind for kind, _ in items))
    return any(kind is not op.AT for kind in kinds)


def _certain(items: Sequence[Any]) -> bool:
    """Tell whether items match whatever comes."""
    return all(kind in _LOOPS and value[0] == 0 for kind, value in items)


def _power(base: int, exponent: int) -> int:
    return MANY if exponent * math.log10(base) > 12 else min(MANY, base**exponent)


def _named(tree: Any) -> Iterator[str]:
    """Yield the characters that a pattern names, and those beside them."""
    for kind, value in _walk(tree):
        codes = value if isinstance(value, tuple) else (value,)
        if kind in {op.LITERAL, op.NOT_LITERAL, op.RANGE}:
            for code in codes:
                for near in (code - 1, code, code + 1):
                    if 0 < near < 0x110000:
                        yield from _forms(chr(near), insensitive=True)


def _walk(tree: Any) -> Iterator[tuple[Any, Any]]:
    for item in tree:
        if isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], op._NamedIntConstant):
            yield item
        if isinstance(item, (tuple, list, parser.SubPattern)):
            yield from _walk(item)


@cache
def _forms(char: str, insensitive: bool) -> tuple[str, ...]:
    return tuple({char, char.lower(), char.upper(), char.swapcase()}) if insensitive else (char,)


@cache
def _in_category(category: Any, char: str, flags: int) -> bool:
    name = str(category).removeprefix("CATEGORY_")
    letter = {"DIGIT": "d", "SPACE": "s", "WORD": "w"}[name.removeprefix("NOT_")]
    return bool(re.fullmatch(f"\\{letter.upper() if name.startswith('NOT_') else letter}", char, flags & re.ASCII))


def _has(item: Any, char: str, flags: int) -> bool:
    kind, value = item
    if len(char) != 1:
        return False
    if kind is op.LITERAL:
        return ord(char) == value
    if kind is op.NOT_LITERAL:
        return ord(char) != value
    if kind is op.ANY:
        return char != "\n" or bool(flags & re.DOTALL)
    if kind is op.RANGE:
        return bool(value[0] <= ord(char) <= value[1])
    if kind is op.CATEGORY:
        return _in_category(value, char, flags)
    assert kind is op.IN, kind
    negated = value[0][0] is op.NEGATE
    return negated != any(_has(one, char, flags) for one in value[1 if negated else 0 :])


def verdict(pattern: str, flags: int = 0, timed: bool = True) -> str:
    """Return what is wrong with a pattern, or nothing."""
    short, long = Analysis(pattern, flags, 1000).steps(), Analysis(pattern, flags, 4000).steps()
    for (first, anchored), (second, _) in zip(short, long, strict=True):
        grows = second / first
        if second >= MANY:
            return "its ways to match multiply with each turn of a loop (exponential)"
        if grows > 4.2:
            return f"four times the text may take {grows:.0f} times the steps at one place"
        if grows > 1.1 and not anchored:
            return "its steps at one place grow with the text: bound the loop ({0,40}), or anchor the pattern (\\A)"
        if grows <= 1.1 and first > MOST_STEPS:
            return f"it may take {first:,} steps at one place"
    return _slow(pattern, flags) if timed else ""


# -- the stopwatch


def attacks(pattern: str, flags: int) -> Iterator[tuple[str, str, str]]:
    """Yield (before, repeated, after): texts that each loop of a pattern likes for long and that then fail."""
    analysis = Analysis(pattern, flags, 1000)
    likes: list[str] = []
    for kind, value in _walk(analysis.tree):
        if kind in _LOOPS:
            for head in sorted(analysis._heads(list(value[2])), key=repr)[:3]:
                likes.append("".join(min(chars) if chars else "" for chars in head))
                likes.append("".join(max(chars) if chars else "" for chars in head))
    beginning = "".join(
        min(chars) for head in sorted(analysis._heads(list(analysis.tree)), key=repr)[:1] for chars in head if chars
    )
    for like in dict.fromkeys(filter(None, likes)):
        for before in ("", beginning):
            yield before, like, "\x00"


def _slow(pattern: str, flags: int) -> str:
    compiled = re.compile(pattern, flags)
    for before, like, after in attacks(pattern, flags):
        if _grows(compiled, before, like, after):
            return f"the text {before!r} + {like!r} * n + {after!r} takes more than in proportion"
    return ""


def _took(compiled: re.Pattern[str], text: str) -> float:
    best = math.inf
    for _ in range(2):
        started = time.thread_time()
        for _ in compiled.finditer(text):
            pass
        best = min(best, time.thread_time() - started)
    return best


def _grows(compiled: re.Pattern[str], before: str, like: str, after: str) -> bool:
    """Tell whether time grows faster than the text: three doublings in a row, each well above two."""
    length, last, faster = 500, 0.0, 0
    while length <= 16_000:
        took = _took(compiled, before + like * (length // len(like)) + after)
        if length >= 4000 and took < 0.0005:
            return False  # even the square of this length would have taken ten times as long
        # What takes less than this is not to be measured.
        faster = faster + 1 if last > 0.0005 and took > 3 * last else 0
        if faster == 3 or took > 2:
            return True
        last = took
        length *= 2
    return False


# -- which patterns there are


def gather() -> dict[tuple[str, int], str]:
    """Return {(pattern, flags): where}; imports all of PAM's modules and lets the engine understand a few sentences."""
    found: dict[tuple[str, int], str] = {}
    compiling: Any = re._compile  # type: ignore[attr-defined]

    def noting(pattern: Any, flags: int) -> Any:
        frame = sys._getframe(2)
        path = Path(frame.f_code.co_filename)
        ours = path.is_relative_to(ROOT) and path.relative_to(ROOT).parts[0] in PACKAGES
        if isinstance(pattern, str) and ours:
            found.setdefault((pattern, int(flags)), f"{path.relative_to(ROOT)}:{frame.f_lineno}")
        return compiling(pattern, flags)

    re._compile = noting  # type: ignore[attr-defined]
    try:
        _use_everything()
    finally:
        re._compile = compiling  # type: ignore[attr-defined]
    for path in (path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        for key, line in _literals(path):
            found.setdefault(key, f"{path.relative_to(ROOT)}:{line}")
    return found


def _use_everything() -> None:
    import datetime as dt
    import os
    from zoneinfo import ZoneInfo

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pam.settings")
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    for package in PACKAGES:
        for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if ".migrations" not in module.name and module.name not in {"pam.asgi", "pam.wsgi"}:
                importlib.import_module(module.name)
    from assistant.engines.embedded.understanding import understand

    for text in SENTENCES:
        understand(text, dt.datetime(2026, 11, 25, 10, 20, tzinfo=ZoneInfo("Australia/Brisbane")), day_first=True)


def _literals(path: Path) -> Iterator[tuple[tuple[str, int], int]]:
    """Yield the patterns that stand as literals in calls of `re` in a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.args
            and isinstance(node.args[0], ast.Constant)
            and isinstance(node.args[0].value, str)
        ):
            flags = re.NOFLAG
            for given in [*node.args[1:], *(word.value for word in node.keywords)]:
                for name in (part.attr for part in ast.walk(given) if isinstance(part, ast.Attribute)):
                    flags |= (
                        getattr(re, name, re.NOFLAG) if isinstance(getattr(re, name, None), re.RegexFlag) else re.NOFLAG
                    )
            yield (node.args[0].value, int(flags)), node.lineno


def main() -> int:
    """Check."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("pattern", nargs="?")
    given = arguments.parse_args()
    if given.pattern is not None:
        most = max(steps for steps, _ in Analysis(given.pattern, 0, 1000).steps())
        print(f"{most:,} steps at one place; {verdict(given.pattern) or 'in proportion'}")  # noqa: T201
        return 0
    found, wrong = gather(), 0
    for (pattern, flags), where in sorted(found.items(), key=lambda item: item[1]):
        if where.startswith(OURS):
            continue
        if problem := verdict(pattern, flags):
            wrong += 1
            print(f"{where}: {problem}\n    {pattern if len(pattern) < 300 else pattern[:300] + '…'}")  # noqa: T201
    print(f"{len(found)} regular expressions, {wrong} not in proportion to the text")  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())

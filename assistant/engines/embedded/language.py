"""Phrasings: reading `language/en.yml` of every app, and what their notation means.

Notation: plain words, `[a|b c]` one of, `(x)` optional, `{slot}`, `slot=[a|b]` words that fill the slot themselves. A phrasing serves twice: its sampled expansions
train the classifier, and its elements are aligned with a clause to find what stands where a free slot stands.
"""

from __future__ import annotations

import hashlib
import itertools
import random
import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.apps import apps

MOST_VARIANTS = 24
LEFT_OUT = 0.12  # share of values that are left out of an example
STRANGE = 0.3  # share of things that are drawn from words of no request at all
THINGS = frozenset({"what", "payee", "source"})  # money goes on anything; in titles and names the words tell something
_PARTS = re.compile(r"\{[a-z_]+\}|(?:[a-z_]+=)?\[[^\[\]]*\]|\(|\)|[^\s\[\]{}()]+")
_CHOICE_IN_PARENTHESES = re.compile(r"\(([^()\[\]]*\|[^()\[\]]*)\)")  # "(a|b)" is short for "([a|b])"

TYPED = frozenset(
    {"amount", "old_amount", "when", "period", "offset", "litres", "price", "odometer", "distance", "count"}
)
NAMES = frozenset({"vehicle", "account", "from_account", "to_account", "category", "group", "trip", "person"})


@dataclass(frozen=True)
class Element:
    """One place of a phrasing: a slot, or any one of some words."""

    words: frozenset[str] = frozenset()
    slot: str = ""
    optional: bool = False
    leans: bool = False  # stands in an optional part after another element: only where that one stands too
    says: str = ""  # the slot that its words fill themselves


@dataclass(frozen=True)
class Phrasing:
    """One variant of a phrasing, as elements."""

    label: str
    elements: tuple[Element, ...]

    @property
    def literals(self) -> frozenset[str]:
        """All words that may stand in it."""
        return frozenset(word for element in self.elements for word in element.words)

    @property
    def slots(self) -> frozenset[str]:
        """All slots in it."""
        return frozenset(element.slot for element in self.elements if element.slot)


@dataclass
class Language:
    """Everything that the phrasing files say."""

    phrasings: dict[str, list[str]] = field(default_factory=dict)
    say_instead: dict[str, str] = field(default_factory=dict)  # of what PAM does not do yet: what is said to it
    fillers: dict[str, list[str]] = field(default_factory=dict)
    digest: str = ""


def plain(text: str) -> str:
    """Return lower-case text with apostrophes dropped, as phrasings and clauses are compared."""
    return re.sub(r"[’'`]", "", text.lower())


@lru_cache(maxsize=1)
def language() -> Language:
    """Read the phrasing files of every app once."""
    found = Language()
    seen = hashlib.sha256()
    for config in apps.get_app_configs():
        path = Path(config.path) / "language" / "en.yml"
        if not path.exists():
            continue
        text = path.read_text(encoding="utf-8")
        seen.update(text.encode())
        data: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        for label, entry in data.items():
            if label == "fillers":
                for slot, values in entry.items():
                    found.fillers.setdefault(slot, []).extend(str(value) for value in values)
            elif label == "none":
                found.phrasings.setdefault("none", []).extend(str(line) for line in _lines(entry))
            else:
                found.phrasings[label] = [str(line) for line in _lines(entry)]
                if "say_instead" in entry:
                    found.say_instead[label] = str(entry["say_instead"])
    found.digest = seen.hexdigest()[:16]
    return found


def _lines(entry: Any) -> list[Any]:
    return list(entry.get("say", [])) if isinstance(entry, dict) else list(entry)


@lru_cache(maxsize=8192)
def variants(label: str, text: str) -> tuple[Phrasing, ...]:
    """Return a phrasing's variants: alternatives of several words are spelled out, optional parts stay marked."""
    sequences: list[list[Element]] = [[]]
    optional = leans = False
    for part in _PARTS.findall(_CHOICE_IN_PARENTHESES.sub(r"([\1])", plain(text))):
        if part in "()":
            optional, leans = part == "(", False
            continue
        choices = _choices(part, optional)
        if optional and leans:
            choices = [[replace(choice[0], leans=True), *choice[1:]] if choice else choice for choice in choices]
        leans = optional
        if len(sequences) * len(choices) > MOST_VARIANTS:
            choices = choices[: max(1, MOST_VARIANTS // len(sequences))]
        sequences = [before + choice for before, choice in itertools.product(sequences, choices)]
    return tuple(Phrasing(label, tuple(elements)) for elements in sequences if elements)


def _choices(part: str, optional: bool) -> list[list[Element]]:
    if part.startswith("{"):
        return [[Element(slot=part[1:-1], optional=optional)]]
    says, _, choice = part.partition("=")
    if choice.startswith("["):
        return [[replace(element, says=says) for element in found] for found in _choices(choice, optional)]
    if not part.startswith("["):
        return [[Element(frozenset({part}), optional=optional)]]
    options = [option.split() for option in part[1:-1].split("|")]
    single = frozenset(option[0] for option in options if len(option) == 1 and not option[0].startswith("{"))
    found = [[Element(single, optional=optional or [] in options)]] if single else []
    for option in options:
        if len(option) > 1 or (option and option[0].startswith("{")):
            found.append([element for word in option for element in _choices(word, optional)[0]])
    return found or [[]]


def samples(rng: random.Random, label: str, text: str, count: int) -> list[str]:
    """Return up to `count` different sentences that a phrasing allows, its slots as tags or fillers."""
    made = {_sample(rng, label, text) for _ in range(count * 2)}
    return sorted(made)[:count]


def _sample(rng: random.Random, label: str, text: str) -> str:
    phrasing = rng.choice(variants(label, text))
    words: list[str] = []
    skip = rng.random() < 0.5
    for element in phrasing.elements:
        if element.optional and skip and rng.random() < 0.8:
            continue
        if element.slot in TYPED and rng.random() < LEFT_OUT:
            continue  # people leave figures and days out, and are asked for them
        words.append(_fill(rng, label, element.slot) if element.slot else rng.choice(sorted(element.words)))
    return " ".join(words)


def _fill(rng: random.Random, label: str, slot: str) -> str:
    if slot in TYPED:
        return tag(slot)
    if slot in NAMES and slot != "category" and rng.random() < 0.6:
        return tag(slot)
    if slot in THINGS and rng.random() < STRANGE:
        return rng.choice(["", "", "a ", "the ", "my "]) + rng.choice(_strange_words())
    fillers = language().fillers
    # A tool's own values go before its domain's, and these before those of all ("wheels_name" before "name").
    domain, _, tool = label.partition(".")
    key = next((found for found in (f"{tool}_{slot}", f"{domain}_{slot}") if found in fillers), slot)
    values = fillers.get(key) or fillers.get(ALIKE.get(slot, "what")) or ["thing"]
    return plain(rng.choice(values))


@lru_cache(maxsize=1)
def _strange_words() -> list[str]:
    """Return words that tell of no request, whatever they stand in: what is asked does not hang on what it is about."""
    heard = {
        label: {word for text in texts for word in _own(label, text)} for label, texts in language().phrasings.items()
    }
    asked = {word for label, words in heard.items() if label != "none" for word in words}
    return sorted(word for word in heard["none"] - asked if len(word) > 3)


def _own(label: str, text: str) -> set[str]:
    """Return the words that a phrasing is made of."""
    return {word for phrasing in variants(label, text) for word in phrasing.literals}


# Free slots that have no values of their own borrow another's.
ALIKE = {
    "from_account": "account", "to_account": "account", "transaction": "what", "fill": "vehicle", "post": "text",
    "change": "fact", "name": "what", "source": "source", "station": "payee",
}  # fmt: skip


def tag(slot: str) -> str:
    """Return the word that stands for a recognised value in what the classifier reads."""
    if slot in {"when", "period"}:
        return "xwhen"
    if slot in {"from_account", "to_account"}:
        return "xaccount"
    if slot == "old_amount":
        return "xamount"
    return f"x{slot}"

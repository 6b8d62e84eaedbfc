"""Declaring tools, and finding them: one declaration serves every engine, the API and the docs."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from .arguments import Arguments

A = TypeVar("A", bound=Arguments)


class Risk(StrEnum):
    """What a tool may do, and so whether it runs at once or waits for a yes."""

    READ = "read"  # runs at once
    REVERSIBLE = "reversible"  # a small write that undo takes back: runs at once where the words name it
    BULK = "bulk"  # touches many rows: waits
    OUTWARD = "outward"  # others see it: waits
    IRREVERSIBLE = "irreversible"  # cannot be undone: waits

    @property
    def waits(self) -> bool:
        """Whether a step of this risk is first shown and waits for a yes."""
        return self in {Risk.BULK, Risk.OUTWARD, Risk.IRREVERSIBLE}


@dataclass
class Reply:
    """What a tool has to say: for a read the answer; for a write what follows from it (the journal tells the rest)."""

    text: str = ""
    card: dict[str, Any] | None = None
    # Of a direct tool: the entries that it opened itself, the last of which undoes it.
    entries: list[Any] = field(default_factory=list)


class ToolError(Exception):
    """A tool cannot do what was asked; the message says why and what to do, in the person's words."""


def asked(question: str, options: Sequence[str]) -> str:
    """Return a question with its likely answers in words: "Which account? Everyday · Visa"."""
    return f"{question} {' · '.join(options)}".strip()


class Ask(ToolError):
    """Something needed was not said, or means several things.

    The likely answers stand in `options`, the ids of the rows that they mean (where they mean rows) in `rows`.
    """

    def __init__(
        self, slot: str, question: str, options: Sequence[str] | None = None, rows: Sequence[str] | None = None
    ) -> None:
        super().__init__(asked(question, options or []))
        self.slot = slot
        self.question = question
        self.options = list(options or [])
        self.rows = list(rows or [])


@dataclass(frozen=True)
class Tool:
    """One thing that can be asked of a domain."""

    name: str
    domain: str
    arguments: type[Arguments]
    risk: Risk
    run: Callable[[Any, Any], Reply | None]
    title: str
    description: str
    # What each missing argument is asked with; the keys, in order, are what the words must give.
    ask: dict[str, str] = field(default_factory=dict)
    # At least one of these must be said: {"litres", "total"}.
    any_of: tuple[str, ...] = ()
    risk_of: Callable[[Any, Any], Risk] | None = None
    # Who will see it, said before it is done: "14 members will see it".
    audience: Callable[[Any, Any], str] | None = None
    # Opens its entries itself (undo does): runs beside the entry of the other steps, not inside it.
    direct: bool = False
    # The days said of it lie behind: "on Friday" is the last one.
    past: bool = False
    # An argument that may list several things, each a step of its own: "put ring the glazier and mow on my list".
    each: str = ""
    # The tool that "and 40 for the gig" goes on with instead, where that is what was just done.
    counterpart: str = ""
    # The argument that names what the conversation is about, where the words name none.
    about: str = ""

    @property
    def effect(self) -> str:
        """ "read" or "write"."""
        return "read" if self.risk is Risk.READ else "write"

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the arguments."""
        return self.arguments.model_json_schema()

    def missing(self, given: dict[str, Any]) -> list[str]:
        """Return the names of what is still needed."""
        found = [name for name in self.ask if name not in self.any_of and given.get(name) in (None, "", [])]
        if self.any_of and not any(given.get(name) not in (None, "", []) for name in self.any_of):
            found.append(self.any_of[0])
        return found

    def question(self, slot: str) -> str:
        """Return the question that asks for a missing argument."""
        return self.ask.get(slot) or f"{slot.replace('_', ' ').capitalize()}?"


_tools: dict[str, Tool] = {}


def tool(
    arguments: type[A],
    *,
    risk: Risk,
    title: str,
    ask: dict[str, str] | None = None,
    any_of: tuple[str, ...] = (),
    risk_of: Callable[[Any, A], Risk] | None = None,
    audience: Callable[[Any, A], str] | None = None,
    direct: bool = False,
    past: bool = False,
    each: str = "",
    counterpart: str = "",
    about: str = "",
) -> Callable[[Callable[[Any, A], Reply | None]], Callable[[Any, A], Reply | None]]:
    """Declare a tool; its name is the app and the function, its description the docstring.

    The function takes the acting user and the resolved arguments. It raises ToolError, Ask, or what the
    services raise (ValidationError); what it changes is told by the journal.
    """

    def declare(function: Callable[[Any, A], Reply | None]) -> Callable[[Any, A], Reply | None]:
        domain = function.__module__.split(".")[0]
        name = f"{domain}.{function.__name__}"
        if name in _tools and _tools[name].run is not function:
            raise ValueError(f"two tools are called {name}")
        if not function.__doc__:
            raise ValueError(f"{name} has no docstring to be described by")
        _tools[name] = Tool(
            name, domain, arguments, risk, function, title, re.sub(r"\s+", " ", function.__doc__).strip(),
            ask or {}, any_of, risk_of, audience, direct, past, each, counterpart, about,
        )  # fmt: skip
        return function

    return declare


def tools() -> list[Tool]:
    """Return every tool, sorted by name."""
    return [_tools[name] for name in sorted(_tools)]


def find(name: str) -> Tool | None:
    """Return a tool by its name, or None."""
    return _tools.get(name)

"""What an engine is: it turns a turn into steps and words, and executes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from pam.access import uuid7

from ..models import Turn

NO_ANSWER = "The language model did not answer, so this was understood on this server."


class EngineFailed(Exception):
    """The engine cannot answer (endpoint down, slow, over its cap): another takes over within the turn.

    `notice` tells the person why.
    """

    def __init__(self, reason: str, notice: str = NO_ANSWER) -> None:
        super().__init__(reason)
        self.notice = notice


@dataclass
class Call:
    """A tool call that an engine wants; its id is stored before it runs."""

    tool: str
    arguments: dict[str, Any]
    id: UUID = field(default_factory=uuid7)
    reference: str = ""  # the engine's own id of the call, for its next round

    def as_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "id": str(self.id),
            "tool": self.tool,
            "arguments": self.arguments,
            "reference": self.reference,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Call:
        """Return the call that `as_json` kept."""
        return cls(data["tool"], data["arguments"], UUID(data["id"]), data.get("reference", ""))


@dataclass
class Answer:
    """One round's answer: calls to make, words to say, whether another round follows once the calls are done."""

    calls: list[Call] = field(default_factory=list)
    text: str = ""
    more: bool = False
    # A question of the engine's own: {"tool", "arguments", "slot", "question", "options", "rows"}; kept as what is open.
    question: dict[str, Any] | None = None
    tokens: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "calls": [call.as_json() for call in self.calls],
            "text": self.text,
            "more": self.more,
            "question": self.question,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Answer:
        """Return the answer that `as_json` kept."""
        calls = [Call.from_json(call) for call in data["calls"]]
        return cls(calls, data["text"], data["more"], data.get("question"))


class Engine(Protocol):
    """An engine of PAM."""

    name: str

    def answer(self, turn: Turn, number: int, say: Callable[[str], None], stopped: Callable[[], bool]) -> Answer:
        """Return the answer of round `number` (from 0) of a turn; raises EngineFailed.

        Earlier rounds and what became of their actions are read from the turn. `say` streams words as they come
        (an engine that does not stream leaves them to `text`); `stopped` tells that the person wants no more.
        """
        ...

"""From words to steps, without touching the database: clauses, what each asks for, its arguments, what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

from pam.tools.registry import Tool, find
from pam.tools.resolve import refs

from .align import align
from .caution import speaks_of_nothing_to_do
from .clauses import Clause, split
from .fill import fill, money_json
from .grammar.names import NamedThing
from .language import plain
from .settings_said import settings_of
from .tagging import Tagged, counted, tag_text

SURE_WRITE = 0.42  # below it a write is asked about, not made
SURE_ASK = 0.3  # where something is missing anyway, a question harms nobody
SURE_READ = 0.3
RANKED = 0.6  # what a perfect alignment weighs against the classifier's share in choosing
EXACT = 0.5  # and a phrasing that says all of the clause and nothing else
UNSAID = -0.15  # and that no phrasing of what is not for PAM says all of the clause
ALIGNED = 0.45  # and in how sure the choice is


@dataclass
class Understood:
    """One step that the words ask for."""

    tool: Tool
    arguments: dict[str, Any]
    confidence: float
    missing: list[str] = field(default_factory=list)
    text: str = ""
    tagged: Tagged | None = None


@dataclass
class Understanding:
    """Everything that was understood of a text."""

    text: str
    tagged: Tagged
    steps: list[Understood]
    talk: str = ""  # the label of what is no step: "none", "later.bill", "assistant.greeting"
    clauses: list[Clause] = field(default_factory=list)


def understand(
    text: str,
    now: datetime,
    names: Sequence[NamedThing] = (),
    *,
    week_start: int = 0,
    day_first: bool = True,
) -> Understanding:
    """Return what a text asks for; dates are read in `now`'s zone."""
    habits = {"week_start": week_start, "day_first": day_first}
    tagged = tag_text(text, now, names, **habits)  # type: ignore[arg-type]
    if not tagged.signature:
        return Understanding(text, tagged, [], "none")
    clauses = split(tagged)
    found = Understanding(text, tagged, [], "none", clauses)
    before: Clause | None = None
    for clause in clauses:
        step = _step(clause, text, now, names, habits)
        if step is not None:
            if before is not None:
                _point_back(step, before)
            found.steps += _coordinated(step)
        elif clause.label != "none" and found.talk == "none":
            found.talk = clause.label
        before = clause if step is None else None
    _share_days(found.steps)
    _lean_on_before(found.steps)
    return found


def _step(
    clause: Clause, text: str, now: datetime, names: Sequence[NamedThing], habits: dict[str, Any]
) -> Understood | None:
    label, confidence = choose(clause)
    tool = find(label)
    if tool is None:
        return None
    if confidence < (SURE_ASK if tool.effect == "write" else SURE_READ):
        return None
    if tool.effect == "write" and _not_to_be_done(clause.tagged, text):
        return None
    tagged = clause.tagged
    if tool.past and tagged.of("when"):
        tagged = tag_text(text, now, names, prefer="past", **habits).part(clause.start, clause.end)
    arguments = settings_of(tagged.text) if tool.name == "assistant.settings" else fill(tool, tagged)
    missing = tool.missing(arguments)
    if tool.effect == "write" and not missing and confidence < SURE_WRITE:
        return None
    return Understood(tool, arguments, confidence, missing, clause.tagged.text.strip(), tagged)


def _not_to_be_done(part: Tagged, text: str) -> bool:
    """Whether a clause, or the whole that it only comments on, speaks of something that is not to be done."""
    if speaks_of_nothing_to_do(plain(part.text)):
        return True
    return not part.of("amount", "when", "litres", "odometer") and speaks_of_nothing_to_do(plain(text))


def choose(clause: Clause) -> tuple[str, float]:
    """Return the label of a clause and how sure it is: the classifier's likeliest, weighed by how well it aligns."""
    best: tuple[float, str, float] = (-9.0, "none", 0.0)
    for guess in clause.guesses[:3]:
        if guess.confidence < 0.02:
            continue
        weight = sure = guess.confidence
        if guess.label != "none" and len(clause.guesses) > 1:
            laid = align(guess.label, clause.tagged.tokens)
            total = max(-0.5, laid.total) if laid else 0.0
            weight += RANKED * total
            sure += ALIGNED * total
            if laid is not None and laid.exact:
                weight, sure = weight + EXACT, sure + EXACT
            elif (tool := find(guess.label)) is not None and tool.effect == "write" and _lacks(tool, clause.tagged):
                weight -= 0.15
        elif guess.label == "none" and len(clause.guesses) > 1:
            laid = align("none", clause.tagged.tokens)
            weight += EXACT if laid is not None and laid.exact else UNSAID  # "dad spent 40 on beer"
        if weight > best[0]:
            best = (weight, guess.label, max(guess.confidence, min(sure, 0.99) - 0.2))
    return best[1], best[2]


def _lacks(tool: Tool, tagged: Tagged) -> bool:
    return "amount" in tool.ask and "amount" not in tool.any_of and not tagged.of("amount")


def _coordinated(step: Understood) -> list[Understood]:
    """ "put ring the glazier and sharpen the secateurs on my list" asks for two tasks."""
    title = step.arguments.get(step.tool.each)
    if not isinstance(title, str):
        return [step]
    for joint in (" and ", ", and ", ", "):
        parts = [part.strip() for part in title.split(joint)]
        if 2 <= len(parts) <= 4 and all(_starts_with_verb(part) for part in parts):
            return [
                Understood(
                    step.tool,
                    {**step.arguments, step.tool.each: part},
                    step.confidence,
                    step.missing,
                    step.text,
                    step.tagged,
                )
                for part in parts
            ]
    return [step]


_POINTERS = {"", "it", "that", "this", "them", "that one", "it off", "that off", "this off"}


def _point_back(step: Understood, before: Clause) -> None:
    """ "leave form's handed in, tick it off": what is pointed at stands in the clause before."""
    for slot in refs(step.tool.arguments):
        if slot in step.tool.ask and plain(str(step.arguments.get(slot, ""))) in _POINTERS:
            step.arguments[slot] = before.tagged.text.strip(" .,!?;:")
            step.missing = step.tool.missing(step.arguments)


def _starts_with_verb(text: str) -> bool:
    """Whether a text starts with a word that things to do start with in the phrasing files."""
    from .verbs import verbs

    words = plain(text).split()
    return len(words) > 1 and words[0] in verbs()


def _share_days(steps: list[Understood]) -> None:
    """A day said once for several like steps ("… and six pounds at the greengrocer this morning") counts for all."""
    for before, after in pairwise(steps):
        if before.tool is after.tool and "on" in after.arguments and "on" not in before.arguments:
            before.arguments["on"] = after.arguments["on"]


def _lean_on_before(steps: list[Understood]) -> None:
    """ "… and remind me the evening before at six": of what, and before what, stands in the step before."""
    for before, after in pairwise(steps):
        if "title" in after.missing and isinstance(before.arguments.get("title"), str):
            after.arguments["title"] = before.arguments["title"]
        start = next((before.arguments[name] for name in ("start", "at", "due") if name in before.arguments), None)
        offsets = after.tagged.of("offset") if after.tagged else []
        main = "at" if "at" in after.tool.arguments.model_fields else ""
        if offsets and main and main not in after.arguments and isinstance(start, str) and after.tagged is not None:
            moment = datetime.fromisoformat(start)
            if moment.tzinfo is None and after.tagged.now is not None:
                moment = moment.replace(hour=9, tzinfo=after.tagged.now.tzinfo)
            after.arguments[main] = counted(offsets[0].value, moment).isoformat()
        after.missing = after.tool.missing(after.arguments)


def as_json(found: Understanding) -> dict[str, Any]:
    """Return what `manage.py understand` prints."""
    missing = [name for step in found.steps for name in step.missing]
    complete = [step for step in found.steps if not step.missing]
    dates = [
        {
            "text": span.text,
            "start": span.value.isoformat(),
            "end": span.until.isoformat() if span.until else None,
            "grain": span.grain,
        }
        for span in found.tagged.times
    ]
    money = [{"text": token.text, **money_json(token.value)} for token in found.tagged.of("amount", "price")]
    return {
        "text": found.text,
        "steps": [
            {
                "tool": step.tool.name,
                "effect": step.tool.effect,
                "risk": step.tool.risk.value,
                "arguments": step.arguments,
                "confidence": round(step.confidence, 3),
            }
            for step in found.steps
            if not step.missing or step.tool.effect == "read"
        ],
        "missing": missing,
        "mutates": any(step.tool.effect == "write" for step in complete),
        "dates": dates,
        "money": money,
    }

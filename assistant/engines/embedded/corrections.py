"""Words that lean on what was just done: corrections, repetitions, and which thing is meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.apps import apps

from assistant.dialogue import Mind, Recent
from pam.tools.registry import Tool, find, tools
from pam.tools.resolve import refs

from .fill import ALIASES, fields_of, fill
from .language import plain
from .tagging import Tagged
from .understanding import Understood

_OPENERS = re.compile(
    r"^(?:\W|oh|ah|um+|uh|hm+|ok(?:ay)?|and|but|well|hey|pam|so(?!rry))*+"
    r"(?:no+|nah|nope|wait|hang on|hold on|sorry|actually|i meant?|oops|whoops|my bad|correction|scratch that|make (?:it|that)|"
    r"it was|that was|thats|it should|that should|should (?:be|have been|ve been)|shouldve been|change (?:it|that)|put it back|not \S{1,60} but)\b"
)
_LEANS = re.compile(
    r"\b(?:make (?:it|that)|it was|that was|was actually|should be|shouldve been|should have been|i meant?|instead of|not \S{1,60}$|"
    r"change (?:it|that)|put (?:it|that) back|move (?:it|that)|push (?:it|that)|bring (?:it|that)|rather than)\b"
)
_AGAIN = re.compile(
    r"^(?:\W|and|ok(?:ay)?|oh|um+|yep|yeah)*+(?:the )?(?:same (?:again|thing|as (?:before|last time|yesterday))|same again|again|ditto|repeat that|another (?:one|of those)|one more)\b"
)
_POINTS = re.compile(
    r"^(?:(?:the|that|this|my|it|them|those) ?)?(?:it|that|this|one|that one|this one|thing|last one|last|last thing|them|entry|expense|transaction|"
    r"reminder|task|event|appointment|fill|trip|post|income|transfer|booking|purchase|payment)?$"
)
_OTHER = re.compile(r"\b(?:the )?other (?:one|task|event|reminder|expense)?\b|^the other$")
_LITTLE = {
    "the",
    "a",
    "an",
    "my",
    "our",
    "that",
    "this",
    "it",
    "one",
    "thing",
    "for",
    "at",
    "on",
    "in",
    "of",
    "to",
    "and",
    "was",
    "is",
    "its",
    "be",
    "make",
    "no",
    "nah",
    "sorry",
    "actually",
    "wait",
    "i",
    "meant",
    "not",
    "from",
    "with",
    "me",
    "please",
    "up",
    "out",
    "again",
    "already",
    "change",
    "move",
    "set",
    "put",
    "back",
    "bin",
    "scrap",
    "delete",
    "remove",
    "cancel",
    "task",
    "reminder",
    "event",
    "fill",
    "expense",
    "transaction",
    "item",
    "list",
    "off",
}


def is_correction(text: str, tagged: Tagged, mind: Mind) -> bool:
    """Whether the words change what was just done rather than ask for something new."""
    words = plain(text)
    if not mind.recent or not tagged.of(
        "amount", "when", "litres", "odometer", "distance", "price", "offset", "account", "category"
    ):
        return False
    if _OPENERS.search(words):
        return True
    return _LEANS.search(words) is not None and len(tagged.words) <= 12


def is_repetition(text: str, mind: Mind) -> bool:
    """Whether the words ask for the last thing once more."""
    return bool(mind.recent) and _AGAIN.search(plain(text)) is not None


def edit_tool_of(model: str, prefix: str = "edit_") -> tuple[Tool, str] | None:
    """Return the tool that changes (or deletes) rows of a model, and the argument that names the row."""
    for tool in tools():
        if not tool.name.split(".")[1].startswith(prefix):
            continue
        for slot, ref in refs(tool.arguments).items():
            if ref.model.lower() == model and slot in tool.ask:
                return tool, slot
    return None


def correct(tagged: Tagged, mind: Mind) -> tuple[Tool, dict[str, Any]] | None:
    """Return the edit that a correction asks for: of the thing it names, else of the newest that has such values."""
    for recent in _candidates(tagged, mind):
        for row in recent.rows:
            if row["verb"] == "deleted" or not _exists(row["model"], row["row"]):
                continue
            found = edit_tool_of(row["model"])
            if found is None:
                continue
            tool, slot = found
            given = _values_only(tool, slot, tagged)
            if given:
                return tool, {**given, slot: row["row"]}
    return None


def _values_only(tool: Tool, slot: str, tagged: Tagged) -> dict[str, Any]:
    """Return the recognised values that the tool takes; free words of a correction are why, not what."""
    given = fill(tool, tagged)
    kinds = fields_of(tool)
    return {
        name: value
        for name, value in given.items()
        if name != slot and (kinds[name] not in {"text", "ref", "bool"} or name in {t.kind for t in tagged.tokens})
    }


def _candidates(tagged: Tagged, mind: Mind) -> Sequence[Recent]:
    """Return what was done lately, what the words name first."""
    said = {token.word for token in tagged.words} - _LITTLE
    scored = [(len(said & _words_of(recent)), -age, recent) for age, recent in enumerate(mind.recent)]
    scored.sort(key=lambda item: item[:2], reverse=True)
    return [recent for _, _, recent in scored]


def _words_of(recent: Recent) -> set[str]:
    told = " ".join(
        [*(str(v) for v in recent.arguments.values() if isinstance(v, str)), *(row["name"] for row in recent.rows)]
    )
    kind = " ".join(f"{row['what']} {row['model'].split('.')[1]}" for row in recent.rows)
    return set(re.findall(r"[a-z0-9]+", plain(f"{told} {kind}"))) - _LITTLE


def repeat(tagged: Tagged, mind: Mind) -> tuple[Tool, dict[str, Any]] | None:
    """Return the last thing done, with what the words change of it."""
    for recent in mind.recent:
        tool = find(recent.tool)
        name = recent.tool.split(".")[1]
        if tool is None or name.startswith(("edit_", "delete_", "complete_")):
            continue
        kinds = fields_of(tool)
        changed = {
            name: value for name, value in fill(tool, tagged).items() if kinds[name] not in {"text", "ref", "bool"}
        }
        kept = {name: value for name, value in recent.arguments.items() if kinds.get(name) != "day" or name != "on"}
        return tool, {**kept, **_corrected(recent, kinds, mind), **changed}
    return None


def _corrected(recent: Recent, kinds: dict[str, str], mind: Mind) -> dict[str, Any]:
    """Return what later edits made of the arguments that something was done with."""
    rows = {row["row"] for row in recent.rows}
    found: dict[str, Any] = {}
    for later in reversed(mind.recent[: mind.recent.index(recent)]):  # the oldest first
        if not later.tool.split(".")[1].startswith("edit_") or not rows & {row["row"] for row in later.rows}:
            continue
        for name in kinds:
            said = next((slot for slot in ALIASES.get(name, (name,)) if slot in later.arguments), None)
            if said is not None and name != "on":
                found[name] = later.arguments[said]
    return found


_DELETES = re.compile(
    r"\b(?:delete|scrap|remove|bin|cancel|drop|erase|ditch|lose|clear|get rid of|take (?:that|it|the .{1,40}) (?:out|off|away))\b"
)


def delete_recent(said: str, tagged: Tagged, mind: Mind) -> tuple[Tool, dict[str, Any]] | None:
    """Return the deletion of something just done that the words name or point at ("nah delete that second set")."""
    words = plain(said)
    found = _DELETES.search(words)
    if found is None:
        return None
    named = {token.word for token in tagged.words} - _LITTLE
    points = re.search(r"\b(?:that|this|it)\b", words[found.start() :]) is not None
    for recent in _candidates(tagged, mind):
        if not (named & _words_of(recent) or points):
            return None
        for row in recent.rows:
            tool = edit_tool_of(row["model"], "delete_")
            if tool is not None and row["verb"] != "deleted" and _exists(row["model"], row["row"]):
                return tool[0], {tool[1]: row["row"]}
    return None


_GOES_ON = re.compile(r"^(?:\W|um+|uh|oh|ok(?:ay)?)*+(?:and|plus|also|then)\b")
_SPENT = re.compile(r"\b(?:spent|spend|paid|pay|bought|cost|costs|got|earned|received|came in)\b")


def go_on(step: Understood, said: str, mind: Mind) -> None:
    """ "and 217.45 for the pub gig" after an income is one more of them: without a verb of its own it goes on alike."""
    words = plain(said)
    last = mind.recent[0].tool if mind.recent else ""
    if not last or step.tool.counterpart != last or not _GOES_ON.search(words) or _SPENT.search(words):
        return
    tool = find(last)
    if tool is None or step.tagged is None:
        return
    step.tool, step.arguments = tool, fill(tool, step.tagged)
    step.missing = tool.missing(step.arguments)


def refer(tool: Tool, arguments: dict[str, Any], text: str, mind: Mind) -> dict[str, Any]:
    """Put the row that is meant where the words only point ("it", "that one", "the other one") or name something recent."""
    given = dict(arguments)
    for slot, ref in refs(tool.arguments).items():
        said = given.get(slot)
        if slot not in tool.ask and (slot != tool.about or said):
            continue
        words = plain(str(said)) if said else ""
        row = _meant(ref.model.lower(), words, plain(text), mind)
        if row is not None:
            given[slot] = row
    return given


def _meant(model: str, words: str, text: str, mind: Mind) -> str | None:
    rows: list[tuple[str, set[str]]] = []
    touched: list[str] = []
    for recent in mind.recent:
        for row in recent.rows:
            if row["model"] == model and row["verb"] != "deleted":
                touched.append(row["row"])
                if row["row"] not in {known for known, _ in rows} and _exists(model, row["row"]):
                    rows.append((row["row"], _words_of(recent)))
    if not rows:
        return None
    if _OTHER.search(words) or (not words and _OTHER.search(text)):
        others = [row for row, _ in rows if row != touched[0]]
        return others[0] if others else None
    said = set(re.findall(r"[a-z0-9]+", words)) - _LITTLE
    if not said or _POINTS.match(words):
        return rows[0][0]
    best = max(rows, key=lambda item: len(said & item[1]))
    if said & best[1]:
        return best[0]
    # "that second set": pointing words with others of their own mean the newest.
    return (
        rows[0][0]
        if re.match(r"^(?:that|this)\b", words) or re.search(r"\b(?:delete|scrap|remove|bin) (?:that|this|it)\b", text)
        else None
    )


def _exists(model: str, row: str) -> bool:
    found: Any = apps.get_model(model)
    return bool(found.objects.filter(pk=row).exists())

"""The embedded engine: everyday English into steps, with what the conversation has in mind."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from itertools import zip_longest
from typing import Any

from django.utils import timezone

from assistant.dialogue import Mind, Open, mind_of
from assistant.engines.base import Answer, Call
from assistant.models import Turn
from pam.access import current_user
from pam.tools.names import own_names
from pam.tools.registry import Tool, find
from pam.tools.resolve import question as asking

from . import corrections
from .align import FILLERS, LITTLE, align
from .fill import fields_of, fill
from .grammar.names import NamedThing
from .language import language, plain
from .offsets import resolve_offset
from .tagging import Tagged, tag_text
from .understanding import Understanding, Understood, understand

# Each takes what it finds first and never goes back (++), so what is longer stands before what it begins with.
YES = re.compile(
    r"^(?:\W|yes|yep|yeah|yup|ok(?:ay)?|sure|please|go ahead|do it|do that|approve(?:d)?|confirm(?:ed)?|looks good|sounds good|"
    r"thats (?:right|fine|good)|right|correct|absolutely|go for it|all good|post it|send it|and|then|pam|lets|make it so|fine)++$"
)
NO = re.compile(
    r"^(?:\W|not now|nope|no+|nah|dont|do not|cancel|decline|leave it|forget (?:it|that)|never ?mind|nvm|stop|"
    r"scrap (?:that|it)|actually|oh|wait|please|that|it|post|send|do|drop|bother)++$"
)
LEAVE_TALK = re.compile(
    r"^(?:\W|thank you|thanks?|ta|cheers|dear|mate|lovely|love|legend|great|perfect|so much|very|kindly|pam|a lot|heaps|again|brilliant|awesome|nice one)++$"
)
NOT_FOR_PAM = (
    "That is nothing PAM can do. It keeps money, vehicles and trips, tasks, calendar and reminders, and groups: "
    "for example “spent 18.40 on lunch” or “what's on today”. Nothing has changed."
)


LONGEST = 1_500  # characters: what takes longer to read than to say is asked for in pieces
TOO_LONG = (
    f"That is more than can be understood at once. Say it in pieces of up to {LONGEST:,} characters, or put long texts in "
    "by hand on their page. Nothing has changed."
)


class EmbeddedEngine:
    """Understands on this server, without a model elsewhere."""

    name = "embedded"

    def answer(self, turn: Turn, number: int, say: Callable[[str], None], stopped: Callable[[], bool]) -> Answer:
        """Return the one round's answer."""
        if len(turn.said) > LONGEST:
            return Answer(text=TOO_LONG)
        user = current_user()
        now = timezone.now().astimezone(user.zone)
        names = [NamedThing(kind, name, name, ()) for kind, name in own_names()]
        mind = mind_of(turn.thread)
        day_first = not user.locale.endswith("US")
        found = understand(turn.said, now, names, week_start=user.week_start, day_first=day_first)
        attempts = (self._plain_answer, self._answer_to_question, self._correction, self._repetition, self._deletion)
        for attempt in attempts:
            answer = attempt(turn.said, found, mind, now)
            if answer is not None:
                return answer
        return self._commands(turn.said, found, mind, now)

    def _plain_answer(self, said: str, found: Understanding, mind: Mind, now: datetime) -> Answer | None:
        """Yes or no to what waits."""
        words = plain(said).strip()
        if len(words) > 60 or not words:
            return None
        if mind.waiting_plan is not None and YES.match(words):
            return Answer([Call("assistant.confirm", {})])
        if (mind.waiting_plan is not None or mind.open is not None) and NO.match(words):
            return Answer([Call("assistant.decline", {})])
        if LEAVE_TALK.match(words) and not mind.open:
            return Answer(text="Any time.")
        return None

    def _answer_to_question(self, said: str, found: Understanding, mind: Mind, now: datetime) -> Answer | None:
        """What was asked for, put into the step that waits for it."""
        if mind.open is None:
            return None
        tool = find(mind.open.tool)
        if tool is None:
            return None
        for option, row in zip_longest(mind.open.options, mind.open.rows):
            if plain(option) == plain(said):
                return self._call_or_ask(tool, {**mind.open.arguments, mind.open.slot: row or option})
        # A whole request of its own is no answer, unless it is the same one said again with more.
        other = next((step for step in found.steps if step.tool.name != tool.name and self._whole(step, mind)), None)
        sure = other is not None and (other.tool.effect == "read" or other.confidence >= 0.55)
        if other is not None and sure and (not _short(found.tagged) or _says_all(other)):
            return None
        # Nor is what PAM does not do yet ("add my phone bill, 60 a month"), where a figure or a day is asked for.
        if not found.steps and found.talk in language().say_instead and fields_of(tool).get(mind.open.slot) != "text":
            return None
        given = self._given_for(tool, mind.open, said, found, now)
        if not given:
            return None
        arguments = {**mind.open.arguments, **given}
        return self._call_or_ask(tool, arguments)

    def _whole(self, step: Understood, mind: Mind) -> bool:
        """Whether a step needs nothing more, with what the conversation has in mind."""
        return not step.tool.missing(corrections.refer(step.tool, step.arguments, step.text, mind))

    def _given_for(self, tool: Tool, asked: Open, said: str, found: Understanding, now: datetime) -> dict[str, Any]:
        kinds = fields_of(tool)
        prefer = "past" if tool.past else "none"
        names = [NamedThing(kind, name, name, ()) for kind, name in own_names()]
        tagged = tag_text(said, now, names, prefer=prefer)
        same = next((step for step in found.steps if step.tool.name == tool.name), None)
        filled = same.arguments if same is not None else fill(tool, tagged)
        given = {name: value for name, value in filled.items() if kinds[name] not in {"text", "ref", "bool"}}
        for name in kinds:
            if name in {token.kind for token in tagged.tokens} and name in filled:
                given[name] = filled[name]
        slot = asked.slot
        if kinds.get(slot) in {"text", "ref"} and slot not in given:
            option = next((o for o in asked.options if plain(o) in plain(said)), None)
            text = option or (str(filled[slot]) if same is not None and slot in filled else _bare(said))
            if text:
                given[slot] = text
        elif same is not None:
            given = {**{k: v for k, v in filled.items() if k not in asked.arguments}, **given}
        return given

    def _correction(self, said: str, found: Understanding, mind: Mind, now: datetime) -> Answer | None:
        if not corrections.is_correction(said, found.tagged, mind):
            return None
        # "actually, remind me at 5 to …" opens like a correction but asks for something new.
        new = next((step for step in found.steps if not _changes(step.tool) and not step.missing), None)
        if (
            new is not None
            and new.confidence >= 0.6
            and any(kind == "text" and name in new.arguments for name, kind in fields_of(new.tool).items())
        ):
            names = {token.word for token in found.tagged.words}
            if not names & {"it", "that", "make", "was", "meant"} or new.tool.effect == "read":
                return None
        last = find(mind.recent[0].tool)
        prefer = "past" if last is not None and last.past else "none"
        names_known = [NamedThing(kind, name, name, ()) for kind, name in own_names()]
        tagged = tag_text(said, now, names_known, prefer=prefer)
        asked = corrections.correct(tagged, mind)
        if asked is None:
            return None
        tool, arguments = asked
        return Answer([Call(tool.name, self._offset(tool, arguments, tagged, mind))])

    def _repetition(self, said: str, found: Understanding, mind: Mind, now: datetime) -> Answer | None:
        if not corrections.is_repetition(said, mind):
            return None
        asked = corrections.repeat(found.tagged, mind)
        return Answer([Call(asked[0].name, asked[1])]) if asked else None

    def _deletion(self, said: str, found: Understanding, mind: Mind, now: datetime) -> Answer | None:
        """What was just done and is to go again, where the words alone fit no tool, or one whose rows they don't mean."""
        steps = found.steps
        if len(steps) > 1 or (steps and not steps[0].tool.name.split(".")[1].startswith("delete_")):
            return None
        if steps and corrections.refer(steps[0].tool, steps[0].arguments, steps[0].text, mind) != steps[0].arguments:
            return None
        asked = corrections.delete_recent(said, found.tagged, mind)
        return Answer([Call(asked[0].name, asked[1])]) if asked else None

    def _commands(self, said: str, found: Understanding, mind: Mind, now: datetime) -> Answer:
        calls: list[Call] = []
        question: dict[str, Any] | None = None
        if found.steps:
            corrections.go_on(found.steps[0], said, mind)
        for step in found.steps:
            arguments = corrections.refer(step.tool, step.arguments, step.text, mind)
            arguments = self._offset(step.tool, arguments, step.tagged or found.tagged, mind)
            if step.tool.name in {"assistant.undo", "assistant.redo"}:
                arguments = _undo_words(arguments)
            missing = step.tool.missing(arguments)
            if missing and question is None:
                question = _question(step.tool, arguments, missing[0])
            elif not missing:
                calls.append(Call(step.tool.name, arguments))
        if calls or question:
            return Answer(calls, question=question)
        return Answer(text=language().say_instead.get(found.talk, NOT_FOR_PAM))

    def _offset(self, tool: Tool, arguments: dict[str, Any], tagged: Tagged, mind: Mind) -> dict[str, Any]:
        """ "half an hour before" and "the day after, same time" count from what was just spoken of."""
        return resolve_offset(tool, arguments, tagged, mind)

    def _call_or_ask(self, tool: Tool, arguments: dict[str, Any]) -> Answer:
        missing = tool.missing(arguments)
        if not missing:
            return Answer([Call(tool.name, arguments)])
        return Answer(question=_question(tool, arguments, missing[0]))


def _question(tool: Tool, arguments: dict[str, Any], slot: str) -> dict[str, Any]:
    ask = asking(tool, slot)
    return {
        "tool": tool.name, "arguments": arguments, "slot": slot,
        "question": ask.question, "options": ask.options, "rows": ask.rows,
    }  # fmt: skip


def _changes(tool: Tool) -> bool:
    return tool.name.split(".")[1].startswith(("edit_", "delete_"))


def _short(tagged: Tagged) -> bool:
    """Whether the words are hardly more than values: what answers a question rather than asks for something new."""
    return len([token for token in tagged.words if token.word not in LITTLE | FILLERS]) <= 1


def _says_all(step: Understood) -> bool:
    """Whether the words are a request to the last of them: "moved 300 from Everyday to Savings" answers nothing."""
    if step.tagged is None or _changes(step.tool) or step.tool.domain == "assistant":
        return False
    laid = align(step.tool.name, step.tagged.tokens)
    return laid is not None and laid.exact


_LEAD = re.compile(
    r"^(?:\W|(?:it was|its|it is|for|on|to|the|a|an|um{1,9}|uh|oh|ok(?:ay)?|from|at|that was|thats)\b)++", re.IGNORECASE
)


def _bare(said: str) -> str:
    """Return an answer's words without what only introduces them."""
    text = _LEAD.sub("", said.strip()).strip(" .,!?")
    return text or said.strip(" .,!?")


_POINTING = {
    "that",
    "it",
    "this",
    "the last one",
    "last",
    "the one before",
    "one before",
    "the last thing",
    "everything",
    "last thing",
    "that one",
    "the previous one",
}


def _undo_words(arguments: dict[str, Any]) -> dict[str, Any]:
    said = plain(str(arguments.get("transaction") or "")).strip()
    words = set(said.split()) - {
        "the",
        "that",
        "it",
        "this",
        "one",
        "before",
        "too",
        "last",
        "thing",
        "previous",
        "please",
        "again",
        "and",
        "just",
        "then",
        "there",
        "back",
    }
    return {"transaction": str(arguments["transaction"])} if words and said not in _POINTING else {}

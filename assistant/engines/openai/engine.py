"""The engine for any OpenAI-compatible endpoint: streaming, tool calls, the rules of the house unchanged.

What tools return and what was stored is given to the model as data. What it says of its own doing is not believed:
where nothing was done, a sentence that claims so is not passed on.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone

from assistant.engines.base import Answer, Call, EngineFailed
from assistant.models import Round, Turn
from pam.access import current_user
from pam.ops import metrics
from pam.tools.registry import tools

from .claims import Speech
from .messages import messages_of
from .stream import chunks

# Saying yes is the person's own act; a model never approves what it proposed.
NOT_FOR_A_MODEL = frozenset({"assistant.confirm", "assistant.decline", "assistant.help", "assistant.greeting"})


CAP_REACHED = "Today's allowance for the language model is used up, so this was understood on this server."


def spoken(name: str) -> str:
    """Return a tool's name as the wire format allows it."""
    return name.replace(".", "__")


def unspoken(name: str) -> str:
    """Return PAM's name of a tool."""
    return name.replace("__", ".", 1)


def offered() -> list[dict[str, Any]]:
    """Return the tools in the wire format."""
    return [
        {
            "type": "function",
            "function": {
                "name": spoken(tool.name),
                "description": tool.description,
                "parameters": tool.schema(),
            },
        }
        for tool in tools()
        if tool.name not in NOT_FOR_A_MODEL
    ]


class OpenAIEngine:
    """Asks a model at `OPENAI_BASE_URL`."""

    name = "openai"

    def answer(self, turn: Turn, number: int, say: Callable[[str], None], stopped: Callable[[], bool]) -> Answer:
        """Return one round's answer; raises EngineFailed where the endpoint is down, slow, over the cap or unreadable."""
        self._check_cap()
        wrote = any(action.lines for action in turn.actions.only("id", "owner_id", "lines"))
        speech = Speech(say, silent=wrote)
        request = {
            "model": settings.OPENAI_MODEL,
            "messages": messages_of(turn, number),
            "tools": offered(),
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        pieces: dict[int, dict[str, str]] = {}
        used = 0
        finished = False
        for chunk in chunks(request, stopped):
            if chunk.usage is not None:
                used = chunk.usage.total_tokens
                metrics.tokens.labels("prompt").inc(chunk.usage.prompt_tokens)
                metrics.tokens.labels("completion").inc(chunk.usage.completion_tokens)
            for choice in chunk.choices:
                finished = finished or choice.finish_reason is not None
                if choice.delta.content:
                    speech.hear(choice.delta.content)
                for part in choice.delta.tool_calls or []:
                    piece = pieces.setdefault(part.index, {"id": "", "name": "", "arguments": ""})
                    piece["id"] += part.id or ""
                    if part.function is not None:
                        piece["name"] += part.function.name or ""
                        piece["arguments"] += part.function.arguments or ""
        if not finished and not stopped():
            raise EngineFailed("the answer broke off")
        # An answer that was stopped is half of one: what it would have called is not known.
        calls = [_call(pieces[index]) for index in sorted(pieces)] if finished else []
        tokens = used or _estimated(request, speech.heard, pieces)
        return Answer(calls, speech.end(), more=bool(calls), tokens=tokens)

    def _check_cap(self) -> None:
        cap = settings.OPENAI_DAILY_TOKEN_CAP
        if not cap:
            return
        today = timezone.now().astimezone(current_user().zone).replace(hour=0, minute=0, second=0, microsecond=0)
        used = Round.objects.filter(created_at__gte=today).aggregate(total=Sum("tokens"))["total"] or 0
        if used >= cap:
            raise EngineFailed("the daily cap of tokens is reached", CAP_REACHED)


def _call(piece: dict[str, str]) -> Call:
    """Return the call of collected pieces; raises EngineFailed where the model wrote no JSON object."""
    try:
        arguments = json.loads(piece["arguments"] or "{}")
    except (ValueError, RecursionError) as problem:
        raise EngineFailed("the arguments are no JSON") from problem
    if not isinstance(arguments, dict):
        raise EngineFailed("the arguments are no JSON object")
    name = unspoken(piece["name"])[:80]
    if name in NOT_FOR_A_MODEL:  # was not offered: answered as a tool that does not exist
        name = f"{name}.not_offered"
    return Call(name, {key: value for key, value in arguments.items() if value is not None}, reference=piece["id"])


def _estimated(request: dict[str, Any], heard: int, pieces: dict[int, dict[str, str]]) -> int:
    """Return about how many tokens an answer took whose endpoint did not count them: four characters each."""
    asked = len(json.dumps([request["messages"], request["tools"]], ensure_ascii=False))
    return (asked + heard + sum(len(piece["arguments"]) for piece in pieces.values())) // 4

"""The engine for any OpenAI-compatible endpoint: streaming, tool calls, the rules of the house unchanged.

What tools return and what was stored is given to the model as data. What it says of its own doing is not believed:
where nothing was done, a sentence that claims so is not passed on.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import openai
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

# Saying yes is the person's own act; a model never approves what it proposed.
NOT_FOR_A_MODEL = frozenset({"assistant.confirm", "assistant.decline", "assistant.help", "assistant.greeting"})


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
            "function": {"name": spoken(tool.name), "description": tool.description, "parameters": tool.schema()},
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
        client = openai.OpenAI(
            api_key=settings.OPENAI_API_KEY or "none",
            base_url=settings.OPENAI_BASE_URL or None,
            timeout=settings.OPENAI_TIMEOUT_SECONDS,
            max_retries=0,  # a model is never asked twice for one round
        )
        wrote = turn.actions.exclude(lines=[]).exists()
        speech = Speech(say, silent=wrote)
        try:
            return self._stream(client, turn, number, speech, stopped)
        except (openai.OpenAIError, ValueError, OSError) as problem:
            raise EngineFailed(type(problem).__name__) from problem
        finally:
            client.close()

    def _stream(
        self, client: openai.OpenAI, turn: Turn, number: int, speech: Speech, stopped: Callable[[], bool]
    ) -> Answer:
        chunks = client.chat.completions.create(
            model=settings.OPENAI_MODEL,
            messages=messages_of(turn, number),  # type: ignore[arg-type]
            tools=offered(),  # type: ignore[arg-type]
            stream=True,
            stream_options={"include_usage": True},
        )
        pieces: dict[int, dict[str, str]] = {}
        used = 0
        finished = False
        for chunk in chunks:
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
            if stopped():
                break
        if not finished and not stopped():
            raise EngineFailed("the answer broke off")
        calls = [_call(pieces[index]) for index in sorted(pieces)]
        return Answer(calls, speech.end(), more=bool(calls), tokens=used)

    def _check_cap(self) -> None:
        cap = settings.OPENAI_DAILY_TOKEN_CAP
        if not cap:
            return
        today = timezone.now().astimezone(current_user().zone).replace(hour=0, minute=0, second=0, microsecond=0)
        used = Round.objects.filter(created_at__gte=today).aggregate(total=Sum("tokens"))["total"] or 0
        if used >= cap:
            raise EngineFailed("the daily cap of tokens is reached")


def _call(piece: dict[str, str]) -> Call:
    """Return the call of collected pieces; raises ValueError where the model wrote no JSON object."""
    arguments = json.loads(piece["arguments"] or "{}")
    if not isinstance(arguments, dict):
        raise ValueError("the arguments are no JSON object")
    name = unspoken(piece["name"])
    if name in NOT_FOR_A_MODEL:  # was not offered: answered as a tool that does not exist
        name = f"{name}.not_offered"
    return Call(name, {key: value for key, value in arguments.items() if value is not None}, reference=piece["id"])

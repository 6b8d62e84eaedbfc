"""Times that count from something known: "half an hour before", "two days before", "the day after, same time"."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError

from assistant.dialogue import Mind
from pam.access import current_user
from pam.tools.registry import Tool

from .fill import fields_of
from .tagging import Tagged, counted

_MOMENTS = ("start", "at", "due", "date")


def resolve_offset(tool: Tool, arguments: dict[str, Any], tagged: Tagged, mind: Mind) -> dict[str, Any]:
    """Fill the tool's first day or moment from an offset in the words, counted from what was spoken of last."""
    offsets = tagged.of("offset")
    kinds = fields_of(tool)
    main = next((name for name, kind in kinds.items() if kind in {"day", "moment"}), None)
    if main is None:
        return arguments
    known = _known(tool, arguments, mind)
    if known is None:
        return arguments
    given = dict(arguments)
    if offsets and main not in given:
        moment = counted(offsets[0].value, known)
        given[main] = moment.date().isoformat() if kinds[main] == "day" else moment.isoformat()
    elif main in given and kinds[main] == "moment" and _changes(tool):
        given[main] = _completed(given[main], known, tagged)
        given.pop("all_day", None)
    return given


def _changes(tool: Tool) -> bool:
    return tool.name.split(".")[1].startswith("edit_")


def _completed(value: str, known: dt.datetime, tagged: Tagged) -> str:
    """A new day keeps the time of day, a new time keeps the day."""
    spans = [token.value for token in tagged.of("when")]
    has_date = any(span.has_date for span in spans)
    has_time = any(span.has_time or span.part for span in spans)
    moment = dt.datetime.fromisoformat(value)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=known.tzinfo)
    if not has_time:
        moment = dt.datetime.combine(moment.date(), known.timetz().replace(tzinfo=None), known.tzinfo)
    if any(span.ambiguous_hour for span in spans) and not any(span.part for span in spans):
        # "make it 8:25" of something at 7:25 am stays in the morning.
        other = moment + dt.timedelta(hours=12 if moment.hour < 12 else -12)
        clock = [abs((m.hour * 60 + m.minute) - (known.hour * 60 + known.minute)) for m in (moment, other)]
        moment = moment if clock[0] <= clock[1] else other
    if not has_date:
        moment = dt.datetime.combine(known.date(), moment.timetz().replace(tzinfo=None), known.tzinfo)
    return moment.isoformat()


def _known(tool: Tool, arguments: dict[str, Any], mind: Mind) -> dt.datetime | None:
    """Return the moment of the row that the arguments name, else of the newest row that has one."""
    from pam.tools.resolve import refs

    for slot, ref in refs(tool.arguments).items():
        value = arguments.get(slot)
        if isinstance(value, str) and slot in tool.ask:
            found = _moment_of(ref.model, value)
            if found is not None:
                return found
    for recent in mind.recent:
        for row in recent.rows:
            found = _moment_of(row["model"], row["row"])
            if found is not None:
                return found
    return None


def _moment_of(model: str, pk: str) -> dt.datetime | None:
    found: Any = apps.get_model(model)
    try:
        row = found.objects.filter(pk=pk).first()
    except (ValueError, ValidationError):  # words, not an id
        return None
    zone = current_user().zone
    for name in _MOMENTS:
        value = getattr(row, name, None)
        if isinstance(value, dt.datetime):
            return value.astimezone(zone)
        if isinstance(value, dt.date):
            return dt.datetime.combine(value, dt.time(9), zone)
    return None

"""Filling a tool's arguments from a clause: recognised values by their types, free words by alignment."""

from __future__ import annotations

import datetime as dt
import re
import typing
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from pam.tools.arguments import MoneyAsked, Period, QuantityAsked, RefTo
from pam.tools.registry import Tool
from pam.tools.resolve import refs

from .align import EMPTY, FILLERS, LITTLE, Alignment, align, usual_words
from .language import plain
from .tagging import Tagged, Token

# Which slots of the phrasings may fill an argument of another name.
ALIASES: dict[str, tuple[str, ...]] = {
    "what": ("what", "title", "source", "category", "payee", "vehicle"),
    "payee": ("payee", "station"),
    "source": ("source", "payee", "what"),
    "title": ("title", "what", "name"),
    "place": ("place",),
    "destination": ("place", "name"),
    "name": ("name", "place", "title", "vehicle"),
    "text": ("text", "title"),
    "post": ("post",),
    "memory": ("fact",),
    "provider": ("station", "payee"),
    "account": ("account",),
    "category": ("category",),
    "period_of": ("period",),
}
VERBATIM = {"text", "fact"}  # what others read, or what is kept: word for word
DEFAULT_TIMES = {"at": dt.time(9, 0)}


def kind_of(annotation: Any) -> str:
    """Return what an argument takes: money, quantity, period, moment, day, ref, int, bool or text."""
    for part in _parts(annotation):
        if part is MoneyAsked:
            return "money"
        if part is QuantityAsked:
            return "quantity"
        if part is Period:
            return "period"
        if part is dt.datetime:
            return "moment"
        if part is dt.date:
            return "day"
        if isinstance(part, RefTo):
            return "ref"
        if part is bool:
            return "bool"
        if part is int:
            return "int"
    return "text"


def _parts(annotation: Any) -> list[Any]:
    found = [annotation, *getattr(annotation, "__metadata__", ())]
    for part in typing.get_args(annotation):
        found += _parts(part)
    return found


def fields_of(tool: Tool) -> dict[str, str]:
    """Return {argument: what it takes}."""
    names = refs(tool.arguments)
    return {
        name: "ref"
        if name in names
        else kind_of(typing.Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation)
        for name, field in tool.arguments.model_fields.items()
    }


def fill(tool: Tool, tagged: Tagged, *, aligned: Alignment | None = None) -> dict[str, Any]:
    """Return the arguments that a clause gives a tool, as JSON values, resolved but not converted."""
    aligned = aligned or align(tool.name, tagged.tokens)
    slots = dict(aligned.slots) if aligned else {}
    usual = usual_words(tool.name) if any(kind == "text" for kind in fields_of(tool).values()) else frozenset()
    given: dict[str, Any] = {}
    fields = fields_of(tool)
    _fill_values(fields, tagged, given)
    _fill_times(fields, tagged, given, slots)
    taken: set[Token] = set()  # a stretch of words fills one argument alone
    for name in sorted(fields, key=lambda name: name not in tool.ask):  # what is needed goes first
        if name in given or fields[name] not in {"text", "ref"}:
            continue
        for slot in ALIASES.get(name, (name,)):
            if slot != name and slot in fields:
                continue  # it fills its own argument
            stretch = slots.get(slot, ())
            if taken.intersection(stretch):
                continue
            words = _verbatim(stretch, tagged) if name in VERBATIM else _words_of(stretch, tagged)
            said = aligned is not None and aligned.matched.issuperset(stretch)  # a phrasing's own words say it
            if words and (said or not all(word in usual for word in plain(words).split())):
                given[name] = words
                taken.update(stretch)
                break
        else:
            named = [token for token in tagged.tokens if token.kind == name]
            if named:
                given[name] = named[0].value.thing.name
                taken.update(named)
    if "per" in fields and "per" not in given:
        _fill_rhythm(tagged, given)
    _fill_left_over(tool, fields, tagged, (aligned.matched if aligned else frozenset()) | taken, given)
    return given


def _fill_left_over(
    tool: Tool, fields: dict[str, str], tagged: Tagged, taken: frozenset[Token], given: dict[str, Any]
) -> None:
    """Where no phrasing places the words that a tool needs, the longest stretch that nothing else has taken is meant."""
    needed = [name for name in tool.missing(given) if fields[name] == "text"]
    if len(needed) != 1 or tool.domain == "assistant":
        return
    usual = usual_words(tool.name)
    stretches: list[list[Token]] = [[]]
    for token in tagged.tokens:
        if token.kind or token in taken or token.word in FILLERS | usual or not token.text[0].isalnum():
            stretches.append([])
        else:
            stretches[-1].append(token)
    best = max(stretches, key=len)
    if any(token.word not in EMPTY for token in best) and (words := _words_of(best, tagged)):
        given[needed[0]] = words


def money_json(span: Any) -> dict[str, Any]:
    """Return money as `understand` tells it."""
    return {"amount": _decimal(span.amount), "currency": span.currency}


def _decimal(value: Decimal) -> str:
    text = format(value, "f")
    return text


def quantity_json(span: Any) -> dict[str, Any]:
    """Return a quantity as `understand` tells it."""
    return {"value": _decimal(span.value), "unit": span.unit}


def _fill_values(fields: dict[str, str], tagged: Tagged, given: dict[str, Any]) -> None:
    amounts = sorted(tagged.of("amount"), key=lambda t: (-t.value.weight, t.start))
    prices = tagged.of("price")
    money = [name for name, kind in fields.items() if kind == "money"]
    for name in money:
        if name.startswith("price"):
            if prices:
                given[name] = money_json(prices[0].value)
        elif amounts:
            given[name] = money_json(amounts.pop(0).value)
    quantities = {
        "litres": tagged.of("litres"), "odometer": tagged.of("odometer"), "distance": tagged.of("distance"),
    }  # fmt: skip
    if "odometer" in fields and "distance" not in fields and not quantities["odometer"]:
        quantities["odometer"] = quantities["distance"]
    for name, kind in fields.items():
        if kind == "quantity" and quantities.get(name):
            given[name] = quantity_json(quantities[name][0].value)
        if (
            name == "full"
            and kind == "bool"
            and re.search(r"\b(half|partial|part|not full|splash|top(ped)? up)\b", plain(tagged.text))
        ):
            given[name] = False


def _fill_times(
    fields: dict[str, str], tagged: Tagged, given: dict[str, Any], slots: dict[str, tuple[Token, ...]]
) -> None:
    inside = {token for name in VERBATIM for token in slots.get(name, ()) if name in fields}
    times = [token.value for token in tagged.of("when") if token not in inside]
    if not times:
        return
    for name, kind in fields.items():
        if kind == "period":
            given[name] = _period(times, tagged.now.date() if tagged.now else times[0].value.date())
    first, rest = times[0], times[1:]
    day_names = [name for name, kind in fields.items() if kind in {"day", "moment"}]
    if not day_names:
        return
    main = day_names[0]
    joined = _joined(times)
    given[main] = _moment(joined, fields[main], main)
    if "all_day" in fields and len(given[main]) == 10:
        given["all_day"] = True
    if "end" in fields:
        until = joined.until or first.until
        if until is not None and first.kind == "interval":
            last = until if joined.has_time else until - dt.timedelta(days=1)
            given["end"] = last.isoformat() if joined.has_time else last.date().isoformat()
        elif rest and rest[-1].has_date and first.has_date:
            given["end"] = _moment(rest[-1], "day", "end")
    if "recurrence" in fields and first.recurrence:
        given["recurrence"] = first.recurrence


def _joined(times: Sequence[Any]) -> Any:
    """Return one time of a date and a clock time that stand apart ("tomorrow … at 9")."""
    dated = next((t for t in times if t.has_date), None)
    clocked = next((t for t in times if t.has_time), None)
    if dated is None or clocked is None or dated is clocked or dated.has_time:
        return dated or clocked or times[0]
    from dataclasses import replace

    moment = dated.value.replace(hour=clocked.value.hour, minute=clocked.value.minute, second=0)
    return replace(dated, value=moment, until=None, grain=clocked.grain, has_time=True, kind="point")


def _moment(span: Any, kind: str, name: str) -> str:
    """Return a day or a moment in ISO 8601; a moment without a clock time keeps the day alone."""
    if kind == "day":
        return str(span.day.isoformat())
    if span.has_time or span.part or span.grain in {"hour", "minute", "second"}:
        return str(span.value.isoformat())
    if name in DEFAULT_TIMES:
        day = span.day
        return dt.datetime.combine(day, DEFAULT_TIMES[name], span.value.tzinfo).isoformat()
    return str(span.day.isoformat())


def _period(times: Sequence[Any], today: dt.date) -> dict[str, str]:
    first = times[0]
    start, until = first.covers
    begin = (start or first.value).date()
    if until is None:  # open: up to today
        end = max(today, begin) + dt.timedelta(days=1)
    else:
        end = until.date() if until.time() == dt.time(0) else until.date() + dt.timedelta(days=1)
    if start is None and first.kind == "before":
        begin = dt.date(1970, 1, 1)
    if end <= begin:
        end = begin + dt.timedelta(days=1)
    return {"start": begin.isoformat(), "until": end.isoformat()}


def _fill_rhythm(tagged: Tagged, given: dict[str, Any]) -> None:
    text = plain(tagged.text)
    for pattern, per in (
        (r"\b(a|per|each|every) week|weekly", "week"),
        (r"fortnight", "fortnight"),
        (r"\b(a|per|each) year|yearly|annual", "year"),
    ):
        if re.search(pattern, text):
            given["per"] = per


def _verbatim(tokens: Sequence[Token], tagged: Tagged) -> str:
    """Return the stretch of a slot exactly as said."""
    if not tokens:
        return ""
    whole = tagged.whole or tagged.text
    end = tokens[-1].end
    while end < len(whole) and not whole[end].isspace():  # a value recognised within a word
        end += 1
    return whole[tokens[0].start : end].strip(' \t\n,:;–—-"“”')


def _words_of(tokens: Sequence[Token], tagged: Tagged) -> str:
    """Return the words of a slot as said, without little words at its edges and without values that stand elsewhere."""
    kept = [token for token in tokens if token.kind not in {"amount", "when", "offset", "price", "litres", "odometer"}]
    edge = FILLERS | LITTLE | {"down", "up"}
    while kept and _trims(kept[0], edge if len(kept) > 1 else FILLERS | LITTLE):
        kept.pop(0)
    while (
        kept
        and not kept[-1].kind
        and kept[-1].word in FILLERS | {"for", "on", "at", "and", "to", "in", "by", "from", "the", "a"}
    ):
        kept.pop()
    if not kept or all(not token.kind and token.word in EMPTY for token in kept):
        return ""
    whole = _source(tagged, kept)
    return re.sub(r"\s+", " ", whole).strip(' \t,.;:!?-–—"“”')


def _trims(token: Token, edge: frozenset[str] | set[str]) -> bool:
    """Whether a leading word only introduces; a capital within a text ("Just Cuts") belongs to a name."""
    return (
        not token.kind
        and token.word in edge
        and not (token.start > 0 and token.text[0].isupper() and token.word != "i")
    )


def _source(tagged: Tagged, kept: Sequence[Token]) -> str:
    """Return the text of tokens with what stood between neighbours."""
    parts = [kept[0].text]
    for before, token in pairwise(kept):
        gap = tagged.gap(before.end, token.start)
        parts.append((gap if gap.strip() in {"", ",", "'", "-", "&", "/", ".", "’"} else " ") + token.text)
    return "".join(parts)

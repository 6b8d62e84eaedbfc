"""From what an engine gives to what a tool takes: validation, and names to the user's own rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.apps import apps
from pydantic import ValidationError as Invalid
from rapidfuzz import fuzz, process, utils

from pam.journal.lines import line_of

from .arguments import Arguments, RefTo
from .registry import Ask, Tool, ToolError

NEAR_ENOUGH = 82  # rapidfuzz's weighted ratio; below it a name is another name
MOST_OPTIONS = 6

_finders: dict[Any, Callable[[str], list[Any]]] = {}


def finds(model: Any, finder: Callable[[str], list[Any]]) -> None:
    """Say how words find rows of a model (transactions, tasks); without, its rows are found by their names.

    The finder acts for the acting person and returns the one row meant, or all that are meant equally.
    """
    _finders[model] = finder


def finder_of(model: Any) -> Callable[[str], list[Any]] | None:
    """Return how words find rows of this model, if said."""
    return _finders.get(model)


def resolve(tool: Tool, given: dict[str, Any]) -> Arguments:
    """Return the tool's typed arguments with names replaced by rows; raises Ask or ToolError. Needs who acts."""
    try:
        asked = tool.arguments.model_validate(given)
    except Invalid as problem:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ToolError(f"“{where}” is not usable: {first['msg']}. Nothing has changed.") from problem
    for slot, ref in refs(tool.arguments).items():
        value = getattr(asked, slot)
        if isinstance(value, str):
            setattr(asked, slot, find_row(slot, ref, value))
        elif isinstance(value, list):
            setattr(asked, slot, [find_row(slot, ref, v) if isinstance(v, str) else v for v in value])
    return asked


def refs(arguments: type[Arguments]) -> dict[str, RefTo]:
    """Return the arguments that name rows."""
    found = {}
    for name, field in arguments.model_fields.items():
        marks = [mark for mark in field.metadata if isinstance(mark, RefTo)] or _nested(field.annotation)
        if marks:
            found[name] = marks[0]
    return found


def _nested(annotation: Any) -> list[RefTo]:
    found = [mark for mark in getattr(annotation, "__metadata__", ()) if isinstance(mark, RefTo)]
    for part in getattr(annotation, "__args__", ()):
        found += _nested(part)
    return found


def find_row(slot: str, ref: RefTo, text: str) -> Any:
    """Return the one row that a name or id means; raises Ask where none or several do."""
    model: Any = apps.get_model(ref.model)
    try:
        row = model.objects.filter(pk=UUID(text)).first()
        if row is not None:
            return row
    except ValueError:
        pass
    finder = _finders.get(model)
    found = finder(text) if finder else nearest(list(model.objects.all()), text)
    if len(found) == 1:
        return found[0]
    noun = noun_of(model)
    if found:
        raise among(slot, f"Which {noun}?", found)
    raise among(slot, f"There is no {noun} called “{text}”. Which one is meant?", _there(model))


def question(tool: Tool, slot: str) -> Ask:
    """Return the question that asks for a missing argument; where it names one of a few rows, they are its options."""
    ref = refs(tool.arguments).get(slot)
    model: Any = apps.get_model(ref.model) if ref else None
    few = model is not None and model not in _finders and model.objects.count() <= MOST_OPTIONS
    return among(slot, tool.question(slot), _there(model) if few else [])


def among(slot: str, words: str, rows: Sequence[Any]) -> Ask:
    """Return the question which of these rows is meant; rows of one name are told apart by what else they show."""
    rows = rows[:MOST_OPTIONS]
    names = [str(row) for row in rows]
    for at, row in enumerate(rows):
        if sum(str(other) == str(row) for other in rows) > 1:
            line = line_of(row, "create")
            names[at] = ", ".join(dict.fromkeys(filter(None, [str(row), line.value, *line.sub.split(", ")])))
    return Ask(slot, words, names, [str(row.pk) for row in rows])


def _there(model: Any) -> list[Any]:
    """Return the newest rows of a kind, in the order in which they came."""
    return list(reversed(model.objects.order_by("-id")[:MOST_OPTIONS]))


def noun_of(model: Any) -> str:
    """Return what rows of a model are called; a noun that each row has for itself says nothing of the model."""
    noun = getattr(model, "noun", None)
    return (noun if isinstance(noun, str) else str(model._meta.verbose_name)).lower()


def nearest(rows: list[Any], text: str) -> list[Any]:
    """Return the rows whose name is meant by the text: exact, then contained words, then near spellings."""
    wanted = utils.default_process(text)
    names = {index: utils.default_process(str(row)) for index, row in enumerate(rows)}
    exact = [rows[index] for index, name in names.items() if name == wanted]
    if exact or not wanted:
        return exact
    words = set(wanted.split()) - {"the", "my", "our", "a", "account", "group", "card"}
    inside = [
        rows[index]
        for index, name in names.items()
        if words and (words <= set(name.split()) or set(name.split()) <= set(wanted.split()))
    ]
    if inside:
        return inside
    scored = process.extract(wanted, names, scorer=fuzz.WRatio, score_cutoff=NEAR_ENOUGH, limit=3)
    best = [rows[index] for _, score, index in scored if score >= scored[0][1] - 3]
    return best

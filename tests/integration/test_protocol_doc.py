"""docs/protocol.md and the code say the same: messages, frames, codes and paths stand in both."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from assistant import api, frames, plans, turns, undoing
from assistant.models import Plan, Thread, Turn
from pam.access import acting_as
from tests.running import ROOT

PAGE = (ROOT / "docs" / "protocol.md").read_text()
CONSUMER = ast.parse((ROOT / "assistant" / "consumer.py").read_text())


def _section(title: str) -> str:
    found = re.search(rf"^## {re.escape(title)}$(.*?)(?=^## |\Z)", PAGE, re.M | re.S)
    assert found, title
    return found[1]


def _headings(title: str) -> set[str]:
    return set(re.findall(r"^### `([^`]+)`$", _section(title), re.M))


def _sources() -> Iterator[ast.AST]:
    for path in sorted((ROOT / "assistant").rglob("*.py")):
        if "migrations" not in path.parts:
            yield from ast.walk(ast.parse(path.read_text()))


def _constant(node: ast.AST | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _values(tree: ast.AST, key: str) -> set[str]:
    """The constants that stand under a key in dictionaries."""
    pairs = [
        (_constant(name), _constant(value))
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for name, value in zip(node.keys, node.values, strict=True)
    ]
    return {value for name, value in pairs if name == key and value}


def _frames_in_code() -> set[str]:
    found, logged = set(), set()
    for node in _sources():
        if isinstance(node, ast.Call) and getattr(getattr(node.func, "value", None), "id", "") == "log":
            logged.add(_constant(node.args[0]))
        if isinstance(node, ast.Tuple) and len(node.elts) == 2 and isinstance(node.elts[1], ast.Dict):
            found.add(_constant(node.elts[0]))
        elif re.fullmatch(r"(turn|text|step|plan|receipt)\.[a-z]+", _constant(node)):
            found.add(_constant(node))
    return found - logged - {""}


def test_messages_of_the_client() -> None:
    taken = {
        node.name.removeprefix("on_")
        for node in ast.walk(CONSUMER)
        if isinstance(node, ast.AsyncFunctionDef) and node.name.startswith("on_")
    }
    assert _headings("What the client sends") == taken


def test_frames() -> None:
    assert _headings("Frames") == _frames_in_code()


def test_messages_without_a_number() -> None:
    sent = {kind for kind in _values(CONSUMER, "type") if not kind.startswith("pam.")}  # those stay inside
    assert _headings("Messages without a number") == sent


def test_error_codes() -> None:
    found = _values(CONSUMER, "code")
    for node in ast.walk(CONSUMER):
        name = getattr(getattr(node, "func", None), "id", getattr(getattr(node, "func", None), "attr", ""))
        if isinstance(node, ast.Call) and name in {"Problem", "_error", "_bad"}:
            found.add(_constant(node.args[0]))
    written = set(re.findall(r"^\| `(\w+)` \|", _section("Error codes"), re.M))
    assert written == found - {""}


def test_close_codes() -> None:
    ours = {node.value for node in ast.walk(CONSUMER) if isinstance(node, ast.Constant)} & set(range(4000, 5000))
    assert set(map(int, re.findall(r"^\| (4\d\d\d) \|", _section("Close codes"), re.M))) == ours


def test_paths() -> None:
    found = set()
    for pattern in api.urlpatterns:
        path = "/api/" + re.sub(r"<uuid:\w+>", "{id}", str(pattern.pattern))
        view = pattern.callback.view_class  # type: ignore[attr-defined]
        found |= {f"{method.upper()} {path}" for method in view.http_method_names if hasattr(view, method)}
    found = {line for line in found if not line.startswith(("OPTIONS", "HEAD"))}
    assert _headings("Without a socket: HTTP") == found


def _examples() -> list[Any]:
    return [json.loads(block) for block in re.findall(r"^```json\n(.*?)^```$", PAGE, re.M | re.S)]


def test_examples_are_json_and_stand_under_their_heading() -> None:
    assert len(_examples()) > 30
    for title in ("What the client sends", "Frames", "Messages without a number"):
        parts = re.split(r"^### `([^`]+)`$", _section(title), flags=re.M)
        for heading, text in zip(parts[1::2], parts[2::2], strict=True):
            example = json.loads(re.findall(r"^```json\n(.*?)^```$", text, re.M | re.S)[0])
            assert example["type"] == heading


def _form(value: Any, ignored: frozenset[str] = frozenset({"arguments"})) -> Any:
    """The names of a value's fields, as deep as they go."""
    if isinstance(value, dict):
        return {name: _form(inner) if name not in ignored else {} for name, inner in value.items()}
    if isinstance(value, list):
        return [_form(value[0])] if value and isinstance(value[0], dict) else []
    return None


@pytest.mark.django_db
def test_real_frames_have_the_form_that_is_written() -> None:
    """A conversation with questions, receipts, plans, undo: each kind of frame against its example."""
    from django.core.management import call_command

    from pam.accounts.models import User

    call_command("demo")
    user = User.objects.get(email="demo@example.com")
    with acting_as(user):
        thread: Thread | None = None
        for said in ("spent 18.40 on lunch", "what did I spend this month?", "post to Hiking: the bus leaves at 6"):
            turn: Turn = turns.accept(user, said, thread.pk if thread else None)
            thread = turns.process(user, turn.pk, fresh=True).thread
        assert thread is not None
        plan = Plan.objects.get(thread=thread)
        plans.approve(user, plan.pk)
        undone, _ = undoing.press(user, thread, None)
        undoing.press(user, thread, undone.id)
        sent = frames.after(thread.pk, 0, 200)
    assert [frame["seq"] for frame in sent] == list(range(1, len(sent) + 1))
    assert {frame["type"] for frame in sent} >= {
        "turn.started", "step.done", "receipt", "card", "plan.waiting", "plan.updated", "text.delta",
        "receipt.undone", "receipt.restored", "turn.finished",
    }  # fmt: skip
    written = {example["type"]: example for example in _examples() if "seq" in example}
    for frame in sent:
        if frame["type"] != "plan.updated":  # its example leaves the steps out
            assert _form(frame) == _form(written[frame["type"]]), frame["type"]

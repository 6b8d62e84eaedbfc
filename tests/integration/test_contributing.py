"""The example in CONTRIBUTING.md is followed to the letter, in a copy of the tree."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import OURS, ROOT

STEP = re.compile(r"^(At the end of|In) `([^`]+)`:\n\n```\w+\n(.*?)^```$", re.M | re.S)
LEFT = (".git", ".venv", "var", "node_modules", "__pycache__", ".*_cache", "htmlcov", "*.sqlite3*")


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree in which the steps were done."""
    copy = tmp_path_factory.mktemp("contributing") / "pam"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT))
    steps = STEP.findall((ROOT / "CONTRIBUTING.md").read_text())
    assert [where for where, _, _ in steps] == ["At the end of"] * 3 + ["In"]
    for where, name, block in steps:
        path = copy / name
        assert path.exists() == (where == "At the end of")
        before = path.read_text() + "\n\n" if path.exists() else ""
        path.write_text(before + block)
    return copy


def _run(tree: Path, *arguments: str, given: str = "") -> str:
    kept = {name: value for name, value in os.environ.items() if name not in OURS}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=tree, env={**kept, "PAM_VAR_DIR": str(tree / "var")}, input=given,
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_new_tool_is_listed(followed: Path) -> None:
    assert "wins.biggest_expense" in _run(followed, "manage.py", "tools")


def test_the_new_tool_is_understood_and_the_old_ones_still_are(followed: Path) -> None:
    asked = {
        "what was my biggest expense last week?": "wins.biggest_expense",
        "which purchase was the largest this month": "wins.biggest_expense",
        "how much did I spend on groceries in March?": "wins.spending",
        "paid 60 for parking": "wins.log_expense",
    }
    lines = "".join(json.dumps({"text": text}) + "\n" for text in asked)
    answers = [json.loads(line) for line in _run(followed, "manage.py", "understand", given=lines).splitlines()]
    assert [answer["steps"][0]["tool"] for answer in answers] == list(asked.values())
    assert set(answers[0]["steps"][0]["arguments"]["period"]) == {"start", "until"}


def test_the_examples_own_test_passes(followed: Path) -> None:
    assert "1 passed" in _run(followed, "-m", "pytest", "tests/api/test_biggest_expense.py")


def test_the_code_of_the_example_keeps_the_houses_style(followed: Path) -> None:
    names = [name for _, name, _ in STEP.findall((ROOT / "CONTRIBUTING.md").read_text()) if name.endswith(".py")]
    _run(followed, "-m", "ruff", "check", "--no-cache", *names)
    _run(followed, "-m", "ruff", "format", "--check", "--no-cache", *names)

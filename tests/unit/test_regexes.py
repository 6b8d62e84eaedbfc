"""The check of regular expressions finds what is slow and lets pass what is not."""

from __future__ import annotations

import importlib.util
import re
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from assistant.engines.embedded.engine import LEAVE_TALK, NO, YES
from pam.ops import scrub

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def regexes() -> Any:
    spec = importlib.util.spec_from_file_location("regexes", ROOT / "scripts" / "regexes.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["regexes"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("pattern", "word"),
    [
        (r"(a+)+b", "exponential"),
        (r"^(?:\W|do|it|do it)+$", "exponential"),
        (r"(?:\w+\s?)+", "exponential"),
        (r"\A\w+\d+x", "16 times"),
        (r"\A\s*\s*x", "16 times"),
        (r"\s+x", "grow"),
        (r"\w+@\w+", "grow"),
        (r"x|\s+y", "grow"),
        (r"\b\d++x", "grow"),
        (r"\d+(?=.*x)", "times"),
        (r"a{1,100}a{1,100}a{1,100}b", "steps at one place"),
    ],
)
def test_what_backtracks_is_found(regexes: Any, pattern: str, word: str) -> None:
    assert word in regexes.verdict(pattern, timed=False)


@pytest.mark.parametrize(
    "pattern",
    [
        r"\A\w+x", r"\w{1,40}x", r"[a-z]+", r"[^\W_]+(?:['-][^\W_]+)*", r"\d{1,3}(?:,\d{3}){0,5}x", r"(?:jan|june|july)\b",
        r"^(?:\W|do|it)++$", r"\s+", r"(?P<sep>[/.-])\d(?P=sep)", r"a(?:b|c){0,30}c",
    ],
)  # fmt: skip
def test_what_takes_its_time_in_proportion_passes(regexes: Any, pattern: str) -> None:
    assert regexes.verdict(pattern) == ""


def test_the_stopwatch_finds_by_itself_what_grows_with_the_square(regexes: Any) -> None:
    assert regexes._slow(r"\s+x", 0)
    assert regexes._slow(r"(?:a|b)*c", 0)
    assert not regexes._slow(r"\s{1,20}x", 0)


def test_patterns_are_found_where_they_stand(regexes: Any) -> None:
    literals = [
        key for path in [ROOT / "assistant/engines/embedded/settings_said.py"] for key in regexes._literals(path)
    ]
    assert tuple(key for key, _ in literals if "gallons" in key[0]) == ((r"\bgallons?\b", 0),)


@pytest.mark.parametrize(
    ("pattern", "text"), [(YES, "do it "), (NO, "do it "), (NO, "forget that "), (LEAVE_TALK, "thank you so much ")]
)
def test_an_answer_said_over_and_over_is_read_in_no_time(pattern: re.Pattern[str], text: str) -> None:
    started = time.thread_time()
    assert pattern.match(text * 400)
    assert not pattern.match(text * 400 + "x")
    assert time.thread_time() - started < 1


@pytest.mark.parametrize(
    "piece", ["eyJ-", 'token="', "a@", "a-", "http://a:", "cookie : ", "bearer ", "csrf", "sk-", " ", "a.", "a@b."]
)
def test_hostile_lines_are_scrubbed_as_fast_as_others(piece: str) -> None:
    started = time.thread_time()
    scrub.text("=" + piece * (8000 // len(piece)))
    assert time.thread_time() - started < 0.5

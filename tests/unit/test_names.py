"""The user's own things found by name, slips of the finger included."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.engines.embedded.grammar.common_words import COMMON_WORDS
from assistant.engines.embedded.grammar.names import NamedThing, find_names

THINGS = [
    NamedThing("vehicle", "v1", "Hilux", ("ute",)),
    NamedThing("group", "g1", "Hiking"),
    NamedThing("account", "a1", "Everyday"),
    NamedThing("account", "a2", "Visa"),
    NamedThing("category", "c1", "Groceries"),
    NamedThing("category", "c2", "Eating out"),
    NamedThing("category", "c3", "Rent"),
    NamedThing("category", "c4", "Health & Fitness"),
    NamedThing("person", "p1", "José"),
    NamedThing("group", "g2", "The Gym"),
    NamedThing("group", "g3", "Hiking Brisbane"),
]


def found(text: str) -> list[tuple[str, str]]:
    return [(span.text, span.thing.id) for span in find_names(text, THINGS)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("filled the Hilux", [("Hilux", "v1")]),
        ("the HILUX's tyres", [("HILUX", "v1")]),
        ("hilux’s tyres and my ute", [("hilux", "v1"), ("ute", "v1")]),
        ("hillux at 98,112", [("hillux", "v1")]),
        ("hulix", []),
        ("from everday to visa", [("everday", "a1"), ("visa", "a2")]),
        ("eatting out budget", [("eatting out", "c2")]),
        ("eating-out and eatingout", [("eating-out", "c2"), ("eatingout", "c2")]),
        ("grocereis", [("grocereis", "c1")]),
        ("a grocery run", [("grocery", "c1")]),
        ("health and fitness", [("health and fitness", "c4")]),
        ("jose and José", [("jose", "p1"), ("José", "p1")]),
        ("tell hiking brisbane", [("hiking brisbane", "g3")]),
        ("tell hiking", [("hiking", "g1")]),
        ("off to gym", [("gym", "g2")]),
    ],
)
def test_mentions(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    ["hiring someone", "every day I walk", "went biking", "visit mum", "sent it", "resent", "paid 20",
     "parent", "vista", "eating, out of habit", ""],
)  # fmt: skip
def test_everyday_words_are_not_slips(text: str) -> None:
    assert found(text) == []


def test_exact_scores_above_slips() -> None:
    exact, slip = (find_names(text, THINGS)[0].score for text in ("Hilux", "Hillux"))
    assert exact == 100 > slip


def test_things_of_one_name_all_come() -> None:
    things = [NamedThing("account", "1", "Holiday"), NamedThing("category", "2", "Holiday")]
    assert [span.thing.id for span in find_names("for the holiday", things)] == ["1", "2"]


@given(st.sampled_from(sorted(COMMON_WORDS)))
def test_no_common_word_is_taken_for_another_name(word: str) -> None:
    names = [NamedThing("x", "1", name) for name in ("Kilux", "Hiking", "Everyday", "Groceriez", "Travell")]
    assert all(span.score >= 97 for span in find_names(f"so {word} then", names))


@given(st.text(max_size=120), st.lists(st.text(max_size=20), max_size=6))
def test_any_text_and_names_are_read_without_fault(text: str, names: list[str]) -> None:
    things = [NamedThing("x", str(at), name) for at, name in enumerate(names)]
    for span in find_names(text, things):
        assert 0 <= span.start < span.end <= len(text)
        assert span.text == text[span.start : span.end]


@given(st.sampled_from(THINGS), st.sampled_from(["{}", "the {} please", "({})", "{}, twice", "my {}'s lot"]))
def test_a_name_is_always_found_in_its_own_spelling(thing: NamedThing, frame: str) -> None:
    spans = find_names(frame.format(thing.name), THINGS)
    assert any(span.thing == thing and span.score == 100 for span in spans)


def test_a_hundred_names_are_quick() -> None:
    letters = "abcdefghijklmnopqrstuvwxy"
    things = [NamedThing("x", f"{a}{b}", f"{a}orden {b}lim") for a in letters for b in "aeio"]
    text = "Filled up the Hilux at the servo, then groceries for 84.60 from Everyday, tell hiking about it"
    find_names(text, things)
    best = 9.0
    for _ in range(20):
        begun = time.perf_counter()
        find_names(text, things)
        best = min(best, time.perf_counter() - begun)
    assert best < 0.003

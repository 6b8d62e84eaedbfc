"""Numbers in words and digits."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.engines.embedded.grammar.numbers import find_numbers, read_number, read_ordinal

UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]
UNITS += ["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def spelled(number: int, joiner: str) -> str:
    """A number in words, the way of the reference: independent of the grammar's tables."""
    if number < 20:
        return UNITS[number]
    if number < 100:
        return TENS[number // 10] + (f"-{UNITS[number % 10]}" if number % 10 else "")
    if number < 1000:
        rest = f" {joiner}{spelled(number % 100, joiner)}" if number % 100 else ""
        return f"{UNITS[number // 100]} hundred{rest}"
    head, rest = divmod(number, 1000)
    tail = f" {joiner if rest < 100 else ''}{spelled(rest, joiner)}" if rest else ""
    return f"{spelled(head, joiner)} thousand{tail}"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("two hundred thirteen", "213"),
        ("eleven hundred", "1100"),
        ("twelve hundred fifty", "1250"),
        ("forty two", "42"),
        ("a hundred and twelve", "112"),
        ("twenty-first", "21"),
        ("1,284.60", "1284.60"),
        ("1.284,60", "1284.60"),
        ("41,90", "41.90"),
        ("234 567", "234567"),
        ("1.899", "1.899"),
        ("one point eight nine nine", "1.899"),
        ("half a dozen", "6"),
        ("two and a half", "2.5"),
        ("two and a half thousand", "2500"),
        ("2½", "2.5"),
        ("1 1/2", "1.5"),
        ("a couple", "2"),
        ("a couple of hundred", "200"),
        ("three quarters", "0.75"),
        ("2k", "2000"),
        ("five grand", "5000"),
        ("half", "0.5"),
        ("two hundred um thirteen", "213"),
    ],
)
def test_reads_the_number_at_a_place(text: str, value: str) -> None:
    found = read_number(text)
    assert found is not None
    assert found == (Decimal(value), len(text))


@pytest.mark.parametrize("text", ["a", "an hour", "hello", "", "and five", "grand piano"])
def test_reads_nothing_where_no_number_begins(text: str) -> None:
    assert read_number(text) is None


def test_an_article_counts_one_only_where_asked() -> None:
    assert read_number("an hour", article=True) == (Decimal(1), 2)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("two hundred thirteen dollars and forty seven cents", ["213", "47"]),
        ("62 L at 1.899, 234 567 km", ["62", "1.899", "234567"]),
        ("two hundred and three hundred", ["200", "300"]),
        ("eleven pounds forty", ["11", "40"]),
        ("put a hundred of it in the amp fund", ["100"]),
        ("that one of those", []),
        ("iphone15 v2", []),
        ("18.40, no, 19.40", ["18.40", "19.40"]),
        ("one second", ["1"]),
    ],
)
def test_finds_all_numbers(text: str, values: list[str]) -> None:
    assert [span.value for span in find_numbers(text)] == [Decimal(value) for value in values]


def test_tells_ranks_from_counts() -> None:
    spans = find_numbers("the 21st and the second of 3")
    assert [(int(span.value), span.ordinal) for span in spans] == [(21, True), (2, True), (3, False)]
    assert read_ordinal("thirty-first") == (31, 12)
    assert read_ordinal("thirty one") is None


def test_a_third_of_is_a_part_but_the_third_is_a_rank() -> None:
    assert [span.ordinal for span in find_numbers("a third of it")] == [False]
    assert [span.ordinal for span in find_numbers("the third of it")] == [True]


@given(st.integers(0, 999_999), st.sampled_from(["and ", ""]))
def test_every_spelled_number_reads_back(number: int, joiner: str) -> None:
    text = spelled(number, joiner)
    assert read_number(text) == (Decimal(number), len(text))


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_every_amount_with_thousands_reads_back(amount: Decimal) -> None:
    for text in (f"{amount:,}", f"{amount}", f"{amount:,}".translate(str.maketrans(",.", ".,"))):
        found = read_number(text)
        assert found is not None
        assert found[0] == amount


@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from([*UNITS, *TENS, "and", "half", "a", "hundred", "point", "1,2"])).map(" ".join)
)
def test_any_text_is_read_without_error_and_in_bounds(text: str) -> None:
    end = 0
    for span in find_numbers(text):
        assert end <= span.start < span.end <= len(text)
        assert text[span.start : span.end] == span.text
        end = span.end

"""Quantities and odometer readings in everyday English."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.engines.embedded.grammar.quantities import QuantitySpan, find_odometer, find_quantities


def said(spans: list[QuantitySpan]) -> list[tuple[str, str, str | None]]:
    return [(span.text, str(span.value), span.unit) for span in spans]


@pytest.mark.parametrize(
    ("text", "words", "value", "unit"),
    [
        ("filled up 62 L", "62 L", "62", "L"),
        ("62L", "62L", "62", "L"),
        ("58.21 liters", "58.21 liters", "58.21", "L"),
        ("sixty two litres", "sixty two litres", "62", "L"),
        ("41,5 l", "41,5 l", "41.5", "L"),
        ("12.4 gal", "12.4 gal", "12.4", "gal"),
        ("12 1/2 gallons", "12 1/2 gallons", "12.5", "gal"),
        ("twelve gallons", "twelve gallons", "12", "gal"),
        ("234 567 km", "234 567 km", "234567", "km"),
        ("58 ks", "58 ks", "58", "km"),
        ("45k km", "45k km", "45000", "km"),
        ("ran 5k", "5k", "5", "km"),
        ("46 miles", "46 miles", "46", "mi"),
        ("8.4 L/100km", "8.4 L/100km", "8.4", "L/100km"),
        ("8.4 litres per 100", "8.4 litres per 100", "8.4", "L/100km"),
        ("12 km/l", "12 km/l", "12", "km/L"),
        ("32 mpg", "32 mpg", "32", "mpg"),
        ("3.5 kg", "3.5 kg", "3.5", "kg"),
        ("lost 5 pounds", "5 pounds", "5", "lb"),
        ("two pounds of beef", "two pounds", "2", "lb"),
        ("45 mins", "45 mins", "45", "min"),
        ("half an hour", "half an hour", "0.5", "h"),
        ("dinner for six people", "six people", "6", "people"),
        ("20% tip", "20%", "20", "%"),
    ],
)
def test_quantities(text: str, words: str, value: str, unit: str) -> None:
    assert said(find_quantities(text)) == [(words, value, unit)]


@pytest.mark.parametrize(
    "text",
    [
        "half a tank",
        "90 km/h",
        "$2.05/L",
        "paid 5 pounds",
        "20 quid of petrol",
        "$20 an hour",
        "gate 12",
        "1st gear",
        "",
    ],
)
def test_no_quantity(text: str) -> None:
    assert find_quantities(text) == []


@pytest.mark.parametrize(
    ("text", "approximate"),
    [("about 62 L", True), ("~62 L", True), ("62 L or so", True), ("62 L", False), ("exactly 62 L", False)],
)
def test_approximate(text: str, approximate: bool) -> None:
    assert [span.approximate for span in find_quantities(text)] == [approximate]


@pytest.mark.parametrize(
    ("text", "words", "value", "unit"),
    [
        ("183,902 on the clock", "183,902", "183902", None),
        ("odometer 234567", "234567", "234567", None),
        ("the odometer was 98,112", "98,112", "98112", None),
        ("odo: 123456.7", "123456.7", "123456.7", None),
        ("odo at 98,112 km", "98,112 km", "98112", "km"),
        ("van's now on 184,377", "184,377", "184377", None),
        ("it's at 97,450 miles", "97,450 miles", "97450", "mi"),
        ("ninety eight thousand on the clock", "ninety eight thousand", "98000", None),
        ("62 L at 1.899, 234 567 km", "234 567 km", "234567", "km"),
        ("just hit 200,000 k's", "200,000 k's", "200000", "km"),
        ("she's done 150,000 km", "150,000 km", "150000", "km"),
    ],
)
def test_odometer(text: str, words: str, value: str, unit: str | None) -> None:
    assert said(find_odometer(text)) == [(words, value, unit)]


@pytest.mark.parametrize(
    "text",
    [
        "drove 650 km", "service every 10,000 km", "next service in 10,000 km", "at 1.899", "at 45",
        "at $97,450",
        "house at 450,000 dollars", "the 5th at 10", "60 litres",
    ],
)  # fmt: skip
def test_no_odometer(text: str) -> None:
    assert find_odometer(text) == []


values = st.decimals(min_value=0, max_value=10**8, places=2, allow_nan=False, allow_infinity=False)


@given(
    values,
    st.sampled_from([("L", "L"), ("litres", "L"), ("km", "km"), ("miles", "mi"), ("gallons", "gal"), ("kg", "kg")]),
)
def test_any_value_with_any_unit_reads_back(value: Decimal, unit: tuple[str, str]) -> None:
    for text in (f"took {value} {unit[0]} today", f"{value}{unit[0]}", f"{value:,} {unit[0]}"):
        (span,) = find_quantities(text)
        assert (span.value, span.unit) == (value, unit[1]), text


pieces = st.sampled_from(
    ["62", "1.899", "234 567", " ", " ", "L", "km", "/", "100", "an", "hour", "half", "odo", "at",
     "on the clock", "k", "ran", "pounds", "of", "beef", "twelve", "½", "²", "%", "~", ",", "'s"]
)  # fmt: skip


@settings(max_examples=400)
@given(st.one_of(st.text(max_size=80), st.lists(pieces, max_size=24).map("".join)))
def test_any_text_is_read_without_fault(text: str) -> None:
    for find in (find_quantities, find_odometer):
        end = 0
        for span in find(text):
            assert end <= span.start < span.end <= len(text)
            assert span.text == text[span.start : span.end]
            end = span.end

"""What is made of everyday requests, without a database: each family has one cause and many cousins."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from assistant.engines.embedded.grammar.names import NamedThing
from assistant.engines.embedded.understanding import Understood, understand

NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Australia/Brisbane"))  # a Tuesday
NAMES = [
    NamedThing(kind, name, name, ())
    for kind, name in [
        ("vehicle", "Hilux"),
        ("account", "Everyday"),
        ("account", "Visa"),
        ("account", "Savings"),
        ("group", "Hiking"),
        ("category", "Groceries"),
        ("category", "Fuel"),
        ("category", "Eating out"),
        ("category", "Rent"),
    ]
]


def only(text: str) -> Understood:
    """The one step of a text."""
    (step,) = understand(text, NOW, NAMES).steps
    return step


def written(text: str) -> list[Understood]:
    """The writes that would be made at once."""
    return [s for s in understand(text, NOW, NAMES).steps if s.tool.effect == "write" and not s.missing]


@pytest.mark.parametrize(
    ("text", "amount", "what"),
    [
        ("spent $12 on a sandwich", "12", "sandwich"),
        ("spent 12 bucks on lunch", "12", "lunch"),
        ("I spent 45 on a gadget", "45", "gadget"),
        ("i spent $9 on a sandwich", "9", "sandwich"),
        ("paid 60 for a coat", "60", "coat"),
        ("dropped 80 on a coat", "80", "coat"),
        ("bought a lamp for 40", "40", "lamp"),
        ("spent $30 on candles yesterday", "30", "candles"),
        ("just spent 22.50 on sunscreen", "22.50", "sunscreen"),
        ("paid $35 for a pillow", "35", "pillow"),
        ("blew 90 on a jigsaw", "90", "jigsaw"),
    ],
)
def test_an_expense_is_one_whatever_it_was_for(text: str, amount: str, what: str) -> None:
    step = only(text)
    assert step.tool.name == "wins.log_expense"
    assert step.arguments["amount"]["amount"] == amount
    assert what in step.arguments["what"]


@pytest.mark.parametrize(
    "text",
    [
        "dad spent 40 on beer",
        "my sister spent $12 on a sandwich",
        "Bob spent 30 on a kite",
        "he paid 60 for a coat",
        "they spent 400 on a lamp",
        "my boss bought a lamp for 40",
        "I nearly spent $12 on a sandwich",
        "I could have spent 45 on a gadget",
        "who spends $12 on a sandwich",
        "imagine spending 40 on a lamp",
        "I would never pay 60 for a coat",
        "if I'd bought the lamp it would have been 40",
        "don't log the $12 sandwich",
        "should I spend 90 on a jigsaw",
    ],
)
def test_what_others_did_or_nobody_did_is_not_booked(text: str) -> None:
    assert written(text) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("I bought a lamp", "lamp"),
        ("bought a toaster yesterday", "toaster"),
        ("picked up a rug", "rug"),
        ("just bought new shoes", "shoes"),
        ("bought a kettle this morning", "kettle"),
        ("i bought some plants", "plants"),
        ("we bought a couch", "couch"),
        ("I just bought a printer", "printer"),
        ("ordered a mattress", "mattress"),
        ("bought a birthday cake", "birthday cake"),
    ],
)
def test_a_purchase_without_its_price_asks_for_it(text: str, what: str) -> None:
    step = only(text)
    assert (step.tool.name, step.missing) == ("wins.log_expense", ["amount"])
    assert what in step.arguments["what"]


@pytest.mark.parametrize(
    "text",
    [
        "I bought a car, a Corolla",
        "bought a new ute",
        "add my car, it's a Mazda",
        "I've got a new van called Bertie",
        "add a motorbike called Vespa",
    ],
)
def test_a_vehicle_is_one_where_the_words_say_so(text: str) -> None:
    assert [step.tool.name for step in understand(text, NOW, NAMES).steps] == ["wheels.add_vehicle"]


@pytest.mark.parametrize(
    ("text", "source", "account"),
    [
        ("got 480 for the old bookshelf", "old bookshelf", None),
        ("got 60 for the baby cot", "baby cot", None),
        ("sold the drum kit for 350", "drum kit", None),
        ("received 90 for the guitar lesson", "guitar lesson", None),
        ("got $25 for the broken mower", "broken mower", None),
        ("made 70 from the cake stall", "cake stall", None),
        ("sold my old phone for 140", "old phone", None),
        ("got 200 from Grandma", "Grandma", None),
        ("earned 55 for babysitting", "babysitting", None),
        ("got 480 for the old bookshelf into Everyday", "old bookshelf", "Everyday"),
    ],
)
def test_words_that_say_what_an_income_is_for_name_no_account(text: str, source: str, account: str | None) -> None:
    step = only(text)
    assert step.tool.name == "wins.log_income"
    assert source in step.arguments["source"]
    assert step.arguments.get("account") == account


@pytest.mark.parametrize(
    "text",
    [
        "got 480 for the old bookshelf",
        "new tyres for my bike, 88 bucks on the Visa",
        "iced matcha 7.25",
        "put down the 129 hosting I paid yesterday",
        "paid the plumber 210 for the tap",
        "dentist on Friday at 3 in the new clinic",
        "oil change on the ute 120",
        "budget 400 for the website",
        "sold the kayak to Pete for 300",
        "lunch with Sam 22 on the Visa",
    ],
)
def test_the_same_words_never_fill_two_arguments(text: str) -> None:
    for step in understand(text, NOW, NAMES).steps:
        names = {thing.name for thing in NAMES}
        said = [v for v in step.arguments.values() if isinstance(v, str) and v not in names and not v[:4].isdigit()]
        assert len(said) == len(set(said)), step.arguments


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("new tyres for my bike, 88 bucks on the Visa", {"what": "new tyres", "vehicle": "bike", "account": "Visa"}),
        ("new battery for the Hilux 190", {"what": "new battery", "vehicle": "Hilux"}),
        ("changed the oil in the Hilux", {"what": "changed the oil", "vehicle": "Hilux"}),
        ("rotated the tyres on the Hilux", {"what": "rotated the tyres", "vehicle": "Hilux"}),
        ("the Hilux was serviced yesterday", {"what": "serviced", "vehicle": "Hilux"}),
        ("got the Hilux serviced for 320", {"what": "serviced", "vehicle": "Hilux"}),
        ("brake pads on the Hilux 240", {"what": "brake pads", "vehicle": "Hilux"}),
        ("logbook service on the Hilux 410", {"what": "logbook service", "vehicle": "Hilux"}),
        ("replaced the wiper blades on the Hilux", {"what": "wiper blades", "vehicle": "Hilux"}),
        ("wheel alignment for the Hilux 99", {"what": "wheel alignment", "vehicle": "Hilux"}),
    ],
)
def test_a_service_says_what_was_done(text: str, expected: dict[str, str]) -> None:
    step = only(text)
    assert (step.tool.name, step.missing) == ("wheels.log_service", [])
    assert {name: step.arguments.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    ("text", "price", "litres"),
    [
        ("filled 20 L of diesel at 2.05 in the Hilux", "2.05", "20"),
        ("filled the Hilux with 41 litres at 1.92", "1.92", "41"),
        ("put 35.5 L in the Hilux at 2.11", "2.11", "35.5"),
        ("50 litres of unleaded at 1.78", "1.78", "50"),
        ("fuelled up 44.2 L at 1.999", "1.999", "44.2"),
        ("filled up, 38 litres at 2.30", "2.30", "38"),
        ("30 L of e10 at 1.69 in the Hilux yesterday", "1.69", "30"),
        ("filled 60 litres of diesel at 2.15 this morning in the Hilux", None, "60"),
        ("filled 40 L in the Hilux at 7.30", None, "40"),
        ("filled 40 L in the Hilux at 3.15 pm", None, "40"),
    ],
)
def test_behind_litres_a_small_figure_is_their_price(text: str, price: str | None, litres: str) -> None:
    step = only(text)
    assert step.tool.name == "wheels.log_fill"
    assert step.arguments["litres"]["value"] == litres
    assert (step.arguments.get("price_per_litre") or {}).get("amount") == price


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("changed the oil in the Hilux, odometer 234 480", "wheels.log_service"),
        ("changed the oil in the Hilux, odo 234480", "wheels.log_service"),
        ("new brake pads on the Hilux, odometer was 234,480 km", "wheels.log_service"),
        ("Hilux serviced, 234480 km", "wheels.log_service"),
        ("oil change on the Hilux, 110 bucks, odometer 234480", "wheels.log_service"),
        ("wheel alignment for the Hilux. odo 234480", "wheels.log_service"),
        ("filled the Hilux, 41 L, odometer 234480", "wheels.log_fill"),
        ("filled up the Hilux with 41 litres, odo 234480", "wheels.log_fill"),
        ("put 80 bucks of diesel in the Hilux, odometer 234 480", "wheels.log_fill"),
        ("rotated the tyres on the Hilux and the odometer is 234480", "wheels.log_service"),
    ],
)
def test_an_odometer_reading_belongs_to_what_was_done_at_it(text: str, tool: str) -> None:
    step = only(text)
    assert (step.tool.name, step.missing) == (tool, [])
    assert step.arguments["odometer"]["value"] == "234480"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("spent 40 on lunch on Friday", "2026-11-20"),
        ("got paid 900 on Friday", "2026-11-20"),
        ("moved 300 from Everyday to Savings on Friday", "2026-11-20"),
        ("filled 40 L in the Hilux on Friday", "2026-11-20"),
        ("changed the oil in the Hilux on Friday", "2026-11-20"),
    ],
)
def test_what_was_done_was_done_in_the_past(text: str, day: str) -> None:
    assert only(text).arguments["on"] == day


def test_what_is_to_be_done_lies_ahead() -> None:
    arguments: dict[str, Any] = only("remind me on Friday to ring the bank").arguments
    assert arguments["at"].startswith("2026-11-27")

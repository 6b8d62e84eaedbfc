"""Amounts in everyday English, read exactly."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.engines.embedded.grammar.currencies import WORDLIKE, codes, currency_of, exponent
from assistant.engines.embedded.grammar.money import find_amounts, find_money


def only(text: str) -> tuple[str, str, str | None]:
    """The one marked amount of a text: words, amount, currency."""
    (span,) = find_money(text)
    return span.text, str(span.amount), span.currency


@pytest.mark.parametrize(
    ("text", "words", "amount", "currency"),
    [
        ("the pump took $42.50 off me", "$42.50", "42.50", None),
        ("42.50$", "42.50$", "42.50", None),
        ("AU$5 each", "AU$5", "5", "AUD"),
        ("nz$12.30", "nz$12.30", "12.30", "NZD"),
        ("worth US$4.7 billion", "US$4.7 billion", "4700000000", "USD"),
        ("41,90 € at the shop", "41,90 €", "41.90", "EUR"),
        ("1.284,60 €", "1.284,60 €", "1284.60", "EUR"),
        ("1 284,60 €", "1 284,60 €", "1284.60", "EUR"),
        ("1.284 €", "1.284 €", "1284", "EUR"),
        ("€1,284.60", "€1,284.60", "1284.60", "EUR"),
        ("1'284.60 CHF", "1'284.60 CHF", "1284.60", "CHF"),
        ("£11.80", "£11.80", "11.80", "GBP"),
        ("eleven pounds forty at the butcher", "eleven pounds forty", "11.40", "GBP"),
        ("nine pounds and six pence", "nine pounds and six pence", "9.06", "GBP"),
        ("two hundred thirteen dollars and forty seven cents", None, "213.47", None),
        ("lend him a tenner", "a tenner", "10", "GBP"),
        ("two fivers", "two fivers", "10", "GBP"),
        ("twenty quid", "twenty quid", "20", "GBP"),
        ("40 quids worth", "40 quids", "40", "GBP"),
        ("31 bucks", "31 bucks", "31", None),
        ("a hundred and twelve pounds", "a hundred and twelve pounds", "112", "GBP"),
        ("half a grand", "half a grand", "500", None),
        ("2 grand", "2 grand", "2000", None),
        ("half a million dollars", "half a million dollars", "500000", None),
        ("$3.1m", "$3.1m", "3100000", None),
        ("$2.5k", "$2.5k", "2500", None),
        ("5 lakh rupees", "5 lakh rupees", "500000", "INR"),
        ("Rs 1,50,000", "Rs 1,50,000", "150000", "INR"),
        ("Rs. 20", "Rs. 20", "20", "INR"),
        ("75c", "75c", "0.75", None),
        ("80 cents", "80 cents", "0.80", None),
        ("50p", "50p", "0.50", "GBP"),
        ("a buck fifty", "a buck fifty", "1.50", None),
        ("four fifty bucks", "four fifty bucks", "450", None),
        ("a couple hundred dollars", "a couple hundred dollars", "200", None),
        ("$20 43", "$20 43", "20.43", None),
        ("20 dollars 43c", "20 dollars 43c", "20.43", None),
        ("CNY3", "CNY3", "3", "CNY"),
        ("42 QAR", "42 QAR", "42", "QAR"),
        ("42 new zealand dollars", "42 new zealand dollars", "42", "NZD"),
        ("malaysian ringgits 42", "malaysian ringgits 42", "42", "MYR"),
        ("3 UAH 4 kopiykas", "3 UAH 4 kopiykas", "3.04", "UAH"),
        ("5 dinars", "5 dinars", "5", None),
        ("-$5", "-$5", "-5", None),
        ("minus 5 dollars", "minus 5 dollars", "-5", None),
        ("$0", "$0", "0", None),
        ("$50 AUD", "$50 AUD", "50", "AUD"),
        ("$99999999999999999999", "$99999999999999999999", "99999999999999999999", None),
    ],
)
def test_spellings(text: str, words: str | None, amount: str, currency: str | None) -> None:
    said, value, code = only(text)
    assert (said, value, code) == (words or text, amount, currency)


@pytest.mark.parametrize(
    ("text", "low", "high", "currency"),
    [
        ("between 10 and 20 dollars", "10", "20", None),
        ("from 10 dollars to 20 dollars", "10", "20", None),
        ("about $10-$20", "10", "20", None),
        ("£10-15", "10", "15", "GBP"),
        ("30 to 40 euros", "30", "40", "EUR"),
    ],
)
def test_ranges(text: str, low: str, high: str, currency: str | None) -> None:
    (span,) = find_money(text)
    assert (str(span.amount), str(span.until), span.currency) == (low, high, currency)


@pytest.mark.parametrize(
    "text",
    ["$5 and $6", "5 dollars and 6 dollars", "20 dollars for lunch and 43 dollars for dinner", "$20, $15"],
)
def test_two_amounts_stay_two(text: str) -> None:
    assert len(find_money(text)) == 2


@pytest.mark.parametrize(
    "text",
    ["paid 20 dollars 43 times", "£20 30 minutes ago", "20 dollars 12 people", "$20 15/11", "$20 at 10 am"],
)
def test_what_follows_an_amount_is_not_its_cents(text: str) -> None:
    assert find_money(text)[0].amount == 20


@pytest.mark.parametrize(
    "text",
    [
        "I lost 5 pounds since May", "two pounds of beef", "a grand piano", "room 12c", "20% off",
        "see you at 7:30", "20 try it", "SPENT 20 ALL UP", "won 3 games",
        "at 3p", "six p.m.", "we won 5 in a row", "dollars", "",
    ],
)  # fmt: skip
def test_no_money(text: str) -> None:
    assert find_money(text) == []


@pytest.mark.parametrize(
    ("text", "per_unit", "period"),
    [
        ("27 quid a month", None, "month"),
        ("$90/week", None, "week"),
        ("$400 pw", None, "week"),
        ("$2.05/L", "L", None),
        ("$1.899 a litre", "L", None),
        ("62 litres at $1.899", "L", None),
        ("12 gallons at $3.59", "gal", None),
        ("£8.50 an hour", "h", None),
        ("£30 each", "each", None),
        ("£30 a head", "person", None),
        ("$12 for a month of milk", None, None),
    ],
)
def test_rates(text: str, per_unit: str | None, period: str | None) -> None:
    (span,) = find_money(text)
    assert (span.per_unit, span.period) == (per_unit, period)
    assert span.tail >= span.end


def likeliest(text: str, taken: tuple[tuple[int, int], ...] = ()) -> str | None:
    spans = find_amounts(text, taken)
    return str(max(spans, key=lambda span: span.weight).amount) if spans else None


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("paid 45 for parking", "45"),
        ("18.40 lunch", "18.40"),
        ("3 tickets for 120", "120"),
        ("Dinner with 4 mates, 84.60", "84.60"),
        ("new tyres, 480 at Bob", "480"),
        ("the 2021 Transit cost 23,500", "23500"),
        ("cap groceries at eleven hundred a month", "1100"),
        ("paid twelve fifty", "12.50"),
        ("coffee four fifty", "4.50"),
        ("cost me 2k", "2000"),
        ("he made 3.1m", "3100000"),
        ("2 coffees at 9am, 9.20", "9.20"),
        ("got 350 on march 13", "350"),
        ("refund of -12.50", "-12.50"),
        ("40 litres at 189.9", "1.899"),
        ("7.30", "7.30"),
    ],
)
def test_bare_amounts(text: str, amount: str) -> None:
    assert likeliest(text) == amount


@pytest.mark.parametrize(
    "text",
    [
        "meeting at 7:30", "see you 9am", "on 2027-11-14", "due 14/11", "the 21st", "#4", "call 0412 345 678",
        "call +61 412 345 678", "20% done", "62 litres", "about 3 hours", "in two weeks", "8 Dec",
        "march 13 to 20",
        "A4 paper", "4x4", "meet at twelve fifty", "half of it", "third floor", "192.168.1.20",
        "odometer 98112",
    ],
)  # fmt: skip
def test_what_is_plainly_something_else(text: str) -> None:
    assert find_amounts(text) == []


def test_taken_offsets_are_left_alone() -> None:
    text = "paid 45 at 10"
    assert [str(span.amount) for span in find_amounts(text, [(11, 13)])] == ["45"]


def test_weights_order_the_kinds() -> None:
    weights = [span.weight for span in find_amounts("$5, then 6.20, then I paid 7, then 8 apples")]
    assert weights == sorted(weights, reverse=True)
    assert len(set(weights)) == 4


def test_exponents_are_those_of_the_standard() -> None:
    assert [exponent(code) for code in ("AUD", "JPY", "KWD", "RSD", "CLF")] == [2, 0, 3, 2, 4]


def test_names_that_fix_a_currency() -> None:
    assert [currency_of(word) for word in ("€", "aud", "rupees", "US dollars", "dollars", "cents", "in")] == [
        "EUR", "AUD", "INR", "USD", None, None, None,
    ]  # fmt: skip


amounts = st.decimals(min_value=0, max_value=10**12, places=2, allow_nan=False, allow_infinity=False)
all_codes = st.sampled_from(sorted(codes()))


@given(amounts, all_codes)
def test_any_amount_in_any_currency_reads_back(amount: Decimal, code: str) -> None:
    spellings = [f"{code} {amount}", f"{code}{amount}", f"{code} {amount:,}"]
    if code not in WORDLIKE:
        spellings += [f"we paid {amount} {code} there", f"{amount:,} {code}", f"it was {amount}{code}."]
    for text in spellings:
        (span,) = find_money(text)
        assert (span.amount, span.currency) == (amount, code), text


@given(
    amounts,
    st.sampled_from([("$", None), ("£", "GBP"), ("€", "EUR"), ("A$", "AUD"), ("US$", "USD"), ("₹", "INR")]),
)
def test_any_amount_with_a_sign_reads_back(amount: Decimal, sign: tuple[str, str | None]) -> None:
    european = f"{amount:,}".replace(",", " ").replace(".", ",")
    dotted = f"{amount:,}".replace(",", "_").replace(".", ",").replace("_", ".")
    for figures in (f"{amount}", f"{amount:,}", european, dotted):
        for text in (f"{sign[0]}{figures}", f"{figures} {sign[0]}", f"so {sign[0]} {figures} it was"):
            (span,) = find_money(text)
            assert (span.amount, span.currency) == (amount, sign[1]), text


@given(amounts, st.sampled_from([("dollars", None), ("quid", "GBP"), ("euros", "EUR"), ("yen", "JPY")]))
def test_any_amount_with_a_word_reads_back(amount: Decimal, noun: tuple[str, str | None]) -> None:
    (span,) = find_money(f"that's {amount} {noun[0]} gone")
    assert (span.amount, span.currency) == (amount, noun[1])


pieces = st.sampled_from(
    ["$", "£", "€", "5", "20", "43", "1,284.60", "1.899", " ", " ", ".", ",", "-", "to", "and", "dollars",
     "quid", "a",
     "half", "grand", "k", "m", "per", "month", "/", "L", "twelve", "fifty", "hundred", "cents", "p", "c",
     "USD", "try",
     "between", "paid", ":", "am", "²", "٣", "½", "𝟓", "\n", "'", "(", ")"]
)  # fmt: skip


@settings(max_examples=400)
@given(st.one_of(st.text(max_size=80), st.lists(pieces, max_size=24).map("".join)))
def test_any_text_is_read_without_fault(text: str) -> None:
    for find in (find_money, find_amounts):
        spans = find(text)
        end = 0
        for span in spans:
            assert end <= span.start < span.end <= len(text)
            assert span.text == text[span.start : span.end]
            assert span.end <= span.tail <= len(text)
            assert span.amount.is_finite()
            end = span.end


@pytest.mark.parametrize("piece", ["9", "1,", "1 000 ", "$", "twelve ", "a ", "5 dollars and ", "-", "1.", "per "])
def test_reading_time_grows_with_the_text_and_no_faster(piece: str) -> None:
    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        best = 9.0
        for _ in range(3):
            begun = time.perf_counter()
            find_amounts(text)
            best = min(best, time.perf_counter() - begun)
        return best

    assert seconds(16_000) < 12 * seconds(4_000) + 0.05

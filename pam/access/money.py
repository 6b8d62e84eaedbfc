"""Exact money: Decimal and ISO 4217 currency in Python, whole minor units in the database."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.core import Locale
from babel.numbers import get_currency_symbol
from django.core.exceptions import ValidationError
from django.db import models

# ISO 4217's minor units where they are not two; CLDR's display digits (Babel) differ for some twenty currencies.
_EXPONENTS = {
    **dict.fromkeys(
        ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX",
         "UYI", "VND", "VUV", "XAF", "XOF", "XPF"], 0
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}  # fmt: skip
LARGEST_MINOR = 10**15  # far beyond a household, far below the column's limit


@lru_cache(maxsize=1)
def known_currencies() -> frozenset[str]:
    """Return the ISO 4217 codes that are known."""
    return frozenset(Locale("en").currencies)


def exponent(currency: str) -> int:
    """Return how many decimals the currency has (AUD 2, JPY 0, KWD 3)."""
    return _EXPONENTS.get(currency, 2)


@dataclass(frozen=True, order=False)
class Money:
    """An amount in a currency; arithmetic only within one currency."""

    amount: Decimal
    currency: str

    @classmethod
    def from_minor(cls, minor: int, currency: str) -> Money:
        """Make money of whole minor units (cents)."""
        return cls(Decimal(minor).scaleb(-exponent(currency)), currency)

    @property
    def minor(self) -> int:
        """Whole minor units; raises ValidationError where the amount is finer than the currency or absurd."""
        if self.currency not in known_currencies():
            raise ValidationError(f"{self.currency} is not a currency code such as AUD or EUR.")
        scaled = self.amount.scaleb(exponent(self.currency))
        if scaled != scaled.to_integral_value():
            raise ValidationError(
                f"{self.amount} {self.currency} is finer than the currency's smallest unit: "
                f"use at most {exponent(self.currency)} decimals."
            )
        if abs(scaled) > LARGEST_MINOR:
            raise ValidationError("The amount is too large to be kept. Check its figures.")
        return int(scaled)

    def rounded(self) -> Money:
        """Return this amount rounded half up to the currency's smallest unit."""
        from decimal import ROUND_HALF_UP

        step = Decimal(1).scaleb(-exponent(self.currency))
        return Money(self.amount.quantize(step, ROUND_HALF_UP), self.currency)

    def _same(self, other: Money) -> None:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} are not added without a rate")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def as_json(self) -> dict[str, str]:
        """Return `{"amount": "42.50", "currency": "AUD"}` with the currency's own decimals."""
        return {"amount": f"{self.amount:.{exponent(self.currency)}f}", "currency": self.currency}

    def __str__(self) -> str:
        return show_money(self)


DOLLARS = {"AUD": "A$", "USD": "US$", "NZD": "NZ$", "CAD": "C$", "SGD": "S$", "HKD": "HK$"}


def show_money(money: Money, home: str | None = None, *, signed: bool = False) -> str:
    """Return "$42.50" in the home currency, "US$42.50" or "€42.50" elsewhere; minus as U+2212."""
    from .context import current_or_none

    if home is None:
        acting = current_or_none()
        home = acting.user.home_currency if acting and acting.user else ""
    if money.currency == home:
        sign = get_currency_symbol(money.currency, "en").removeprefix("A").removeprefix("NZ").removeprefix("CA")
        sign = "$" if money.currency in DOLLARS else sign
    else:
        sign = DOLLARS.get(money.currency) or get_currency_symbol(money.currency, "en")
    if len(sign) > 1 and sign.isalpha():
        sign += "\u00a0"
    before = "\u2212" if money.amount < 0 else "+" if signed else ""
    return f"{before}{sign}{abs(money.amount):,.{exponent(money.currency)}f}"


class CurrencyField(models.CharField[str, str]):
    """An ISO 4217 code."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["max_length"] = 3
        super().__init__(**kwargs)

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        """Accept known codes only."""
        super().validate(value, model_instance)
        if value and value not in known_currencies():
            raise ValidationError(f"{value} is not a currency code such as AUD or EUR.")


class money_property(property):
    """Money over two columns, `<prefix>_minor` and the currency's; assignable, also in the constructor."""

    def __init__(self, minor: str, currency: str = "currency") -> None:
        self.columns = (minor, currency)

        def get(row: Any) -> Money | None:
            value = getattr(row, minor)
            return None if value is None else Money.from_minor(value, getattr(row, currency))

        def put(row: Any, value: Money | None) -> None:
            setattr(row, minor, None if value is None else value.minor)
            if value is not None:
                setattr(row, currency, value.currency)

        super().__init__(get, put, None, "Money of this row.")

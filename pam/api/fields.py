"""Serializer fields that all domains share: money, quantities, references."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError as Invalid
from django.db import models
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from pam.access import current_user
from pam.access.money import Money, known_currencies
from pam.tools.resolve import noun_of


@extend_schema_field(
    {
        "type": "object",
        "properties": {
            "amount": {"type": "string", "pattern": r"^-?\d{1,13}(\.\d{1,4})?$"},
            "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        },
        "required": ["amount"],
        "example": {"amount": "42.50", "currency": "AUD"},
    }
)
class MoneyField(serializers.Field[Money, Any, dict[str, str], Any]):
    """`{"amount": "42.50", "currency": "AUD"}`; without a currency the home currency is meant."""

    default_error_messages = {
        "form": 'Write money as {{"amount": "42.50", "currency": "AUD"}}.',
        "amount": "“{value}” is not an amount such as 42.50.",
        "currency": "“{value}” is not a currency code such as AUD or EUR.",
        "positive": "The amount must be more than zero.",
    }

    def __init__(self, *, positive: bool = False, finer: bool = False, **kwargs: Any) -> None:
        self.positive = positive
        self.finer = finer  # a price for a litre is finer than the currency's smallest unit
        super().__init__(**kwargs)

    def to_representation(self, value: Money) -> dict[str, str]:
        """Return plain data."""
        return value.as_json()

    def to_internal_value(self, data: Any) -> Money:
        """Return exact money; raises ValidationError."""
        if not isinstance(data, dict) or "amount" not in data or set(data) - {"amount", "currency"}:
            self.fail("form")
        amount, currency = data["amount"], data.get("currency") or current_user().home_currency
        if isinstance(amount, bool) or not isinstance(amount, (str, int, Decimal)) or len(str(amount)) > 40:
            self.fail("amount", value=str(amount)[:40])
        try:
            exact = Decimal(str(amount))
        except InvalidOperation:
            self.fail("amount", value=str(amount)[:40])
        if not exact.is_finite() or abs(exact.adjusted()) > 30:  # beyond any currency, and beyond arithmetic
            self.fail("amount", value=str(amount)[:40])
        if not isinstance(currency, str) or currency not in known_currencies():
            self.fail("currency", value=str(currency)[:10])
        if self.positive and exact <= 0:
            self.fail("positive")
        money = Money(exact, currency)
        try:
            _ = Money(exact, currency).rounded().minor if self.finer else money.minor
        except Invalid as problem:
            raise serializers.ValidationError(problem.messages) from problem
        return money


@extend_schema_field(
    {
        "type": "object",
        "properties": {"id": {"type": "string", "format": "uuid"}, "name": {"type": "string"}},
        "required": ["id"],
        "example": {"id": "01935c1a-7c1e-7a51-9d3e-0d7b6c2f4a10", "name": "Groceries"},
    }
)
class RefField(serializers.Field[Any, Any, dict[str, str], Any]):
    """One of the user's own rows: answered as `{"id", "name"}`, taken as that or as the id alone."""

    default_error_messages = {
        "form": "Name it by its id.",
        "missing": "There is no such {noun}.",
    }

    def __init__(self, model: type[models.Model], **kwargs: Any) -> None:
        self.model = model
        super().__init__(**kwargs)

    def to_representation(self, value: Any) -> dict[str, str]:
        """Return id and name."""
        return {"id": str(value.pk), "name": str(value)}

    def to_internal_value(self, data: Any) -> Any:
        """Return the row, within the scope of who acts; raises ValidationError."""
        if isinstance(data, dict):
            data = data.get("id")
        try:
            found = self.model._default_manager.filter(pk=UUID(str(data))).first()
        except ValueError:
            self.fail("form")
        if found is None:
            self.fail("missing", noun=noun_of(self.model))
        return found


class MomentField(serializers.DateTimeField):
    """A moment; one at the calendar's very ends, which no zone can hold, is refused like any other wrong one."""

    def to_internal_value(self, value: Any) -> Any:
        """Return an aware moment; raises ValidationError."""
        try:
            return super().to_internal_value(value)
        except OverflowError as problem:
            raise serializers.ValidationError("This is more than a hundred years away. Check the year.") from problem


class QuantitySerializerField(serializers.DecimalField):
    """An exact number; its unit stands in the field's name."""

    def __init__(self, *, places: int, **kwargs: Any) -> None:
        super().__init__(max_digits=15, decimal_places=places, coerce_to_string=True, **kwargs)

    def to_representation(self, value: Any) -> Any:
        """Return a plain decimal string without empty decimals."""
        from pam.journal.lines import show_number

        return None if value is None else show_number(Decimal(value)).replace(",", "")

"""Exact quantities: Decimal in Python, scaled whole numbers in the database (SQLite keeps decimals as floats)."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models


class QuantityField(models.BigIntegerField[Any, Any]):
    """A number with `places` decimals, kept as value × 10^places; the unit stands in the field's name."""

    if TYPE_CHECKING:
        _pyi_private_set_type: Decimal | int | str  # type: ignore[assignment]
        _pyi_private_get_type: Decimal  # type: ignore[assignment]
        _pyi_lookup_exact_type: Decimal | int | str  # type: ignore[assignment]

    def __init__(self, *args: Any, places: int = 0, **kwargs: Any) -> None:
        self.places = places
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Tell migrations of the scale."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "places": self.places}

    def from_db_value(self, value: int | None, *_: Any) -> Decimal | None:
        """Return the Decimal of a stored whole number."""
        return None if value is None else Decimal(value).scaleb(-self.places)

    def to_python(self, value: Any) -> Any:
        """Return a Decimal; raises ValidationError."""
        if value is None or isinstance(value, Decimal):
            return value
        try:
            return Decimal(str(value))
        except InvalidOperation as problem:
            raise ValidationError(f"{value} is not a number.") from problem

    def get_prep_value(self, value: Any) -> Any:
        """Return the stored whole number; raises ValidationError where the value is finer than kept."""
        if value is None or hasattr(value, "resolve_expression"):
            return value
        scaled = self.to_python(value).scaleb(self.places)
        if scaled != scaled.to_integral_value():
            raise ValidationError(f"{value} has more than {self.places} decimals.")
        if abs(scaled) > 10**17:
            raise ValidationError(f"{value} is too large to be kept.")
        return int(scaled)

    @property
    def validators(self) -> Any:
        """The range is checked by get_prep_value: BigIntegerField's own compares unscaled numbers."""
        return self._validators  # type: ignore[attr-defined]

    def formfield(self, *_: Any, **kwargs: Any) -> Any:
        """Offer a decimal input."""
        from django import forms

        return models.Field.formfield(self, form_class=forms.DecimalField, decimal_places=self.places, **kwargs)

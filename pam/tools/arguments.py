"""Typed arguments of tools: what an engine fills in, before it is resolved against the user's own rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, Union

from django.db import models
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetJsonSchemaHandler
from pydantic_core import core_schema

from pam.access import current_user
from pam.access.money import Money, known_currencies

M = TypeVar("M", bound=models.Model)


class Arguments(BaseModel):
    """Base of every tool's arguments: nothing unknown gets in, texts are bounded."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True, str_max_length=4000)


class MoneyAsked(BaseModel):
    """Money as said: the currency is null where the words don't fix it."""

    model_config = ConfigDict(extra="forbid")
    amount: Decimal = Field(description="decimal string such as 42.50", max_digits=16, decimal_places=4)
    currency: str | None = Field(default=None, description="ISO 4217 code, or null for the user's own currency")

    def money(self, currency: str | None = None) -> Money:
        """Return exact money, in `currency` or the home currency where none was said; raises ValidationError."""
        from django.core.exceptions import ValidationError

        code = (self.currency or currency or current_user().home_currency).upper()
        if code not in known_currencies():
            raise ValidationError(f"{code} is not a currency code such as AUD or EUR.")
        return Money(self.amount, code)


class QuantityAsked(BaseModel):
    """A quantity as said; the tool converts. Unit null: the user's own (km or mi, L or gal)."""

    model_config = ConfigDict(extra="forbid")
    value: Decimal = Field(description="decimal string", max_digits=14, decimal_places=4)
    unit: str | None = Field(default=None, description="L, gal, km, mi, or null for the user's own unit")


class Period(BaseModel):
    """A range of days for a question, `until` exclusive."""

    model_config = ConfigDict(extra="forbid")
    start: dt.date
    until: dt.date


def _as_day(value: Any) -> Any:
    """Take the day of a moment: "2026-05-14T09:00" and "2026-05-14" both say a day."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, str) and "T" in value:
        return value.split("T", 1)[0]
    return value


def _as_moment(value: Any) -> Any:
    """Read a time without an offset in the acting person's zone."""
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value)
        except ValueError:
            return value
    if isinstance(value, dt.datetime) and value.tzinfo is None:
        return value.replace(tzinfo=current_user().zone)
    return value


Day = Annotated[dt.date, BeforeValidator(_as_day)]
Moment = Annotated[dt.datetime, BeforeValidator(_as_moment)]


class RefTo:
    """Marks an argument that names one of the user's own rows, by its words or its id."""

    def __init__(self, model: str, rows: Callable[[], Any] | None = None) -> None:
        self.model = model
        self.rows = rows

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        """Take a name, an id, or the row itself."""
        return core_schema.union_schema(
            [core_schema.str_schema(min_length=1, max_length=300), core_schema.is_instance_schema(models.Model)]
        )

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Engines see a string and what it names."""
        return {"type": "string", "description": f"name or id of one of the user's {self.model}", "x-ref": self.model}


if TYPE_CHECKING:
    Ref = Annotated[M, "ref"]
else:

    class Ref:
        """`Ref["wins.Category"]` or `Ref[Category]`: one of the user's own rows."""

        def __class_getitem__(cls, model: Any) -> Any:
            label = model if isinstance(model, str) else model._meta.label
            return Annotated[Union[str, models.Model], RefTo(label)]  # noqa: UP007

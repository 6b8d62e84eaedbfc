"""Column values as JSON and back: what the journal stores, compares and restores."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models

Values = dict[str, Any]


def encode(value: Any) -> Any:
    """Return a JSON value for one column's value as the ORM gives it."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (dt.datetime, dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, (UUID, Decimal)):
        return str(value)
    if isinstance(value, (dict, list)):
        return {"json": value}
    raise TypeError(f"The journal does not know how to keep {type(value).__name__}.")


def decode(field: models.Field[Any, Any], value: Any) -> Any:
    """Return the Python value of a stored one."""
    if isinstance(value, dict):
        return value["json"]
    return field.to_python(value)


def encode_row(row: Mapping[str, Any]) -> Values:
    """Encode a row as `.values()` gives it (column attribute names)."""
    return {name: encode(value) for name, value in row.items()}


def decode_row(model: type[models.Model], values: Mapping[str, Any]) -> Values:
    """Decode stored values into keyword arguments of the model, skipping columns that are no more."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return {name: decode(target_of(fields[name]), value) for name, value in values.items() if name in fields}


def target_of(field: models.Field[Any, Any]) -> models.Field[Any, Any]:
    """Return the field whose type the column has (a foreign key's is its target's)."""
    return field.target_field if isinstance(field, models.ForeignKey) else field


def column_names(model: type[models.Model]) -> list[str]:
    """Return the columns that the journal keeps of a model."""
    only = getattr(model, "recorded_fields", None)
    names = [field.attname for field in model._meta.concrete_fields]
    return [name for name in names if only is None or name in only or name == model._meta.pk.attname]


def touched_by_clock(model: type[models.Model]) -> set[str]:
    """Return the columns that every save moves (auto_now): no later change of them is a conflict."""
    return {field.attname for field in model._meta.concrete_fields if getattr(field, "auto_now", False)}

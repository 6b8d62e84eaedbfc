"""Settings as people say them: currency, units, zone, first day of the week, name."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from .grammar.currencies import currency_of
from .language import plain

_NAME = re.compile(
    r"\b(?:call me|my name is|im called|name to|name is)\s{1,10}([^\s,.!?]+(?:\s{1,10}[A-Z][^\s,.!?]+)?)", re.IGNORECASE
)
_DAYS = {"monday": 0, "sunday": 6, "saturday": 5}


@lru_cache(maxsize=1)
def _cities() -> dict[str, str]:
    """Return {city in plain words: zone}."""
    return {
        plain(zone.rsplit("/", 1)[-1].replace("_", " ")): zone
        for zone in sorted(available_timezones())
        if "/" in zone and not zone.startswith(("Etc/", "SystemV/"))
    }


def settings_of(text: str) -> dict[str, Any]:
    """Return the settings that the words change; empty where none is clear."""
    words = plain(text)
    found: dict[str, Any] = {}
    if re.search(r"\bmiles?\b", words):
        found["distance_unit"] = "mi"
    elif re.search(r"\b(?:km|kms|kilomet(?:re|er)s?|metric)\b", words):
        found["distance_unit"] = "km"
    if re.search(r"\bgallons?\b", words):
        found["volume_unit"] = "gal"
    elif re.search(r"\b(?:lit(?:re|er)s?|metric)\b", words):
        found["volume_unit"] = "L"
    if day := re.search(
        r"\bweeks?\b.{0,200}\b(monday|sunday|saturday)\b|\b(monday|sunday|saturday)\b.{0,200}\bweeks?\b", words
    ):
        found["week_start"] = _DAYS[day.group(1) or day.group(2)]
    if name := _NAME.search(text):
        found["display_name"] = name.group(1).strip()
    for word in re.findall(r"[a-z€£$]+", words):
        code = currency_of(word)
        if code and "display_name" not in found:
            found["home_currency"] = code
            break
    if re.search(r"\b(?:zone|time|in|to)\b", words) and "home_currency" not in found:
        for city, zone in _cities().items():
            if re.search(rf"\b{re.escape(city)}\b", words):
                found["time_zone"] = zone
    return found

"""JSON in: bounded, exact numbers, clear refusals."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser as Base

from .problems import TooLarge


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


class JSONParser(Base):
    """Reads at most the configured size; decimals arrive as Decimal, never as float."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the parsed body; raises ParseError or TooLarge."""
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(most + 1)
        if len(body) > most:
            raise TooLarge(f"The request is larger than {most // 1024} KB. Nothing has changed.")
        try:
            found = json.loads(body.decode("utf-8"), parse_float=Decimal, parse_constant=_no_constant)
        except UnicodeDecodeError as problem:
            raise ParseError("The body is not UTF-8. Nothing has changed.") from problem
        except RecursionError as problem:
            raise ParseError("The JSON is nested too deeply. Nothing has changed.") from problem
        except ValueError as problem:
            raise ParseError(f"The body is not JSON: {problem}. Nothing has changed.") from problem
        return found

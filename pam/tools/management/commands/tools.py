"""`manage.py tools`: everything that can be asked of PAM."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from pam.tools.registry import tools


class Command(BaseCommand):
    """Lists the tools."""

    help = "List every tool: name, risk, what it does; --json with the schema of its arguments."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --json."""
        parser.add_argument("--json", action="store_true")

    def handle(self, *_: Any, **options: Any) -> None:
        """Print one line a tool."""
        for tool in tools():
            if options["json"]:
                row = {"name": tool.name, "risk": tool.risk, "effect": tool.effect}
                self.stdout.write(json.dumps({**row, "description": tool.description, "arguments": tool.schema()}))
            else:
                self.stdout.write(f"{tool.name:28} {tool.risk:13} {tool.description}")

"""docs/security.md lists every place that looks across owners, and every encrypted column."""

from __future__ import annotations

import re
from pathlib import Path

from pam.access.encryption import encrypted_columns

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("pam", "you", "wins", "wheels", "social", "assistant")
_CALL = re.compile(r"unscoped\(\s*(?:\"([^\"]+)\"|(_[A-Z]+))")


def across() -> list[str]:
    """Return the lines of the table of places that look across owners."""
    found = set()
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            text = path.read_text()
            for said, name in _CALL.findall(text):
                reason = said or re.search(rf"^{name} = \"([^\"]+)\"", text, re.MULTILINE)[1]  # type: ignore[index]
                found.add(f"| `{path.relative_to(ROOT)}` | {reason} |")
    return ["| where | why |", "|---|---|", *sorted(found)]


def encrypted() -> list[str]:
    """Return the lines of the table of encrypted columns."""
    columns: dict[str, list[str]] = {}
    for model, field in encrypted_columns():
        if model._meta.app_label != "shapes":
            columns.setdefault(model._meta.label, []).append(field.name)
    return [
        "| model | columns |",
        "|---|---|",
        *(f"| {name} | {', '.join(sorted(columns[name]))} |" for name in sorted(columns)),
    ]


def test_the_page_says_what_the_code_does() -> None:
    page = (ROOT / "docs" / "security.md").read_text()
    for lines in (across(), encrypted()):
        assert len(lines) > 5
        assert "\n".join(lines) in page

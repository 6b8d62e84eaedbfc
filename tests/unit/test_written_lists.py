"""Lists that people read are complete: the environment's variables, the dependencies, make's commands."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent.parent


def project() -> dict[str, object]:
    return dict(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"])


def locked(name: str) -> dict[str, list[Requirement]]:
    found: dict[str, list[Requirement]] = {}
    for line in (ROOT / name).read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            requirement = Requirement(line)
            found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


def direct() -> list[Requirement]:
    return [Requirement(line) for line in project()["dependencies"]]  # type: ignore[attr-defined]


def test_every_variable_that_settings_read_is_in_the_example() -> None:
    read = set()
    for path in (ROOT / "pam/settings").glob("*.py"):
        read |= set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', path.read_text()))
    written = set(re.findall(r"^# ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert read - written == set()
    assert written - read == set()


def test_locks_pin_exactly_and_satisfy_what_is_asked() -> None:
    runtime, tools = locked("requirements.txt"), locked("requirements-dev.txt")
    for requirements in (*runtime.values(), *tools.values()):
        assert all(str(found.specifier).startswith("==") for found in requirements)
    for wanted in direct():
        for found in runtime[canonicalize_name(wanted.name)]:
            version = str(found.specifier).removeprefix("==")
            assert wanted.specifier.contains(version), f"{wanted} is locked at {version}"
    for name, requirements in runtime.items():
        assert {str(found) for found in tools[name]} == {str(found) for found in requirements}


def test_locks_name_no_place_to_fetch_from() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        assert not re.search(r"^\s*-", text, re.MULTILINE)


def test_every_direct_dependency_is_explained() -> None:
    page = (ROOT / "docs/dependencies.md").read_text()
    explained = set(re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE))
    assert explained == {canonicalize_name(wanted.name) for wanted in direct()}


def test_make_help_lists_every_command() -> None:
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, timeout=20, check=True).stdout
    for command in ("run", "test", "test-full", "lint", "help"):
        assert f"  make {command} " in said

"""What all tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.core.cache import cache

import pam.celery  # noqa: F401 - tasks that a test sends go to PAM's broker
from tests.running import Running

# What CI tries is the same each time; a developer's runs look for new examples.
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("ci")


@pytest.fixture(autouse=True)
def _own_cache_and_quick_passwords(settings: Any) -> None:
    """Nothing counted or kept by one test is there in the next, on Redis either; passwords cost nothing."""
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]
    cache.clear()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """PAM in a process of its own, as `make run` starts it: SQLite, its own data with the demo user."""
    var: Path = tmp_path_factory.mktemp("var")
    with Running(var) as found:
        yield found

"""The tour of docs/tour.md is held again with a PAM of its own: the page is what PAM does, to the letter."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

from tests.running import ROOT


def _tour() -> ModuleType:
    spec = importlib.util.spec_from_file_location("tour", ROOT / "scripts" / "tour.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["tour"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_the_tour_is_what_pam_does() -> None:
    tour = _tour()
    with tour.served() as base:
        held = tour.talk_to(base)
    assert held == tour.PAGE.read_text(), (
        "PAM answers otherwise than docs/tour.md says. If that is right: scripts/tour.py write"
    )


def test_the_tour_is_long_enough_and_repeats_nobody() -> None:
    said = [step for _, steps in _tour().TOUR for step in steps if isinstance(step, str)]
    assert len(said) >= 45
    assert sum(text in {"undo", "yes", "no"} for text in said) == len(said) - len(set(said) - {"undo", "yes", "no"})

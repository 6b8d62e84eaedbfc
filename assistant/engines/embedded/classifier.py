"""The classifier: which tool a clause asks for, learnt from the phrasing files and kept in `var/`."""

from __future__ import annotations

import fcntl
import os
import random
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from django.conf import settings

from .features import vector_of
from .language import language, samples

FORM = 18  # of the kept model; raise it when features or sampling change
SAMPLES = 8  # sentences a phrasing
SHARPNESS = 5.0  # of margins into shares: of right answers, nineteen of twenty lie above a half


@dataclass(frozen=True)
class Guess:
    """A label and how sure the classifier is of it (a share of 1)."""

    label: str
    confidence: float


class Classifier:
    """A linear support vector machine for each label over runs of words and letters."""

    def __init__(self, file: Mapping[str, Any]) -> None:
        self.labels = [str(label) for label in file["labels"]]
        self._columns = {run: column for column, run in enumerate(file["runs"].tobytes().decode().split("\n"))}
        self._idf, self._weights, self._bias = file["idf"], file["weights"], file["bias"]

    def guess(self, signatures: list[str], most: int = 4) -> list[list[Guess]]:
        """Return the likeliest labels of each signature, best first."""
        return [self._guess(signature, most) for signature in signatures]

    def _guess(self, signature: str, most: int) -> list[Guess]:
        vector = vector_of(signature, self._columns, self._idf)
        rows = self._weights[list(vector)].astype(np.float32)
        margins = np.fromiter(vector.values(), np.float32, len(vector)) @ rows + self._bias
        shares = np.exp(SHARPNESS * (margins - margins.max()))
        shares /= shares.sum()
        return [Guess(self.labels[place], float(shares[place])) for place in np.argsort(shares)[::-1][:most]]


def _examples() -> list[tuple[str, str]]:
    """Return (label, signature) of what the phrasings say."""
    found: set[tuple[str, str]] = set()
    for label, phrasings in language().phrasings.items():
        for phrasing in phrasings:
            count = SAMPLES if label != "none" or "|" in phrasing or "{" in phrasing else 1
            # Its own seed: a phrasing more or less changes nothing about the examples of the others.
            rng = random.Random(f"{label} {phrasing}")
            found.update((text, label) for text in samples(rng, label, phrasing, count))
    return [(label, text) for text, label in sorted(found)]


_kept: Classifier | None = None
_learning = threading.Lock()


def classifier() -> Classifier:
    """Return the classifier; learnt once for these phrasings and kept, so that later starts read it."""
    global _kept
    if _kept is None:
        with _learning:  # requests that come meanwhile wait for the one that learns
            if _kept is None:
                _kept = _load() or _learn()
    return _kept


def _path() -> Path:
    return Path(settings.VAR_DIR) / "language" / f"classifier-{language().digest}-{FORM}.npz"


def is_learnt() -> bool:
    """Whether the classifier of these phrasings is kept already."""
    return _path().exists()


def _load() -> Classifier | None:
    try:
        with np.load(_path()) as file:
            return Classifier(file)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):  # not there, or half-written: learn anew
        return None


def _learn() -> Classifier:
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with (path.parent / "learning.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one process learns, the others read what it kept
        known = _load()
        if known is not None:
            return known
        fresh = path.with_suffix(f".{os.getpid()}")
        # A process of its own: what learning needs would stay in this one's memory.
        subprocess.run(
            [sys.executable, "-m", "assistant.engines.embedded.learning", str(fresh)],
            input="".join(f"{label}\t{text}\n" for label, text in _examples()),
            text=True, check=True, cwd=settings.BASE_DIR,
        )  # fmt: skip
        fresh.replace(path)
        found = _load()
    if found is None:
        raise RuntimeError(f"what was learnt cannot be read back from {path}")
    return found

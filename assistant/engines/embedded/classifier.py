"""The classifier: which tool a clause asks for, learnt from the phrasing files and kept in `var/`."""

from __future__ import annotations

import fcntl
import os
import pickle
import random
import threading
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
from django.conf import settings

from .language import language, samples

FORM = 15  # of the kept model; raise it when features or sampling change
SAMPLES = 8  # sentences a phrasing
SHARPNESS = 5.0  # of margins into shares: of right answers, nineteen of twenty lie above a half


@dataclass(frozen=True)
class Guess:
    """A label and how sure the classifier is of it (a share of 1)."""

    label: str
    confidence: float


class Classifier:
    """TF-IDF of words and characters under a linear support vector machine for each label."""

    def __init__(self, model: Any, labels: list[str]) -> None:
        self.model = model
        self.labels = labels

    def guess(self, signatures: list[str], most: int = 4) -> list[list[Guess]]:
        """Return the likeliest labels of each signature, best first."""
        if not signatures:
            return []
        margins = self.model.decision_function([_bounded(signature) for signature in signatures])
        shares = np.exp(SHARPNESS * (margins - margins.max(axis=1, keepdims=True)))
        shares /= shares.sum(axis=1, keepdims=True)
        found = []
        for row in shares:
            best = np.argsort(row)[::-1][:most]
            found.append([Guess(str(self.labels[index]), float(row[index])) for index in best])
        return found


def _bounded(text: str) -> str:
    """Mark where a clause begins and ends: its first and last words tell more than those between."""
    return f"<s> {text} </s>"


def _train() -> Classifier:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    rng = random.Random(7)
    texts, labels = [], []
    for label, phrasings in sorted(language().phrasings.items()):
        for phrasing in phrasings:
            count = SAMPLES if label != "none" or "|" in phrasing or "{" in phrasing else 1
            for text in samples(rng, label, phrasing, count):
                texts.append(_bounded(text))
                labels.append(label)
    words = TfidfVectorizer(ngram_range=(1, 3), sublinear_tf=True, token_pattern=r"[^\s]+", lowercase=False, min_df=2)
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, lowercase=False, min_df=3)
    model = make_pipeline(make_union(words, characters), LinearSVC(C=0.6, class_weight="balanced", random_state=7))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(texts, labels)
    return Classifier(model, list(model.classes_))


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
    name = f"classifier-{language().digest}-{FORM}-{sklearn.__version__}.pickle"
    return Path(settings.VAR_DIR) / "language" / name


def is_learnt() -> bool:
    """Whether the classifier of these phrasings is kept already."""
    return _path().exists()


def _load() -> Classifier | None:
    try:
        model, labels = pickle.loads(_path().read_bytes())
    except Exception:  # not there, half-written, or of another Python: learn anew
        return None
    return Classifier(model, labels)


def _learn() -> Classifier:
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with (path.parent / "learning.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one process learns, the others read what it kept
        known = _load()
        if known is not None:
            return known
        found = _train()
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.write_bytes(pickle.dumps((found.model, found.labels)))
        fresh.replace(path)
    return found

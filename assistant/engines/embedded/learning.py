"""Learning the classifier, in a process of its own: what learning needs is gone from memory when it ends.

    python -m assistant.engines.embedded.learning FILE.npz < examples

reads one example a line (label, tab, signature) and writes what was learnt.
"""

from __future__ import annotations

import math
import sys
import warnings
from array import array
from collections import Counter
from pathlib import Path

import numpy as np

from .features import blocks_of, vector_of

LEAST_WORDS = 2  # examples that a run of words must stand in
LEAST_LETTERS = 3


def learn(examples: list[tuple[str, str]], path: Path) -> None:
    """Learn from (label, signature) and write {runs, idf, weights, bias, labels} to `path`."""
    from scipy.sparse import csr_matrix
    from sklearn.svm import LinearSVC

    runs, idf = _vocabulary([text for _, text in examples])
    columns_of = {run: column for column, run in enumerate(runs)}
    columns, weights, starts = array("i"), array("d"), array("i", [0])
    for _, text in examples:
        vector = vector_of(text, columns_of, idf)
        columns.extend(vector)
        weights.extend(vector.values())
        starts.append(len(columns))
    rows = csr_matrix(
        (np.frombuffer(weights), np.frombuffer(columns, np.int32), np.frombuffer(starts, np.int32)),
        shape=(len(examples), len(runs)),
    )
    del columns_of
    labels, label_of = np.unique([label for label, _ in examples], return_inverse=True)
    found, bias = np.empty((len(runs), len(labels)), np.float16), np.empty(len(labels), np.float32)
    for place in range(len(labels)):  # one label at a time: all at once take three times the memory
        is_it = label_of == place
        rare = len(examples) / (len(labels) * is_it.sum())  # a label of few examples counts as much as one of many
        model = LinearSVC(C=0.6, class_weight={True: rare, False: 1}, random_state=7, tol=0.1)  # closer changes nothing
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(rows, is_it)
        found[:, place], bias[place] = model.coef_[0], model.intercept_[0]
    with path.open("wb") as file:
        np.savez(
            file, runs=np.frombuffer("\n".join(runs).encode(), np.uint8), idf=np.array(idf, np.float32),
            weights=found, bias=bias, labels=labels,
        )  # fmt: skip


def _vocabulary(texts: list[str]) -> tuple[list[str], list[float]]:
    """Return the runs that are said often enough to tell something, and how seldom each is said."""
    counts: Counter[str] = Counter()
    for text in texts:
        for block in blocks_of(text):
            counts.update(block.keys())
    runs = sorted(run for run, count in counts.items() if count >= (LEAST_LETTERS if run[0] == "~" else LEAST_WORDS))
    return runs, [math.log((1 + len(texts)) / (1 + counts[run])) + 1 for run in runs]


if __name__ == "__main__":
    given = [line.rstrip("\n").split("\t", 1) for line in sys.stdin]
    learn([(label, text) for label, text in given], Path(sys.argv[1]))

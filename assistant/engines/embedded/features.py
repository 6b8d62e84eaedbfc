"""What the classifier sees of a clause: its words, up to three in a row, and the letters of its words, three and four
in a row, each weighed by how seldom it is said (TF-IDF). Learning and reading see the same.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

WORDS_IN_A_ROW = (1, 2, 3)
LETTERS_IN_A_ROW = (3, 4)


def blocks_of(text: str) -> tuple[Counter[str], Counter[str]]:
    """Return how often each run of words, and each run of letters, stands in a signature.

    Its begin and end are marked: a clause's first and last words tell more than those between.
    """
    words = ["<s>", *text.split(), "</s>"]
    runs = Counter(" ".join(words[i : i + n]) for n in WORDS_IN_A_ROW for i in range(len(words) - n + 1))
    return runs, Counter(run for word in words for run in _letters(word))


def _letters(word: str) -> Iterator[str]:
    """Runs of letters; the mark before them tells them from words."""
    padded = f"~{word}~"
    for n in LETTERS_IN_A_ROW:
        for i in range(max(1, len(padded) - n + 1)):
            yield f"~{padded[i : i + n]}"


def vector_of(text: str, columns: dict[str, int], idf: Sequence[float]) -> dict[int, float]:
    """Return {column: weight} of a signature; each block has length one."""
    vector: dict[int, float] = {}
    for block in blocks_of(text):
        found = {
            column: (1 + math.log(count)) * float(idf[column])
            for run, count in block.items()
            if (column := columns.get(run)) is not None
        }
        length = math.sqrt(sum(weight * weight for weight in found.values()))
        vector.update({column: weight / length for column, weight in found.items()})
    return vector

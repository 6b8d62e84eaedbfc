"""What a model says while it streams: gathered into frames, and never a claim of something that was not done."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

GATHER_SECONDS = 0.1
_DONE = (
    "added|logged|recorded|booked|noted|saved|created|deleted|removed|updated|changed|moved|scheduled|set|posted|sent|"
    "invited|transferred|cancelled|completed|marked|ticked|undone|reminded|paid|entered|put"
)
_THING = (
    "account|appointment|bill|both|budget|category|comment|entry|event|everything|expense|fill|fuel|group|income|"
    "invitation|invite|it|money|note|payment|post|receipt|reminder|service|task|that|transfer|trip"
)
_CLAIM = re.compile(
    rf"\b(?:i|we|i've|i’ve|i have|we've|we’ve|has|have|was|were|is|are|it's|it’s|successfully|now|just|been)\b"
    rf"[^!?\n]{{0,40}}?\b(?:{_DONE})\b"
    rf"|^\W*+(?:[\w'’]{{1,40}}+\s{{1,10}}+){{0,4}}?(?:{_THING})(?:e?s)?\s{{1,10}}+(?:\w{{1,40}}+\s{{1,10}}+)?(?:{_DONE})\b",
    re.IGNORECASE,
)
_CLAIM_AT_ONCE = re.compile(
    rf"^\W*+(?:(?:ok(?:ay)?|sure|great|perfect|no worries|right)\W*+)?(?:done|all (?:set|done|sorted)|sorted|{_DONE})\b"
    r"|\btaken care of\b|\b(?:that's|that’s|it's|it’s|consider it|all) (?:done|sorted)\b|\bin (?:your|the) (?:log|books|calendar|list) now\b",
    re.IGNORECASE,
)
# A full stop inside 42.50 or example.com ends nothing.
_WHOLE = re.compile(r"\A.+?(?:[.!?]{1,9}[\"'”’)\]*_]{0,9}\s+|\n+)", re.DOTALL)


def claims_done(sentence: str) -> bool:
    """Whether a sentence says that something was done; asking whether it was is no claim."""
    if _CLAIM_AT_ONCE.search(sentence):
        return True
    return not sentence.rstrip().endswith("?") and _CLAIM.search(sentence) is not None


class Speech:
    """Hears a model's words, passes them on sentence by sentence, and keeps what was passed on.

    `silent`: something was done in this turn already, so the journal alone speaks.
    """

    def __init__(self, say: Callable[[str], None], *, silent: bool) -> None:
        self.say = say
        self.silent = silent
        self.waiting = ""
        self.gathered = ""
        self.passed = ""
        self.heard = 0  # characters
        self.last = time.monotonic()

    def hear(self, text: str) -> None:
        """Take some more words."""
        self.waiting += text
        self.heard += len(text)
        while match := _WHOLE.match(self.waiting):
            self._take(match.group())
            self.waiting = self.waiting[match.end() :]
        if self.gathered and time.monotonic() - self.last >= GATHER_SECONDS:
            self._pass_on()

    def end(self) -> str:
        """Take the rest and return everything that was passed on."""
        self._take(self.waiting)
        self.waiting = ""
        self._pass_on()
        return self.passed.strip()

    def _take(self, sentence: str) -> None:
        if not claims_done(sentence):
            self.gathered += sentence

    def _pass_on(self) -> None:
        if self.gathered and not self.silent:
            self.say(self.gathered)
            self.passed += self.gathered
        self.gathered = ""
        self.last = time.monotonic()

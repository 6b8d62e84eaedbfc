"""Words that look like a command but ask for nothing: hypotheticals, plans withdrawn, negations, other people's doings.

A write never comes of a clause that speaks so.
"""

from __future__ import annotations

import re

_FRAMES = [
    # what might have been, or might be
    r"\b(?:if|had) (?:i|we|you|they|he|she)(?:d| had| were| was| could| would)?\b.{0,60}\b(?:would|wouldve|could|couldve|might)\b",
    r"\b(?:would|could|should|might)(?:ve| have) (?:been|cost|bought|paid|spent|gone|booked|saved|needed)\b",
    r"\bimagine (?:if|paying|spending)\b",
    r"\b(?:suppose|supposing|say) (?:i|we) (?:bought|paid|spent|sold)\b",
    # what nearly was, and what was called off
    r"\b(?:nearly|almost|just about) (?:bought|paid|spent|booked|got|went|ordered|put|forgot|signed|sold|posted|dropped|did)\b",
    r"\b(?:was|were) (?:going to|gonna|about to|thinking of|planning to|meant to|supposed to)\b.{0,80}\b(?:but|then|actually|instead|didnt|forget)\b",
    r"\b(?:thought|thinking) (?:about|of) (?:buying|getting|paying|spending|booking|going)\b",
    r"\b(?:thought better of it|changed my mind|decided against|decided not to|didnt (?:buy|end up|go through|pay|bother))\b",
    r"\b(?:forget (?:it|that|about it)|never ?mind|nvm|scratch that)\W{0,40}$",
    # asked not to
    r"^(?:\W|please|pls|oh|no(?! need)|and|but)*+\b(?:dont|do not|no need to|you neednt|never) (?:you )?(?:put|add|log|book|record|enter|note|write|count|post|tell|send|save|set|schedule|create|make)\b",
    # questions: what is asked about is not to be done
    r"^(?:\W|and|so|but|um|hey|pam|ok(?:ay)?)*+(?:who|whos|whose|what|whats|which|where|wheres|why|how(?! about))\b",
    # advice and opinions
    r"^(?:\W|so|hey|pam|hmm|um)*+(?:should|shall|ought) (?:i|we|he|she|they)\b",
    r"\b(?:do you think|do you reckon|would you say|is it worth|worth it to|whats the best|which is better)\b",
    # what others did
    r"\bmy (?:\w{1,40}[ -]){0,3}(?:brother|sister|mate|friend|neighbou?r|boss|cousin|uncle|aunt|aunty|dad|mum|mom|son|daughter|inlaws?|"
    r"brotherinlaw|sisterinlaw|colleague|coworker|flatmate|roommate|housemate|ex|grandson|nephew|niece)(?:[ -]in[ -]law)? "
    r"(?:just )?(?:dropped|spent|paid|bought|blew|sold|got|forked|shelled|won|lost)\b",
    # long ago
    r"\bwhen (?:i|we) (?:was|were) (?:first |a |young|little|kids?|married|at school|your age|growing)\b",
    r"\b(?:back in|in those|in my) (?:the )?(?:day|days|eighties|seventies|sixties|nineties)\b",
    r"\bused to (?:be|cost|pay|spend|get|have)\b",
]
_CAUTION = re.compile("|".join(f"(?:{frame})" for frame in _FRAMES))


def speaks_of_nothing_to_do(words: str) -> bool:
    """Whether plain words (lower case, no apostrophes) speak of something that is not to be done."""
    return _CAUTION.search(words[:600]) is not None

"""The words of time, their short forms and their usual misspellings."""

from __future__ import annotations

from datetime import timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from rapidfuzz.distance import OSA

WEEKDAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKDAYS: dict[str, int] = {name: number for number, name in enumerate(WEEKDAY_NAMES)}
WEEKDAY_SHORT = {
    "mon": 0, "tue": 1, "tues": 1, "wed": 2, "weds": 2, "wednes": 2, "thu": 3, "thur": 3, "thurs": 3,
    "fri": 4, "sat": 5, "sats": 5, "sun": 6,
}  # fmt: skip
SHAKY_WEEKDAYS = {"sat", "sun", "wed", "mon", "fri", "thu", "sats"}
"""Short forms that are words of their own, or names: they need company."""
WEEKDAY_PLURALS = {f"{name}s": number for name, number in WEEKDAYS.items()}

MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
MONTHS: dict[str, int] = {name: number for number, name in enumerate(MONTH_NAMES, 1)}
MONTHS |= {
    "jan": 1, "feb": 2, "febr": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9,
    "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
SURE_MONTHS = {"january", "february", "july", "september", "october", "november", "december"}
"""Months that are nothing else, so that they may stand alone."""

UNITS: dict[str, str] = {
    "second": "second", "seconds": "second", "sec": "second", "secs": "second",
    "minute": "minute", "minutes": "minute", "min": "minute", "mins": "minute",
    "hour": "hour", "hours": "hour", "hr": "hour", "hrs": "hour", "h": "hour",
    "day": "day", "days": "day", "night": "day", "nights": "day", "sleeps": "day",
    "week": "week", "weeks": "week", "wk": "week", "wks": "week",
    "fortnight": "fortnight", "fortnights": "fortnight",
    "month": "month", "months": "month", "mth": "month", "mths": "month", "mo": "month", "mos": "month",
    "quarter": "quarter", "quarters": "quarter", "qtr": "quarter", "qtrs": "quarter",
    "year": "year", "years": "year", "yr": "year", "yrs": "year", "decade": "decade", "decades": "decade",
    "weekend": "weekend", "weekends": "weekend",
}  # fmt: skip

PARTS: dict[str, str] = {
    "morning": "morning", "mornings": "morning", "morn": "morning", "breakfast": "breakfast",
    "lunch": "lunch", "lunchtime": "lunch", "lunchtimes": "lunch",
    "afternoon": "afternoon", "afternoons": "afternoon", "arvo": "afternoon", "arvos": "afternoon",
    "aft": "afternoon", "evening": "evening", "evenings": "evening", "eve": "evening",
    "night": "night", "nights": "night", "nite": "night",
}  # fmt: skip
PART_HOURS: dict[str, tuple[int, int, int]] = {
    "morning": (9, 0, 12), "breakfast": (8, 5, 11), "lunch": (12, 12, 14), "afternoon": (15, 12, 19),
    "evening": (18, 18, 24), "night": (20, 18, 24), "early": (8, 5, 10), "school": (15, 15, 21),
    "work": (17, 17, 21),
}  # fmt: skip
"""Usual hour, first hour, hour after the last."""

RELATIVE_DAYS = {"today": 0, "tomorrow": 1, "yesterday": -1}

ALIASES: dict[str, str] = {
    **dict.fromkeys((
        "tmrw", "tmr", "tmw", "tmro", "tmrow", "tmmrw", "tomoz", "tomo", "tomoro", "tomorow", "tommorow",
        "tommorrow", "tomorro", "tomorrows", "tom'row", "2moro", "2morrow", "2mrw", "2mro", "2moz",
        "2morow", "morrow"), "tomorrow"),
    **dict.fromkeys(("2day", "todays", "tody", "todya", "2days", "tday"), "today"),
    **dict.fromkeys(("2nite", "2night", "tonite", "tonigt", "tonght", "tnite", "tonights", "tn"), "tonight"),
    **dict.fromkeys(("yday", "yest", "yesterdays", "yesterdy", "ystrday", "yesty"), "yesterday"),
    "avo": "arvo", "noonish": "noon", "midday": "noon", "noontime": "noon", "mid-day": "noon", "til": "till",
    "'til": "till", "untill": "until", "untl": "until", "nxt": "next", "nex": "next", "evry": "every",
    "ea": "each", "ev": "every", "mornin": "morning", "mornings'": "morning", "o'clock": "oclock",
    "cob": "eod", "thru": "through",
    "b4": "before", "sencond": "second", "wensday": "wednesday", "wendsday": "wednesday",
    "wenesday": "wednesday", "wednsday": "wednesday", "tuseday": "tuesday", "teusday": "tuesday",
    "thurday": "thursday", "minuts": "minutes", "hrs'": "hours", "previous": "last", "upcoming": "coming",
}  # fmt: skip

_FUZZY_TARGETS: dict[str, tuple[str, ...]] = {}
for _word in (
    *WEEKDAY_NAMES, *(name for name in MONTH_NAMES if len(name) > 5), "tomorrow", "yesterday", "tonight",
    "morning", "afternoon", "evening", "midnight", "fortnight", "weekend", "minutes", "christmas",
):  # fmt: skip
    _FUZZY_TARGETS[_word[0]] = (*_FUZZY_TARGETS.get(_word[0], ()), _word)
_NEVER_FUZZY = {
    "sundae", "sundaes", "sundry", "sundays", "mourning", "warning", "mondays", "minuets", "deceiver",
    "weekends", "weekday", "minute", "mornings", "evenings", "augustus", "augusta", "tomorrows",
    "fortnights", "afternoons", "warnings", "moaning", "mooring", "weeknd's", "january's", "decembers",
    "julys", "eveningwear", "someday", "fridays", "tuesdays", "wednesdays", "thursdays", "saturdays",
    "moorings", "midnights", "fryday", "evening's", "yesterdays", "manday", "payday", "evensong", "monde",
}  # fmt: skip


@lru_cache(maxsize=4096)
def normal(word: str) -> str:
    """The word of time that a lower-cased ``word`` stands for, or the word itself."""
    if word in ALIASES:
        return ALIASES[word]
    if word.endswith(("'s", "’s")):
        base = ALIASES.get(word[:-2], word[:-2])
        if base in WEEKDAYS or base in RELATIVE_DAYS or base in PARTS or base in UNITS or base == "tonight":
            return base
        if base in _HOLIDAY_POSSESSIVES:
            return base + "s"
        return word.replace("’", "'")
    if len(word) < 5 or word in _NEVER_FUZZY or not word.isascii():
        return word
    for target in _FUZZY_TARGETS.get(word[0], ()):
        limit = 2 if len(target) >= 8 and len(word) >= 7 and word[-1] == target[-1] else 1
        if abs(len(target) - len(word)) <= limit and OSA.distance(word, target, score_cutoff=limit) <= limit:
            return target
    return word


_HOLIDAY_POSSESSIVES = {"mother", "father", "boss", "patrick", "paddy", "valentine", "year", "fool",
                        "guy", "andrew", "david", "george", "president", "veteran", "saint", "groundhog",
                        "fools", "luther"}  # fmt: skip


def _hours(hours: float) -> tzinfo:
    return timezone(timedelta(hours=hours))


ZONES: dict[str, tzinfo] = {
    "gmt": _hours(0), "utc": _hours(0), "z": _hours(0), "bst": _hours(1), "wet": _hours(0), "cet": _hours(1),
    "cest": _hours(2), "eet": _hours(2), "msk": _hours(3), "pst": _hours(-8), "pdt": _hours(-7),
    "mst": _hours(-7), "mdt": _hours(-6), "cst": _hours(-6), "cdt": _hours(-5), "est": _hours(-5),
    "edt": _hours(-4), "aest": _hours(10), "aedt": _hours(11), "acst": _hours(9.5), "acdt": _hours(10.5),
    "awst": _hours(8), "nzst": _hours(12), "nzdt": _hours(13), "jst": _hours(9), "sgt": _hours(8),
    "hkt": _hours(8), "akst": _hours(-9), "hst": _hours(-10),
}  # fmt: skip
PLACE_ZONES = {
    "eastern": "America/New_York", "central": "America/Chicago", "pacific": "America/Los_Angeles",
    "london": "Europe/London", "sydney": "Australia/Sydney", "brisbane": "Australia/Brisbane",
}  # fmt: skip


def place_zone(word: str) -> tzinfo | None:
    """The zone of "London" in "9am London time"."""
    name = PLACE_ZONES.get(word)
    return ZoneInfo(name) if name else None


AFTER_A_DATE = {
    "at", "on", "in", "by", "for", "to", "and", "or", "but", "from", "until", "till", "with", "without",
    "we", "i", "it", "is", "was", "are", "please", "this", "next", "same", "then", "so", "not", "that",
    "he", "she", "they", "also", "if", "as", "before", "after", "through", "of", "back", "when", "because",
    "where", "which", "about", "around", "the", "my", "our", "your", "you", "last", "i'm", "it's", "we're",
    "im", "its", "morning", "afternoon", "evening", "night", "noon", "midnight", "arvo", "lunch",
    "lunchtime", "would", "will", "can", "could", "do", "does", "did", "has", "have", "had", "since",
    "only", "too", "thanks", "ta", "instead", "maybe", "just", "now", "between", "eve", "week", "every",
    "early", "late", "sharp", "plus", "n", "mate", "cheers", "love", "pls", "plz", "thx", "thank", "again",
    "a", "an", "were", "being", "no", "yes", "still", "due", "first", "what", "how", "who", "why", "than",
    "over", "i've", "i'll", "we'll", "we've", "she's", "he's", "they're", "that's", "there", "here", "am",
    "pm", "tomorrow", "yesterday", "up", "off", "remind", "add", "book", "put", "set", "make", "tell",
    "let", "note", "call", "text", "message", "post", "log",
}  # fmt: skip
"""Words that may follow a date without making it part of a noun ("the 2nd | floor")."""

NOUNS_AFTER_ORDINALS = {
    "floor", "birthday", "anniversary", "century", "street", "st", "ave", "avenue", "road", "time", "times",
    "place", "edition", "round", "rounds", "hole", "minute", "grade", "grader", "one", "ones", "half",
    "quarter", "set", "class", "degree", "hand", "aid", "person", "party", "thing", "attempt", "try",
    "gear", "house", "car", "name", "row", "page", "chapter", "episode", "season", "stage", "visit", "date",
    "base", "gen", "generation", "division", "grand", "lap", "game", "match", "instalment", "installment",
    "payment", "coat", "draft", "term", "option", "choice", "percentile", "of", "part", "parts", "owner",
    "bedroom", "van", "kid", "child", "daughter", "son", "wave", "amendment",
}  # fmt: skip

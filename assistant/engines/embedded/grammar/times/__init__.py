"""PAM's own English grammar of dates, times, recurrences and offsets."""

from assistant.engines.embedded.grammar.times.joining import join_spans
from assistant.engines.embedded.grammar.times.model import OffsetSpan, TimeSpan
from assistant.engines.embedded.grammar.times.offsets import find_offsets
from assistant.engines.embedded.grammar.times.spans import find_times

__all__ = ["OffsetSpan", "TimeSpan", "find_offsets", "find_times", "join_spans"]

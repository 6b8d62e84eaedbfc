"""The registry: how a domain declares what can be asked of it."""

from .arguments import Arguments, Day, Moment, MoneyAsked, Period, QuantityAsked, Ref
from .registry import Reply, Risk, Tool, find, tool, tools

__all__ = [
    "Arguments",
    "Day",
    "Moment",
    "MoneyAsked",
    "Period",
    "QuantityAsked",
    "Ref",
    "Reply",
    "Risk",
    "Tool",
    "find",
    "tool",
    "tools",
]

"""Typed grammars of the embedded engine: numbers, times, money, quantities."""

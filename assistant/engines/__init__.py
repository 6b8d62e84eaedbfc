"""Engines: interchangeable ways of turning a turn into steps and words."""

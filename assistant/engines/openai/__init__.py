"""The engine for OpenAI-compatible endpoints."""

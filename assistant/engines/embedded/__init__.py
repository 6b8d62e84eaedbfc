"""The embedded engine: understands everyday English without a network."""

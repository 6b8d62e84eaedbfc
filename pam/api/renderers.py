"""JSON out: UTF-8, no floats."""

from rest_framework import renderers


class JSONRenderer(renderers.JSONRenderer):
    """JSON without escapes of other scripts."""

    charset = None
    ensure_ascii = False

"""What every answer tells the browser it may do: Content-Security-Policy and the policies beside it.

Pages load scripts, styles, pictures and fonts from here alone; nothing inline runs, nothing is evaluated from text.
What a page's own script must put in as a stylesheet carries the request's nonce (`request.csp_nonce` in a template;
ReDoc is the one that does). Answers of the API are no pages and may do nothing at all.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject, empty

NOTHING = "default-src 'none'; frame-ancestors 'none'"
# {style}: a nonce; {sockets}: the addresses of this host's WebSockets, which older browsers do not count to 'self'.
PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'{style}; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'{sockets}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; "
    "manifest-src 'self'; worker-src 'self'"
)
ALWAYS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in (
            "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media", "geolocation",
            "gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "payment",
            "picture-in-picture", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
        )
    ),
    "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
    "X-Content-Type-Options": "nosniff",
}  # fmt: skip


class SecurityHeaders:
    """Sets the headers on whatever is answered, also by the middleware behind it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        nonce = request.csp_nonce = SimpleLazyObject(lambda: secrets.token_urlsafe(16))  # type: ignore[attr-defined]
        response = self.get_response(request)
        for name, value in ALWAYS.items():
            response[name] = value
        if settings.DEBUG and response.status_code in {404, 500}:
            return response  # Django's pages for developers are all inline
        used = "" if nonce._wrapped is empty else str(nonce)
        if not response.has_header("Content-Security-Policy"):  # a view that shuts its answer in more knows why
            response["Content-Security-Policy"] = policy(request, response, used)
        return response


def policy(request: HttpRequest, response: HttpResponse, nonce: str = "") -> str:
    """Return the Content-Security-Policy of an answer."""
    if request.path_info.startswith("/api/") and not response.headers.get("Content-Type", "").startswith("text/html"):
        return NOTHING
    try:
        host = request.get_host()
    except DisallowedHost:
        host = ""
    return PAGE.format(style=f" 'nonce-{nonce}'" if nonce else "", sockets=f" ws://{host} wss://{host}" if host else "")

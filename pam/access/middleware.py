"""Says for each request who acts."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from .context import act, nobody


class ActingMiddleware:
    """A signed-in person acts in their pages; bearer tokens say so later, in the API's authentication."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Run the request with its person acting, and nobody afterwards."""
        with nobody():
            if request.user.is_authenticated:
                act(request.user)
            return self.get_response(request)

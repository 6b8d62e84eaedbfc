"""Who asks, and how lists are paged."""

import jwt
from django.conf import settings
from rest_framework import authentication, exceptions, pagination

from .models import Person


class Bearer(authentication.BaseAuthentication):
    """A bearer token, and its person from the database."""

    def authenticate(self, request):
        """Return the person."""
        header = request.headers.get("Authorization", "")
        if not header.startswith("Bearer "):
            return None
        try:
            claims = jwt.decode(header[7:], settings.SECRET_KEY, algorithms=["HS256"])
            return Person.objects.get(pk=claims["sub"], is_active=True), None
        except (jwt.InvalidTokenError, Person.DoesNotExist) as problem:
            raise exceptions.AuthenticationFailed from problem

    def authenticate_header(self, request):
        """Return what a 401 asks for."""
        return "Bearer"


class Pages(pagination.CursorPagination):
    """Cursor paging."""

    ordering = "-id"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

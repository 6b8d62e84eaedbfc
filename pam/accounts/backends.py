"""Signing in by email address."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from .models import User


class EmailBackend(ModelBackend):
    """Finds people by their address, whatever its case; unknown addresses cost as much time as known ones."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> User | None:
        """Return the person whose address and password these are, else None."""
        email = (username or "").strip().lower()
        user = User.objects.filter(email=email).first()
        if user is None or password is None:
            User().set_password(password)  # the work of a check, so that the time tells nothing
            return None
        if user.check_password(password) and self.user_can_authenticate(user):
            return user
        return None

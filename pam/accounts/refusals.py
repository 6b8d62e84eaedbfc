"""Why somebody is not let in; every message is for the person and tells nothing about who has an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .models import User


class Refused(Exception):
    """Not let in. `counts` says whether it is a failed try, `code` is for programs."""

    counts = True
    code = "refused"

    def __init__(self, message: str = "This address and password do not go together.") -> None:
        super().__init__(message)


class Locked(Refused):
    """Too many failed tries; `seconds` until the next."""

    counts = False
    code = "locked"

    def __init__(self, seconds: int) -> None:
        minutes = max(1, -(-seconds // 60))
        super().__init__(f"Too many failed sign-ins. Try again in {minutes} minute{'s' if minutes != 1 else ''}.")
        self.seconds = seconds


class NotVerified(Refused):
    """The address of this person is not verified yet, and this installation asks for it."""

    counts = False
    code = "not_verified"

    def __init__(self, user: User) -> None:
        super().__init__("This address is not verified yet. Follow the link in the mail that was sent to it.")
        self.user = user


class SecondFactorRequired(Refused):
    """The password was right; a code is asked for as well."""

    counts = False
    code = "second_factor_required"

    def __init__(self, user: User) -> None:
        super().__init__("This account asks for a code too: send the one that your authenticator app shows.")
        self.user = user


class Leaving(Refused):
    """The person has asked that the account be erased, and an app knocks, which has no page to say so."""

    counts = False
    code = "account_leaving"

    def __init__(self, user: User) -> None:
        when = f"{user.erase_at:%Y-%m-%d}" if user.erase_at else "soon"
        super().__init__(
            f"This account is about to be erased, on {when}, as was asked. To keep it, send the same to "
            "/api/auth/keep-account. Nothing has changed."
        )


class WrongCode(Refused):
    """The code is not the present one, or was used before."""

    code = "second_factor_wrong"

    def __init__(self) -> None:
        super().__init__("This code is not right, or was used before. Wait for the next one, or use a recovery code.")

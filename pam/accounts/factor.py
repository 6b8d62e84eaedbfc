"""The second factor: codes of an authenticator app (RFC 6238), and recovery codes for when it is lost."""

from __future__ import annotations

import hashlib
import hmac
import secrets as randomness
import time
from typing import Literal

import pyotp
import segno
import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from pam.access import acting_as
from pam.access.encryption import Unreadable

from .models import RecoveryCode, SecondFactor, User

log = structlog.get_logger(__name__)

STEP = 30  # seconds that a code is shown
AROUND = 1  # steps before and after in which it is taken too: clocks differ
RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look like another
_LENGTH = 16  # about 79 bits: nobody finds one from its digest


def is_on(user: User) -> bool:
    """Whether this person's sign-ins ask for a code."""
    with acting_as(user):
        return SecondFactor.objects.exists()


def fresh_secret() -> str:
    """Return a new secret (base32, 160 bits) for an authenticator app."""
    return pyotp.random_base32()


def uri(user: User, secret: str) -> str:
    """Return the `otpauth:` address that authenticator apps read."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name="PAM")


def picture(text: str) -> str:
    """Return a QR code as an SVG element, dark on white in every theme."""
    return segno.make(text, error="m").svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=True)


def enable(user: User, secret: str, code: str) -> list[str]:
    """Ask for codes of this secret from now on; return the recovery codes, which nobody sees again.

    Raises ValidationError where the code is not the secret's present one, or the factor is on already.
    """
    step = _step_of(secret, _normal(code))
    if step is None:
        raise ValidationError(
            {"code": "This is not the code of now. Check the clock of your device, and try the next."}
        )
    with transaction.atomic(), acting_as(user):
        _, made = SecondFactor.objects.get_or_create(owner=user, defaults={"secret": secret, "last_step": step})
        if not made:
            raise ValidationError("The second factor is on already. Nothing has changed.")
        return renew_recovery_codes(user)


def disable(user: User) -> None:
    """Ask for codes no more."""
    with transaction.atomic(), acting_as(user):
        SecondFactor.objects.all().delete()
        RecoveryCode.objects.all().delete()


def renew_recovery_codes(user: User) -> list[str]:
    """Return new recovery codes; those before are worth nothing from now on."""
    made = ["".join(randomness.choice(_LETTERS) for _ in range(_LENGTH)) for _ in range(RECOVERY_CODES)]
    with transaction.atomic(), acting_as(user):
        RecoveryCode.objects.all().delete()
        RecoveryCode.objects.bulk_create([RecoveryCode(owner=user, digest=_digest(code)) for code in made])
    return ["-".join(code[start : start + 4] for start in range(0, _LENGTH, 4)) for code in made]


def recovery_codes_left(user: User) -> int:
    """Return how many recovery codes are not used yet."""
    with acting_as(user):
        return RecoveryCode.objects.filter(used_at=None).count()


def accept(user: User, code: str) -> Literal["app", "recovery"] | None:
    """Use up a code; return what it was, or None where it opens nothing. Each code is accepted once."""
    given, lost = _normal(code), False
    with acting_as(user):
        try:
            kept = SecondFactor.objects.first()
        except Unreadable:
            log.error("accounts.factor_unreadable", user=str(user.pk))
            kept, lost = None, True
        if kept is None and not lost:
            return None
        if len(given) != 6:
            used = RecoveryCode.objects.filter(digest=_digest(given), used_at=None).update(used_at=timezone.now())
            return "recovery" if used else None
        step = _step_of(kept.secret, given) if kept is not None else None
        if kept is None or step is None:
            return None
        # The database decides between two who send one code at once.
        fresh = Q(last_step=None) | Q(last_step__lt=step)
        return "app" if SecondFactor.objects.filter(fresh, pk=kept.pk).update(last_step=step) else None


def _step_of(secret: str, code: str) -> int | None:
    """Return the time step around now whose code this is."""
    now, made = int(time.time()) // STEP, pyotp.TOTP(secret)
    matches = [
        step
        for step in range(now - AROUND, now + AROUND + 1)
        if hmac.compare_digest(made.generate_otp(step).encode(), code.encode(errors="replace"))
    ]
    return max(matches, default=None)


def _normal(code: str) -> str:
    return "".join(letter for letter in code.lower() if letter.isalnum())


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode(errors="replace")).hexdigest()

"""Every rule of accounts, and every write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from pam import journal
from pam.access import acting_as

from . import app_passwords, doors, erasure, events, factor, mails
from .models import AppPassword, User

log = structlog.get_logger(__name__)

VERIFY_SALT = "pam.accounts.verify"
VERIFY_SECONDS = 3 * 24 * 3600
SETTINGS = User.recorded_fields


def register(*, email: str, password: str, base_url: str = "", **fields: Any) -> User | None:
    """Make an account; raises ValidationError.

    Where addresses are verified (production), a known address gives None and its owner a mail: the answer to the
    client is the same, so that it tells nothing about who has an account.
    """
    user = User(email=email.strip().lower(), **{k: v for k, v in fields.items() if k in SETTINGS and v})
    validate_password(password, user)
    user.set_password(password)
    user.full_clean(validate_unique=False)  # before the address is looked up: what is refused is refused to all
    if settings.REQUIRE_VERIFIED_EMAIL and (kept := User.objects.filter(email=user.email).first()) is not None:
        if kept.email_verified_at is None and kept.is_active:
            send_verification(kept, base_url)
        else:
            mails.send(
                user.email, "Your PAM account", "Somebody asked for an account with this address, which has one "
                "already. If it was you, sign in, or ask for a new password.",
            )  # fmt: skip
        return None
    if not settings.REQUIRE_VERIFIED_EMAIL:
        user.validate_unique()
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:  # somebody registered the address a moment before
        return register(email=email, password=password, base_url=base_url, **fields)
    if settings.REQUIRE_VERIFIED_EMAIL:
        send_verification(user, base_url)
    return user


def send_verification(user: User, base_url: str) -> None:
    """Mail the link that verifies an address."""
    token = signing.dumps([str(user.pk), user.email], salt=VERIFY_SALT)
    link = f"{base_url}{reverse('verify', args=[token])}"
    mails.send(
        user.email, "Verify your address for PAM", "Somebody made a PAM account with this address. If it was you, open "
        f"this link within three days and give the password that you chose:\n\n{link}\n\nIf you do not know the "
        f"password, set another: {base_url}{reverse('password_reset')}\nIf it was not you, nothing is to be done.\n",
    )  # fmt: skip


def ask_verification(email: str, base_url: str) -> None:
    """Mail the link again, where the address has an account that never was verified; says nothing either way."""
    user = User.objects.filter(email=email.strip().lower(), is_active=True, email_verified_at=None).first()
    if user is None:
        mails.pretend()
    else:
        send_verification(user, base_url)


def user_to_verify(token: str) -> User:
    """Return whose address a link's token would verify; raises ValidationError. Looking verifies nothing."""
    try:
        pk, email = signing.loads(token, salt=VERIFY_SALT, max_age=VERIFY_SECONDS)
        return User.objects.get(pk=pk, email=email, is_active=True)
    except (signing.BadSignature, User.DoesNotExist, ValueError, TypeError) as problem:
        raise ValidationError("The link is not valid any more. Ask for a new one.") from problem


def verify(request: Any, token: str, password: str) -> User:
    """Mark the address of a link verified, for who knows the account's password; raises ValidationError and Refused.

    A link alone is opened by mail scanners too, and by the owner of an address with which somebody else registered.
    """
    user = user_to_verify(token)
    try:
        doors.check_credentials(request, user.email, password)
    except doors.NotVerified:
        events.record(user, "address_verified", request=request)
        user.email_verified_at = timezone.now()
        user.save(update_fields=["email_verified_at"])
    return user


def change_settings(user: User, **fields: Any) -> User:
    """Change settings of a person; the caller holds a journal entry. Raises ValidationError."""
    kept = User.objects.get(pk=user.pk)
    for name, value in fields.items():
        if name not in SETTINGS:
            raise ValidationError({name: "This is no setting."})
        setattr(kept, name, value)
    kept.full_clean(exclude=["password"])
    kept.save(update_fields=sorted(fields))
    for name, value in fields.items():
        setattr(user, name, value)
    user.__dict__.pop("zone", None)
    return kept


def require_present(request: Any, user: User, password: str, code: str | None = None, field: str = "password") -> None:
    """Let on only the person themselves; raises ValidationError by the field that is wrong, and doors.Locked."""
    try:
        doors.check_present(request, user, password, code)
    except doors.WrongCode as problem:
        raise ValidationError({"code": str(problem)}) from problem
    except doors.Locked:
        raise
    except doors.Refused as problem:
        raise ValidationError({field: str(problem)}) from problem


def change_password(request: Any, user: User, old: str, new: str, keep_session: Any = None) -> None:
    """Change a password and close every other session; raises ValidationError, and doors.Locked."""
    require_present(request, user, old, field="old_password")
    set_password(user, new, keep_session, request=request)


def set_password(
    user: User, new: str, keep_session: Any = None, *, event: str = "password_changed", request: Any = None
) -> None:
    """Set a password, close every other session and revoke every app password; raises ValidationError."""
    validate_password(new, user)
    with journal.entry(user, source=events.source_of(request)):
        events.record(user, event, request=request)
        user.set_password(new)
        user.save(update_fields=["password"])
        doors.revoke_others(user, keep_session, request)
        app_passwords.revoke_all(user, request)


def enable_factor(
    request: Any, user: User, password: str, secret: str, code: str, keep_session: Any = None
) -> list[str]:
    """Ask for a second factor from now on, close every other session, and return the recovery codes, shown this once.

    Raises ValidationError, and doors.Locked.
    """
    require_present(request, user, password)
    with journal.entry(user, source=events.source_of(request)):
        codes = factor.enable(user, secret, code)
        events.record(user, "factor_on", request=request)
        doors.revoke_others(user, keep_session, request)
    return codes


def disable_factor(request: Any, user: User, password: str, code: str) -> None:
    """Ask for a second factor no more; raises ValidationError, and doors.Locked."""
    require_present(request, user, password, code)
    with journal.entry(user, source=events.source_of(request)):
        factor.disable(user)
        events.record(user, "factor_off", request=request)


def renew_recovery_codes(request: Any, user: User, password: str, code: str) -> list[str]:
    """Return new recovery codes in place of the old ones, shown this once; raises ValidationError, and doors.Locked."""
    require_present(request, user, password, code)
    with journal.entry(user, source=events.source_of(request)):
        events.record(user, "recovery_codes_made", request=request)
        return factor.renew_recovery_codes(user)


def ask_erasure(request: Any, user: User, password: str, code: str | None = None) -> dt.datetime:
    """Have the account erased once the days of grace are over, and close every session; return when.

    The code is asked for where the second factor is on. Raises ValidationError, and doors.Locked.
    """
    require_present(request, user, password, (code or "") if factor.is_on(user) else None)
    with acting_as(user), journal.entry(user, source=events.source_of(request)):
        at = erasure.ask(user, request)
        doors.revoke_others(user, request=request)
        app_passwords.revoke_all(user, request)
    return at


def reset_password(user: User, new: str, request: Any = None) -> None:
    """Set a password by the link of a mail, which proves the address too; raises ValidationError."""
    set_password(user, new, event="password_reset", request=request)
    if user.email_verified_at is None:
        user.email_verified_at = timezone.now()
        user.save(update_fields=["email_verified_at"])


def ask_reset(email: str, base_url: str) -> None:
    """Mail a link that sets a new password, where the address has an account; says nothing either way."""
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        mails.pretend()
        return
    uid = urlsafe_base64_encode(force_bytes(str(user.pk)))
    link = f"{base_url}{reverse('password_reset_confirm', args=[uid, default_token_generator.make_token(user)])}"
    mails.send(user.email, "A new password for PAM", f"Open this link to set a new password:\n\n{link}\n")


def make_app_password(
    request: Any, user: User, password: str, name: str, scopes: Collection[str]
) -> tuple[AppPassword, str]:
    """Make an app password; return it and its text, shown this once. Raises ValidationError, and doors.Locked."""
    require_present(request, user, password)
    return app_passwords.make(user, name, scopes, request)


def reset_user(uid: str, token: str) -> User | None:
    """Return the person of a reset link, or None where it is not valid any more."""
    try:
        user = User.objects.get(pk=urlsafe_base64_decode(uid).decode(), is_active=True)
    except (ValueError, ValidationError, User.DoesNotExist, OverflowError):
        return None
    return user if default_token_generator.check_token(user, token) else None

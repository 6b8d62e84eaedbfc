"""People: who signs in, and how they like their days, money and distances shown."""

from __future__ import annotations

from datetime import tzinfo
from functools import cached_property
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from pam.access.encryption import EncryptedTextField
from pam.access.ids import uuid7
from pam.access.models import Scoped
from pam.access.money import CurrencyField
from pam.access.rules import AccessRule, MineShownToGroups


def check_zone(value: str) -> None:
    """Accept names of the time zone database only; raises ValidationError."""
    if value not in available_timezones():
        raise ValidationError(f"{value} is not a time zone such as Australia/Brisbane.")


class UserManager(BaseUserManager["User"]):
    """Makes people by their email address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make a person; raises ValidationError on a missing address or wrong settings."""
        if not email:
            raise ValidationError("An email address is needed.")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make an administrator, whose address counts as verified."""
        fields.setdefault("email_verified_at", timezone.now())
        return self.create_user(email, password, role=User.Role.ADMIN, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        """Find a person by address, whatever its case."""
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Their settings are journaled like any row of theirs (`recorded_fields`)."""

    class Role(models.TextChoices):
        USER = "user", "User"
        ADMIN = "admin", "Admin"

    class Distance(models.TextChoices):
        KM = "km", "Kilometres"
        MI = "mi", "Miles"

    class Volume(models.TextChoices):
        LITRES = "L", "Litres"
        GALLONS = "gal", "Gallons (US)"

    class Weekday(models.IntegerChoices):
        MONDAY = 0, "Monday"
        SUNDAY = 6, "Sunday"
        SATURDAY = 5, "Saturday"

    access_rule: ClassVar[AccessRule] = MineShownToGroups()
    noun: ClassVar[str] = "Settings"
    # What the journal records of a person; sign-ins and password hashes are not content of theirs.
    recorded_fields: ClassVar[frozenset[str]] = frozenset(
        {"display_name", "time_zone", "locale", "home_currency", "distance_unit", "volume_unit", "week_start",
         "theme", "email_reminders"}
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(unique=True, error_messages={"unique": "This address has an account already."})
    email_verified_at = models.DateTimeField(null=True, blank=True)
    display_name = models.CharField(max_length=80, blank=True)
    time_zone = models.CharField(max_length=64, default="Australia/Brisbane", validators=[check_zone])
    locale = models.CharField(max_length=10, default="en-AU")
    home_currency = CurrencyField(default="AUD")
    distance_unit = models.CharField(max_length=2, choices=Distance.choices, default=Distance.KM)
    volume_unit = models.CharField(max_length=3, choices=Volume.choices, default=Volume.LITRES)
    week_start = models.SmallIntegerField(choices=Weekday.choices, default=Weekday.MONDAY)
    theme = models.CharField(
        max_length=5, blank=True, choices=[("", "As the system"), ("light", "Light"), ("dark", "Dark")]
    )
    email_reminders = models.BooleanField(default=False)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.USER)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)
    # Asked to be erased, at this moment; until then they may come back (`erasure.py`).
    erase_at = models.DateTimeField(null=True, blank=True, editable=False, db_index=True)

    USERNAME_FIELD = "email"
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="accounts_email_in_lower_case")
        ]

    def __str__(self) -> str:
        return self.display_name or self.email

    def clean(self) -> None:
        """Keep addresses in lower case, as signing in looks for them."""
        super().clean()
        self.email = self.email.lower()

    @property
    def is_staff(self) -> bool:
        """Whether the admin site opens for them."""
        return self.role == self.Role.ADMIN or self.is_superuser

    @cached_property
    def zone(self) -> tzinfo:
        """Their time zone."""
        return ZoneInfo(self.time_zone)

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Administrators may do everything in the admin site."""
        return (self.is_active and self.role == self.Role.ADMIN) or super().has_perm(perm, obj)

    def has_module_perms(self, app_label: str) -> bool:
        """Administrators see every app in the admin site."""
        return (self.is_active and self.role == self.Role.ADMIN) or super().has_module_perms(app_label)


class Session(Scoped):
    """One signed-in door of a person: a browser or an app. Revoking it closes everything that came of it."""

    class Door(models.TextChoices):
        PAGE = "page", "Browser"
        API = "api", "App"

    door = models.CharField(max_length=6, choices=Door.choices)
    user_agent = models.CharField(max_length=200, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    session_key = models.CharField(max_length=40, blank=True, db_index=True)
    last_seen_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta(Scoped.Meta):
        indexes = [models.Index(fields=["owner", "revoked_at"], name="accounts_session_open")]

    def __str__(self) -> str:
        return f"{self.get_door_display()} of {self.owner_id}"


class RefreshToken(Scoped):
    """A refresh token, by the digest of its id. It is used once; used again, its whole session is revoked."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="refresh_tokens")
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"refresh token of {self.session_id}"


class SecondFactor(Scoped):
    """The authenticator app of a person: its secret, and the last time step whose code was used."""

    secret = EncryptedTextField()
    last_step = models.BigIntegerField(null=True, blank=True)

    class Meta(Scoped.Meta):
        constraints = [models.UniqueConstraint(fields=["owner"], name="accounts_one_second_factor")]

    def __str__(self) -> str:
        return f"second factor of {self.owner_id}"


class RecoveryCode(Scoped):
    """A code for when the authenticator app is lost, by its digest; it is used once."""

    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta(Scoped.Meta):
        constraints = [models.UniqueConstraint(fields=["owner", "digest"], name="accounts_recovery_code")]

    def __str__(self) -> str:
        return f"recovery code of {self.owner_id}"


class AppPassword(Scoped):
    """A long-lived key for a program of the person's own, by its digest, with the scopes it opens."""

    name = models.CharField(max_length=80)
    scopes = models.CharField(max_length=80)  # words with spaces between
    digest = models.CharField(max_length=64, unique=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class LoginFailure(models.Model):
    """A failed try, kept by keyed digests: it says nothing about who exists."""

    digest = models.CharField(max_length=64, db_index=True)  # account and network
    account = models.CharField(max_length=64, db_index=True, default="")
    network = models.CharField(max_length=64, db_index=True, default="")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.digest[:8]} at {self.at}"

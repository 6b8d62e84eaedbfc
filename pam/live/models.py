"""What waits for people: notifications in the page, and mails in the outbox."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from pam.access.encryption import EncryptedTextField
from pam.access.models import Scoped
from pam.access.rules import AccessRule, Inbox


class Notification(Scoped):
    """Something that its owner should see once; `sender` is who caused it, where it was another person."""

    access_rule: ClassVar[AccessRule] = Inbox()

    kind = models.CharField(max_length=40)
    title = EncryptedTextField(max_length=300)
    body = EncryptedTextField(blank=True, default="")
    domain = models.CharField(max_length=20, blank=True)
    url = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )

    class Meta(Scoped.Meta):
        indexes = [
            models.Index(fields=["owner", "-at", "-id"], name="live_notification_newest"),
            models.Index(fields=["owner", "at"], name="live_notification_unread", condition=Q(read_at=None)),
        ]

    def __str__(self) -> str:
        return self.title


class OutboxMail(Scoped):
    """A mail that leaves after the commit: claimed, sent, marked. Its owner is the person to whom it goes.

    `dedupe` says what the mail is about: the same is not put in twice. `entry` is the journal entry that
    caused it; once that is undone, an unsent mail is cancelled.
    """

    access_rule: ClassVar[AccessRule] = Inbox()

    to = models.EmailField()
    subject = EncryptedTextField(max_length=300)
    body = EncryptedTextField()
    dedupe = models.CharField(max_length=200)
    created = models.DateTimeField(default=timezone.now, editable=False)
    due_at = models.DateTimeField(default=timezone.now)
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.SmallIntegerField(default=0)
    lost_claims = models.SmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    entry = models.UUIDField(null=True, blank=True, editable=False)

    class Meta(Scoped.Meta):
        constraints = [
            models.UniqueConstraint(fields=["owner", "dedupe"], name="live_mail_once"),
            models.CheckConstraint(
                condition=Q(sent_at=None) | Q(cancelled_at=None, failed_at=None), name="live_mail_one_end"
            ),
            models.CheckConstraint(condition=Q(lost_claims__lte=F("attempts")), name="live_mail_claims"),
        ]
        indexes = [
            # Beat asks across owners for what is due now.
            models.Index(
                fields=["due_at"],
                name="live_mail_due",
                condition=Q(sent_at=None, cancelled_at=None, failed_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.subject

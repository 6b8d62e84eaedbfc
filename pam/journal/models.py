"""What the journal keeps: chains, entries, changes, and the feed of each audience."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from pam.access.encryption import EncryptedJSONField, EncryptedTextField
from pam.access.ids import uuid7
from pam.access.models import Scoped
from pam.access.rules import Mine, OfAudience, Through


class Chain(models.Model):
    """The end of a person's chain of entries: the row that writers of one chain wait for."""

    access_rule: ClassVar[Mine] = Mine()

    owner = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    number = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"chain of {self.owner_id} at {self.number}"


class AppendOnly(TypeError):
    """An entry was about to be rewritten."""


class JournalEntry(Scoped):
    """One act and what it changed. `owner` is the actor, whose chain it stands in.

    `digest` runs over the digest before, the act's own facts and `content_mac`, an HMAC of the content under
    `salt`: erasing content together with its salt leaves the chain verifiable and the content not guessable.
    """

    number = models.BigIntegerField()
    source = models.CharField(max_length=20)
    tool = models.CharField(max_length=200, blank=True)
    label = EncryptedTextField(max_length=200, blank=True, default="")
    request_id = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    undoes = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="undone_by")
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")
    lines = EncryptedJSONField(default=list)  # the receipt
    facts = EncryptedJSONField(default=list)  # what happened besides changes of rows
    change_count = models.IntegerField(default=0)
    salt = models.CharField(max_length=64, blank=True)
    content_mac = models.CharField(max_length=64)
    previous_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta(Scoped.Meta):
        constraints = [models.UniqueConstraint(fields=["owner", "number"], name="journal_owner_number")]

    def __str__(self) -> str:
        return f"entry {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Append; raises AppendOnly on anything else."""
        if not self._state.adding:
            raise AppendOnly("Entries of the journal are never rewritten.")
        super().save(*args, **kwargs)

    def delete(self, *_: Any, **__: Any) -> Any:
        """Refuse; raises AppendOnly."""
        raise AppendOnly("Entries of the journal are never deleted.")


class JournalChange(models.Model):
    """One row's change within an entry."""

    access_rule: ClassVar[Through] = Through("entry_id", "journal_journalentry")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    entry = models.ForeignKey(JournalEntry, on_delete=models.CASCADE, related_name="changes")
    position = models.IntegerField()
    domain = models.CharField(max_length=20)
    model = models.CharField(max_length=60)
    row = models.UUIDField()
    operation = models.CharField(max_length=6)
    before = EncryptedJSONField(null=True)
    after = EncryptedJSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "position"], name="journal_entry_position")]
        indexes = [models.Index(fields=["model", "row", "id"], name="journal_row")]

    def __str__(self) -> str:
        return f"{self.operation} {self.model} {self.row}"


class FeedItem(models.Model):
    """That a row which an audience sees has changed; its representation is read when the feed is."""

    access_rule: ClassVar[OfAudience] = OfAudience("audience")

    audience = models.UUIDField()
    position = models.BigIntegerField()
    domain = models.CharField(max_length=20)
    model = models.CharField(max_length=60)
    row = models.UUIDField()
    gone = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["audience", "position"], name="journal_feed_position")]

    def __str__(self) -> str:
        return f"{self.audience} at {self.position}"

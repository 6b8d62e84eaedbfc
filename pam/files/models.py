"""What is kept of files: attachments of rows, and uploads that wait to be attached. Their bytes stand in the storage."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import apps
from django.db import models
from django.template.defaultfilters import filesizeformat

from pam.access.models import Scoped
from pam.access.rules import AccessRule, MineOrMembersOf
from pam.journal.owned import Owned

LONGEST_NAME = 120


class StoredFile(models.Model):
    """What is known of a file. `key` places its bytes in the storage, is random and says nothing of the file."""

    name = models.CharField(max_length=LONGEST_NAME)
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField(null=True, blank=True)  # pixels, of a picture
    height = models.PositiveIntegerField(null=True, blank=True)
    key = models.CharField(max_length=40, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def is_picture(self) -> bool:
        """Whether it can be shown as a picture."""
        return self.width is not None

    def size_shown(self) -> str:
        """Return "1.2 MB"."""
        return str(filesizeformat(self.size))


class Attachment(StoredFile, Owned):
    """A file of a row: of an expense, a service, a task, a post (whose model says `takes_attachments = True`).

    The row is named by model and id and not by a foreign key, since this room knows no domain; `group_id` is the
    row's own, so that who sees the row sees its files, and nobody else.
    """

    access_rule: ClassVar[AccessRule] = MineOrMembersOf("group_id")
    noun: ClassVar[str] = "File"
    shown_fields: ClassVar[tuple[str, ...]] = ("name",)

    target_model = models.CharField(max_length=60)  # "wins.transaction"
    target_id = models.UUIDField()
    group_id = models.UUIDField(null=True, blank=True)

    class Meta(Owned.Meta):
        indexes = [
            models.Index(fields=["target_id"], name="files_attachment_target"),
            models.Index(fields=["group_id"], name="files_attachment_group"),
            models.Index(fields=["key"], name="files_attachment_key"),
        ]

    @property
    def target(self) -> Any:
        """The row that it belongs to, or None where that is gone."""
        return apps.get_model(self.target_model)._default_manager.filter(pk=self.target_id).first()

    def stands(self) -> bool:
        """Whether what it belongs to is there: undo brings no file back to a row that is gone."""
        return self.target is not None

    def receipt(self) -> dict[str, Any]:
        """Return the texts of its receipt line, which stands in the domain of the row."""
        row = self.target
        on = f"on {row.noun.lower()} {row}" if row is not None else ""
        return {"name": self.name, "sub": on, "value": self.size_shown(), "domain": self.target_model.split(".")[0]}


class Upload(StoredFile, Scoped):
    """A file that was sent and waits to be attached; it is no content yet, so the journal knows nothing of it."""

    expires_at = models.DateTimeField()

    class Meta(Scoped.Meta):
        indexes = [
            models.Index(fields=["owner", "expires_at"], name="files_upload_owner"),
        ]

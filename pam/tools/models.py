"""What was run: so that one action id never acts twice."""

from __future__ import annotations

from django.db import models

from pam.access.encryption import EncryptedJSONField
from pam.access.models import Scoped


class ToolRun(Scoped):
    """The outcome of one action, written in the transaction of what it did. `id` is the action's id."""

    tool = models.CharField(max_length=80)
    outcome = EncryptedJSONField()

    def __str__(self) -> str:
        return f"{self.tool} {self.id}"

"""What was answered to a write with an Idempotency-Key."""

from __future__ import annotations

from typing import Any

from django.db import models

from pam.access.encryption import EncryptedJSONField
from pam.access.models import Scoped


class IdempotencyKey(Scoped):
    """A key of one person, the digest of its request, and the answer; written in the write's own transaction."""

    key = models.CharField(max_length=100)
    request_digest = models.CharField(max_length=64)
    status = models.SmallIntegerField(default=0)
    body: Any = EncryptedJSONField(null=True)

    class Meta(Scoped.Meta):
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="api_owner_key")]

    def __str__(self) -> str:
        return self.key

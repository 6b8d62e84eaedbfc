"""Signs of life of the processes that work in the background."""

from __future__ import annotations

from typing import Any

from django.db import models


class Heartbeat(models.Model):
    """When a part (a worker, beat) last said that it lives."""

    name = models.CharField(max_length=100, unique=True)
    at = models.DateTimeField()
    detail: Any = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.name} at {self.at}"

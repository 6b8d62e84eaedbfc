"""Attached files where a person takes everything along, comes back with it, or is erased."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import IO
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from pam.accounts.models import User

from . import storage
from .content import examine
from .models import Attachment, Upload


class Attached:
    """The bytes of attachments, as `pam.transfer.kept` asks for them."""

    name = "attachments"

    def export(self, user: User) -> Iterator[tuple[UUID, IO[bytes]]]:
        """Yield the id and the bytes of each attachment of a person; those whose bytes are lost are left out."""
        rows: QuerySet[Attachment] = QuerySet(Attachment).filter(owner=user)
        for row in rows.order_by("id").iterator():
            try:
                yield row.pk, io.BytesIO(storage.read(row))
            except storage.Missing:
                continue

    def restore(self, user: User, row: UUID, data: IO[bytes]) -> None:
        """Put the bytes of a restored attachment where its row says; raises ValueError.

        They are judged like any upload, but kept to the byte: the journal knows their digest. Where the transaction
        is rolled back, the sweep finds that nothing refers to them.
        """
        kept = QuerySet(Attachment).filter(owner=user, pk=row).first()
        if kept is None:
            return  # the row was left out
        found = data.read(kept.size + 1)
        if not re.fullmatch("[0-9a-f]{32}", kept.key) or hashlib.sha256(found).hexdigest() != kept.sha256:
            raise ValueError("it is not the file that its row tells of")
        try:
            content = examine(found)
        except ValidationError as problem:
            raise ValueError(problem.messages[0]) from problem
        if content.media_type != kept.media_type:
            raise ValueError("it is of another kind than its row says")
        storage.put_back(kept.key, replace(content, data=found))


def leave(user: User) -> None:
    """Remove the bytes of a person who is erased, once it is done; what the journal alone knew of goes with the sweep."""
    for model in (Attachment, Upload):
        for key in QuerySet(model).filter(owner=user).values_list("key", flat=True):
            storage.forget_after_commit(key)

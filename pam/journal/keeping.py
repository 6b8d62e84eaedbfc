"""Writing an entry: chain, content, feed and versions, in the transaction of the changes themselves."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from pam.access import unscoped
from pam.access.models import advance
from pam.live.hints import hint
from pam.ops.identity import request_id

from .entries import Change, Entry
from .lines import net, receipt_lines
from .models import Chain, FeedItem, JournalChange, JournalEntry


def close(entry: Entry) -> None:
    """Write the entry where anything changed or was told; the caller holds the transaction."""
    if not entry.facts and not net(entry.changes):  # nothing, or it came and went within the block
        return
    entry.lines = receipt_lines(entry.changes) + entry.said
    with unscoped("the journal keeps an entry"):
        _append(entry)
        touched = _feed(entry.changes)
    transaction.on_commit(lambda: hint(touched))


def _append(entry: Entry) -> None:
    Chain.objects.get_or_create(owner=entry.actor)
    rows = Chain.objects.all()
    if connection.features.has_select_for_update:
        rows = rows.select_for_update()
    chain = rows.get(owner=entry.actor)
    entry.number = chain.number + 1
    kept = JournalEntry(
        id=entry.id, owner=entry.actor, number=entry.number, source=entry.source, tool=entry.tool[:200],
        label=entry.label[:200], request_id=request_id() or "", at=timezone.now(), undoes_id=entry.undoes,
        corrects_id=entry.corrects, lines=[line.as_json() for line in entry.lines],
        change_count=len(entry.changes), facts=entry.facts, salt=secrets.token_hex(16), previous_digest=chain.digest,
    )  # fmt: skip
    changes = [
        JournalChange(
            entry_id=entry.id, position=position, domain=change.domain, model=change.model._meta.label_lower,
            row=change.row, operation=change.operation, before=change.before, after=change.after,
        )
        for position, change in enumerate(entry.changes)
    ]  # fmt: skip
    kept.content_mac = content_mac(kept, changes)
    kept.digest = chain_digest(kept)
    kept.save(force_insert=True)
    JournalChange.objects.bulk_create(changes, batch_size=500)
    chain.number, chain.digest = entry.number, kept.digest
    chain.save(update_fields=["number", "digest"])


def content_mac(kept: JournalEntry, changes: Iterable[JournalChange]) -> str:
    """Return the HMAC of an entry's content under its own salt."""
    content: dict[str, Any] = {
        "lines": kept.lines,
        "changes": [[c.position, c.model, str(c.row), c.operation, c.before, c.after] for c in changes],
    }
    if kept.facts:
        content["facts"] = kept.facts
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hmac.new(kept.salt.encode(), text.encode(), hashlib.sha256).hexdigest()


def chain_digest(kept: JournalEntry) -> str:
    """Return the digest that links an entry to the one before."""
    facts: list[Any] = [
        kept.previous_digest, str(kept.id), str(kept.owner_id), kept.number, kept.source, kept.tool, kept.label,
        kept.at.isoformat(), str(kept.undoes_id or ""), str(kept.corrects_id or ""), kept.content_mac,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()


def _feed(changes: list[Change]) -> dict[UUID, set[str]]:
    """Place each row in the feeds of its audiences and move their versions; return {audience: domains}."""
    touched: dict[UUID, dict[tuple[str, UUID], Change]] = {}
    for change in changes:
        for audience in change.audiences:
            touched.setdefault(audience, {})[(change.model._meta.label_lower, change.row)] = change
    for audience in sorted(touched):  # one order for all writers: no deadlock
        found = list(touched[audience].items())
        start = advance(audience, {change.domain for _, change in found}, len(found))
        FeedItem.objects.bulk_create(
            [
                FeedItem(
                    audience=audience, position=start + n, domain=change.domain, model=model, row=row,
                    gone=change.operation == "delete",
                )
                for n, ((model, row), change) in enumerate(found, start=1)
            ],
            batch_size=500,
        )  # fmt: skip
    return {audience: {change.domain for change in rows.values()} for audience, rows in touched.items()}

"""Erasing a person whose days of grace are over: everything of theirs, in one transaction, or nothing yet.

First what others see goes through the ORM, as a person's leaving would, so that the versions of their audiences move
and their apps are told. Then every row that is the person's is deleted as it stands, their journal with its chain
among them, and what the journals of others say of them. The other chains verify as before.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

import structlog
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session as CookieSession
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from pam import journal
from pam.access import unscoped
from pam.access.models import AudienceVersion
from pam.access.policies import models_with_tables
from pam.accounts import doors, erasure, lockout
from pam.accounts.models import User
from pam.journal.capture import is_recorded
from pam.journal.models import FeedItem, JournalChange

from . import others, quotes, rows

log = structlog.get_logger(__name__)


def erase_due(now: dt.datetime | None = None) -> int:
    """Erase every person whose day has come; return how many. One that fails is tried again at the next tick."""
    now = now or timezone.now()
    done = 0
    for pk in list(User.objects.filter(erase_at__lte=now).order_by("erase_at").values_list("pk", flat=True)):
        try:
            done += erase(pk, now)
        except Exception:
            log.exception("transfer.erase_failed", user=str(pk))
    return done


def erase(pk: UUID, now: dt.datetime) -> bool:
    """Erase a person, where their day has come and nobody else is at it; return whether it was done here."""
    with transaction.atomic(), unscoped("a person is erased"):
        due = User.objects.filter(pk=pk, erase_at__lte=now)
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)  # a row of theirs that comes meanwhile waits, and fails
        user = due.first()
        if user is None:
            return False
        doors.revoke_others(user)
        with journal.entry(user, source="system", tool="accounts.erase"):
            erasure.take_leave(user)
            _take_away(user)
        ids = others.ids_of(user)
        quotes.forget(user, ids)
        others.forget(user, ids)
        _cookies(user)
        _staff_log(user, ids)
        lockout.forget_account(user.email)
        _rows(user)
    log.info("transfer.erased", user=str(pk))
    return True


def _take_away(user: User) -> None:
    """Delete, through the ORM, what of the person others see, and what of others is about the person alone."""
    for model in rows.models_that_meet():
        if model is User or not is_recorded(model):
            continue
        _one_by_one(QuerySet(model).filter(owner=user), model)
        for pointer in rows.pointers(model):
            if pointer.related_model is User:
                about: QuerySet[Any] = QuerySet(model).filter(**{pointer.name: user})
                if pointer.remote_field.on_delete is models.CASCADE:
                    _one_by_one(about, model)
                else:
                    model._base_manager.filter(pk__in=about.values("pk")).update(**{pointer.attname: None})


def _one_by_one(found: QuerySet[Any], model: Any) -> None:
    # One that was there when they were listed may have gone with another.
    for pk in list(found.values_list("pk", flat=True)):
        for row in model._base_manager.filter(pk=pk):
            row.delete()


def _cookies(user: User) -> None:
    """Delete every cookie session in which the person is, signed in or halfway."""
    me, kept = str(user.pk), CookieSession.objects.iterator(chunk_size=rows.BATCH)
    found = [session.pk for session in kept if me in str(session.get_decoded())]
    CookieSession.objects.filter(pk__in=found).delete()


def _staff_log(user: User, ids: set[str]) -> None:
    """Delete what the admin site's own log says of the person or of rows of theirs."""
    lines = LogEntry.objects.exclude(user=user).select_related("content_type").iterator(chunk_size=rows.BATCH)
    found = [line.pk for line in lines if line.object_id in ids or _is_theirs(line, user)]
    LogEntry.objects.filter(pk__in=found).delete()


def _is_theirs(line: LogEntry, user: User) -> bool:
    model = line.content_type.model_class() if line.content_type else None
    if model is None or model not in rows.owned_models():
        return False
    try:
        return QuerySet(model).filter(pk=line.object_id, owner=user).exists()
    except (ValidationError, ValueError):
        return False


def _rows(user: User) -> None:
    """Delete every row of the person as it stands, and the person. The database checks at the commit that nothing
    points at what is gone."""
    _raw_delete(QuerySet(JournalChange).filter(entry__owner=user))
    _raw_delete(QuerySet(FeedItem).filter(Q(audience=user.pk) | Q(row=user.pk)))
    _raw_delete(QuerySet(AudienceVersion).filter(audience=user.pk))
    for model in models_with_tables():
        for field in model._meta.concrete_fields:
            if not isinstance(field, models.ForeignKey) or field.related_model is not User:
                continue
            found: QuerySet[Any] = QuerySet(model).filter(**{field.name: user.pk})
            if field.remote_field.on_delete is models.SET_NULL:
                QuerySet.update(found, **{field.attname: None})
            else:
                _raw_delete(found)
    _raw_delete(QuerySet(User).filter(pk=user.pk))


def _raw_delete(found: QuerySet[Any]) -> None:
    QuerySet._raw_delete(found, found.db)

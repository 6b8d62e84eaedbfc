"""Notifications and the outbox: told once, sent once, and what happens when a process dies in between."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.test import override_settings
from django.utils import timezone

from pam import journal
from pam.access import NotActing, acting_as, unscoped
from pam.access.models import versions
from pam.accounts.models import User
from pam.celery import app
from pam.journal.models import JournalEntry
from pam.journal.undo import undo
from pam.live import hints, outbox, services, tasks
from pam.live.models import Notification, OutboxMail
from pam.live.queries import notifications, unread, unread_count, unsent_mails

pytestmark = pytest.mark.django_db(transaction=True)

LOCMEM = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture(autouse=True)
def _mails_stay_here(settings: Any) -> None:
    settings.EMAIL_BACKEND = LOCMEM
    settings.REQUIRE_VERIFIED_EMAIL = False
    mail.outbox = []


@pytest.fixture
def ann() -> User:
    return User.objects.create_user("ann@example.com", "a long password", display_name="Ann")


@pytest.fixture
def ben() -> User:
    return User.objects.create_user("ben@example.com", "a long password", display_name="Ben")


def kept(mail_id: Any) -> OutboxMail:
    with unscoped("the test looks"):
        return OutboxMail.objects.get(pk=mail_id)


def only_mail() -> OutboxMail:
    with unscoped("the test looks"):
        return OutboxMail.objects.get()


def queued(user: User, dedupe: str = "") -> OutboxMail:
    dedupe = dedupe or uuid4().hex
    assert services.queue_mail(user, subject="Bin night", body="Bins out", dedupe=dedupe)
    with unscoped("the test looks"):
        return OutboxMail.objects.get(owner=user, dedupe=dedupe)


def heard(user: User, act: Callable[[], Any]) -> list[dict[str, Any]]:
    """What an open socket of this person would get while `act` runs."""

    async def listen() -> list[dict[str, Any]]:
        import asyncio

        from asgiref.sync import sync_to_async

        layer = get_channel_layer()
        channel = await layer.new_channel()
        await layer.group_add(hints.group_of(user.pk), channel)
        hints.serve_from(asyncio.get_running_loop())
        found = []
        try:
            await sync_to_async(act, thread_sensitive=True)()
            while True:
                found.append(await asyncio.wait_for(layer.receive(channel), 0.5))
        except TimeoutError:
            return found
        finally:
            hints.serve_from(None)

    return async_to_sync(listen)()


def test_a_notification_is_stored_then_hinted(ann: User) -> None:
    def act() -> None:
        with acting_as(ann):
            services.notify(ann, "reminder", "Call\nMum", "now", domain="you", url="/you")

    told = heard(ann, act)
    with acting_as(ann):
        row = unread(ann).get()
        assert (row.kind, row.title, row.body, row.domain, row.url) == (
            "reminder",
            "Call Mum",
            "now",
            "you",
            "/you",
        )
        assert row.sender_id is None
        assert row.read_at is None
        assert unread_count(ann) == 1
    assert told == [{"type": "pam.notification", "id": str(row.pk)}]
    with unscoped("the test looks"):
        assert not OutboxMail.objects.exists()


def test_what_is_rolled_back_is_neither_stored_nor_hinted(ann: User) -> None:
    def act() -> None:
        with acting_as(ann), transaction.atomic():
            services.notify(ann, "x", "Never", email=True)
            transaction.set_rollback(True)

    assert heard(ann, act) == []
    with acting_as(ann):
        assert not notifications().exists()
        assert not unsent_mails(ann).exists()


def test_a_preview_tells_nobody(ann: User, ben: User) -> None:
    def act() -> None:
        with journal.preview(ann):
            services.notify(ben, "post", "Ann wrote", email=True)

    assert heard(ben, act) == []
    with acting_as(ben):
        assert unread_count(ben) == 0
        assert not unsent_mails(ben).exists()


def test_for_somebody_else_it_names_the_sender_and_stays_theirs(ann: User, ben: User) -> None:
    with acting_as(ann):
        services.notify(ben, "invitation", "Ann asks you into Hiking", email=True)
        assert not notifications().exists()
        assert services.mark_read(ben) == 0, "nobody reads another's inbox"
    with acting_as(ben):
        assert unread(ben).get().sender_id == ann.pk
        assert unsent_mails(ben).get().to == "ben@example.com"


def test_reading_needs_somebody_who_acts(ann: User) -> None:
    with pytest.raises(NotActing):
        unread_count(ann)


def test_reading_some_and_all_moves_the_version(ann: User) -> None:
    with acting_as(ann):
        rows = [services.notify(ann, "x", f"Number {n}") for n in range(4)]
        before = versions([ann.pk], [services.DOMAIN])
        assert before[0][2] > 0
        assert services.mark_read(ann, [rows[0].pk, uuid4()]) == 1
        assert services.mark_read(ann, []) == 0
        assert [row.title for row in unread(ann)] == ["Number 3", "Number 2", "Number 1"]
        assert versions([ann.pk], [services.DOMAIN]) > before
        assert services.mark_read(ann) == 3
        still = versions([ann.pk], [services.DOMAIN])
        assert services.mark_read(ann) == 0
        assert versions([ann.pk], [services.DOMAIN]) == still, "nothing read, nothing changed"


def test_a_mail_is_put_in_once_for_an_occasion(ann: User, ben: User) -> None:
    with acting_as(ann):
        assert services.queue_mail(ann, subject="A", body="a", dedupe="bill:1")
        assert not services.queue_mail(ann, subject="A", body="a", dedupe="bill:1")
        with transaction.atomic():
            assert not services.queue_mail(ann, subject="A", body="a", dedupe="bill:1")
            assert services.queue_mail(ben, subject="A", body="a", dedupe="bill:1"), "another's occasion"
    tasks.send_outbox()
    assert sorted(found.to[0] for found in mail.outbox) == ["ann@example.com", "ben@example.com"]


def test_a_stranger_may_cause_a_mail(ann: User) -> None:
    assert services.queue_mail(ann, subject="Reset", body="link", dedupe="reset:1")


def test_addresses_that_are_not_verified_get_none_where_that_is_asked(ann: User, settings: Any) -> None:
    settings.REQUIRE_VERIFIED_EMAIL = True
    with acting_as(ann):
        services.notify(ann, "x", "One", email=True)
        assert not unsent_mails(ann).exists()
        ann.email_verified_at = timezone.now()
        services.notify(ann, "x", "Two", email=True)
        assert unsent_mails(ann).get().subject == "Two"


def test_a_mail_is_sent_once_and_marked(ann: User) -> None:
    row = queued(ann)
    assert tasks.send_outbox() == 1
    assert tasks.send_outbox() == 0
    (sent,) = mail.outbox
    assert (sent.to, sent.subject, sent.body) == (["ann@example.com"], "Bin night", "Bins out")
    assert str(row.pk) in sent.extra_headers["Message-ID"]
    found = kept(row.pk)
    assert found.sent_at is not None
    assert found.attempts == 1


def test_many_are_all_sent(ann: User) -> None:
    for n in range(outbox.BATCH * 2 + 3):
        queued(ann, f"n{n}")
    assert tasks.send_outbox() == outbox.BATCH * 2 + 3
    assert len(mail.outbox) == outbox.BATCH * 2 + 3


def test_threads_that_claim_at_once_send_each_mail_once(ann: User) -> None:
    rows = {queued(ann, f"n{n}").pk for n in range(30)}
    claimed: list[Any] = []
    start = threading.Barrier(4)

    def work() -> None:
        try:
            start.wait()
            while batch := outbox.claim(batch=3):
                claimed.extend(batch)
                for one in batch:
                    outbox.deliver(one)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.id for one in claimed) == sorted(rows)
    assert len(mail.outbox) == 30
    with unscoped("the test looks"):
        assert OutboxMail.objects.filter(sent_at=None).count() == 0


def test_a_death_before_sending_delays_and_loses_nothing(ann: User) -> None:
    row = queued(ann)
    now = timezone.now()
    assert [one.id for one in outbox.claim(now)] == [row.pk]
    assert outbox.claim(now + outbox.LEASE - dt.timedelta(seconds=1)) == [], "held by the one that died"
    again = outbox.claim(now + outbox.LEASE)
    assert [one.id for one in again] == [row.pk]
    assert outbox.deliver(again[0])
    assert len(mail.outbox) == 1
    assert kept(row.pk).lost_claims == 1


def test_a_death_between_sending_and_marking_sends_twice_and_never_thrice(ann: User) -> None:
    row = queued(ann)
    now = timezone.now()
    for turn in range(3):
        for one in outbox.claim(now + turn * outbox.LEASE):
            outbox._message(kept(one.id), None).send()  # and dies before it marks
    assert outbox.claim(now + 3 * outbox.LEASE) == []
    assert len(mail.outbox) == 2
    assert len({sent.extra_headers["Message-ID"] for sent in mail.outbox}) == 1, "a mail client can tell"
    assert kept(row.pk).failed_at is not None


def test_a_claim_that_ran_out_is_not_sent_by_its_old_holder(ann: User) -> None:
    queued(ann)
    assert outbox.claim(timezone.now() - dt.timedelta(seconds=60)) == [], "it is not due in the past"
    (late,) = outbox.claim(timezone.now())
    (new,) = outbox.claim(late.until)
    assert not outbox.deliver(late)
    assert outbox.deliver(new)
    assert len(mail.outbox) == 1


class Refusing(BaseEmailBackend):
    """A mail server that says no."""

    refusals = 10**6

    def send_messages(self, email_messages: Any) -> int:
        if Refusing.refusals > 0:
            Refusing.refusals -= 1
            raise ConnectionRefusedError("no, and the body was: secret words")
        mail.outbox.extend(email_messages)
        return len(email_messages)


def test_a_refused_mail_waits_longer_each_time_and_ends_as_failed(ann: User) -> None:
    row = queued(ann)
    Refusing.refusals = 10**6
    pauses = []
    with override_settings(EMAIL_BACKEND=f"{__name__}.Refusing"):
        for _ in range(outbox.MOST_ATTEMPTS):
            assert outbox.send_due() == 0
            assert outbox.send_due() == 0, "not before its pause is over"
            found = kept(row.pk)
            pauses.append((found.due_at - timezone.now()).total_seconds())
            with unscoped("time goes on"):
                OutboxMail.objects.filter(pk=row.pk).update(due_at=timezone.now())
    assert pauses[:-1] == sorted(pauses[:-1])
    assert pauses[0] > 3
    found = kept(row.pk)
    assert found.failed_at is not None
    assert found.attempts == outbox.MOST_ATTEMPTS
    assert found.lost_claims == 0
    assert found.last_error == "ConnectionRefusedError"
    assert outbox.send_due() == 0


def test_a_server_that_comes_back_gets_the_mail(ann: User) -> None:
    row = queued(ann)
    Refusing.refusals = 1
    with override_settings(EMAIL_BACKEND=f"{__name__}.Refusing"):
        assert outbox.send_due() == 0
        with unscoped("time goes on"):
            OutboxMail.objects.filter(pk=row.pk).update(due_at=timezone.now())
        assert outbox.send_due() == 1
    assert kept(row.pk).sent_at is not None


def test_a_header_cannot_be_smuggled_in(ann: User) -> None:
    with acting_as(ann):
        services.queue_mail(ann, subject="Hi\r\nBcc: all@example.com", body="x", dedupe="1")
    assert tasks.send_outbox() == 1
    assert mail.outbox[0].subject == "Hi Bcc: all@example.com"
    assert mail.outbox[0].message()["Bcc"] is None


def test_undoing_what_caused_it_cancels_an_unsent_mail(ann: User, ben: User) -> None:
    with journal.entry(ann, source="page") as entry:
        ann.display_name = "Anna"
        ann.save()
        services.queue_mail(ben, subject="Ann is Anna now", body="x", dedupe="1")
    row = only_mail()
    assert row.entry == entry.id
    with acting_as(ann):
        assert JournalEntry.objects.filter(pk=entry.id).exists()
    undo(ann, entry.id, source="page")
    assert tasks.send_outbox() == 0
    found = kept(row.pk)
    assert found.cancelled_at is not None
    assert found.sent_at is None
    assert mail.outbox == []


def test_what_caused_it_and_stands_is_sent(ann: User, ben: User) -> None:
    with journal.entry(ann, source="page"):
        ann.display_name = "Anna"
        ann.save()
        services.queue_mail(ben, subject="Ann is Anna now", body="x", dedupe="1")
    assert tasks.send_outbox() == 1


def test_old_rows_go_and_what_is_unread_or_unsent_stays(ann: User) -> None:
    long_ago = timezone.now() - dt.timedelta(days=365)
    with acting_as(ann):
        old_read, new_read, unread_row = (services.notify(ann, "x", name) for name in ("old", "new", "unread"))
        services.mark_read(ann, [old_read.pk, new_read.pk])
        Notification.objects.filter(pk=old_read.pk).update(read_at=long_ago)
        Notification.objects.filter(pk=unread_row.pk).update(at=long_ago)
    sent, waiting = queued(ann, "sent"), queued(ann, "waiting")
    with unscoped("time goes on"):
        OutboxMail.objects.filter(pk=sent.pk).update(sent_at=long_ago)
    assert tasks.prune() == 2
    with acting_as(ann):
        assert {row.title for row in notifications()} == {"new", "unread"}
    with unscoped("the test looks"):
        assert [row.pk for row in OutboxMail.objects.all()] == [waiting.pk]
    assert tasks.prune() == 0


def test_what_beat_is_to_do_exists() -> None:
    for row in tasks.PERIODIC.values():
        assert row["task"] in app.tasks
        assert int(str(row["every"])) > 0

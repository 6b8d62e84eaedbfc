"""Who acts, who sees what, and numbers that stay exact."""

from __future__ import annotations

import contextvars
import threading
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Sum
from django.test import Client
from django.utils import timezone

from pam.access import NotActing, acting_as, current_user, current_user_id, unscoped, uuid7
from pam.access.context import current_or_none, nobody
from pam.access.models import advance, versions
from pam.access.money import Money, exponent, known_currencies, show_money
from pam.access.quantities import QuantityField
from pam.access.rules import MembersOf, Mine, MineAnd, groups_of
from pam.accounts.models import User
from social import services as social
from social.models import Group, Invitation, Membership, Post
from tests.house import doing, looking, person
from wheels import services as wheels
from wheels.models import OdometerReading
from wins import services as wins
from wins.models import Account, Category, Transaction
from you import services as you
from you.models import Task

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    return person("Ann")


@pytest.fixture
def ben() -> User:
    return person("Ben", time_zone="Europe/London")


# Scope


def test_rows_are_those_of_who_acts(ann: User, ben: User) -> None:
    doing(ann, lambda: you.add_task(ann, title="Ann's"))
    doing(ben, lambda: you.add_task(ben, title="Ben's"))
    with acting_as(ann):
        assert [row.title for row in Task.objects.all()] == ["Ann's"]
        with acting_as(ben):
            assert [row.title for row in Task.objects.all()] == ["Ben's"]
        assert [row.title for row in Task._base_manager.all()] == ["Ann's"]
    with unscoped("the test looks"):
        assert Task.objects.count() == 2


def test_without_anybody_acting_nothing_is_read() -> None:
    for manager in (Task.objects, Task._base_manager, Task._default_manager):
        with pytest.raises(NotActing, match="wrap this in access.acting_as"):
            manager.all()
    assert list(Task.objects.none()) == []
    with pytest.raises(NotActing):
        current_user()
    with pytest.raises(NotActing), unscoped("the system has no name"):
        current_user_id()


def test_related_managers_are_scoped_too(ann: User, ben: User) -> None:
    account = doing(ann, lambda: wins.add_account(ann, name="Everyday"))
    doing(ann, lambda: wins.record_expense(ann, amount=Money(Decimal(5), "AUD")))
    with acting_as(ben):
        assert account.transactions.count() == 0
    with acting_as(ann):
        assert account.transactions.count() == 1


def test_another_persons_row_is_neither_saved_nor_deleted(ann: User, ben: User) -> None:
    from pam import journal

    task = doing(ann, lambda: you.add_task(ann, title="Ann's"))
    task.title = "Ben was here"
    with pytest.raises(Exception, match=r"."), transaction.atomic(), journal.entry(ben, source="page"):
        task.save()
    with journal.entry(ben, source="page"):
        assert Task.objects.filter(pk=task.pk).update(title="Ben was here") == 0
        assert Task.objects.filter(pk=task.pk).delete()[0] == 0
    with looking():
        assert Task.objects.get().title == "Ann's"


def test_a_new_row_belongs_to_who_acts(ann: User) -> None:
    assert doing(ann, lambda: Task.objects.create(title="a")).owner_id == ann.pk


def test_acting_ends_with_its_block_and_with_an_error(ann: User) -> None:
    with pytest.raises(RuntimeError), acting_as(ann):
        raise RuntimeError
    assert current_or_none() is None


def test_who_acts_brings_their_time_zone(ann: User, ben: User) -> None:
    outside = timezone.get_current_timezone_name()
    with acting_as(ann):
        assert timezone.get_current_timezone_name() == "Australia/Brisbane"
        with acting_as(ben):
            assert timezone.get_current_timezone_name() == "Europe/London"
        assert timezone.get_current_timezone_name() == "Australia/Brisbane"
    assert timezone.get_current_timezone_name() == outside


def test_unscoped_keeps_who_acts(ann: User) -> None:
    with acting_as(ann), unscoped("the test looks"):
        assert current_user() == ann
        with nobody():
            assert current_or_none() is None
        assert current_user() == ann


def test_a_request_leaves_nobody_acting(ann: User) -> None:
    client = Client()
    client.force_login(ann)
    assert client.get("/api/you/tasks").status_code == 200
    assert current_or_none() is None


# Every hop


def test_threads_of_asgiref_carry_who_acts(ann: User, ben: User) -> None:
    async def ask(user: User, thread_sensitive: bool) -> UUID:
        with acting_as(user):
            return await sync_to_async(current_user_id, thread_sensitive=thread_sensitive)()

    for sensitive in (True, False):
        assert async_to_sync(ask)(ann, sensitive) == ann.pk
        assert async_to_sync(ask)(ben, sensitive) == ben.pk


def test_tasks_of_one_loop_do_not_mix(ann: User, ben: User) -> None:
    import asyncio

    async def ask(user: User) -> list[UUID]:
        found = []
        with acting_as(user):
            for _ in range(20):
                await asyncio.sleep(0)
                found.append(current_user_id())
                found.append(await sync_to_async(current_user_id, thread_sensitive=False)())
        return found

    async def both() -> list[list[UUID]]:
        return list(await asyncio.gather(ask(ann), ask(ben)))

    assert async_to_sync(both)() == [[ann.pk] * 40, [ben.pk] * 40]


def test_a_thread_with_a_copied_context_carries_who_acts_and_a_bare_one_nobody(ann: User) -> None:
    seen: list[Any] = []

    def look() -> None:
        found = current_or_none()
        seen.append(found.user if found else None)

    with acting_as(ann):
        for target in (lambda: contextvars.copy_context().run(look), look):
            context = contextvars.copy_context()
            thread = threading.Thread(
                target=context.run if target is not look else look, args=(look,) if target is not look else ()
            )
            thread.start()
            thread.join()
    assert seen == [ann, None]


# Rules


def test_mine_is_the_owners_alone() -> None:
    owner = uuid7()
    assert Mine().audiences({"owner_id": str(owner)}) == {owner}


def test_members_see_the_groups_rows_and_others_do_not(ann: User, ben: User) -> None:
    cat = person("Cat")
    group = doing(ann, lambda: social.create_group(ann, name="Hiking"))
    doing(ann, lambda: social.create_post(ann, group=group, text="Hello"))
    invitation = doing(ann, lambda: social.invite(ann, group=group, person="ben@example.com"))
    with acting_as(ben):
        assert not Post.objects.exists()
        assert not Group.objects.exists()
    doing(ben, lambda: social.accept_invitation(ben, Invitation.objects.get(pk=invitation.pk)))
    with acting_as(ben):
        assert [row.text for row in Post.objects.all()] == ["Hello"]
        assert Membership.objects.count() == 2
        assert groups_of(ben.pk) == [group.pk]
    with acting_as(cat):
        assert not Post.objects.exists()
        assert not Group.objects.exists()
        assert not Membership.objects.exists()
    assert MembersOf("group_id").audiences({"group_id": str(group.pk), "owner_id": str(ann.pk)}) == {group.pk}


def test_an_inbox_row_is_seen_by_sender_and_receiver(ann: User, ben: User) -> None:
    cat = person("Cat")
    group = doing(ann, lambda: social.create_group(ann, name="Hiking"))
    doing(ann, lambda: social.invite(ann, group=group, person="ben@example.com"))
    seen = {}
    for user in (ann, ben, cat):
        with acting_as(user):
            seen[str(user)] = Invitation.objects.count()
    assert seen == {"Ann": 1, "Ben": 1, "Cat": 0}
    values = {"owner_id": str(ann.pk), "invitee_id": str(ben.pk)}
    assert MineAnd("invitee_id").audiences(values) == {ann.pk, ben.pk}
    assert MineAnd("invitee_id").audiences({**values, "invitee_id": None}) == {ann.pk}


def test_a_name_that_groups_see_moves_the_groups_version(ann: User) -> None:
    group = doing(ann, lambda: social.create_group(ann, name="Hiking"))
    before = versions([group.pk], ["accounts"])

    def act() -> None:
        ann.display_name = "Anna"
        ann.save()

    doing(ann, act)
    assert versions([group.pk], ["accounts"]) != before


def test_versions_advance_by_steps(ann: User) -> None:
    assert advance(ann.pk, {"you", "wins"}, 3) == 0
    assert advance(ann.pk, {"you"}) == 3
    assert versions([ann.pk], ["you", "wins", ""]) == [
        (str(ann.pk), "", 4), (str(ann.pk), "wins", 3), (str(ann.pk), "you", 4),
    ]  # fmt: skip


# Ids


def test_ids_are_version_7_and_in_the_order_of_their_making() -> None:
    ids = [uuid7() for _ in range(5000)]
    assert ids == sorted(set(ids))
    assert {found.version for found in ids} == {7}
    assert {found.variant for found in ids} == {"specified in RFC 4122"}
    assert abs((ids[-1].int >> 80) / 1000 - timezone.now().timestamp()) < 60


def test_ids_of_many_threads_are_unique_and_ordered_in_each() -> None:
    made: list[list[UUID]] = []

    def make() -> None:
        made.append([uuid7() for _ in range(2000)])

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(ids == sorted(ids) for ids in made)
    assert len({found for ids in made for found in ids}) == 8000


# Money


@pytest.mark.parametrize(
    ("currency", "minor", "amount"), [("AUD", 4250, "42.50"), ("JPY", 4250, "4250"), ("KWD", 4250, "4.250")]
)
def test_minor_units_follow_the_currency(currency: str, minor: int, amount: str) -> None:
    money = Money.from_minor(minor, currency)
    assert money.amount == Decimal(amount)
    assert money.minor == minor
    assert money.as_json() == {"amount": amount, "currency": currency}
    assert exponent(currency) == max(0, -Decimal(amount).as_tuple().exponent)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("amount", "currency"), [("0.001", "AUD"), ("0.5", "JPY"), ("1e20", "AUD"), ("5", "XQQ"), ("5", "aud")]
)
def test_money_that_cannot_be_kept_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(ValidationError):
        _ = Money(Decimal(amount), currency).minor


def test_money_is_not_added_across_currencies() -> None:
    five = Money(Decimal(5), "AUD")
    assert five + five == Money(Decimal(10), "AUD")
    assert -five - five == Money(Decimal(-10), "AUD")
    for act in (lambda: five + Money(Decimal(5), "EUR"), lambda: five - Money(Decimal(5), "EUR")):
        with pytest.raises(ValueError, match="without a rate"):
            act()


def test_money_is_rounded_half_up() -> None:
    assert Money(Decimal("1.005"), "AUD").rounded().amount == Decimal("1.01")
    assert Money(Decimal("2.5"), "JPY").rounded().amount == Decimal(3)
    assert Money(Decimal("-1.005"), "AUD").rounded().amount == Decimal("-1.01")


def test_a_money_property_sets_both_its_columns() -> None:
    account = Account(name="a", opening=Money(Decimal("42.50"), "EUR"))
    assert (account.opening_minor, account.currency) == (4250, "EUR")
    account.opening = Money(Decimal(7), "JPY")
    assert (account.opening_minor, account.currency) == (7, "JPY")
    assert account.opening == Money(Decimal(7), "JPY")
    account.opening_minor = None  # type: ignore[assignment]
    assert account.opening is None


def test_known_currencies_are_codes() -> None:
    assert {"AUD", "EUR", "JPY", "KWD", "NZD"} <= known_currencies()


@pytest.mark.parametrize(
    ("amount", "currency", "home", "shown"),
    [
        ("42.5", "AUD", "AUD", "$42.50"), ("-42.5", "AUD", "AUD", "\u2212$42.50"), ("1234567.8", "AUD", "AUD", "$1,234,567.80"),
        ("42.5", "AUD", "EUR", "A$42.50"), ("42.5", "USD", "AUD", "US$42.50"), ("42.5", "NZD", "NZD", "$42.50"),
        ("42.5", "EUR", "AUD", "€42.50"), ("42.5", "GBP", "GBP", "£42.50"), ("4250", "JPY", "AUD", "¥4,250"),
        ("4.25", "KWD", "AUD", "KWD\u00a04.250"), ("0", "AUD", "AUD", "$0.00"),
    ],
)  # fmt: skip
def test_money_as_people_read_it(amount: str, currency: str, home: str, shown: str) -> None:
    assert show_money(Money(Decimal(amount), currency), home) == shown


def test_money_is_shown_for_who_acts(ann: User) -> None:
    money = Money(Decimal("42.5"), "AUD")
    assert str(money) == "A$42.50"
    with acting_as(ann):
        assert str(money) == "$42.50"
    assert show_money(money, "AUD", signed=True) == "+$42.50"


# Exact on every database


def test_a_hundred_thousand_ten_cents_are_ten_thousand_dollars(ann: User) -> None:
    account = doing(ann, lambda: wins.add_account(ann, name="Everyday"))
    # Written beside the journal and the ORM, whose cost is measured elsewhere: here the sum counts.
    first = Transaction(kind="expense", amount_minor=10, currency="AUD", date="2026-11-24", account=account)
    first.owner, first.created_at, first.updated_at = ann, timezone.now(), timezone.now()
    fields = Transaction._meta.concrete_fields
    row = {f.column: f.get_db_prep_save(getattr(first, f.attname), connection) for f in fields}
    pk = Transaction._meta.pk
    names, marks = ", ".join(map(connection.ops.quote_name, row)), ", ".join(["%s"] * len(row))
    rows = [[*({**row, "id": pk.get_db_prep_save(uuid7(), connection)}).values()] for _ in range(100_000)]
    with acting_as(ann), connection.cursor() as cursor:
        cursor.executemany(f"insert into wins_transaction ({names}) values ({marks})", rows)
    with acting_as(ann):
        total = Transaction.objects.aggregate(total=Sum("amount_minor"))["total"]
    assert Money.from_minor(total, "AUD") == Money(Decimal("10000.00"), "AUD")


def test_quantities_come_back_and_add_up_exactly(ann: User) -> None:
    vehicle = doing(ann, lambda: wheels.add_vehicle(ann, name="Hilux"))
    values = [Decimal("0.1"), Decimal("0.2"), Decimal("234567.8")]
    doing(
        ann,
        lambda: OdometerReading.objects.bulk_create(
            [OdometerReading(vehicle=vehicle, date="2026-11-24", odometer_km=value) for value in values]
        ),
    )
    with acting_as(ann):
        assert sorted(OdometerReading.objects.values_list("odometer_km", flat=True)) == values
        assert OdometerReading.objects.aggregate(sum=Sum("odometer_km"))["sum"] == Decimal("234568.1")
        assert OdometerReading.objects.filter(odometer_km=Decimal("0.1")).count() == 1
        assert OdometerReading.objects.filter(odometer_km__gt=Decimal("0.1")).count() == 2


@pytest.mark.parametrize("value", ["0.0001", "1e18", "abc", "NaN", "Infinity"])
def test_quantities_that_cannot_be_kept_are_refused(value: str) -> None:
    with pytest.raises(ValidationError):
        QuantityField(places=3).get_prep_value(value)


@pytest.mark.parametrize("value", ["12345678901234.567", "-0.001", "0", "99999999999999.999"])
def test_large_and_small_quantities_are_kept_exactly(value: str) -> None:
    field = QuantityField(places=3)
    assert field.from_db_value(field.get_prep_value(value)) == Decimal(value)


# What the database is told

if settings.ON_POSTGRESQL:

    def told() -> str:
        with connection.cursor() as cursor:
            cursor.execute("select current_setting('pam.user', true)")
            return cursor.fetchone()[0] or ""

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("atomic", [False, True])
    def test_the_connection_knows_who_acts(atomic: bool) -> None:
        from contextlib import nullcontext

        ann, ben = person("Ann"), person("Ben")
        with transaction.atomic() if atomic else nullcontext():
            assert told() == ""
            with acting_as(ann):
                assert told() == str(ann.pk)
                with acting_as(ben):
                    assert told() == str(ben.pk)
                assert told() == str(ann.pk)
            assert told() == ""

    @pytest.mark.django_db(transaction=True)
    def test_the_connection_is_told_again_after_a_rollback() -> None:
        ann = person("Ann")
        with acting_as(ann):
            with transaction.atomic():
                with transaction.atomic():
                    assert told() == str(ann.pk)
                    transaction.set_rollback(True)
                assert told() == str(ann.pk)
            with transaction.atomic():
                assert told() == str(ann.pk)
                transaction.set_rollback(True)
            assert told() == str(ann.pk)


def test_category_names_are_unique_for_each_owner_alone(ann: User, ben: User) -> None:
    for user in (ann, ben):
        doing(user, lambda user=user: wins.add_category(user, name="Groceries"))
    with pytest.raises(ValidationError):
        doing(ann, lambda: wins.add_category(ann, name="Groceries"))
    with looking():
        assert Category.objects.count() == 2

"""The journal: what it captures, shows, takes back, refuses and proves."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import F, ProtectedError, Value
from django.db.models.functions import Concat
from django.test import Client
from django.utils import timezone

from pam import journal
from pam.access import acting_as
from pam.access.models import versions
from pam.access.money import Money
from pam.accounts.models import User
from pam.journal import NoEntry
from pam.journal.models import AppendOnly, Chain, FeedItem, JournalChange, JournalEntry
from pam.journal.undo import Refused, undo, undo_rows, undone_ids
from pam.journal.verify import verify
from tests.house import did, doing, dump, entries, looking, person, raw_update
from tests.shapes import apps as shapes

shapes.install()

from tests.shapes.models import Book, Lending, Reader, Sheet, Shelf  # noqa: E402
from wheels import services as wheels  # noqa: E402
from wins import services as wins  # noqa: E402
from wins.models import Account, Category, Transaction  # noqa: E402
from you import services as you  # noqa: E402
from you.models import Task  # noqa: E402

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="session", autouse=True)
def _shapes(django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        shapes.create_tables()


@pytest.fixture
def ann() -> User:
    return person("Ann")


@pytest.fixture
def ben() -> User:
    return person("Ben")


@pytest.fixture
def shelf(ann: User) -> Shelf:
    return doing(ann, lambda: Shelf.objects.create(name="Novels"))


def book(shelf: Shelf, title: str, **fields: Any) -> Book:
    return Book.objects.create(shelf=shelf, title=title, **fields)


def noted(entry: journal.Entry) -> list[tuple[str, str]]:
    """What an entry kept, in order: (operation, model)."""
    with looking():
        rows = JournalChange.objects.filter(entry_id=entry.id).order_by("position")
        return [(row.operation, row.model.split(".")[1]) for row in rows]


def changes(entry: journal.Entry) -> list[JournalChange]:
    with looking():
        return list(JournalChange.objects.filter(entry_id=entry.id).order_by("position"))


# What is captured


def test_a_new_row_is_kept_whole(ann: User) -> None:
    task, entry = did(ann, lambda: you.add_task(ann, title="Wash the car", due=dt.date(2026, 11, 29)))
    [change] = changes(entry)
    assert (change.operation, change.row, change.before) == ("create", task.pk, None)
    assert change.after["title"] == "Wash the car"
    assert change.after["due"] == "2026-11-29"
    assert change.after["owner_id"] == str(ann.pk)


def test_a_change_keeps_only_what_differs(ann: User) -> None:
    task = doing(ann, lambda: you.add_task(ann, title="Wash the car"))
    _, entry = did(ann, lambda: you.change_task(ann, task, title="Wash both cars"))
    [change] = changes(entry)
    assert set(change.before) == set(change.after) == {"title", "updated_at"}
    assert (change.before["title"], change.after["title"]) == ("Wash the car", "Wash both cars")


def test_a_deleted_row_is_kept_whole(ann: User) -> None:
    task = doing(ann, lambda: you.add_task(ann, title="Wash the car"))
    pk = task.pk
    _, entry = did(ann, lambda: you.delete_task(ann, task))
    [change] = changes(entry)
    assert (change.operation, change.row, change.after) == ("delete", pk, None)
    assert change.before["title"] == "Wash the car"


def test_every_kind_of_column_comes_back_as_it_was(ann: User) -> None:
    at = dt.datetime(2026, 11, 24, 7, 42, 13, 123456, tzinfo=dt.UTC)
    sheet = doing(
        ann,
        lambda: Sheet.objects.create(
            text="ünï “code” \u202e\U0001f6fb", number=2**62, flag=True, day=dt.date(2026, 2, 28), at=at,
            clock=dt.time(23, 59, 59, 999999), tag=uuid4(), amount=Decimal("12345678901234.56"),
            data={"a": [1, 2.5, None, {"json": True}]},
        ),
    )  # fmt: skip
    before = dump()
    _, entry = did(ann, sheet.delete)
    undo(ann, entry.id, source="page")
    assert dump() == before


@pytest.mark.parametrize("data", [None, [], {}, "text", 7, True, {"json": {"json": 1}}])
def test_json_columns_keep_any_json(ann: User, data: Any) -> None:
    sheet = doing(ann, lambda: Sheet.objects.create(data=data))
    before = dump()
    _, entry = did(ann, lambda: Sheet.objects.filter(pk=sheet.pk).update(data=["other"]))
    undo(ann, entry.id, source="page")
    assert dump() == before


def test_bulk_create_is_kept_row_by_row(ann: User, shelf: Shelf) -> None:
    rows, entry = did(ann, lambda: Book.objects.bulk_create([Book(shelf=shelf, title=t) for t in "abc"]))
    assert noted(entry) == [("create", "book")] * 3
    assert {row.owner_id for row in rows} == {ann.pk}


def test_bulk_create_does_not_take_rows_that_were_there_for_new(ann: User, shelf: Shelf) -> None:
    there = doing(ann, lambda: book(shelf, "a"))
    again = Book(pk=there.pk, shelf=shelf, title="other")
    fresh = Book(shelf=shelf, title="b")
    _, entry = did(ann, lambda: Book.objects.bulk_create([again, fresh], ignore_conflicts=True))
    assert [change.row for change in changes(entry)] == [fresh.pk]
    undo(ann, entry.id, source="page")
    with looking():
        assert [row.title for row in Book.objects.all()] == ["a"]


def test_bulk_create_never_overwrites(ann: User, shelf: Shelf) -> None:
    there = doing(ann, lambda: book(shelf, "a"))
    with pytest.raises(TypeError), journal.entry(ann, source="page"):
        Book.objects.bulk_create(
            [Book(pk=there.pk, shelf=shelf, title="b")],
            update_conflicts=True, unique_fields=["id"], update_fields=["title"],
        )  # fmt: skip


def test_bulk_update_is_kept(ann: User, shelf: Shelf) -> None:
    rows = doing(ann, lambda: [book(shelf, t) for t in "abc"])
    for row in rows:
        row.pages = 10
    _, entry = did(ann, lambda: Book.objects.bulk_update(rows, ["pages"]))
    assert noted(entry) == [("update", "book")] * 3
    assert {change.after["pages"] for change in changes(entry)} == {10}


def test_update_with_expressions_keeps_what_came_out(ann: User, shelf: Shelf) -> None:
    doing(ann, lambda: [book(shelf, t, pages=n) for n, t in enumerate("abc")])
    _, entry = did(
        ann, lambda: Book.objects.filter(pages__gte=1).update(pages=F("pages") * 10, title=Concat("title", Value("!")))
    )
    assert sorted((c.before["pages"], c.after["pages"], c.after["title"]) for c in changes(entry)) == [
        (1, 10, "b!"), (2, 20, "c!"),
    ]  # fmt: skip


def test_update_with_annotations(ann: User, shelf: Shelf) -> None:
    doing(ann, lambda: [book(shelf, t, pages=n) for n, t in enumerate("abc")])
    with acting_as(ann):
        rows = Book.objects.annotate(twice=F("pages") * 2).filter(twice__gte=2)
    _, entry = did(ann, lambda: rows.update(pages=F("twice")))
    assert sorted(c.after["pages"] for c in changes(entry)) == [2, 4]


def test_a_filter_on_what_an_update_changes_is_followed(ann: User, shelf: Shelf) -> None:
    doing(ann, lambda: [book(shelf, t) for t in "ab"])
    count, entry = did(ann, lambda: Book.objects.filter(pages=0).update(pages=5))
    assert count == 2
    assert noted(entry) == [("update", "book")] * 2


def test_save_with_an_expression(ann: User, shelf: Shelf) -> None:
    row = doing(ann, lambda: book(shelf, "a", pages=3))

    def act() -> None:
        row.pages = F("pages") + 4
        row.save()

    _, entry = did(ann, act)
    [change] = changes(entry)
    assert (change.before["pages"], change.after["pages"]) == (3, 7)


def test_save_of_some_fields(ann: User, shelf: Shelf) -> None:
    row = doing(ann, lambda: book(shelf, "a"))
    row.title, row.pages = "b", 9
    _, entry = did(ann, lambda: row.save(update_fields=["pages"]))
    [change] = changes(entry)
    assert "title" not in change.after
    assert change.after["pages"] == 9


def test_a_save_that_overwrites_an_unread_row_is_refused(ann: User, shelf: Shelf) -> None:
    there = doing(ann, lambda: book(shelf, "a"))
    before = dump()
    with pytest.raises(TypeError), journal.entry(ann, source="page"):
        Book(pk=there.pk, owner=ann, shelf=shelf, title="b", created_at=there.created_at).save(force_update=True)
    assert dump() == before


def test_a_save_that_changes_nothing_leaves_no_trace(ann: User, shelf: Shelf) -> None:
    row = doing(ann, lambda: book(shelf, "a"))
    before, count = dump(), len(entries(ann))
    _, entry = did(ann, row.save)
    doing(ann, lambda: Book.objects.update(title="a"))
    assert entry.number is None
    assert len(entries(ann)) == count
    assert dump() == before  # the clock has not moved either: a change without an entry would stale every ETag


def test_get_or_create_and_update_or_create(ann: User) -> None:
    (row, made), first = did(ann, lambda: Shelf.objects.get_or_create(name="Maps"))
    (_, again), second = did(ann, lambda: Shelf.objects.get_or_create(name="Maps"))
    assert (made, again, second.number) == (True, False, None)
    _, third = did(ann, lambda: Shelf.objects.update_or_create(pk=row.pk, defaults={"name": "Atlases"}))
    assert (noted(first), noted(third)) == ([("create", "shelf")], [("update", "shelf")])


def test_reverse_managers(ann: User, shelf: Shelf) -> None:
    one, two = doing(ann, lambda: [book(shelf, "one"), book(shelf, "two")])
    reader = doing(ann, lambda: Reader.objects.create(name="Rae"))
    _, made = did(ann, lambda: shelf.books.create(title="three"))
    _, added = did(ann, lambda: one.sequels.add(two))
    assert noted(added) == [("update", "book")]
    _, put = did(ann, lambda: one.fans.set([reader]))
    assert noted(put) == [("update", "reader")]
    _, taken = did(ann, lambda: one.sequels.remove(two))
    _, cleared = did(ann, lambda: one.fans.clear())
    assert (noted(taken), noted(cleared)) == ([("update", "book")], [("update", "reader")])
    assert noted(made) == [("create", "book")]


def test_a_reverse_add_that_moves_a_row_to_another_parent(ann: User, shelf: Shelf) -> None:
    other = doing(ann, lambda: Shelf.objects.create(name="Maps"))
    row = doing(ann, lambda: book(shelf, "a"))
    before = dump()
    _, entry = did(ann, lambda: other.books.add(row))
    assert changes(entry)[0].after["shelf_id"] == str(other.pk)
    undo(ann, entry.id, source="page")
    assert dump() == before


def test_many_to_many(ann: User, shelf: Shelf) -> None:
    row = doing(ann, lambda: book(shelf, "a"))
    rae, sam, tom = doing(ann, lambda: [Reader.objects.create(name=n) for n in ("Rae", "Sam", "Tom")])
    before = dump()
    acts = [
        (lambda: row.readers.add(rae, through_defaults={"note": "n"}), [("create", "lending")]),
        (lambda: row.readers.add(rae), None),
        (lambda: row.readers.set([rae, sam]), [("create", "lending")]),
        (lambda: row.readers.set([tom], clear=True), [("delete", "lending")] * 2 + [("create", "lending")]),
        (lambda: row.readers.remove(tom), [("delete", "lending")]),
        (lambda: sam.borrowed.add(row), [("create", "lending")]),
        (lambda: row.readers.create(name="Una"), [("create", "reader"), ("create", "lending")]),
        (lambda: row.readers.clear(), [("delete", "lending")] * 2),
    ]
    made = []
    for act, expected in acts:
        _, entry = did(ann, act)
        if expected is None:
            assert entry.number is None
        else:
            assert noted(entry) == expected
            made.append(entry)
    for entry in reversed(made):
        undo(ann, entry.id, source="page")
    assert dump() == before


def test_cascades_and_what_they_leave_empty_are_one_entry(ann: User, shelf: Shelf) -> None:
    one, two = doing(ann, lambda: [book(shelf, "one"), book(shelf, "two")])
    elsewhere = doing(ann, lambda: book(Shelf.objects.create(name="Maps"), "three", sequel_of=one))
    reader = doing(ann, lambda: Reader.objects.create(name="Rae", favourite=two))
    doing(ann, lambda: one.readers.add(reader))
    before = dump()
    _, entry = did(ann, shelf.delete)
    kept = noted(entry)
    assert sorted(kept) == sorted(
        [("delete", "shelf"), ("delete", "book"), ("delete", "book"), ("delete", "lending"),
         ("update", "book"), ("update", "reader")]
    )  # fmt: skip
    with looking():
        assert Book.objects.get(pk=elsewhere.pk).sequel_of_id is None
    undo(ann, entry.id, source="page")
    assert dump() == before


def test_a_row_that_goes_together_with_what_it_points_at(ann: User, shelf: Shelf) -> None:
    """Django empties the sequel's pointer although the sequel itself is about to go."""
    doing(ann, lambda: book(shelf, "two", sequel_of=book(shelf, "one")))
    before = dump()
    _, entry = did(ann, shelf.delete)
    undo(ann, entry.id, source="page")
    assert dump() == before


def test_deleting_a_queryset(ann: User, shelf: Shelf) -> None:
    doing(ann, lambda: [book(shelf, t) for t in "abc"])
    before = dump()
    _, entry = did(ann, lambda: Book.objects.exclude(title="a").delete())
    assert noted(entry) == [("delete", "book")] * 2
    undo(ann, entry.id, source="page")
    assert dump() == before


def test_a_refused_delete_leaves_nothing(ann: User) -> None:
    account = doing(ann, lambda: wins.add_account(ann, name="Everyday"))
    doing(ann, lambda: wins.record_expense(ann, amount=Money(Decimal(5), "AUD")))
    before = dump()
    with pytest.raises(ProtectedError), journal.entry(ann, source="page"):
        account.delete()
    assert dump() == before


def test_a_category_that_goes_leaves_its_expenses(ann: User) -> None:
    doing(ann, lambda: wins.add_account(ann, name="Everyday"))
    food = doing(ann, lambda: wins.add_category(ann, name="Groceries"))
    doing(ann, lambda: wins.set_budget(ann, category=food, limit=Money(Decimal(400), "AUD")))
    row = doing(ann, lambda: wins.record_expense(ann, amount=Money(Decimal(5), "AUD"), category=food))
    before = dump()
    _, entry = did(ann, lambda: wins.delete_category(ann, food))
    with looking():
        assert Transaction.objects.get(pk=row.pk).category is None
    assert sorted(noted(entry)) == [("delete", "budget"), ("delete", "category"), ("update", "transaction")]
    undo(ann, entry.id, source="page")
    assert dump() == before


def test_a_large_update_is_kept_whole(ann: User, shelf: Shelf) -> None:
    doing(ann, lambda: Book.objects.bulk_create([Book(shelf=shelf, title=str(n)) for n in range(1203)]))
    before = dump()
    count, entry = did(ann, lambda: Book.objects.update(pages=F("pages") + 1))
    assert count == 1203
    assert len(noted(entry)) == 1203
    undo(ann, entry.id, source="page")
    assert dump() == before


def test_what_would_escape_is_refused(ann: User, shelf: Shelf) -> None:
    with acting_as(ann), pytest.raises(TypeError):
        Book.objects.all()._raw_delete("default")
    with acting_as(ann), pytest.raises(TypeError):
        Book.objects.raw("select * from shapes_book")
    with pytest.raises(TypeError), journal.entry(ann, source="page"):
        Shelf.objects.filter(pk=shelf.pk).update(id=uuid4())


def test_a_column_that_the_journal_cannot_keep_is_an_error_not_a_gap() -> None:
    from pam.journal.values import encode

    with pytest.raises(TypeError):
        encode(b"bytes")


@pytest.mark.parametrize("write", ["create", "save", "update", "bulk_create", "bulk_update", "delete", "query_delete"])
def test_writing_outside_an_entry_raises(ann: User, shelf: Shelf, write: str) -> None:
    row = doing(ann, lambda: book(shelf, "a"))
    row.title = "b"
    acts = {
        "create": lambda: book(shelf, "b"),
        "save": row.save,
        "update": lambda: Book.objects.update(pages=1),
        "bulk_create": lambda: Book.objects.bulk_create([Book(shelf=shelf, title="b")]),
        "bulk_update": lambda: Book.objects.bulk_update([row], ["title"]),
        "delete": row.delete,
        "query_delete": lambda: Book.objects.all().delete(),
    }
    before = dump()
    with acting_as(ann), pytest.raises(NoEntry, match="Book changes only inside an entry"), transaction.atomic():
        acts[write]()
    assert dump() == before


def test_many_to_many_outside_an_entry_raises(ann: User, shelf: Shelf) -> None:
    row, reader = doing(ann, lambda: [book(shelf, "a"), Reader.objects.create(name="Rae")])
    with acting_as(ann), pytest.raises(NoEntry), transaction.atomic():
        row.readers.add(reader)
    with looking():
        assert not Lending.objects.exists()


def test_settings_of_a_person_are_kept_and_their_secrets_are_not(ann: User) -> None:
    def act() -> None:
        ann.home_currency = "EUR"
        ann.set_password("another long password")
        ann.save()

    _, entry = did(ann, act)
    [change] = changes(entry)
    assert (change.before, change.after) == ({"home_currency": "AUD"}, {"home_currency": "EUR"})
    undo(ann, entry.id, source="page")
    ann.refresh_from_db()
    assert ann.home_currency == "AUD"
    assert ann.check_password("another long password")


# Entries


def test_an_entry_inside_an_entry_joins_it(ann: User) -> None:
    with journal.entry(ann, source="chat", tool="you.add_task") as outer:
        you.add_task(ann, title="a")
        with journal.entry(ann, source="api", tool="you.add_event") as inner:
            you.add_task(ann, title="b")
    assert inner is outer
    [kept] = entries(ann)
    assert (kept.source, kept.tool, kept.change_count) == ("chat", "you.add_task you.add_event", 2)


def test_an_error_leaves_no_entry_and_no_rows(ann: User) -> None:
    with pytest.raises(RuntimeError), journal.entry(ann, source="page"):
        you.add_task(ann, title="a")
        raise RuntimeError
    assert entries(ann) == []
    with looking():
        assert not Task.objects.exists()


def test_what_comes_and_goes_within_an_entry_leaves_none(ann: User) -> None:
    _, entry = did(ann, lambda: you.add_task(ann, title="a").delete())
    assert entry.number is None
    assert entries(ann) == []


def test_a_receipt_says_the_net_change(ann: User) -> None:
    task = doing(ann, lambda: you.add_task(ann, title="a"))

    def act() -> None:
        for title in ("b", "c"):
            you.change_task(ann, task, title=title)

    _, entry = did(ann, act)
    [line] = entry.lines
    assert line.sentence() == "Task changed, c: Title a → c"
    assert entries(ann)[-1].lines[0]["changes"] == [{"field": "Title", "before": "a", "after": "c"}]


def test_receipts_are_in_the_persons_words(ann: User) -> None:
    doing(ann, lambda: wins.add_account(ann, name="Everyday"))
    _, entry = did(ann, lambda: wins.record_expense(ann, amount=Money(Decimal("42.5"), "AUD"), payee="Coles"))
    assert entry.lines[0].sentence().startswith("Expense added, Coles: $42.50")


def test_a_bulk_receipt_is_bounded(ann: User, shelf: Shelf) -> None:
    _, entry = did(ann, lambda: Book.objects.bulk_create([Book(shelf=shelf, title=str(n)) for n in range(120)]))
    assert len(entry.lines) == 50
    assert entries(ann)[-1].change_count == 120


def test_preview_shows_everything_and_leaves_nothing(ann: User) -> None:
    task = doing(ann, lambda: you.add_task(ann, title="a"))
    before, chain = dump(), len(entries(ann))
    with looking():
        seen = versions([ann.pk], ["you"]), FeedItem.objects.count()
    with journal.preview(ann) as found:
        you.change_task(ann, Task.objects.get(pk=task.pk), title="b")
        you.add_task(ann, title="c")
    assert [line.sentence() for line in found.lines] == ["Task changed, b: Title a → b", "Task added, c"]
    assert found.number is None
    assert (dump(), len(entries(ann))) == (before, chain)
    with looking():
        assert (versions([ann.pk], ["you"]), FeedItem.objects.count()) == seen


def test_an_error_in_a_preview_leaves_nothing(ann: User) -> None:
    with pytest.raises(RuntimeError), journal.preview(ann):
        you.add_task(ann, title="a")
        raise RuntimeError
    with looking():
        assert not Task.objects.exists()
    with acting_as(ann), pytest.raises(NoEntry):
        you.add_task(ann, title="b")


def test_an_entry_moves_the_versions_of_its_audience_alone(ann: User, ben: User) -> None:
    doing(ann, lambda: you.add_task(ann, title="a"))
    first = versions([ann.pk], ["you", "wins"])
    doing(ann, lambda: you.add_task(ann, title="b"))
    assert versions([ann.pk], ["you", "wins"]) != first
    assert versions([ben.pk], ["you", "wins"]) == []


def test_entries_are_append_only(ann: User) -> None:
    doing(ann, lambda: you.add_task(ann, title="a"))
    [kept] = entries(ann)
    with looking(), pytest.raises(AppendOnly):
        kept.save()
    with looking(), pytest.raises(AppendOnly):
        kept.delete()


# Undo


def test_undo_and_undo_of_the_undo(ann: User) -> None:
    start = dump()
    _, entry = did(ann, lambda: you.add_task(ann, title="a"))
    made = dump()
    taken = undo(ann, entry.id, source="page")
    assert dump() == start
    assert undone_ids(ann) == {entry.id}
    again = undo(ann, taken.id, source="page")
    assert dump() == made
    assert undone_ids(ann) == {taken.id}
    undo(ann, again.id, source="page")
    assert dump() == start
    assert list(verify()) == []


def test_undo_of_an_undone_entry_is_refused(ann: User) -> None:
    _, entry = did(ann, lambda: you.add_task(ann, title="a"))
    undo(ann, entry.id, source="page")
    with pytest.raises(Refused, match="is undone already"):
        undo(ann, entry.id, source="page")


def test_a_redone_entry_can_be_undone_once_more(ann: User) -> None:
    start = dump()
    _, entry = did(ann, lambda: you.add_task(ann, title="a"))
    undo(ann, undo(ann, entry.id, source="page").id, source="page")
    undo(ann, entry.id, source="page")
    assert dump() == start


def test_undo_is_refused_by_a_later_change_which_it_names(ann: User) -> None:
    task = doing(ann, lambda: you.add_task(ann, title="a"))
    _, first = did(ann, lambda: you.change_task(ann, task, title="b"))
    _, second = did(ann, lambda: you.change_task(ann, task, title="c"))
    before = dump()
    with pytest.raises(Refused, match=rf"entry {second.number} changed the same thing later"):
        undo(ann, first.id, source="page")
    assert dump() == before
    undo(ann, second.id, source="page")
    undo(ann, first.id, source="page")
    with looking():
        assert Task.objects.get().title == "a"


def test_undo_of_other_columns_stands_beside_a_later_change(ann: User) -> None:
    task = doing(ann, lambda: you.add_task(ann, title="a"))
    _, first = did(ann, lambda: you.change_task(ann, task, title="b"))
    doing(ann, lambda: you.change_task(ann, task, notes="later"))
    undo(ann, first.id, source="page")
    with looking():
        task = Task.objects.get()
    assert (task.title, task.notes) == ("a", "later")


def test_undo_of_a_deletion_is_refused_where_something_took_its_place(ann: User) -> None:
    row = doing(ann, lambda: wins.add_category(ann, name="Groceries"))
    _, entry = did(ann, lambda: wins.delete_category(ann, row))
    doing(ann, lambda: wins.add_category(ann, name="Groceries"))
    before = dump()
    with pytest.raises(Refused, match="something made since stands in its place"):
        undo(ann, entry.id, source="page")
    assert dump() == before


def test_undo_is_refused_where_a_child_stands_on_it(ann: User) -> None:
    _, entry = did(ann, lambda: Shelf.objects.create(name="Novels"))
    with looking():
        shelf = Shelf.objects.get()
    doing(ann, lambda: book(shelf, "A book"))
    before = dump()
    with pytest.raises(Refused, match="book “A book” stands on it"):
        undo(ann, entry.id, source="page")
    assert dump() == before


def test_undo_of_part_of_a_story_is_refused_where_a_vehicle_has_fills(ann: User) -> None:
    vehicle, entry = did(ann, lambda: wheels.add_vehicle(ann, name="Hilux"))
    doing(ann, lambda: wheels.record_fill(ann, vehicle=vehicle, litres=Decimal(40)))
    with pytest.raises(Refused, match="stands on it. Undo or delete that first"):
        undo(ann, entry.id, source="page")


def test_nobody_undoes_anothers_entry(ann: User, ben: User) -> None:
    _, entry = did(ann, lambda: you.add_task(ann, title="a"))
    with pytest.raises(Refused, match="There is no such entry"):
        undo(ben, entry.id, source="page")
    with looking():
        assert Task.objects.count() == 1


def test_undo_rows_undoes_all_that_touched_a_row_newest_first(ann: User) -> None:
    start = dump()
    task = doing(ann, lambda: you.add_task(ann, title="a"))
    doing(ann, lambda: you.change_task(ann, task, title="b"))
    doing(ann, lambda: you.complete_task(ann, task))
    undone = undo_rows(ann, [(Task, task.pk)], source="chat")
    assert len(undone) == 3
    assert dump() == start


def test_undo_rows_is_all_or_nothing(ann: User) -> None:
    shelf = doing(ann, lambda: Shelf.objects.create(name="Novels"))
    doing(ann, lambda: Shelf.objects.update(name="Maps"))
    doing(ann, lambda: book(shelf, "A book"))
    before = dump()
    with pytest.raises(Refused):
        undo_rows(ann, [(Shelf, shelf.pk)], source="chat")
    assert dump() == before


# The chain


def test_the_chain_holds_and_the_command_says_so(ann: User, ben: User) -> None:
    for n in range(3):
        doing(ann, lambda n=n: you.add_task(ann, title=str(n)))
    doing(ben, lambda: you.add_task(ben, title="b"))
    out = StringIO()
    call_command("journal", "verify", stdout=out)
    assert out.getvalue().strip() == "2 chains hold."
    call_command("journal", "verify", email="ann@example.com", stdout=out)
    with pytest.raises(CommandError, match="Nobody has the address"):
        call_command("journal", "verify", email="no@example.com")


def test_erased_content_still_verifies(ann: User) -> None:
    for n in range(3):
        doing(ann, lambda n=n: you.add_task(ann, title=str(n)))
    kept = entries(ann)[1]
    raw_update(JournalEntry, kept.pk, salt="", lines=[])
    with looking():
        for change in kept.changes.all():
            raw_update(JournalChange, change.pk, before=None, after=None)
    assert list(verify()) == []
    with pytest.raises(Refused, match="its content is erased"):
        undo(ann, kept.pk, source="page")


TAMPERED = {
    "content": "its content was changed",
    "lines": "its content was changed",
    "tool": "its facts were changed",
    "source": "its facts were changed",
    "at": "its facts were changed",
    "number": "entry 2 is missing",
    "digest": "its facts were changed",
    "mac": "its facts were changed",
    "previous": "does not follow the entry before",
    "removed": "entry 2 is missing",
    "cut": "the end of the chain is missing",
}


@pytest.mark.parametrize("what", TAMPERED)
def test_tampering_is_found(ann: User, what: str) -> None:
    for n in range(3):
        doing(ann, lambda n=n: you.add_task(ann, title=str(n)))
    kept = entries(ann)[1]
    with looking():
        change = kept.changes.get()
        if what == "content":
            raw_update(JournalChange, change.pk, after={**change.after, "title": "other"})
        elif what == "lines":
            raw_update(JournalEntry, kept.pk, lines=[])
        elif what == "removed":
            kept.changes.all().delete()
            JournalEntry.objects.filter(pk=kept.pk).delete()
        elif what == "cut":
            last = entries(ann)[2]
            last.changes.all().delete()
            JournalEntry.objects.filter(pk=last.pk).delete()
        else:
            column, value = {
                "tool": ("tool", "x"), "source": ("source", "x"), "at": ("at", timezone.now()),
                "number": ("number", 9), "digest": ("digest", "0" * 64), "mac": ("content_mac", "0" * 64),
                "previous": ("previous_digest", "0" * 64),
            }[what]  # fmt: skip
            raw_update(JournalEntry, kept.pk, **{column: value})
    found = [broken.problem for broken in verify(ann.pk)]
    assert TAMPERED[what] in found
    out = StringIO()
    with pytest.raises(CommandError, match="breaks in 1 chains"):
        call_command("journal", "verify", stdout=out)
    assert TAMPERED[what] in out.getvalue()


def test_a_forged_end_of_chain_is_found(ann: User) -> None:
    doing(ann, lambda: you.add_task(ann, title="a"))
    with looking():
        Chain.objects.filter(owner=ann).update(digest="0" * 64)
    assert [broken.problem for broken in verify()] == ["the end of the chain is missing"]


# Staff


@pytest.fixture
def staff() -> User:
    return User.objects.create_superuser("staff@example.com", "a long password", display_name="Staff")


@pytest.fixture
def desk(staff: User) -> Client:
    client = Client()
    client.force_login(staff)
    return client


def test_staff_add_change_and_delete_with_entries(desk: Client, staff: User) -> None:
    start = dump()
    assert desk.post("/admin/wins/category/add/", {"name": "Staff's", "kind": "expense"}).status_code == 302
    with looking():
        row = Category.objects.get()
    assert row.owner_id == staff.pk
    assert desk.post(f"/admin/wins/category/{row.pk}/change/", {"name": "Other", "kind": "expense"}).status_code == 302
    assert desk.post(f"/admin/wins/category/{row.pk}/delete/", {"post": "yes"}).status_code == 302
    kept = entries(staff)
    assert [entry.source for entry in kept] == ["admin"] * 3
    assert [entry.tool for entry in kept] == ["admin.wins.category"] * 3
    for entry in reversed(kept):
        undo(staff, entry.pk, source="page")
    assert dump() == start


def test_staff_change_another_persons_row_in_an_entry_of_their_own(desk: Client, staff: User, ann: User) -> None:
    row = doing(ann, lambda: wins.add_category(ann, name="Groceries"))
    desk.post(f"/admin/wins/category/{row.pk}/change/", {"name": "Food", "kind": "expense"})
    [kept] = entries(staff)
    assert kept.change_count == 1
    with looking():
        row.refresh_from_db()
    assert (row.name, row.owner_id) == ("Food", ann.pk)
    assert desk.get("/admin/wins/category/").status_code == 200
    assert b"Food" in desk.get(f"/admin/wins/category/{row.pk}/change/").content


def test_a_bulk_action_of_staff_is_one_entry(desk: Client, staff: User, ann: User) -> None:
    rows = doing(ann, lambda: [wins.add_category(ann, name=name) for name in ("a", "b", "c")])
    data = {"action": "delete_selected", "_selected_action": [str(row.pk) for row in rows[:2]], "post": "yes"}
    assert desk.post("/admin/wins/category/", data).status_code == 302
    [kept] = entries(staff)
    assert kept.change_count == 2
    with looking():
        assert [row.name for row in Category.objects.all()] == ["c"]


def test_staff_see_entries_and_change_none(desk: Client, staff: User, ann: User) -> None:
    doing(ann, lambda: wins.add_account(ann, name="Everyday"))
    [kept] = entries(ann)
    assert desk.get("/admin/journal/journalentry/").status_code == 200
    assert desk.get(f"/admin/journal/journalentry/{kept.pk}/change/").status_code == 200
    assert desk.post(f"/admin/journal/journalentry/{kept.pk}/delete/", {"post": "yes"}).status_code == 403
    assert desk.post(f"/admin/journal/journalentry/{kept.pk}/change/", {"tool": "x"}).status_code == 403
    with looking():
        assert Account.objects.count() == 1
    assert list(verify()) == []


def test_a_name_that_is_taken_is_told_to_staff(desk: Client, staff: User) -> None:
    for status in (302, 200):
        answer = desk.post("/admin/wins/category/add/", {"name": "Food", "kind": "expense"})
        assert answer.status_code == status
    assert b"already exists" in answer.content
    assert len(entries(staff)) == 1

"""Whatever is done in whatever order: undone in reverse, the database is exactly what it was; chains hold."""

from __future__ import annotations

import contextvars
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection, connections, transaction
from django.db.models import F
from django.test import Client
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from pam import journal
from pam.access import acting_as
from pam.access.models import versions
from pam.accounts.models import User
from pam.journal.models import Chain, FeedItem
from pam.journal.undo import Refused, undo
from pam.journal.verify import verify
from tests.house import did, doing, dump, entries, looking, person
from tests.shapes import apps as shapes

shapes.install()

from tests.shapes.models import Book, Lending, Reader, Sheet, Shelf  # noqa: E402
from wins import services as wins  # noqa: E402
from wins.models import Category  # noqa: E402
from you import services as you  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def _shapes(django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        shapes.create_tables()


def nth(model: Any, n: int) -> Any:
    """One of the rows that are there, or None."""
    rows = list(model.objects.order_by("id"))
    return rows[n % len(rows)] if rows else None


class Acts:
    """Every kind of operation that Django has, each on rows chosen by the numbers that it is given."""

    def __init__(self, user: User, desk: Client) -> None:
        self.user, self.desk = user, desk

    def create(self, a: int, b: int) -> None:
        Shelf.objects.create(name=f"s{Shelf.objects.count()}-{a}-{b}")

    def create_child(self, a: int, b: int) -> None:
        if shelf := nth(Shelf, a):
            Book.objects.create(shelf=shelf, title=f"b{b}", pages=b, weight_kg=Decimal(b) / 8, sequel_of=nth(Book, b))

    def create_reader(self, a: int, b: int) -> None:
        Reader.objects.create(name=f"r{a}", favourite=nth(Book, b))

    def sheet(self, a: int, b: int) -> None:
        Sheet.objects.create(number=a, data={"a": [b, None]}, amount=Decimal(b) / 4, flag=bool(a % 2))

    def sheet_again(self, a: int, b: int) -> None:
        if row := nth(Sheet, a):
            row.data, row.number, row.text = [row.data, b], b or None, "\U0001f6fb\u202e"
            row.save()

    def get_or_create(self, a: int, b: int) -> None:
        Shelf.objects.get_or_create(name=f"got{a % 3}")

    def update_or_create(self, a: int, b: int) -> None:
        Reader.objects.update_or_create(name=f"r{a}", defaults={"favourite": nth(Book, b)})

    def bulk_create(self, a: int, b: int) -> None:
        if shelf := nth(Shelf, a):
            Book.objects.bulk_create([Book(shelf=shelf, title=f"n{n}", pages=n) for n in range(b % 4)])

    def save(self, a: int, b: int) -> None:
        if row := nth(Book, a):
            row.pages = b
            row.save()

    def save_twice(self, a: int, b: int) -> None:
        if row := nth(Book, a):
            row.pages = F("pages") + 1
            row.save()
            row.refresh_from_db()
            row.title = f"t{b}"
            row.save(update_fields=["title"])

    def save_unchanged(self, a: int, b: int) -> None:
        if row := nth(Book, a):
            row.save()

    def update(self, a: int, b: int) -> None:
        Book.objects.filter(pages__gte=a).update(pages=F("pages") + b)

    def update_base(self, a: int, b: int) -> None:
        Book._base_manager.filter(pages=a).update(title=f"u{b}")

    def update_annotated(self, a: int, b: int) -> None:
        Book.objects.annotate(more=F("pages") * 2).filter(more__gte=a).update(pages=F("more"))

    def bulk_update(self, a: int, b: int) -> None:
        rows = list(Book.objects.all())
        for n, row in enumerate(rows):
            row.pages, row.sequel_of = a + n, rows[b % len(rows)] if b % 2 else None
        Book.objects.bulk_update(rows, ["pages", "sequel_of"], batch_size=2)

    def reverse_add(self, a: int, b: int) -> None:
        if (shelf := nth(Shelf, a)) and (row := nth(Book, b)):
            shelf.books.add(row)

    def reverse_set(self, a: int, b: int) -> None:
        if row := nth(Book, a):
            row.fans.set(list(Reader.objects.order_by("id")[: b % 3]), clear=bool(a % 2))

    def reverse_remove(self, a: int, b: int) -> None:
        if (row := nth(Book, a)) and (fan := row.fans.first()):
            row.fans.remove(fan, bulk=bool(b % 2))

    def reverse_clear(self, a: int, b: int) -> None:
        if row := nth(Book, a):
            row.sequels.clear(bulk=bool(b % 2))

    def many_add(self, a: int, b: int) -> None:
        if (row := nth(Book, a)) and (reader := nth(Reader, b)):
            row.readers.add(reader, through_defaults={"note": f"l{a}"})

    def many_set(self, a: int, b: int) -> None:
        if row := nth(Book, a):
            row.readers.set(list(Reader.objects.order_by("-id")[: b % 3]), clear=bool(a % 2))

    def many_remove(self, a: int, b: int) -> None:
        if (row := nth(Book, a)) and (reader := nth(Reader, b)):
            row.readers.remove(reader)

    def many_clear(self, a: int, b: int) -> None:
        if reader := nth(Reader, a):
            reader.borrowed.clear()

    def delete(self, a: int, b: int) -> None:
        if row := nth((Book, Reader, Lending, Sheet)[b % 4], a):
            row.delete()

    def delete_cascading(self, a: int, b: int) -> None:
        if row := nth(Shelf, a):
            row.delete()

    def delete_many(self, a: int, b: int) -> None:
        Book.objects.filter(pages__lte=b).delete()

    def come_and_go(self, a: int, b: int) -> None:
        row = Shelf.objects.create(name=f"gone{a}")
        Book.objects.create(shelf=row, title="gone")
        row.delete()

    def replace(self, a: int, b: int) -> None:
        if row := nth(Shelf, a):
            row.delete()
            Shelf.objects.create(name=row.name)

    def back_again(self, a: int, b: int) -> None:
        if row := nth(Sheet, a):
            pk, number = row.pk, row.number
            row.delete()
            Sheet.objects.create(pk=pk, number=number)

    def service(self, a: int, b: int) -> None:
        task = you.add_task(self.user, title=f"t{a}")
        you.change_task(self.user, task, done=bool(b % 2), notes=f"n{b}")

    def admin_add(self, a: int, b: int) -> None:
        self.desk.post("/admin/wins/category/add/", {"name": f"c{a}-{b}", "kind": "expense"})

    def admin_change(self, a: int, b: int) -> None:
        if row := nth(Category, a):
            self.desk.post(f"/admin/wins/category/{row.pk}/change/", {"name": f"d{a}-{b}", "kind": "income"})

    def admin_delete(self, a: int, b: int) -> None:
        if row := nth(Category, a):
            self.desk.post(f"/admin/wins/category/{row.pk}/delete/", {"post": "yes"})

    def admin_bulk(self, a: int, b: int) -> None:
        picked = [str(pk) for pk in Category.objects.order_by("id").values_list("pk", flat=True)[: b % 3]]
        data = {"action": "delete_selected", "_selected_action": picked, "post": "yes"}
        self.desk.post("/admin/wins/category/", data)


NAMES = sorted(name for name in vars(Acts) if not name.startswith("_"))
step = st.tuples(st.sampled_from(NAMES), st.integers(0, 6), st.integers(0, 6))
entry_steps = st.lists(step, min_size=1, max_size=3)


@pytest.fixture
def ann(db: None) -> User:
    return person("Ann", role=User.Role.ADMIN)


@pytest.fixture
def acts(ann: User) -> Acts:
    desk = Client()
    desk.force_login(ann)
    return Acts(ann, desk)


def perform(acts: Acts, steps: list[tuple[str, int, int]]) -> None:
    """Do some steps as one entry; staff's requests are entries of their own."""
    for name, a, b in steps:
        if name.startswith("admin"):
            with acting_as(acts.user):
                getattr(acts, name)(a, b)
    rest = [found for found in steps if not found[0].startswith("admin")]
    if rest:
        with journal.entry(acts.user, source="page"):
            for name, a, b in rest:
                getattr(acts, name)(a, b)


SEQUENCES = hypothesis(
    max_examples=20, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


@SEQUENCES
@given(st.lists(entry_steps, min_size=4, max_size=14))
def test_any_sequence_undone_in_reverse_restores_the_exact_database(
    acts: Acts, sequence: list[list[tuple[str, int, int]]]
) -> None:
    user = acts.user
    with transaction.atomic():
        states = [dump()]
        numbers = [0]
        for steps in sequence:
            perform(acts, steps)
            kept = entries(user)
            # An entry of its own for each request of staff: only the state after the last is compared.
            states.append(dump())
            numbers.append(len(kept))
        kept = entries(user)
        after = dict(zip(numbers, states, strict=True))  # what the database was after that many entries
        for number in range(len(kept), 0, -1):
            if number in after:
                assert dump() == after[number]
            undo(user, kept[number - 1].pk, source="page")
        assert dump() == states[0]
        # And forward again: what undid is itself undone, newest first.
        undos = entries(user)[len(kept) :]
        for found in reversed(undos):
            undo(user, found.pk, source="page")
        assert dump() == states[-1]
        assert list(verify()) == []
        transaction.set_rollback(True)


@SEQUENCES
@given(st.lists(entry_steps, min_size=3, max_size=8), st.data())
def test_an_undo_out_of_order_is_exact_or_refused_and_never_half(
    acts: Acts, sequence: list[list[tuple[str, int, int]]], data: Any
) -> None:
    with transaction.atomic():
        for steps in sequence:
            perform(acts, steps)
        for kept in data.draw(st.permutations(entries(acts.user))):
            before = dump()
            try:
                found = undo(acts.user, kept.pk, source="page")
            except Refused as problem:
                assert "Nothing has changed." in str(problem)
                assert dump() == before
            else:
                undo(acts.user, found.id, source="page")
                assert content(dump()) == content(before)
        assert list(verify()) == []
        transaction.set_rollback(True)


def content(tables: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
    """The tables without the clock, which no undo out of order turns back past a later change."""
    found = {}
    for label, rows in tables.items():
        from django.apps import apps

        names = [field.name for field in apps.get_model(label)._meta.concrete_fields]
        found[label] = [tuple(v for n, v in zip(names, row, strict=True) if n != "updated_at") for row in rows]
    return found


@SEQUENCES
@given(st.lists(entry_steps, min_size=2, max_size=8))
def test_whatever_changes_a_table_is_in_an_entry_and_moves_the_version(
    acts: Acts, sequence: list[list[tuple[str, int, int]]]
) -> None:
    with transaction.atomic():
        for steps in sequence:
            before, seen = dump(), versions([acts.user.pk], [""])
            perform(acts, steps)
            assert (dump() != before) == (versions([acts.user.pk], [""]) != seen)
        transaction.set_rollback(True)


# Many writers of one chain


def together(*acts: Callable[[], Any]) -> list[BaseException]:
    """Run these at the same moment, each in a thread with a connection of its own; return what they raised."""
    start, problems = threading.Barrier(len(acts)), []

    def run(act: Callable[[], Any]) -> None:
        start.wait(10)
        try:
            act()
        except BaseException as problem:
            problems.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=contextvars.copy_context().run, args=(run, act)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return problems


@pytest.mark.django_db(transaction=True)
def test_threads_that_write_for_one_owner_keep_the_chain() -> None:
    ann = person("Ann")

    def write() -> None:
        for n in range(8):
            doing(ann, lambda n=n: you.add_task(ann, title=str(n)))

    assert together(*[write] * 4) == []
    assert [kept.number for kept in entries(ann)] == list(range(1, 33))
    assert list(verify()) == []
    with looking():
        feed = FeedItem.objects.filter(audience=ann.pk).order_by("position")
        positions = list(feed.values_list("position", flat=True))
    assert positions == list(range(1, 33))


@pytest.mark.django_db(transaction=True)
def test_two_undos_at_once_are_one() -> None:
    ann = person("Ann")
    _, entry = did(ann, lambda: you.add_task(ann, title="a"))
    problems = together(*[lambda: undo(ann, entry.id, source="page")] * 3)
    assert [type(problem) for problem in problems] == [Refused, Refused]
    assert len(entries(ann)) == 2
    assert list(verify()) == []


@pytest.mark.django_db(transaction=True)
def test_writers_of_the_same_rows_keep_before_and_after_apart() -> None:
    ann = person("Ann")
    doing(ann, lambda: wins.add_account(ann, name="Everyday"))
    task = doing(ann, lambda: you.add_task(ann, title="0"))
    start = dump()

    def write(name: str) -> None:
        for n in range(6):
            with journal.entry(ann, source="page"):
                type(task).objects.filter(pk=task.pk).update(title=f"{name}{n}", notes=name)

    assert together(lambda: write("x"), lambda: write("y")) == []
    for kept in reversed(entries(ann)[2:]):
        undo(ann, kept.pk, source="page")
    assert dump() == start


WRITER = """
import sys, django
django.setup()
from pam import journal
from pam.accounts.models import User
from you import services
ann = User.objects.get(email="ann@example.com")
print("ready", flush=True)
sys.stdin.readline()
for n in range(10):
    with journal.entry(ann, source="page"):
        services.add_task(ann, title=f"{sys.argv[1]}{n}")
"""


def database_url() -> str:
    """The test database, as another process names it."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    login = f"{quote(found['USER'])}:{quote(found['PASSWORD'])}@" if found["USER"] else ""
    return f"postgres://{login}{quote(found['HOST'], safe='')}:{found['PORT']}/{found['NAME']}"


if settings.ON_POSTGRESQL:  # on SQLite the threads above are as many writers of one file

    @pytest.mark.django_db(transaction=True)
    def test_processes_that_write_for_one_owner_keep_the_chain() -> None:
        ann = person("Ann")
        environment = {**os.environ, "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "pam.settings"}
        writers = [
            subprocess.Popen(
                [sys.executable, "-c", WRITER, name], cwd=settings.BASE_DIR, env=environment, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )
            for name in ("x", "y")
        ]  # fmt: skip
        for writer in writers:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
        for writer in writers:
            writer.communicate("go\n", timeout=60)
        assert [writer.returncode for writer in writers] == [0, 0]
        assert [kept.number for kept in entries(ann)] == list(range(1, 21))
        assert list(verify()) == []
        with looking():
            assert Chain.objects.get(owner=ann).number == 20

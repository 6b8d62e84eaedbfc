"""Row-level security on a real PostgreSQL: a role that owns nothing, raw SQL, forgotten filters, pooled connections."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.apps import apps
from django.db import connection, models
from django.test import Client
from django.utils import timezone

from pam import journal
from pam.access import acting_as, policies, unscoped
from pam.access.models import ScopedManager
from pam.accounts.models import User
from tests.full.house import RUNTIME, Bouncer
from tests.house import person
from tests.running import Running, manage

DEMOS = ["wins", "wheels", "you", "social"]
TABLES = sorted(policies.policies())


@pytest.fixture(scope="module")
def _postgresql() -> None:
    assert connection.vendor == "postgresql", "DATABASE_URL names no PostgreSQL: scripts/services.sh sees to one"


@pytest.fixture
def people(_postgresql: None, transactional_db: None) -> tuple[User, User]:
    """Ann, who has nothing, and Ben, who has at least one row in every table."""
    ann, ben = person("Ann"), person("Ben", time_zone="Australia/Brisbane", home_currency="AUD")
    for domain in DEMOS:
        import_module(f"{domain}.demo").fill(ben)
    with journal.entry(ben, source="page"):
        for table in TABLES:
            a_row_of(model_of(table), ben)
    return ann, ben


def model_of(table: str) -> type[models.Model]:
    return next(model for model in apps.get_models() if model._meta.db_table == table)


def a_row_of(model: type[models.Model], owner: User) -> models.Model:
    """Return a row of this person, made with whatever its columns take where there is none."""
    with unscoped("the test looks"):
        column = (
            "user"
            if model._meta.db_table == "django_admin_log"
            else "audience"
            if field(model, "audience")
            else "owner"
        )
        if field(model, column) is None:
            found = model._default_manager.first()
        else:
            found = model._default_manager.filter(**{column: owner.pk}).first()
        if found is not None:
            return found
        row = model(**{f.attname: _value(f, owner) for f in model._meta.concrete_fields if _wanted(f)})
        row.save_base(raw=True, force_insert=True)
        return row


def field(model: type[models.Model], name: str) -> Any:
    return next((found for found in model._meta.concrete_fields if found.name == name), None)


def _wanted(column: Any) -> bool:
    return not column.null and not column.has_default() and not isinstance(column, models.AutoField)


def _value(column: Any, owner: User) -> Any:
    if column.is_relation:
        target = column.related_model
        return owner.pk if target is User else a_row_of(target, owner).pk
    if column.name == "target_model":  # what a file stands on
        return "you.task"
    if column.name == "target_id":
        return a_row_of(apps.get_model("you", "Task"), owner).pk
    if isinstance(column, models.UUIDField):
        return uuid4()
    if isinstance(column, models.DateTimeField):
        return timezone.now()
    if isinstance(column, models.DateField):
        return timezone.localdate()
    if isinstance(column, models.JSONField):
        return {}
    if isinstance(column, models.BooleanField):
        return False
    if isinstance(column, models.IntegerField):
        return 1
    return column.choices[0][0] if column.choices else uuid4().hex[:8]


@pytest.fixture
def raw(people: tuple[User, User]) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the runtime role, beside Django, to the test's database."""
    with connection.cursor() as cursor:
        cursor.execute(f"grant usage on schema public to {RUNTIME}")
        cursor.execute(f"grant select, insert, update, delete on all tables in schema public to {RUNTIME}")
    name = connection.settings_dict["NAME"]
    with psycopg.connect(f"postgres://{RUNTIME}:{RUNTIME}@127.0.0.1:5432/{name}") as found:
        yield found
        found.rollback()


def act(raw: psycopg.Connection[Any], user: User | None, across: str = "") -> None:
    raw.rollback()
    raw.execute(
        "select set_config('pam.user', %s, true), set_config('pam.across', %s, true)",
        (str(user.pk) if user else "", across),
    )


def test_every_table_has_a_forced_policy_or_a_reason(raw: psycopg.Connection[Any]) -> None:
    rows = raw.execute(
        "select relname, relrowsecurity and relforcerowsecurity from pg_class"
        " where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
    ).fetchall()
    open_tables = {name for name, forced in rows if not forced}
    assert open_tables <= policies.OUTSIDE.keys()
    assert {name for name, forced in rows if forced} == set(TABLES)
    owner, bypass = raw.execute(
        "select exists(select 1 from pg_class where relowner = r.oid), rolbypassrls or rolsuper"
        " from pg_roles r where rolname = current_user"
    ).fetchone()  # type: ignore[misc]
    assert (owner, bypass) == (False, False)


def test_raw_sql_reaches_no_row_of_another_in_any_table(
    people: tuple[User, User], raw: psycopg.Connection[Any]
) -> None:
    ann, ben = people
    for table in TABLES:
        key = model_of(table)._meta.pk.column
        act(raw, None, across="on")
        there = raw.execute(f"select {key} from {table}").fetchall()  # type: ignore[call-overload]
        assert there, f"{table} has no row to look for"
        act(raw, ann)
        assert raw.execute(f"select count(*) from {table}").fetchone() == (0,), table  # type: ignore[call-overload]
        # "set key = key" touches every row that may be touched
        assert raw.execute(f"update {table} set {key} = {key}").rowcount == 0, table  # type: ignore[call-overload]
        assert raw.execute(f"delete from {table}").rowcount == 0, table  # type: ignore[call-overload]
        act(raw, None)
        assert raw.execute(f"select count(*) from {table}").fetchone() == (0,), table  # type: ignore[call-overload]
        act(raw, ben)
        assert raw.execute(f"select count(*) from {table}").fetchone() != (0,), table  # type: ignore[call-overload]


def test_no_row_can_be_put_under_another_s_name(people: tuple[User, User], raw: psycopg.Connection[Any]) -> None:
    ann, _ = people
    tried = 0
    for table in TABLES:
        act(raw, None, across="on")
        pk = model_of(table)._meta.pk.column
        row: Any = raw.execute(f"select to_jsonb({table}) from {table} limit 1").fetchone()  # type: ignore[call-overload]
        copy = {**row[0], pk: 10**9 if isinstance(row[0][pk], int) else str(uuid4())}
        names = {"sender_id": str(UUID(int=7))} if "sender_id" in copy else {}
        act(raw, ann)
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            raw.execute(
                f"insert into {table} select * from jsonb_populate_record(null::{table}, %s::jsonb)",  # type: ignore[call-overload]
                (psycopg.types.json.Jsonb({**copy, **names}),),
            )
        tried += 1
    assert tried == len(TABLES)


def test_an_inbox_takes_what_its_sender_signs(people: tuple[User, User], raw: psycopg.Connection[Any]) -> None:
    ann, ben = people
    insert = (
        "insert into live_notification (id, owner_id, sender_id, kind, title, body, domain, url, at, created_at, updated_at)"
        " values (%s, %s, %s, 'x', 'x', '', '', '', now(), now(), now())"
    )
    act(raw, ann)
    raw.execute(insert, (uuid4(), ben.pk, ann.pk))
    assert raw.execute("select count(*) from live_notification").fetchone() == (0,)  # not hers to read afterwards


def test_a_view_without_its_filter_leaks_nothing(people: tuple[User, User], monkeypatch: pytest.MonkeyPatch) -> None:
    ann, ben = people
    monkeypatch.setattr(ScopedManager, "get_queryset", models.Manager.get_queryset)
    for user, sees in ((ann, False), (ben, True)):
        client = Client()
        client.force_login(user)
        for path in (
            "/api/wins/expenses", "/api/wins/accounts", "/api/wheels/fills", "/api/wheels/trips", "/api/you/tasks",
            "/api/you/events", "/api/social/groups", "/api/social/posts", "/api/pam/history",
        ):  # fmt: skip
            found = client.get(path).json()
            assert bool(found["results"]) is sees, (path, found)
        assert ("Ray White" in client.get("/wins").content.decode()) is sees


def test_another_s_row_is_not_even_found_by_its_id(people: tuple[User, User]) -> None:
    ann, ben = people
    with acting_as(ben):
        row = apps.get_model("wins", "Transaction").objects.first()
    with acting_as(ann), connection.cursor() as cursor:
        cursor.execute("select 1 from wins_transaction where id = %s", [row.pk])
        assert cursor.fetchone() is None


def test_who_acts_is_forgotten_with_the_transaction(people: tuple[User, User]) -> None:
    ann, _ = people
    with acting_as(ann):
        assert apps.get_model("wins", "Transaction").objects.count() == 0
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('pam.user', true), current_setting('pam.across', true)")
        assert set(cursor.fetchone()) <= {"", None}


@pytest.fixture(scope="module")
def behind_a_pooler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """PAM on few connections that many share: psycopg's pool, and PgBouncer in transaction mode behind it."""
    var: Path = tmp_path_factory.mktemp("pooled")
    name = "pam_row_security"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as found:
        found.execute(f"drop database if exists {name} with (force)")  # type: ignore[call-overload]
        found.execute(f"create database {name}")  # type: ignore[call-overload]
    owned = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"
    bouncer = Bouncer(var, size=3)
    bouncer.start()
    given = {
        "DATABASE_OWNER_URL": owned, "DATABASE_URL": bouncer.url(owned), "DATABASE_POOL_SIZE": "4",
        "REDIS_URL": os.environ["REDIS_URL"], "RATE_LIMIT_PER_MINUTE": "100000",
    }  # fmt: skip
    try:
        for command in (("migrate",), ("demo",)):
            done = manage(var, *command, given=given)
            assert done.returncode == 0, done.stderr
        with Running(var, "--web-only", given=given) as running:
            yield running
    finally:
        bouncer.stop()


def test_shared_connections_never_keep_the_last_user(behind_a_pooler: Running) -> None:
    running, people = behind_a_pooler, [f"p{n}@example.com" for n in range(8)]
    tokens = {}
    for email in people:
        body = {"email": email, "password": "a long pass phrase", "display_name": email}
        assert running.call("POST", "/api/auth/register", body)[0] in {200, 201}
        answer = running.call("POST", "/api/auth/token", {"email": email, "password": "a long pass phrase"})
        tokens[email] = answer[2]["access"]
    wrong: list[Any] = []

    def live(email: str) -> None:
        for n in range(20):
            status, _, made = running.call("POST", "/api/you/tasks", {"title": f"{email} {n}"}, tokens[email])
            if status != 201:
                wrong.append((email, status, made))
            rows = running.call("GET", "/api/you/tasks?page_size=200", token=tokens[email])[2]["results"]
            titles = [row["title"] for row in rows]
            if len(titles) != n + 1 or not all(title.startswith(email) for title in titles):
                wrong.append((email, n, titles))

    threads = [threading.Thread(target=live, args=(email,)) for email in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert wrong == []

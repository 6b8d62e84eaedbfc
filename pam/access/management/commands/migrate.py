"""`manage.py migrate`: Django's own, and on PostgreSQL what must stand around the tables it makes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import environ
from django.conf import settings
from django.core.management.commands import migrate
from django.db import connections
from psycopg import sql

from pam.access import policies


class Command(migrate.Command):
    """Migrates as the tables' owner, looks across owners meanwhile, then brings row-level policies up to date."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, make policies, and give the runtime role what it needs and no more."""
        connection = connections[options["database"]]
        if connection.vendor != "postgresql":
            super().handle(*args, **options)
            return
        with _as_owner(connection) as runtime:
            with connection.cursor() as cursor:
                cursor.execute("select set_config('pam.across', 'on', false)")  # migrations of data see every row
            try:
                super().handle(*args, **options)
                made = policies.apply(connection)
                _grant(connection, runtime)
            finally:
                with connection.cursor() as cursor:
                    cursor.execute("select set_config('pam.across', '', false)")
        if made and options["verbosity"]:
            self.stdout.write(f"Row-level policies made for {len(made)} tables.")


@contextmanager
def _as_owner(connection: Any) -> Iterator[str]:
    """Connect as the role of DATABASE_OWNER_URL inside the block, where it is given; yield the runtime role's name."""
    runtime = connection.settings_dict.get("USER") or ""
    if not settings.DATABASE_OWNER_URL:
        yield runtime
        return
    before, owner = dict(connection.settings_dict), environ.Env.db_url_config(settings.DATABASE_OWNER_URL)
    options = {name: value for name, value in before["OPTIONS"].items() if name != "pool"}
    connection.close()
    connection.settings_dict.update({**owner, "OPTIONS": {**options, **owner.get("OPTIONS", {})}})
    try:
        yield runtime
    finally:
        connection.close()
        connection.settings_dict.update(before)


def _grant(connection: Any, runtime: str) -> None:
    """Let the runtime role, where it is another than the owner, read and write rows."""
    with connection.cursor() as cursor:
        cursor.execute("select current_user, current_schema()")
        owner, schema = cursor.fetchone()
        if not runtime or runtime == owner:
            return
        names = {"schema": sql.Identifier(schema), "role": sql.Identifier(runtime)}
        for statement in (
            "grant usage on schema {schema} to {role}",
            "grant select, insert, update, delete on all tables in schema {schema} to {role}",
            "grant usage, select on all sequences in schema {schema} to {role}",
            "grant execute on all functions in schema {schema} to {role}",
            "revoke insert, update, delete on django_migrations from {role}",
        ):
            cursor.execute(sql.SQL(statement).format(**names).as_string(cursor.connection))

"""`manage.py migrate`: Django's own, and on PostgreSQL what must stand around the tables it makes."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.commands import migrate
from django.db import connections
from psycopg import sql

from pam.access import policies


class Command(migrate.Command):
    """Migrates as the tables' owner, looks across owners meanwhile, then brings row-level policies up to date."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, make policies, and give the runtime role what it needs and no more."""
        if options["database"] == "default" and "owner" in settings.DATABASES:
            options["database"] = "owner"
        connection = connections[options["database"]]
        if connection.vendor != "postgresql":
            super().handle(*args, **options)
            return
        with connection.cursor() as cursor:
            cursor.execute("select set_config('pam.across', 'on', false)")  # migrations of data see every row
        try:
            super().handle(*args, **options)
            made = policies.apply(connection)
            self._grant(connection)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("select set_config('pam.across', '', false)")
        if made and options["verbosity"]:
            self.stdout.write(f"Row-level policies made for {len(made)} tables.")

    def _grant(self, connection: Any) -> None:
        """Let the runtime role, where it is another than the owner, read and write rows."""
        runtime = settings.DATABASES["default"].get("USER")
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

"""Row-level security on PostgreSQL: each table's policy, made from its model's access rule after every migration.

What it is: a net under a forgotten filter. A statement reaches only rows that the acting person sees, whatever
the ORM asked. What it is not: a guard against SQL injection, since a connection can say itself who acts.

Every table that holds what a person told PAM has a policy, forced, so that it binds the tables' owner too.
`OUTSIDE` lists the tables that have none, each with its reason; `unlisted()` finds what is in neither.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models

from .rules import Mine, Policy, group_queries

OUTSIDE = {
    "accounts_user": "a person is looked up by address before anybody acts, and named in the groups they are in",
    "accounts_session": "looked up by its id before anybody acts; holds no content",
    "accounts_user_groups": "staff permissions",
    "accounts_user_user_permissions": "staff permissions",
    "accounts_loginfailure": "counted before anybody acts",
    "auth_group": "staff permissions",
    "auth_group_permissions": "staff permissions",
    "auth_permission": "staff permissions",
    "access_audienceversion": "counters without content, asked before anybody acts",
    "access_fieldkey": "ids of keys, not the keys",
    "django_session": "sign-in; its key is the secret",
    "django_content_type": "names of models",
    "django_migrations": "names of migrations",
    "ops_heartbeat": "of processes, not of people",
    "django_celery_beat_clockedschedule": "the house's own schedule",
    "django_celery_beat_crontabschedule": "the house's own schedule",
    "django_celery_beat_intervalschedule": "the house's own schedule",
    "django_celery_beat_periodictask": "the house's own schedule",
    "django_celery_beat_periodictasks": "the house's own schedule",
    "django_celery_beat_solarschedule": "the house's own schedule",
}
# Tables of models that are not ours.
FOREIGN = {"django_admin_log": Mine("user_id")}

# `pam_groups_of` looks across owners: the memberships' own policy asks it, and would ask itself without end.
_FUNCTIONS = """
create or replace function pam_user() returns uuid language sql stable parallel safe as
$$select nullif(current_setting('pam.user', true), '')::uuid$$;
create or replace function pam_across() returns boolean language sql stable parallel safe as
$$select coalesce(current_setting('pam.across', true), '') = 'on'$$;
create or replace function pam_groups_of(person uuid) returns uuid[] language plpgsql stable security definer
set search_path = {schema}, pg_temp as
$$declare
    before text := current_setting('pam.across', true);
    found uuid[];
begin
    perform set_config('pam.across', 'on', true);
    {groups} into found;
    perform set_config('pam.across', coalesce(before, ''), true);
    return found;
end$$;
create or replace function pam_groups() returns uuid[] language sql stable as
$$select pam_groups_of(pam_user())$$;
"""
_NOBODY = UUID(int=0)


def models_with_tables() -> Iterator[type[models.Model]]:
    """Yield every model that has a table here, those of many-to-many relations included."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            yield model


def policies() -> dict[str, Policy]:
    """Return {table: policy} of all models that declare one."""
    found: dict[str, Policy] = {}
    for model in models_with_tables():
        table = model._meta.db_table
        rule: Any = FOREIGN.get(table) or getattr(model, "access_rule", None)
        if rule is not None and table not in OUTSIDE:
            found[table] = rule.policy()
    return found


def unlisted() -> list[str]:
    """Return the tables that have neither a policy nor a place in `OUTSIDE`."""
    known = policies().keys() | OUTSIDE.keys()
    return sorted({model._meta.db_table for model in models_with_tables()} - known)


def apply(connection: Any) -> list[str]:
    """Bring functions and policies up to date; return the tables whose policy was made anew.

    Runs as the tables' owner, with `migrate`. A policy that stands as it should is left alone: making one locks
    its table.
    """
    tables = set(connection.introspection.table_names())
    made = []
    with connection.cursor() as cursor:
        cursor.execute("select current_schema()")
        schema = connection.ops.quote_name(cursor.fetchone()[0])
        cursor.execute(_FUNCTIONS.format(schema=schema, groups=_groups_sql(tables)))
        cursor.execute(
            "select c.relname, obj_description(p.oid, 'pg_policy') from pg_policy p join pg_class c on c.oid = p.polrelid"
            " where p.polname = 'pam_select' and c.relrowsecurity and c.relforcerowsecurity"
            " and c.relnamespace = current_schema()::regnamespace"
        )
        standing = dict(cursor.fetchall())
        for table, policy in policies().items():
            mark = hashlib.sha256(repr(policy).encode()).hexdigest()[:16]
            if table in tables and standing.get(table) != mark:
                cursor.execute(_sql(connection.ops.quote_name(table), policy, mark))
                made.append(table)
        for table in standing.keys() & OUTSIDE.keys():
            cursor.execute(f"alter table {connection.ops.quote_name(table)} disable row level security")
    return made


def _groups_sql(tables: set[str]) -> str:
    parts = []
    for rows in group_queries(_NOBODY):
        if rows.model._meta.db_table in tables:
            text, values = rows.query.sql_with_params()
            if values != (_NOBODY,):
                raise TypeError("A query of a person's groups takes that person's id and nothing else.")
            parts.append(text % "person")
    inner = " union ".join(parts) or "select null::uuid where false"
    return f"select coalesce(array_agg(mine.id), '{{}}') from ({inner}) mine(id)"


def _sql(table: str, policy: Policy, mark: str) -> str:
    across = "(select pam_across())"
    rows, insert = f"({across} or {policy.rows})", f"({across} or {policy.insert or policy.rows})"
    statements = [
        f"alter table {table} enable row level security",
        f"alter table {table} force row level security",
        *(f"drop policy if exists pam_{command} on {table}" for command in ("select", "insert", "update", "delete")),
        f"create policy pam_select on {table} for select using {rows}",
        f"create policy pam_insert on {table} for insert with check {insert}",
        f"create policy pam_update on {table} for update using {rows} with check {rows}",
        f"create policy pam_delete on {table} for delete using {rows}",
        f"comment on policy pam_select on {table} is '{mark}'",
    ]
    return "; ".join(statements)

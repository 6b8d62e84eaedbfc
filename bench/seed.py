"""Fills the measured database; run by PAM's own Python. Prints one JSON line: people with their tokens and ids.

python bench/seed.py people SIZE…   a person for each size (rows), and one writer for each system
python bench/seed.py crowd PEOPLE ROWS   strangers, each with so many rows
"""

from __future__ import annotations

import datetime as dt
import io
import json
import random
import sys
from typing import Any

from pam import starting

starting.prepare()

import django  # noqa: E402

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from pam import journal  # noqa: E402
from pam.access import acting_as, uuid7  # noqa: E402
from pam.accounts import doors, tokens  # noqa: E402
from pam.accounts.models import Session, User  # noqa: E402
from wins import services  # noqa: E402
from wins.models import Transaction  # noqa: E402

PAYEES = ["Coles", "Woolworths", "Aldi", "Thai Garden", "Corner Cafe", "Energex", "TransLink", "Telstra", "Anaconda",
          "Bunnings", "Chemist Warehouse", "Event Cinemas", "Sushi Train", "Ray White", "Bakers Delight"]  # fmt: skip
CATEGORIES = ["Groceries", "Eating out", "Utilities", "Transport", "Clothing", "Household", "Health", "Rent"]
COLUMNS = ("id", "owner_id", "created_at", "updated_at", "kind", "amount_minor", "currency", "date", "payee", "note",
           "category_id", "account_id", "to_account_id")  # fmt: skip


def person(name: str, rows: int) -> dict[str, Any]:
    """Make a person with accounts, categories, budgets and so many expenses; return what a client knows of them."""
    user = User(
        email=f"{name}@example.com", display_name=name, time_zone="Australia/Brisbane", home_currency="AUD",
        email_verified_at=timezone.now(),
    )  # fmt: skip
    user.set_unusable_password()
    user.save()
    with acting_as(user), journal.entry(user, source="system", label="Measured"):
        accounts = [services.add_account(user, name=found, currency="AUD") for found in ("Everyday", "Visa")]
        categories = [services.add_category(user, name=found) for found in CATEGORIES]
        from decimal import Decimal

        from pam.access.money import Money

        for category in categories[:6]:
            services.set_budget(user, category=category, limit=Money(Decimal("450"), "AUD"))
    ids = copy(user, rows, [found.pk for found in accounts], [found.pk for found in categories])
    session = doors.open_session(user, door=Session.Door.API)
    return {
        "id": str(user.pk), "token": tokens.issue(session)["access"], "rows": rows,
        "account": str(accounts[0].pk), "categories": [str(found.pk) for found in categories],
        "ids": [str(found) for found in ids[-2000:]],
    }  # fmt: skip


def copy(user: User, rows: int, accounts: list[Any], categories: list[Any]) -> list[Any]:
    """Put expenses straight into the table: what reading costs does not ask how they came."""
    dice, today, now = random.Random(rows), timezone.localdate(), timezone.now()
    ids, out = [], io.StringIO()
    for n in range(rows):
        at = (now - dt.timedelta(minutes=rows - n)).isoformat()
        ids.append(uuid7())
        day = today - dt.timedelta(days=(rows - n) * 1500 // max(rows, 1))
        note = "For the weekend" if n % 3 else ""
        row = (ids[-1], user.pk, at, at, "expense", dice.randint(200, 30000), "AUD", day, dice.choice(PAYEES), note,
               dice.choice(categories), accounts[n % 2], r"\N")  # fmt: skip
        out.write("\t".join(map(str, row)) + "\n")
    with acting_as(user), transaction.atomic(), connection.cursor() as cursor:
        _put(cursor, Transaction._meta.db_table, ", ".join(COLUMNS), out)
    return ids


def _put(cursor: Any, table: str, columns: str, text: io.StringIO) -> None:
    """Copy rows in; tables with policies take no COPY, so it goes by one beside them."""
    cursor.execute(f"create temporary table incoming on commit drop as select {columns} from {table} limit 0")
    with cursor.cursor.copy(f"copy incoming ({columns}) from stdin") as into:
        into.write(text.getvalue())
    cursor.execute(f"insert into {table} ({columns}) select {columns} from incoming")
    cursor.execute("drop table incoming")


def crowd(people: int, rows: int) -> None:
    """Add strangers with rows of their own."""
    now, today = timezone.now(), timezone.localdate()
    users = [
        User(email=f"stranger{n}-{now.timestamp():.0f}@example.com", email_verified_at=now, password="!")
        for n in range(people)
    ]
    User.objects.bulk_create(users, batch_size=1000)
    lines, accounts = io.StringIO(), io.StringIO()
    for user in users:
        account = uuid7()
        accounts.write("\t".join(map(str, (account, user.pk, now, now, "Everyday", "everyday", "AUD", 0))) + "\n")
        for n in range(rows):
            row = (uuid7(), user.pk, now, now, "expense", 100 + n, "AUD", today - dt.timedelta(days=n), PAYEES[n % 15],
                   "", r"\N", account, r"\N")  # fmt: skip
            lines.write("\t".join(map(str, row)) + "\n")
    from pam.access import unscoped

    with unscoped("strangers are made"), transaction.atomic(), connection.cursor() as cursor:
        columns = "id, owner_id, created_at, updated_at, name, kind, currency, opening_minor"
        _put(cursor, "wins_account", columns, accounts)
        _put(cursor, Transaction._meta.db_table, ", ".join(COLUMNS), lines)


def main(what: str, *arguments: str) -> None:
    """Do what is asked and print it."""
    if what == "people":
        found = {f"rows{size}": person(f"rows{size}", int(size)) for size in arguments}
        found |= {f"writer_{name}": person(f"writer-{name}", 50) for name in ("pam", "fastapi", "drf")}
    else:
        crowd(int(arguments[0]), int(arguments[1]))
        found = {}
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Demo data of money: a few weeks of a plausible life."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone

from pam import journal
from pam.access.money import Money

from . import services

EXPENSES = [  # days ago, amount, payee, category, account, note
    (27, "86.40", "Coles", "Groceries", 0, ""), (26, "14.20", "Corner Cafe", "Eating out", 1, "Breakfast"),
    (25, "520.00", "Ray White", "Rent", 0, "Week to Friday"), (24, "23.95", "Chemist Warehouse", "Health", 1, ""),
    (22, "74.10", "Woolworths", "Groceries", 0, ""), (21, "38.50", "Thai Garden", "Eating out", 1, "Dinner with Priya"),
    (20, "164.45", "Energex", "Utilities", 0, "Power, quarter"), (18, "520.00", "Ray White", "Rent", 0, "Week to Friday"),
    (17, "12.80", "TransLink", "Transport", 1, ""), (16, "91.35", "Coles", "Groceries", 0, ""),
    (14, "17.90", "Event Cinemas", "Entertainment", 1, ""), (13, "6.50", "Corner Cafe", "Eating out", 1, "Coffee"),
    (12, "59.00", "Anaconda", "Clothing", 1, "Rain jacket"), (11, "520.00", "Ray White", "Rent", 0, "Week to Friday"),
    (9, "68.75", "Aldi", "Groceries", 0, ""), (8, "42.00", "Sushi Train", "Eating out", 1, ""),
    (6, "29.99", "Telstra", "Utilities", 0, "Mobile"), (4, "520.00", "Ray White", "Rent", 0, "Week to Friday"),
    (3, "77.20", "Woolworths", "Groceries", 0, ""), (2, "21.60", "Bakers Delight", "Groceries", 1, ""),
]  # fmt: skip
CATEGORIES = ["Groceries", "Eating out", "Fuel", "Rent", "Utilities", "Transport", "Car", "Health", "Clothing",
              "Entertainment", "Household", "Gifts", "Travel", "Insurance"]  # fmt: skip
BUDGETS = {"Groceries": "450", "Eating out": "250", "Fuel": "380", "Entertainment": "80"}


def fill(user: Any) -> None:
    """Add accounts, categories, transactions and budgets."""
    with journal.entry(user, source="system", label="Demo data"):
        _fill(user)


def _fill(user: Any) -> None:
    today = timezone.localdate()
    everyday = services.add_account(user, name="Everyday", kind="everyday", currency="AUD", opening=_aud("2840.15"))
    visa = services.add_account(user, name="Visa", kind="card", currency="AUD")
    services.add_account(user, name="Savings", kind="savings", currency="AUD", opening=_aud("6200.00"))
    services.add_account(user, name="Cash", kind="cash", currency="AUD", opening=_aud("60.00"))
    accounts = [everyday, visa]
    categories = {name: services.add_category(user, name=name) for name in CATEGORIES}
    salary = services.add_category(user, name="Salary", kind="income")
    for days, amount, payee, category, account, note in EXPENSES:
        services.record_expense(
            user, amount=_aud(amount), date=today - dt.timedelta(days=days), payee=payee, note=note,
            category=categories[category], account=accounts[account],
        )  # fmt: skip
    for days in (28, 14, 0):
        services.record_income(
            user, amount=_aud("2316.40"), date=today - dt.timedelta(days=days), payee="Moreton Bay Council",
            category=salary, account=everyday,
        )  # fmt: skip
    services.record_transfer(
        user, amount=_aud("250.00"), date=today - dt.timedelta(days=10), account=everyday, to_account=visa
    )
    for name, limit in BUDGETS.items():
        services.set_budget(user, category=categories[name], limit=_aud(limit))


def _aud(amount: str) -> Money:
    return Money(Decimal(amount), "AUD")

"""`manage.py demo`: a demo user with a few weeks of plausible data in all four domains. Idempotent.

A command may know every domain; the assistant itself does not.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from pam import journal
from pam.access.money import Money
from pam.accounts.models import User

EMAIL, PASSWORD = "demo@example.com", "pam-demo"

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
FILLS = [(34, "58.40", "1.859", "231980"), (25, "61.20", "1.879", "232590"), (15, "60.05", "1.919", "233215"),
         (5, "63.70", "1.899", "233900")]  # fmt: skip
CATEGORIES = ["Groceries", "Eating out", "Fuel", "Rent", "Utilities", "Transport", "Car", "Health", "Clothing",
              "Entertainment", "Household", "Gifts", "Travel", "Insurance"]  # fmt: skip
BUDGETS = {"Groceries": "450", "Eating out": "250", "Fuel": "380", "Entertainment": "80"}
PEOPLE = [("Priya Nair", "priya@example.com"), ("Sam Okafor", "sam@example.com"), ("Jo Lindqvist", "jo@example.com")]


class Command(BaseCommand):
    """Makes the demo user."""

    help = "Make the demo user (demo@example.com, pam-demo) with a few weeks of data, once; not in production."

    def handle(self, *_: Any, **__: Any) -> None:
        """Make everything in one transaction, or nothing."""
        if settings.PRODUCTION:
            raise CommandError("The demo user is not made in production.")
        with transaction.atomic():
            if User.objects.filter(email=EMAIL).exists():
                self.stdout.write("The demo user is there already.")
                return
            user = User(
                email=EMAIL, display_name="Robin Hale", time_zone="Australia/Brisbane", home_currency="AUD",
                email_verified_at=timezone.now(),
            )  # fmt: skip
            user.set_password(PASSWORD)
            user.save()
            with journal.entry(user, source="system", label="Demo data"):
                accounts = _money(user)
                _vehicles(user, accounts)
                _days(user)
            _people(user)
        self.stdout.write(f"The demo user is made: {EMAIL}, {PASSWORD}.")


def _aud(amount: str) -> Money:
    return Money(Decimal(amount), "AUD")


def _money(user: Any) -> list[Any]:
    wins = import_module("wins.services")
    today = timezone.localdate()
    everyday = wins.add_account(user, name="Everyday", kind="everyday", currency="AUD", opening=_aud("2840.15"))
    visa = wins.add_account(user, name="Visa", kind="card", currency="AUD")
    wins.add_account(user, name="Savings", kind="savings", currency="AUD", opening=_aud("6200.00"))
    wins.add_account(user, name="Cash", kind="cash", currency="AUD", opening=_aud("60.00"))
    accounts = [everyday, visa]
    categories = {name: wins.add_category(user, name=name) for name in CATEGORIES}
    salary = wins.add_category(user, name="Salary", kind="income")
    for days, amount, payee, category, account, note in EXPENSES:
        wins.record_expense(
            user, amount=_aud(amount), date=today - dt.timedelta(days=days), payee=payee, note=note,
            category=categories[category], account=accounts[account],
        )  # fmt: skip
    for days in (28, 14, 0):
        wins.record_income(
            user, amount=_aud("2316.40"), date=today - dt.timedelta(days=days), payee="Moreton Bay Council",
            category=salary, account=everyday,
        )  # fmt: skip
    wins.record_transfer(
        user, amount=_aud("250.00"), date=today - dt.timedelta(days=10), account=everyday, to_account=visa
    )
    for name, limit in BUDGETS.items():
        wins.set_budget(user, category=categories[name], limit=_aud(limit))
    return accounts


def _vehicles(user: Any, accounts: list[Any]) -> None:
    wheels = import_module("wheels.services")
    today = timezone.localdate()
    hilux = wheels.add_vehicle(user, name="Hilux", make="Toyota", model="Hilux SR5", year=2016, registration="482 XKQ")
    wheels.record_service(
        user, vehicle=hilux, what="Service, 225,000 km", date=today - dt.timedelta(days=330),
        odometer_km=Decimal("225010"), cost=_aud("412.00"), provider="Stafford Auto", regular=True,
    )  # fmt: skip
    for days, litres, price, odometer in FILLS:
        wheels.record_fill(
            user, vehicle=hilux, litres=Decimal(litres), price_per_litre=_aud(price), odometer_km=Decimal(odometer),
            date=today - dt.timedelta(days=days), station="BP Stafford", account=accounts[1],
        )  # fmt: skip
    wheels.plan_trip(
        user, name="Girraween", start=today + dt.timedelta(days=17), end=today + dt.timedelta(days=19), vehicle=hilux,
        budget=_aud("420.00"), stops=[{"place": "Warwick"}, {"place": "Girraween National Park"}],
    )  # fmt: skip


def _days(user: Any) -> None:
    you = import_module("you.services")
    zone, today = user.zone, timezone.now().astimezone(user.zone).date()

    def at(days: int, hour: int, minute: int = 0) -> dt.datetime:
        return dt.datetime.combine(today + dt.timedelta(days=days), dt.time(hour, minute), zone)

    for title, days in (("Renew library card", -2), ("Send the lease form", 0), ("Buy a head torch", 6),
                        ("Call the plumber about the tap", None), ("Book a haircut", 3)):  # fmt: skip
        you.add_task(user, title=title, due=None if days is None else today + dt.timedelta(days=days))
    done = you.add_task(user, title="Pay the rego", due=today - dt.timedelta(days=5))
    you.complete_task(user, done)
    you.add_event(user, title="Team meeting", start=at(0, 10), end=at(0, 10, 45), place="Room 2")
    you.add_event(user, title="Lunch with Priya", start=at(1, 12, 30), end=at(1, 13, 30), place="Fish Lane")
    you.add_event(user, title="Dentist", start=at(2, 9), end=at(2, 9, 40), place="Chermside")
    you.add_event(user, title="Lower Portals walk", start=at(4, 7), end=at(4, 13), place="Lower Portals car park")
    you.add_event(user, title="Mum visits", start=at(11, 0), end=at(15, 0), all_day=True)
    you.add_reminder(user, title="Put the bins out", at=at(1, 19))
    you.add_reminder(user, title="Check tyre pressure", at=at(3, 8))


def _people(user: Any) -> None:
    social = import_module("social.services")
    with journal.entry(user, source="system", label="Demo data"):
        group = social.create_group(user, name="Hiking", about="Walks around Brisbane, mostly Saturdays")
        social.create_post(
            user, group=group, text="Lower Portals on Saturday, 7 am at the car park. Bring 2 L of water."
        )
    for name, email in PEOPLE:
        if User.objects.filter(email=email).exists():
            continue
        # They belong to the demo and cannot sign in.
        person = User(email=email, display_name=name)
        person.set_unusable_password()
        person.save()
        with journal.entry(user, source="system", label="Demo data"):
            invitation = social.invite(user, group=group, person=email)
        with journal.entry(person, source="system", label="Demo data"):
            social.accept_invitation(person, invitation)
            if name.startswith("Priya"):
                social.create_post(
                    person, group=group, text="Track report: creek crossing is dry, bring poles for the last bit."
                )

"""Rules of money."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from pam.access import acting_as
from pam.access.money import Money
from pam.accounts.models import User
from tests.house import doing, entries, person
from wins import queries, services
from wins.models import Account, Category

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 24)


def aud(amount: str) -> Money:
    return Money(Decimal(amount), "AUD")


@pytest.fixture
def ann() -> User:
    return person("Ann")


@pytest.fixture
def account(ann: User) -> Account:
    return doing(ann, lambda: services.add_account(ann, name="Everyday", opening=aud("100")))


@pytest.fixture
def food(ann: User) -> Category:
    return doing(ann, lambda: services.add_category(ann, name="Groceries"))


def refused(user: User, match: str, act: Any) -> None:
    count = len(entries(user))
    with pytest.raises(ValidationError, match=match):
        doing(user, act)
    assert len(entries(user)) == count


def test_a_currency_without_an_account_is_refused(ann: User, account: Account) -> None:
    euros = Money(Decimal(5), "EUR")
    refused(ann, "no account in EUR", lambda: services.record_expense(ann, amount=euros))
    refused(ann, "is kept in AUD", lambda: services.record_expense(ann, amount=euros, account=account))
    refused(ann, "is kept in AUD", lambda: services.change_account(ann, account, opening=euros))


def test_an_account_with_transactions_keeps_its_currency(ann: User, account: Account) -> None:
    doing(ann, lambda: services.record_expense(ann, amount=aud("5")))
    refused(ann, "keeps its currency", lambda: services.change_account(ann, account, currency="EUR"))
    refused(ann, "has transactions", lambda: services.delete_account(ann, account))


def test_a_closed_account_takes_nothing_from_its_last_day(ann: User, account: Account) -> None:
    doing(ann, lambda: services.change_account(ann, account, closed_on=DAY))
    refused(ann, "is closed since", lambda: services.record_expense(ann, amount=aud("5"), account=account, date=DAY))
    before = DAY - dt.timedelta(days=1)
    doing(ann, lambda: services.record_expense(ann, amount=aud("5"), account=account, date=before))


@pytest.mark.parametrize("amount", ["0", "-5"])
def test_amounts_are_more_than_zero(ann: User, account: Account, amount: str) -> None:
    refused(ann, "more than zero", lambda: services.record_expense(ann, amount=aud(amount)))


def test_a_category_is_for_one_kind(ann: User, account: Account, food: Category) -> None:
    refused(ann, "is for expense, this is income", lambda: services.record_income(ann, amount=aud("5"), category=food))
    pay = doing(ann, lambda: services.add_category(ann, name="Salary", kind="income"))
    refused(ann, "a budget limits what goes out", lambda: services.set_budget(ann, category=pay, limit=aud("5")))


def test_a_transfer_needs_two_accounts(ann: User, account: Account) -> None:
    refused(
        ann, "two different accounts",
        lambda: services.record_transfer(ann, amount=aud("5"), account=account, to_account=account),
    )  # fmt: skip


def test_a_balance_is_what_came_in_less_what_went_out(ann: User, account: Account) -> None:
    def act() -> None:
        savings = services.add_account(ann, name="Savings", kind="savings")
        services.record_expense(ann, amount=aud("30.10"))
        services.record_income(ann, amount=aud("12.05"))
        services.record_transfer(ann, amount=aud("50"), account=account, to_account=savings)
        assert queries.balance(account) == aud("31.95")
        assert queries.balance(savings) == aud("50")

    doing(ann, act)


@pytest.mark.parametrize(
    ("per", "monthly"), [("month", "120.00"), ("week", "520.00"), ("fortnight", "260.00"), ("year", "10.00")]
)
def test_budgets_of_other_periods_become_monthly(ann: User, food: Category, per: str, monthly: str) -> None:
    budget = doing(ann, lambda: services.set_budget(ann, category=food, limit=aud("120"), per=per))
    assert budget.limit == aud(monthly)


def test_a_new_budget_replaces_the_one_that_stands(ann: User, food: Category) -> None:
    first = doing(ann, lambda: services.set_budget(ann, category=food, limit=aud("120")))
    second = doing(ann, lambda: services.set_budget(ann, category=food, limit=aud("200")))
    assert (first.pk, second.limit) == (second.pk, aud("200"))
    refused(ann, "more than zero", lambda: services.set_budget(ann, category=food, limit=aud("0")))


def test_a_budget_counts_its_month_category_and_currency_alone(ann: User, account: Account, food: Category) -> None:
    def act() -> Any:
        euro = services.add_account(ann, name="Euro", currency="EUR")
        for amount, date in (("30", DAY), ("40", DAY.replace(day=1)), ("99", dt.date(2026, 10, 31))):
            services.record_expense(ann, amount=aud(amount), date=date, category=food)
        services.record_expense(ann, amount=Money(Decimal(9), "EUR"), date=DAY, category=food, account=euro)
        return services.set_budget(ann, category=food, limit=aud("60"))

    budget = doing(ann, act)
    with acting_as(ann):
        use = queries.budget_use(budget, DAY)
    assert (use.used, use.left, use.percent, use.state) == (aud("70"), aud("-10"), 116, "over")


def test_account_and_category_are_guessed_from_history(ann: User, account: Account, food: Category) -> None:
    card = doing(ann, lambda: services.add_account(ann, name="Visa", kind="card"))
    doing(ann, lambda: services.record_expense(ann, amount=aud("5"), payee="Zed", account=card, category=food))
    row = doing(ann, lambda: services.record_expense(ann, amount=aud("7"), payee="zed"))
    assert (row.account, row.category) == (card, food)
    assert doing(ann, lambda: services.record_expense(ann, amount=aud("7"), payee="Coles")).category == food

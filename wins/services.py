"""Every rule of money, and every write. Callers hold a journal entry; all functions act for `user`."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from pam.access.money import Money
from pam.journal.owned import changed, saved

from . import guesses
from .models import Account, Budget, Category, Transaction

UNSET: Any = object()
WEEKS_PER_MONTH = Decimal(52) / 12


def add_account(
    user: Any,
    *,
    name: str,
    kind: str = Account.Kind.EVERYDAY,
    currency: str = "",
    opening: Money | None = None,
    closed_on: dt.date | None = None,
) -> Account:
    """Add an account; its currency is the home currency where none is said. Raises ValidationError."""
    account = Account(
        owner=user, name=name.strip(), kind=kind, currency=currency or user.home_currency, closed_on=closed_on
    )
    if opening is not None:
        _same_currency(account, opening)
        account.opening = opening
    return saved(account)


def change_account(user: Any, account: Account, **data: Any) -> Account:
    """Change name, kind, opening balance or closing day of an account."""
    if opening := data.pop("opening", None):
        _same_currency(account, opening)
        account.opening = opening
    if data.get("currency", account.currency) != account.currency and account.transactions.exists():
        raise ValidationError({"currency": "An account with transactions keeps its currency."})
    return changed(account, data)


def delete_account(user: Any, account: Account) -> None:
    """Delete an account that holds nothing; raises ValidationError where transactions stand on it."""
    if account.transactions.exists() or account.transfers_in.exists():
        raise ValidationError(f"{account} has transactions. Close it instead. Nothing has changed.")
    account.delete()


def add_category(user: Any, *, name: str, kind: str = Category.Kind.EXPENSE) -> Category:
    """Add a category."""
    return saved(Category(owner=user, name=name.strip(), kind=kind))


def change_category(user: Any, category: Category, **data: Any) -> Category:
    """Change name or kind of a category."""
    return changed(category, data)


def delete_category(user: Any, category: Category) -> None:
    """Delete a category; its transactions stay, without one."""
    category.delete()


def record_expense(
    user: Any,
    *,
    amount: Money,
    date: dt.date | None = None,
    payee: str = "",
    note: str = "",
    category: Category | None = None,
    account: Account | None = None,
) -> Transaction:
    """Book money that went out. Category and account are guessed from history where none is said.

    Raises ValidationError: amount not positive, account closed, no account of that currency.
    """
    return _record(user, Transaction.Kind.EXPENSE, amount, date, payee, note, category, account)


def record_income(
    user: Any,
    *,
    amount: Money,
    date: dt.date | None = None,
    payee: str = "",
    note: str = "",
    category: Category | None = None,
    account: Account | None = None,
) -> Transaction:
    """Book money that came in; like `record_expense`."""
    return _record(user, Transaction.Kind.INCOME, amount, date, payee, note, category, account)


def _record(
    user: Any,
    kind: str,
    amount: Money,
    date: dt.date | None,
    payee: str,
    note: str,
    category: Category | None,
    account: Account | None,
) -> Transaction:
    date = date or timezone.localdate()
    account = account or guesses.account_for(user, amount.currency, payee)
    if account is None:
        raise ValidationError(
            f"There is no account in {amount.currency}. Add one, or say the amount in another currency. "
            "Nothing has changed."
        )
    category = category or guesses.category_for(user, kind, payee, note)
    row = Transaction(
        owner=user, kind=kind, date=date, payee=payee.strip()[:120], note=note.strip()[:500],
        category=category, account=account,
    )  # fmt: skip
    row.amount = amount
    return _checked(row)


def record_transfer(
    user: Any,
    *,
    amount: Money,
    account: Account,
    to_account: Account,
    date: dt.date | None = None,
    note: str = "",
) -> Transaction:
    """Move money between two of the user's accounts of one currency."""
    row = Transaction(
        owner=user, kind=Transaction.Kind.TRANSFER, date=date or timezone.localdate(), note=note.strip(),
        account=account, to_account=to_account,
    )  # fmt: skip
    row.amount = amount
    return _checked(row)


def change_transaction(user: Any, row: Transaction, *, amount: Money | None = None, **data: Any) -> Transaction:
    """Change an expense, income or transfer; only what is given."""
    if amount is not None:
        row.amount = amount
    for name, value in data.items():
        setattr(row, name, value)
    return _checked(row)


def delete_transaction(user: Any, row: Transaction) -> None:
    """Delete an expense, income or transfer."""
    row.delete()


def set_budget(user: Any, *, category: Category, limit: Money, per: str = "month") -> Budget:
    """Set the monthly limit of a category, replacing the one that stands. `per` week or year is converted."""
    if category.kind != Category.Kind.EXPENSE:
        raise ValidationError(f"{category} is money that comes in; a budget limits what goes out.")
    factor = {"week": WEEKS_PER_MONTH, "fortnight": WEEKS_PER_MONTH / 2, "year": Decimal(1) / 12}.get(per, Decimal(1))
    limit = Money(limit.amount * factor, limit.currency).rounded()
    budget = Budget.objects.filter(category=category).first() or Budget(owner=user, category=category)
    budget.limit = limit
    if limit.minor <= 0:
        raise ValidationError({"limit": "A budget is more than zero. Delete it to have none."})
    return saved(budget)


def change_budget(user: Any, budget: Budget, *, limit: Money | None = None, category: Any = UNSET) -> Budget:
    """Change the limit or category of a budget."""
    if category is not UNSET:
        budget.category = category
    if limit is not None:
        budget.limit = limit
        if limit.minor <= 0:
            raise ValidationError({"limit": "A budget is more than zero. Delete it to have none."})
    return saved(budget)


def delete_budget(user: Any, budget: Budget) -> None:
    """Delete a budget."""
    budget.delete()


def category_named(user: Any, name: str, kind: str = Category.Kind.EXPENSE) -> Category:
    """Return the category that a name means, adding it where there is none near."""
    from pam.tools.resolve import nearest

    found = nearest(list(Category.objects.filter(kind=kind)), name)
    return found[0] if found else add_category(user, name=name[:1].upper() + name[1:60], kind=kind)


def _same_currency(account: Account, money: Money) -> None:
    if money.currency != account.currency:
        raise ValidationError({"opening": f"{account} is kept in {account.currency}, not in {money.currency}."})


def _checked(row: Transaction) -> Transaction:
    if row.amount_minor <= 0:
        raise ValidationError({"amount": "The amount must be more than zero."})
    for account in filter(None, (row.account, row.to_account)):
        if account.currency != row.currency:
            raise ValidationError(
                {"account": f"{account} is kept in {account.currency}; this is in {row.currency}. Say another account."}
            )
        if account.closed_on and row.date >= account.closed_on:
            raise ValidationError(
                {"account": f"{account} is closed since {account.closed_on:%d %b %Y}. Say another account."}
            )
    if row.to_account_id is not None and row.to_account_id == row.account_id:
        raise ValidationError({"to_account": "A transfer needs two different accounts."})
    if row.category is not None and row.category.kind != row.kind:
        raise ValidationError({"category": f"{row.category} is for {row.category.kind}, this is {row.kind}."})
    if abs(row.date.year - timezone.localdate().year) > 100:
        raise ValidationError({"date": f"{row.date} is too far away to be meant."})
    return saved(row)

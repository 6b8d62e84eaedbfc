"""What is kept of money: accounts, categories, transactions, budgets. Balances are queries, never columns."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from pam.access.money import CurrencyField, money_property
from pam.journal.owned import Owned


class Account(Owned):
    """Where money is: a bank account, a card, cash."""

    class Kind(models.TextChoices):
        EVERYDAY = "everyday", "Everyday account"
        SAVINGS = "savings", "Savings account"
        CARD = "card", "Credit card"
        CASH = "cash", "Cash"
        LOAN = "loan", "Loan"
        OTHER = "other", "Other"

    noun: ClassVar[str] = "Account"
    shown_fields: ClassVar[tuple[str, ...]] = ("name", "kind", "currency", "opening", "closed_on")

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.EVERYDAY)
    currency = CurrencyField()
    opening_minor = models.BigIntegerField("opening balance", default=0)
    closed_on = models.DateField(null=True, blank=True)
    opening = money_property("opening_minor")

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="wins_account_name")]

    def __str__(self) -> str:
        return self.name

    def receipt(self) -> dict[str, Any]:
        """Return the texts of its receipt line."""
        return {"name": self.name, "sub": self.get_kind_display(), "value": self.opening}


class Category(Owned):
    """What money is for."""

    class Kind(models.TextChoices):
        EXPENSE = "expense", "Expense"
        INCOME = "income", "Income"

    noun: ClassVar[str] = "Category"
    shown_fields: ClassVar[tuple[str, ...]] = ("name", "kind")

    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.EXPENSE)

    class Meta(Owned.Meta):
        verbose_name_plural = "categories"
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="wins_category_name")]

    def __str__(self) -> str:
        return self.name

    def receipt(self) -> dict[str, Any]:
        """Return the texts of its receipt line."""
        return {"name": self.name, "sub": self.get_kind_display()}


class Transaction(Owned):
    """An expense, an income, or a transfer between two accounts. Amounts are positive; the kind says which way."""

    class Kind(models.TextChoices):
        EXPENSE = "expense", "Expense"
        INCOME = "income", "Income"
        TRANSFER = "transfer", "Transfer"

    shown_fields: ClassVar[tuple[str, ...]] = ("amount", "date", "payee", "category", "account", "to_account", "note")
    takes_attachments: ClassVar[bool] = True

    kind = models.CharField(max_length=8, choices=Kind.choices)
    amount_minor = models.BigIntegerField("amount")
    currency = CurrencyField()
    date = models.DateField()
    payee = models.CharField(max_length=120, blank=True)
    note = models.CharField(max_length=500, blank=True)
    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.SET_NULL, related_name="transactions"
    )
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="transactions")
    to_account = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="transfers_in"
    )
    amount = money_property("amount_minor")

    class Meta(Owned.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="wins_transaction_positive"),
            models.CheckConstraint(
                condition=Q(kind="transfer", to_account__isnull=False, category__isnull=True)
                | (~Q(kind="transfer") & Q(to_account__isnull=True)),
                name="wins_transaction_kind",
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "kind", "-id"], name="wins_transaction_newest"),
            models.Index(fields=["owner", "date"], name="wins_transaction_date"),
            models.Index(fields=["owner", "category", "date"], name="wins_transaction_category"),
            models.Index(fields=["owner", "account"], name="wins_transaction_account"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def noun(self) -> str:  # type: ignore[override]
        """Expense, Income or Transfer."""
        return str(self.get_kind_display())

    @property
    def title(self) -> str:
        """What a person would call it."""
        if self.kind == self.Kind.TRANSFER:
            return f"{self.account} to {self.to_account}"
        return self.payee or self.note or (self.category.name if self.category else self.noun)

    def receipt(self) -> dict[str, Any]:
        """Return the texts of its receipt line."""
        from pam.journal.lines import show_date

        if self.kind == self.Kind.TRANSFER:
            return {"name": self.title, "sub": show_date(self.date), "value": self.amount}
        where = [self.payee, self.note if self.note != self.payee else "", str(self.account), show_date(self.date)]
        name = self.category.name if self.category else self.title
        return {"name": name, "sub": ", ".join(part for part in where if part), "value": self.amount}


class Budget(Owned):
    """A limit on a category for every calendar month (other periods are converted when they are set)."""

    noun: ClassVar[str] = "Budget"
    shown_fields: ClassVar[tuple[str, ...]] = ("category", "limit")

    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="budgets")
    limit_minor = models.BigIntegerField("limit")
    currency = CurrencyField()
    limit = money_property("limit_minor")

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["owner", "category"], name="wins_budget_category"),
            models.CheckConstraint(condition=Q(limit_minor__gt=0), name="wins_budget_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.category} budget"

    def receipt(self) -> dict[str, Any]:
        """Return the texts of its receipt line."""
        return {"name": str(self.category), "sub": "a month", "value": self.limit}

"""Wins over the API."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from pam.api.fields import MoneyField, RefField
from pam.api.views import OwnedViewSet, represent
from pam.files.api import TakesAttachments

from . import queries, services
from .models import Account, Budget, Category, Transaction

ROW = ("id", "created_at", "updated_at")
DAY_EXAMPLE = "2026-11-24"
MONEY_EXAMPLE = {"amount": "42.50", "currency": "AUD"}


class AccountSerializer(serializers.ModelSerializer[Account]):
    """An account with its balance."""

    opening = MoneyField(required=False)
    balance = serializers.SerializerMethodField()

    class Meta:
        model = Account
        fields = (*ROW, "name", "kind", "currency", "opening", "balance", "closed_on")
        read_only_fields = ROW
        extra_kwargs = {"currency": {"required": False}}
        example: ClassVar[dict[str, Any]] = {"name": "Everyday", "kind": "everyday", "currency": "AUD"}

    def get_balance(self, row: Account) -> dict[str, str]:
        """Return the present balance."""
        return queries.balance(row).as_json()


class CategorySerializer(serializers.ModelSerializer[Category]):
    """A category."""

    class Meta:
        model = Category
        fields = (*ROW, "name", "kind")
        read_only_fields = ROW
        example: ClassVar[dict[str, Any]] = {"name": "Groceries", "kind": "expense"}


class BudgetSerializer(serializers.ModelSerializer[Budget]):
    """A monthly limit and how much of it is used this month."""

    category = RefField(Category)
    limit = MoneyField(positive=True)
    used = serializers.SerializerMethodField()

    class Meta:
        model = Budget
        fields = (*ROW, "category", "limit", "used")
        read_only_fields = ROW
        example: ClassVar[dict[str, Any]] = {
            "category": {"id": "01935c1a-7c1e-7a51-9d3e-0d7b6c2f4a10"},
            "limit": MONEY_EXAMPLE,
        }

    def get_used(self, row: Budget) -> dict[str, str]:
        """Return what is used this month."""
        return queries.budget_use(row).used.as_json()


class ExpenseSerializer(serializers.ModelSerializer[Transaction]):
    """An expense; category and account are guessed where they are left out."""

    amount = MoneyField(positive=True)
    category = RefField(Category, required=False, allow_null=True)
    account = RefField(Account, required=False)
    date = serializers.DateField(required=False)

    class Meta:
        model = Transaction
        fields = (*ROW, "amount", "date", "payee", "category", "account", "note")
        read_only_fields = ROW
        example: ClassVar[dict[str, Any]] = {"amount": MONEY_EXAMPLE, "date": DAY_EXAMPLE, "payee": "Coles"}


class IncomeSerializer(ExpenseSerializer):
    """Income; `payee` is who paid."""


class TransferSerializer(serializers.ModelSerializer[Transaction]):
    """A transfer between two of one's own accounts."""

    amount = MoneyField(positive=True)
    account = RefField(Account)
    to_account = RefField(Account)
    date = serializers.DateField(required=False)

    class Meta:
        model = Transaction
        fields = (*ROW, "amount", "date", "account", "to_account", "note")
        read_only_fields = ROW
        example: ClassVar[dict[str, Any]] = {
            "amount": MONEY_EXAMPLE,
            "account": {"id": "01935c1a-7c1e-7a51-9d3e-0d7b6c2f4a11"},
            "to_account": {"id": "01935c1a-7c1e-7a51-9d3e-0d7b6c2f4a12"},
        }


class TransactionFilter(django_filters.FilterSet):
    """Filters of expenses, income and transfers."""

    payee = django_filters.CharFilter(field_name="payee", lookup_expr="iexact")
    date_from = django_filters.DateFilter(field_name="date", lookup_expr="gte")
    date_until = django_filters.DateFilter(field_name="date", lookup_expr="lt", label="exclusive")
    category = django_filters.UUIDFilter(field_name="category_id")
    account = django_filters.UUIDFilter(field_name="account_id")
    q = django_filters.CharFilter(method="search", label="words of payee, note or category")

    class Meta:
        model = Transaction
        fields: ClassVar[list[str]] = []

    def search(self, rows: QuerySet[Transaction], name: str, value: str) -> QuerySet[Transaction]:
        """Return the rows that the words speak of."""
        return queries.about(rows, value)


class AccountViewSet(OwnedViewSet):
    """Where money is."""

    model = Account
    collection = "wins/accounts"
    serializer_class = AccountSerializer

    def add(self, user: Any, **data: Any) -> Any:
        """Add an account."""
        return services.add_account(user, **data)

    def change(self, user: Any, row: Any, **data: Any) -> Any:
        """Change an account."""
        return services.change_account(user, row, **data)

    def remove(self, user: Any, row: Any) -> None:
        """Delete an empty account."""
        services.delete_account(user, row)


class CategoryViewSet(OwnedViewSet):
    """What money is for."""

    model = Category
    collection = "wins/categories"
    serializer_class = CategorySerializer

    def add(self, user: Any, **data: Any) -> Any:
        """Add a category."""
        return services.add_category(user, **data)

    def change(self, user: Any, row: Any, **data: Any) -> Any:
        """Change a category."""
        return services.change_category(user, row, **data)

    def remove(self, user: Any, row: Any) -> None:
        """Delete a category."""
        services.delete_category(user, row)


class BudgetViewSet(OwnedViewSet):
    """Monthly limits by category."""

    model = Budget
    collection = "wins/budgets"
    serializer_class = BudgetSerializer

    def rows(self) -> QuerySet[Any]:
        """Return the budgets."""
        return Budget.objects.select_related("category")

    def add(self, user: Any, **data: Any) -> Any:
        """Set the budget of a category."""
        return services.set_budget(user, **data)

    def change(self, user: Any, row: Any, **data: Any) -> Any:
        """Change a budget."""
        return services.change_budget(user, row, **data)

    def remove(self, user: Any, row: Any) -> None:
        """Delete a budget."""
        services.delete_budget(user, row)


class TransactionViewSet(TakesAttachments, OwnedViewSet):
    """What expenses, income and transfers share."""

    model = Transaction
    collection = ""
    filterset_class = TransactionFilter
    ordering_fields = ("created_at", "date", "amount_minor")

    def change(self, user: Any, row: Any, **data: Any) -> Any:
        """Change a transaction."""
        return services.change_transaction(user, row, **data)

    def remove(self, user: Any, row: Any) -> None:
        """Delete a transaction."""
        services.delete_transaction(user, row)


class ExpenseViewSet(TransactionViewSet):
    """Money that went out."""

    collection = "wins/expenses"
    serializer_class = ExpenseSerializer

    def rows(self) -> QuerySet[Any]:
        """Return the expenses."""
        return queries.expenses()

    def add(self, user: Any, **data: Any) -> Any:
        """Book an expense."""
        return services.record_expense(user, **data)


class IncomeViewSet(TransactionViewSet):
    """Money that came in."""

    collection = "wins/income"
    serializer_class = IncomeSerializer

    def rows(self) -> QuerySet[Any]:
        """Return the income."""
        return queries.income()

    def add(self, user: Any, **data: Any) -> Any:
        """Book income."""
        return services.record_income(user, **data)


class TransferViewSet(TransactionViewSet):
    """Money moved between one's own accounts."""

    collection = "wins/transfers"
    serializer_class = TransferSerializer

    def rows(self) -> QuerySet[Any]:
        """Return the transfers."""
        return queries.transfers()

    def add(self, user: Any, **data: Any) -> Any:
        """Book a transfer."""
        return services.record_transfer(user, **data)


viewsets = [AccountViewSet, CategoryViewSet, ExpenseViewSet, IncomeViewSet, TransferViewSet, BudgetViewSet]

represent(Account, "wins/accounts", AccountSerializer)
represent(Category, "wins/categories", CategorySerializer)
represent(Budget, "wins/budgets", BudgetSerializer)
represent(Transaction, "wins/expenses", ExpenseSerializer, lambda row: row.kind == "expense")
represent(Transaction, "wins/income", IncomeSerializer, lambda row: row.kind == "income")
represent(Transaction, "wins/transfers", TransferSerializer, lambda row: row.kind == "transfer")

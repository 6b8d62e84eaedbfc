"""What staff manage of money."""

from django.contrib import admin

from pam.journal.admin_base import OwnedAdmin

from .models import Account, Budget, Category, Transaction


@admin.register(Account)
class AccountAdmin(OwnedAdmin[Account]):
    """Accounts."""

    list_display = ("name", "kind", "currency", "owner", "closed_on")
    list_filter = ("kind", "currency")
    search_fields = ("name", "owner__email")


@admin.register(Category)
class CategoryAdmin(OwnedAdmin[Category]):
    """Categories."""

    list_display = ("name", "kind", "owner")
    list_filter = ("kind",)
    search_fields = ("name", "owner__email")


@admin.register(Transaction)
class TransactionAdmin(OwnedAdmin[Transaction]):
    """Expenses, income and transfers."""

    list_display = ("date", "kind", "title", "amount", "owner")
    list_filter = ("kind", "currency")
    search_fields = ("payee", "note", "owner__email")
    date_hierarchy = "date"


@admin.register(Budget)
class BudgetAdmin(OwnedAdmin[Budget]):
    """Budgets."""

    list_display = ("category", "limit", "owner")
    search_fields = ("category__name", "owner__email")

"""The page of money."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from pam.access.money import Money, show_money
from pam.files.pages import of_rows
from pam.journal.lines import show_date
from pam.pages import ByHand, ByHandForm, act, by_hand, choice_of, login_required, page, submit

from . import queries, services
from .models import Account, Category, Transaction


class TransactionForm(ByHandForm):
    """Add an expense or income by hand."""

    kind = forms.ChoiceField(choices=[("expense", "Expense"), ("income", "Income")])
    amount = forms.DecimalField(min_value=0, decimal_places=3, max_digits=15)
    date = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), required=False)
    payee = forms.CharField(max_length=120, required=False)
    note = forms.CharField(max_length=500, required=False)
    category = choice_of(required=False, empty_label="As before")
    account = choice_of(required=False, empty_label="As before")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = Category.objects.order_by("name")  # type: ignore[attr-defined]
        self.fields["account"].queryset = Account.objects.order_by("name")  # type: ignore[attr-defined]


class TransferForm(ByHandForm):
    """Move money between two accounts."""

    amount = forms.DecimalField(min_value=0, decimal_places=3, max_digits=15)
    account = choice_of(label="From")
    to_account = choice_of(label="To")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("account", "to_account"):
            self.fields[name].queryset = Account.objects.order_by("name")  # type: ignore[attr-defined]


class BudgetForm(ByHandForm):
    """Set a monthly budget."""

    category = choice_of()
    limit = forms.DecimalField(min_value=0, decimal_places=3, max_digits=15, label="A month")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = Category.objects.filter(kind="expense").order_by("name")  # type: ignore[attr-defined]


class AccountForm(ByHandForm):
    """Add an account."""

    name = forms.CharField(max_length=80)
    kind = forms.ChoiceField(choices=Account.Kind.choices)


@login_required
def home(request: HttpRequest, refused: forms.BaseForm | None = None) -> HttpResponse:
    """Show balances, budgets and the newest transactions."""
    today = timezone.localdate()
    start, until = queries.month_of(today)
    spent = queries.totals(queries.within(queries.expenses(), start, until))
    came = queries.totals(queries.within(queries.income(), start, until))
    zero = [Money.from_minor(0, request.user.home_currency)]  # type: ignore[union-attr]
    rows = list(Transaction.objects.select_related("category", "account", "to_account").order_by("-date", "-id")[:30])
    files = of_rows(request.user, rows)
    sections = [
        {
            "title": "Budgets", "kind": "meters",
            "meters": [
                {"label": str(use.budget.category), "used": show_money(use.used),
                 "limit": show_money(use.budget.limit), "percent": use.percent, "state": use.state}
                for use in queries.budgets()
            ],
            "empty": {"text": "No budgets yet. Say “budget 400 for groceries”, or set one below."},
        },
        {
            "title": "Newest", "kind": "rows",
            "rows": [
                {"lead": show_date(row.date), "what": row.title, "tail": _signed(row),
                 "sub": ", ".join(filter(None, [str(row.category or ""), str(row.account)])),
                 "delete": reverse("wins-delete", args=[row.pk]), **files[row.pk]}
                for row in rows
            ],
            "empty": {"text": "Nothing booked yet. Say “spent 42.50 on groceries at Coles yesterday”."},
        },
    ]  # fmt: skip
    accounts = [
        {"label": account.name, "value": show_money(queries.balance(account)), "sub": account.get_kind_display()}
        for account in Account.objects.filter(closed_on=None).order_by("id")
    ]
    figures = [
        {"label": f"Spent in {today:%B}", "value": ", ".join(map(show_money, spent or zero)), "sub": ""},
        {"label": f"Came in in {today:%B}", "value": ", ".join(map(show_money, came or zero)), "sub": ""},
        *accounts,
    ]
    offered = [
        ByHand("Add expense or income", "wins-add", TransactionForm, "Add"),
        ByHand("Add transfer", "wins-transfer", TransferForm, "Add transfer"),
        ByHand("Set budget", "wins-budget", BudgetForm, "Set budget"),
        ByHand("Add account", "wins-account", AccountForm, "Add account"),
    ]
    return page(
        request,
        "wins/home.html",
        "wins",
        figures=figures,
        sections=sections,
        forms=by_hand(offered, refused),
        status=400 if refused else 200,
    )


@login_required
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Book an expense or income."""

    def record(user: Any, *, kind: str, amount: Any, account: Account | None, **data: Any) -> None:
        money = Money(amount, account.currency if account else user.home_currency)
        book = services.record_expense if kind == "expense" else services.record_income
        book(user, amount=money, account=account, **data)

    return submit(request, TransactionForm(request.POST), record, home, back="wins", tool="wins.add")


@login_required
@require_POST
def transfer(request: HttpRequest) -> HttpResponse:
    """Move money between accounts."""

    def record(user: Any, *, amount: Any, account: Account, to_account: Account) -> None:
        services.record_transfer(user, amount=Money(amount, account.currency), account=account, to_account=to_account)

    return submit(request, TransferForm(request.POST), record, home, back="wins", tool="wins.transfer")


@login_required
@require_POST
def budget(request: HttpRequest) -> HttpResponse:
    """Set a budget."""

    def record(user: Any, *, category: Category, limit: Any) -> None:
        services.set_budget(user, category=category, limit=Money(limit, user.home_currency))

    return submit(request, BudgetForm(request.POST), record, home, back="wins", tool="wins.set_budget")


@login_required
@require_POST
def account(request: HttpRequest) -> HttpResponse:
    """Add an account."""
    return submit(request, AccountForm(request.POST), services.add_account, home, back="wins")


@login_required
@require_POST
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete a transaction."""
    row = get_object_or_404(Transaction.objects.all(), pk=pk)
    return act(request, lambda: services.delete_transaction(request.user, row), back="wins")


def _signed(row: Transaction) -> str:
    if row.kind == Transaction.Kind.EXPENSE:
        return show_money(-row.amount)
    return show_money(row.amount, signed=row.kind == Transaction.Kind.INCOME)

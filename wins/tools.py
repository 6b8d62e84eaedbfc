"""What can be asked of money in words."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone
from pydantic import Field

from pam.access.money import Money, show_money
from pam.journal.lines import show_date
from pam.tools import Arguments, Day, MoneyAsked, Period, Ref, Reply, Risk, tool
from pam.tools.names import provides_names
from pam.tools.registry import ToolError
from pam.tools.resolve import finds
from pam.tools.today import DayItem, provides_day

from . import queries, services
from .models import Account, Category, Transaction

finds(Transaction, queries.meant)
provides_names("account", lambda: Account.objects.filter(closed_on=None).values_list("name", flat=True))
provides_names("category", lambda: Category.objects.values_list("name", flat=True))


class LogExpense(Arguments):
    """An expense, as said."""

    amount: MoneyAsked
    what: str = Field(default="", description="what it was for")
    payee: str = Field(default="", description="who was paid: a shop, a person")
    category: str | None = Field(default=None, description="the user's category; guessed where not said")
    account: Ref[Account] | None = None
    on: Day | None = Field(default=None, description="the day; today where not said")


@tool(
    LogExpense, risk=Risk.REVERSIBLE, title="Add expense", any_of=("what", "payee", "category"), past=True,
    counterpart="wins.log_income",
    ask={"amount": "How much was it?", "what": "What was it for?"},
)  # fmt: skip
def log_expense(user: Any, asked: LogExpense) -> Reply:
    """Book money that was spent."""
    category = services.category_named(user, asked.category) if asked.category else None
    row = services.record_expense(
        user, amount=_money(asked.amount, asked.account), date=asked.on, payee=asked.payee, note=asked.what,
        category=category, account=asked.account,
    )  # fmt: skip
    return Reply(_budget_words(row))


class LogIncome(Arguments):
    """Income, as said."""

    amount: MoneyAsked
    source: str = Field(default="", description="who paid, or what it was for")
    category: str | None = None
    account: Ref[Account] | None = None
    on: Day | None = None


@tool(
    LogIncome, risk=Risk.REVERSIBLE, title="Add income", past=True, counterpart="wins.log_expense",
    ask={"amount": "How much was it?", "source": "What was it for?"},
)  # fmt: skip
def log_income(user: Any, asked: LogIncome) -> Reply:
    """Book money that came in."""
    category = services.category_named(user, asked.category, Category.Kind.INCOME) if asked.category else None
    services.record_income(
        user, amount=_money(asked.amount, asked.account), date=asked.on, payee=asked.source, category=category,
        account=asked.account,
    )  # fmt: skip
    return Reply()


class MakeTransfer(Arguments):
    """A transfer, as said."""

    amount: MoneyAsked
    from_account: Ref[Account]
    to_account: Ref[Account]
    on: Day | None = None


@tool(
    MakeTransfer, risk=Risk.REVERSIBLE, title="Add transfer", past=True,
    ask={"amount": "How much?", "from_account": "From which account?", "to_account": "To which account?"},
)  # fmt: skip
def transfer(user: Any, asked: MakeTransfer) -> Reply:
    """Move money between two of the user's own accounts."""
    services.record_transfer(
        user, amount=_money(asked.amount, asked.from_account), account=asked.from_account,
        to_account=asked.to_account, date=asked.on,
    )  # fmt: skip
    return Reply()


class SetBudget(Arguments):
    """A budget, as said."""

    category: str
    amount: MoneyAsked
    per: str = Field(default="month", pattern="^(week|fortnight|month|year)$")


@tool(
    SetBudget, risk=Risk.REVERSIBLE, title="Set budget",
    ask={"category": "For which category?", "amount": "How much a month?"},
)  # fmt: skip
def set_budget(user: Any, asked: SetBudget) -> Reply:
    """Set how much may be spent on a category in a month."""
    category = services.category_named(user, asked.category)
    budget = services.set_budget(user, category=category, limit=asked.amount.money(), per=asked.per)
    return Reply(_use_words(queries.budget_use(budget)))


class OneCategory(Arguments):
    """A question about budgets."""

    category: str | None = None
    period: Period | None = None


@tool(OneCategory, risk=Risk.READ, title="Budget status")
def budget_status(user: Any, asked: OneCategory) -> Reply:
    """Tell how much of a budget, or of all, is used and left this month."""
    from pam.tools.resolve import nearest

    uses = queries.budgets()
    if asked.category:
        named = nearest([use.budget.category for use in uses], asked.category)
        uses = [use for use in uses if use.budget.category in named]
        if not uses:
            return Reply(f"There is no budget for {asked.category}. Say “budget 400 for {asked.category}” to set one.")
    if not uses:
        return Reply("There are no budgets yet. Say “budget 400 for groceries” to set one.")
    over = [use for use in uses if use.left.amount < 0]
    head = (
        f"{len(over)} of {len(uses)} budgets {'is' if len(over) == 1 else 'are'} over. " if len(uses) > 1 and over else
        "All budgets are kept. " if len(uses) > 1 else ""
    )  # fmt: skip
    return Reply(
        head + " ".join(_use_words(use) for use in uses),
        {
            "kind": "table", "domain": "wins", "title": "Budgets this month",
            "columns": ["Category", "Used", "Limit", "Left"], "rows_align": ["left", "right", "right", "right"],
            "rows": [
                [str(use.budget.category), show_money(use.used), show_money(use.budget.limit), show_money(use.left)]
                for use in uses
            ],
            "foot": "Read only, nothing changed", "link": "/wins",
        },
    )  # fmt: skip


class Spending(Arguments):
    """A question about what was spent."""

    what: str | None = Field(default=None, description="category, payee or thing; all where not said")
    period: Period | None = None


@tool(Spending, risk=Risk.READ, title="Spending", past=True)
def spending(user: Any, asked: Spending) -> Reply:
    """Tell how much was spent on something in a period (this month where none is said)."""
    start, until = _range(asked.period)
    rows = queries.within(queries.expenses(), start, until)
    if asked.what:
        rows = queries.about(rows, asked.what)
    found = list(rows.order_by("-date", "-id")[:50])
    what = f" on {asked.what}" if asked.what else ""
    when = _range_words(start, until)
    if not found:
        return Reply(f"{show_money(Money.from_minor(0, user.home_currency))}{what} {when}: nothing is booked.")
    sums = " and ".join(show_money(money) for money in queries.totals(rows))
    count = rows.count()
    return Reply(
        f"{sums}{what} {when}, {count} expense{'s' if count != 1 else ''}.",
        _table(f"Spent{what} {when}", found, count),
    )


class OneAccount(Arguments):
    """A question about balances."""

    account: Ref[Account] | None = None


@tool(OneAccount, risk=Risk.READ, title="Balance")
def balance(user: Any, asked: OneAccount) -> Reply:
    """Tell what is in an account, or in all."""
    accounts = [asked.account] if asked.account else list(Account.objects.filter(closed_on=None).order_by("id"))
    if not accounts:
        return Reply("There are no accounts yet. Say “add an account called Everyday”.")
    said = [(account, queries.balance(account)) for account in accounts]
    return Reply(
        ", ".join(f"{account}: {show_money(money)}" for account, money in said) + ".",
        {
            "kind": "table", "domain": "wins", "title": "Balances", "columns": ["Account", "Balance"],
            "rows_align": ["left", "right"], "rows": [[str(a), show_money(m)] for a, m in said],
            "foot": "Read only, nothing changed", "link": "/wins",
        },
    )  # fmt: skip


class FindTransaction(Arguments):
    """A question about booked transactions."""

    transaction: str | None = Field(default=None, description="words of it: payee, thing, amount, kind")
    period: Period | None = None


@tool(FindTransaction, risk=Risk.READ, title="Find transactions", past=True)
def find_transaction(user: Any, asked: FindTransaction) -> Reply:
    """Find booked expenses, income or transfers and tell their amounts and days."""
    rows = Transaction.objects.select_related("category", "account", "to_account")
    if asked.period:
        rows = queries.within(rows, asked.period.start, asked.period.until)
    found = queries.find(asked.transaction, rows) if asked.transaction else list(rows.order_by("-id")[:10])
    if not found:
        return Reply(f"Nothing is booked about {asked.transaction or 'that'}.")
    first = found[0]
    head = f"{first.title}: {show_money(first.amount)} on {show_date(first.date)}."
    return Reply(head if len(found) == 1 else f"{head} {len(found)} found.", _table("Found", found, len(found)))


class NewAccount(Arguments):
    """A new account."""

    name: str = Field(max_length=80)
    kind: str = Field(default="everyday", pattern="^(everyday|savings|card|cash|loan|other)$")
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    opening: MoneyAsked | None = None


@tool(NewAccount, risk=Risk.REVERSIBLE, title="Add account", ask={"name": "What is it called?"})
def add_account(user: Any, asked: NewAccount) -> Reply:
    """Add an account where money is kept."""
    currency = asked.currency or user.home_currency
    opening = asked.opening.money(currency) if asked.opening else None
    services.add_account(user, name=asked.name, kind=asked.kind, currency=currency, opening=opening)
    return Reply()


class NewCategory(Arguments):
    """A new category."""

    name: str = Field(max_length=60)
    kind: str = Field(default="expense", pattern="^(expense|income)$")


@tool(NewCategory, risk=Risk.REVERSIBLE, title="Add category", ask={"name": "What is it called?"})
def add_category(user: Any, asked: NewCategory) -> Reply:
    """Add a category that money is booked under."""
    services.add_category(user, name=asked.name, kind=asked.kind)
    return Reply()


class EditTransaction(Arguments):
    """What to change of a booked transaction."""

    transaction: Ref[Transaction]
    amount: MoneyAsked | None = None
    on: Day | None = None
    payee: str | None = None
    what: str | None = None
    category: str | None = None
    account: Ref[Account] | None = None


@tool(
    EditTransaction, risk=Risk.REVERSIBLE, title="Change transaction", past=True,
    any_of=("amount", "on", "payee", "what", "category", "account"),
    ask={"transaction": "Which one?", "amount": "What should it be?"},
)  # fmt: skip
def edit_transaction(user: Any, asked: EditTransaction) -> Reply:
    """Change amount, day, payee, category or account of a booked expense, income or transfer."""
    row = asked.transaction
    data: dict[str, Any] = {}
    if asked.amount:
        data["amount"] = asked.amount.money(row.currency)
    for name, column in (("on", "date"), ("payee", "payee"), ("what", "note"), ("account", "account")):
        if (value := getattr(asked, name)) is not None:
            data[column] = value
    if asked.category:
        data["category"] = services.category_named(user, asked.category, row.kind)
    changed = services.change_transaction(user, row, **data)
    return Reply(_budget_words(changed))


class OneTransaction(Arguments):
    """Which transaction."""

    transaction: Ref[Transaction]


@tool(OneTransaction, risk=Risk.REVERSIBLE, title="Delete transaction", ask={"transaction": "Which one?"})
def delete_transaction(user: Any, asked: OneTransaction) -> Reply:
    """Delete one booked expense, income or transfer."""
    services.delete_transaction(user, asked.transaction)
    return Reply()


@provides_day
def over_budget(day: dt.date) -> list[DayItem]:
    """Budgets that are over belong to today."""
    if day != timezone.localdate():
        return []
    return [
        DayItem("wins", "budget", f"{use.budget} is over", sub=f"{use.used} of {use.budget.limit}", url="/wins")
        for use in queries.budgets()
        if use.state == "over"
    ]


def _money(asked: MoneyAsked, account: Account | None) -> Money:
    """An amount whose words fix no currency is in the account's."""
    money = asked.money(account.currency if account else None)
    if money.amount <= 0:
        raise ToolError("The amount must be more than zero. Nothing has changed.")
    return money


def _budget_words(row: Transaction) -> str:
    if row.kind != Transaction.Kind.EXPENSE or row.category is None:
        return ""
    budget = row.category.budgets.first()
    if budget is None or budget.currency != row.currency:
        return ""
    return _use_words(queries.budget_use(budget, row.date))


def _use_words(use: queries.BudgetUse) -> str:
    said = f"{use.budget}: {show_money(use.used)} of {show_money(use.budget.limit)}"
    if use.left.amount < 0:
        return f"{said}, {show_money(-use.left)} over."
    return f"{said}, {show_money(use.left)} left."


def _range(period: Period | None) -> tuple[dt.date, dt.date]:
    return (period.start, period.until) if period else queries.month_of(timezone.localdate())


def _range_words(start: dt.date, until: dt.date) -> str:
    last = until - dt.timedelta(days=1)
    today = timezone.localdate()
    if (start, until) == queries.month_of(start):
        return "this month" if start == today.replace(day=1) else f"in {start:%B} {start.year}"
    if start == last:
        return {today: "today", today - dt.timedelta(days=1): "yesterday"}.get(start, f"on {show_date(start)}")
    if (start.month, start.day, until) == (1, 1, dt.date(start.year + 1, 1, 1)):
        return f"in {start.year}"
    return f"from {show_date(start)} to {show_date(last)}"


def _table(title: str, rows: list[Transaction], count: int) -> dict[str, Any]:
    return {
        "kind": "table", "domain": "wins", "title": title, "columns": ["Date", "What", "Amount"],
        "rows_align": ["left", "left", "right"],
        "rows": [[show_date(row.date), row.title, show_money(row.amount)] for row in rows[:20]],
        "foot": f"Read only, nothing changed. {count} row{'s' if count != 1 else ''}.", "link": "/wins",
    }  # fmt: skip

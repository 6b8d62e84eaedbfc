"""What is asked of money: sums, balances, budget use. Sums are of whole minor units, exact on every database."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from pam.access.money import Money

from .guesses import words
from .models import Account, Budget, Category, Transaction


def expenses() -> QuerySet[Transaction]:
    """Return the acting person's expenses."""
    return Transaction.objects.filter(kind=Transaction.Kind.EXPENSE).select_related("category", "account")


def income() -> QuerySet[Transaction]:
    """Return the acting person's income."""
    return Transaction.objects.filter(kind=Transaction.Kind.INCOME).select_related("category", "account")


def transfers() -> QuerySet[Transaction]:
    """Return the acting person's transfers."""
    return Transaction.objects.filter(kind=Transaction.Kind.TRANSFER).select_related("account", "to_account")


def totals(rows: QuerySet[Transaction]) -> list[Money]:
    """Return the sum by currency, largest first; currencies are never mixed."""
    sums = rows.order_by().values("currency").annotate(total=Sum("amount_minor"))
    found = [Money.from_minor(row["total"], row["currency"]) for row in sums]
    return sorted(found, key=lambda money: -money.amount)


def balance(account: Account) -> Money:
    """Return what is in an account now: opening balance, plus in, minus out."""
    signed: dict[str, int] = {"expense": -1, "transfer": -1, "income": 1}
    minor = account.opening_minor
    for row in account.transactions.order_by().values("kind").annotate(total=Sum("amount_minor")):
        minor += signed[row["kind"]] * row["total"]
    minor += account.transfers_in.aggregate(total=Sum("amount_minor"))["total"] or 0
    return Money.from_minor(minor, account.currency)


def month_of(day: dt.date) -> tuple[dt.date, dt.date]:
    """Return the first day of the month and of the next."""
    first = day.replace(day=1)
    return first, (first + dt.timedelta(days=31)).replace(day=1)


def within(rows: QuerySet[Transaction], start: dt.date | None, until: dt.date | None) -> QuerySet[Transaction]:
    """Return the rows of these days, `until` exclusive."""
    if start:
        rows = rows.filter(date__gte=start)
    return rows.filter(date__lt=until) if until else rows


@dataclass(frozen=True)
class BudgetUse:
    """How much of a budget is used in a month. `pace`: the share of the month that has passed."""

    budget: Budget
    used: Money
    pace: Decimal

    @property
    def left(self) -> Money:
        """What is left, negative when over."""
        limit: Money = self.budget.limit
        return limit - self.used

    @property
    def percent(self) -> int:
        """Used share in whole percent."""
        limit = self.budget.limit
        return int(self.used.amount * 100 / limit.amount)

    @property
    def state(self) -> str:
        """ "over", "ahead" of pace, or "ok"."""
        if self.left.amount < 0:
            return "over"
        return "ahead" if Decimal(self.percent) / 100 > self.pace + Decimal("0.1") else "ok"


def budget_use(budget: Budget, day: dt.date | None = None) -> BudgetUse:
    """Return the use of a budget in the month of `day` (today)."""
    day = day or timezone.localdate()
    start, until = month_of(day)
    rows = within(expenses(), start, until).filter(category=budget.category, currency=budget.currency)
    used = rows.aggregate(total=Sum("amount_minor"))["total"] or 0
    pace = Decimal(day.day) / calendar.monthrange(day.year, day.month)[1]
    return BudgetUse(budget, Money.from_minor(used, budget.currency), pace)


def budgets() -> list[BudgetUse]:
    """Return the use of all budgets this month."""
    return [budget_use(found) for found in Budget.objects.select_related("category").order_by("category__name")]


def about(rows: QuerySet[Transaction], text: str) -> QuerySet[Transaction]:
    """Return the rows that a text speaks of: by category name, else by words of payee and note."""
    from pam.tools.resolve import nearest

    categories = nearest(list(Category.objects.all()), text)
    said = [word for word in words(text) if len(word) > 2 and word not in LITTLE]
    by_words = Q()
    for word in said:
        stem = word.removesuffix("s") if len(word) > 4 else word
        by_words |= Q(payee__icontains=stem) | Q(note__icontains=stem)
    condition = by_words if said else Q()
    if categories:
        condition |= Q(category__in=categories)
    return rows.filter(condition) if condition else rows.none()


LITTLE = {
    "the",
    "for",
    "and",
    "that",
    "this",
    "one",
    "thing",
    "stuff",
    "expense",
    "transaction",
    "payment",
    "our",
    "was",
}


def find(text: str, rows: QuerySet[Transaction] | None = None, limit: int = 10) -> list[Transaction]:
    """Return the transactions that words mean, best first: amounts, words of payee, note, category, kind; newest wins."""
    rows = Transaction.objects.select_related("category", "account", "to_account") if rows is None else rows
    amounts = {Decimal(found.replace(",", "")) for found in re.findall(r"\d[\d,]*(?:\.\d+)?", text)}
    said = {word for word in words(text) if not word[0].isdigit()} - LITTLE
    scored: list[tuple[float, int, Transaction]] = []
    for age, row in enumerate(rows.order_by("-id")[:400]):
        names = words(f"{row.payee} {row.note} {row.category or ''} {row.account} {row.to_account or ''} {row.kind}")
        stems = {name.removesuffix("s") for name in names}
        hits: float = sum(2 for word in said if word in names or word.removesuffix("s") in stems)
        if row.kind.removesuffix("s") in said:
            hits += 1
        if amounts and row.amount.amount in amounts:
            hits += 5
        if hits:
            scored.append((hits, -age, row))
    scored.sort(key=lambda item: item[:2], reverse=True)
    return [row for _, _, row in scored[:limit]]


def meant(text: str) -> list[Transaction]:
    """Return the one transaction that words mean, or all that they mean equally; equal rows count as the newest."""
    found = find(text)
    if len(found) < 2:
        return found
    exact = [row for row in found if words(text) - LITTLE <= words(f"{row.payee} {row.note} {row.category or ''}")]
    found = exact or found
    alike = {(row.kind, row.amount_minor, row.payee.lower(), row.note.lower()) for row in found}
    return found[:1] if len(alike) == 1 else found[:6]

"""Reference B: the measured endpoints as plain DRF has them: model serializers, generic views, one token check.

Writes leave the row alone: no journal, versions or idempotency. Lists join what they show (many forget to).
"""

import datetime as dt
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.http import JsonResponse
from django.urls import path
from django.utils import timezone
from rest_framework import generics, serializers
from rest_framework.response import Response

from .models import Account, Budget, Category, Expense, Person


class Money(serializers.Field):
    """Money of two columns."""

    def __init__(self, minor, **kwargs):
        self.minor = minor
        super().__init__(source="*", **kwargs)

    def to_representation(self, row):
        """Return plain data."""
        return {"amount": f"{Decimal(getattr(row, self.minor)) / 100:.2f}", "currency": row.currency}

    def to_internal_value(self, data):
        """Return the columns."""
        return {self.minor: int(Decimal(data["amount"]) * 100), "currency": data["currency"]}


class Named(serializers.PrimaryKeyRelatedField):
    """A row by id, shown with its name."""

    def use_pk_only_optimization(self):
        """Show the name too."""
        return False

    def to_representation(self, row):
        """Return id and name."""
        return {"id": str(row.pk), "name": row.name}


class ExpenseSerializer(serializers.ModelSerializer):
    """An expense."""

    amount = Money("amount_minor")
    category = Named(queryset=Category.objects.all())
    account = Named(queryset=Account.objects.all())

    class Meta:
        model = Expense
        fields = ["id", "created_at", "updated_at", "amount", "date", "payee", "category", "account", "note"]
        read_only_fields = ["id"]


class AccountSerializer(serializers.ModelSerializer):
    """An account with its balance."""

    opening = Money("opening_minor")
    balance = serializers.SerializerMethodField()

    class Meta:
        model = Account
        fields = ["id", "created_at", "updated_at", "name", "kind", "currency", "opening", "balance", "closed_on"]

    def get_balance(self, row):
        """Return what is in it."""
        rows = Expense.objects.filter(account=row)
        signed = {"expense": -1, "transfer": -1, "income": 1}
        minor = row.opening_minor + sum(
            signed[found["kind"]] * found["total"] for found in rows.values("kind").annotate(total=Sum("amount_minor"))
        )
        minor += Expense.objects.filter(to_account=row.pk).aggregate(total=Sum("amount_minor"))["total"] or 0
        return {"amount": f"{Decimal(minor) / 100:.2f}", "currency": row.currency}


class BudgetSerializer(serializers.ModelSerializer):
    """A budget with what is used."""

    category = Named(queryset=Category.objects.all())
    limit = Money("limit_minor")
    used = serializers.SerializerMethodField()

    class Meta:
        model = Budget
        fields = ["id", "created_at", "updated_at", "category", "limit", "used"]

    def get_used(self, row):
        """Return what is used this month."""
        first = timezone.localdate().replace(day=1)
        until = (first + dt.timedelta(days=31)).replace(day=1)
        rows = Expense.objects.filter(owner=row.owner_id, category=row.category, kind="expense", currency=row.currency)
        total = rows.filter(date__gte=first, date__lt=until).aggregate(total=Sum("amount_minor"))["total"] or 0
        return {"amount": f"{Decimal(total) / 100:.2f}", "currency": row.currency}


class MeSerializer(serializers.ModelSerializer):
    """Oneself."""

    class Meta:
        model = Person
        exclude = ["is_active"]


class Mine:
    """Rows of who asks."""

    def get_queryset(self):
        """Return them."""
        return self.queryset.filter(owner=self.request.user)


class Expenses(Mine, generics.ListCreateAPIView):
    """List and add."""

    queryset = Expense.objects.filter(kind="expense").select_related("category", "account")
    serializer_class = ExpenseSerializer

    def create(self, request, *args, **kwargs):
        """Add one, or all of an array."""
        serializer = self.get_serializer(data=request.data, many=isinstance(request.data, list))
        serializer.is_valid(raise_exception=True)
        with transaction.atomic():
            serializer.save(owner=request.user)
        return Response(serializer.data, status=201)


class ExpenseDetail(Mine, generics.RetrieveAPIView):
    """Read one."""

    queryset = Expense.objects.filter(kind="expense").select_related("category", "account")
    serializer_class = ExpenseSerializer


class Accounts(Mine, generics.ListAPIView):
    """List accounts."""

    queryset = Account.objects.all()
    serializer_class = AccountSerializer


class Budgets(Mine, generics.ListAPIView):
    """List budgets."""

    queryset = Budget.objects.select_related("category")
    serializer_class = BudgetSerializer


class Me(generics.RetrieveAPIView):
    """Read oneself."""

    serializer_class = MeSerializer

    def get_object(self):
        """Return oneself."""
        return self.request.user


def health(request):
    """Say that the process answers."""
    return JsonResponse({"status": "ok", "version": "0"})


urlpatterns = [
    path("api/health", health),
    path("api/auth/me", Me.as_view()),
    path("api/wins/expenses", Expenses.as_view()),
    path("api/wins/expenses/<uuid:pk>", ExpenseDetail.as_view()),
    path("api/wins/accounts", Accounts.as_view()),
    path("api/wins/budgets", Budgets.as_view()),
]

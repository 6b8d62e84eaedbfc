"""The measured tables, as models."""

import uuid

from django.db import models


class Person(models.Model):
    """Who signs in."""

    id = models.UUIDField(primary_key=True)
    email = models.EmailField()
    role = models.CharField(max_length=10)
    display_name = models.CharField(max_length=80)
    time_zone = models.CharField(max_length=64)
    locale = models.CharField(max_length=10)
    home_currency = models.CharField(max_length=3)
    distance_unit = models.CharField(max_length=2)
    volume_unit = models.CharField(max_length=3)
    week_start = models.SmallIntegerField()
    theme = models.CharField(max_length=5)
    email_reminders = models.BooleanField()
    is_active = models.BooleanField()
    is_authenticated = True

    class Meta:
        managed = False
        db_table = "accounts_user"

    def __str__(self) -> str:
        return self.email


class Row(models.Model):
    """What all tables have."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    owner = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class Account(Row):
    """Where money is."""

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10)
    currency = models.CharField(max_length=3)
    opening_minor = models.BigIntegerField(default=0)
    closed_on = models.DateField(null=True)

    class Meta:
        managed = False
        db_table = "wins_account"

    def __str__(self) -> str:
        return self.name


class Category(Row):
    """What money is for."""

    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=8)

    class Meta:
        managed = False
        db_table = "wins_category"

    def __str__(self) -> str:
        return self.name


class Expense(Row):
    """Money that went out."""

    kind = models.CharField(max_length=8, default="expense")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    date = models.DateField()
    payee = models.CharField(max_length=120, blank=True)
    note = models.CharField(max_length=500, blank=True)
    category = models.ForeignKey(Category, null=True, on_delete=models.SET_NULL)
    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    to_account = models.UUIDField(null=True, db_column="to_account_id")

    class Meta:
        managed = False
        db_table = "wins_transaction"

    def __str__(self) -> str:
        return self.payee


class Budget(Row):
    """A monthly limit."""

    category = models.ForeignKey(Category, on_delete=models.CASCADE)
    limit_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)

    class Meta:
        managed = False
        db_table = "wins_budget"

    def __str__(self) -> str:
        return str(self.category)

"""A small library: every kind of column, every kind of relation that the journal has to follow."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from pam.access.quantities import QuantityField
from pam.journal.owned import Owned


class Shelf(Owned):
    """Its books go with it."""

    noun: ClassVar[str] = "Shelf"
    shown_fields: ClassVar[tuple[str, ...]] = ("name",)
    name = models.CharField(max_length=80)

    class Meta(Owned.Meta):
        app_label = "shapes"
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="shapes_shelf_name")]

    def __str__(self) -> str:
        return self.name


class Reader(Owned):
    """Somebody who borrows; a favourite book that goes leaves nothing there."""

    noun: ClassVar[str] = "Reader"
    shown_fields: ClassVar[tuple[str, ...]] = ("name", "favourite")
    name = models.CharField(max_length=80)
    favourite = models.ForeignKey("Book", null=True, on_delete=models.SET_NULL, related_name="fans")

    class Meta(Owned.Meta):
        app_label = "shapes"

    def __str__(self) -> str:
        return self.name


class Book(Owned):
    """A book on a shelf; its sequel forgets it when it goes."""

    noun: ClassVar[str] = "Book"
    shown_fields: ClassVar[tuple[str, ...]] = ("title", "pages", "shelf")
    shelf = models.ForeignKey(Shelf, on_delete=models.CASCADE, related_name="books")
    title = models.CharField(max_length=80)
    pages = models.IntegerField(default=0)
    weight_kg = QuantityField(places=3, null=True)
    sequel_of = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="sequels")
    readers: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        Reader, through="Lending", related_name="borrowed"
    )

    class Meta(Owned.Meta):
        app_label = "shapes"

    def __str__(self) -> str:
        return self.title


class Lending(Owned):
    """That a reader has a book: the many-to-many in between."""

    noun: ClassVar[str] = "Lending"
    shown_fields: ClassVar[tuple[str, ...]] = ("note",)
    book = models.ForeignKey(Book, on_delete=models.CASCADE, related_name="lendings")
    reader = models.ForeignKey(Reader, on_delete=models.CASCADE, related_name="lendings")
    note = models.CharField(max_length=80, blank=True)

    class Meta(Owned.Meta):
        app_label = "shapes"

    def __str__(self) -> str:
        return f"{self.book} with {self.reader}"


class Sheet(Owned):
    """A column of every kind that the journal keeps."""

    noun: ClassVar[str] = "Sheet"
    shown_fields: ClassVar[tuple[str, ...]] = ("text",)
    text = models.TextField(blank=True)
    number = models.BigIntegerField(null=True)
    flag = models.BooleanField(default=False)
    day = models.DateField(null=True)
    at = models.DateTimeField(null=True)
    clock = models.TimeField(null=True)
    tag = models.UUIDField(null=True)
    amount = QuantityField(places=2, null=True)
    data: Any = models.JSONField(null=True)

    class Meta(Owned.Meta):
        app_label = "shapes"

    def __str__(self) -> str:
        return self.text[:20]

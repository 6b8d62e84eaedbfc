"""The check of models finds what the journal would miss."""

from __future__ import annotations

from django.core.management import call_command
from django.db import models
from django.test.utils import isolate_apps

from pam.access.models import Scoped
from pam.journal.management.commands.lint_models import problems_of
from pam.journal.owned import Owned


def test_models_of_the_house_hold() -> None:
    call_command("lint_models", verbosity=0)


@isolate_apps("wins")
def test_meta_that_does_not_inherit_is_found() -> None:
    class Loose(Owned):
        class Meta:
            app_label = "wins"

    assert any("its Meta does not inherit" in line for line in problems_of(Loose))


@isolate_apps("wins")
def test_manager_that_does_not_record_is_found() -> None:
    class Silent(Owned):
        objects = models.Manager()  # type: ignore[assignment]

        class Meta(Owned.Meta):
            app_label = "wins"

    assert "wins.Silent: objects is not scoped by who acts." in list(problems_of(Silent))


@isolate_apps("wins")
def test_bare_many_to_many_is_found_from_both_ends() -> None:
    class Label(Owned):
        class Meta(Owned.Meta):
            app_label = "wins"

    class Purchase(Owned):
        labels = models.ManyToManyField(Label)

        class Meta(Owned.Meta):
            app_label = "wins"

    assert any("Purchase_labels) are not recorded" in line for line in problems_of(Purchase))
    assert any("Purchase_labels) are not recorded" in line for line in problems_of(Label))


@isolate_apps("wins")
def test_index_that_does_not_start_with_owner_is_found() -> None:
    class Slow(Scoped):
        on = models.DateField()

        class Meta(Scoped.Meta):
            app_label = "wins"
            indexes = [models.Index(fields=["-on"], name="slow_on")]
            constraints = [models.UniqueConstraint(fields=["on", "owner"], name="slow_once")]

    assert list(problems_of(Slow)) == [
        "wins.Slow: index slow_on starts with on, not with owner.",
        "wins.Slow: constraint slow_once starts with on, not with owner.",
    ]

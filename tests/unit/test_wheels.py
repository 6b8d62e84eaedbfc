"""Rules of vehicles and travel."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from django.core.exceptions import ValidationError
from django.utils import timezone

from pam.access import acting_as
from pam.access.money import Money
from pam.accounts.models import User
from pam.journal.undo import undo
from tests.house import did, doing, dump, entries, looking, person
from wheels import queries, services
from wheels.models import Fill, Vehicle
from wins import services as wins
from wins.models import Transaction

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 24)


def aud(amount: str) -> Money:
    return Money(Decimal(amount), "AUD")


@pytest.fixture
def ann() -> User:
    return person("Ann")


@pytest.fixture
def hilux(ann: User) -> Vehicle:
    doing(ann, lambda: wins.add_account(ann, name="Everyday"))
    return doing(ann, lambda: services.add_vehicle(ann, name="Hilux"))


def fill(user: User, vehicle: Vehicle, **more: Any) -> Fill:
    more = {name: Decimal(v) if name in {"litres", "odometer_km"} and v else v for name, v in more.items()}
    return doing(user, lambda: services.record_fill(user, vehicle=vehicle, **{"date": DAY, **more}))


def days(count: int) -> dt.date:
    return DAY + dt.timedelta(days=count)


@pytest.mark.parametrize(
    ("given", "litres", "total"),
    [
        ({"litres": "62", "price_per_litre": aud("1.899")}, "62", "117.74"),
        ({"total": aud("117.74"), "price_per_litre": aud("1.899")}, "62.001", "117.74"),
        ({"litres": "62", "total": aud("117.74")}, "62", "117.74"),
        ({"litres": "62", "total": aud("117.74"), "price_per_litre": aud("1.899")}, "62", "117.74"),
    ],
)
def test_two_figures_give_the_third(ann: User, hilux: Vehicle, given: Any, litres: str, total: str) -> None:
    row = fill(ann, hilux, **given)
    assert (row.litres, row.total, row.price_per_litre) == (Decimal(litres), aud(total), Decimal("1.899"))


@pytest.mark.parametrize(
    ("given", "match"),
    [({}, "needs litres or a total"), ({"litres": "0"}, "more than zero"), ({"litres": "-4"}, "more than zero"),
     ({"litres": "62", "total": aud("50"), "price_per_litre": aud("1.899")}, "Which figure is right"),
     ({"litres": "62", "date": dt.date(1800, 1, 1)}, "too far away")],
)  # fmt: skip
def test_figures_that_cannot_be_are_refused(ann: User, hilux: Vehicle, given: Any, match: str) -> None:
    before, count = dump(), len(entries(ann))
    with pytest.raises(ValidationError, match=match):
        fill(ann, hilux, **given)
    assert (dump(), len(entries(ann))) == (before, count)


def test_a_fill_books_its_expense_and_moves_it(ann: User, hilux: Vehicle) -> None:
    row, entry = did(
        ann, lambda: services.record_fill(ann, vehicle=hilux, litres=Decimal(40), total=aud("80"), date=DAY)
    )
    assert {line.domain for line in entry.lines} == {"wheels", "wins"}
    assert (row.expense.amount, row.expense.category.name, row.expense.date) == (aud("80"), "Fuel", DAY)
    doing(ann, lambda: services.change_fill(ann, row, litres=Decimal(45), date=days(-1), station="BP"))
    with looking():
        expense = Transaction.objects.get()
    assert (expense.amount, expense.date, expense.payee) == (aud("90"), days(-1), "BP")
    doing(ann, lambda: services.delete_fill(ann, row))
    with looking():
        assert not Transaction.objects.exists()


def test_a_fill_and_all_that_came_of_it_are_undone_as_one(ann: User, hilux: Vehicle) -> None:
    before = dump()
    _, entry = did(ann, lambda: services.record_fill(ann, vehicle=hilux, litres=Decimal(40), total=aud("80")))
    undo(ann, entry.id, source="page")
    assert dump() == before


def test_the_odometer_does_not_run_backwards(ann: User, hilux: Vehicle) -> None:
    fill(ann, hilux, litres="40", odometer_km="1000")
    fill(ann, hilux, litres="40", odometer_km="2000", date=days(10))
    for km, date, match in (
        ("900", days(1), "noted before"),
        ("2100", days(5), "noted later"),
        ("-1", DAY, "cannot be"),
    ):
        with pytest.raises(ValidationError, match=match):
            fill(ann, hilux, litres="40", odometer_km=km, date=date)
    fill(ann, hilux, litres="40", odometer_km="1500", date=days(5))
    with acting_as(ann):
        assert queries.odometer(hilux) == (Decimal(2000), days(10))


def test_a_corrected_odometer_is_not_compared_with_itself(ann: User, hilux: Vehicle) -> None:
    row = fill(ann, hilux, litres="40", odometer_km="5000")
    doing(ann, lambda: services.change_fill(ann, row, odometer_km=Decimal(500)))
    assert row.odometer_km == Decimal(500)


def test_economy_counts_partial_fills_in_and_skips_gaps(ann: User, hilux: Vehicle) -> None:
    fill(ann, hilux, litres="50", odometer_km="1000")
    fill(ann, hilux, litres="10", odometer_km="1200", date=days(1), full=False)
    fill(ann, hilux, litres="40", odometer_km="1500", date=days(2))
    fill(ann, hilux, total=aud("20"), date=days(3), full=False)  # litres not known: no economy over this
    fill(ann, hilux, litres="40", odometer_km="2000", date=days(4))
    fill(ann, hilux, litres="45", odometer_km="2500", date=days(5))
    with acting_as(ann):
        found = [(row.odometer_km, economy.litres_per_100km) for row, economy in queries.stretches(hilux)]
        whole = queries.economy(hilux)
    assert found == [(Decimal(1500), Decimal("10.0")), (Decimal(2500), Decimal("9.0"))]
    assert whole is not None
    assert (whole.litres, whole.distance_km, whole.litres_per_100km) == (Decimal(95), Decimal(1000), Decimal("9.5"))
    assert whole.miles_per_gallon == Decimal("24.8")


def test_one_fill_has_no_economy(ann: User, hilux: Vehicle) -> None:
    fill(ann, hilux, litres="50", odometer_km="1000")
    with acting_as(ann):
        assert queries.economy(hilux) is None


@pytest.mark.parametrize(
    ("months_ago", "km_since", "state", "left"),
    [
        (1, 500, "ok", 9500),
        (1, 9500, "soon", 500),
        (1, 10000, "due", 0),
        (12, 500, "due", 9500),
        (11, 500, "soon", 9500),
    ],
)
def test_a_service_is_due_by_distance_or_by_months(
    ann: User, hilux: Vehicle, months_ago: int, km_since: int, state: str, left: int
) -> None:
    with acting_as(ann):
        today = timezone.localdate()
    on = today - relativedelta(months=months_ago)

    def act() -> None:
        services.record_service(ann, vehicle=hilux, what="Regular service", date=on, odometer_km=Decimal(10_000))
        services.record_service(ann, vehicle=hilux, what="New tyres", date=today, odometer_km=Decimal(10_000))
        services.record_reading(ann, vehicle=hilux, odometer_km=Decimal(10_000 + km_since))

    doing(ann, act)
    with acting_as(ann):
        due = queries.service_due(hilux)
    assert due is not None
    assert (due.state, due.left_km, due.at_km) == (state, Decimal(left), Decimal(20_000))
    assert due.on == on + relativedelta(months=12)


def test_a_trip_does_not_end_before_it_starts_and_keeps_its_length(ann: User, hilux: Vehicle) -> None:
    with pytest.raises(ValidationError, match="ends before it starts"):
        doing(ann, lambda: services.plan_trip(ann, name="x", start=DAY, end=days(-1)))
    trip = doing(ann, lambda: services.plan_trip(ann, name="x", start=DAY, end=days(2), stops=[{"place": "a"}]))
    doing(ann, lambda: services.change_trip(ann, trip, start=days(7), stops=[{"place": "b"}, {"place": "c"}]))
    with acting_as(ann):
        assert trip.end == days(9)
        assert [stop.place for stop in trip.stops.order_by("position")] == ["b", "c"]


def test_a_vehicle_that_goes_leaves_its_expenses_and_comes_back_whole(ann: User, hilux: Vehicle) -> None:
    fill(ann, hilux, litres="40", total=aud("80"))
    doing(ann, lambda: services.plan_trip(ann, name="x", vehicle=hilux, start=DAY))
    before = dump()
    _, entry = did(ann, lambda: services.delete_vehicle(ann, hilux))
    with looking():
        assert Transaction.objects.count() == 1
        assert not Fill.objects.exists()
    undo(ann, entry.id, source="page")
    assert dump() == before

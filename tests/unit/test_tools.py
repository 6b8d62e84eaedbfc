"""Tools: declared once, resolved against the user's own rows, run once, previewed exactly."""

from __future__ import annotations

import contextvars
import datetime as dt
import json
import threading
from decimal import Decimal
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connections
from jsonschema import Draft202012Validator
from prometheus_client import REGISTRY

from pam.access import acting_as, uuid7
from pam.accounts.models import User
from pam.journal.undo import undo
from pam.tools import Arguments, Risk, find, tool, tools
from pam.tools.executor import Step, _RanElsewhere, preview, run
from pam.tools.models import ToolRun
from pam.tools.registry import Ask, ToolError
from pam.tools.resolve import resolve
from tests.house import doing, dump, entries, looking, person
from wheels import services as wheels
from wins import services as wins
from wins.models import Account, Transaction
from you.models import Task

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    return person("Ann")


@pytest.fixture
def ben() -> User:
    return person("Ben")


@pytest.fixture
def accounts(ann: User) -> dict[str, Account]:
    return doing(
        ann, lambda: {name: wins.add_account(ann, name=name) for name in ("Everyday", "Visa", "Holiday savings")}
    )


def step(name: str, **arguments: Any) -> Step:
    return Step(uuid7(), name, arguments)


def money(amount: str, currency: str | None = None) -> dict[str, Any]:
    return {"amount": amount, "currency": currency}


def expense(amount: str, what: str = "lunch", **more: Any) -> Step:
    return step("wins.log_expense", amount=money(amount), what=what, **more)


# Declaring


@pytest.mark.parametrize("name", [found.name for found in tools()])
def test_every_tool_is_whole(name: str) -> None:
    found = find(name)
    assert found is not None
    assert name == f"{found.domain}.{found.run.__name__}"
    assert found.title
    assert found.description.endswith(".")
    fields = found.arguments.model_fields
    assert set(found.ask) | set(found.any_of) <= set(fields)
    # What the type requires is asked for, so that nobody meets a machine's error.
    assert {name for name, field in fields.items() if field.is_required()} <= set(found.ask) | set(found.any_of)
    schema = found.schema()
    Draft202012Validator.check_schema(schema)
    assert schema["additionalProperties"] is False
    json.dumps(schema)


def test_reads_do_not_wait_and_what_others_see_does() -> None:
    assert [risk.waits for risk in (Risk.READ, Risk.REVERSIBLE, Risk.BULK, Risk.OUTWARD, Risk.IRREVERSIBLE)] == [
        False, False, True, True, True,
    ]  # fmt: skip
    assert {found.effect for found in tools()} == {"read", "write"}
    assert all((found.effect == "read") == (found.risk is Risk.READ) for found in tools())


def test_a_declaration_needs_words_and_a_name_of_its_own() -> None:
    class Nothing(Arguments):
        pass

    with pytest.raises(ValueError, match="no docstring"):

        @tool(Nothing, risk=Risk.READ, title="Nothing")
        def nothing(user: Any, asked: Nothing) -> None:
            pass

    def log_expense(user: Any, asked: Nothing) -> None:
        """Take a name that is taken."""

    log_expense.__module__ = "wins.tools"
    with pytest.raises(ValueError, match="two tools are called"):
        tool(Nothing, risk=Risk.READ, title="Twice")(log_expense)


def test_what_is_missing() -> None:
    found = find("wins.log_expense")
    assert found is not None
    assert found.missing({}) == ["amount", "what"]
    assert found.missing({"amount": money("5")}) == ["what"]
    assert found.missing({"amount": money("5"), "payee": "Coles"}) == []
    assert found.missing({"amount": None, "what": ""}) == ["amount", "what"]
    assert found.question("amount") == "How much was it?"
    assert found.question("to_whom") == "To whom?"


def test_the_command_lists_every_tool() -> None:
    out = StringIO()
    call_command("tools", stdout=out)
    assert len(out.getvalue().splitlines()) == len(tools())
    out = StringIO()
    call_command("tools", json=True, stdout=out)
    rows = [json.loads(line) for line in out.getvalue().splitlines()]
    assert {row["name"] for row in rows} == {found.name for found in tools()}
    assert all({"risk", "effect", "description", "arguments"} <= set(row) for row in rows)


# Resolving


def resolved(user: User, name: str, **given: Any) -> Any:
    found = find(name)
    assert found is not None
    with acting_as(user):
        return resolve(found, given)


@pytest.mark.parametrize(
    ("said", "meant"),
    [("Visa", "Visa"), ("visa", "Visa"), ("my visa card", "Visa"), ("Vissa", "Visa"), ("everday", "Everyday"),
     ("holiday", "Holiday savings"), ("savings", "Holiday savings"), ("the Everyday account", "Everyday")],
)  # fmt: skip
def test_names_are_found_as_people_write_them(ann: User, accounts: dict[str, Account], said: str, meant: str) -> None:
    asked = resolved(ann, "wins.log_expense", amount=money("5"), what="x", account=said)
    assert asked.account == accounts[meant]


def test_an_id_and_a_row_are_taken_too(ann: User, accounts: dict[str, Account]) -> None:
    for said in (str(accounts["Visa"].pk), accounts["Visa"]):
        assert resolved(ann, "wins.log_expense", amount=money("5"), account=said).account == accounts["Visa"]


def test_a_name_that_means_several_asks_which(ann: User, accounts: dict[str, Account]) -> None:
    doing(ann, lambda: wins.add_account(ann, name="Rainy day savings"))
    with pytest.raises(Ask) as caught:
        resolved(ann, "wins.log_expense", amount=money("5"), account="savings")
    assert caught.value.slot == "account"
    assert sorted(caught.value.options) == ["Holiday savings", "Rainy day savings"]


def test_a_name_that_means_nothing_asks_with_what_is_there(ann: User, accounts: dict[str, Account]) -> None:
    with pytest.raises(Ask, match="There is no account called “Zanzibar”") as caught:
        resolved(ann, "wins.log_expense", amount=money("5"), account="Zanzibar")
    assert set(caught.value.options) == set(accounts)


def test_another_persons_row_is_not_found_by_name_or_id(ann: User, ben: User, accounts: dict[str, Account]) -> None:
    for said in ("Visa", str(accounts["Visa"].pk)):
        with pytest.raises(Ask, match="There is no account") as caught:
            resolved(ben, "wins.log_expense", amount=money("5"), account=said)
        assert caught.value.options == []


@pytest.mark.parametrize(
    "given",
    [{"amount": "lots"}, {"amount": money("NaN")}, {"amount": money("1e99")}, {"amount": money("5"), "on": "someday"},
     {"amount": money("5"), "unheard": 1}, {"amount": money("5"), "what": "x" * 4001}, {"amount": money("5"), "what": 7}],
)  # fmt: skip
def test_arguments_that_do_not_fit_are_refused_in_words(ann: User, given: dict[str, Any]) -> None:
    with pytest.raises(ToolError, match="is not usable.*Nothing has changed"):
        resolved(ann, "wins.log_expense", **given)


def test_days_and_moments_are_read_in_the_persons_zone(ann: User) -> None:
    assert resolved(ann, "wins.log_expense", amount=money("5"), on="2026-05-14T09:00").on == dt.date(2026, 5, 14)
    asked = resolved(ann, "you.add_reminder", title="x", at="2026-05-14T09:00")
    assert asked.at.utcoffset() == dt.timedelta(hours=10)


# Running


def test_steps_are_one_entry_undone_as_one(ann: User, accounts: dict[str, Account]) -> None:
    before, count = dump(), len(entries(ann))
    outcomes = run(
        ann, [expense("5"), expense("7", "coffee"), step("you.add_task", title="Wash the car")], source="chat"
    )
    assert [outcome.status for outcome in outcomes] == ["done"] * 3
    kept = entries(ann)[count:]
    assert len(kept) == 1
    assert kept[0].source == "chat"
    assert {outcome.entry for outcome in outcomes} == {kept[0].pk}
    assert [len(outcome.lines) >= 1 for outcome in outcomes] == [True] * 3
    undo(ann, kept[0].pk, source="chat")
    assert dump() == before


def test_a_failing_step_is_taken_back_alone(ann: User, accounts: dict[str, Account]) -> None:
    good, bad = expense("5"), expense("5", "lunch", on="1700-01-01", category="Pub quiz")
    before = len(entries(ann))
    outcomes = run(ann, [good, bad, step("no.such"), expense("9", account="Zanzibar")], source="chat")
    assert [outcome.status for outcome in outcomes] == ["done", "failed", "failed", "asks"]
    assert "too far away" in outcomes[1].text
    assert "There is no tool called no.such" in outcomes[2].text
    assert set(outcomes[3].options) == set(accounts)
    assert len(entries(ann)) == before + 1
    with looking():
        assert Transaction.objects.count() == 1
    assert not any("Pub quiz" in json.dumps(line) for line in entries(ann)[-1].lines)


def test_an_error_of_ours_takes_everything_back(ann: User, accounts: dict[str, Account], monkeypatch: Any) -> None:
    before, count = dump(), len(entries(ann))

    def broken(*_: Any) -> Any:
        raise RuntimeError("broken")

    from pam.tools import executor

    monkeypatch.setattr(executor, "receipt_lines", broken)
    asked = expense("5")
    with pytest.raises(RuntimeError):
        run(ann, [asked], source="chat")
    monkeypatch.undo()
    assert (dump(), len(entries(ann))) == (before, count)
    assert run(ann, [asked], source="chat")[0].status == "done"


def test_an_action_never_acts_twice(ann: User, accounts: dict[str, Account]) -> None:
    asked = expense("5")
    first = run(ann, [asked], source="chat")
    count = len(entries(ann))
    assert run(ann, [asked], source="chat") == first
    both = run(ann, [asked, expense("7")], source="chat")
    assert both[0] == first[0]
    assert len(entries(ann)) == count + 1
    with looking():
        assert Transaction.objects.count() == 2


def test_an_action_that_asked_may_run_once_it_is_complete(ann: User, accounts: dict[str, Account]) -> None:
    asked = step("wins.log_expense", what="lunch")
    [outcome] = run(ann, [asked], source="chat")
    assert (outcome.status, outcome.slot, outcome.text) == ("asks", "amount", "How much was it?")
    asked.arguments["amount"] = money("5")
    assert run(ann, [asked], source="chat")[0].status == "done"


def test_a_failed_action_stays_failed(ann: User, accounts: dict[str, Account]) -> None:
    asked = expense("5", on="1700-01-01")
    first = run(ann, [asked], source="chat")
    asked.arguments["on"] = None
    assert run(ann, [asked], source="chat") == first


def test_an_action_of_somebody_else_tells_nothing(ann: User, ben: User, accounts: dict[str, Account]) -> None:
    asked = step("you.add_task", title="Ann's secret")
    run(ann, [asked], source="chat")
    with pytest.raises(_RanElsewhere):
        run(ben, [asked], source="chat")
    with looking():
        assert Task.objects.count() == ToolRun.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_threads_with_one_action_act_once(ann: User) -> None:
    asked = step("you.add_task", title="Wash the car")
    start, found = threading.Barrier(3), []

    def act() -> None:
        start.wait(10)
        try:
            found.append(run(ann, [asked], source="chat"))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=contextvars.copy_context().run, args=(act,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(found) == 3
    assert found[0] == found[1] == found[2]
    with looking():
        assert Task.objects.count() == 1
    assert len(entries(ann)) == 1


def test_reads_leave_no_entry(ann: User, accounts: dict[str, Account]) -> None:
    count = len(entries(ann))
    [outcome] = run(ann, [step("wins.budget_status")], source="chat")
    assert (outcome.status, outcome.entry) == ("done", None)
    assert outcome.text
    assert len(entries(ann)) == count


def test_one_sentence_touches_two_domains(ann: User, accounts: dict[str, Account]) -> None:
    doing(ann, lambda: wheels.add_vehicle(ann, name="Hilux"))
    filled = step(
        "wheels.log_fill", vehicle="hilux", litres={"value": "62", "unit": "L"}, price_per_litre=money("1.899"),
        odometer={"value": "234567", "unit": "km"},
    )  # fmt: skip
    [outcome] = run(ann, [filled], source="chat")
    assert outcome.status == "done", outcome.text
    assert {line["domain"] for line in outcome.lines} == {"wheels", "wins"}
    with looking():
        assert Transaction.objects.get().amount.amount == Decimal("117.74")


def test_runs_are_counted(ann: User, accounts: dict[str, Account]) -> None:
    def count(status: str) -> float:
        return REGISTRY.get_sample_value("pam_tool_runs_total", {"tool": "wins.log_expense", "status": status}) or 0

    def timed() -> float:
        return REGISTRY.get_sample_value("pam_tool_seconds_count", {"tool": "wins.log_expense"}) or 0

    before = count("done"), count("failed"), count("asks"), timed()
    asking = step("wins.log_expense", what="lunch")
    run(ann, [expense("5"), expense("5", on="1700-01-01"), asking], source="chat")
    assert (count("done"), count("failed"), count("asks"), timed()) == (
        before[0] + 1,
        before[1] + 1,
        before[2] + 1,
        before[3] + 3,
    )


# Previewing


def test_a_preview_shows_and_leaves_nothing(ann: User, accounts: dict[str, Account]) -> None:
    before, count = dump(), len(entries(ann))
    asked = expense("5")
    found = preview(ann, [asked])
    assert found.problem is None
    assert found.outcomes[asked.action].lines[0]["verb"] == "added"
    assert (dump(), len(entries(ann))) == (before, count)
    with looking():
        assert not ToolRun.objects.exists()


def test_previews_have_one_digest_until_they_would_do_something_else(ann: User, accounts: dict[str, Account]) -> None:
    asked = [expense("5", category="Eating out"), step("you.add_task", title="Wash the car")]
    first, second = preview(ann, asked), preview(ann, asked)
    assert first.digests == second.digests
    doing(ann, lambda: wins.change_account(ann, accounts["Everyday"], closed_on=dt.date(2026, 1, 1)))
    third = preview(ann, asked)
    assert third.digests[asked[0].action] != first.digests[asked[0].action]
    assert third.digests[asked[1].action] == first.digests[asked[1].action]


def test_a_preview_tells_what_would_not_be_done(ann: User, accounts: dict[str, Account]) -> None:
    bad = expense("5", on="1700-01-01")
    found = preview(ann, [expense("5"), bad])
    assert found.problem is not None
    assert found.problem.action == bad.action


def test_an_unknown_action_id_is_no_obstacle(ann: User) -> None:
    [outcome] = run(ann, [Step(uuid4(), "you.add_task", {"title": "x"})], source="chat")
    assert outcome.status == "done"

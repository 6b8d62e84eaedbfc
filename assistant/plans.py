"""Plans: steps that wait for a yes, shown as the exact diff they would make, and run only while that is still so."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from pam.tools import executor
from pam.tools.executor import Outcome, Step

from . import dialogue, frames, shown
from .models import Action, Plan, Turn
from .replies import beside, reply_of


class PlanProblem(Exception):
    """A plan cannot be acted on as asked; the message is for the person."""


def propose(user: Any, turn: Turn, actions: Sequence[Action]) -> tuple[Plan | None, list[Action]]:
    """Make a plan of actions that need a yes; return it and the actions that could not be planned (asks, failed)."""
    preview = executor.preview(user, [_step(action) for action in actions])
    plannable, others = [], []
    for action in actions:
        outcome = preview.outcomes[action.pk]
        if outcome.status == "done":
            action.lines, action.digest = outcome.lines, preview.digests[action.pk]
            plannable.append(action)
        else:
            take_outcome(action, outcome)
            others.append(action)
    if not plannable:
        return None, others
    title = shown.title_of(plannable[0].tool)
    if plannable[0].lines:
        title = f"{title}: {plannable[0].lines[0]['name']}"
    if len(plannable) > 1:
        title += f" and {len(plannable) - 1} more"
    plan = Plan.objects.create(owner_id=turn.owner_id, turn=turn, thread=turn.thread, title=title[:200])
    for action in plannable:
        action.plan = plan
        action.save()
    return plan, others


def approve(user: Any, plan_id: UUID, step_ids: Sequence[UUID] | None = None) -> Turn:
    """Run the waiting steps (or the named ones) as one entry; where the diff would differ now, show it anew and wait.

    Raises PlanProblem. Approving what is done already changes nothing and answers alike.
    """
    with transaction.atomic(), ExitStack() as speaking:
        plan = _locked(plan_id)
        turn = plan.turn
        speaking.enter_context(dialogue.speaking(turn))
        chosen = _chosen(plan, step_ids)
        if not chosen:
            return turn
        steps = [_step(action) for action in chosen]
        preview = executor.preview(user, steps)
        problem = preview.problem
        if problem is not None:
            raise PlanProblem(problem.words)
        if any(preview.digests[action.pk] != action.digest for action in chosen):
            for action in chosen:
                action.lines, action.digest = preview.outcomes[action.pk].lines, preview.digests[action.pk]
                action.save()
            notice = "Things have changed since this was shown. Here is what it would do now; it waits again."
            turn.reply = notice
            turn.save(update_fields=["reply", "updated_at"])
            frames.write(
                plan.thread,
                turn,
                [
                    ("plan.updated", {"plan": shown.plan_of(plan)}),
                    ("notice", {"text": notice, "level": "warn"}),
                ],
            )
            return turn
        outcomes = executor.run(user, steps, source="chat", label=plan.title)
        told: list[frames.FrameData] = []
        for action, outcome in zip(chosen, outcomes, strict=True):
            take_outcome(action, outcome)
            action.save()
        _settle(plan)
        told.append(("plan.updated", {"plan": shown.plan_of(plan)}))
        if receipt := shown.receipt_of(chosen):
            told.append(("receipt", {"receipt": receipt}))
        turn.reply = reply_of(chosen)
        turn.beside = f"{turn.beside or ''} {beside(chosen)}".strip()
        turn.save(update_fields=["reply", "beside", "updated_at"])
        told.append(("text.delta", {"text": turn.reply, "beside": turn.beside}))
        frames.write(plan.thread, turn, told)
        return turn


def decline(user: Any, plan_id: UUID, step_ids: Sequence[UUID] | None = None) -> Turn:
    """Decline the waiting steps, or the named ones; nothing of them happens."""
    with transaction.atomic():
        plan = _locked(plan_id)
        chosen = _chosen(plan, step_ids)
        if not chosen:  # done or declined before: nothing is left to say no to
            return plan.turn
        for action in chosen:
            action.status = Action.Status.DECLINED
            action.save()
        _settle(plan)
        turn = plan.turn
        turn.reply = "Declined. Nothing has changed."
        turn.save(update_fields=["reply", "updated_at"])
        frames.write(plan.thread, turn, [("plan.updated", {"plan": shown.plan_of(plan)})])
        return turn


def edit(user: Any, plan_id: UUID, changes: Sequence[dict[str, Any]]) -> Turn:
    """Change arguments of waiting steps and show the new diff; raises PlanProblem, leaving the plan as it was."""
    with transaction.atomic():
        plan = _locked(plan_id)
        waiting = {str(action.pk): action for action in _chosen(plan, None)}
        for change in changes:
            action = waiting.get(str(change.get("id")))
            if action is None or not isinstance(change.get("arguments"), dict):
                raise PlanProblem("There is no such waiting step. Nothing has changed.")
            action.arguments = {**action.arguments, **change["arguments"]}
        preview = executor.preview(user, [_step(action) for action in waiting.values()])
        if preview.problem is not None:
            raise PlanProblem(preview.problem.words)
        for action in waiting.values():
            action.lines, action.digest = preview.outcomes[action.pk].lines, preview.digests[action.pk]
            action.save()
        frames.write(plan.thread, plan.turn, [("plan.updated", {"plan": shown.plan_of(plan)})])
        return plan.turn


def take_outcome(action: Action, outcome: Outcome) -> None:
    """Put what became of a step into its action (not saved)."""
    action.status = outcome.status
    action.text = outcome.text
    action.lines = outcome.lines
    action.card = outcome.card
    action.slot, action.options, action.rows = outcome.slot, outcome.options, outcome.rows
    action.entry = outcome.entry
    action.entry_number = outcome.number


def waiting_steps(plan: Plan) -> list[UUID]:
    """Return the ids of the steps that wait for a yes."""
    return [action.pk for action in _chosen(plan, None)]


def _settle(plan: Plan) -> None:
    """Give the plan the status that its steps have."""
    states = set(plan.actions.values_list("status", flat=True))
    if Action.Status.PROPOSED in states:
        return
    if states <= {Action.Status.DECLINED}:
        plan.status = Plan.Status.DECLINED
    else:
        plan.status = Plan.Status.FAILED if states == {Action.Status.FAILED} else Plan.Status.DONE
    plan.save(update_fields=["status", "updated_at"])


def _locked(plan_id: UUID) -> Plan:
    rows = Plan.objects.filter(pk=plan_id)
    if connection.features.has_select_for_update:
        rows = rows.select_for_update(of=("self",))
    plan = rows.select_related("turn", "thread").first()
    if plan is None:
        raise PlanProblem("There is no such plan.")
    return plan


def _chosen(plan: Plan, step_ids: Sequence[UUID] | None) -> list[Action]:
    rows = list(plan.actions.filter(status=Action.Status.PROPOSED).order_by("round", "position"))
    if step_ids is None:
        return rows
    wanted = {str(found) for found in step_ids}
    unknown = wanted - {str(pk) for pk in plan.actions.values_list("pk", flat=True)}
    if unknown:
        raise PlanProblem("There is no such step in this plan. Nothing has changed.")
    return [row for row in rows if str(row.pk) in wanted]


def _step(action: Action) -> Step:
    return Step(action.pk, action.tool, action.arguments)

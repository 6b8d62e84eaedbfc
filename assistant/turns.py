"""Turns: accepted and stored first, then worked on by whoever holds the lease, detached from any socket."""

from __future__ import annotations

import contextlib
import contextvars
import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone

from pam.access import acting_as, unscoped
from pam.accounts.models import User
from pam.ops import identity, metrics
from pam.tools import executor
from pam.tools.executor import Step
from pam.tools.registry import find

from . import attaching, dialogue, frames, plans, shown
from .engines.base import Answer, Engine, EngineFailed
from .models import Action, Round, Thread, Turn
from .replies import beside, reply_of

log = structlog.get_logger(__name__)

LONGEST_SAID = 8_000  # characters of one message
LEASE = dt.timedelta(seconds=15)  # renewed while the work goes on; after a kill another takes over so late
RENEW_SECONDS = 4
MOST_ROUNDS = 8
MOST_ATTEMPTS = 8  # a turn that ends every process that works on it is given up
_pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="turn")


class Superseded(Exception):
    """Another process has taken the turn over: this one leaves it alone."""


class SayProblem(ValueError):
    """What was said cannot be taken; the message is for the person."""


def accept(
    user: Any,
    text: str,
    thread_id: UUID | None = None,
    client_id: str | None = None,
    ticked: Sequence[UUID] | None = None,
    files: Sequence[Any] = (),
) -> Turn:
    """Store what was said as a turn, in a new thread where none is named; the same client_id is taken once.

    `ticked` are the steps that stood ticked before the person who said it, where not all did; `files` are ids of
    uploads that wait. Raises SayProblem.
    """
    said = text.replace("\x00", "").encode(errors="replace").decode().strip()
    if not said:
        raise SayProblem("There are no words in this message. Write what should be done or asked.")
    if len(said) > LONGEST_SAID:
        raise SayProblem(
            f"The message has {len(said):,} characters; at most {LONGEST_SAID:,} are taken. "
            "Shorten it, or send it in parts. Nothing has changed."
        )
    with acting_as(user):
        if client_id and (known := Turn.objects.filter(client_id=client_id).first()):
            return known
        try:
            return _store(user, said, thread_id, client_id, ticked, attaching.taken(files))
        except ValueError as problem:
            raise SayProblem(str(problem)) from problem
        except IntegrityError:
            known = Turn.objects.filter(client_id=client_id).first() if client_id else None
            if known is None:
                raise
            return known


def _store(
    user: Any,
    said: str,
    thread_id: UUID | None,
    client_id: str | None,
    ticked: Sequence[UUID] | None,
    files: list[dict[str, str]],
) -> Turn:
    with transaction.atomic():
        if thread_id is None:
            thread = Thread.objects.create(owner=user, title=_title(said))
        else:
            found = Thread.objects.filter(pk=thread_id).first()
            if found is None:
                raise SayProblem("There is no such conversation. Start a new one.")
            thread = found
        turn = Turn.objects.create(
            owner=user, thread=thread, said=said, client_id=client_id or None, files=files,
            ticked=None if ticked is None else [str(step) for step in ticked],
            lease_until=timezone.now() + LEASE, request_id=identity.request_id() or "",
        )  # fmt: skip
        Thread.objects.filter(pk=thread.pk).update(last_text=said[:200], last_at=timezone.now())
        frames.write(thread, turn, [("turn.started", {"said": said, "turn": str(turn.pk), "files": files})])
    return turn


def _title(said: str) -> str:
    first = " ".join(said.split())
    return first if len(first) <= 60 else first[:57].rsplit(" ", 1)[0] + "…"


def start(turn: Turn) -> None:
    """Work on a turn in a thread of its own, detached from whoever asked."""
    context = contextvars.copy_context()
    _pool.submit(context.run, _start, turn.owner_id, turn.pk)


def _start(owner_id: UUID, turn_id: UUID, fresh: bool = True) -> None:
    try:
        process(User.objects.get(pk=owner_id), turn_id, fresh=fresh)
    except Exception:
        log.exception("turn.failed", turn=str(turn_id))
    finally:
        connection.close()


def take_over(limit: int = 50) -> int:
    """Go on with turns whose process is gone, each in a thread of its own; return how many."""
    found = unfinished(limit)
    for turn_id, owner_id in found:
        _pool.submit(contextvars.Context().run, _start, owner_id, turn_id, False)
    return len(found)


def process(user: Any, turn_id: UUID, *, fresh: bool = False) -> Turn:
    """Work on a turn until it is finished; returns at once where another holds it or it is finished.

    What the database refuses at this moment is left for whoever takes the turn over.
    """
    with acting_as(user):
        turn = _claim(turn_id, fresh)
        if turn is None:
            return Turn.objects.get(pk=turn_id)
        if turn.request_id:
            identity.begin(turn.request_id)
        try:
            with _kept(user, turn):
                _work(user, turn)
        except Superseded:
            log.warning("turn.superseded", turn=str(turn.pk))
        except (OperationalError, InterfaceError):
            log.exception("turn.interrupted", turn=str(turn.pk))
        except Exception:
            log.exception("turn.failed", turn=str(turn.pk))
            with contextlib.suppress(Superseded, Thread.DoesNotExist):
                _finish(
                    turn,
                    Turn.Status.FAILED,
                    "PAM failed at this. What stands in the receipts above is done, nothing else.",
                )
        return turn


@contextlib.contextmanager
def _kept(user: Any, turn: Turn) -> Iterator[None]:
    """Renew the lease while the block lasts, however long an engine is silent."""
    ended = threading.Event()

    def keep() -> None:
        while not ended.wait(RENEW_SECONDS):
            try:
                with acting_as(user):
                    _hold(turn)
            except Superseded:
                return
            except DatabaseError:
                log.warning("turn.lease_not_renewed", turn=str(turn.pk))
            finally:
                connection.close()

    threading.Thread(target=keep, name="lease", daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def _hold(turn: Turn) -> None:
    """Renew the lease, in the transaction of what is written under it; raises Superseded where it is another's."""
    mine = Turn.objects.filter(pk=turn.pk, status=Turn.Status.WORKING, attempts=turn.attempts)
    if not mine.update(lease_until=timezone.now() + LEASE):
        raise Superseded


def _claim(turn_id: UUID, fresh: bool) -> Turn | None:
    """Take the lease of an unfinished turn; a fresh one is taken by the process that accepted it."""
    now = timezone.now()
    rows = Turn.objects.filter(pk=turn_id)
    if fresh:
        rows = rows.filter(status=Turn.Status.ACCEPTED, attempts=0)
    else:
        rows = rows.filter(status__in=[Turn.Status.ACCEPTED, Turn.Status.WORKING], lease_until__lt=now)
    taken = rows.update(status=Turn.Status.WORKING, lease_until=now + LEASE, attempts=F("attempts") + 1)
    return Turn.objects.select_related("thread").get(pk=turn_id) if taken else None


def _work(user: Any, turn: Turn) -> None:
    if turn.attempts > MOST_ATTEMPTS:
        said = reply_of(list(turn.actions.order_by("round", "position")))
        gave_up = "PAM was interrupted at this several times and gave up."
        rest = "Nothing else has changed." if said else "Nothing has changed. Say it again."
        _finish(turn, Turn.Status.FAILED, f"{gave_up} {said} {rest}".replace("  ", " "), beside=f"{gave_up} {rest}")
        return
    engine = _engine(turn)
    number = 0
    actions: list[Action] = []
    answer = Answer()
    while number < MOST_ROUNDS:
        if not _stopped(turn):
            engine, answer = _round(turn, engine, number, actions)
        if _stopped(turn):
            if reply := reply_of(actions):
                _finish(turn, Turn.Status.STOPPED, reply, beside=beside(actions))
            else:
                _finish(turn, Turn.Status.STOPPED, "Stopped. Nothing has changed.")
            return
        actions += _act(user, turn, number, answer)
        number += 1
        if not answer.more:
            break
    told = _settled(actions) if engine.name == "openai" else actions
    opened = dialogue.remember(turn, told, answer.question, attaching.still_open(turn.thread, turn, actions))
    reply, rest = _reply(engine, told, answer.text)
    if answer.question and opened is not None and opened.question not in reply:
        reply, rest = f"{reply} {opened.words}".strip(), f"{rest} {opened.question}".strip()
    options = opened.options if opened else []
    if reply:
        _finish(turn, Turn.Status.DONE, reply, options, beside=rest)
    else:
        _finish(turn, Turn.Status.DONE, "Nothing has changed.", options)


def _reply(engine: Engine, actions: list[Action], text: str) -> tuple[str, str]:
    """Return what the turn says, and what of it stands beside its receipts and plan.

    Where something was done, waits or failed the journal alone speaks.
    """
    said, rest = reply_of(actions), beside(actions)
    if engine.name != "openai":
        if said and any(action.lines or action.plan_id for action in actions):
            return said, rest
        return f"{said} {text}".strip(), f"{rest} {text}".strip()
    tried = any(a.lines or a.plan_id or (a.status in {"failed", "asks"} and _writes(a)) for a in actions)
    if said and (tried or not text):
        return said, rest
    return text, text


def _settled(actions: list[Action]) -> list[Action]:
    """Return what is to be told: what a model got wrong and then got right is no news."""
    right = {action.tool: action.round for action in actions if action.status in {"done", "proposed"}}
    return [a for a in actions if a.status not in {"failed", "asks"} or right.get(a.tool, -1) <= a.round]


def _writes(action: Action) -> bool:
    tool = find(action.tool)
    return tool is None or tool.effect == "write"


def _engine(turn: Turn) -> Engine:
    from .engines.embedded.engine import EmbeddedEngine

    if turn.engine != "embedded" and (settings.OPENAI_API_KEY or settings.OPENAI_BASE_URL):
        from .engines.openai.engine import OpenAIEngine

        return OpenAIEngine()
    return EmbeddedEngine()


def _round(turn: Turn, engine: Engine, number: int, actions: list[Action]) -> tuple[Engine, Answer]:
    """Return the stored answer of a round, or ask the engine and store it with the ids of its actions."""
    kept = Round.objects.filter(turn=turn, number=number).first()
    if kept is not None:
        return engine, Answer.from_json(kept.answer)
    started = time.perf_counter()
    try:
        naming = attaching.naming(turn) if number == 0 else None
        answer = naming or engine.answer(turn, number, _speaker(turn), lambda: _stopped(turn))
    except EngineFailed as problem:
        log.warning("engine.failed", engine=engine.name, reason=str(problem)[:200])
        metrics.turns.labels(engine.name, "fell_back").inc()
        engine, answer = _without_model(turn, number, actions, problem)
    metrics.engine_seconds.labels(engine.name).observe(time.perf_counter() - started)
    if engine.name == "embedded" and turn.files and not answer.calls and answer.question is None:
        answer.text = ""  # what words alone do not say, the file may: what it belongs to is asked
    answer = attaching.with_files(turn, answer)
    with transaction.atomic():
        _hold(turn)
        Round.objects.create(turn=turn, number=number, answer=answer.as_json(), tokens=answer.tokens)
        Turn.objects.filter(pk=turn.pk).update(engine=engine.name)
    turn.engine = engine.name
    return engine, answer


def _without_model(turn: Turn, number: int, actions: list[Action], problem: EngineFailed) -> tuple[Engine, Answer]:
    """Let the embedded engine take over; what was done before the model failed is not done again."""
    from .engines.embedded.engine import EmbeddedEngine

    engine = EmbeddedEngine()
    if any(_writes(action) for action in actions):
        notice = "The language model stopped answering. What stands in the receipts is done; say again what is missing."
        _speak(turn, [("notice", {"text": notice, "level": "warn"})])
        return engine, Answer()
    _speak(turn, [("notice", {"text": problem.notice, "level": "warn"})])
    return engine, engine.answer(turn, number, _speaker(turn), lambda: _stopped(turn))


def _speak(turn: Turn, told: list[frames.FrameData]) -> None:
    with transaction.atomic():
        _hold(turn)
        frames.write(turn.thread, turn, told)


def _speaker(turn: Turn) -> Callable[[str], None]:
    def say(text: str) -> None:
        if text:
            _speak(turn, [("text.delta", {"text": text})])

    return say


def _act(user: Any, turn: Turn, number: int, answer: Answer) -> list[Action]:
    """Run what may run at once as one entry; put what needs a yes into one plan. Done before: returned as it is."""
    done = list(Action.objects.filter(turn=turn, round=number).order_by("position"))
    if done or not answer.calls:
        return done
    with dialogue.speaking(turn), transaction.atomic():
        _hold(turn)
        actions = [
            Action(
                id=call.id,
                owner=user,
                turn=turn,
                round=number,
                position=n,
                tool=call.tool,
                arguments=call.arguments,
            )
            for n, call in enumerate(answer.calls)
        ]
        at_once = [action for action in actions if not _waits(user, action)]
        outcomes = executor.run(
            user, [Step(a.pk, a.tool, a.arguments) for a in at_once], source="chat", label=turn.said[:200]
        )
        for action, outcome in zip(at_once, outcomes, strict=True):
            plans.take_outcome(action, outcome)
        waiting = [action for action in actions if action not in at_once]
        at_once, waiting = _files_follow(at_once, waiting)
        for action in at_once:
            action.save(force_insert=True)
        told = _told(at_once)
        if waiting:
            for action in waiting:
                action.save(force_insert=True)
            plan, others = plans.propose(user, turn, waiting)
            for action in others:
                action.save()
            told += _told(others)
            if plan is not None:
                told.append(("plan.waiting", {"plan": shown.plan_of(plan)}))
        frames.write(turn.thread, turn, told)
    return [action for action in actions if action in at_once or action in waiting]


def _files_follow(at_once: list[Action], waiting: list[Action]) -> tuple[list[Action], list[Action]]:
    """Let files that found no row follow the steps that wait, or the question of a step that asks first."""
    files = next((action for action in at_once if action.tool == attaching.TOOL and action.status == "asks"), None)
    if files is None or files.arguments.get("row"):
        return at_once, waiting
    others = [action for action in at_once if action is not files]
    if waiting:
        files.status, files.text, files.slot = Action.Status.PROPOSED, "", ""
        return others, [*waiting, files]
    return (others if any(action.status == "asks" for action in others) else at_once), waiting


def _waits(user: Any, action: Action) -> bool:
    tool = find(action.tool)
    return tool is not None and executor.risk_of(user, tool, action.arguments).waits


def _told(actions: list[Action]) -> list[frames.FrameData]:
    """Return the frames that tell what became of actions: each step, then one receipt an entry, then cards."""
    told: list[frames.FrameData] = []
    for action in actions:
        kind = {"done": "step.done", "failed": "step.failed", "asks": "step.failed"}[action.status]
        data = {"action": str(action.pk), "tool": action.tool, "title": shown.title_of(action.tool)}
        told.append((kind, {**data, "text": action.words, "status": action.status}))
    for entry in dict.fromkeys(action.entry for action in actions if action.entry):
        receipt = shown.receipt_of([action for action in actions if action.entry == entry])
        told.append(("receipt", {"receipt": receipt}))
    told += [("card", {"card": action.card}) for action in actions if action.card]
    return told


def stop(user: Any, turn_id: UUID) -> bool:
    """Ask a turn to do no more; what is done stays done. Return whether there is such a turn."""
    with acting_as(user):
        if not Turn.objects.filter(pk=turn_id).exists():
            return False
        Turn.objects.filter(pk=turn_id, status__in=["accepted", "working"]).update(stop_asked=True)
        return True


def _stopped(turn: Turn) -> bool:
    return Turn.objects.filter(pk=turn.pk, stop_asked=True).exists()


def _finish(turn: Turn, status: str, reply: str, options: Sequence[str] = (), *, beside: str | None = None) -> None:
    """End a turn with what it says; `beside` is what of it no receipt and no plan shows, where that is not all."""
    with transaction.atomic():
        _hold(turn)
        turn.status, turn.reply, turn.finished_at = status, reply, timezone.now()
        turn.beside = reply if beside is None else beside
        turn.save(update_fields=["status", "reply", "beside", "finished_at", "updated_at"])
        data = {"status": status, "reply": reply, "beside": turn.beside, "options": list(options)}
        frames.write(turn.thread, turn, [("turn.finished", data)])
    metrics.turns.labels(turn.engine or "none", status).inc()


def unfinished(limit: int = 50) -> list[tuple[UUID, UUID]]:
    """Return (turn, owner) of turns whose lease has run out: their process is gone."""
    with unscoped("unfinished turns are claimed"):
        rows = Turn.objects.filter(status__in=["accepted", "working"], lease_until__lt=timezone.now())
        return list(rows.order_by("lease_until").values_list("pk", "owner_id")[:limit])

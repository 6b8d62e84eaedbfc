"""The socket, protocol pam.v1, as a client sees it; over the in-process channel layer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async
from channels.layers import channel_layers, get_channel_layer
from channels.testing import WebsocketCommunicator
from django.test import Client

from assistant import turns
from assistant.consumer import LARGEST_MESSAGE, MOST_BAD, in_thread
from assistant.engines.embedded.classifier import classifier
from assistant.models import Thread, Turn
from assistant.routing import application
from pam import journal
from pam.access import acting_as, unscoped
from pam.accounts import doors, tokens
from pam.accounts.models import User
from pam.live import hints
from pam.ops import limits
from social.models import Post
from social.services import create_group
from you.models import Task

pytestmark = pytest.mark.django_db(transaction=True)

PROTOCOL = "pam.v1"


@pytest.fixture(scope="module", autouse=True)
def _trained() -> None:
    """The embedded engine has learnt its language before anything is timed."""
    classifier()


@pytest.fixture(autouse=True)
async def _served_from_here() -> AsyncIterator[None]:
    """Hints come to this event loop, as they do to a server's."""
    limits._alone = limits.InProcess()
    hints.serve_from(asyncio.get_running_loop())
    Socket.opened.clear()
    yield
    # None may outlive its event loop: over Redis it would go on waiting for hints.
    for socket in Socket.opened:
        await socket.wire.disconnect()
    hints.serve_from(None)
    channel_layers.backends.clear()


class Socket:
    """A client of the protocol; what it got is in `got`."""

    opened: ClassVar[list[Socket]] = []

    def __init__(self, **connection: Any) -> None:
        self.opened.append(self)
        self.wire = WebsocketCommunicator(application, "/api/pam/ws", **connection)
        self.got: list[dict[str, Any]] = []

    async def say(self, text: str, thread: str | None = None, client_id: str | None = None) -> dict[str, Any]:
        """Say something and return the acknowledgement."""
        message = {"type": "say", "text": text, "client_id": client_id or uuid4().hex}
        await self.send({**message, "thread": thread} if thread else message)
        return await self.until("accepted")

    async def send(self, message: Any) -> None:
        """Send JSON, or text as it is."""
        await self.wire.send_to(text_data=message if isinstance(message, str) else json.dumps(message))

    async def until(self, kind: str, seconds: float = 20) -> dict[str, Any]:
        """Return the next message of a kind; what comes before it is kept in `got`."""
        async with asyncio.timeout(seconds):
            while True:
                self.got.append(json.loads(await self.wire.receive_from(timeout=seconds)))
                if self.got[-1]["type"] == kind:
                    return self.got[-1]

    async def ask(self, message: Any) -> dict[str, Any]:
        """Send what is wrong and return the error."""
        await self.send(message)
        return await self.until("error")

    def frames(self) -> list[dict[str, Any]]:
        """Return the numbered ones of what it got."""
        return [message for message in self.got if "seq" in message]

    def seqs(self) -> list[int]:
        """Return their numbers in the order in which they came."""
        return [frame["seq"] for frame in self.frames()]

    async def closed_with(self) -> int:
        """Return the code that the server closes with."""
        message: dict[str, Any] = {}
        while message.get("type") != "websocket.close":
            message = await self.wire.receive_output(5)
        return int(message["code"])


@pytest.fixture
def person() -> Callable[[str], User]:
    return lambda name: User.objects.create_user(f"{name}@example.com", "a long pass phrase")


@pytest.fixture
def kim(person: Any) -> User:
    return person("kim")


@pytest.fixture
def connect() -> Callable[..., Any]:
    """Return a function that opens a socket of a person by bearer token."""

    async def _connect(user: User) -> Socket:
        session = await in_thread(lambda: doors.open_session(user, door="api"))
        access = await in_thread(lambda: tokens.issue(session)["access"])
        socket = Socket(subprotocols=[PROTOCOL, f"bearer.{access}"])
        assert await socket.wire.connect(5) == (True, PROTOCOL)
        return socket

    return _connect


def cookie(user: User, origin: str) -> dict[str, Any]:
    client = Client()
    client.force_login(user)
    value = client.cookies["sessionid"].value
    headers = [(b"cookie", f"sessionid={value}".encode()), (b"origin", origin.encode())]
    return {"headers": headers, "subprotocols": [PROTOCOL]}


def tasks_of(user: User) -> list[str]:
    with acting_as(user):
        return list(Task.objects.order_by("id").values_list("title", flat=True))


# ---- who gets in


async def test_the_protocol_must_be_offered(kim: User) -> None:
    socket = Socket(headers=[(b"origin", b"http://localhost:8000")])
    await socket.wire.connect(5)
    assert await socket.closed_with() == 4400


async def test_a_stranger_is_told_to_sign_in() -> None:
    socket = Socket(headers=[(b"origin", b"http://localhost:8000")], subprotocols=[PROTOCOL])
    assert (await socket.wire.connect(5))[0]
    assert json.loads(await socket.wire.receive_from())["code"] == "unauthenticated"
    assert await socket.closed_with() == 4401


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", "x" * 4000])
async def test_a_bad_token_is_no_way_in(token: str) -> None:
    socket = Socket(subprotocols=[PROTOCOL, f"bearer.{token}"])
    await socket.wire.connect(5)
    assert await socket.closed_with() == 4401


async def test_a_refresh_token_opens_no_socket(kim: User) -> None:
    def refresh() -> str:
        return tokens.issue(doors.open_session(kim, door="api"))["refresh"]

    socket = Socket(subprotocols=[PROTOCOL, f"bearer.{await in_thread(refresh)}"])
    await socket.wire.connect(5)
    assert await socket.closed_with() == 4401


async def test_a_closed_account_opens_no_socket(kim: User) -> None:
    def closed() -> str:
        access = tokens.issue(doors.open_session(kim, door="api"))["access"]
        User.objects.filter(pk=kim.pk).update(is_active=False)
        return access

    socket = Socket(subprotocols=[PROTOCOL, f"bearer.{await in_thread(closed)}"])
    await socket.wire.connect(5)
    assert await socket.closed_with() == 4401


async def test_the_pages_cookie_signs_in_from_its_own_origin(kim: User) -> None:
    socket = Socket(**await sync_to_async(cookie)(kim, "http://localhost:8000"))
    assert await socket.wire.connect(5) == (True, PROTOCOL)
    await socket.send({"type": "ping"})
    await socket.until("pong")
    await socket.wire.disconnect()


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost.evil.example", "null"])
async def test_another_sites_page_cannot_use_the_cookie(origin: str, kim: User) -> None:
    socket = Socket(**await sync_to_async(cookie)(kim, origin))
    connected, _ = await socket.wire.connect(5)
    assert not connected


async def test_a_cookie_without_an_origin_is_refused(kim: User) -> None:
    given = await sync_to_async(cookie)(kim, "")
    given["headers"] = given["headers"][:1]
    connected, _ = await Socket(**given).wire.connect(5)
    assert not connected


# ---- saying things


async def test_what_is_said_is_stored_acknowledged_and_told_in_order(kim: User, connect: Any) -> None:
    socket = await connect(kim)
    accepted = await socket.say("Add a task to buy milk", client_id="c-1")
    assert accepted["client_id"] == "c-1"
    assert await in_thread(lambda: _turn(kim, accepted["turn"]).said) == "Add a task to buy milk"
    finished = await socket.until("turn.finished")
    assert finished["turn"] == accepted["turn"]
    kinds = [frame["type"] for frame in socket.frames()]
    assert kinds[0] == "turn.started"
    assert kinds[-1] == "turn.finished"
    assert {"step.done", "receipt"} <= set(kinds)
    assert socket.seqs() == list(range(1, len(kinds) + 1))
    assert all(frame["thread"] == accepted["thread"] for frame in socket.frames())
    assert len(await in_thread(tasks_of, kim)) == 1


def _turn(user: User, turn_id: str) -> Turn:
    with acting_as(user):
        return Turn.objects.get(pk=turn_id)


async def test_the_same_client_id_is_one_turn(kim: User, connect: Any) -> None:
    socket = await connect(kim)
    first = await socket.say("Add a task to buy milk", client_id="same")
    again = await socket.say("Add a task to buy milk", client_id="same")
    other = await connect(kim)
    elsewhere = await other.say("Add a task to buy milk", client_id="same")
    assert first["turn"] == again["turn"] == elsewhere["turn"]
    await other.until("turn.finished")
    await asyncio.sleep(0.3)
    assert len(await in_thread(tasks_of, kim)) == 1
    assert other.seqs() == list(range(1, len(other.seqs()) + 1))


async def test_a_client_id_is_ones_own(kim: User, person: Any, connect: Any) -> None:
    lee = await in_thread(person, "lee")
    mine = await (await connect(kim)).say("hello", client_id="same")
    theirs = await (await connect(lee)).say("hello", client_id="same")
    assert mine["turn"] != theirs["turn"]


async def test_going_on_in_a_conversation_continues_its_numbers(kim: User, connect: Any) -> None:
    socket = await connect(kim)
    first = await socket.say("Add a task to buy milk")
    await socket.until("turn.finished")
    second = await socket.say("Add a task to call the bank", first["thread"])
    await socket.until("turn.finished")
    assert second["thread"] == first["thread"]
    assert socket.seqs() == list(range(1, len(socket.seqs()) + 1))


async def test_resume_sends_exactly_the_rest(kim: User, connect: Any) -> None:
    socket = await connect(kim)
    accepted = await socket.say("Add a task to buy milk")
    last = (await socket.until("turn.finished"))["seq"]
    for after in (0, 2, last - 1, last):
        later = await connect(kim)
        await later.send({"type": "resume", "thread": accepted["thread"], "after_seq": after})
        if after < last:
            await later.until("turn.finished")
        await later.send({"type": "ping"})
        await later.until("pong")
        assert later.seqs() == list(range(after + 1, last + 1))
        assert later.frames() == socket.frames()[after:]


async def test_a_turn_goes_on_when_its_socket_is_gone(kim: User, connect: Any) -> None:
    socket = await connect(kim)
    accepted = await socket.say("Add a task to buy milk")
    await socket.wire.disconnect()
    later = await connect(kim)
    await later.send({"type": "resume", "thread": accepted["thread"], "after_seq": 1})
    await later.until("turn.finished")
    assert later.seqs()[0] == 2
    assert len(await in_thread(tasks_of, kim)) == 1


async def test_a_number_beyond_the_last_hides_nothing(kim: User, connect: Any) -> None:
    socket = await connect(kim)
    accepted = await socket.say("hello")
    await socket.until("turn.finished")
    later = await connect(kim)
    await later.send({"type": "resume", "thread": accepted["thread"], "after_seq": 5000})
    await later.say("Add a task to buy milk", accepted["thread"])
    await later.until("turn.finished")
    assert later.seqs()[0] == socket.seqs()[-1] + 1


async def test_two_sockets_of_one_person_see_the_same(kim: User, connect: Any) -> None:
    one, two = await connect(kim), await connect(kim)
    accepted = await one.say("hello")
    await one.until("turn.finished")
    await two.send({"type": "open", "thread": accepted["thread"]})
    await two.until("turn.finished")
    await one.say("Add a task to buy milk", accepted["thread"])
    await one.until("turn.finished")
    await two.until("turn.finished")
    assert two.frames() == one.frames()


async def test_what_changed_elsewhere_is_hinted_to_oneself_alone(kim: User, person: Any, connect: Any) -> None:
    lee = await in_thread(person, "lee")
    mine, theirs = await connect(kim), await connect(lee)

    def change() -> None:
        with acting_as(kim), journal.entry(kim, source="page"):
            Task.objects.create(owner=kim, title="Buy milk")

    await in_thread(change)
    assert (await mine.until("hint"))["domains"] == ["you"]
    assert await theirs.wire.receive_nothing(0.3)


async def test_a_lost_hint_is_made_up_for(kim: User, connect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.consumer.POLL_SECONDS", 0.5)
    socket = await connect(kim)
    monkeypatch.setattr(hints, "send", lambda *_: None)
    await socket.say("Add a task to buy milk")
    await socket.until("turn.finished")
    assert socket.seqs() == list(range(1, len(socket.seqs()) + 1))


async def test_a_socket_lives_without_its_channel_layer(
    kim: User, connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer, down = get_channel_layer(), True

    def failing(real: Any) -> Any:
        async def call(*given: Any) -> Any:
            if down:
                raise ConnectionError("down")
            return await real(*given)

        return call

    for name in ("receive", "group_add", "group_send"):
        monkeypatch.setattr(layer, name, failing(getattr(layer, name)))
    monkeypatch.setattr("assistant.consumer.POLL_WITHOUT_HINTS", 0.1)
    socket = await connect(kim)
    await socket.say("Add a task to buy milk")
    await socket.until("turn.finished")
    down = False
    await asyncio.sleep(0.5)  # it is there again: hints are asked for again
    await hints_reach(kim, socket)


async def hints_reach(user: User, socket: Socket) -> None:
    layer = get_channel_layer()
    assert layer is not None
    await layer.group_send(hints.group_of(user.pk), {"type": "pam.hint", "domains": ["wins"]})
    await socket.until("hint", 5)


# ---- plans, undo, stop


async def _waiting(kim: User, socket: Socket) -> dict[str, Any]:
    def group() -> None:
        with acting_as(kim), journal.entry(kim, source="page"):
            create_group(kim, name="Hiking")

    await in_thread(group)
    await socket.say("Post to Hiking: Walk on Sunday at nine")
    return dict((await socket.until("plan.waiting"))["data"]["plan"])


def posts_of(user: User) -> list[str]:
    with acting_as(user):
        return list(Post.objects.values_list("text", flat=True))


async def test_approve_runs_what_waits_once(kim: User, connect: Any) -> None:
    socket = await connect(kim)
    plan = await _waiting(kim, socket)
    assert await in_thread(posts_of, kim) == []
    await socket.until("turn.finished")
    for _ in range(2):
        await socket.send({"type": "approve", "plan": plan["id"], "steps": [plan["steps"][0]["id"]]})
    assert (await socket.until("plan.updated"))["data"]["plan"]["status"] == "done"
    await socket.until("receipt")
    await socket.send({"type": "ping"})
    await socket.until("pong")
    assert len(await in_thread(posts_of, kim)) == 1


async def test_decline_leaves_everything_as_it_was(kim: User, connect: Any) -> None:
    socket = await connect(kim)
    plan = await _waiting(kim, socket)
    await socket.send({"type": "decline", "plan": plan["id"]})
    assert (await socket.until("plan.updated"))["data"]["plan"]["status"] == "declined"
    await socket.send({"type": "approve", "plan": plan["id"]})
    await socket.send({"type": "ping"})
    await socket.until("pong")
    assert await in_thread(posts_of, kim) == []


async def test_declining_what_is_done_says_nothing_false(kim: User, connect: Any) -> None:
    socket = await connect(kim)
    plan = await _waiting(kim, socket)
    await socket.send({"type": "approve", "plan": plan["id"]})
    turn = (await socket.until("receipt"))["turn"]
    await socket.send({"type": "decline", "plan": plan["id"]})
    await socket.send({"type": "ping"})
    await socket.until("pong")
    assert "Nothing has changed" not in await in_thread(lambda: _turn(kim, turn).reply)


async def test_edit_shows_the_new_diff_and_waits(kim: User, connect: Any) -> None:
    socket = await connect(kim)
    plan = await _waiting(kim, socket)
    step = plan["steps"][0]["id"]
    await socket.send(
        {"type": "edit", "plan": plan["id"], "steps": [{"id": step, "arguments": {"text": "Walk at ten"}}]}
    )
    updated = (await socket.until("plan.updated"))["data"]["plan"]
    assert (updated["status"], updated["steps"][0]["quote"]) == ("waiting", "Walk at ten")
    await socket.send({"type": "approve", "plan": plan["id"]})
    await socket.until("receipt")
    assert await in_thread(posts_of, kim) == ["Walk at ten"]


@pytest.mark.parametrize(
    "arguments", [{"text": 7}, {"text": ""}, {"group": "No such group"}, {"owner": "x"}, {"text": "x" * 9000}]
)
async def test_a_wrong_edit_leaves_the_plan(arguments: dict[str, Any], kim: User, connect: Any) -> None:
    socket = await connect(kim)
    plan = await _waiting(kim, socket)
    step = plan["steps"][0]["id"]
    error = await socket.ask({"type": "edit", "plan": plan["id"], "steps": [{"id": step, "arguments": arguments}]})
    assert error["code"] == "not_possible"
    await socket.send({"type": "approve", "plan": plan["id"]})
    await socket.until("receipt")
    assert await in_thread(posts_of, kim) == [plan["steps"][0]["quote"]]


async def test_undo_takes_back_the_last_thing_and_is_refused_twice(kim: User, connect: Any) -> None:
    socket = await connect(kim)
    accepted = await socket.say("Add a task to buy milk")
    receipt = (await socket.until("receipt"))["data"]["receipt"]
    await socket.until("turn.finished")
    await socket.send({"type": "undo", "thread": accepted["thread"]})
    assert (await socket.until("receipt.undone"))["data"]["entry"] == receipt["entry"]
    assert await in_thread(tasks_of, kim) == []
    for message in ({}, {"entry": receipt["entry"]}, {"entry": str(uuid4())}):
        error = await socket.ask({"type": "undo", "thread": accepted["thread"], **message})
        assert error["code"] == "refused"


async def test_stop_ends_a_turn_or_comes_too_late(kim: User, connect: Any) -> None:
    socket = await connect(kim)
    accepted = await socket.say("Add a task to buy milk")
    await socket.send({"type": "stop", "turn": accepted["turn"]})
    finished = await socket.until("turn.finished")
    done = finished["data"]["status"] == "done"
    assert finished["data"]["status"] in {"done", "stopped"}
    assert len(await in_thread(tasks_of, kim)) == done


async def test_a_stopped_turn_does_nothing(kim: User) -> None:
    def work() -> Turn:
        turn = turns.accept(kim, "Add a task to buy milk")
        assert turns.stop(kim, turn.pk)
        return turns.process(kim, turn.pk, fresh=True)

    done = await in_thread(work)
    assert (done.status, await in_thread(tasks_of, kim)) == ("stopped", [])


# ---- what is not acted on

SOME_ID = str(UUID(int=7))
BAD = {
    "no JSON": ("{", "bad_message"),
    "blank": (" ", "bad_message"),
    "a list": ("[]", "bad_message"),
    "no type": ("{}", "bad_message"),
    "type is a number": ('{"type": 1}', "bad_message"),
    "deep": ("[" * 30_000, "bad_message"),
    "long number": ('{"type": "resume", "after_seq": ' + "9" * 5000 + "}", "bad_message"),
    "half a character": ('{"type": "say", "text": "\\ud800"}', "bad_message"),
    "half a character as type": ('{"type": "\\udfff"}', "bad_message"),
    "unknown": ({"type": "dance"}, "unknown_type"),
    "inner name": ({"type": "_plan"}, "unknown_type"),
    "say nothing": ({"type": "say"}, "bad_message"),
    "say a number": ({"type": "say", "text": 7}, "bad_message"),
    "say blanks": ({"type": "say", "text": " \n "}, "not_taken"),
    "say zero bytes": ({"type": "say", "text": "\x00"}, "not_taken"),
    "say too much": ({"type": "say", "text": "x" * 8001}, "not_taken"),
    "thread no id": ({"type": "say", "text": "hello", "thread": 7}, "bad_message"),
    "thread not there": ({"type": "say", "text": "hello", "thread": SOME_ID}, "not_taken"),
    "client_id a number": ({"type": "say", "text": "hello", "client_id": 7}, "bad_message"),
    "client_id long": ({"type": "say", "text": "hello", "client_id": "x" * 65}, "bad_message"),
    "resume nothing": ({"type": "resume"}, "bad_message"),
    "resume unknown": ({"type": "resume", "thread": SOME_ID}, "not_found"),
    "resume below zero": ({"type": "resume", "thread": SOME_ID, "after_seq": -1}, "bad_message"),
    "resume true": ({"type": "resume", "thread": SOME_ID, "after_seq": True}, "bad_message"),
    "resume text": ({"type": "resume", "thread": SOME_ID, "after_seq": "1"}, "bad_message"),
    "resume beyond numbers": ({"type": "resume", "thread": SOME_ID, "after_seq": 2**70}, "bad_message"),
    "approve nothing": ({"type": "approve"}, "bad_message"),
    "approve unknown": ({"type": "approve", "plan": SOME_ID}, "not_possible"),
    "approve steps": ({"type": "approve", "plan": SOME_ID, "steps": "all"}, "bad_message"),
    "approve step ids": ({"type": "approve", "plan": SOME_ID, "steps": [1]}, "bad_message"),
    "decline unknown": ({"type": "decline", "plan": SOME_ID}, "not_possible"),
    "edit without steps": ({"type": "edit", "plan": SOME_ID}, "bad_message"),
    "edit with texts": ({"type": "edit", "plan": SOME_ID, "steps": ["x"]}, "bad_message"),
    "edit unknown": ({"type": "edit", "plan": SOME_ID, "steps": []}, "not_possible"),
    "undo nowhere": ({"type": "undo"}, "bad_message"),
    "undo unknown": ({"type": "undo", "thread": SOME_ID}, "not_found"),
    "stop nothing": ({"type": "stop"}, "bad_message"),
    "stop unknown": ({"type": "stop", "turn": SOME_ID}, "not_found"),
}


@pytest.mark.parametrize("case", BAD)
async def test_what_is_wrong_gets_an_error_and_the_socket_goes_on(case: str, kim: User, connect: Any) -> None:
    message, code = BAD[case]
    socket = await connect(kim)
    error = await socket.ask(message)
    assert error["code"] == code
    assert error["message"].endswith(".")
    with unscoped("the test looks at all"):
        assert await in_thread(Thread.objects.count) == 0
    await socket.send({"type": "ping"})
    await socket.until("pong")


async def test_binary_data_is_refused(kim: User, connect: Any) -> None:
    socket = await connect(kim)
    await socket.wire.send_to(bytes_data=b'{"type": "ping"}')
    assert (await socket.until("error"))["code"] == "bad_message"


@pytest.mark.parametrize("text", ["x" * LARGEST_MESSAGE, "é" * (LARGEST_MESSAGE // 2), "x" * 10_000_000])
async def test_too_large_is_said_and_closes(text: str, kim: User, connect: Any) -> None:
    socket = await connect(kim)
    error = await socket.ask(
        {"type": "say", "text": text} if text[0] == "x" else f'{{"type": "say", "text": "{text}"}}'
    )
    assert error["code"] == "too_large"
    assert await socket.closed_with() == 4413


async def test_who_sends_only_nonsense_is_shown_the_door(kim: User, connect: Any) -> None:
    socket = await connect(kim)
    for _ in range(MOST_BAD):
        await socket.ask({"type": "dance"})
    assert await socket.closed_with() == 4429


@pytest.mark.parametrize(
    "said",
    ["🥛🥛🥛", "אני צריך חלב", "'; DROP TABLE you_task; --", "<script>alert(1)</script>", "a\u202eb", "\u0000milk"],
)
async def test_odd_words_are_kept_as_they_are(said: str, kim: User, connect: Any) -> None:
    socket = await connect(kim)
    accepted = await socket.say(said)
    finished = await socket.until("turn.finished")
    assert finished["data"]["status"] == "done"
    assert await in_thread(lambda: _turn(kim, accepted["turn"]).said) == said.replace("\x00", "")


async def test_another_persons_conversation_is_not_there(kim: User, person: Any, connect: Any) -> None:
    lee = await in_thread(person, "lee")
    mine = await connect(kim)
    plan = await _waiting(kim, mine)
    finished = await mine.until("turn.finished")
    theirs = await connect(lee)
    thread, turn = finished["thread"], finished["turn"]
    for message, code in (
        ({"type": "resume", "thread": thread}, "not_found"),
        ({"type": "say", "text": "hello", "thread": thread}, "not_taken"),
        ({"type": "undo", "thread": thread}, "not_found"),
        ({"type": "stop", "turn": turn}, "not_found"),
        ({"type": "approve", "plan": plan["id"]}, "not_possible"),
        ({"type": "decline", "plan": plan["id"]}, "not_possible"),
        ({"type": "edit", "plan": plan["id"], "steps": []}, "not_possible"),
    ):
        assert (await theirs.ask(message))["code"] == code
    assert theirs.frames() == []
    assert await in_thread(posts_of, kim) == []
    await mine.send({"type": "approve", "plan": plan["id"]})
    await mine.until("receipt")


async def test_too_many_messages_are_told_when_to_come_again(kim: User, connect: Any, settings: Any) -> None:
    settings.RATE_LIMIT_PER_MINUTE = 3
    socket = await connect(kim)
    for _ in range(3):
        await socket.send({"type": "ping"})
        await socket.until("pong")
    error = await socket.ask({"type": "ping"})
    assert error["code"] == "too_many"
    assert 1 <= error["retry_after"] <= 65


async def test_a_revoked_session_closes_its_socket_and_no_other(kim: User, connect: Any) -> None:
    def opened() -> tuple[Any, str]:
        session = doors.open_session(kim, door="api")
        return session, tokens.issue(session)["access"]

    session, access = await in_thread(opened)
    lost, kept = Socket(subprotocols=[PROTOCOL, f"bearer.{access}"]), await connect(kim)
    await lost.wire.connect(5)
    await in_thread(doors.revoke, kim, session)
    assert await lost.closed_with() == 4401
    await kept.send({"type": "ping"})
    await kept.until("pong")

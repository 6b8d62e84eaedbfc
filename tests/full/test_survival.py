"""What is killed at any moment loses nothing and doubles nothing: real processes, real signals."""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import socket
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.full.house import House, until
from tests.support.model_server import Answer, ModelServer, Said

KINDS = ["embedded", "services"] if os.environ.get("DATABASE_URL") else ["embedded"]


class Model:
    """What the scripted model does with what is said: "TITLE; slow 0" makes its first answer to round 0 hang.

    It adds one task of that title, then speaks. `asked` counts the requests for each (title, round).
    """

    def __init__(self) -> None:
        self.asked: dict[tuple[str, int], int] = {}
        self.lock = threading.Lock()

    def __call__(self, body: dict[str, Any]) -> Answer:
        messages = body["messages"]
        last = max(n for n, message in enumerate(messages) if message["role"] == "user")
        title, _, how = messages[last]["content"].partition("; ")
        number = sum(message["role"] == "assistant" for message in messages[last:])
        with self.lock:
            times = self.asked[title, number] = self.asked.get((title, number), 0) + 1
        if how == "stories":
            return Said([f"Sentence {n} goes on. " for n in range(40)], pause=0.1)
        hangs = (how == f"slow {number}" and times == 1) or (how == f"slow twice {number}" and times <= 2)
        wait = 60.0 if hangs else 0.0
        if number == 0:
            return Said(calls=[("you.add_task", {"title": title})], before=wait)
        return Said(["That is it."], before=wait)


@pytest.fixture(scope="module")
def model() -> Model:
    return Model()


@pytest.fixture(scope="module", params=KINDS)
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, model: Model) -> Iterator[House]:
    var: Path = tmp_path_factory.mktemp(request.param)
    with ModelServer(model) as server:
        given = {
            "OPENAI_BASE_URL": server.url,
            "OPENAI_API_KEY": "test",
            "OPENAI_TIMEOUT_SECONDS": "120",
            "RATE_LIMIT_PER_MINUTE": "100000",
        }
        with House(request.param, var, given) as found:
            yield found


def fresh(what: str) -> str:
    return f"{what} {uuid4().hex[:8]}"


def gap_free(frames: list[dict[str, Any]]) -> bool:
    return [frame["seq"] for frame in frames] == list(range(1, len(frames) + 1))


def count(frames: list[dict[str, Any]], kind: str) -> int:
    return sum(frame["type"] == kind for frame in frames)


def done_once(house: House, title: str, thread: str, turn: str) -> None:
    frames = house.finished(thread, turn)
    assert gap_free(frames)
    assert (count(frames, "turn.started"), count(frames, "turn.finished"), count(frames, "receipt")) == (1, 1, 1)
    assert frames[-1]["data"]["status"] == "done", frames[-1]
    assert title in frames[-1]["data"]["reply"]
    assert house.tasks(title) == 1


def remind(house: House, title: str, seconds: float) -> None:
    at = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds)
    house.call("POST", "/api/you/reminders", {"title": title, "at": at.isoformat()})


def rings_once(house: House, title: str, within: float = 30) -> None:
    until(lambda: house.rang(title) > 0, within, house.logs)
    time.sleep(2.5)  # two more ticks of beat
    assert house.rang(title) == 1


@pytest.mark.parametrize("number", [0, 1])
def test_web_killed_in_mid_turn(house: House, model: Model, number: int) -> None:
    title = fresh("Oil the gate")
    line = house.socket()
    accepted = line.say(f"{title}; slow {number}", client_id=title)
    until(lambda: model.asked.get((title, number)) == 1, 30, house.logs)
    house.parts["web"].kill()
    house.restart("web")
    done_once(house, title, accepted["thread"], accepted["turn"])
    # The round whose answer was stored is not asked for again; the one that hung is.
    assert model.asked == {**model.asked, (title, number): 2, (title, 1 - number): 1}
    again = house.socket()
    assert again.say(f"{title}; slow {number}", client_id=title)["turn"] == accepted["turn"]
    assert house.tasks(title) == 1


def test_web_killed_right_after_it_accepted(house: House) -> None:
    title = fresh("Sweep the shed")
    line = house.socket()
    accepted = line.say(title)
    house.parts["web"].kill()
    house.restart("web")
    done_once(house, title, accepted["thread"], accepted["turn"])


def test_many_kills_at_odd_moments(house: House) -> None:
    said: list[tuple[str, dict[str, Any]]] = []
    for n in range(3):
        line = house.socket()
        for _ in range(5):
            title = fresh("Water plant")
            said.append((title, line.say(title)))
            time.sleep(0.03 * n)
        house.parts["web"].kill()
        house.restart("web")
    for title, accepted in said:
        done_once(house, title, accepted["thread"], accepted["turn"])


def test_worker_killed_in_mid_task(house: House, model: Model) -> None:
    """The worker goes on with a turn whose web process is gone, and is killed over it."""
    title = fresh("Fix the tap")
    accepted = house.socket().say(f"{title}; slow twice 1")
    until(lambda: model.asked.get((title, 1)) == 1, 30, house.logs)
    house.parts["web"].kill()
    house.restart("web")
    until(lambda: model.asked.get((title, 1)) == 2, 60, house.logs)
    house.parts["worker"].kill()
    house.restart("worker")
    done_once(house, title, accepted["thread"], accepted["turn"])
    assert model.asked[title, 0] == 1


@pytest.mark.parametrize("part", ["worker", "beat"])
def test_a_reminder_due_while_a_part_was_dead_rings_once(house: House, part: str) -> None:
    title = fresh("Call the dentist")
    remind(house, title, 2)
    house.parts[part].kill()
    time.sleep(4)
    assert house.rang(title) == 0
    house.restart(part)
    rings_once(house, title)


@pytest.mark.parametrize("house", [kind for kind in KINDS if kind == "services"] or ["embedded"], indirect=True)
def test_redis_killed(house: House) -> None:
    if not house.services:
        return  # one process has no Redis; scripts/tests.sh full gives this its services
    line = house.socket()
    before, during, ring = fresh("Before"), fresh("During"), fresh("Stretch")
    accepted = line.say(before)
    line.until("turn.finished")
    remind(house, ring, 3)
    house.parts["redis"].kill()
    # The site goes on: health, reads, writes, the open socket, and new ones.
    assert house.http.get("/api/health")[0] == 200
    started = time.monotonic()
    answer = house.call("POST", "/api/pam/chat", {"message": during})
    assert during in answer["reply"]
    assert time.monotonic() - started < 15
    house.call("GET", "/api/you/tasks")
    second = fresh("Also during")
    turn = line.say(second, thread=accepted["thread"])["turn"]
    assert line.until("turn.finished", 30)["turn"] == turn
    assert line.seqs() == list(range(1, len(line.seqs()) + 1))
    other = house.socket()
    other.send(type="resume", thread=accepted["thread"], after_seq=0)
    while other.seqs()[-1:] != line.seqs()[-1:]:
        other.until("turn.finished", 30)
    time.sleep(3)
    assert house.rang(ring) == 0  # the worker hears nothing
    house.restart("redis")
    rings_once(house, ring, 60)
    for title in (before, during, second):
        assert house.tasks(title) == 1
    # Hints come again to the sockets that lived through it.
    third = fresh("Afterwards")
    line.got.clear()
    until(lambda: _hinted(house, line, fresh("Hint")), 30, house.logs)
    line.say(third, thread=accepted["thread"])
    line.until("turn.finished", 30)
    assert house.tasks(third) == 1


def _hinted(house: House, line: Any, title: str) -> bool:
    house.call("POST", "/api/you/tasks", {"title": title})
    try:
        return bool(line.until("hint", 2))
    except TimeoutError:
        return False


def test_a_socket_dropped_in_mid_stream_gets_exactly_the_rest(house: House) -> None:
    line = house.socket()
    accepted = line.say(f"{fresh('Tell me')}; stories")
    for _ in range(3):
        line.until("text.delta")
    line.drop()
    time.sleep(0.5)
    later = house.socket()
    later.send(type="resume", thread=accepted["thread"], after_seq=line.seqs()[-1])
    finished = later.until("turn.finished")
    assert line.seqs() + later.seqs() == list(range(1, finished["seq"] + 1))
    words = "".join(m["data"]["text"] for m in line.got + later.got if m["type"] == "text.delta")
    assert words.split() == " ".join(f"Sentence {n} goes on." for n in range(40)).split()
    assert len(later.seqs()) < 40  # gathered, not a frame a piece


RING = """
import time
from you.tasks import ring_due
time.sleep(max(0.0, float(sys.argv[1]) - time.time()))
for _ in range(40):
    ring_due()
"""


def test_processes_that_claim_the_same_due_rows_ring_each_once(house: House) -> None:
    titles = [fresh("Same moment") for _ in range(25)]
    at = time.time() + 12
    moment = dt.datetime.fromtimestamp(at, dt.UTC).isoformat()
    house.call("POST", "/api/you/reminders", [{"title": title, "at": moment} for title in titles])
    claimers = [house.python(RING, str(at + 0.05)) for _ in range(3)]
    for claimer in claimers:
        claimer.communicate(timeout=90)
        assert claimer.returncode == 0
    time.sleep(2.5)
    assert [house.rang(title) for title in titles] == [1] * len(titles)


FRAMES = """
from uuid import UUID
from assistant.models import Frame, Thread
from pam.access import acting_as
from pam.accounts.models import User
user = User.objects.get(email="demo@example.com")
with acting_as(user):
    thread = Thread.objects.create(owner=user, title="Long", last_seq=20_000)
    for start in range(1, 20_001, 1000):
        Frame.objects.bulk_create(
            Frame(owner=user, thread=thread, seq=seq, kind="text.delta", data={"text": "x" * 2000})
            for seq in range(start, start + 1000)
        )
    print(thread.pk)
"""


def rss(pid: int) -> int:
    """Return the resident memory of a process in bytes."""
    for row in Path(f"/proc/{pid}/status").read_text().splitlines():
        if row.startswith("VmRSS"):
            return int(row.split()[1]) * 1024
    raise AssertionError("no VmRSS")


class Deaf:
    """A client that opens a socket, asks for everything, and never reads."""

    def __init__(self, house: House) -> None:
        self.wire = socket.socket()
        self.wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.wire.connect(("127.0.0.1", house.http.port))
        key = base64.b64encode(os.urandom(16)).decode()
        self.wire.sendall(
            f"GET /api/pam/ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Protocol: pam.v1, bearer.{house.token}\r\n\r\n".encode()
        )
        assert b" 101 " in self.wire.recv(512)

    def send(self, **message: Any) -> None:
        """Send a message: one masked frame with a mask of zeros."""
        data = json.dumps(message).encode()
        self.wire.sendall(b"\x81\xfe" + struct.pack("!H", len(data)) + b"\0\0\0\0" + data)


def test_a_client_that_does_not_read_costs_nothing_and_nobody(house: House) -> None:
    made = house.python(FRAMES)
    thread = made.communicate(timeout=120)[0].split()[-1]
    line = house.socket()
    line.say(fresh("Warm up"))
    line.until("turn.finished")
    pid = house.parts["web"].pid
    before = rss(pid)
    deaf = [Deaf(house) for _ in range(10)]
    for client in deaf:
        padding = "x" * 200
        client.send(type="resume", thread=thread, after_seq=0, padding=padding)
    slowest = 0.0
    grown = 0
    for _ in range(6):
        started = time.monotonic()
        line.say(fresh("Meanwhile"))
        line.until("turn.finished")
        assert house.http.get("/api/health")[0] == 200
        slowest = max(slowest, time.monotonic() - started)
        grown = max(grown, rss(pid) - before)
        time.sleep(0.5)
    # What they asked for is 10 times 42 MB.
    # The figures belong in the report of the run.
    print(f"{house.kind}: grew by {grown / 1e6:.1f} MB; others waited at most {slowest:.2f} s")  # noqa: T201
    assert grown < 40_000_000
    assert slowest < 10
    reader = house.socket()
    reader.send(type="resume", thread=thread, after_seq=19_990)
    while reader.seqs()[-1:] != [20_000]:
        reader.until("text.delta")
    assert reader.seqs() == list(range(19_991, 20_001))
    for client in deaf:
        client.wire.close()

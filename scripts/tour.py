#!/usr/bin/env python
"""The tour: a conversation with a running PAM over its WebSocket, written down as docs/tour.md.

    scripts/tour.py serve --port 8061     a PAM of its own with fresh demo data, its clock stopped at CLOCK
    scripts/tour.py talk ADDRESS          hold the conversation there and print the page
    scripts/tour.py write                 both, and write docs/tour.md

The clock stands still because the page must not change from day to day; everything else is PAM as it runs
anywhere.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "tour.md"
CLOCK = dt.datetime(2025, 10, 14, 23, 40, tzinfo=dt.UTC)  # Wednesday, 15 October 2025, 9:40 am in Brisbane
PATIENCE = 120  # seconds for an answer: the first one may have to wait until the phrasings are learnt

HEAD = """\
# A tour of PAM

A conversation with the demo person of a fresh PAM, with its own engine: no key, no network. `scripts/tour.py`
held it over the WebSocket; `make test-full` holds it again and compares, so this page is what PAM does, not
what it should do. The clock of that PAM stood at 9:40 am on Wednesday, 15 October 2025.

A line in quotes is what the person said, `[Approve]` a button that they pressed. Below PAM's answer stand the
receipts as the journal wrote them (*done*, *undone*), what waits for a yes (*waits*), and tables of answers.
"""


@dataclass(frozen=True)
class Press:
    """A button of the page: approve or decline what waits, undo the last entry, or a step of a plan."""

    what: str


APPROVE, DECLINE, UNDO = Press("approve"), Press("decline"), Press("undo")

TOUR: list[tuple[str, list[str | Press]]] = [
    (
        "Money",
        [
            "hi there",
            "Grabbed lunch at the Jetty Cafe for $19.40",
            "no, it was 21.90",
            "a birthday card for Mum, 6.95 on the Visa",
            "got paid 640 by Harbour Design",
            "shift 300 from Everyday to Savings",
            "set my eating out budget to 320 a month",
            "how much have I spent on groceries this month?",
            "am I over on anything?",
            "what's the balance of my Visa?",
        ],
    ),
    (
        "What is missing is asked for",
        [
            "add an expense for a reading lamp",
            "44.90",
            "remind me to ring the strata manager",
            "tomorrow at half past ten",
        ],
    ),
    (
        "Vehicles and travel",
        [
            "Put 48.3 litres in the Hilux at 1.949, 234,480 km",
            "no, 46.3 litres",
            "the Hilux had new brake pads fitted today, 385 dollars",
            "when is the Hilux due for a service?",
            "what's the fuel economy of the Hilux?",
            "plan a trip to Noosa from 7 November to 10 November with the Hilux and a budget of 650",
            "add Gympie as a stop on the Noosa trip",
            "how much has the Hilux cost me this month?",
        ],
    ),
    (
        "Days",
        [
            "remind me to water the tomatoes at 6pm tonight, and add a task to return the drill by Friday",
            "put the orthodontist in my calendar next Tuesday at 8:15 am",
            "move it to Wednesday",
            "what's on tomorrow?",
            "tick off the haircut",
            "what do I still have to do?",
        ],
    ),
    (
        "Several things in one sentence",
        ["Paid 8.50 for parking, paid 62 for a haircut, and remind me to wash the car on Saturday morning"],
    ),
    (
        "Undo",
        [
            "undo",
            "bring it back",
            "spent 12.80 on stamps",
            "same again yesterday",
            "undo",
            "undo",
            "bring that back",
            "undo the tomatoes",
            UNDO,
            "what did you just do?",
        ],
    ),
    (
        "People, who see nothing without a yes",
        [
            "who is in Hiking?",
            "post to Hiking: who has a spare tent for the first weekend of November?",
            APPROVE,
            "tell the hiking group the creek track is closed",
            DECLINE,
            "post in Hiking that the bus leaves at 6",
            "yes",
            "invite kim@example.com to Hiking",
            "go ahead",
            "start a group called Book club",
        ],
    ),
    (
        "What PAM should know",
        [
            "remember that I am allergic to peanuts",
            "what do you know about me?",
            "forget the peanuts",
            "use miles instead of kilometres",
            "undo",
        ],
    ),
    ("What PAM is not for", ["what's the capital of Peru?", "write me a poem about the sea", "help"]),
]


class Talk:
    """A signed-in socket with one conversation; follows it as docs/protocol.md says."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.thread: str | None = None
        self.plan = ""
        self.seq = 0
        self.lines: dict[str, list[dict[str, Any]]] = {}  # of each entry

    def say(self, text: str) -> list[dict[str, Any]]:
        """Say something; return its turn's frames."""
        message = {"type": "say", "text": text, "client_id": f"tour-{time.time_ns()}"}
        self._send({**message, **({"thread": self.thread} if self.thread else {})})
        accepted = self._until(lambda frame: frame["type"] == "accepted")[-1]
        self.thread = accepted["thread"]
        turn = accepted["turn"]
        return self._until(lambda frame: frame["type"] == "turn.finished" and frame["turn"] == turn)

    def press(self, button: Press) -> list[dict[str, Any]]:
        """Press a button; return the frames that came of it."""
        if button is UNDO:
            self._send({"type": "undo", "thread": self.thread})
            return self._until(lambda frame: frame["type"] in {"receipt.undone", "receipt.restored"})
        self._send({"type": button.what, "plan": self.plan})
        last = "text.delta" if button is APPROVE else "plan.updated"
        return self._until(lambda frame: frame["type"] == last)

    def _send(self, message: dict[str, Any]) -> None:
        self._socket.send(json.dumps(message))

    def _until(self, is_last: Any) -> list[dict[str, Any]]:
        found = []
        while True:
            frame = json.loads(self._socket.recv(timeout=PATIENCE))
            if frame["type"] == "error":
                raise SystemExit(f"PAM answered {frame['code']}: {frame['message']}")
            if "seq" in frame:
                if frame["seq"] != self.seq + 1:
                    raise SystemExit(f"Frame {frame['seq']} came after {self.seq}.")
                self.seq = frame["seq"]
            if frame["type"] == "plan.waiting":
                self.plan = frame["data"]["plan"]["id"]
            if frame["type"] == "receipt":
                self.lines[frame["data"]["receipt"]["entry"]] = frame["data"]["receipt"]["lines"]
            if frame["type"] in {"hint", "notification", "pong"}:
                continue
            found.append(frame)
            if is_last(frame):
                return found


def page(talk: Talk) -> str:
    """Hold the conversation and return it as Markdown."""
    parts = [HEAD]
    for title, steps in TOUR:
        parts.append(f"\n## {title}\n")
        for step in steps:
            if isinstance(step, Press):
                parts.append(f"\n> `[{step.what.capitalize()}]`\n")
                parts.append(_written(talk.press(step), talk.lines))
            else:
                parts.append(f"\n> “{step}”\n")
                parts.append(_written(talk.say(step), {}))
    text = "\n".join(part for part in parts if part)
    # How many entries the demo data took is not the tour's business.
    text = re.sub(r"Entry [\d,]+:", "Entry …:", text.replace("\u00a0", " "))
    return re.sub(r"\n{3,}", "\n\n", text).rstrip() + "\n"


def _written(frames: Sequence[dict[str, Any]], entries: dict[str, list[dict[str, Any]]]) -> str:
    """Return PAM's words, then receipts, plans and cards; `entries` names what a button undoes."""
    spoken, below, tables = "", [], []
    for frame in frames:
        data = frame.get("data", {})
        match frame["type"]:
            case "turn.finished":
                spoken = data["reply"]
            case "text.delta":
                spoken = data["text"]
            case "receipt":
                below += [f"- *done* {_line(line)}" for line in data["receipt"]["lines"]]
            case "receipt.undone" | "receipt.restored" as kind:
                was = "undone" if kind == "receipt.undone" else "brought back"
                below += [f"- *{was}* {_line(line)}" for line in entries.get(data["entry"], [])]
            case "plan.waiting":
                for step in data["plan"]["steps"]:
                    below += [f"- *waits* {_line(line)}" for line in step["lines"]]
                below.append(f"- *who will see it* {data['plan']['audience']}" if data["plan"]["audience"] else "")
            case "plan.updated":
                below.append(f"- *plan* {data['plan']['status']}")
            case "card":
                tables.append(_table(data["card"]))
    words = f"PAM: {spoken}\n" if spoken else ""
    return "\n".join(part for part in [words, "\n".join(filter(None, below)), *tables] if part)


def _line(line: dict[str, Any]) -> str:
    told = [f"{line['what']} {line['verb']}", line["name"], line["value"], line["sub"]]
    told += [
        f"{change['field']} {change['before'] or 'none'} → {change['after'] or 'none'}" for change in line["changes"]
    ]
    return " · ".join(part for part in told if part)


def _table(card: dict[str, Any]) -> str:
    columns = card.get("columns", [])
    if not columns or not card.get("rows"):
        return ""
    marks = ["--:" if align == "right" else ":--" for align in card.get("rows_align", ["left"] * len(columns))]
    rows = [columns, marks, *card["rows"]]
    return (
        "\n" + "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in rows) + "\n"
    )


def talk_to(base: str) -> str:
    """Sign in at `base` as the demo person, hold the conversation, return the page."""
    given = json.dumps({"email": "demo@example.com", "password": "pam-demo"}).encode()
    request = urllib.request.Request(f"{base}/api/auth/token", given, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        token = json.loads(answer.read())["access"]
    address = base.replace("http", "ws", 1) + "/api/pam/ws"
    with connect(address, subprotocols=["pam.v1", f"bearer.{token}"], open_timeout=PATIENCE) as opened:  # type: ignore[list-item]
        return page(Talk(opened))


def serve(port: int) -> None:
    """Migrate, make the demo data and serve the web part, with the clock stopped; does not return."""
    from django.utils import timezone

    began = time.monotonic()
    # It creeps on by a thousandth, so that what comes later is later.
    timezone.now = lambda: CLOCK + dt.timedelta(seconds=(time.monotonic() - began) / 1000)
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pam.settings")
    # Tokens are made by this clock and judged by the machine's.
    os.environ["ACCESS_TOKEN_EXPIRE_MINUTES"] = str(100 * 365 * 24 * 60)
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    call_command("demo")
    call_command("serve", "--web-only", "--port", str(port))


@contextmanager
def served() -> Iterator[str]:
    """A PAM for the tour, in a process and a folder of its own; its address."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as var, (Path(var) / "log").open("wb") as log:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("OPENAI_", "REDIS_URL", "DATABASE_"))
        }
        process = subprocess.Popen(
            [sys.executable, __file__, "serve", "--port", str(port)],
            cwd=ROOT, env={**kept, "PAM_VAR_DIR": var}, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            _await(f"{base}/api/health", process, Path(var) / "log")
            yield base
        finally:
            process.kill()
            process.wait(10)


def _await(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 90
    while True:
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"PAM did not start:\n{log.read_text(errors='replace')[-3000:]}") from None
            time.sleep(0.2)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="The tour of PAM: docs/tour.md.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve").add_argument("--port", type=int, default=8061)
    commands.add_parser("talk").add_argument("address")
    commands.add_parser("write")
    given = parser.parse_args()
    if given.command == "serve":
        serve(given.port)
    elif given.command == "talk":
        sys.stdout.write(talk_to(given.address.rstrip("/")))
    else:
        with served() as base:
            PAGE.write_text(talk_to(base))


if __name__ == "__main__":
    main()

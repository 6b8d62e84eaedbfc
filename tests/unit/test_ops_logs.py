"""Log lines: one form for all libraries, and canary secrets in none of them."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog
from celery.signals import setup_logging

from pam.ops import logs

CANARY = "canary-77aa51d09b"


class Written:
    """What has been written to standard error so far."""

    def __init__(self, captured: pytest.CaptureFixture[str]) -> None:
        self._captured = captured
        self._so_far = ""

    def text(self) -> str:
        self._so_far += self._captured.readouterr().err
        return self._so_far

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.text().splitlines()]


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Iterator[Written]:
    """What is written as JSON; the usual set-up afterwards."""
    logs.configure(as_json=True, level="INFO")
    yield Written(capsys)
    logs.configure()


def test_both_kinds_of_loggers_give_the_same_form(written: Written) -> None:
    with structlog.contextvars.bound_contextvars(request_id="abcdefgh"):
        structlog.get_logger("pam.x").info("did", rows=3)
        logging.getLogger("celery.worker").warning("had %s of %s", 1, 2)
    ours, theirs = written.lines()
    assert ours == {
        "event": "did", "rows": 3, "level": "info", "logger": "pam.x", "request_id": "abcdefgh",
        "timestamp": ours["timestamp"],
    }  # fmt: skip
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("had 1 of 2", "warning", "celery.worker")
    assert theirs["request_id"] == "abcdefgh"
    assert str(ours["timestamp"]).endswith("Z")


@pytest.mark.parametrize("as_json", [True, False])
def test_canary_secrets_are_in_no_line(written: Written, as_json: bool) -> None:
    logs.configure(as_json=as_json, level="DEBUG")
    log = structlog.get_logger("pam.y")
    log.info("signed in", password=CANARY, headers={"Authorization": f"Bearer {CANARY}", "Cookie": CANARY})
    log.info("mail", to=f"{CANARY}@example.com", reason=f"no account {CANARY}@example.com")
    log.warning("said", text=CANARY, arguments={"what": CANARY})
    logging.getLogger("uvicorn.error").info("ws://x/?access_token=%s", CANARY)
    logging.getLogger("django.request").error("failed: %s", {"api_key": CANARY})
    logging.getLogger("kombu").error("redis://:%s@host/0 is gone", CANARY)
    logging.getLogger("openai").debug("Request options: %s", {"json_data": CANARY})
    logging.getLogger("django.db.backends").debug("insert into x values (%s)", CANARY)
    logging.getLogger("uvicorn.access").info("GET /reset/%s", CANARY)
    hidden = CANARY
    try:
        raise ValueError(f"password={hidden} for {hidden}@example.com")
    except ValueError:
        log.exception("broke")
        logging.getLogger("django.request").exception("broke too")
    assert "ValueError" in written.text()
    assert written.text().count("broke") == 2
    assert CANARY not in written.text()


def test_level_is_kept_and_noise_is_left_out(written: Written) -> None:
    logs.configure(as_json=True, level="WARNING")
    structlog.get_logger("pam.z").info("quiet")
    structlog.get_logger("pam.z").error("loud")
    logging.getLogger("celery.app.trace").info("Task succeeded")
    logging.getLogger("django.request").warning("Not Found: /x")
    assert [line["event"] for line in written.lines()] == ["loud"]


def test_celery_and_repeated_set_up_leave_one_handler(written: Written) -> None:
    assert setup_logging.receivers, "without a receiver Celery sets logging up for itself"
    for _ in range(3):
        setup_logging.send(sender=None)
        logs.configure(as_json=True, level="INFO")
    logging.getLogger("celery").info("once")
    assert [line["event"] for line in written.lines()] == ["once"]


def test_another_librarys_handlers_give_way(written: Written) -> None:
    theirs = logging.getLogger("uvicorn")
    theirs.addHandler(logging.StreamHandler(sys.stderr))
    theirs.propagate = False
    logs.configure(as_json=True, level="INFO")
    logging.getLogger("uvicorn.error").info("started")
    assert [line["event"] for line in written.lines()] == ["started"]

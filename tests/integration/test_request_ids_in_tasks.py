"""The correlation id of a request reaches the tasks that it sends, in a real worker."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from celery import Celery
from celery.contrib.testing.worker import start_worker

from pam.ops.identity import following, request_id

seen: queue.Queue[tuple[str | None, dict[str, Any]]] = queue.Queue()
app = Celery("ids", broker="memory://", set_as_current=False)
app.conf.broker_transport_options = {"polling_interval": 0.02}
app.conf.worker_hijack_root_logger = False


@app.task(name="ids.look", ignore_result=True)
def look(again: bool = False) -> None:
    seen.put((request_id(), structlog.contextvars.get_contextvars()))
    if again:
        look.delay()


@app.task(name="ids.breaks", ignore_result=True)
def breaks() -> None:
    raise RuntimeError


@pytest.fixture(scope="module")
def _worker() -> Iterator[None]:
    with start_worker(app, pool="threads", concurrency=1, perform_ping_check=False, shutdown_timeout=20):
        yield


@pytest.mark.usefixtures("_worker")
def test_the_id_is_carried_from_task_to_task() -> None:
    with following("id-of-request"):
        look.delay(again=True)
    for _ in range(2):
        found, facts = seen.get(timeout=20)
        assert found == "id-of-request"
        assert facts == {"request_id": "id-of-request", "task": "ids.look"}


@pytest.mark.usefixtures("_worker")
def test_a_task_of_nobody_has_an_id_of_its_own_and_leaves_nothing_behind() -> None:
    with following("id-before-it"):
        breaks.delay()
    structlog.contextvars.clear_contextvars()
    look.delay()
    look.delay()
    first, second = seen.get(timeout=20)[0], seen.get(timeout=20)[0]
    assert None not in {first, second}
    assert len({first, second, "id-before-it"}) == 3


def test_in_place_it_stays_in_the_callers_context() -> None:
    with following("id-in-place"):
        look.apply()
        assert request_id() == "id-in-place"
    assert seen.get(timeout=5)[0] == "id-in-place"

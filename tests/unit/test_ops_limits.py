"""Limits: never more than the limit in any window, whichever way it is counted."""

from __future__ import annotations

import os
import threading
import uuid
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from pam.ops import limits
from pam.ops.limits import WINDOW, Counters, Guarded, InProcess, InRedis, Limit

REDIS_URL = os.environ.get("REDIS_URL", "")


def counters_of(kind: str) -> Counters:
    return InRedis(REDIS_URL) if kind == "redis" else InProcess()


@pytest.fixture(params=["process", "redis"] if REDIS_URL else ["process"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@how(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(most=st.integers(1, 12), gaps=st.lists(st.floats(0, 40), max_size=80))
def test_never_more_than_the_limit_in_any_window(kind: str, most: int, gaps: list[float]) -> None:
    counters, key = counters_of(kind), uuid.uuid4().hex
    now, let_through = 1_800_000_000.0, []
    for gap in gaps:
        now += gap
        verdict = counters.take([Limit(key, most)], now)
        within = [at for at in let_through if now - at < WINDOW]
        if verdict.allowed:
            assert len(within) < most
            let_through.append(now)
            assert 0 <= verdict.left[0] <= most - len(within) - 1
        else:
            assert let_through, "the first is always let through"
            assert verdict.left == (0,)
            # What is said is true: that long from now, and not much sooner, it is let through again.
            assert 1 <= verdict.wait[0] <= WINDOW + limits.STEP + 1


@how(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(most=st.integers(1, 6), gaps=st.lists(st.floats(0, 20), min_size=1, max_size=30))
def test_waiting_as_told_is_enough(kind: str, most: int, gaps: list[float]) -> None:
    counters, key = counters_of(kind), uuid.uuid4().hex
    now = 1_800_000_000.0
    for gap in gaps:
        now += gap
        verdict = counters.take([Limit(key, most)], now)
        if not verdict.allowed:
            now += verdict.wait[0]
            assert counters.take([Limit(key, most)], now).allowed


def test_a_refusal_counts_nowhere(kind: str) -> None:
    counters, own, all_ = counters_of(kind), uuid.uuid4().hex, uuid.uuid4().hex
    now = 1_800_000_000.0
    assert counters.take([Limit(own, 1), Limit(all_, 2)], now).allowed
    for _ in range(5):
        assert not counters.take([Limit(own, 1), Limit(all_, 2)], now).allowed
    assert counters.take([Limit(uuid.uuid4().hex, 1), Limit(all_, 2)], now).allowed
    assert not counters.take([Limit(uuid.uuid4().hex, 1), Limit(all_, 2)], now).allowed


def test_many_threads_get_exactly_the_limit(kind: str) -> None:
    key, told = uuid.uuid4().hex, Counter[bool]()
    shared = InProcess()

    def ask() -> None:
        counters = counters_of(kind) if kind == "redis" else shared
        for _ in range(50):
            told[counters.take([Limit(key, 100)], 1_800_000_000.0).allowed] += 1

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == {True: 100, False: 300}


def test_the_quiet_are_forgotten() -> None:
    counters = InProcess()
    for n in range(500):
        counters.take([Limit(f"k{n}", 5)], 1_800_000_000.0)
    counters.take([Limit("now", 5)], 1_800_000_000.0 + 200)
    assert set(counters._held) == {"now"}


def test_a_lost_redis_is_replaced_and_told_and_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(InProcess):
        broken = True
        asked = 0

        def take(self, given: object, now: float) -> limits.Verdict:
            self.asked += 1
            if self.broken:
                raise ConnectionError
            return super().take(given, now)  # type: ignore[arg-type]

    broken = Broken()
    guarded = Guarded(broken, InProcess())
    now = 1_800_000_000.0
    assert guarded.take([Limit("k", 1)], now).allowed
    assert guarded.failing_since is not None
    assert not guarded.take([Limit("k", 1)], now).allowed, "alone, the process still counts"
    assert broken.asked == 1, "a failing Redis is left in peace for a while"
    broken.broken = False
    monkeypatch.setattr(guarded, "_rest_until", 0.0)
    assert guarded.take([Limit("k", 1)], now).allowed
    assert guarded.failing_since is None


def test_an_unreachable_redis_costs_little() -> None:
    guarded = Guarded(InRedis("redis://127.0.0.1:1/0"), InProcess())
    assert guarded.take([Limit("k", 1)], 1_800_000_000.0).allowed
    assert guarded.failing_since is not None


def test_allow_of_the_sockets() -> None:
    key = uuid.uuid4().hex
    told = [limits.allow("test-socket", key, 3) for _ in range(4)]
    assert told[:3] == [(True, 0)] * 3
    assert told[3][0] is False
    assert 1 <= told[3][1] <= WINDOW + limits.STEP + 1
    assert limits.allow("test-socket", key, 0) == (True, 0)


def test_counting_anew(settings: Any) -> None:
    settings.REDIS_URL = ""
    key = uuid.uuid4().hex
    assert limits.allow("test-socket", key, 1)[0]
    assert not limits.allow("test-socket", key, 1)[0]
    limits.forget()
    assert limits.allow("test-socket", key, 1)[0]

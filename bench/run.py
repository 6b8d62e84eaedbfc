"""Measures PAM beside its references, interleaved in one run, and writes results, table and plot.

bench/bench.sh PYTHON [--quick] [--only list20,cached] [--profile] [--rounds 5] [--seconds 3] [--growth yes]
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import fcntl
import json
import os
import platform
import random
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any

import asyncpg
import redis
import uvloop

from . import check, growth, profile, report, sockets, systems
from .load import Answers, closed, once, paced, request
from .works import CACHED, PAGE, WORKS, Asked, Work

PATIENCE = 2  # times what a work should take, after which it gets no further round
STARTERS = {
    "pam": systems.pam,
    "fastapi": systems.fastapi,
    "fastapi_ttl": systems.fastapi_ttl,
    "drf": systems.drf,
    "floor": systems.floor,
}


def say(text: str) -> None:
    """Tell how far it is."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


async def fresh(setting: systems.Setting, sizes: list[int]) -> dict[str, Any]:
    """Make the database anew, fill it, empty this number of Redis; return the people."""
    base, _, name = setting.database_url.rpartition("/")
    database = await asyncpg.connect(f"{base}/postgres")
    await database.execute(f"drop database if exists {name} with (force)")
    await database.execute(f"create database {name}")
    await database.close()
    redis.Redis.from_url(setting.redis_url).flushdb()
    setting.manage("migrate", "--verbosity", "0")
    setting.manage("collectstatic", "--no-input", "--verbosity", "0")
    return dict(json.loads(setting.python(["-m", "bench.seed", "people", *map(str, sizes)]).splitlines()[-1]))


@contextlib.contextmanager
def running(setting: systems.Setting, names: list[str]) -> Iterator[dict[str, systems.Server]]:
    """Run these systems while the block lasts."""
    found: dict[str, systems.Server] = {}
    try:
        for name in names:
            found[name] = STARTERS[name](setting).start()
        yield found
    finally:
        for server in found.values():
            server.stop()


def quotient(above: float, below: float) -> float:
    """Return the quotient; NaN where it has none."""
    return above / below if below else float("nan")


def compare(ours: list[Answers], theirs: list[Answers]) -> dict[str, Any]:
    """Return the ratios of two systems' rounds: median and spread; above 1 means PAM is ahead."""
    rates = [quotient(a.rate, b.rate) for a, b in zip(ours, theirs, strict=True)]
    found = {
        "value": statistics.median(b.rate for b in theirs),
        "ratio": statistics.median(rates),
        "ratio_low": min(rates),
        "ratio_high": max(rates),
    }
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        ratios = [quotient(b.quantile(share), a.quantile(share)) for a, b in zip(ours, theirs, strict=True)]
        found[f"ratio_{name}"] = statistics.median(ratios)
        found[f"{name}_ms"] = statistics.median(b.quantile(share) for b in theirs)
    return found


async def prepared(work: Work, servers: dict[str, systems.Server], people: dict[str, Any]) -> dict[str, Asked]:
    """Return what each system is asked, with its present ETag where the work needs one."""
    found = {name: Asked(people, name) for name in ("pam", *work.others)}
    if work.name not in {"cached", "cached_ttl", "not_modified"}:
        return found
    token = people["rows5000"]["token"]
    _, _, page = await once(servers["pam"].port, request("GET", PAGE, token))
    for name, asked in found.items():
        if name == "floor":
            sent = request("PUT", PAGE, token, body=json.loads(page))
        else:
            sent = request("GET", PAGE, token, CACHED)
        _, headers, _ = await once(servers[name].port, sent)
        if work.expect == 304:
            asked.etag = headers["etag"]
    return found


async def measure(
    work: Work, servers: dict[str, systems.Server], people: dict[str, Any], rounds: int, seconds: float
) -> dict[str, Any]:
    """Measure one work in interleaved rounds; return its row of the results."""
    names = ["pam", *(name for name in work.others if name in servers)]
    asked = await prepared(work, servers, people)
    builds = {name: work.build(asked[name]) for name in names}
    got: dict[str, list[Answers]] = {name: [] for name in names}
    wrong: dict[str, dict[str, int]] = {}
    used = dict.fromkeys(names, 0.0)
    count = {name: random.randrange(10**6) * 1000 for name in names}
    begun = time.monotonic()
    for turn in range(-1, rounds):  # the first warms up and is not counted
        if turn > 0 and time.monotonic() - begun > PATIENCE * rounds * seconds * len(names):
            break  # a work whose single answers take longer than a round
        order = names[turn % len(names) :] + names[: turn % len(names)]
        for name in order:
            before = servers[name].cpu()
            answers = await closed(
                servers[name].port, builds[name], start=count[name],
                seconds=seconds / 3 if turn < 0 else seconds, connections=work.connections, expect=work.expect,
            )  # fmt: skip
            count[name] += len(answers.milliseconds) + 1000
            if answers.wrong:
                wrong.setdefault(name, {}).update(answers.wrong)
            if turn >= 0:
                got[name].append(answers)
                used[name] += servers[name].cpu() - before
    ours = got["pam"]
    # On a machine that does other work as well, this is the figure that holds still.
    cpu = {name: 1000 * quotient(used[name], sum(len(a.milliseconds) for a in got[name])) for name in names}
    row: dict[str, Any] = {
        "work": work.name,
        "title": work.title,
        "unit": "requests/s",
        "ours": statistics.median(found.rate for found in ours),
        "p50_ms": statistics.median(found.quantile(0.5) for found in ours),
        "p99_ms": statistics.median(found.quantile(0.99) for found in ours),
        "connections": work.connections,
        "rounds": len(ours),
        "goals": dict(work.goals),
        "cpu_ms": cpu["pam"],
        "references": {
            name: {
                **compare(ours, got[name]), "cpu_ms": cpu[name], "ratio_cpu": quotient(cpu[name], cpu["pam"])
            }
            for name in names[1:]
        },
    }  # fmt: skip
    if wrong:
        row["wrong"] = wrong
    return row


async def steady(setting: systems.Setting, people: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Send 1,000 cached reads a second to PAM on all cores; return the row with what came of it."""
    token = people["rows5000"]["token"]
    data = request("GET", PAGE, token, CACHED)
    server = systems.pam(setting, pinned=False)
    try:
        server.start()
        os.sched_setaffinity(0, set().union(*systems.cores_of_machine()))
        await closed(server.port, lambda n: data, start=0, seconds=1, connections=16, expect=200)
        answers = await paced(server.port, lambda n: data, rate=1000, seconds=seconds, connections=64, expect=200)
    finally:
        server.stop()
        systems.pin_client()
    return {
        "work": "cached_1000",
        "title": "cached read, 1,000 a second on all cores: p99",
        "unit": "ms",
        "ours": answers.quantile(0.99),
        "p50_ms": answers.quantile(0.5),
        "p99_ms": answers.quantile(0.99),
        "rate": (len(answers.milliseconds) - answers.wrong.get("not answered in time", 0)) / answers.seconds,
        "references": {},
        **({"wrong": answers.wrong} if answers.wrong else {}),
    }


def machine() -> dict[str, Any]:
    """Return what the figures were measured on."""
    return {
        "cores": len(set().union(*systems.cores_of_machine())),
        "python": platform.python_version(),
        "system": platform.system(),
        "day": dt.date.today().isoformat(),
    }


async def main(options: argparse.Namespace) -> None:
    """Do what the options ask."""
    systems.VAR.mkdir(parents=True, exist_ok=True)
    alone = (systems.VAR / "lock").open("w")
    try:
        fcntl.flock(alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise SystemExit("Another measurement runs from this folder. Wait for it, or stop it.") from None
    systems.pin_client()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    only = set(filter(None, options.only.split(",")))
    rounds = options.rounds or (3 if options.quick else 5)
    seconds = options.seconds or (0.4 if options.quick else 3.0)
    setting = systems.Setting(options.pam, os.environ["DATABASE_URL"], os.environ["REDIS_URL"])
    works = [work for work in WORKS if not only or work.name in only]
    wants_growth = options.growth == "yes" or (options.growth == "auto" and not options.quick)
    wants_growth = wants_growth and (not only or "growth" in only)
    say("Making and filling the database.")
    people = await fresh(setting, [5000, *(growth.SIZES if wants_growth else [])])
    if options.profile:
        await profile.run(setting, people, works, max(seconds, 8.0), say)
        return
    rows: list[dict[str, Any]] = []
    names = ["pam", *dict.fromkeys(name for work in works for name in work.others)]
    for wanted in ("fastapi", "drf"):
        if works and wanted not in names:
            names.append(wanted)
    if works:
        with running(setting, names) as servers:
            rows += [starting(servers)] if not only else []
            ports = {name: server.port for name, server in servers.items()}
            equal = await check.reads(ports, people) + await check.writes(
                ports, people, setting.database_url, setting.field_key
            )
            say(f"Equal work: {equal} answers compared.")
            for work in works:
                rows.append(await measure(work, servers, people, rounds, seconds))
                say(report.line(rows[-1]))
        say(setting.manage("journal", "verify").strip())
    async for row in sockets.measure(setting, people, STARTERS, only, quick=options.quick):
        rows.append(row)
        say(report.line(row))
    if not only or "cached_1000" in only:
        rows.append(await steady(setting, people, 3 if options.quick else 8))
        say(report.line(rows[-1]))
    facts = {"machine": machine(), "quick": options.quick, "rounds": rounds, "seconds": seconds}
    if not only:
        report.write(facts, rows, [])
    if wants_growth:
        grown = await growth.measure(setting, people, say)
        if not only:
            report.write(facts, rows, grown)
    if only:
        say("Only some works were asked: results and page are left as they are.")
    else:
        say("Written: bench/results.json, docs/performance.md, docs/performance.svg")


def starting(servers: dict[str, systems.Server]) -> dict[str, Any]:
    """Return the row of start-up time and memory of the idle process."""
    megabytes = {name: server.memory() / 1e6 for name, server in servers.items()}
    return {
        "work": "start",
        "title": "start-up to the first answer",
        "unit": "s",
        "ours": servers["pam"].seconds_to_start,
        "memory_mb": megabytes["pam"],
        "compared": False,
        "references": {
            name: {
                "value": server.seconds_to_start,
                "ratio": quotient(server.seconds_to_start, servers["pam"].seconds_to_start),
                "ratio_p99": None,
                "memory_mb": megabytes[name],
            }
            for name, server in servers.items()
            if name in {"fastapi", "drf"}
        },
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--pam", required=True, help="the Python that PAM runs with")
    parser.add_argument("--quick", action="store_true", help="short rounds, no growth: under two minutes")
    parser.add_argument("--only", default="", help="names of works, with commas")
    parser.add_argument("--profile", action="store_true", help="where PAM's time goes, in bench/profiles/")
    parser.add_argument("--rounds", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=0)
    parser.add_argument("--growth", default="auto", choices=["auto", "yes", "no"])
    uvloop.run(main(parser.parse_args()))

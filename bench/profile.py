"""Where PAM's time goes in a work: bench/profiles/WORK.txt.

First what a request costs inside Django alone (bench/inside.py, cProfile), then samples of the running server under
load, taken with py-spy. Of those only the ones count in which a thread ran Python (it held the interpreter's lock):
waiting costs others nothing.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import systems
from .load import closed, once, request
from .works import PAGE, Asked, Work

FOLDER = systems.BENCH / "profiles"
SHOWN = 60


async def run(
    setting: systems.Setting, people: dict[str, Any], works: list[Work], seconds: float, say: Callable[[str], None]
) -> None:
    """Profile these works one after another; a report of each stands in bench/profiles/."""
    FOLDER.mkdir(exist_ok=True)
    spy = Path(sys.executable).parent / "py-spy"
    if not (spy.exists() or shutil.which("py-spy")):
        raise SystemExit("py-spy is missing: bench/bench.sh installs it.")
    server = systems.pam(setting)
    server.start()
    try:
        for work in works:
            asked = Asked(people, "pam")
            if work.expect == 304:
                _, headers, _ = await once(server.port, request("GET", PAGE, asked.reader["token"]))
                asked.etag = headers["etag"]
            build = work.build(asked)
            load = {"connections": work.connections, "expect": work.expect}
            await closed(server.port, build, start=0, seconds=1.5, **load)
            before = server.cpu()
            quiet = await closed(server.port, build, start=10**5, seconds=seconds / 2, **load)
            used = (server.cpu() - before) * 1000 / max(1, len(quiet.milliseconds))
            raw = FOLDER / f"{work.name}.raw"
            watch = await asyncio.create_subprocess_exec(
                str(spy), "record", "--pid", str(server.pid), "--duration", str(int(seconds)), "--rate", "200",
                "--format", "raw", "--output", str(raw), "--nolineno", "--gil",
                stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
            answers = await closed(server.port, build, start=10**6, seconds=seconds + 1, **load)
            _, problem = await watch.communicate()
            if watch.returncode:
                raise SystemExit(f"py-spy cannot look at the server: {problem.decode()[-500:]}")
            text = summary(work, raw.read_text(), answers.rate, answers.quantile(0.5))
            inside = setting.python(["-m", "bench.inside", work.name], given=json.dumps(people))
            (FOLDER / f"{work.name}.txt").write_text(f"{inside}\n{text}")
            say(f"{work.title}: {quiet.rate:.0f} requests/s; the server uses {used:.2f} ms of processor for each.")
            say(f"{inside.splitlines()[0]}. The rest is server, event loop and threads. See {FOLDER}/{work.name}.txt")
            if answers.wrong:
                say(f"Wrong answers: {answers.wrong}")
    finally:
        server.stop()


def summary(work: Work, raw: str, rate: float, p50: float) -> str:
    """Return the functions by their share of all samples: with what they call, and alone."""
    whole: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    packages: Counter[str] = Counter()
    total = 0
    for line in raw.splitlines():
        stack, _, count = line.rpartition(" ")
        frames = [_short(frame) for frame in stack.split(";")]
        total += int(count)
        for frame in set(frames):
            whole[frame] += int(count)
        alone[frames[-1]] += int(count)
        packages[_package(frames[-1])] += int(count)
    head = f"{work.title}: {rate:.0f} requests/s, p50 {p50:.1f} ms while watched; {total} samples\n"

    def table(title: str, found: Counter[str]) -> str:
        rows = [f"{count * 100 / total:5.1f} %  {name}" for name, count in found.most_common(SHOWN)]
        return "\n".join([title, *rows])

    tables = [table("with what they call", whole), table("alone", alone), table("alone, by package", packages)]
    return "\n\n".join([head, *tables, ""])


def _package(frame: str) -> str:
    """Return the package of a frame as `_short` shows it, two steps deep."""
    return "/".join(frame.rpartition("(")[2].rstrip(")").split("/")[:2])


def _short(frame: str) -> str:
    """`function (site-packages/django/db/…)` without the place where packages stand."""
    name, _, place = frame.partition(" (")
    place = re.sub(r".*site-packages/|.*/lib/python3[^/]*/", "", place.rstrip(")"))
    return f"{name} ({place.replace(str(systems.ROOT) + '/', '')})"

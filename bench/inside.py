"""What a request costs inside Django alone, without server, event loop and threads; run by PAM's own Python.

Reads people from standard input as `bench/seed.py` printed them; prints, for the named works, the processor time of a
request through the WSGI handler and cProfile's view of it: by function, and by package.

    python -m bench.inside WORK…
"""

from __future__ import annotations

import cProfile
import io
import json
import pstats
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from pam import starting

starting.prepare()

import django  # noqa: E402

django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402

from bench.works import WORKS, Asked, Work  # noqa: E402

handler = get_wsgi_application()


def environ_of(data: bytes) -> dict[str, Any]:
    """Return the WSGI environment of a request's bytes."""
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, target, _ = first.split(" ")
    path, _, query = target.partition("?")
    found: dict[str, Any] = {
        "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "SCRIPT_NAME": "",
        "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": io.BytesIO(body), "wsgi.url_scheme": "http", "wsgi.errors": sys.stderr, "wsgi.version": (1, 0),
        "wsgi.multithread": True, "wsgi.multiprocess": False, "wsgi.run_once": False,
    }  # fmt: skip
    for line in lines:
        name, _, value = line.partition(": ")
        name = name.upper().replace("-", "_")
        found[name if name in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{name}"] = value
    return found


def ask(data: bytes) -> tuple[int, dict[str, str], bytes]:
    """Return (status, headers, body) of a request."""
    got: dict[str, Any] = {}

    def start(status: str, headers: list[tuple[str, str]], *_: Any) -> Callable[[bytes], Any]:
        got["status"], got["headers"] = int(status[:3]), {name.lower(): value for name, value in headers}
        return lambda written: None

    answer = handler(environ_of(data), start)
    try:
        body = b"".join(answer)
    finally:
        answer.close()  # type: ignore[attr-defined]
    return got["status"], got["headers"], body


def watch(work: Work, people: dict[str, Any], seconds: float) -> str:
    """Return what one work costs inside."""
    asked = Asked(people, "pam")
    if work.expect == 304:
        asked.etag = ask(work.build(asked)(0))[1]["etag"]
    build = work.build(asked)
    n = 0

    def some(until: float) -> int:
        nonlocal n
        begun, end = n, time.monotonic() + until
        while time.monotonic() < end:
            n += 1
            status, _, body = ask(build(n))
            if status != work.expect:
                raise SystemExit(f"{work.name}: {status} {body[:500]!r}")
        return n - begun

    some(seconds / 4)
    begun = time.process_time()
    count = some(seconds)
    each = (time.process_time() - begun) * 1000 / count
    profile = cProfile.Profile(time.process_time)  # waiting is not counted
    profile.enable()
    count = some(seconds)
    profile.disable()
    stats: Any = pstats.Stats(profile)
    whole = sum(row[2] for row in stats.stats.values())
    packages: Counter[str] = Counter()
    functions = []
    for (file, _, name), (_, calls, alone, together, _) in stats.stats.items():
        place = re.sub(r".*site-packages/|.*/lib/python3[^/]*/", "", file)
        place = re.sub(r"^/.*/(?=(pam|wins|bench)/)", "", place)
        packages["/".join(place.split("/")[:2])] += alone
        functions.append((together / whole, alone / whole, calls / count, f"{name} ({place})"))
    head = f"{work.title}, inside Django alone: {each:.2f} ms of processor a request ({count} watched)"
    text = [head, "", "share with what it calls, share alone, calls a request"]
    functions.sort(reverse=True)
    text += [f"{a * 100:5.1f} % {b * 100:5.1f} % {c:7.1f}  {name}" for a, b, c, name in functions[:110]]
    text += ["", "alone, by package"]
    text += [f"{share * 100 / whole:5.1f} %  {name}" for name, share in packages.most_common(25)]
    return "\n".join([*text, ""])


def main(*names: str) -> None:
    """Watch and print."""
    people = json.loads(sys.stdin.read())
    for work in WORKS:
        if work.name in names:
            sys.stdout.write(watch(work, people, 4.0) + "\f")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""What was measured, for machines (bench/results.json) and for people (docs/performance.md with its plot)."""

from __future__ import annotations

import json
import math
from typing import Any

from . import systems

NAMES = {
    "fastapi": "FastAPI",
    "fastapi_ttl": "FastAPI, TTL",
    "drf": "plain DRF",
    "floor": "floor",
    "sqlite": "bare SQLite",
}
FAST_ENOUGH = 100.0  # ms: p99 of 1,000 cached reads a second


def number(value: float | None) -> str:
    """Return a figure with three digits that count."""
    if value is None or math.isnan(value):
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def line(row: dict[str, Any]) -> str:
    """Return a row as one line of progress."""
    text = f"{row['title']}: {number(row['ours'])} {row['unit']}"
    if "p50_ms" in row:
        text += f" (p50 {number(row['p50_ms'])}, p99 {number(row['p99_ms'])} ms)"
    if "cpu_ms" in row:
        text += f", {number(row['cpu_ms'])} ms of processor each"
    for name, found in row["references"].items():
        text += f"; {NAMES[name]} {number(found['value'])}, ratio {number(found['ratio'])}"
        if found.get("ratio_p99") is not None:
            text += f" (p99 {number(found['ratio_p99'])}"
            text += f", processor {number(found['ratio_cpu'])})" if "ratio_cpu" in found else ")"
    for extra in ("wrong", "not_heard", "rate", "memory_mb", "turns"):
        if row.get(extra) and row[extra] != dict.fromkeys(row["references"], 0):
            text += f"; {extra} {row[extra]}"
    return text


def goals(row: dict[str, Any]) -> list[tuple[str, bool]]:
    """Return [(what is wanted, whether it is reached)] of a row."""
    found = []
    if row["work"] == "cached_1000":
        reached = row["ours"] < FAST_ENOUGH and not row.get("wrong")
        found.append((f"1,000 a second with p99 below {FAST_ENOUGH:.0f} ms", reached))
    for name, least in row.get("goals", {}).items():
        reference = row["references"].get(name)
        if reference is None:
            continue
        ratios = [reference.get(key) for key in ("ratio", "ratio_p50", "ratio_p99")]
        reached = all(ratio is not None and ratio > least for ratio in ratios)
        wanted = f"within {1 / least:.0f}× of" if least < 1 else "ahead of" if least == 1 else f"{least:.0f}× of"
        found.append((f"{wanted} {NAMES[name]}", reached))
    return found


def write(run: dict[str, Any], rows: list[dict[str, Any]], grown: list[dict[str, Any]]) -> None:
    """Write results, page and plot."""
    (systems.BENCH / "results.json").write_text(json.dumps(_rounded(rows), indent=1) + "\n")
    # What is not measured in a short run stays as it was.
    kept = systems.BENCH / "growth.json"
    if grown:
        kept.write_text(json.dumps(_rounded(grown), indent=1) + "\n")
    elif kept.exists():
        grown = json.loads(kept.read_text())
    docs = systems.ROOT / "docs"
    (docs / "performance.svg").write_text(plot(rows))
    (docs / "performance.md").write_text(page(run, rows, grown))


def _rounded(found: Any) -> Any:
    if isinstance(found, float):
        return None if math.isnan(found) else float(f"{found:.4g}")
    if isinstance(found, dict):
        return {name: _rounded(value) for name, value in found.items()}
    return [_rounded(value) for value in found] if isinstance(found, list) else found


def _reference(found: dict[str, Any]) -> str:
    text = f"{number(found['value'])} · **{number(found['ratio'])}**"
    if "ratio_low" in found:
        text += f" ({number(found['ratio_low'])}–{number(found['ratio_high'])})"
    if found.get("ratio_p99") is not None:
        text += f" · p99 {number(found['ratio_p99'])}"
    if found.get("ratio_cpu") is not None:
        text += f" · processor {number(found['ratio_cpu'])}"
    return text


def page(run: dict[str, Any], rows: list[dict[str, Any]], grown: list[dict[str, Any]]) -> str:
    """Return docs/performance.md."""
    machine = run["machine"]
    columns = ["fastapi", "drf", "floor"]
    short = " This was a short run: its spread is wide." if run["quick"] else ""
    text = [
        "# Performance",
        "",
        "Written by `make bench`; edit `bench/report.py`, not this page. `make bench QUICK=1` takes under two minutes.",
        "",
        f"Measured on {machine['day']}, {machine['cores']} cores, Python {machine['python']}, PostgreSQL and Redis on the "
        f"same machine: read the ratios, not the absolute figures.{short}",
        "",
        "## How it is measured",
        "",
        "Each server is one process on one core, the client sits on the other; PostgreSQL and Redis take what is left. "
        "All stand at once and are loaded in turns: "
        f"{run['rounds']} rounds of {run['seconds']:g} s each after one that warms up. A ratio is the median of the rounds' "
        "own ratios, with the lowest and the highest in brackets; **above 1 PAM is ahead**. Before anything is measured, "
        "the answers of all are compared, and of a write also the rows that PAM and FastAPI leave; afterwards PAM verifies "
        "the hash chains, FastAPI's own among them.",
        "",
        "* **PAM**: `manage.py serve --web-only` in production settings: rate limit (raised), request log, metrics, "
        "journal, ownership, row-level security. Lists and details that are not called cached are asked under a new URL each time.",
        "* **FastAPI**: the same endpoints in FastAPI, uvicorn, asyncpg, Pydantic and orjson, tuned "
        "(`bench/reference/fastapi_app.py`). It checks the session, gives the same exact ETags, and writes the same "
        "journal, version, feed and idempotency rows in the same transaction. No rate limit, log or metrics, and no "
        "row-level security: like the other two it trusts its own conditions.",
        "* **plain DRF**: as people usually write it, under Daphne (`bench/reference/plain_drf`). Its writes leave the row "
        "alone.",
        "* **Floor**: a bare ASGI app that checks the token, reads the version from PostgreSQL and the body from Redis.",
        "",
        "## Side by side",
        "",
        "| work | PAM | p50 | p99 | processor | " + " | ".join(NAMES[name] for name in columns) + " | goals |",
        "|---|---|---|---|---|" + "---|" * len(columns) + "---|",
    ]
    for row in rows:
        if row.get("compared") is False or (not row["references"] and row["work"] != "cached_1000"):
            continue
        cells = [row["title"], f"{number(row['ours'])} {row['unit']}"]
        cells += [f"{number(row[name])} ms" if name in row else "" for name in ("p50_ms", "p99_ms", "cpu_ms")]
        for name in columns:
            used = row["references"].get(name)
            if used is None and name == "fastapi":
                used = row["references"].get("fastapi_ttl")
            if used is None and name == "floor":
                used = row["references"].get("sqlite")
            cells.append(_reference(used) if used else "")
        cells.append("; ".join(f"{wanted}: {'yes' if yes else '**no**'}" for wanted, yes in goals(row)))
        text.append("| " + " | ".join(cells) + " |")
    text += [
        "",
        "Processor: what the server process uses for one answer, PostgreSQL and Redis not counted; it holds still where the "
        "machine does other work as well. The columns of the others hold their figure, the ratio with its spread, and the "
        "ratios of the p99s and of the processor. For sockets, "
        "p99 is the moment when the last one had heard. The row by TTL only lets FastAPI trust its cache for a minute "
        "without asking PostgreSQL; PAM stays exact in it. The floor of SQLite is eight threads that write the same rows "
        "without HTTP or checks.",
        "",
        "![Ratios](performance.svg)",
        "",
        "## Reported, not compared",
        "",
        "| | PAM | others |",
        "|---|---|---|",
    ]
    for row in rows:
        if row.get("compared") is not False and (row["references"] or row["work"] == "cached_1000"):
            continue
        ours = f"{number(row['ours'])} {row['unit']}"
        if "p99_ms" in row:
            ours += f" (p99 {number(row['p99_ms'])})"
        if "memory_mb" in row:
            ours += f", {row['memory_mb']:.0f} MB"
        others = [
            f"{NAMES[name]} {number(found['value'])} {row['unit']}"
            + (f", {found['memory_mb']:.0f} MB" if "memory_mb" in found else "")
            for name, found in row["references"].items()
        ]
        text.append(f"| {row['title']} | {ours} | {'; '.join(others)} |")
    return "\n".join([*text, *_growth(grown), ""])


def _growth(grown: list[dict[str, Any]]) -> list[str]:
    if not grown:
        return []
    sizes = list(grown[0]["alone"])
    heads = [f"{int(size):,} rows" for size in sizes]
    text = [
        "",
        "## Growth",
        "",
        "PAM alone, one request at a time, p50 in ms, the best of three turns: one person with so many expenses; then the same with 10,000 more "
        "people in the house. Statements are counted for each size: one figure where they are equal.",
        "",
        "| | " + " | ".join(heads) + " | " + " | ".join(f"{head}, 10,000 people" for head in heads) + " | statements |",
        "|---|" + "---|" * (2 * len(sizes) + 1),
    ]
    for row in grown:
        counts = list(row["statements"].values())
        told = str(counts[0]) if len(set(counts)) == 1 else " / ".join(map(str, counts))
        if "alone" not in row:
            text += ["", f"Statements of a bulk write of {' / '.join(row['statements'])} rows: {told}."]
            continue
        cells = [number(row[stage][size]["p50_ms"]) for stage in ("alone", "crowd") for size in sizes]
        text.append("| " + " | ".join([row["title"], *cells, told]) + " |")
    return text


def plot(rows: list[dict[str, Any]]) -> str:
    """Return an SVG of the ratios on a logarithmic scale, with their spread."""
    colours = {
        "fastapi": "#2f6fdb",
        "drf": "#c2571a",
        "floor": "#6b7280",
        "sqlite": "#6b7280",
        "fastapi_ttl": "#7aa5ee",
    }
    drawn = [row for row in rows if row["references"] and row.get("compared") is not False]
    left, right, step, top = 320, 940, 34, 50
    low, high = 1 / 64, 32.0
    height = top + step * len(drawn) + 50

    def x(ratio: float) -> float:
        kept = min(max(ratio, low), high)
        return left + (right - left) * math.log(kept / low) / math.log(high / low)

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {right + 30} {height}" font-family="sans-serif" font-size="13">',
        f'<rect width="{right + 30}" height="{height}" fill="#fff"/>',
        f'<text x="{left}" y="20" fill="#111">How many times as fast PAM is (log scale; right of 1 PAM is ahead)</text>',
    ]
    mark = low
    while mark <= high:
        text = f"{mark:g}" if mark >= 1 else f"1/{1 / mark:g}"
        shade = "#111" if mark == 1 else "#ddd"
        out.append(f'<line x1="{x(mark):.1f}" x2="{x(mark):.1f}" y1="{top - 12}" y2="{height - 40}" stroke="{shade}"/>')
        out.append(f'<text x="{x(mark):.1f}" y="{top - 16}" fill="#555" text-anchor="middle">{text}</text>')
        mark *= 2
    for n, row in enumerate(drawn):
        y = top + step * n + 10
        out.append(f'<text x="{left - 12}" y="{y + 4}" fill="#111" text-anchor="end">{_escaped(row["title"])}</text>')
        for k, (name, found) in enumerate(row["references"].items()):
            at = y + (k - (len(row["references"]) - 1) / 2) * 8
            if "ratio_low" in found:
                out.append(
                    f'<line x1="{x(found["ratio_low"]):.1f}" x2="{x(found["ratio_high"]):.1f}" y1="{at}" y2="{at}" '
                    f'stroke="{colours[name]}" stroke-width="2"/>'
                )
            out.append(f'<circle cx="{x(found["ratio"]):.1f}" cy="{at}" r="4" fill="{colours[name]}"/>')
    place = left
    for name in dict.fromkeys(name for row in drawn for name in row["references"]):
        out.append(f'<circle cx="{place}" cy="{height - 20}" r="4" fill="{colours[name]}"/>')
        out.append(f'<text x="{place + 10}" y="{height - 16}" fill="#111">against {NAMES[name]}</text>')
        place += 34 + 8 * len(f"against {NAMES[name]}")
    return "\n".join([*out, "</svg>", ""])


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")

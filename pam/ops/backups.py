"""Copies of the SQLite file, made before its tables change."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
from contextlib import closing
from pathlib import Path

KEPT = 5


def copy_sqlite(database: Path, folder: Path) -> Path:
    """Copy a SQLite database, with its write-ahead log, into `folder`; keep the newest five copies.

    Returns the copy's path (mode 0600). Raises OSError and sqlite3.Error; nothing half-made is left behind.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%d-%H%M%S-%f")
    target = folder / f"{database.stem}-{stamp}{database.suffix}"
    unfinished = target.with_suffix(".part")
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(unfinished)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
        unfinished.rename(target)
    finally:
        unfinished.unlink(missing_ok=True)
    for old in sorted(folder.glob(f"{database.stem}-*{database.suffix}"))[:-KEPT]:
        old.unlink(missing_ok=True)
    return target

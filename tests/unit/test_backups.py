"""Copies of the SQLite file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pam.ops.backups import copy_sqlite


def database(path: Path) -> Path:
    with closing(sqlite3.connect(path)) as made:
        made.execute("pragma journal_mode=wal")
        made.execute("create table kept (word text)")
        made.execute("insert into kept values ('old')")
        made.commit()
    return path


def words(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as found:
        return [word for (word,) in found.execute("select word from kept")]


def test_copy_has_what_stands_in_the_write_ahead_log_only(tmp_path: Path) -> None:
    source = database(tmp_path / "pam.sqlite3")
    with closing(sqlite3.connect(source)) as writer:
        writer.execute("pragma wal_autocheckpoint=0")
        writer.execute("insert into kept values ('new')")
        writer.commit()
        copy = copy_sqlite(source, tmp_path / "backups")
    assert words(copy) == ["old", "new"]
    assert copy.stat().st_mode & 0o777 == 0o600
    assert copy.parent.stat().st_mode & 0o777 == 0o700


def test_newest_five_are_kept(tmp_path: Path) -> None:
    source = database(tmp_path / "pam.sqlite3")
    made = [copy_sqlite(source, tmp_path / "backups") for _ in range(8)]
    assert sorted((tmp_path / "backups").iterdir()) == made[3:]


def test_nothing_half_made_is_left(tmp_path: Path) -> None:
    broken = tmp_path / "pam.sqlite3"
    broken.write_bytes(b"no database" * 1000)
    with pytest.raises(sqlite3.DatabaseError):
        copy_sqlite(broken, tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []

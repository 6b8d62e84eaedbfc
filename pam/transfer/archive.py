"""An export as somebody hands it in: judged before anything of it is used, and read within bounds.

Nothing of it is unpacked to disk, no name in it is used as a path, and what it would unpack to is bounded.
"""

from __future__ import annotations

import json
import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from .export import FORMAT, VERSION
from .kept import keepers

MOST_BYTES = 20 * 1024**3  # of everything, unpacked
MOST_OF_MANIFEST = 1024**2
MOST_OF_ROW = 64 * 1024**2
MOST_RATIO = 200  # unpacked to packed; rows come to about 10
SMALL = 1024**2  # below it a ratio says nothing

_FILE = re.compile(r"files/([a-z]{1,20})/([0-9a-f-]{36})")


class Unusable(Exception):
    """This is no export that can be restored; the message is for the operator. Nothing was restored."""

    def __init__(self, why: str) -> None:
        super().__init__(f"{why} Nothing was restored.")


class Archive:
    """An export that is open: its manifest, its rows by model, its files."""

    def __init__(self, found: ZipFile, labels: set[str]) -> None:
        self._zip = found
        self.files: list[tuple[str, UUID]] = []
        self._check(labels)
        self.manifest = self._manifest()
        self.rows: dict[str, int] = self.manifest["rows"]
        for label in self.rows:
            if f"rows/{label}.jsonl" not in found.namelist():
                raise Unusable(f"The rows of {label[:60]} are missing in it.")
        if len(self.rows) != sum(name.startswith("rows/") for name in found.namelist()):
            raise Unusable("Its manifest does not name all that it holds.")
        if len(self.files) != self.manifest["files"]:
            raise Unusable("Files are missing in it.")

    def _check(self, labels: set[str]) -> None:
        allowed = {"manifest.json", *(f"rows/{label}.jsonl" for label in labels)}
        infos, names = self._zip.infolist(), self._zip.namelist()
        if "manifest.json" not in names:
            raise Unusable("This is a zip, but no export of PAM: it has no manifest.")
        if len(set(names)) != len(names):
            raise Unusable("It holds two parts of one name.")
        if sum(info.file_size for info in infos) > MOST_BYTES:
            raise Unusable(f"It would unpack to more than {MOST_BYTES // 1024**3} GB.")
        for info in infos:
            if info.flag_bits & 1 or info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
                raise Unusable("It is encrypted, or packed in a way that exports never are.")
            if info.file_size > max(SMALL, MOST_RATIO * info.compress_size):
                raise Unusable("A part of it unpacks to far more than an export does.")
            if info.filename in allowed:
                continue
            if (place := _FILE.fullmatch(info.filename)) and place[1] in keepers:
                self.files.append((place[1], UUID(place[2])))
                continue
            if info.filename.startswith("rows/"):
                label = info.filename.removeprefix("rows/").removesuffix(".jsonl")[:60]
                raise Unusable(
                    f"It holds rows of {label!r}, which this PAM does not know: it comes from another version."
                )
            raise Unusable(f"It holds {info.filename[:80]!r}, which no export does.")

    def _manifest(self) -> dict[str, Any]:
        with self._part("manifest.json") as part:
            text = part.read(MOST_OF_MANIFEST + 1)
        if len(text) > MOST_OF_MANIFEST:
            raise Unusable("Its manifest is too long.")
        found = _parsed(text, "manifest.json")
        if found.get("format") != FORMAT:
            raise Unusable("This is a zip, but no export of PAM.")
        if found.get("version") != VERSION:
            raise Unusable(
                f"It has version {str(found.get('version'))[:20]} of the format; this PAM reads version {VERSION}."
            )
        counts, files = found.get("rows"), found.get("files")
        whole = isinstance(counts, dict) and all(type(n) is int for n in counts.values()) and type(files) is int
        if not whole or not isinstance(found.get("person"), dict):
            raise Unusable("Its manifest is damaged.")
        return found

    def read(self, label: str) -> Iterator[dict[str, Any]]:
        """Yield the rows of a model as they were encoded; raises Unusable where one is damaged or missing."""
        if label not in self.rows:
            return  # a model that the PAM which made it did not have
        count, name = 0, f"rows/{label}.jsonl"
        with self._part(name) as part:
            while line := part.readline(MOST_OF_ROW + 1):
                if len(line) > MOST_OF_ROW:
                    raise Unusable(f"A row in {name} is longer than any that PAM writes.")
                count += 1
                yield _parsed(line, f"{name}, line {count}")
        if count != self.rows[label]:
            raise Unusable(f"{name} holds {count} rows, and {self.rows[label]} should be there.")

    def _part(self, name: str) -> IO[bytes]:
        try:
            return self._zip.open(name)
        except (KeyError, ValueError, OSError, RuntimeError, NotImplementedError, struct.error) as problem:
            raise Unusable(f"It is damaged: {name} cannot be opened.") from problem

    def open(self, keeper: str, row: UUID) -> IO[bytes]:
        """Return a file of it, to be read within its declared length."""
        return self._part(f"files/{keeper}/{row}")


def _parsed(text: bytes, where: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise Unusable(f"It is damaged: {where} is not readable.") from problem
    if not isinstance(found, dict):
        raise Unusable(f"It is damaged: {where} is no object.")
    return found


@contextmanager
def opened(file: IO[bytes], labels: set[str]) -> Iterator[Archive]:
    """Open an export whose rows are of these models; raises Unusable, in the block too, where it is damaged."""
    try:
        found = ZipFile(file)
    except (BadZipFile, EOFError, OSError, ValueError, OverflowError, NotImplementedError, struct.error) as problem:
        raise Unusable("This is no zip, or it is damaged or cut off.") from problem
    with found:
        try:
            yield Archive(found, labels)
        except (BadZipFile, EOFError, zlib.error) as problem:
            raise Unusable("It is damaged: a part of it cannot be unpacked.") from problem

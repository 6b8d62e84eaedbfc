"""Files for tests: pictures and PDFs, honest and hostile."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 20), **saved: Any) -> bytes:
    """Return a picture, red on its left half and blue on its right."""
    made = Image.new("RGB", size, (0, 0, 255))
    made.paste((255, 0, 0), (0, 0, size[0] // 2, size[1]))
    into = io.BytesIO()
    made.save(into, kind, **saved)
    return into.getvalue()


def taken_at_home() -> bytes:
    """Return a JPEG that says where it was taken, by which camera, and that it lies on its side."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Secret Camera", 6  # 6: turn a quarter to the right
    exif.get_ifd(0x8825).update({1: "S", 2: (27.0, 28.0, 12.0), 3: "E", 4: (153.0, 1.0, 40.0)})
    return picture(exif=exif, comment=b"my home address")


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """Return a PNG of some kilobytes that would decode to gigabytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1 + width * 3) * 20, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")

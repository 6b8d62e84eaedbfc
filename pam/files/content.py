"""What a file is, judged by its first bytes; pictures are read whole and written anew, so that only the picture is kept.

Written anew, a picture loses what hides in its file: where it was taken, the camera's notes, whatever was appended.
A PDF is kept as it came; how it is served sees to it that it runs nowhere (`pam.files.api`).
"""

from __future__ import annotations

import hashlib
import io
import threading
import warnings
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from PIL import Image, ImageOps

MOST_PIXELS = 50_000_000  # of a picture; a decoded one takes up to four bytes each
THUMBNAIL = 320  # pixels, the longer side
PDF = "application/pdf"
DAMAGED = "The picture is damaged or breaks off, so it cannot be read. Send it again."
WANTED = "Send a JPEG, PNG, WebP or still GIF picture, or a PDF."

# Decoding takes memory by the picture's pixels and not by its bytes: at most two at a time in a process.
_decoding = threading.BoundedSemaphore(2)


@dataclass
class Content:
    """A file as it will be kept. `width` and `height` are pixels of a picture, `thumbnail` its small form."""

    data: bytes
    media_type: str
    extension: str
    width: int | None = None
    height: int | None = None
    thumbnail: bytes = b""
    name: str = ""

    @property
    def sha256(self) -> str:
        """The digest of what will be kept."""
        return hashlib.sha256(self.data).hexdigest()


def kind_of(data: bytes) -> str:
    """Return "JPEG", "PNG", "GIF", "WEBP", "PDF", "HEIC" or "" by the first bytes."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data[:6] in {b"GIF87a", b"GIF89a"}:
        return "GIF"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data.startswith(b"%PDF-"):
        return "PDF"
    if data[4:8] == b"ftyp" and data[8:12] in {b"heic", b"heix", b"mif1", b"msf1", b"heim", b"heis", b"hevc", b"avif"}:
        return "HEIC"
    return ""


def examine(data: bytes) -> Content:
    """Return what a file holds as it will be kept; raises ValidationError with what to send instead."""
    kind = kind_of(data)
    if not data:
        raise ValidationError({"file": "The file is empty. Send another."})
    if kind == "HEIC":
        raise ValidationError({"file": f"HEIC and AVIF pictures cannot be read here. {WANTED}"})
    if not kind:
        raise ValidationError({"file": f"This is neither a picture that can be read nor a PDF. {WANTED}"})
    if kind == "PDF":
        return Content(data, PDF, "pdf")
    with _decoding:
        return _picture(data, kind)


def _picture(data: bytes, kind: str) -> Content:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the bound below is the stricter one
            with Image.open(io.BytesIO(data), formats=[kind]) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise ValidationError({"file": _too_many(opened.width, opened.height)})
                if getattr(opened, "is_animated", False):
                    raise ValidationError({"file": f"Moving pictures are not taken. {WANTED}"})
                picture = _bare(opened)
    except ValidationError:
        raise
    except Image.DecompressionBombError as problem:
        raise ValidationError({"file": f"The picture has too many pixels. {WANTED}"}) from problem
    except Exception as problem:  # hostile bytes make the decoders fail in many ways; none of them is PAM's fault
        raise ValidationError({"file": DAMAGED}) from problem
    media_type, extension, written = _written(picture, kind)
    small = picture.copy()
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    return Content(written, media_type, extension, picture.width, picture.height, _as_webp(small, 80))


def _bare(opened: Image.Image) -> Image.Image:
    """Return the picture alone, upright, in a mode that every writer knows."""
    upright = ImageOps.exif_transpose(opened)  # decodes; raises where the file breaks off
    seen_through = "A" in upright.getbands() or "transparency" in upright.info
    if upright.mode not in {"L", "RGB"} or seen_through:
        upright = upright.convert("RGBA" if seen_through else "L" if upright.mode in {"1", "L"} else "RGB")
    upright.info = {}
    return upright


def _written(picture: Image.Image, kind: str) -> tuple[str, str, bytes]:
    if kind == "JPEG":
        into = io.BytesIO()
        picture.convert("RGB" if picture.mode != "L" else "L").save(into, "JPEG", quality=90, optimize=True)
        return "image/jpeg", "jpg", into.getvalue()
    if kind == "WEBP":
        return "image/webp", "webp", _as_webp(picture, 90)
    into = io.BytesIO()
    picture.save(into, "PNG")
    return "image/png", "png", into.getvalue()


def _as_webp(picture: Image.Image, quality: int) -> bytes:
    into = io.BytesIO()
    picture.save(into, "WEBP", quality=quality)
    return into.getvalue()


def _too_many(width: int, height: int) -> str:
    return (
        f"The picture has {width:,} × {height:,} pixels; at most {MOST_PIXELS // 1_000_000} million are taken. "
        "Send a smaller one."
    )

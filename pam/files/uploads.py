"""Taking a file in: bounded while it is read, judged by its content alone, its name made harmless."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat

from .content import Content, examine
from .models import LONGEST_NAME

FIELD = "file"


class TooLarge(ValidationError):
    """The file is larger than is taken."""


class StopsWhenTooLarge(FileUploadHandler):
    """Stops reading once a file is larger than `FILE_MAX_BYTES`, and says so on the request."""

    taken = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Count from the start of each file."""
        super().new_file(*args, **kwargs)
        self.taken = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass on what is read; raises StopUpload, which reads no further."""
        self.taken += len(raw_data)
        if self.taken > settings.FILE_MAX_BYTES:
            self.request.file_too_large = True  # type: ignore[union-attr]
            raise StopUpload(connection_reset=True)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave keeping the file to the handlers after this one."""
        return


def sent(request: HttpRequest) -> Content:
    """Return the one file of a request, examined; raises TooLarge, or ValidationError with what to do."""
    files = request.FILES.getlist(FIELD)
    if getattr(request, "file_too_large", False):
        raise TooLarge({FIELD: too_large()})
    if len(files) != 1 or len(request.FILES) != 1:
        raise ValidationError({FIELD: "Send one file, as multipart/form-data in the field “file”."})
    return received(files[0])


def all_sent(request: HttpRequest) -> list[Content]:
    """Return every file of a form, examined; none where none is chosen. Raises TooLarge and ValidationError."""
    if getattr(request, "file_too_large", False):
        raise TooLarge({FIELD: too_large()})
    return [received(file) for file in request.FILES.getlist(FIELD)]


def received(file: File[bytes]) -> Content:
    """Return an uploaded file, examined; raises TooLarge and ValidationError."""
    data = file.read(settings.FILE_MAX_BYTES + 1)
    if len(data) > settings.FILE_MAX_BYTES:
        raise TooLarge({FIELD: too_large()})
    found = examine(data)
    found.name = clean_name(file.name or "", found.extension)
    return found


def too_large() -> str:
    """Return what is said of a file that is too large."""
    return f"A file has at most {filesizeformat(settings.FILE_MAX_BYTES)}. Send a smaller one."


def clean_name(given: str, extension: str) -> str:
    """Return a name that is shown and offered for saving, never used as a path; its ending is the content's own.

    Folders, control characters and those that turn the direction of writing are left out.
    """
    last = PurePosixPath(given.replace("\\", "/")).name
    text = unicodedata.normalize("NFC", last.encode(errors="ignore").decode())
    text = "".join(c for c in text if unicodedata.category(c)[0] not in "C" and c not in "\u2028\u2029")
    text = re.sub(r'[/<>:"|?*]+', "_", re.sub(r"\s+", " ", text)).strip(" .")
    stem, dot, ending = text.rpartition(".")
    known = {extension, *({"jpeg", "jpe", "jfif"} if extension == "jpg" else ())}
    if dot and ending.lower() in known:
        extension = ending
    elif not (dot and re.fullmatch(r"[A-Za-z0-9]{1,5}", ending)):
        stem = text
    stem = stem.strip(" .")[: LONGEST_NAME - len(extension) - 1].rstrip(" .") or "file"
    return f"{stem}.{extension}"

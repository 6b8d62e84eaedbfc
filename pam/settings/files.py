"""Attached files: where their bytes stand, and how large one may be."""

from typing import Any

from .env import VAR_DIR, env

FILES_DIR = env.str("FILES_DIR", default="") or str(VAR_DIR / "files")
FILE_MAX_BYTES = env.int("FILE_MAX_BYTES", default=10 * 1024 * 1024)
# Another storage is another backend here: the rest knows Django's storage API alone.
FILES_STORAGE: dict[str, Any] = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {"location": FILES_DIR, "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
}
# The first handler stops reading a body whose file is too large; it goes before those that keep what was read.
FILE_UPLOAD_HANDLERS = [
    "pam.files.uploads.StopsWhenTooLarge",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

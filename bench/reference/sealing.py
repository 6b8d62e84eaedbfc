"""Sealed columns and bodies, kept as PAM keeps them: `KEYID.TOKEN` in PostgreSQL, AES-GCM in Redis."""

from __future__ import annotations

import base64
import hashlib
import os

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class Sealer:
    """Seals and opens with one key (32 bytes in URL-safe base64)."""

    def __init__(self, key: str) -> None:
        self._name = hashlib.sha256(key.encode()).hexdigest()[:8]
        self._box = Fernet(key)
        self._bodies = AESGCM(base64.urlsafe_b64decode(key))

    def seal(self, text: bytes) -> str:
        """Return a column's value."""
        return f"{self._name}.{self._box.encrypt(text).decode()}"

    def unseal(self, sealed: str) -> bytes:
        """Return what a column holds."""
        return self._box.decrypt(sealed.partition(".")[2].encode())

    def seal_body(self, body: bytes) -> bytes:
        """Return a body as it may stand in Redis."""
        nonce = os.urandom(12)
        return nonce + self._bodies.encrypt(nonce, body, None)

    def unseal_body(self, sealed: bytes) -> bytes:
        """Return a kept body."""
        return self._bodies.decrypt(sealed[:12], sealed[12:], None)

"""What the environment says, read once; the other settings files import from here."""

import base64
import contextlib
import secrets
from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent.parent

env = environ.Env()
if (BASE_DIR / ".env").exists():
    env.read_env(str(BASE_DIR / ".env"))

VAR_DIR = Path(env.str("PAM_VAR_DIR", default=str(BASE_DIR / "var")))
ENVIRONMENT = env.str("ENVIRONMENT", default="development")
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.bool("DEBUG", default=False)
VERSION = env.str("VERSION", default="") or (BASE_DIR / "VERSION").read_text().strip()


FIELD_KEYS_FILE = VAR_DIR / "field_keys"


def kept_keys() -> list[str]:
    """Return the keys of encrypted columns in `var/field_keys`, one a line, the newest first; made at the first call."""
    made = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return kept_secret(FIELD_KEYS_FILE.name, made).split()


def kept_secret(name: str, made: str = "") -> str:
    """Return the secret kept in `var/NAME` (mode 0600), made at the first call."""
    path = VAR_DIR / name
    if not path.exists():
        VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(made or secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(fresh)  # whoever is first wins: two starting processes agree on one secret
        fresh.unlink()
    return path.read_text().strip()

"""Database, cache and channel layer: SQLite and memory where nothing is given, PostgreSQL and Redis where it is."""

from typing import Any

from .env import VAR_DIR, env

DATABASE_URL = env.str("DATABASE_URL", default="")
# Of the role that owns the tables, for `manage.py migrate` alone; without it, DATABASE_URL's role does both.
DATABASE_OWNER_URL = env.str("DATABASE_OWNER_URL", default="")
DATABASE_POOL_SIZE = env.int("DATABASE_POOL_SIZE", default=0)
REDIS_URL = env.str("REDIS_URL", default="")
CACHE_TTL = env.int("CACHE_TTL", default=300)


def _database() -> dict[str, Any]:
    if DATABASE_URL and not DATABASE_URL.startswith("sqlite"):
        found: dict[str, Any] = env.db_url_config(DATABASE_URL)
        found.setdefault("OPTIONS", {})
        found["ATOMIC_REQUESTS"] = True
        # Server-side state does not survive a transaction pooler.
        found["DISABLE_SERVER_SIDE_CURSORS"] = True
        if DATABASE_POOL_SIZE:
            found["OPTIONS"]["pool"] = {"min_size": 1, "max_size": DATABASE_POOL_SIZE}
        else:
            found["CONN_MAX_AGE"] = 60
            found["CONN_HEALTH_CHECKS"] = True
        return found
    path = DATABASE_URL.removeprefix("sqlite:///") if DATABASE_URL else str(VAR_DIR / "pam.sqlite3")
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        # Immediate: a write transaction takes its lock at once and waits, instead of failing halfway.
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
        "TEST": {"NAME": str(VAR_DIR / "test.sqlite3")},
    }


DATABASES = {"default": _database()}
ON_POSTGRESQL = "postgresql" in DATABASES["default"]["ENGINE"]

if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "TIMEOUT": CACHE_TTL,
            "KEY_PREFIX": "pam",
        }
    }
    CHANNEL_LAYERS: dict[str, Any] = {
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            # A socket waits for its hints 5 s at a time; a client that gives up as soon would lose what just came.
            "CONFIG": {
                "hosts": [{"address": REDIS_URL, "socket_timeout": 15}],
                "prefix": "pam",
                "capacity": 200,
            },
        }
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "TIMEOUT": CACHE_TTL}}
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 200}}}

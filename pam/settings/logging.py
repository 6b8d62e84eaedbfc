"""Logging, Sentry and metrics."""

from .env import env

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO").upper()
SENTRY_DSN = env.str("SENTRY_DSN", default="")
PROMETHEUS_ENABLED = env.bool("PROMETHEUS_ENABLED", default=True)
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
METRICS_ALLOWED_ADDRESSES = env.list("METRICS_ALLOWED_ADDRESSES", default=[])
LOGGING_CONFIG = None  # pam.ops.logs sets up structlog when the apps are ready

"""Logging, Sentry and metrics."""

from django.core.exceptions import ImproperlyConfigured

from .env import env

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO").upper()
if LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
    raise ImproperlyConfigured("LOG_LEVEL is not known: set DEBUG, INFO, WARNING, ERROR or CRITICAL and start again.")
SENTRY_DSN = env.str("SENTRY_DSN", default="")
PROMETHEUS_ENABLED = env.bool("PROMETHEUS_ENABLED", default=True)
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
METRICS_ALLOWED_ADDRESSES = env.list("METRICS_ALLOWED_ADDRESSES", default=[])
LOGGING_CONFIG = None  # pam.ops.logs sets up structlog when the apps are ready

"""Logging: structlog's and the standard library's lines through the same processors, scrubbed."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from celery.signals import setup_logging
from django.conf import settings

from . import scrub

Event = MutableMapping[str, Any]

# Quieter than our own level: their lines repeat the request line, come every second, or carry bodies.
QUIETER: dict[str, int] = {
    "django.request": logging.ERROR,
    "django.server": logging.ERROR,
    "django.channels.server": logging.ERROR,
    "django.db.backends": logging.INFO,
    "uvicorn.access": logging.CRITICAL + 1,
    "daphne": logging.WARNING,
    "celery.worker.consumer": logging.WARNING,
    "celery.worker.strategy": logging.WARNING,
    "celery.app.trace": logging.WARNING,
    "celery.beat": logging.WARNING,
    "django_celery_beat": logging.WARNING,
    "openai": logging.WARNING,
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "httpx2": logging.WARNING,
    "httpcore2": logging.WARNING,
    "urllib3": logging.WARNING,
    "kombu": logging.WARNING,
    "amqp": logging.WARNING,
    "redis": logging.WARNING,
    "asyncio": logging.WARNING,
    "websockets": logging.INFO,
    "twisted": logging.WARNING,
}
# Libraries that bring handlers of their own: their lines go to ours instead.
_THEIR_OWN = (
    "django", "django.server", "django.request", "uvicorn", "uvicorn.error", "uvicorn.access",
    "gunicorn.error", "daphne", "celery", "celery.task", "celery.redirected",
)  # fmt: skip


_OURS = frozenset({"timestamp", "level", "logger", "request_id", "method", "status", "milliseconds"})


def scrub_event(_: Any, __: str, event: Event) -> Event:
    """Take secrets, addresses and contents out of every value of a line."""
    for name, value in list(event.items()):
        if name in _OURS or name.startswith("_"):
            continue
        event[name] = scrub.anything(value, name)
    return event


def _without_address(_: Any, __: str, event: Event) -> Event:
    """Django's words about a request end in its address as it came; the line has it scrubbed, as `path`."""
    if str(event.get("logger", "")).startswith("django.request"):
        event["event"] = str(event.get("event", "")).partition(":")[0]
    return event


def _says_more(record: logging.LogRecord) -> bool:
    """Django notes each failed answer beside our request line: only where it has a traceback is that news."""
    return record.name != "django.request" or bool(record.exc_info)


class _Handler(logging.StreamHandler[Any]):
    """Ours: writes to whatever standard error is now, and is found again when logging is set up twice."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        """Standard error, as it is at this moment."""
        return sys.stderr


def formatter(*, as_json: bool) -> structlog.stdlib.ProcessorFormatter:
    """Return the formatter of every line: JSON objects, or readable columns."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if as_json:
        renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    else:
        renderer = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback, pad_event_to=20
        )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.UnicodeDecoder(),
            _without_address,
            scrub_event,
            renderer,
        ],
    )


def configure(*, as_json: bool | None = None, level: str | None = None) -> None:
    """Set logging up for this process, on standard error; a worker calls it again. The settings decide."""
    as_json = settings.PRODUCTION if as_json is None else as_json
    level = level or settings.LOG_LEVEL
    scrub.know(_secrets())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(handler, _Handler) or type(handler) is logging.StreamHandler:
            root.removeHandler(handler)
    ours = _Handler()
    ours.addFilter(_says_more)
    ours.setFormatter(formatter(as_json=as_json))
    root.addHandler(ours)
    root.setLevel(level)
    for name in _THEIR_OWN:
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
    for name, least in QUIETER.items():
        logging.getLogger(name).setLevel(max(least, logging.getLevelNamesMapping()[level]))
    logging.captureWarnings(True)


def _secrets() -> list[str]:
    names = (
        "SECRET_KEY",
        "OPENAI_API_KEY",
        "METRICS_TOKEN",
        "SUPABASE_KEY",
        "SENTRY_DSN",
        "EMAIL_HOST_PASSWORD",
    )
    password = str(settings.DATABASES["default"].get("PASSWORD") or "")
    return [*(str(getattr(settings, name, "") or "") for name in names), password]


@setup_logging.connect(dispatch_uid="pam.ops.logs", weak=False)
def _celery_asks(**_: Any) -> None:
    """A worker or beat starts: it logs as the rest of PAM does."""
    configure()

"""Error reports to Sentry, off without a DSN: where it broke and how often, never what somebody wrote.

A report holds the exception's type, its stack without values of variables, the release, the request's
method, path and id, and the id of the person. The words of exceptions and log lines stay here: they may
quote what was said. PAM's own log has them under the same request id.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, cast

import sentry_sdk
import structlog
from django.conf import settings
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.logging import LoggingIntegration, ignore_logger

from pam.access.context import current_or_none

from . import scrub
from .identity import request_id

if TYPE_CHECKING:
    from sentry_sdk._types import Breadcrumb, BreadcrumbHint, Event, Hint

KEPT = frozenset(
    {"event_id", "timestamp", "platform", "level", "logger", "release", "environment", "sdk", "transaction",
     "transaction_info", "type", "modules"}
)  # fmt: skip
KEPT_CONTEXTS = frozenset({"runtime", "trace"})
KEPT_FRAME = frozenset({"filename", "abs_path", "function", "module", "lineno", "in_app"})
_OFF: dict[str, Any] = {"mode": "off"}
NOTHING: Any = {
    "user_info": False,
    "cookies": _OFF,
    "http_headers": {"request": _OFF},
    "http_bodies": [],
    "url_query_params": _OFF,
    "graphql": {"document": False, "variables": False},
    "gen_ai": {"inputs": False, "outputs": False},
    "database_query_data": False,
    "queues": False,
    "stack_frame_variables": False,
    "frame_context_lines": 0,
}


def init(dsn: str | None = None) -> bool:
    """Start reporting where a DSN is set; return whether it does."""
    dsn = settings.SENTRY_DSN if dsn is None else dsn
    if not dsn:
        return False
    sentry_sdk.init(
        dsn=dsn,
        release=f"pam@{settings.VERSION}",
        environment=settings.ENVIRONMENT,
        server_name="pam",
        default_integrations=True,
        # Of the libraries that happen to be installed, none is watched unasked: some record prompts.
        auto_enabling_integrations=False,
        integrations=[
            DjangoIntegration(transaction_style="url", middleware_spans=False, signals_spans=False),
            CeleryIntegration(),
            LoggingIntegration(level=None, event_level=logging.ERROR),
        ],
        data_collection=NOTHING,
        max_request_body_size="never",
        before_send=before_send,
        before_breadcrumb=before_breadcrumb,
    )
    ignore_logger("pam.request")  # its line tells of a failure that is reported already
    return True


def before_send(event: Event, hint: Hint) -> Event | None:
    """Build the report anew from what may leave; whatever else an integration has put in stays out."""
    given = cast(dict[str, Any], event)
    kept: dict[str, Any] = {name: value for name, value in given.items() if name in KEPT}
    if "transaction" in kept:
        kept["transaction"] = scrub.path(str(kept["transaction"]))
    if "exception" in given:
        values = (given["exception"] or {}).get("values") or []
        kept["exception"] = {"values": [_exception(value) for value in values]}
    if "threads" in given:
        kept["threads"] = {"values": [_with_stack(value) for value in given["threads"].get("values") or []]}
    message = _message(given, hint)
    if message:
        kept["logentry"] = {"message": message}
    facts = structlog.contextvars.get_contextvars()
    if "path" in facts:
        kept["request"] = {"method": facts.get("method"), "url": facts["path"]}
    contexts = {name: value for name, value in (given.get("contexts") or {}).items() if name in KEPT_CONTEXTS}
    kept["contexts"] = scrub.anything(contexts)
    kept["server_name"] = "pam"
    found = request_id()
    kept["tags"] = {"request_id": found} if found else {}
    acting = current_or_none()
    if acting is not None and acting.user is not None:
        kept["user"] = {"id": str(acting.user.pk)}
    return cast("Event", kept)


def before_breadcrumb(crumb: Breadcrumb, hint: BreadcrumbHint) -> Breadcrumb | None:
    """Leave no trail: crumbs carry queries, addresses and log lines."""
    return None


def _exception(value: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {name: value[name] for name in ("type", "module", "thread_id") if name in value}
    mechanism = value.get("mechanism") or {}
    kept["mechanism"] = {name: mechanism[name] for name in ("type", "handled") if name in mechanism}
    return _with_stack(value, kept)


def _with_stack(value: dict[str, Any], kept: dict[str, Any] | None = None) -> dict[str, Any]:
    kept = {} if kept is None else kept
    frames = (value.get("stacktrace") or {}).get("frames") or []
    if frames:
        kept["stacktrace"] = {
            "frames": [{name: frame[name] for name in frame if name in KEPT_FRAME} for frame in frames]
        }
    return kept


def _message(event: dict[str, Any], hint: dict[str, Any]) -> str:
    """The name of a line of PAM's own; of other lines the template, never with its values."""
    record = hint.get("log_record")
    if record is None:
        return scrub.text(str(event["message"]))[:200] if event.get("message") else ""
    if isinstance(record.msg, dict):
        return scrub.text(str(record.msg.get("event", "")))[:200]
    # A template with values has places for them; one without may have been put together from anything.
    template = str(record.msg)
    return scrub.text(template)[:200] if record.args else record.name

"""Health and metrics: plain views that need neither session nor database to answer."""

from __future__ import annotations

import hmac
import ipaddress
import os
from typing import Any, cast

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector

from . import health as parts

READING = ("GET", "HEAD")


@transaction.non_atomic_requests
def health(request: HttpRequest) -> HttpResponse:
    """Say that this process answers; asks nothing of any other part."""
    if request.method not in READING:
        return HttpResponseNotAllowed(READING)
    return _fresh(JsonResponse({"status": "ok", "version": settings.VERSION}))


@transaction.non_atomic_requests
def detailed(request: HttpRequest) -> HttpResponse:
    """Say how every part is, in detail to administrators only; 503 where a needed part is down."""
    if request.method not in READING:
        return HttpResponseNotAllowed(READING)
    details = _is_admin(request)
    found = parts.report() if details else parts.recent_report()
    code = 503 if found.status == parts.DOWN else 200
    return _fresh(JsonResponse(found.as_json(details=details), status=code))


@transaction.non_atomic_requests
def metrics(request: HttpRequest) -> HttpResponse:
    """Give the metrics in the form of Prometheus; in production to the token or an allowed address only."""
    if not settings.PROMETHEUS_ENABLED:
        return _problem(request, 404)
    if request.method not in READING:
        return HttpResponseNotAllowed(READING)
    if settings.PRODUCTION and not (_has_token(request) or _from_allowed_address(request)):
        response = _problem(request, 401, "Metrics ask for METRICS_TOKEN as a bearer token, or an allowed address.")
        response["WWW-Authenticate"] = 'Bearer realm="metrics"'
        return response
    registry: CollectorRegistry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        # Each process writes files there; what is read is the sum of all.
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return _fresh(HttpResponse(encode(registry), content_type=content_type))


def _fresh(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response


def _problem(request: HttpRequest, code: int, detail: str = "") -> HttpResponse:
    from pam.api.problems import problem_response

    return problem_response(code, detail, instance=request.path)


def _is_admin(request: HttpRequest) -> bool:
    """Whether an administrator asks, by page session or bearer token; no while the database cannot say."""
    try:
        user = getattr(request, "user", None) or _session_user(request)
        if user is None or not user.is_authenticated:
            user = _bearer(request)
        return bool(user is not None and user.is_active and user.is_staff)
    except Exception:
        return False


def _session_user(request: HttpRequest) -> Any:
    """The person of the session cookie, where this runs before the middleware that would say so."""
    from importlib import import_module

    from django.contrib.auth import get_user

    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if not key:
        return None
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    return get_user(request)


def _bearer(request: HttpRequest) -> Any:
    from rest_framework.request import Request

    from pam.accounts.tokens import BearerAuthentication

    found = BearerAuthentication().authenticate(Request(request))
    return found[0] if found else None


def _has_token(request: HttpRequest) -> bool:
    token: str = settings.METRICS_TOKEN
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    return bool(token) and kind.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode())


def _from_allowed_address(request: HttpRequest) -> bool:
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    for allowed in cast(list[str], settings.METRICS_ALLOWED_ADDRESSES):
        try:
            if address in ipaddress.ip_network(allowed, strict=False):
                return True
        except ValueError:
            continue
    return False

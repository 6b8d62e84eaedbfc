"""Failed tries: how many there may be, counted so that nobody can lock out somebody else.

Three counts over a quarter of an hour: of an account from one network (an IPv4 address, an IPv6 /64), of an account
from everywhere, of a network over all accounts. The last two, which a stranger can fill, do not hold for a network
from which the person has signed in before; so what a stranger can do to somebody at home is nothing.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils import timezone
from django.utils.crypto import salted_hmac

from pam.access import unscoped

from . import events
from .models import LoginFailure, Session
from .refusals import Locked, Refused

WINDOW = dt.timedelta(minutes=15)
MOST_FAILURES = 10  # of an account from one network
MOST_OF_ACCOUNT = 100  # from everywhere
MOST_OF_NETWORK = 100  # over all accounts
KNOWN_FOR = dt.timedelta(days=90)


def address_of(request: Any) -> str | None:
    """Return the client's address, or None where the server does not know one (a socket file)."""
    try:
        return str(ipaddress.ip_address(request.META.get("REMOTE_ADDR", "").partition("%")[0]))
    except (AttributeError, ValueError):
        return None


def network_of(address: str | None) -> str:
    """Return what an address is counted under: itself, an IPv6 one by its /64, which one house has whole."""
    if address is None:
        return ""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))


@contextmanager
def attempt(request: Any, account: str, event: str = "sign_in_failed") -> Iterator[None]:
    """Surround one try at an account (its email address); raises Locked. A Refused that counts leaves a failure.

    Of a failure the security event `event` is kept.

    A try counts from its beginning, so that many at once get no more than many in a row; callers run this outside a
    transaction that a refusal would roll back.
    """
    kept = LoginFailure.objects.create(**_digests(request, account))
    try:
        seconds = _wait(kept, account, network_of(address_of(request)))
        if seconds:
            raise Locked(seconds)  # what is not tried does not make the wait longer
        yield
    except Refused as problem:
        if problem.counts:
            LoginFailure.objects.filter(at__lt=timezone.now() - WINDOW).delete()
            events.record_failure(account, event, request, problem.code)
        else:
            kept.delete()
        raise
    except BaseException:
        kept.delete()
        raise
    kept.delete()


def forget(request: Any, account: str) -> None:
    """Forget the failures of an account from this network: its person is in."""
    LoginFailure.objects.filter(digest=_digests(request, account)["digest"]).delete()


def forget_account(account: str) -> None:
    """Forget every failure of an account: it is erased."""
    LoginFailure.objects.filter(account=_digests(None, account)["account"]).delete()


def _digests(request: Any, account: str) -> dict[str, str]:
    account, network = account.strip().lower(), network_of(address_of(request))

    def digest(text: str) -> str:
        return salted_hmac("pam.accounts.lockout", text, algorithm="sha256").hexdigest()

    return {
        "digest": digest(f"both|{account}|{network}"),
        "account": digest(f"account|{account}"),
        "network": digest(f"network|{network}") if network else "",
    }


def _wait(kept: LoginFailure, account: str, network: str) -> int:
    """Return the seconds until another try may be made, 0 where it may be made now."""
    wait = _until(kept, "digest", MOST_FAILURES)
    if wait:
        return wait
    wait = max(
        _until(kept, "account", MOST_OF_ACCOUNT),
        _until(kept, "network", MOST_OF_NETWORK) if kept.network else 0,
    )
    return 0 if wait and _known(account, network) else wait


def _until(kept: LoginFailure, column: str, most: int) -> int:
    now = timezone.now()
    failures = list(
        LoginFailure.objects.filter(at__gte=now - WINDOW, **{column: getattr(kept, column)})
        .exclude(pk=kept.pk)
        .order_by("-at")
        .values_list("at", flat=True)[:most]
    )
    return int((failures[-1] + WINDOW - now).total_seconds()) + 1 if len(failures) >= most else 0


def _known(account: str, network: str) -> bool:
    """Whether the person has signed in from this network of late."""
    with unscoped("a sign-in is looked at before anybody acts"):
        seen = Session.objects.filter(
            owner__email=account.strip().lower(), created_at__gte=timezone.now() - KNOWN_FOR
        ).exclude(address=None)
        return any(network_of(found) == network for found in seen.values_list("address", flat=True).distinct())

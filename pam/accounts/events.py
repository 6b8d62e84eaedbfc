"""Security events: what happened to an account, as entries in the hash chain of who did it. No secret is in them."""

from __future__ import annotations

from typing import Any

from pam import journal
from pam.journal.lines import Line

from .devices import client_of
from .models import User

# What the activity page says of each.
EVENTS = {
    "sign_in": "signed in",
    "sign_in_failed": "sign-in failed",
    "check_failed": "present password or code was wrong",
    "sign_out": "signed out",
    "session_closed": "session closed",
    "token_reused": "refresh token came twice, its session is closed",
    "address_verified": "address verified",
    "password_changed": "password changed",
    "password_reset": "password set by mail",
    "factor_on": "second factor turned on",
    "factor_off": "second factor turned off",
    "recovery_codes_made": "new recovery codes made",
    "recovery_code_used": "recovery code used",
    "app_password_made": "app password made",
    "app_password_revoked": "app password revoked",
    "role_changed": "role changed",
    "account_closed": "account closed",
    "account_opened": "account opened",
    "staff_looked": "staff looked at an account",
    "exported": "everything exported",
    "erasure_asked": "erasing the account asked for",
    "erasure_cancelled": "account kept, not erased",
}
AFTER = "pam_after_answer"  # of a request: what is still to be done once its answer is sent
_WHY = {"refused": "wrong password", "second_factor_wrong": "wrong code"}


def source_of(request: Any) -> str:
    """Return the door of the journal by which a request comes."""
    path = getattr(request, "path_info", None) or getattr(getattr(request, "_request", None), "path_info", "")
    if not path:
        return "system"
    return "api" if path.startswith("/api/") else "admin" if path.startswith("/admin/") else "page"


def record(
    actor: Any, event: str, *, request: Any = None, name: str = "", about: User | None = None, **facts: Any
) -> None:
    """Keep an event in the actor's chain; inside an open entry it joins that one.

    `name` is what it was done to, `about` the person where that is another than the actor, `facts` are plain JSON
    values for programs. Of a request its address and client are kept.
    """
    from .lockout import address_of

    address, client = "", ""
    if request is not None:
        address, client = address_of(request) or "", client_of(request.META.get("HTTP_USER_AGENT", ""))
        facts |= {"address": address, "client": client}
    if about is not None and about.pk != actor.pk:
        facts["person"] = str(about.pk)
        name = name or about.email
    reason = _WHY.get(facts.get("reason", ""), "")
    sub = ", ".join(part for part in (reason, client, address) if part)
    line = Line("accounts", EVENTS[event], "Security:", name, sub=sub)
    with journal.entry(actor, source=source_of(request), tool=f"security.{event}") as entry:
        if entry.actor.pk != actor.pk:  # what staff does to somebody stands in the chain of staff
            facts["person"] = str(actor.pk)
        entry.facts.append({"event": event, **facts})
        entry.said.append(line)


def record_failure(account: str, event: str, request: Any, reason: str) -> None:
    """Keep a failed try in the chain of the account's person, where the address has an account.

    Within a request it is kept once the answer is sent: else an answer would take longer where there is an account.
    """

    def keep() -> None:
        user = User.objects.filter(email=account.strip().lower()).first()
        if user is not None:
            record(user, event, request=request, reason=reason)

    after = getattr(request, AFTER, None)
    if after is None:
        keep()
    else:
        after.append(keep)

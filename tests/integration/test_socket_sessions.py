"""A session that is ended closes its own sockets, and no others."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator
from django.test import Client, RequestFactory
from django.utils import timezone

import assistant.consumer
from assistant.consumer import PROTOCOL, in_thread
from assistant.routing import application
from pam.access import acting_as
from pam.accounts import doors, tokens
from pam.accounts.models import Session, User
from pam.live import hints
from tests.house import person

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "a long password"


@pytest.fixture(autouse=True)
async def _served_from_here() -> AsyncIterator[None]:
    """Hints come to this event loop, as they do to a server's."""
    hints.serve_from(asyncio.get_running_loop())
    yield
    hints.serve_from(None)


@pytest.fixture
def ann() -> User:
    return person("Ann")


@pytest.fixture
async def opened() -> AsyncIterator[Callable[..., Any]]:
    """Return a function that opens a socket by a bearer token or by the cookie of a browser."""
    sockets: list[WebsocketCommunicator] = []

    async def _open(token: str = "", browser: Client | None = None) -> WebsocketCommunicator:
        offered, headers = [PROTOCOL], []
        if token:
            offered.append(f"bearer.{token}")
        if browser is not None:
            headers = [
                (b"cookie", f"sessionid={browser.cookies['sessionid'].value}".encode()),
                (b"origin", b"http://localhost"),
            ]
        socket = WebsocketCommunicator(application, "/api/pam/ws", subprotocols=offered, headers=headers)
        assert await socket.connect(5) == (True, PROTOCOL)
        sockets.append(socket)
        return socket

    yield _open
    for socket in sockets:
        await socket.disconnect()


def app_of(user: User) -> tuple[Session, str]:
    session = doors.open_session(user, door=Session.Door.API, request=RequestFactory().get("/"))
    return session, tokens.issue(session)["access"]


def browser_of(user: User) -> Client:
    browser = Client()
    assert browser.post("/login", {"email": user.email, "password": PASSWORD}).status_code == 302
    return browser


async def closed_with(socket: WebsocketCommunicator, seconds: float = 5) -> int:
    async with asyncio.timeout(seconds):
        while True:
            message = await socket.receive_output(seconds)
            if message["type"] == "websocket.close":
                return int(message["code"])


async def lives(socket: WebsocketCommunicator) -> bool:
    await socket.send_to(text_data='{"type": "ping"}')
    while True:
        message = await socket.receive_output(5)
        if message["type"] == "websocket.close":
            return False
        if json.loads(message["text"])["type"] == "pong":
            return True


async def test_a_revoked_session_closes_its_sockets_and_leaves_the_others(ann: User, opened: Any) -> None:
    first, first_token = await in_thread(app_of, ann)
    _, second_token = await in_thread(app_of, ann)
    going, also_going, staying = await opened(first_token), await opened(first_token), await opened(second_token)
    await in_thread(doors.revoke, ann, first)
    assert await closed_with(going) == await closed_with(also_going) == 4401
    assert await lives(staying)


async def test_a_socket_outlives_its_access_token(ann: User, opened: Any, settings: Any) -> None:
    settings.ACCESS_TOKEN_EXPIRE_MINUTES = 1 / 30  # two seconds
    _, token = await in_thread(app_of, ann)
    other, _ = await in_thread(app_of, ann)
    socket = await opened(token)
    await asyncio.sleep(2.5)
    assert await in_thread(tokens.user_of_token, token) is None
    await in_thread(doors.revoke, ann, other)
    await asyncio.sleep(0.3)
    assert await lives(socket)


async def test_signing_out_of_a_browser_closes_its_socket_alone(ann: User, opened: Any) -> None:
    here, there = await in_thread(browser_of, ann), await in_thread(browser_of, ann)
    going, staying = await opened(browser=here), await opened(browser=there)
    assert (await in_thread(here.post, "/logout")).status_code == 302
    assert await closed_with(going) == 4401
    assert await lives(staying)


async def test_a_change_of_password_keeps_the_sockets_of_its_own_browser(ann: User, opened: Any) -> None:
    here, there = await in_thread(browser_of, ann), await in_thread(browser_of, ann)
    _, token = await in_thread(app_of, ann)
    staying, browser, app = await opened(browser=here), await opened(browser=there), await opened(token)
    given = {"old_password": PASSWORD, "new_password": "another long one"}
    assert (await in_thread(here.post, "/password", given)).status_code == 302
    assert await closed_with(browser) == await closed_with(app) == 4401
    assert await lives(staying)


async def test_a_reused_refresh_token_closes_the_sockets_of_its_session(ann: User, opened: Any) -> None:
    pair = await in_thread(lambda: tokens.issue(doors.open_session(ann, door=Session.Door.API)))
    socket = await opened(pair["access"])
    await in_thread(tokens.refresh, pair["refresh"])
    with pytest.raises(tokens.BadToken):
        await in_thread(tokens.refresh, pair["refresh"])
    assert await closed_with(socket) == 4401


async def test_a_lost_hint_does_not_leave_a_socket_open(
    ann: User, opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assistant.consumer, "POLL_SECONDS", 0.3)
    session, token = await in_thread(app_of, ann)
    socket = await opened(token)

    def silently() -> None:
        with acting_as(ann):
            Session.objects.filter(pk=session.pk).update(revoked_at=timezone.now() - dt.timedelta(seconds=1))

    await in_thread(silently)
    assert await closed_with(socket) == 4401


async def test_an_ended_session_opens_no_socket(ann: User) -> None:
    session, token = await in_thread(app_of, ann)
    await in_thread(doors.revoke, ann, session)
    socket = WebsocketCommunicator(application, "/api/pam/ws", subprotocols=[PROTOCOL, f"bearer.{token}"])
    await socket.connect(5)
    assert await closed_with(socket) == 4401


async def test_closing_a_session_over_the_api_closes_its_sockets(ann: User, opened: Any) -> None:
    first, going_token = await in_thread(app_of, ann)
    _, token = await in_thread(app_of, ann)
    going, staying = await opened(going_token), await opened(token)

    def close(path: str) -> int:
        return Client().delete(f"/api/auth/sessions{path}", HTTP_AUTHORIZATION=f"Bearer {token}").status_code

    assert await in_thread(close, f"/{first.pk}") == 204
    assert await closed_with(going) == 4401
    also = await opened((await in_thread(app_of, ann))[1])
    assert await in_thread(close, "") == 204
    assert await closed_with(also) == 4401
    assert await lives(staying)

"""No page gives one id to two elements: labels, hints and errors then say what they belong to."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.test import Client

from assistant import turns
from pam.accounts.models import User
from pam.ops import limits
from tests.pages import read

PAGES = ["/today", "/chat", "/wins", "/wheels", "/you", "/social", "/activity", "/settings", "/password"]
GATES = ["/login", "/register", "/password/reset", "/password/reset/sent", "/password/reset/done", "/no-such-page"]


@pytest.fixture
def page(db: None) -> Client:
    """The demo user's browser, after a conversation with receipts, a question and plans."""
    limits.forget()
    call_command("demo")
    client = Client()
    client.post("/login", {"email": "demo@example.com", "password": "pam-demo"})
    return client


def twice(page: Client, address: str, **typed: str) -> list[str]:
    """The ids that stand more than once in a page, or in what comes of a refused form."""
    answer = page.post(address, typed) if typed else page.get(address)
    assert answer.status_code in {200, 400, 404}
    return [name for name, count in read(answer).ids.items() if count > 1 or not name]


def test_every_page_has_each_id_once(page: Client) -> None:
    robin = User.objects.get(email="demo@example.com")
    thread = None
    for text in ("spent 5 on bread", "delete the Coles expense", "post to Hiking: hello. Post to Hiking: again"):
        turn = turns.accept(robin, text, thread)
        turns.process(robin, turn.pk, fresh=True)
        thread = turn.thread_id
    found = {address: twice(page, address) for address in [*PAGES, f"/chat/{thread}", f"/chat/{thread}?q=bread"]}
    found |= {address: twice(Client(), address) for address in GATES}
    assert {address: ids for address, ids in found.items() if ids} == {}


@pytest.mark.parametrize(
    "address", ["/wins/add", "/wins/transfer", "/wheels/fills/add", "/you/events/add", "/social/posts/add", "/settings"]
)
def test_a_refused_form_has_each_id_once(page: Client, address: str) -> None:
    assert twice(page, address, nothing="of use") == []

"""What rang or came while nobody was here waits on Today until it is seen."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from pam.access import acting_as
from pam.accounts.models import User
from pam.live import services
from pam.live.models import Notification
from pam.live.queries import unread
from pam.ops import limits
from tests.house import doing, looking, person
from tests.pages import Read, browser, read
from you import services as you
from you.tasks import ring_due

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    limits.forget()
    return person("Ann")


def waiting(page: Read) -> str:
    """The words of what waits unread on Today."""
    html = page.html
    if 'class="sec rang"' not in html:
        return ""
    start = html.index('class="sec rang"')
    return html[start : html.index("</section>", start)]


def test_a_reminder_that_rang_while_away_waits_at_the_next_sign_in_until_it_is_seen(ann: User) -> None:
    soon = timezone.now() + dt.timedelta(milliseconds=1)
    doing(ann, lambda: you.add_reminder(ann, title="Turn the compost", at=soon))
    assert ring_due() == 1
    page = browser(ann)
    today = read(page.get("/today"))
    assert "Turn the compost" in waiting(today)
    [button] = [address for address in today.open if address.endswith("/seen")]
    assert page.post(button)["Location"] == "/today"
    assert waiting(read(page.get("/today"))) == ""
    assert ring_due() == 0


def test_opening_leads_to_its_page_and_marks_it_read(ann: User) -> None:
    with acting_as(ann):
        services.notify(ann, "reminder", "Water the tomatoes", domain="you", url="/you")
        services.notify(ann, "odd", "Somewhere else", url="//evil.example")
    page = browser(ann)
    [button] = [address for address in read(page.get("/today")).open if address.endswith("/open")]
    assert page.post(button)["Location"] == "/you"
    with acting_as(ann):
        assert [row.title for row in unread(ann)] == ["Somewhere else"]
        odd = unread(ann).get()
    assert page.post(f"/notifications/{odd.pk}/open")["Location"] == "/today"


def test_looking_at_today_marks_nothing_and_all_is_seen_at_once(ann: User) -> None:
    with acting_as(ann):
        for n in range(35):
            services.notify(ann, "reminder", f"Number {n}")
    page = browser(ann)
    for _ in range(2):
        shown = waiting(read(page.get("/today")))
        assert "The newest 30 of 35" in shown
        assert "Number 34" in shown
    page.post("/notifications/seen")
    assert waiting(read(page.get("/today"))) == ""


def test_nobody_sees_or_marks_what_waits_for_another(ann: User) -> None:
    ben = person("Ben")
    with acting_as(ann):
        row = services.notify(ann, "reminder", "Turn the compost")
    page = browser(ben)
    assert "Turn the compost" not in page.get("/today").content.decode()
    assert page.post(f"/notifications/{row.pk}/open").status_code == 404
    page.post(f"/notifications/{row.pk}/seen")
    page.post("/notifications/seen")
    with looking():
        assert Notification.objects.get(pk=row.pk).read_at is None

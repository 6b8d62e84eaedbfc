"""A yes in words approves what was ticked before the person who said it, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest

from assistant import turns
from assistant.models import Plan, Turn
from pam.access import acting_as
from pam.accounts.models import User
from pam.ops import limits
from social.models import Post
from social.services import create_group
from tests.house import doing, person
from tests.pages import browser

pytestmark = pytest.mark.django_db
TWO = "post to Hiking: bring lamps. Post to Hiking: bring water"


@pytest.fixture
def ann() -> User:
    limits.forget()
    ann = person("Ann")
    doing(ann, lambda: create_group(ann, name="Hiking"))
    return ann


def say(user: User, text: str, thread: UUID | None = None, ticked: Sequence[UUID] | None = None) -> Turn:
    turn = turns.accept(user, text, thread, ticked=ticked)
    turns.process(user, turn.pk, fresh=True)
    with acting_as(user):
        return Turn.objects.get(pk=turn.pk)


def posted(user: User) -> list[str]:
    with acting_as(user):
        return sorted(post.text for post in Post.objects.all())


def waiting(user: User) -> tuple[UUID, list[UUID]]:
    """The conversation of the plan that waits, and its steps that do."""
    with acting_as(user):
        plan = Plan.objects.get(status="waiting")
        return plan.thread_id, [step.pk for step in plan.actions.filter(status="proposed").order_by("position")]


def test_unticked_steps_wait_on(ann: User) -> None:
    say(ann, TWO)
    thread, [_, water] = waiting(ann)
    answer = say(ann, "yes", thread, [water])
    assert posted(ann) == ["bring water"]
    assert answer.reply.endswith("1 unticked step waits still.")
    _, left = waiting(ann)
    assert len(left) == 1
    say(ann, "yes", thread)
    assert posted(ann) == ["bring lamps.", "bring water"]


def test_with_nothing_ticked_a_yes_does_nothing(ann: User) -> None:
    say(ann, TWO)
    thread, steps = waiting(ann)
    for ticked in ([], [uuid4()]):  # none, or those of a plan that is not the one that waits
        assert "nothing is approved" in say(ann, "yes", thread, ticked).reply
    assert posted(ann) == []
    assert waiting(ann) == (thread, steps)


def test_without_ticks_a_yes_is_to_the_whole_plan(ann: User) -> None:
    say(ann, TWO)
    say(ann, "yes", waiting(ann)[0])
    assert posted(ann) == ["bring lamps.", "bring water"]


def test_the_api_takes_what_is_ticked(ann: User) -> None:
    say(ann, TWO)
    thread, [lamps, _] = waiting(ann)
    body = {"message": "yes", "thread": str(thread), "ticked": [str(lamps)]}
    answer = browser(ann).post(
        "/api/pam/chat", body, content_type="application/json", headers={"Origin": "http://testserver"}
    )
    assert answer.status_code == 200
    assert posted(ann) == ["bring lamps."]


def test_a_text_longer_than_can_be_understood_is_asked_for_in_pieces(ann: User) -> None:
    client = browser(ann)
    answer = client.post("/api/pam/chat", {"message": "spent 5 on tea, " * 400}, content_type="application/json").json()
    assert "in pieces" in answer["reply"]
    assert answer["actions"] == []

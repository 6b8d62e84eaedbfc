"""Rules of groups: who may do what, who comes in, what stays visible to whom."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from pam.access import acting_as
from pam.accounts.models import User
from pam.journal.undo import Refused, undo
from pam.live.models import Notification
from social import queries, services
from social.models import Comment, Group, Invitation, Membership, Post
from tests.house import did, doing, dump, looking, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    return person("Ann")


@pytest.fixture
def ben() -> User:
    return person("Ben")


@pytest.fixture
def hiking(ann: User) -> Group:
    return doing(ann, lambda: services.create_group(ann, name="Hiking"))


def joins(admin: User, group: Group, user: User) -> Membership:
    asked = doing(admin, lambda: services.invite(admin, group=group, person=user.email))
    with looking():
        asked = Invitation.objects.get(pk=asked.pk)
    return doing(user, lambda: services.accept_invitation(user, asked))


def denied(user: User, act: Any) -> None:
    before = dump()
    with pytest.raises(PermissionDenied):
        doing(user, act)
    assert dump() == before


def test_who_starts_a_group_is_its_admin_and_can_take_it_back(ann: User) -> None:
    before = dump()
    group, entry = did(ann, lambda: services.create_group(ann, name="Hiking"))
    with acting_as(ann):
        assert [(row.owner, row.role) for row in queries.members(group)] == [(ann, "admin")]
    undo(ann, entry.id, source="page")
    assert dump() == before


def test_members_post_and_admins_rule(ann: User, ben: User, hiking: Group) -> None:
    mine = joins(ann, hiking, ben)
    post = doing(ben, lambda: services.create_post(ben, group=hiking, text="Hello"))
    hers = doing(ann, lambda: services.create_post(ann, group=hiking, text="Welcome"))
    denied(ben, lambda: services.change_group(ben, hiking, name="Ben's"))
    denied(ben, lambda: services.delete_group(ben, hiking))
    denied(ben, lambda: services.change_role(ben, mine, role="admin"))
    denied(ben, lambda: services.delete_post(ben, hers))
    denied(ann, lambda: services.change_post(ann, post, text="Not Ben's words"))
    doing(ann, lambda: services.change_role(ann, mine, role="admin"))
    doing(ben, lambda: services.delete_post(ben, hers))
    doing(ann, lambda: services.delete_post(ann, post))


def test_a_stranger_does_nothing(ann: User, hiking: Group) -> None:
    cat = person("Cat")
    post = doing(ann, lambda: services.create_post(ann, group=hiking, text="Hello"))
    denied(cat, lambda: services.create_post(cat, group=hiking, text="Hi"))
    denied(cat, lambda: services.delete_group(cat, hiking))
    with pytest.raises(ValidationError):
        doing(cat, lambda: services.comment(cat, post=post, text="Hi"))
    with looking():
        assert not Comment.objects.exists()


def test_the_last_admin_names_another_before_leaving(ann: User, ben: User, hiking: Group) -> None:
    his = joins(ann, hiking, ben)
    with pytest.raises(ValidationError, match="left without an admin"):
        doing(ann, lambda: services.leave_group(ann, hiking))
    doing(ann, lambda: services.change_role(ann, his, role="admin"))
    doing(ann, lambda: services.leave_group(ann, hiking))
    with acting_as(ben):
        assert [row.owner for row in queries.members(hiking)] == [ben]


def test_the_last_admin_stays_one(ann: User, ben: User, hiking: Group) -> None:
    joins(ann, hiking, ben)
    with acting_as(ann):
        hers = Membership.objects.get(owner=ann)
    for act in (lambda: services.change_role(ann, hers, role="member"), lambda: services.remove_member(ann, hers)):
        with pytest.raises(ValidationError, match="left without an admin"):
            doing(ann, act)


def test_people_are_invited_by_address_or_by_a_known_name(ann: User, ben: User, hiking: Group) -> None:
    asked = doing(ann, lambda: services.invite(ann, group=hiking, person="BEN@example.com"))
    assert asked.invitee == ben
    with looking():
        assert Notification.objects.filter(owner=ben, kind="invitation").count() == 1
    other = doing(ann, lambda: services.create_group(ann, name="Chess"))
    # By name only who is known from a group: nobody is found among strangers.
    assert doing(ann, lambda: services.invite(ann, group=other, person="Ben")).invitee is None
    doing(ben, lambda: services.accept_invitation(ben, asked))
    third = doing(ann, lambda: services.create_group(ann, name="Books"))
    assert doing(ann, lambda: services.invite(ann, group=third, person="ben")).invitee == ben


def test_an_unknown_address_looks_like_a_known_one(ann: User, ben: User, hiking: Group) -> None:
    known = doing(ann, lambda: services.invite(ann, group=hiking, person="ben@example.com"))
    unknown = doing(ann, lambda: services.invite(ann, group=hiking, person="zoe@example.com"))
    assert {**known.receipt(), "sub": ""} == {**unknown.receipt(), "sub": ""}


def test_nobody_is_invited_twice(ann: User, ben: User, hiking: Group) -> None:
    asked = doing(ann, lambda: services.invite(ann, group=hiking, person="ben@example.com"))
    with pytest.raises(ValidationError, match="is invited to Hiking already"):
        doing(ann, lambda: services.invite(ann, group=hiking, person="ben@example.com"))
    doing(ben, lambda: services.accept_invitation(ben, asked))
    with pytest.raises(ValidationError, match="is in Hiking already"):
        doing(ann, lambda: services.invite(ann, group=hiking, person="ben@example.com"))
    with pytest.raises(ValidationError, match="is accepted already"):
        doing(ben, lambda: services.accept_invitation(ben, asked))


def test_an_invitation_is_its_receivers_alone(ann: User, ben: User, hiking: Group) -> None:
    asked = doing(ann, lambda: services.invite(ann, group=hiking, person="ben@example.com"))
    cat = person("Cat")
    denied(cat, lambda: services.accept_invitation(cat, asked))
    denied(ann, lambda: services.accept_invitation(ann, asked))
    doing(ann, lambda: services.decline_invitation(ann, asked))  # one's own is taken back
    with pytest.raises(ValidationError, match="is declined already"):
        doing(ben, lambda: services.accept_invitation(ben, asked))


def test_who_has_left_sees_nothing_more_and_takes_nothing_back(ann: User, ben: User, hiking: Group) -> None:
    his = joins(ann, hiking, ben)
    post, said = did(ben, lambda: services.create_post(ben, group=hiking, text="Hello"))
    doing(ann, lambda: services.comment(ann, post=post, text="Hi"))
    with acting_as(ben):
        assert (Group.objects.count(), Post.objects.count(), Comment.objects.count()) == (1, 1, 1)
    doing(ann, lambda: services.remove_member(ann, his))
    with acting_as(ben):
        assert (Group.objects.count(), Post.objects.count(), Comment.objects.count()) == (0, 0, 0)
    before = dump()
    with pytest.raises(Refused, match="not yours to see any more"):
        undo(ben, said.id, source="page")
    assert dump() == before
    with acting_as(ann):
        assert Post.objects.count() == 1


def test_who_has_left_puts_nothing_back(ann: User, ben: User, hiking: Group) -> None:
    his = joins(ann, hiking, ben)
    doing(ann, lambda: services.change_role(ann, his, role="admin"))
    post = doing(ann, lambda: services.create_post(ann, group=hiking, text="Hello"))
    _, gone = did(ben, lambda: services.delete_post(ben, post))
    with acting_as(ann):
        doing(ann, lambda: services.remove_member(ann, Membership.objects.get(owner=ben)))
    before = dump()
    with pytest.raises(Refused, match="not yours to see any more"):
        undo(ben, gone.id, source="page")
    assert dump() == before


def test_a_group_goes_with_everything_in_it_and_comes_back(ann: User, ben: User, hiking: Group) -> None:
    his = joins(ann, hiking, ben)
    doing(ann, lambda: services.change_role(ann, his, role="admin"))
    doing(ben, lambda: services.comment(ben, post=services.create_post(ben, group=hiking, text="Hello"), text="Hi"))
    person("Cat")
    doing(ben, lambda: services.invite(ben, group=hiking, person="cat@example.com"))  # not Ann's to see
    before = dump()
    _, entry = did(ann, lambda: services.delete_group(ann, hiking))
    with looking():
        assert not any(model.objects.exists() for model in (Group, Membership, Invitation, Post, Comment))
    undo(ann, entry.id, source="page")
    assert dump() == before


@pytest.mark.parametrize("text", ["", "  \n "])
def test_empty_words_are_not_posted(ann: User, hiking: Group, text: str) -> None:
    with pytest.raises(ValidationError, match="no words"):
        doing(ann, lambda: services.create_post(ann, group=hiking, text=text))


def test_a_post_tells_the_other_members(ann: User, ben: User, hiking: Group) -> None:
    joins(ann, hiking, ben)
    doing(ann, lambda: services.create_post(ann, group=hiking, text="Hello"))
    with looking():
        assert [row.owner for row in Notification.objects.filter(kind="post")] == [ben]

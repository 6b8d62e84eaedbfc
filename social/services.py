"""Every rule of groups, and every write. Callers hold a journal entry; all functions act for `user`."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError

from pam.access import unscoped
from pam.accounts.models import User
from pam.journal.owned import saved
from pam.live.services import notify

from .models import Comment, Group, Invitation, Membership, Post


def create_group(user: Any, *, name: str, about: str = "") -> Group:
    """Start a group; who starts it is its admin."""
    group = Group(owner=user, name=name.strip()[:80], about=about)
    if Group.objects.filter(name__iexact=group.name).exists():
        raise ValidationError({"name": f"There is a group called {group.name} already. Give another name."})
    saved(group)
    with unscoped("whoever starts a group is in it only after this row"):
        saved(Membership(owner=user, group=group, role=Membership.Role.ADMIN))
    return group


def change_group(user: Any, group: Group, **data: Any) -> Group:
    """Change name or description; admins of the group only."""
    require_admin(user, group)
    for name, value in data.items():
        setattr(group, name, value)
    return saved(group)


def delete_group(user: Any, group: Group) -> None:
    """Delete a group with everything in it; admins of the group only."""
    require_admin(user, group)
    with unscoped("invitations that other admins sent go with the group"):
        group.delete()


def invite(user: Any, *, group: Group, person: str) -> Invitation:
    """Ask a person, by email address or by the name of somebody in one of the user's groups, into a group.

    Somebody whom PAM does not know by name is kept by that name; whether an address has an account is not revealed.
    """
    person = person.strip()
    if not person:
        raise ValidationError({"person": "Name a person or an email address."})
    invitee = _person(user, person)
    if invitee is not None and Membership.objects.filter(group=group, owner=invitee).exists():
        raise ValidationError({"person": f"{person} is in {group} already."})
    waiting = Invitation.objects.filter(group=group, name__iexact=person, status=Invitation.Status.WAITING)
    if waiting.exists():
        raise ValidationError({"person": f"{person} is invited to {group} already."})
    invitation = saved(Invitation(owner=user, group=group, group_name=group.name, invitee=invitee, name=person[:120]))
    if invitee is not None:
        notify(invitee, "invitation", f"{user} asks you into {group.name}", domain="social", url="/social")
    return invitation


def accept_invitation(user: Any, invitation: Invitation) -> Membership:
    """Join the group that one was asked into."""
    _mine_and_waiting(user, invitation)
    with unscoped("whoever is invited reads the group's row to join it"):
        invitation.status = Invitation.Status.ACCEPTED
        saved(invitation)
        group = Group.objects.get(pk=invitation.group_id)
        return saved(Membership(owner=user, group=group))


def decline_invitation(user: Any, invitation: Invitation) -> Invitation:
    """Decline an invitation, or take one's own back."""
    if invitation.owner_id != user.pk:
        _mine_and_waiting(user, invitation)
    with unscoped("whoever is invited is no member and cannot read the group"):
        invitation.status = Invitation.Status.DECLINED
        return saved(invitation)


def leave_group(user: Any, group: Group) -> None:
    """Leave a group. The last admin of a group with others in it names another first."""
    mine = Membership.objects.filter(group=group, owner=user).first()
    if mine is None:
        raise ValidationError(f"You are not in {group}.")
    _keeps_an_admin(mine)
    mine.delete()


def change_role(user: Any, membership: Membership, *, role: str) -> Membership:
    """Make a member an admin or an admin a member; admins only."""
    require_admin(user, membership.group)
    if role != Membership.Role.ADMIN:
        _keeps_an_admin(membership)
    membership.role = role
    return saved(membership)


def remove_member(user: Any, membership: Membership) -> None:
    """Take a person out of a group; admins only, or the person themselves."""
    if membership.owner_id != user.pk:
        require_admin(user, membership.group)
    _keeps_an_admin(membership)
    membership.delete()


def create_post(user: Any, *, group: Group, text: str) -> Post:
    """Say something to a group."""
    if not Membership.objects.filter(group=group, owner=user).exists():
        raise PermissionDenied(f"Only members post in {group}.")
    if not text.strip():
        raise ValidationError({"text": "There are no words in the post."})
    post = saved(Post(owner=user, group=group, text=text.strip()))
    for member in Membership.objects.filter(group=group).exclude(owner=user).select_related("owner"):
        notify(member.owner, "post", f"{user} in {group.name}", body=text[:200], domain="social", url="/social")
    return post


def change_post(user: Any, post: Post, *, text: str) -> Post:
    """Change one's own post."""
    _own(user, post, "post")
    post.text = text.strip()
    return saved(post)


def delete_post(user: Any, post: Post) -> None:
    """Delete one's own post, or any as an admin of the group."""
    if post.owner_id != user.pk:
        require_admin(user, post.group)
    post.delete()


def comment(user: Any, *, post: Post, text: str) -> Comment:
    """Say something under a post."""
    if not text.strip():
        raise ValidationError({"text": "There are no words in the comment."})
    made = saved(Comment(owner=user, post=post, group=post.group, text=text.strip()))
    if post.owner_id != user.pk:
        notify(post.owner, "comment", f"{user} on your post", body=text[:200], domain="social", url="/social")
    return made


def change_comment(user: Any, row: Comment, *, text: str) -> Comment:
    """Change one's own comment."""
    _own(user, row, "comment")
    row.text = text.strip()
    return saved(row)


def delete_comment(user: Any, row: Comment) -> None:
    """Delete one's own comment, or any as an admin of the group."""
    if row.owner_id != user.pk:
        require_admin(user, row.group)
    row.delete()


def require_admin(user: Any, group: Group) -> None:
    """Raise PermissionDenied where the user is no admin of the group."""
    if not Membership.objects.filter(group=group, owner=user, role=Membership.Role.ADMIN).exists():
        raise PermissionDenied(f"Only an admin of {group} may do this. Nothing has changed.")


def _keeps_an_admin(leaving: Membership) -> None:
    """Raise ValidationError where others would be left in the group without an admin."""
    others = Membership.objects.filter(group=leaving.group).exclude(pk=leaving.pk)
    if not others.exists() or others.filter(role=Membership.Role.ADMIN).exists():
        return
    raise ValidationError(
        f"{leaving.group} would be left without an admin. Make somebody else one first, or delete it."
    )


def _own(user: Any, row: Any, noun: str) -> None:
    if row.owner_id != user.pk:
        raise PermissionDenied(f"This {noun} is somebody else's. Nothing has changed.")


def _mine_and_waiting(user: Any, invitation: Invitation) -> None:
    if invitation.invitee_id != user.pk:
        raise PermissionDenied("This invitation is for somebody else. Nothing has changed.")
    if invitation.status != Invitation.Status.WAITING:
        raise ValidationError(f"This invitation is {invitation.get_status_display().lower()} already.")


def _person(user: Any, said: str) -> User | None:
    if "@" in said:
        return User.objects.filter(email=said.lower(), is_active=True).first()
    known = User.objects.filter(pk__in=Membership.objects.values("owner_id")).exclude(pk=user.pk)
    found = [
        person
        for person in known
        if said.lower() in {person.display_name.lower(), person.display_name.lower().split(" ")[0]}
    ]
    return found[0] if len(found) == 1 else None

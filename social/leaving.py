"""What becomes of groups when a person's account is erased: those who stay keep them."""

from __future__ import annotations

from django.db.models import Q

from pam.accounts.models import User
from pam.journal.owned import saved

from .models import Group, Invitation, Membership


def leave(user: User) -> None:
    """Hand over the groups of a person who goes, and delete those in which nobody is left.

    The caller holds a journal entry and looks across owners. The person's own posts, comments and memberships are
    deleted after this by whoever erases them.
    """
    theirs = Group.objects.filter(Q(owner=user) | Q(memberships__owner=user)).distinct()
    for group in theirs.order_by("id"):
        staying = Membership.objects.filter(group=group).exclude(owner=user).order_by("created_at", "id")
        longest = staying.first()
        if longest is None:
            group.delete()
            continue
        if not staying.filter(role=Membership.Role.ADMIN).exists():
            longest.role = Membership.Role.ADMIN
            saved(longest)
        if group.owner_id == user.pk:
            first_admin = staying.filter(role=Membership.Role.ADMIN)[:1].get()
            group.owner = first_admin.owner
            saved(group)
    # By the address, from before there was an account for it.
    Invitation.objects.filter(name__iexact=user.email).delete()

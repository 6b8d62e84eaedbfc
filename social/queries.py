"""What is asked of groups: who is in them, what is new."""

from __future__ import annotations

from django.db.models import Count, QuerySet
from rapidfuzz import fuzz, utils

from pam.access import current_user

from .models import Group, Invitation, Membership, Post


def groups() -> list[tuple[Group, int]]:
    """Return the acting person's groups, each with its number of members."""
    counts = Membership.objects.order_by().values("group").annotate(count=Count("id"))
    members = {row["group"]: row["count"] for row in counts}
    return [(group, members.get(group.pk, 0)) for group in Group.objects.order_by("name")]


def members(group: Group) -> QuerySet[Membership]:
    """Return who is in a group, admins first."""
    return Membership.objects.filter(group=group).select_related("owner").order_by("role", "id")


def posts(group: Group | None = None) -> QuerySet[Post]:
    """Return posts, newest first."""
    rows = Post.objects.select_related("group", "owner").order_by("-id")
    return rows.filter(group=group) if group else rows


def waiting_invitations() -> QuerySet[Invitation]:
    """Return the invitations that wait for the acting person."""
    return Invitation.objects.filter(invitee=current_user(), status=Invitation.Status.WAITING).order_by("-id")


def invitation_by_words(text: str) -> list[Invitation]:
    """Find a waiting invitation by its group's name."""
    rows = list(waiting_invitations())
    named = [row for row in rows if fuzz.token_set_ratio(row.group_name.lower(), text.lower()) >= 85]
    return named or (rows if len(rows) == 1 else [])


def post_by_words(text: str) -> list[Post]:
    """Find a post by its words or its author, the newest first."""
    wanted = set(utils.default_process(text).split()) - LITTLE
    rows = list(posts()[:100])
    scored = []
    for age, post in enumerate(rows):
        said = set(utils.default_process(f"{post.text} {post.owner} {post.group}").split())
        if wanted & said:
            scored.append((len(wanted & said), -age, post))
    if not scored:
        return rows[:1]
    return [max(scored, key=lambda item: item[:2])[2]]


LITTLE = {
    "the",
    "a",
    "an",
    "my",
    "in",
    "on",
    "of",
    "to",
    "post",
    "that",
    "this",
    "last",
    "photo",
    "photograph",
    "picture",
    "s",
}

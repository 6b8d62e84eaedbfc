"""What is kept of people: groups, memberships, invitations, posts, comments."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import QuerySet

from pam.access.rules import AccessRule, MembersOf, MineAnd, provide_groups
from pam.journal.owned import Owned


class Group(Owned):
    """People who share posts. `owner` made it; who is in it stands in memberships."""

    access_rule: ClassVar[AccessRule] = MembersOf("id")
    noun: ClassVar[str] = "Group"
    shown_fields: ClassVar[tuple[str, ...]] = ("name", "about")

    name = models.CharField(max_length=80)
    about = models.CharField(max_length=500, blank=True)

    class Meta(Owned.Meta):
        indexes = [models.Index(fields=["owner", "name"], name="social_group_name")]

    def __str__(self) -> str:
        return self.name

    def receipt(self) -> dict[str, Any]:
        """Return the texts of its receipt line."""
        return {"name": self.name, "sub": self.about}


class Membership(Owned):
    """That a person (`owner`) is in a group, and as what."""

    class Role(models.TextChoices):
        ADMIN = "admin", "Admin"
        MEMBER = "member", "Member"

    access_rule: ClassVar[AccessRule] = MembersOf("group_id")
    noun: ClassVar[str] = "Membership"
    shown_fields: ClassVar[tuple[str, ...]] = ("role",)

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=6, choices=Role.choices, default=Role.MEMBER)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["owner", "group"], name="social_member_once")]
        indexes = [models.Index(fields=["group"], name="social_membership_group")]

    def __str__(self) -> str:
        return f"{self.owner} in {self.group}"

    def receipt(self) -> dict[str, Any]:
        """Return the texts of its receipt line."""
        return {"name": str(self.group), "sub": str(self.owner), "value": self.get_role_display()}


class Invitation(Owned):
    """That a person (`owner`) asked another into a group; seen by both."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"

    access_rule: ClassVar[AccessRule] = MineAnd("invitee_id")
    noun: ClassVar[str] = "Invitation"
    shown_fields: ClassVar[tuple[str, ...]] = ("status",)

    # The group's name as it was: whoever is invited is no member yet and cannot read the group.
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="invitations")
    group_name = models.CharField(max_length=80)
    invitee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    name = models.CharField(max_length=120)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.WAITING)

    class Meta(Owned.Meta):
        indexes = [models.Index(fields=["invitee", "status"], name="social_invitation_inbox")]

    def __str__(self) -> str:
        return f"{self.name} to {self.group_name}"

    def receipt(self) -> dict[str, Any]:
        """Return the texts of its receipt line."""
        return {"name": self.group_name, "sub": self.name, "value": self.get_status_display()}


class Post(Owned):
    """Something said to a group."""

    access_rule: ClassVar[AccessRule] = MembersOf("group_id")
    noun: ClassVar[str] = "Post"
    shown_fields: ClassVar[tuple[str, ...]] = ("text",)
    takes_attachments: ClassVar[bool] = True

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="posts")
    text = models.TextField(max_length=5_000)

    class Meta(Owned.Meta):
        indexes = [models.Index(fields=["group", "-id"], name="social_post_group")]

    def __str__(self) -> str:
        return self.text if len(self.text) <= 60 else self.text[:57] + "…"

    def receipt(self) -> dict[str, Any]:
        """Return the texts of its receipt line."""
        return {"name": str(self.group), "sub": str(self)}


class Comment(Owned):
    """Something said under a post."""

    access_rule: ClassVar[AccessRule] = MembersOf("group_id")
    noun: ClassVar[str] = "Comment"
    shown_fields: ClassVar[tuple[str, ...]] = ("text",)

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="comments")
    # Of the post, kept here too: who sees a comment is asked of its own row.
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    text = models.TextField(max_length=2_000)

    class Meta(Owned.Meta):
        indexes = [models.Index(fields=["post", "id"], name="social_comment_post")]

    def __str__(self) -> str:
        return self.text if len(self.text) <= 60 else self.text[:57] + "…"

    def receipt(self) -> dict[str, Any]:
        """Return the texts of its receipt line."""
        return {"name": str(self.post), "sub": str(self)}


def _groups(user_id: UUID) -> QuerySet[Any, Any]:
    """The groups that a person is in, asked of the memberships' own table without scope: it is what gives the scope."""
    return models.QuerySet(Membership).filter(owner_id=user_id).values_list("group_id", flat=True)


provide_groups(_groups)

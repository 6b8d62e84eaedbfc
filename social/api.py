"""Social over the API."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import MethodNotAllowed

from pam.api.fields import RefField
from pam.api.views import OwnedViewSet, represent
from pam.files.api import TakesAttachments

from . import queries, services
from .models import Comment, Group, Invitation, Membership, Post

ROW = ("id", "created_at", "updated_at")
GROUP_EXAMPLE = {"id": "01935c1a-7c1e-7a51-9d3e-0d7b6c2f4a30"}


@extend_schema_field(
    {
        "type": "object",
        "properties": {"id": {"type": "string", "format": "uuid"}, "name": {"type": "string"}},
        "required": ["id", "name"],
        "readOnly": True,
    }
)
class PersonField(serializers.Field[Any, Any, dict[str, str], Any]):
    """A person as others see them: id and name, never the address."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: Any) -> dict[str, str]:
        """Return id and name."""
        return {"id": str(value.pk), "name": value.display_name or "Somebody"}


class GroupSerializer(serializers.ModelSerializer[Group]):
    """A group."""

    class Meta:
        model = Group
        fields = (*ROW, "name", "about")
        read_only_fields = ROW
        example: ClassVar[dict[str, Any]] = {"name": "Hiking"}


class MembershipSerializer(serializers.ModelSerializer[Membership]):
    """Who is in a group; its role is changed by an admin."""

    person = PersonField(source="owner")
    group = RefField(Group, read_only=True)

    class Meta:
        model = Membership
        fields = (*ROW, "group", "person", "role")
        read_only_fields = ROW
        example: ClassVar[dict[str, Any]] = {"role": "admin"}


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    """An invitation; who is invited changes its status to accepted or declined."""

    group = RefField(Group, write_only=True, required=False)
    person = serializers.CharField(source="name", max_length=120, required=False)
    sender = PersonField(source="owner")
    status = serializers.ChoiceField(choices=["accepted", "declined", "waiting"], required=False)

    class Meta:
        model = Invitation
        fields = (*ROW, "group", "group_name", "person", "sender", "status")
        read_only_fields = (*ROW, "group_name")
        example: ClassVar[dict[str, Any]] = {"group": GROUP_EXAMPLE, "person": "bea@example.com"}


class PostSerializer(serializers.ModelSerializer[Post]):
    """A post in a group."""

    group = RefField(Group)
    author = PersonField(source="owner")

    class Meta:
        model = Post
        fields = (*ROW, "group", "author", "text")
        read_only_fields = ROW
        example: ClassVar[dict[str, Any]] = {"group": GROUP_EXAMPLE, "text": "The track is open again"}


class CommentSerializer(serializers.ModelSerializer[Comment]):
    """A comment under a post."""

    post = RefField(Post)
    author = PersonField(source="owner")

    class Meta:
        model = Comment
        fields = (*ROW, "post", "author", "text")
        read_only_fields = ROW
        example: ClassVar[dict[str, Any]] = {
            "post": {"id": "01935c1a-7c1e-7a51-9d3e-0d7b6c2f4a31"},
            "text": "See you there",
        }


class GroupFilter(django_filters.FilterSet):
    """Filters of what is in groups."""

    group = django_filters.UUIDFilter(field_name="group_id")

    class Meta:
        fields: ClassVar[list[str]] = []


class CommentFilter(django_filters.FilterSet):
    """Filters of comments."""

    post = django_filters.UUIDFilter(field_name="post_id")

    class Meta:
        fields: ClassVar[list[str]] = []


class GroupViewSet(OwnedViewSet):
    """Groups."""

    model = Group
    collection = "social/groups"
    serializer_class = GroupSerializer

    def add(self, user: Any, **data: Any) -> Any:
        """Start a group."""
        return services.create_group(user, **data)

    def change(self, user: Any, row: Any, **data: Any) -> Any:
        """Change a group."""
        return services.change_group(user, row, **data)

    def remove(self, user: Any, row: Any) -> None:
        """Delete a group."""
        services.delete_group(user, row)


class MemberViewSet(OwnedViewSet):
    """Who is in one's groups. People come in by invitation."""

    model = Membership
    collection = "social/members"
    serializer_class = MembershipSerializer
    filterset_class = GroupFilter
    http_method_names = ["get", "patch", "put", "delete", "head", "options"]

    def rows(self) -> QuerySet[Any]:
        """Return the memberships."""
        return Membership.objects.select_related("owner", "group")

    def change(self, user: Any, row: Any, **data: Any) -> Any:
        """Change a role."""
        return services.change_role(user, row, **data) if data else row

    def remove(self, user: Any, row: Any) -> None:
        """Take a person out, or leave."""
        if row.owner_id == user.pk:
            services.leave_group(user, row.group)
        else:
            services.remove_member(user, row)


class InvitationViewSet(OwnedViewSet):
    """Invitations that one sent or got."""

    model = Invitation
    collection = "social/invitations"
    serializer_class = InvitationSerializer
    http_method_names = ["get", "post", "patch", "head", "options"]

    def rows(self) -> QuerySet[Any]:
        """Return the invitations."""
        return Invitation.objects.select_related("owner")

    def add(self, user: Any, **data: Any) -> Any:
        """Invite a person."""
        if "group" not in data or "name" not in data:
            raise serializers.ValidationError({"group": ["Name a group and a person."]})
        return services.invite(user, group=data["group"], person=data["name"])

    def change(self, user: Any, row: Any, **data: Any) -> Any:
        """Accept or decline."""
        if data.get("status") == Invitation.Status.ACCEPTED:
            services.accept_invitation(user, row)
        elif data.get("status") == Invitation.Status.DECLINED:
            services.decline_invitation(user, row)
        row.refresh_from_db()
        return row

    def remove(self, user: Any, row: Any) -> None:
        """Invitations stay listed."""
        raise MethodNotAllowed("DELETE")


class PostViewSet(TakesAttachments, OwnedViewSet):
    """Posts."""

    model = Post
    collection = "social/posts"
    serializer_class = PostSerializer
    filterset_class = GroupFilter

    def rows(self) -> QuerySet[Any]:
        """Return the posts."""
        return queries.posts()

    def add(self, user: Any, **data: Any) -> Any:
        """Post to a group."""
        return services.create_post(user, **data)

    def change(self, user: Any, row: Any, **data: Any) -> Any:
        """Change one's own post."""
        return services.change_post(user, row, text=data.get("text", row.text))

    def remove(self, user: Any, row: Any) -> None:
        """Delete a post."""
        services.delete_post(user, row)


class CommentViewSet(OwnedViewSet):
    """Comments."""

    model = Comment
    collection = "social/comments"
    serializer_class = CommentSerializer
    filterset_class = CommentFilter

    def rows(self) -> QuerySet[Any]:
        """Return the comments."""
        return Comment.objects.select_related("post", "owner")

    def add(self, user: Any, **data: Any) -> Any:
        """Comment on a post."""
        return services.comment(user, **data)

    def change(self, user: Any, row: Any, **data: Any) -> Any:
        """Change one's own comment."""
        return services.change_comment(user, row, text=data.get("text", row.text))

    def remove(self, user: Any, row: Any) -> None:
        """Delete a comment."""
        services.delete_comment(user, row)


viewsets = [GroupViewSet, MemberViewSet, InvitationViewSet, PostViewSet, CommentViewSet]

represent(Group, "social/groups", GroupSerializer)
represent(Membership, "social/members", MembershipSerializer)
represent(Invitation, "social/invitations", InvitationSerializer)
represent(Post, "social/posts", PostSerializer)
represent(Comment, "social/comments", CommentSerializer)

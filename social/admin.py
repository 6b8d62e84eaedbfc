"""What staff manage of groups."""

from django.contrib import admin

from pam.journal.admin_base import OwnedAdmin

from .models import Comment, Group, Invitation, Membership, Post


@admin.register(Group)
class GroupAdmin(OwnedAdmin[Group]):
    """Groups."""

    list_display = ("name", "owner", "created_at")
    search_fields = ("name", "owner__email")


@admin.register(Membership)
class MembershipAdmin(OwnedAdmin[Membership]):
    """Memberships."""

    list_display = ("group", "owner", "role")
    list_filter = ("role",)


@admin.register(Invitation)
class InvitationAdmin(OwnedAdmin[Invitation]):
    """Invitations."""

    list_display = ("group_name", "name", "owner", "status")
    list_filter = ("status",)


@admin.register(Post)
class PostAdmin(OwnedAdmin[Post]):
    """Posts."""

    list_display = ("group", "owner", "text", "created_at")
    search_fields = ("text", "owner__email")


@admin.register(Comment)
class CommentAdmin(OwnedAdmin[Comment]):
    """Comments."""

    list_display = ("post", "owner", "text", "created_at")
    search_fields = ("text", "owner__email")

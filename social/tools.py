"""What can be asked of people and groups in words."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from pam.journal.lines import show_moment
from pam.tools import Arguments, Ref, Reply, Risk, tool
from pam.tools.names import provides_names
from pam.tools.resolve import finds

from . import queries, services
from .models import Group, Invitation, Membership, Post

finds(Post, queries.post_by_words)
finds(Invitation, queries.invitation_by_words)
provides_names("group", lambda: Group.objects.values_list("name", flat=True))


class NewGroup(Arguments):
    """A group, as said."""

    name: str = Field(max_length=80)


@tool(NewGroup, risk=Risk.REVERSIBLE, title="Add group", ask={"name": "What is the group called?"})
def create_group(user: Any, asked: NewGroup) -> Reply:
    """Start a group of people."""
    services.create_group(user, name=asked.name)
    return Reply()


def _members_see(user: Any, asked: Any) -> str:
    """Return who will see it."""
    group = getattr(asked, "group", None) or asked.post.group
    count = Membership.objects.filter(group=group).count()
    return f"{count} member{'s' if count != 1 else ''} will see it"


class Invite(Arguments):
    """An invitation, as said."""

    person: str = Field(max_length=120, description="name or email address")
    group: Ref[Group]


@tool(
    Invite, risk=Risk.OUTWARD, title="Invite",
    ask={"person": "Who is to be invited?", "group": "To which group?"},
    audience=lambda user, asked: f"{asked.person} will see it",
)  # fmt: skip
def invite(user: Any, asked: Invite) -> Reply:
    """Ask a person into a group."""
    services.invite(user, group=asked.group, person=asked.person)
    return Reply()


class NewPost(Arguments):
    """A post, as said."""

    group: Ref[Group]
    text: str = Field(max_length=5_000)


@tool(
    NewPost, risk=Risk.OUTWARD, title="Add post", audience=_members_see,
    ask={"text": "What should it say?", "group": "In which group?"},
)  # fmt: skip
def create_post(user: Any, asked: NewPost) -> Reply:
    """Post something to a group; its members see it."""
    services.create_post(user, group=asked.group, text=asked.text)
    return Reply()


class NewComment(Arguments):
    """A comment, as said."""

    post: Ref[Post]
    text: str = Field(max_length=2_000)


@tool(
    NewComment, risk=Risk.OUTWARD, title="Add comment", audience=_members_see,
    ask={"text": "What should it say?", "post": "Under which post?"},
)  # fmt: skip
def comment(user: Any, asked: NewComment) -> Reply:
    """Comment on a post; the group's members see it."""
    services.comment(user, post=asked.post, text=asked.text)
    return Reply()


class OneGroup(Arguments):
    """Which group; all where none is said."""

    group: Ref[Group] | None = None


@tool(OneGroup, risk=Risk.READ, title="Posts")
def list_posts(user: Any, asked: OneGroup) -> Reply:
    """Tell what was posted lately, in a group or in all."""
    rows = list(queries.posts(asked.group)[:10])
    if not rows:
        return Reply("Nothing is posted yet.")
    said = "; ".join(f"{post.owner} in {post.group}: {post}" for post in rows[:5])
    table = [[show_moment(post.created_at), f"{post.owner}: {post.text[:160]}"] for post in rows]
    return Reply(f"{said}.", _list("Posts", table))


class WhichGroup(Arguments):
    """Which group."""

    group: Ref[Group]


@tool(WhichGroup, risk=Risk.READ, title="People", ask={"group": "Which group?"})
def people(user: Any, asked: WhichGroup) -> Reply:
    """Tell who is in a group."""
    rows = list(queries.members(asked.group)[:100])
    names = ", ".join(f"{row.owner}{' (admin)' if row.role == Membership.Role.ADMIN else ''}" for row in rows)
    return Reply(f"{asked.group}, {len(rows)} {'people' if len(rows) != 1 else 'person'}: {names}.")


class Nothing(Arguments):
    """Takes nothing."""


@tool(Nothing, risk=Risk.READ, title="Groups")
def list_groups(user: Any, asked: Nothing) -> Reply:
    """Tell which groups the user is in."""
    rows = queries.groups()
    if not rows:
        return Reply("There are no groups yet. Say “start a group called Hiking”.")
    return Reply("; ".join(f"{group} ({count})" for group, count in rows) + ".")


@tool(WhichGroup, risk=Risk.OUTWARD, title="Leave group", ask={"group": "Which group?"}, audience=_members_see)
def leave_group(user: Any, asked: WhichGroup) -> Reply:
    """Leave a group."""
    services.leave_group(user, asked.group)
    return Reply()


class OnePost(Arguments):
    """Which post."""

    post: Ref[Post]


@tool(OnePost, risk=Risk.OUTWARD, title="Delete post", ask={"post": "Which post?"}, audience=_members_see)
def delete_post(user: Any, asked: OnePost) -> Reply:
    """Delete a post; it goes for everybody."""
    services.delete_post(user, asked.post)
    return Reply()


class OneInvitation(Arguments):
    """Which invitation, by its group."""

    group: Ref[Invitation]


@tool(OneInvitation, risk=Risk.OUTWARD, title="Accept invitation", ask={"group": "Which group's?"})
def accept_invitation(user: Any, asked: OneInvitation) -> Reply:
    """Join a group that one was asked into."""
    services.accept_invitation(user, asked.group)
    return Reply()


@tool(OneInvitation, risk=Risk.REVERSIBLE, title="Decline invitation", ask={"group": "Which group's?"})
def decline_invitation(user: Any, asked: OneInvitation) -> Reply:
    """Decline an invitation to a group."""
    services.decline_invitation(user, asked.group)
    return Reply()


def _list(title: str, rows: list[list[str]]) -> dict[str, Any]:
    return {
        "kind": "list", "domain": "social", "title": title, "columns": ["When", "What"],
        "rows_align": ["left", "left"], "rows": rows, "foot": "Read only, nothing changed", "link": "/social",
    }  # fmt: skip

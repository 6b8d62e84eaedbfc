"""The page of people and groups."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from pam.files.pages import of_rows
from pam.journal.lines import show_moment
from pam.pages import ByHand, ByHandForm, act, by_hand, choice_of, login_required, page, submit

from . import queries, services
from .models import Comment, Group, Invitation, Post


class GroupForm(ByHandForm):
    """Start a group."""

    name = forms.CharField(max_length=80)
    about = forms.CharField(max_length=500, required=False)


class GroupChoice(ByHandForm):
    """A form about one group."""

    group = choice_of(empty_label=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = Group.objects.order_by("name")  # type: ignore[attr-defined]


class PostForm(GroupChoice):
    """Post to a group."""

    text = forms.CharField(max_length=5_000, widget=forms.Textarea(attrs={"rows": 3}))


class InviteForm(GroupChoice):
    """Invite a person."""

    person = forms.CharField(max_length=120, label="Name or email address")


class CommentForm(ByHandForm):
    """Comment on a post."""

    text = forms.CharField(max_length=2_000)


@login_required
def home(request: HttpRequest, refused: forms.BaseForm | None = None, under: UUID | None = None) -> HttpResponse:
    """Show groups, invitations and posts; a refused comment stands `under` its post."""
    comments: dict[UUID, list[Comment]] = {}
    posts = list(queries.posts()[:30])
    for comment in Comment.objects.filter(post__in=posts).select_related("owner").order_by("id"):
        comments.setdefault(comment.post_id, []).append(comment)
    files = of_rows(request.user, posts)
    shown = [
        {
            "lead": show_moment(post.created_at), "what": post.text, "sub": f"{post.owner} in {post.group}",
            "comments": [{"who": str(c.owner), "text": c.text} for c in comments.get(post.pk, [])],
            "comment": reverse("social-comment", args=[post.pk]), "field": refused["text"] if refused and post.pk == under else "",
            "delete": reverse("social-post-delete", args=[post.pk]) if post.owner_id == request.user.pk else "",
            **files[post.pk],
        }
        for post in posts
    ]  # fmt: skip
    invitations = [
        {"lead": "", "what": row.group_name, "sub": f"{row.owner} asks you in",
         "accept": reverse("social-accept", args=[row.pk]), "decline": reverse("social-decline", args=[row.pk])}
        for row in queries.waiting_invitations().select_related("owner")
    ]  # fmt: skip
    groups = [
        {"lead": "", "what": group.name, "sub": group.about, "tail": f"{count} in it"}
        for group, count in queries.groups()
    ]
    sections = [
        {"title": "Groups", "kind": "rows", "rows": groups,
         "empty": {"text": "No groups yet. Say “start a group called Hiking”."}},
        {"title": "Posts", "kind": "rows", "rows": shown,
         "empty": {"text": "Nothing is posted yet. Say “post to Hiking that the track is open again”."}},
    ]  # fmt: skip
    if invitations:
        sections.insert(0, {"title": "Invitations", "kind": "rows", "rows": invitations, "empty": {}})
    offered = [
        ByHand("Post", "social-post", PostForm, "Post"),
        ByHand("Invite", "social-invite", InviteForm, "Invite"),
        ByHand("Start a group", "social-group", GroupForm, "Start"),
    ]
    figures = [{"label": "Groups", "value": str(len(groups)), "sub": ""}]
    return page(
        request,
        "social/home.html",
        "social",
        figures=figures,
        sections=sections,
        forms=by_hand(offered, refused),
        status=400 if refused else 200,
    )


@login_required
@require_POST
def add_group(request: HttpRequest) -> HttpResponse:
    """Start a group."""
    return submit(request, GroupForm(request.POST), services.create_group, home, back="social")


@login_required
@require_POST
def add_post(request: HttpRequest) -> HttpResponse:
    """Post to a group."""
    return submit(request, PostForm(request.POST), services.create_post, home, back="social")


@login_required
@require_POST
def invite(request: HttpRequest) -> HttpResponse:
    """Invite a person."""
    return submit(request, InviteForm(request.POST), services.invite, home, back="social")


@login_required
@require_POST
def comment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Comment on a post."""
    post = get_object_or_404(Post.objects.all(), pk=pk)

    def make(user: Any, *, text: str) -> None:
        services.comment(user, post=post, text=text)

    def show(request: HttpRequest, form: forms.BaseForm) -> HttpResponse:
        return home(request, form, pk)

    return submit(request, CommentForm(request.POST), make, show, back="social")


@login_required
@require_POST
def accept(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Accept an invitation."""
    row = get_object_or_404(Invitation.objects.all(), pk=pk)
    return act(request, lambda: services.accept_invitation(request.user, row), back="social")


@login_required
@require_POST
def decline(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Decline an invitation."""
    row = get_object_or_404(Invitation.objects.all(), pk=pk)
    return act(request, lambda: services.decline_invitation(request.user, row), back="social")


@login_required
@require_POST
def delete_post(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete a post."""
    row = get_object_or_404(Post.objects.all(), pk=pk)
    return act(request, lambda: services.delete_post(request.user, row), back="social")

"""Addresses of the pages of people and groups."""

from django.urls import path

from . import pages

urlpatterns = [
    path("social", pages.home, name="social"),
    path("social/groups/add", pages.add_group, name="social-group"),
    path("social/posts/add", pages.add_post, name="social-post"),
    path("social/invite", pages.invite, name="social-invite"),
    path("social/posts/<uuid:pk>/comment", pages.comment, name="social-comment"),
    path("social/posts/<uuid:pk>/delete", pages.delete_post, name="social-post-delete"),
    path("social/invitations/<uuid:pk>/accept", pages.accept, name="social-accept"),
    path("social/invitations/<uuid:pk>/decline", pages.decline, name="social-decline"),
]

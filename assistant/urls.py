"""Addresses of the chat page."""

from django.urls import path

from . import pages

urlpatterns = [
    path("chat", pages.chat, name="chat"),
    path("chat/say", pages.say, name="chat-say"),
    path("chat/<uuid:thread>", pages.chat, name="chat-thread"),
    path("chat/<uuid:thread>/delete", pages.delete, name="chat-delete"),
    path("chat/plans/<uuid:plan>/<str:answer>", pages.decide, name="chat-decide"),
    path("settings/memory/<uuid:pk>/forget", pages.forget, name="memory-forget"),
]

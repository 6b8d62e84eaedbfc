"""Addresses of the pages of days."""

from django.urls import path

from . import pages

urlpatterns = [
    path("today", pages.today, name="today"),
    path("you", pages.home, name="you"),
    path("you/tasks/add", pages.add_task, name="you-task-add"),
    path("you/tasks/<uuid:pk>/done", pages.task_done, name="you-task-done"),
    path("you/tasks/<uuid:pk>/delete", pages.task_delete, name="you-task-delete"),
    path("you/events/add", pages.add_event, name="you-event-add"),
    path("you/events/<uuid:pk>/delete", pages.event_delete, name="you-event-delete"),
    path("you/reminders/add", pages.add_reminder, name="you-reminder-add"),
    path("you/reminders/<uuid:pk>/done", pages.reminder_done, name="you-reminder-done"),
    path("you/reminders/<uuid:pk>/delete", pages.reminder_delete, name="you-reminder-delete"),
]

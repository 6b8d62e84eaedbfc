"""What can be asked of days in words."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone
from pydantic import Field

from pam.journal.lines import show_date, show_moment, show_time
from pam.tools import Arguments, Day, Moment, Period, Ref, Reply, Risk, tool
from pam.tools.resolve import finds
from pam.tools.today import DayItem, day_of, provides_day

from . import queries, services
from .models import Event, Reminder, Task

finds(Task, queries.task_by_words)
finds(Event, queries.event_by_words)
finds(Reminder, queries.reminder_by_words)


class NewTask(Arguments):
    """A task, as said."""

    title: str = Field(max_length=300)
    due: Day | None = None


@tool(NewTask, risk=Risk.REVERSIBLE, title="Add task", ask={"title": "What is to be done?"}, each="title")
def add_task(user: Any, asked: NewTask) -> Reply:
    """Put something on the user's list of things to do."""
    services.add_task(user, title=asked.title, due=asked.due)
    return Reply()


class OneTask(Arguments):
    """Which task."""

    task: Ref[Task]


@tool(OneTask, risk=Risk.REVERSIBLE, title="Tick off task", ask={"task": "Which task?"})
def complete_task(user: Any, asked: OneTask) -> Reply:
    """Tick a task off as done."""
    services.complete_task(user, asked.task)
    return Reply()


@tool(OneTask, risk=Risk.REVERSIBLE, title="Open task again", ask={"task": "Which task?"})
def reopen_task(user: Any, asked: OneTask) -> Reply:
    """Open a task again that was ticked off."""
    services.change_task(user, asked.task, done=False)
    return Reply()


class EditTask(Arguments):
    """What to change of a task."""

    task: Ref[Task]
    due: Day | None = None
    title: str | None = Field(default=None, max_length=300)


@tool(
    EditTask, risk=Risk.REVERSIBLE, title="Change task", any_of=("due", "title"),
    ask={"task": "Which task?", "due": "To which day?"},
)  # fmt: skip
def edit_task(user: Any, asked: EditTask) -> Reply:
    """Move a task to another day or give it another title."""
    services.change_task(user, asked.task, **_said(asked, "due", "title"))
    return Reply()


@tool(OneTask, risk=Risk.REVERSIBLE, title="Delete task", ask={"task": "Which task?"})
def delete_task(user: Any, asked: OneTask) -> Reply:
    """Take a task off the list without doing it."""
    services.delete_task(user, asked.task)
    return Reply()


class InPeriod(Arguments):
    """A question about a period."""

    period: Period | None = None


@tool(InPeriod, risk=Risk.READ, title="Open tasks")
def list_tasks(user: Any, asked: InPeriod) -> Reply:
    """Tell what is still to be done."""
    rows = list(queries.open_tasks(asked.period.until if asked.period else None)[:50])
    if not rows:
        return Reply("Nothing is left to do.")
    said = "; ".join(f"{task.title}{f' ({show_date(task.due)})' if task.due else ''}" for task in rows[:12])
    more = f"; and {len(rows) - 12} more" if len(rows) > 12 else ""
    return Reply(
        f"{len(rows)} to do: {said}{more}.",
        _list("Tasks", [[show_date(task.due) if task.due else "", task.title] for task in rows]),
    )


class NewEvent(Arguments):
    """An event, as said."""

    title: str = Field(max_length=300)
    start: Moment
    end: Moment | None = None
    all_day: bool = False
    place: str | None = Field(default=None, max_length=200)


@tool(NewEvent, risk=Risk.REVERSIBLE, title="Add event", ask={"title": "What is it?", "start": "When is it?"})
def add_event(user: Any, asked: NewEvent) -> Reply:
    """Put an appointment or other event into the calendar."""
    end = asked.end
    if asked.all_day and end is not None:
        end += dt.timedelta(days=1)
    services.add_event(
        user, title=asked.title, start=asked.start, end=end, all_day=asked.all_day, place=asked.place or ""
    )
    clash = [
        event.title
        for event in queries.events(asked.start.date(), asked.start.date() + dt.timedelta(days=1))
        if not asked.all_day and event.start == asked.start and event.title != asked.title
    ]
    return Reply(f"At the same time: {', '.join(clash)}." if clash else "")


class EditEvent(Arguments):
    """What to change of an event."""

    event: Ref[Event]
    start: Moment | None = None
    end: Moment | None = None
    title: str | None = Field(default=None, max_length=300)
    place: str | None = Field(default=None, max_length=200)


@tool(
    EditEvent, risk=Risk.REVERSIBLE, title="Change event", any_of=("start", "end", "title", "place"),
    ask={"event": "Which event?", "start": "To when?"},
)  # fmt: skip
def edit_event(user: Any, asked: EditEvent) -> Reply:
    """Move an event, or change its title or place."""
    services.change_event(user, asked.event, **_said(asked, "start", "end", "title", "place"))
    return Reply()


class OneEvent(Arguments):
    """Which event."""

    event: Ref[Event]


@tool(OneEvent, risk=Risk.REVERSIBLE, title="Delete event", ask={"event": "Which event?"})
def delete_event(user: Any, asked: OneEvent) -> Reply:
    """Take an event out of the calendar."""
    services.delete_event(user, asked.event)
    return Reply()


class FindEvents(Arguments):
    """A question about the calendar."""

    event: str | None = None
    period: Period | None = None


@tool(FindEvents, risk=Risk.READ, title="Events")
def list_events(user: Any, asked: FindEvents) -> Reply:
    """Tell what is in the calendar, or when something is."""
    today = timezone.localdate()
    start = asked.period.start if asked.period else today
    until = asked.period.until if asked.period else today + dt.timedelta(days=14)
    rows = list(queries.events(start, until)[:50])
    if asked.event:
        named = queries.event_by_words(asked.event)
        if named:
            rows = named
        elif not asked.period:
            return Reply(f"Nothing in the calendar is called “{asked.event}”.")
    if not rows:
        return Reply("Nothing is in the calendar then.")
    said = "; ".join(f"{event.title}, {event.when()}" for event in rows[:8])
    return Reply(f"{said}.", _list("Events", [[event.when(), event.title] for event in rows]))


class NewReminder(Arguments):
    """A reminder, as said."""

    title: str = Field(max_length=300)
    at: Moment
    recurrence: str = Field(default="", max_length=200, description="RFC 5545 RRULE value where it repeats")
    email: bool | None = Field(default=None, description="by email too")


@tool(
    NewReminder, risk=Risk.REVERSIBLE, title="Add reminder", each="title",
    ask={"title": "What is the reminder for?", "at": "When should it ring?"},
)  # fmt: skip
def add_reminder(user: Any, asked: NewReminder) -> Reply:
    """Remind the user of something at a time."""
    reminder = services.add_reminder(
        user, title=asked.title, at=asked.at, recurrence=asked.recurrence, email=asked.email
    )
    return Reply("It rings at once: the time has passed." if reminder.at < timezone.now() else "")


class EditReminder(Arguments):
    """What to change of a reminder."""

    reminder: Ref[Reminder]
    at: Moment | None = None
    title: str | None = Field(default=None, max_length=300)


@tool(
    EditReminder, risk=Risk.REVERSIBLE, title="Change reminder", any_of=("at", "title"),
    ask={"reminder": "Which reminder?", "at": "To when?"},
)  # fmt: skip
def edit_reminder(user: Any, asked: EditReminder) -> Reply:
    """Move a reminder to another time or give it other words."""
    services.change_reminder(user, asked.reminder, **_said(asked, "at", "title"))
    return Reply()


class OneReminder(Arguments):
    """Which reminder."""

    reminder: Ref[Reminder]


@tool(OneReminder, risk=Risk.REVERSIBLE, title="Delete reminder", ask={"reminder": "Which reminder?"})
def delete_reminder(user: Any, asked: OneReminder) -> Reply:
    """Delete a reminder."""
    services.delete_reminder(user, asked.reminder)
    return Reply()


@tool(InPeriod, risk=Risk.READ, title="Reminders")
def list_reminders(user: Any, asked: InPeriod) -> Reply:
    """Tell which reminders are to come."""
    rows = queries.reminders(asked.period.start, asked.period.until) if asked.period else queries.coming_reminders()
    found = list(rows[:50])
    if not found:
        return Reply("No reminders then." if asked.period else "No reminders are to come.")
    said = "; ".join(f"{reminder.title}, {show_moment(reminder.at)}" for reminder in found[:8])
    return Reply(f"{said}.", _list("Reminders", [[show_moment(row.at), row.title] for row in found]))


class OneDay(Arguments):
    """Which day; today where none is said."""

    on: Day | None = None


@tool(OneDay, risk=Risk.READ, title="The day")
def day(user: Any, asked: OneDay) -> Reply:
    """Tell what a day holds: events, tasks, reminders, and what the other domains have for it."""
    on = asked.on or timezone.localdate()
    items = day_of(on)
    name = "Today" if on == timezone.localdate() else show_date(on)
    if not items:
        return Reply(f"{name}: nothing is planned.")
    said = "; ".join(f"{item.lead} {item.what}".strip() for item in items[:12])
    return Reply(f"{name}: {said}.", _list(name, [[item.lead, item.what] for item in items]))


@tool(InPeriod, risk=Risk.READ, title="Free time")
def free_time(user: Any, asked: InPeriod) -> Reply:
    """Tell when the user is free."""
    today = timezone.localdate()
    start = asked.period.start if asked.period else today
    until = min(asked.period.until if asked.period else start + dt.timedelta(days=1), start + dt.timedelta(days=7))
    said = []
    for n in range((until - start).days):
        on = start + dt.timedelta(days=n)
        found = queries.gaps(on)
        free = ", ".join(f"{show_time(a)} to {show_time(b)}" for a, b in found) or "nothing free"
        said.append(f"{show_date(on)}: {free}")
    return Reply("Free between 8 am and 8 pm. " + "; ".join(said) + ".")


@provides_day
def days_own(on: dt.date) -> list[DayItem]:
    """Events, due and overdue tasks, and reminders of a day."""
    nxt = on + dt.timedelta(days=1)
    items = []
    for event in queries.events(on, nxt):
        lead = "all day" if event.all_day else show_time(event.start)
        order = "" if event.all_day else f"{timezone.localtime(event.start):%H:%M}"
        items.append(DayItem("you", "event", event.title, lead, event.place, order, url="/you"))
    for reminder in queries.reminders(on, nxt):
        order = f"{timezone.localtime(reminder.at):%H:%M}"
        items.append(DayItem("you", "reminder", reminder.title, show_time(reminder.at), "Reminder", order, url="/you"))
    today = on == timezone.localdate()
    for task in Task.objects.filter(completed_at=None, due__isnull=False, due__lt=nxt).order_by("due", "id"):
        if task.due == on or today:
            late = task.due is not None and task.due < on
            sub = f"Task, due {show_date(task.due)}" if late and task.due else "Task"
            items.append(DayItem("you", "task", task.title, "", sub, "~", "overdue" if late else "", "/you"))
    return items


def _said(asked: Arguments, *names: str) -> dict[str, Any]:
    return {name: getattr(asked, name) for name in names if getattr(asked, name) is not None}


def _list(title: str, rows: list[list[str]]) -> dict[str, Any]:
    return {
        "kind": "list", "domain": "you", "title": title, "columns": ["When", "What"],
        "rows_align": ["left", "left"], "rows": rows[:20], "foot": "Read only, nothing changed", "link": "/you",
    }  # fmt: skip

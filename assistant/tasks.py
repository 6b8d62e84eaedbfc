"""Background work of the assistant, thin."""

from celery import shared_task

from pam.accounts.models import User

from . import turns

PERIODIC = {"assistant.resume": {"task": "assistant.tasks.resume", "every": 5}}


@shared_task(name="assistant.tasks.resume")
def resume() -> int:
    """Go on with turns whose process is gone; return how many."""
    found = turns.unfinished()
    for turn_id, owner_id in found:
        turns.process(User.objects.get(pk=owner_id), turn_id)
    return len(found)

"""Background work of the assistant, thin."""

from celery import shared_task

from . import turns

PERIODIC = {"assistant.resume": {"task": "assistant.tasks.resume", "every": 5}}


@shared_task(name="assistant.tasks.resume")
def resume() -> int:
    """Go on with turns whose process is gone; return how many."""
    return turns.take_over()

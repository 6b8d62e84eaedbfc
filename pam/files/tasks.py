"""Background work of files, thin."""

from celery import shared_task

from . import services, storage

PERIODIC = {"files.sweep": {"task": "pam.files.tasks.sweep", "every": 3600}}


@shared_task(name="pam.files.tasks.sweep")
def sweep() -> int:
    """Let uploads expire and remove bytes that nothing refers to any more; return of how many files."""
    return services.expire() + storage.sweep()

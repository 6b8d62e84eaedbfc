"""Background work of erasing, thin."""

from celery import shared_task

from . import erase

PERIODIC = {"transfer.erase": {"task": "pam.transfer.tasks.erase_due", "every": 600}}


@shared_task(name="pam.transfer.tasks.erase_due")
def erase_due() -> int:
    """Erase every person whose day has come; return how many."""
    return erase.erase_due()

"""The correlation id on its way into Celery: sent with each task, followed while it runs."""

from __future__ import annotations

from contextlib import ExitStack
from threading import local
from typing import Any

from celery.signals import before_task_publish, task_postrun, task_prerun

from . import identity

HEADER = "pam_request_id"
_running = local()


@before_task_publish.connect(dispatch_uid="pam.ops.carry.publish", weak=False)
def _send_along(headers: dict[str, Any] | None = None, **_: Any) -> None:
    found = identity.request_id()
    if headers is not None and found:
        headers.setdefault(HEADER, found)


@task_prerun.connect(dispatch_uid="pam.ops.carry.prerun", weak=False)
def _follow(task: Any = None, **_: Any) -> None:
    # Run in place (apply), a task already stands in the context of its caller.
    if task is None or task.request.is_eager:
        return
    stack = ExitStack()
    stack.enter_context(identity.following(getattr(task.request, HEADER, None), task=task.name))
    _running.stack = stack


@task_postrun.connect(dispatch_uid="pam.ops.carry.postrun", weak=False)
def _leave(task: Any = None, **_: Any) -> None:
    stack = _running.__dict__.pop("stack", None)
    if stack is not None:
        stack.close()

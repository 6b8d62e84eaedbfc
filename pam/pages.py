"""What every server-rendered page shares: signing in first, one journal entry per form, receipts as messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from pam import journal
from pam.journal.entries import Entry
from pam.journal.undo import Refused
from pam.tools.executor import words_of
from pam.tools.registry import ToolError

__all__ = ["ByHand", "ByHandForm", "act", "by_hand", "choice_of", "login_required", "page", "put_errors", "submit"]

NOT_YOURS = "That is not yours to change. Nothing has changed."


class ByHandForm(forms.Form):
    """A form among others of its page: its fields' ids begin with its own name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{type(self).__name__.removesuffix('Form').lower()}-%s")
        super().__init__(*args, **kwargs)


class ByHand(NamedTuple):
    """What can be done by hand on a page: its name, the route that takes it, its form, the words of its button."""

    title: str
    route: str
    form: type[forms.Form]
    submit: str


def by_hand(offered: list[ByHand], refused: forms.BaseForm | None = None) -> list[dict[str, Any]]:
    """Return a page's forms, empty but for the one that was refused, which stands as it was typed."""
    return [
        {
            "title": one.title,
            "action": reverse(one.route),
            "form": refused if type(refused) is one.form else one.form(),
            "submit": one.submit,
        }
        for one in offered
    ]


def choice_of(**options: Any) -> Any:
    """Return a field that chooses among rows; which, is said when the form is made and somebody acts."""
    return forms.ModelChoiceField(queryset=None, **options)


def page(request: HttpRequest, template: str, nav: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """Render a page of the shell; `nav` marks where we are."""
    return render(request, template, {"nav": nav, **context}, status=status)


def act(request: HttpRequest, do: Callable[[], Any], *, back: str, tool: str = "") -> HttpResponse:
    """Run a change as one entry of the journal and go back to a named page with its receipt, or with the reason."""
    try:
        with journal.entry(request.user, source="page", tool=tool) as entry:
            do()
    except (ValidationError, PermissionDenied, ToolError, Refused) as problem:
        said = words_of(problem) if isinstance(problem, ValidationError) else str(problem)
        messages.error(request, said or NOT_YOURS)
    else:
        told(request, entry)
    return HttpResponseRedirect(reverse(back))


def told(request: HttpRequest, entry: Entry, way: str = "undo") -> None:
    """Say what an entry did, with its undo, or with the "redo" of an undo."""
    if entry.number is None:
        messages.info(request, "Nothing has changed.")
        return
    said = "; ".join(line.sentence() for line in entry.lines[:4])
    messages.success(request, said, extra_tags=f"{way}:{entry.id}")


def submit(
    request: HttpRequest,
    form: forms.BaseForm,
    do: Callable[..., Any],
    show: Callable[[HttpRequest, forms.BaseForm], HttpResponse],
    *,
    back: str,
    tool: str = "",
) -> HttpResponse:
    """Take a form: run `do(user, **cleaned)` as one entry and go back to a named page with its receipt.

    What is refused, by the form or by the rules behind it, is shown again by `show(request, form)`: with what was
    typed, and each error beside its field.
    """
    if form.is_valid():
        try:
            with journal.entry(request.user, source="page", tool=tool) as entry:
                do(request.user, **form.cleaned_data)
        except ValidationError as problem:
            put_errors(form, problem)
        except (PermissionDenied, ToolError, Refused) as problem:
            form.add_error(None, str(problem) or NOT_YOURS)
        else:
            told(request, entry)
            return HttpResponseRedirect(reverse(back))
    return show(request, form)


def put_errors(form: forms.BaseForm, problem: ValidationError) -> None:
    """Put the errors of a rule beside the fields that they are about, and the others at the form's head."""
    if not hasattr(problem, "error_dict"):
        form.add_error(None, problem.messages)
        return
    for name, errors in problem.message_dict.items():
        field = name.removesuffix("_minor")  # what is kept in minor units is typed as an amount
        if field in form.fields:
            form.add_error(field, errors)
        else:
            form.add_error(None, words_of(ValidationError({name: errors})))

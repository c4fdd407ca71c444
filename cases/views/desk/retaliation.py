"""What may be an answer to a report: the list, one of them, and what is said about it (IN9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.forms.desk import ReasonForm
from cases.models import Case, RetaliationMark
from cases.selectors.retaliation import mark_page, marks_page
from cases.services import retaliation_desk as service
from cases.views.desk.guard import attempt, for_staff, see_other

Text = str | Promise


@for_staff
@require_safe
def marks(request: HttpRequest) -> HttpResponse:
    """What waits for somebody who did not work on the earlier matter; or what was said."""
    user: Any = request.user
    page = marks_page(user, view=request.GET.get("view", ""), after=request.GET.get("after", ""))
    context = {"file": page, "first": "after" not in request.GET}
    return render(request, "cases/desk/retaliation.html", context)


@for_staff
@require_safe
def mark(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One of them: what it is, and what can be done."""
    user: Any = request.user
    row = mark_page(user, public_id)
    return render(request, "cases/desk/retaliation_mark.html", {"row": row, "mark": row.mark})


@dataclass(frozen=True, kw_only=True)
class _Step:
    service: Callable[..., RetaliationMark | Case]
    title: Text
    lead: Text
    label: Text
    hint: Text
    missing: Text
    button: Text
    said: Text


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def nothing(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Nothing points to it, with the reasons."""
    return _with_reasons(
        request,
        public_id,
        _Step(
            service=service.nothing_points_to_it,
            title=_("Nothing points to it"),
            lead=_("It is put away with your reasons. Nobody is written to."),
            label=_("Why does nothing point to it?"),
            hint=_("It is kept with it. Name nobody who reported."),
            missing=_("Give the reasons"),
            button=_("Put it away"),
            said=_("It is put away."),
        ),
    )


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def take_up(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Look into it: a case of its own, in triage."""
    return _with_reasons(
        request,
        public_id,
        _Step(
            service=service.look_into_it,
            title=_("Look into it"),
            lead=_(
                "A case about it is in triage then, as a report of this office. Whoever worked on "
                "the earlier matter does not see it."
            ),
            label=_("What should be looked into?"),
            hint=_("This is the text of the report. Name nobody who reported."),
            missing=_("Say what should be looked into"),
            button=_("Look into it"),
            said=_("A case about it is in triage."),
        ),
    )


def _with_reasons(request: HttpRequest, public_id: UUID, step: _Step) -> HttpResponse:
    user: Any = request.user
    row = mark_page(user, public_id)
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        label=step.label,
        hint=step.hint,
        missing=step.missing,
        limit=service.REASONS_LENGTH,
    )
    status = form.http_status
    if request.method == "POST" and form.is_valid():
        tried = attempt(
            form,
            lambda: step.service(
                actor=user, mark_id=public_id, reasons=form.cleaned_data["reason"]
            ),
        )
        if tried.done:
            messages.success(request, str(step.said))
            if isinstance(tried.result, Case):
                return see_other("case", tried.result.number)
            return see_other("retaliation_mark", public_id)
        status = tried.status
    context = {"row": row, "mark": row.mark, "form": form, "words": step}
    return render(request, "cases/desk/retaliation_reason.html", context, status=status)

"""The desk's own time stands still, and goes on."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from cases import workflow
from cases.forms.desk import ReasonForm
from cases.selectors.case_head import head
from cases.services import pausing
from cases.views.desk import steps
from cases.views.desk.guard import attempt, done, for_readers, for_staff
from cases.views.desk.pages import show_case
from cases.views.desk.triage import Words, show_form
from integrity.core.errors import Conflict, IllegalTransition


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def pause(request: HttpRequest, number: str) -> HttpResponse:
    """Say why the time of this stage stands still."""
    user: Any = request.user
    top = head(user, number)
    steps.require("pause", top)
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        label=_("Why does the time stand still?"),
        hint=_("Say what you wait for. People of the desk who read this case see it."),
        missing=_("Say why the time stands still"),
        limit=pausing.REASON_LENGTH,
    )
    tried = None
    if request.method == "POST" and form.is_valid():
        tried = attempt(form, lambda: pausing.pause(actor=user, number=number, **form.cleaned_data))
        if tried.done:
            return done(request, _("The time of this case stands still."), number)
    words = Words(
        title=_("Let the time stand still"),
        lead=_("For as long as the desk cannot go on. Only the desk's own time is meant."),
        button=_("Let the time stand still"),
        then=(
            ("clock", _("The case has no deadline until the time goes on")),
            ("calendar", _("Then it has as many working days left as it has now")),
            ("arrow-right", _("With the next stage the pause ends by itself")),
            ("lock", _("The learner reads only that it takes longer: their own time runs")),
        ),
    )
    missing = workflow.unmet("pause", top.case) if request.method != "POST" else []
    return show_form(request, top, form, words, tried, blocked=missing[0] if missing else "")


@for_staff
@require_POST
def resume(request: HttpRequest, number: str) -> HttpResponse:
    """The time goes on."""
    user: Any = request.user
    try:
        pausing.resume(actor=user, number=number)
    except (Conflict, IllegalTransition) as error:
        return show_case(request, number, status=HTTPStatus.CONFLICT, refused=str(error.message))
    return done(request, _("The time of this case goes on."), number)

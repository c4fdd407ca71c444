"""The findings grid as a form (CF5)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from cases import workflow
from cases.forms.proof import GridForm
from cases.selectors.case_head import head
from cases.selectors.case_page.grid import grid_alone
from cases.selectors.decision_page import standing
from cases.services import proof
from cases.views.desk import steps
from cases.views.desk.guard import attempt, for_readers, see_other
from cases.views.desk.triage import Words, show_form
from integrity.core.errors import IllegalTransition


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def grid(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """What has to be shown, and what each piece of evidence says to it."""
    user: Any = request.user
    top = head(user, number)
    respondent = steps.respondent_of(top, public_id)
    steps.require("weigh", top, respondent)
    missing = workflow.unmet("weigh", top.case, respondent)
    if missing:
        raise IllegalTransition(missing[0])
    found = grid_alone(top.case, respondent, standing(top, respondent))
    tried = None
    if request.method == "POST":
        form = GridForm(request.POST, grid=found)
        if form.is_valid():
            tried = attempt(
                form,
                lambda: proof.weigh(
                    actor=user,
                    number=number,
                    respondent_id=public_id,
                    points=form.points,
                    revision=form.seen,
                ),
            )
            if tried.done:
                messages.success(request, _("The grid is kept."))
                return see_other("case", number)
            top = head(user, number)
            form.renew(top.case.revision)
    else:
        form = GridForm(initial={"revision": top.case.revision}, grid=found)
    words = Words(
        title=_("What the evidence says"),
        lead=_("Say for each point what each piece says. It puts in order what you looked at."),
        button=_("Keep the grid"),
        then=(
            ("scale", _("The grid decides nothing: the finding does, with its reasons")),
            ("eye-off", _("The learner does not see it")),
        ),
    )
    return show_form(
        request,
        top,
        form,
        words,
        tried,
        template="cases/desk/grid.html",
        grid=found,
        respondent=respondent,
    )

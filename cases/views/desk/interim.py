"""Interim measures at the desk: the list, taking one after seeing the letter, lifting it (PR7)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.forms.desk import ReasonForm
from cases.forms.interim import MeasureForm
from cases.models import Respondent
from cases.selectors.case_head import Head, head
from cases.selectors.interim import measure_of, measures_page
from cases.services import interim as service
from cases.views.desk import steps
from cases.views.desk.guard import Tried, attempt, for_readers, see_other
from cases.views.desk.triage import Words, show_form
from integrity.core import clock
from integrity.core.errors import IllegalTransition

POST = "POST"
# A week is enough for most, and short enough to be looked at again.
USUAL_DAYS = 7


@for_readers
@require_safe
def measures(request: HttpRequest, number: str) -> HttpResponse:
    """What was taken, what the learner says to it, and what still holds."""
    user: Any = request.user
    page = measures_page(user, number)
    lines = [
        (row, row.stands and steps.may(service.action_of(row.kind), page.head, row.respondent))
        for row in page.rows
    ]
    context = {
        **steps.frame(page.head, user),
        "file": page,
        "lines": lines,
        "buttons": [
            steps.Button(label, steps.url("measure", page.head, row.public_id))
            for row, label in takers(page.head)
        ],
    }
    return render(request, "cases/desk/measures.html", context)


def takers(top: Head) -> list[tuple[Respondent, str]]:
    """The respondents a measure can be taken for, with the words of its button.

    Names stay hidden in triage, so that several learners are told apart by their number there.
    """
    rows = [row for row in top.respondents if steps.may("interim", top, row)]
    if len(rows) == 1:
        return [(rows[0], str(_("Take a measure")))]
    label = _("Take a measure: %(name)s")
    return [
        (
            row,
            label
            % {
                "name": _("learner %(number)s") % {"number": index}
                if top.names_hidden
                else row.user.display_name
            },
        )
        for index, row in enumerate(rows, 1)
    ]


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def take(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """Choose what is to hold, see the letter, then send it."""
    user: Any = request.user
    top = head(user, number)
    respondent = steps.respondent_of(top, public_id)
    steps.require("interim", top, respondent)
    step = request.POST.get("step", "preview") if request.method == POST else ""
    today = clock.now().astimezone(ZoneInfo(top.case.institution.time_zone)).date()
    fields: dict[str, Any] = {
        "hides": service.hides(respondent),
        "officer": top.officer,
        "today": today,
    }
    if step in ("", "change"):
        initial: dict[str, Any] = {"until": today + timedelta(days=USUAL_DAYS)}
        if step == "change":
            initial = request.POST.dict()
        return _show(request, top, respondent, MeasureForm(initial=initial, **fields), None)
    form = MeasureForm(request.POST, **fields)
    tried: Tried[Any] | None = None
    if form.is_valid():
        given: dict[str, Any] = {
            "actor": user,
            "number": number,
            "respondent_id": public_id,
            **form.measure,
        }
        if step == "send":
            tried = attempt(form, lambda: service.take(**given, form_key=form.key))
        else:
            tried = attempt(form, lambda: service.preview(**given))
        if tried.done and step == "send":
            messages.success(request, _("The letter is on its way to the learner."))
            return see_other("measures", number)
        if tried.result is not None:
            context = {
                **steps.frame(top, user),
                "form": form,
                "respondent": None if top.names_hidden else respondent,
                "words": Words(title=_("Check the letter"), button=""),
                "letter": tried.result,
                # Sanitised where every letter is (notifications.rendering.sanitised).
                "body": mark_safe(tried.result.html),  # noqa: S308
            }
            return render(request, "cases/desk/measure_check.html", context)
    return _show(request, top, respondent, form, tried)


def _show(
    request: HttpRequest,
    top: Head,
    respondent: Respondent,
    form: MeasureForm,
    tried: Tried[Any] | None,
) -> HttpResponse:
    words = Words(
        title=_("Interim measure"),
        lead=_("It decides nothing, and it is never counted against the learner later."),
        button=_("See the letter"),
        then=(
            ("mail", _("The learner gets a letter at once, also before any notice")),
            ("message-square", _("They can answer it while it holds")),
            ("calendar-clock", _("It ends by itself, and with the decision at the latest")),
            ("undo-2", _("You can lift it earlier, with a reason")),
        ),
    )
    return show_form(
        request,
        top,
        form,
        words,
        tried,
        template="cases/desk/measure.html",
        respondent=None if top.names_hidden else respondent,
    )


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def lift(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """End a measure before its time, with a reason that the learner reads."""
    user: Any = request.user
    top = head(user, number)
    row = measure_of(top, public_id)
    steps.require(service.action_of(row.kind), top, row.respondent)
    if not row.stands:
        raise IllegalTransition(_("It has ended."))
    form = ReasonForm(
        request.POST if request.method == POST else None,
        label=_("Why does it end now?"),
        hint=_("The learner reads it."),
        missing=_("Say why it ends. The learner reads it"),
        limit=2_000,
    )
    tried = None
    if request.method == POST and form.is_valid():
        tried = attempt(
            form,
            lambda: service.lift(
                actor=user, number=number, measure_id=public_id, **form.cleaned_data
            ),
        )
        if tried.done:
            messages.success(request, _("It has ended. A letter says so to the learner."))
            return see_other("measures", number)
    words = Words(
        title=_("Lift the measure"),
        lead=row.get_kind_display(),
        button=_("Lift it now"),
        then=(
            ("undo-2", _("What it did is undone at once")),
            ("mail", _("The learner gets a letter with your reason")),
        ),
    )
    return show_form(request, top, form, words, tried)

"""What ends a matter without a hearing, and annulling a decision (PR5, PR6)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from cases import letters, sanctions, workflow
from cases.enums import DeterminationStatus
from cases.forms.desk import ReasonForm
from cases.forms.settling import AdviceForm, SummaryForm
from cases.models import Respondent
from cases.selectors.case_head import Head, head
from cases.selectors.decision_page import standing
from cases.selectors.governing import governing_page
from cases.services import advice, annulment, summary
from cases.services.notice import to_look_at
from cases.services.rehearsal import rehearse_summary
from cases.views.desk import steps
from cases.views.desk.guard import Tried, attempt, done, for_readers
from cases.views.desk.triage import Words, show_form
from integrity.core.errors import IllegalTransition

POST = "POST"


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def settle(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """Settle a small first matter in one letter: fill in, read the letter, send it."""
    user: Any = request.user
    top = head(user, number)
    respondent = steps.respondent_of(top, public_id)
    sending = request.method == POST and request.POST.get("step") == "send"
    if not sending:
        steps.require("summary", top, respondent)
        missing = workflow.unmet("summary", top.case, respondent)
        if missing:
            raise IllegalTransition(missing[0])
    form, tried = _form(request, top, respondent), None
    if request.method == POST and request.POST.get("step") != "weigh" and form.is_valid():
        service: Any = summary.settle if sending else rehearse_summary
        tried = attempt(
            form,
            lambda: service(actor=user, number=number, respondent_id=public_id, **form.filled),
        )
        if tried.done and sending:
            return done(request, _("The letter is on its way. It can be answered."), number)
        if tried.result is not None:
            context = {
                **steps.frame(top, user),
                "form": form,
                "respondent": respondent,
                "rehearsal": tried.result,
                # Sanitised where every letter is (notifications.rendering.sanitised).
                "body": mark_safe(tried.result.html),  # noqa: S308
            }
            return render(request, "cases/desk/consequence_check.html", context)
    return _show(request, number, respondent, form, tried)


def _form(request: HttpRequest, top: Head, respondent: Respondent) -> SummaryForm:
    user: Any = request.user
    rows = summary.consequences(top.case)
    asked, unavailable = {}, {}
    for item in rows:
        handler = sanctions.handler(item.code)
        why = handler.unavailable(respondent)
        if why is None:
            asked[item.code] = handler.fields(respondent)
        else:
            unavailable[item.code] = why
    pieces = list(letters.shown_to(respondent).order_by("position"))
    allegations = standing(top, respondent)
    fields: dict[str, Any] = {
        "allegations": allegations,
        "pieces": pieces,
        "consequences": rows,
        "asked": asked,
        "unavailable": unavailable,
        "look": to_look_at(respondent),
    }
    if request.method == POST and request.POST.get("step") != "weigh":
        return SummaryForm(request.POST, **fields)
    initial: dict[str, Any] = {"revision": str(head(user, top.case.number).case.revision)}
    if request.method == POST:
        for name, values in request.POST.lists():
            several = name == "consequences" or name.startswith("supports-")
            initial[name] = values if several else values[-1]
    return SummaryForm(initial=initial, **fields)


def _show(
    request: HttpRequest,
    number: str,
    respondent: Respondent,
    form: SummaryForm,
    tried: Tried[Any] | None,
) -> HttpResponse:
    user: Any = request.user
    top = head(user, number)
    words = Words(
        title=_("Settle it in one letter"),
        lead=_(
            "Only for a small matter, and the first one. The letter is notice, evidence and "
            "decision, and it goes out without hearing the learner first."
        ),
        button=_("See the letter"),
        then=(
            ("mail", _("You see the letter before anything is sent")),
            ("send", _("The learner can answer it: then somebody else decides anew")),
            ("scale", _("The learner can also appeal")),
            ("flag", _("Whoever reported hears of the end when the time for both is over")),
        ),
    )
    return show_form(
        request,
        top,
        form,
        words,
        tried,
        template="cases/desk/settle.html",
        governing=governing_page(top.case, [respondent]),
        respondent=respondent,
    )


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def advise(request: HttpRequest, number: str) -> HttpResponse:
    """Write advice, and end the case without a finding."""
    user: Any = request.user
    top = head(user, number)
    if request.method != POST or not top.dismissed_here:
        steps.require("give_advice", top)
        missing = workflow.unmet("give_advice", top.case)
        if missing:
            raise IllegalTransition(missing[0])
    form = AdviceForm(
        request.POST if request.method == POST else None,
        people=top.respondents,
        initial={"revision": top.case.revision},
    )
    tried = None
    if request.method == POST and form.is_valid():
        tried = attempt(
            form,
            lambda: advice.give(actor=user, number=number, advice=form.advice, revision=form.seen),
        )
        if tried.done:
            return done(request, _("The case has ended, with advice."), number)
    words = Words(
        title=_("Give advice, and end it"),
        lead=_("Nothing is found and nothing follows. It never counts as an earlier finding."),
        button=_("Give advice, and end the case"),
        then=(
            ("mail", _("The learner gets your words in a letter, in ten minutes")),
            ("flag", _("Whoever reported gets a closing message without details, in ten minutes")),
            ("rotate-ccw", _("Undone before, nobody outside the desk hears of it")),
        ),
    )
    return show_form(request, top, form, words, tried)


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def annul(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """Annul the decision about somebody, with a reason the learner reads."""
    user: Any = request.user
    top = head(user, number)
    respondent = steps.respondent_of(top, public_id)
    steps.require("annul", top, respondent)
    issued = respondent.determinations.filter(status=DeterminationStatus.ISSUED).first()
    missing = workflow.unmet("annul", top.case, respondent)
    # The same form sent again is the same annulment.
    if issued is None or (missing and request.method != POST):
        raise IllegalTransition(missing[0] if missing else None)
    form = ReasonForm(
        request.POST if request.method == POST else None,
        label=_("Why is the decision annulled?"),
        hint=_("The learner reads this in a letter."),
        missing=_("Say why the decision is annulled"),
    )
    tried = None
    if request.method == POST and form.is_valid():
        tried = attempt(
            form,
            lambda: annulment.annul(
                actor=user,
                number=number,
                determination_id=issued.public_id,
                **form.cleaned_data,
            ),
        )
        if tried.done:
            return done(request, _("The decision is annulled."), number)
    words = Words(
        title=_("Annul the decision"),
        lead=_("It stays in the record, and counts nowhere any more."),
        button=_("Annul the decision"),
        then=(
            ("rotate-ccw", _("Everything that followed from it is taken back")),
            ("scale", _("It is no earlier finding in any other case")),
            ("mail", _("The learner gets a letter with your reason")),
            ("history", _("The decision, who annulled it and why stay in the history")),
        ),
    )
    return show_form(request, top, form, words, tried, respondent=respondent)

"""Findings, what follows from them, a second officer, and taking a consequence back."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from cases import recommendation, rules, sanctions, workflow
from cases.enums import DeterminationStatus, SanctionStatus
from cases.forms.decision import ConfirmForm, ConsequenceForm, FindingsForm, given
from cases.forms.desk import ReasonForm
from cases.models import Determination, Respondent
from cases.recommendation import Advice
from cases.selectors.case_head import Head, head
from cases.selectors.decision_page import (
    DecisionPage,
    consequences_of,
    decision_page,
    findings_page,
    sanction_of,
    second_left,
)
from cases.selectors.governing import governing_page
from cases.services import determination, sanction
from cases.services.rehearsal import rehearse
from cases.views.desk import steps
from cases.views.desk.guard import Tried, attempt, done, for_readers, see_other
from cases.views.desk.pictures import breakdown_of, ladder_of
from cases.views.desk.triage import Words, show_form
from integrity.core.errors import IllegalTransition, NotFound, NotPermitted
from integrity.web.forms import Form

Text = str | Promise
Facts = Mapping[str, str]
POST = "POST"


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def findings(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """Record a finding on every allegation, an answer to every point, and the reasons."""
    user: Any = request.user
    top = head(user, number)
    respondent = steps.respondent_of(top, public_id)
    steps.require("find", top, respondent)
    _by_somebody_else(user, respondent)
    missing = workflow.unmet("find", top.case, respondent)
    if missing:
        raise IllegalTransition(missing[0])
    page = findings_page(top, respondent)
    points = determination.points_to_answer(respondent)
    fields: dict[str, Any] = {
        "allegations": page.allegations,
        "points": points,
        "pieces": page.pieces,
    }
    tried = None
    if request.method == POST:
        form = FindingsForm(request.POST, **fields)
        if form.is_valid():
            tried = attempt(
                form,
                lambda: determination.record_findings(
                    actor=user,
                    number=number,
                    respondent_id=public_id,
                    findings=form.findings,
                    reasons_finding=form.cleaned_data["reasons_finding"],
                    answers=form.answers,
                    supports=form.supports,
                    revision=form.seen,
                ),
            )
            if tried.done:
                messages.success(request, _("The findings are recorded."))
                return see_other("consequence", number, public_id)
            top = head(user, number)
            if not tried.stale:
                form.renew(top.case.revision)
    else:
        form = FindingsForm(initial={**page.initial, "revision": top.case.revision}, **fields)
    words = Words(
        title=_("Record the findings"),
        lead=_("What was shown, and why. What follows comes after that."),
        button=_("Record the findings"),
        then=(
            ("lock", _("Earlier findings about the learner are opened only after this")),
            ("pencil", _("Nothing is decided yet, and you can change it")),
        ),
    )
    return show_form(
        request,
        top,
        form,
        words,
        tried,
        template="cases/desk/findings.html",
        stored=lambda: findings_page(top, respondent).initial,
        file=page,
        governing=governing_page(top.case, [respondent]),
        respondent=respondent,
    )


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def consequence(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """What follows: the recommendation, the choice, the letter as it will be, the proposal.

    Three steps of one form, carried along: weighing (as often as wanted), checking, sending.
    Opening the page opens the earlier findings, which is recorded once.
    """
    user: Any = request.user
    top = head(user, number)
    respondent = steps.respondent_of(top, public_id)
    steps.require("propose", top, respondent)
    _by_somebody_else(user, respondent)
    page = decision_page(top, respondent)
    if page is None or page.determination.status != DeterminationStatus.DRAFT:
        return see_other("findings", number, public_id)
    step = request.POST.get("step", "weigh") if request.method == POST else ""
    advice = _advice(request, top, respondent, page, given(request.POST)) if page.shown else None
    fields: dict[str, Any] = {
        "advice": advice,
        "consequences": consequences_of(top, sanctions.codes()),
        "shown": page.shown,
        **_asked(top, respondent),
    }
    if step not in ("preview", "send"):
        form = ConsequenceForm(initial=_initial(request, number), **fields)
        return _show(request, number, respondent, page, advice, form, None)
    form = ConsequenceForm(request.POST, **fields)
    tried: Tried[Any] | None = None
    if form.is_valid():
        service: Any = determination.propose if step == "send" else rehearse
        tried = attempt(
            form,
            lambda: service(
                actor=user,
                number=number,
                respondent_id=public_id,
                facts=given(request.POST),
                consequences=form.codes,
                params=form.params,
                reasons_penalty=form.cleaned_data.get("reasons_penalty", ""),
                departure_reason=form.cleaned_data.get("departure_reason", ""),
                revision=form.seen,
            ),
        )
        made = tried.result
        if made is not None and step == "send":
            return done(request, _what_happened(made), number)
        if made is not None:
            context = {
                **steps.frame(top, user),
                "form": form,
                "file": page,
                "respondent": respondent,
                "rehearsal": made,
                # Sanitised where every letter is (notifications.rendering.sanitised).
                "body": mark_safe(made.html),  # noqa: S308
            }
            return render(request, "cases/desk/consequence_check.html", context)
    return _show(request, number, respondent, page, advice, form, tried)


def _by_somebody_else(user: Any, respondent: Respondent) -> None:
    """Raise as the service would, for who settled the matter in one letter before."""
    if rules.settled_alone(user, respondent):
        raise NotPermitted(workflow.SETTLED_IT)


def _asked(top: Head, respondent: Respondent) -> dict[str, Any]:
    """What each consequence needs to be told, and which cannot be given, by code."""
    asked, unavailable = {}, {}
    for item in consequences_of(top, sanctions.codes()):
        handler = sanctions.handler(item.code)
        why = handler.unavailable(respondent)
        if why is None:
            asked[item.code] = handler.fields(respondent)
        else:
            unavailable[item.code] = why
    return {"asked": asked, "unavailable": unavailable}


def _what_happened(made: Determination) -> Text:
    if made.status == DeterminationStatus.ISSUED:
        return _("The decision is issued. The letter is on its way.")
    return _("Another officer has to confirm your proposal. Nothing happens until then.")


def _initial(request: HttpRequest, number: str) -> dict[str, Any]:
    """What was typed so far, on the state of the case as it is now."""
    user: Any = request.user
    typed: dict[str, Any] = request.POST.dict()
    for name in request.POST:
        # Boxes to tick come as lists: the consequences, and what some of them ask.
        if len(request.POST.getlist(name)) > 1 or name == "consequences":
            typed[name] = request.POST.getlist(name)
    if "revision" not in typed:
        typed["revision"] = str(head(user, number).case.revision)
    return typed


def _advice(
    request: HttpRequest, top: Head, respondent: Respondent, page: DecisionPage, given: Facts
) -> Advice:
    """The recommendation for these facts.

    The first time it opens the earlier findings, through the service that records it. Afterwards
    reading them again changes nothing, so that the case is not stale for the form that asks.
    """
    user: Any = request.user
    if page.determination.history_opened_at is None:
        return determination.advise(
            actor=user, number=top.case.number, respondent_id=respondent.public_id, facts=given
        )
    history = recommendation.earlier_findings(respondent)
    return recommendation.advise(respondent, page.determination, given, history=history)


def _show(
    request: HttpRequest,
    number: str,
    respondent: Respondent,
    page: DecisionPage,
    advice: Advice | None,
    form: ConsequenceForm,
    tried: Tried[Any] | None,
) -> HttpResponse:
    user: Any = request.user
    top = head(user, number)
    problems = list(advice.problems.values()) if advice is not None and not form.is_bound else []
    words = Words(
        title=_("Propose a consequence") if page.shown else _("Write the decision"),
        button=_("See the letter"),
    )
    answer = show_form(
        request,
        top,
        form,
        words,
        tried,
        template="cases/desk/consequence.html",
        stored=lambda: {"reasons_penalty": _stored_reasons(top, respondent)},
        file=page,
        governing=governing_page(top.case, [respondent]),
        respondent=respondent,
        advice=advice,
        problems=problems,
        breakdown=breakdown_of(advice) if advice is not None else [],
        ladder=ladder_of(advice) if advice is not None else None,
    )
    if problems:
        answer.status_code = HTTPStatus.BAD_REQUEST
    return answer


def _stored_reasons(top: Head, respondent: Respondent) -> str:
    """The reasons of the draft as it is now."""
    page = decision_page(top, respondent)
    return page.determination.reasons_penalty if page is not None else ""


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """The whole proposal for a second officer, who confirms exactly what is on the screen."""
    user: Any = request.user
    form = ConfirmForm(request.POST if request.method == POST else None)
    tried = None
    if request.method == POST and form.is_valid():
        tried = attempt(
            form,
            lambda: determination.confirm(
                actor=user,
                number=number,
                respondent_id=public_id,
                digest=form.cleaned_data["digest"],
            ),
        )
        if tried.done:
            return done(request, _("The decision is issued. The letter is on its way."), number)
    return _proposal(request, number, public_id, form, _back_form(None), tried)


@for_readers
@require_POST
def send_back(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """Send the proposal back to the person who made it, with a reason."""
    user: Any = request.user
    form = _back_form(request.POST)
    tried = None
    if form.is_valid():
        tried = attempt(
            form,
            lambda: determination.send_back(
                actor=user, number=number, respondent_id=public_id, **form.cleaned_data
            ),
        )
        if tried.done:
            return done(request, _("The proposal is sent back."), number)
    return _proposal(request, number, public_id, form, form, tried)


def _back_form(data: Any) -> ReasonForm:
    return ReasonForm(
        data,
        label=_("What should be looked at again?"),
        missing=_("Say what should be looked at again"),
    )


def _proposal(
    request: HttpRequest,
    number: str,
    public_id: UUID,
    form: Form,
    back: ReasonForm,
    tried: Tried[Any] | None,
) -> HttpResponse:
    user: Any = request.user
    top = head(user, number)
    respondent = steps.respondent_of(top, public_id)
    if tried is not None and tried.error is not None and not steps.may("confirm", top, respondent):
        # It was decided or sent back in the meantime: there is no proposal to show any more.
        raise tried.error
    steps.require("confirm", top, respondent)
    _by_somebody_else(user, respondent)
    page = decision_page(top, respondent)
    if page is None:
        raise IllegalTransition
    letter = determination.preview_letter(actor=user, number=number, respondent_id=public_id)
    words = Words(title=_("Confirm the proposal"), button=_("Confirm and issue the decision"))
    return show_form(
        request,
        top,
        form,
        words,
        tried,
        template="cases/desk/confirm.html",
        file=page,
        governing=governing_page(top.case, [respondent]),
        back=back,
        respondent=respondent,
        own=page.determination.is_by(user),
        nobody_left=steps.nobody_left(top.case)
        if not second_left(top.case, page.determination)
        else "",
        recommended=(page.determination.recommendation.get("default") or {}).get("title", ""),
        letter=letter,
        sanctions=[(row, sanctions.handler(row.code).details(row)) for row in page.sanctions],
        # Sanitised where every letter is (notifications.rendering.sanitised).
        body=mark_safe(letter.html),  # noqa: S308
    )


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def reverse(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """Take a consequence back, with a reason the learner reads."""
    user: Any = request.user
    top = head(user, number)
    found = sanction_of(top, public_id)
    if found is None:
        raise NotFound
    steps.require("reverse", top, found.respondent)
    if found.status not in (SanctionStatus.ACTIVE, SanctionStatus.ENDED):
        raise IllegalTransition
    form = ReasonForm(
        request.POST if request.method == POST else None,
        label=_("Why is it taken back?"),
        hint=_("The learner reads this in a letter."),
        missing=_("Say why this consequence is taken back"),
    )
    tried = None
    if request.method == POST and form.is_valid():
        tried = attempt(
            form,
            lambda: sanction.reverse(
                actor=user, number=number, sanction_id=public_id, **form.cleaned_data
            ),
        )
        if tried.done:
            return done(request, _("The consequence is taken back."), number)
    words = Words(
        title=_("Take a consequence back"),
        lead=found.consequence.title,
        button=_("Take it back"),
        then=(
            ("rotate-ccw", _("What it changed in the course record ends")),
            ("scale", _("Everything else that was decided still stands")),
            ("mail", _("The learner gets a letter with your reason")),
        ),
    )
    return show_form(request, top, form, words, tried, respondent=found.respondent)

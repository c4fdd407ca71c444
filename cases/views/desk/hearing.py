"""What is alleged, the evidence for it, and the notice that tells the learner."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from cases import workflow
from cases.enums import EvidenceKind
from cases.forms.desk import AllegationForm, EvidenceForm, NoticeForm, ReasonForm
from cases.selectors.case_head import head
from cases.selectors.decision_page import violations_of, withdrawable
from cases.selectors.to_be_shown import to_be_shown
from cases.services import allegation, evidence, notice, response
from cases.services.response import lapse_blocked
from cases.views.desk import steps
from cases.views.desk.guard import attempt, done, for_readers
from cases.views.desk.triage import Words, show_form
from integrity.core.errors import IllegalTransition, NotFound

POST = "POST"
KINDS = {
    "link": EvidenceKind.LINK,
    "quote": EvidenceKind.QUOTE,
    "file": EvidenceKind.FILE,
    "similarity": EvidenceKind.SIMILARITY,
}


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def allege(request: HttpRequest, number: str) -> HttpResponse:
    """Add an allegation: a violation type of the governing version, against one respondent."""
    user: Any = request.user
    top = head(user, number)
    steps.require("allege", top)
    form = AllegationForm(
        request.POST if request.method == POST else None,
        respondents=top.respondents,
        violations=violations_of(top),
        initial={"revision": top.case.revision},
    )
    tried = None
    if request.method == POST and form.is_valid():
        given = form.cleaned_data
        tried = attempt(
            form,
            lambda: allegation.add(
                actor=user,
                number=number,
                respondent_id=given["respondent"],
                violation_type_id=int(given["violation_type"]),
                completion=given["completion"],
                description=given["description"],
                revision=form.seen if given["revision"] else None,
            ),
        )
        if tried.done:
            return done(request, _("The allegation is added."), number)
        top = head(user, number)
    words = Words(
        title=_("Add an allegation"),
        lead=_("It is an allegation until a finding is recorded."),
        button=_("Add the allegation"),
        then=(
            ("mail", _("The learner reads it in the notice, not before")),
            ("rotate-ccw", _("You can take it back until the notice is sent")),
        ),
    )
    return show_form(request, top, form, words, tried, template="cases/desk/allege.html")


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """Take an allegation back, with a reason."""
    user: Any = request.user
    top = head(user, number)
    found = withdrawable(top, public_id)
    if found is None:
        raise NotFound
    steps.require("allege", top, found.respondent)
    form = ReasonForm(
        request.POST if request.method == POST else None,
        label=_("Why is it taken back?"),
        missing=_("Say why the allegation is taken back"),
    )
    tried = None
    if request.method == POST and form.is_valid():
        tried = attempt(
            form,
            lambda: allegation.withdraw(
                actor=user, number=number, allegation_id=public_id, **form.cleaned_data
            ),
        )
        if tried.done:
            return done(request, _("The allegation is taken back."), number)
    words = Words(
        title=_("Take an allegation back"),
        lead=found.violation_type.title,
        button=_("Take it back"),
        then=(("history", _("It stays in the history with your reason")),),
    )
    return show_form(request, top, form, words, tried)


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def add_evidence(request: HttpRequest, number: str) -> HttpResponse:
    """Add a link, quoted text, a file or a tool's result; `kind` in the address says which."""
    user: Any = request.user
    top = head(user, number)
    steps.require("add_evidence", top)
    name = request.GET.get("kind", "link")
    if name not in KINDS:
        raise Http404
    kind = KINDS[name]
    sent = request.method == POST
    form = EvidenceForm(request.POST if sent else None, request.FILES if sent else None, kind=kind)
    tried = None
    if sent and form.is_valid():
        given = form.cleaned_data
        tried = attempt(
            form,
            lambda: evidence.add(
                actor=user,
                number=number,
                kind=kind,
                title=given["title"],
                description=given["description"],
                url=given.get("url", ""),
                text=given.get("text", ""),
                upload=given.get("upload"),
                form_key=form.key,
            ),
        )
        if tried.done:
            return done(request, _("The evidence is added."), number)
    words = Words(
        title=_("Add evidence"),
        lead=_("The learner is shown everything you decide upon."),
        button=_("Add the evidence"),
        then=(
            ("file-lock", _("It gets a fingerprint the moment it arrives")),
            ("eye", _("The learner sees it with the notice")),
        ),
    )
    return show_form(
        request,
        top,
        form,
        words,
        tried,
        template="cases/desk/add_evidence.html",
        kind=name,
        multipart=True,
    )


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def write_notice(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """Write the questions, look at the letter exactly as it will be, send it.

    The questions are carried from step to step in the form; nothing is stored before it is sent.
    """
    user: Any = request.user
    top = head(user, number)
    respondent = steps.respondent_of(top, public_id)
    steps.require("notify", top, respondent)
    missing = workflow.unmet("notify", top.case, respondent)
    if missing:
        raise IllegalTransition(missing[0])
    step = request.POST.get("step", "") if request.method == POST else ""
    look = notice.to_look_at(respondent)
    words = Words(
        title=_("Write the notice"),
        lead=_("Nothing is sent yet: you see the letter first."),
        button=_("See the letter"),
        then=(
            ("mail", _("An email says that a letter is there, and nothing of what it is about")),
            ("eye", _("All evidence of the case is shown to the learner")),
            ("calendar-clock", _("The time to answer starts")),
            ("lock", _("Afterwards no evidence and no allegation can be added")),
        ),
    )
    if not step:
        form = NoticeForm(initial={"revision": top.case.revision}, look=look)
        return show_form(
            request,
            top,
            form,
            words,
            template="cases/desk/notice.html",
            respondent=respondent,
            to_show=to_be_shown(top.case, respondent),
        )
    form = NoticeForm(request.POST, look=look)
    tried: Any = None
    if step == "send" and form.is_valid():
        tried = attempt(
            form,
            lambda: notice.send(
                actor=user,
                number=number,
                respondent_id=public_id,
                questions=form.cleaned_data["questions"],
                revision=form.seen,
                looked=form.cleaned_data.get("looked", False),
            ),
        )
        if tried.done:
            return done(request, _("The notice is on its way to the learner."), number)
        top = head(user, number)
        if not tried.stale:
            form.renew(top.case.revision)
    elif step == "preview" and form.is_valid():
        tried = attempt(
            form,
            lambda: notice.preview(
                actor=user,
                number=number,
                respondent_id=public_id,
                questions=form.cleaned_data["questions"],
            ),
        )
        if tried.done:
            context = {
                **steps.frame(top, user),
                "form": form,
                "respondent": respondent,
                "words": Words(title=_("Check the notice"), button=""),
                "letter": tried.result,
                # Sanitised where every letter is (notifications.rendering.sanitised).
                "body": mark_safe(tried.result.html),  # noqa: S308
            }
            return render(request, "cases/desk/notice_check.html", context)
    return show_form(
        request,
        top,
        form,
        words,
        tried,
        template="cases/desk/notice.html",
        respondent=respondent,
        to_show=to_be_shown(top.case, respondent),
    )


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def lapse(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """Go on without an answer, by an officer, with a reason."""
    user: Any = request.user
    top = head(user, number)
    respondent = steps.respondent_of(top, public_id)
    steps.require("lapse", top, respondent)
    form = ReasonForm(
        request.POST if request.method == POST else None,
        label=_("Why does the case go on without an answer?"),
        hint=_("Say what was done to reach the learner."),
        missing=_("Say why the case goes on without an answer"),
    )
    tried = None
    if request.method == POST and form.is_valid():
        tried = attempt(
            form,
            lambda: response.lapse(
                actor=user, number=number, respondent_id=public_id, **form.cleaned_data
            ),
        )
        if tried.done:
            return done(request, _("The case goes on without an answer."), number)
    words = Words(
        title=_("Go on without an answer"),
        lead=_("Silence is no admission: everything still has to be shown."),
        button=_("Go on without an answer"),
    )
    blocked = lapse_blocked(top.case, respondent)
    return show_form(request, top, form, words, tried, respondent=respondent, blocked=blocked)

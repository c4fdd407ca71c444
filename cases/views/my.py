"""The pages of somebody a case is about: the list, the case, what they were shown (PR1)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from cases import notices
from cases.governing import texts
from cases.selectors import my as selectors
from cases.selectors.comparison_shown import shown_versus
from cases.selectors.identity import asked_of, told_to
from cases.selectors.interim import of_respondent
from cases.selectors.meetings import of_respondent as meetings_of
from cases.selectors.my import MyCase
from cases.selectors.notes import shared_with
from cases.selectors.precedence import decider, precedence
from cases.services import answer_drafts, notes, showing, windows
from cases.services.answer_drafts import Kind
from cases.views import my_time
from cases.views import my_words as words
from cases.views.message_files import download


@login_required
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """The reader's own cases, those that wait for an answer first."""
    user: Any = request.user
    lines = [words.line(row) for row in selectors.my_cases(user)]
    return render(request, "cases/my/cases.html", {"lines": lines})


@login_required
@require_safe
def case(request: HttpRequest, number: str) -> HttpResponse:
    """The respondent's page of one case."""
    user: Any = request.user
    page = selectors.my_case(user, number)
    governing = texts(page.case)
    first, second = words.lead(page)
    until = page.determination.appeal_until if page.determination else None
    shown_notes = shared_with(page.respondent)
    answered = render(
        request,
        "cases/my/case.html",
        {
            **about(page),
            "first": first,
            "second": second,
            "track": words.track(page),
            "due_words": words.due_words(page),
            "time": my_time.time(page),
            "then": my_time.then(page),
            "appeal_words": words.until_words(until) if until else "",
            "grounds": governing.terms.appeal_grounds,
            "no_refunds": governing.no_refunds,
            "precedence": precedence(governing),
            "decider": decider(page.case),
            "processing": notices.processing(page.notice.processing_notice),
            "measures": of_respondent(page.respondent),
            "meetings": meetings_of(page.respondent),
            "consents": asked_of(respondent=page.respondent),
            "told": told_to(page.respondent),
            "shared_notes": shown_notes,
            "appeal": words.appealed(page, page.appeal),
            "earlier_appeals": [words.appealed(page, row) for row in page.earlier_appeals],
            "begun": _begun(page),
        },
    )
    if request.method != "HEAD":
        if page.can_answer and page.window.moved:
            windows.kept(number, page.notice.pk)
        notes.read_by_respondent(actor=user, notes=[line.note for line in shown_notes])
    return answered


@login_required
@require_safe
def note_file(request: HttpRequest, number: str, file_id: UUID) -> HttpResponse:
    """A file of a note that was written for the reader."""
    user: Any = request.user
    return download(notes.open_for_respondent(actor=user, number=number, file_id=file_id))


@login_required
@require_safe
def evidence(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """One piece of evidence that was shown to the reader."""
    user: Any = request.user
    respondent, shown = selectors.my_evidence(user, number, public_id)
    look = showing.look(shown.evidence, shown.file)
    if request.method != "HEAD":
        showing.read_by(actor=user, evidence_id=public_id, previewed=look.text is not None)
    context = {"case": respondent.case, "shown": shown, "piece": shown.evidence, "look": look}
    context["versus"] = shown_versus(shown.evidence, respondent)
    return render(request, "cases/my/evidence.html", context)


def _begun(page: MyCase) -> dict[str, Any] | None:
    """What was begun and not sent: where it goes on, and whether it can still be sent."""
    for kind, name, possible in (
        (Kind.ANSWER, "my:answer", page.can_answer),
        (Kind.APPEAL, "my:appeal", page.can_appeal),
    ):
        at = answer_drafts.begun(page.respondent, kind)
        if at is not None:
            return {"kind": kind, "url": reverse(name, args=[page.case.number]),
                    "at": at, "open": possible}  # fmt: skip
    return None


def about(page: MyCase) -> dict[str, Any]:
    """What every page of the case names."""
    return {
        "shown": page,
        "case": page.case,
        "headline": words.headline(page.case, page.stage, decided=page.determination is not None),
        "contact": words.contact(page.case),
    }


def see_other(name: str, number: str) -> HttpResponseRedirect:
    """On to another page of the case after a form has done its work (303)."""
    return HttpResponseRedirect(reverse(name, args=[number]), status=HTTPStatus.SEE_OTHER)

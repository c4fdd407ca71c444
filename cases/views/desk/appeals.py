"""Appeals at the desk: the list, deciding one, and looking at a decision again (AP2, PR6)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.forms.appeal import DecideAppealForm
from cases.forms.desk import ReasonForm
from cases.selectors.appeals import AppealPage, appeal_page, appeals_page, stands
from cases.selectors.case_head import Head, head
from cases.selectors.dialogue import waiting_reviews
from cases.services import appeal as service
from cases.services.rehearsal import rehearse_appeal
from cases.views.desk import steps
from cases.views.desk.guard import Tried, attempt, done, for_readers, see_other
from cases.views.desk.triage import Words, show_form
from integrity.core.errors import NotPermitted

POST = "POST"


@for_readers
@require_safe
def appeals(request: HttpRequest) -> HttpResponse:
    """Appeals that wait, the oldest first; or those that are decided."""
    user: Any = request.user
    page = appeals_page(user, view=request.GET.get("view", ""), after=request.GET.get("after", ""))
    first = "after" not in request.GET
    context = {
        "file": page,
        "first": first,
        "reviews": waiting_reviews(user) if first and page.view == "waiting" else [],
    }
    return render(request, "cases/desk/appeals.html", context)


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """Decide an appeal: what it leads to and why, then the letter as it will be, then sending.

    Whoever had a hand in the decision reads the page without the form; the service refuses them.
    """
    user: Any = request.user
    top = head(user, number)
    page = appeal_page(top, public_id, user)
    if not top.works or not page.hears:
        raise NotPermitted(top.decider or None)
    step = request.POST.get("step", "preview") if request.method == POST else ""
    if page.appeal.outcome and step in ("", "change"):
        return see_other("case", number)
    fields: dict[str, Any] = {"sanctions": page.reversible}
    if step in ("", "change"):
        steps.require("uphold", top, page.respondent, hears=page.hears)
        initial: dict[str, Any] = {"revision": top.case.revision}
        if step == "change":
            initial = request.POST.dict() | {"keep": request.POST.getlist("keep")}
        return _show(request, top, page, DecideAppealForm(initial=initial, **fields), None)
    form = DecideAppealForm(request.POST, **fields)
    if page.involved:
        raise NotPermitted(_("You had a hand in this decision. Somebody else hears the appeal."))
    tried: Tried[Any] | None = None
    if form.is_valid():
        call: Any = service.decide if step == "send" else rehearse_appeal
        tried = attempt(
            form, lambda: call(actor=user, number=number, appeal_id=public_id, **form.decision)
        )
        if tried.done and step == "send":
            return done(request, _("The appeal is decided. The letter is on its way."), number)
        if tried.result is not None:
            context = {
                **steps.frame(top, user),
                "form": form,
                "file": page,
                "respondent": page.respondent,
                "rehearsal": tried.result,
                # Sanitised where every letter is (notifications.rendering.sanitised).
                "body": mark_safe(tried.result.html),  # noqa: S308
            }
            return render(request, "cases/desk/appeal_check.html", context)
    if tried is not None and tried.stale:
        top = head(user, number)
    return _show(request, top, page, form, tried)


def _show(
    request: HttpRequest,
    top: Head,
    page: AppealPage,
    form: DecideAppealForm,
    tried: Tried[Any] | None,
) -> HttpResponse:
    words = Words(
        title=_("Appeal") if page.involved else _("Decide the appeal"),
        button=_("See what happens, and the letter"),
    )
    return show_form(
        request,
        top,
        form,
        words,
        tried,
        template="cases/desk/appeal.html",
        file=page,
        respondent=page.respondent,
    )


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def take_up(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """Look at a decision again, with a reason. What was decided stands until it is replaced."""
    user: Any = request.user
    top = head(user, number)
    respondent = steps.respondent_of(top, public_id)
    steps.require("take_up", top, respondent)
    form = ReasonForm(
        request.POST if request.method == POST else None,
        label=_("Why is the decision looked at again?"),
        hint=_("It is kept in the history of the case."),
        missing=_("Say why the decision is looked at again"),
    )
    tried = None
    if request.method == POST and form.is_valid():
        tried = attempt(
            form,
            lambda: service.take_up(
                actor=user, number=number, respondent_id=public_id, **form.cleaned_data
            ),
        )
        if tried.done:
            return done(request, _("The case is in review again."), number)
    words = Words(
        title=_("Look at the decision again"),
        lead=_("The case goes back to review. The decision stands until a new one replaces it.")
        if stands(respondent)
        else _("The case goes back to review, for a new decision."),
        button=_("Look at it again"),
        then=(
            ("pencil", _("Findings and consequences are written anew")),
            ("rotate-ccw", _("A new decision undoes what the old one led to")),
            ("scale", _("The learner can appeal against a new decision that goes against them")),
            ("eye", _("The learner sees on the page of the case that it is looked at again")),
        ),
    )
    return show_form(request, top, form, words, tried, respondent=respondent)

"""From a report to a case somebody has: claim, open, dismiss, take up again, notes, conflict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from cases import rules
from cases.enums import CaseStatus
from cases.forms.desk import DismissForm, OpenForm, ReasonForm, RevisedForm
from cases.selectors.alike import alike
from cases.selectors.case_head import Head, head
from cases.services import triage
from cases.views.desk import steps
from cases.views.desk.guard import Tried, View, attempt, done, for_readers, for_staff, see_other
from cases.views.desk.pages import show_case
from cases.views.desk.stale import what_differs
from integrity.core.errors import Conflict, IllegalTransition
from integrity.web.forms import Form

Text = str | Promise
Service = Callable[..., Any]


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a page with one form says: what it is for, its button, and what happens then."""

    title: Text
    lead: Text = ""
    button: Text
    then: Sequence[tuple[str, Text]] = ()


def show_form(
    request: HttpRequest,
    top: Head,
    form: Form,
    words: Words,
    tried: Tried[Any] | None = None,
    template: str = "cases/desk/action.html",
    stored: Callable[[], Mapping[str, Any]] | None = None,
    **context: Any,
) -> HttpResponse:
    """A page of the case with one form, with the status of what became of it.

    A form that was out of date is shown again on the case as it is now, beside what happened
    meanwhile; `stored` reads what its fields hold by now.
    """
    user: Any = request.user
    refused = tried is not None and not tried.done
    if tried is not None and tried.stale and isinstance(form, RevisedForm):
        context["meanwhile"] = what_differs(user, top, form, stored() if stored else None)
        form.renew(top.case.revision)
    return render(
        request,
        template,
        {
            **steps.frame(top, user, writing=True),
            "form": form,
            "words": words,
            "stale": tried is not None and tried.stale,
            **context,
        },
        status=tried.status if tried is not None and refused else form.http_status,
    )


def _at_once(service: Service, said: Text) -> View:
    """A step without a form of its own: a button that does it."""

    @for_staff
    @require_POST
    def view(request: HttpRequest, number: str) -> HttpResponse:
        try:
            service(actor=request.user, number=number)
        except (Conflict, IllegalTransition) as error:
            return show_case(
                request, number, status=HTTPStatus.CONFLICT, refused=str(error.message)
            )
        return done(request, said, number)

    return view


claim = _at_once(triage.claim, _("The case is with you now."))
release = _at_once(triage.release, _("The case is back in the queue."))
watch = _at_once(triage.watch, _("You follow this case."))
unwatch = _at_once(triage.unwatch, _("You do not follow this case any more."))


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def open_case(request: HttpRequest, number: str) -> HttpResponse:
    """From triage to investigation; asks for the learner where nobody is named."""
    user: Any = request.user
    top = head(user, number)
    # Sent twice, it is done once and leads to the same place: the service knows who was first.
    if request.method != "POST" or top.case.status != CaseStatus.INVESTIGATION:
        steps.require("open", top)
    named = bool(top.respondents)
    form = OpenForm(request.POST if request.method == "POST" else None, named=named)
    tried = None
    if request.method == "POST" and form.is_valid():
        tried = attempt(
            form,
            lambda: triage.open_case(
                actor=user, number=number, learner_email=form.cleaned_data.get("learner_email", "")
            ),
        )
        if tried.done:
            mine = tried.result is not None and tried.result.assignee_id == user.pk
            said = (
                _("The case is open, and it is with you.")
                if mine
                else _("The case is open. It stays with whoever has it.")
            )
            return done(request, said, number)
    words = Words(
        title=_("Open the case"),
        lead=_("You take it from triage to an investigation.")
        if named
        else _("Nobody is named in this case yet. Say whom it is about."),
        button=_("Open the case"),
        then=(
            ("user", _("It is with you, unless somebody has it already")),
            ("eye", _("Names are shown to those who work on it")),
            ("lock", _("The learner hears nothing before the notice")),
            ("flag", _("Whoever reported sees that it is being looked into")),
        ),
    )
    return show_form(request, top, form, words, tried)


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def dismiss(request: HttpRequest, number: str) -> HttpResponse:
    """End the case without a decision, with a reason."""
    user: Any = request.user
    top = head(user, number)
    if request.method != "POST" or not top.dismissed_here:
        steps.require("dismiss", top)
    near = alike(user, top.case)
    same = [row for row in near if row.same_work]
    form = DismissForm(
        request.POST if request.method == "POST" else None,
        # Where one other case is about the same work, it is most likely the one that is meant.
        initial={"duplicate_of": same[0].number if len(same) == 1 else ""},
    )
    tried = None
    if request.method == "POST" and form.is_valid():
        tried = attempt(
            form, lambda: triage.dismiss(actor=user, number=number, **form.cleaned_data)
        )
        if tried.done:
            messages.success(request, _("The case is dismissed."))
            return see_other("case", number, query="?dismissed=1")
    words = Words(
        title=_("Dismiss the case"),
        lead=_("It ends without a decision. Nothing is deleted."),
        button=_("Dismiss the case"),
        then=(
            ("flag", _("Whoever reported gets a closing message without details, in ten minutes")),
            ("mail", _("A learner who had a notice gets a letter that it has ended")),
            ("rotate-ccw", _("Undone before, nobody outside the desk hears of it")),
        ),
    )
    return show_form(
        request,
        top,
        form,
        words,
        tried,
        template="cases/desk/dismiss.html",
        near=near,
        joins=steps.may("merge", top),
        other=str(form["duplicate_of"].value() or ""),
    )


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: HttpRequest, number: str) -> HttpResponse:
    """Take a dismissed case up again."""
    user: Any = request.user
    top = head(user, number)
    steps.require("reopen", top)
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        label=_("Why is the case taken up again?"),
        missing=_("Say why the case is taken up again"),
    )
    tried = None
    if request.method == "POST" and form.is_valid():
        tried = attempt(form, lambda: triage.reopen(actor=user, number=number, **form.cleaned_data))
        if tried.done:
            return done(request, _("The case is in triage again."), number)
    words = Words(
        title=_("Take the case up again"),
        lead=_("It goes back to triage. The dismissal stays in the history."),
        button=_("Take it up again"),
    )
    return show_form(request, top, form, words, tried)


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def conflict(request: HttpRequest, number: str) -> HttpResponse:
    """Declare a relation to the case; afterwards it does not exist for the one who did.

    One click is enough: why is not asked, and can be said on the page.
    """
    user: Any = request.user
    top = head(user, number, need=rules.Access.SUMMARY)
    steps.of_the_desk(top)
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        label=_("What is your relation to the case?"),
        hint=_("You do not have to say it. Officers without a conflict can read it."),
        limit=500,
    )
    tried = None
    if request.method == "POST" and form.is_valid():
        tried = attempt(
            form,
            lambda: triage.declare_conflict(
                actor=user, number=number, reason=form.cleaned_data["reason"]
            ),
        )
        if tried.done:
            messages.success(request, _("Thank you. You do not see that case any more."))
            return see_other("queue")
    words = Words(
        title=_("Declare a conflict of interest"),
        lead=_("You know somebody in this case, or something else ties you to it."),
        button=_("Declare it, and leave the case"),
        then=(
            ("eye-off", _("From then on you do not see this case anywhere")),
            ("user-x", _("If it is with you, it goes back to the queue")),
            ("lock", _("Only an officer can take it back")),
        ),
    )
    return show_form(request, top, form, words, tried)

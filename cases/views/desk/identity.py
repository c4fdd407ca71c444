"""Names at the desk: opening a sealed one with two people, and telling one with consent (PV1, IN5).

Whatever opens, approves or tells a name asks for the password again, unless it was given a moment
ago. Who may not take the step at all is told so before.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.forms.identity import AnswerRevealForm, AskConsentForm, AskRevealForm
from cases.selectors import identity as selectors
from cases.selectors.case_head import Head, head
from cases.services import consent as consents
from cases.services import reveal as service
from cases.views.desk import steps
from cases.views.desk.guard import attempt, for_readers, see_other
from cases.views.desk.triage import Words, show_form
from integrity.accounts.enums import Role
from integrity.accounts.rules import has_role
from integrity.core.errors import IllegalTransition, NotPermitted
from integrity.web.forms import Form

POST = "POST"
GET_AND_POST = require_http_methods(["GET", "HEAD", "POST"])
View = Callable[[HttpRequest, Head, UUID], HttpResponse]


def of_officers(action: str) -> Callable[[View], Callable[..., HttpResponse]]:
    """For officers who may take this step in this case, and can prove that it is them.

    An account without a password could not be asked for one, so it is refused (HOSTILE 14).
    """

    def decorator(view: View) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
            user: Any = request.user
            top = head(user, number)
            steps.require(action, top)
            if not user.has_usable_password():
                raise NotPermitted(_("Set a password for your account first."))
            return view(request, top, public_id)

        return guarded

    return decorator


@for_readers
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """Requests to open an identity that wait for the reader, and the reader's own."""
    user: Any = request.user
    if not has_role(user, Role.OFFICER):
        raise NotPermitted
    return render(request, "cases/desk/identity_list.html", {"file": selectors.requests(user)})


@for_readers
@require_safe
def names(request: HttpRequest, number: str) -> HttpResponse:
    """Who could be named in a case, who opened an identity, and who agreed to be named."""
    user: Any = request.user
    page = selectors.identity_page(user, number)
    context = {
        **steps.frame(page.head, user),
        "file": page,
        "may_open": steps.may("open_identity", page.head),
        "may_ask": steps.may("ask_consent", page.head),
        "may_use": steps.may("use_consent", page.head),
    }
    return render(request, "cases/desk/identity.html", context)


@for_readers
@GET_AND_POST
@of_officers("open_identity")
@reauthentication_required
def ask(request: HttpRequest, top: Head, public_id: UUID) -> HttpResponse:
    """Ask to see who sent a report in confidence."""
    user: Any = request.user
    report = service.sent_report(top.case, public_id)
    if not service.sealed(report):
        raise IllegalTransition(service.NOTHING_SEALED)
    form = AskRevealForm(request.POST if request.method == POST else None)
    tried = None
    if request.method == POST and form.is_valid():
        tried = attempt(
            form,
            lambda: service.ask(
                actor=user,
                number=top.case.number,
                report_id=public_id,
                purpose=form.cleaned_data["purpose"],
                reason=form.cleaned_data["reason"],
                form_key=form.key,
            ),
        )
        if tried.done:
            messages.success(request, _("Another officer has to answer now."))
            return see_other("names", top.case.number)
    words = Words(
        title=_("Ask to see who reported"),
        lead=_("They told us in confidence. Ask them through their report first, if that helps."),
        button=_("Ask a second officer"),
        then=(
            ("users", _("Another officer approves or refuses it, with a reason")),
            ("eye", _("Approved, only you can read name and address, for 24 hours")),
            ("list-checks", _("Each reading is written down in the case")),
            ("mail", _("Whoever reported gets a letter: that it was opened and what for")),
            ("eye-off", _("The learner hears nothing of it")),
        ),
    )
    return show_form(
        request, top, form, words, tried, template="cases/desk/identity_ask.html", report=report
    )


@for_readers
@GET_AND_POST
@of_officers("open_identity")
@reauthentication_required
def answer(request: HttpRequest, top: Head, public_id: UUID) -> HttpResponse:
    """Approve or refuse a request of another officer."""
    user: Any = request.user
    line = selectors.reveal_line(top, public_id, user)
    if line.mine:
        raise NotPermitted(_("You asked for this yourself. Another officer answers."))
    if line.reveal.outcome and request.method != POST:
        return see_other("names", top.case.number)
    form = AnswerRevealForm(request.POST if request.method == POST else None)
    tried = None
    if request.method == POST and form.is_valid():
        tried = attempt(
            form,
            lambda: service.answer(
                actor=user, number=top.case.number, reveal_id=public_id, **form.cleaned_data
            ),
        )
        if tried.done:
            messages.success(request, _("Your answer is written down."))
            return see_other("names", top.case.number)
    words = Words(
        title=_("May this name be opened?"),
        lead=_("You are the second person. Would you do it yourself, for this reason?"),
        button=_("Answer the request"),
        then=(
            ("eye", _("Approved, the officer who asked can read name and address for 24 hours")),
            ("lock", _("Refused, the name stays sealed")),
            ("eye-off", _("You do not see the name either way")),
        ),
    )
    return show_form(
        request, top, form, words, tried, template="cases/desk/identity_answer.html", line=line
    )


@for_readers
@GET_AND_POST
@of_officers("open_identity")
@reauthentication_required
def read(request: HttpRequest, top: Head, public_id: UUID) -> HttpResponse:
    """The name and address, for whoever asked, after a button: looking is a step of its own."""
    user: Any = request.user
    line = selectors.reveal_line(top, public_id, user)
    if not line.mine:
        raise NotPermitted(_("Only the officer who asked may read it."))
    form = Form(request.POST if request.method == POST else None)
    tried = None
    if request.method == POST and form.is_valid():
        tried = attempt(
            form,
            lambda: service.read(actor=user, number=top.case.number, reveal_id=public_id),
        )
    words = Words(
        title=_("Who reported"),
        lead=_("Two officers are needed for this: you asked, and another one answered."),
        button=_("Show name and address"),
        then=(
            ("list-checks", _("That you read it is written down, each time")),
            ("mail", _("After the first time, whoever reported gets a letter")),
            ("lock", _("Do not copy it into notes or letters of the case")),
        ),
    )
    return show_form(
        request,
        top,
        form,
        words,
        tried,
        template="cases/desk/identity_read.html",
        line=line,
        person=tried.result if tried is not None else None,
    )


@for_readers
@GET_AND_POST
def ask_consent(request: HttpRequest, number: str, kind: str, public_id: UUID) -> HttpResponse:
    """Ask a reporter, a witness or a respondent whether they may be named."""
    user: Any = request.user
    top = head(user, number)
    steps.require("ask_consent", top)
    subject = consents.subject_of(top.case, kind, public_id)
    learners = consents.learners_for(top.case, subject)
    form = AskConsentForm(
        request.POST if request.method == POST else None,
        subject=subject,
        learners=learners,
        names_hidden=top.names_hidden,
    )
    tried = None
    if request.method == POST and form.is_valid():
        tried = attempt(
            form,
            lambda: consents.ask(
                actor=user, number=number, kind=kind, subject_id=public_id, **form.asked
            ),
        )
        if tried.done:
            messages.success(request, _("The question is on its way."))
            return see_other("names", number)
    words = Words(
        title=_("Ask whether they may be named"),
        lead=_("Nobody is named without a yes of their own, for this one purpose."),
        button=_("Send the question"),
        then=(
            ("mail", _("They get a letter with your words; the email says nothing of the matter")),
            ("message-square", _("Yes, no, or nothing: no has no consequence for them")),
            ("undo-2", _("They can take a yes back until somebody is told")),
            ("lock", _("A yes is good for telling once")),
        ),
    )
    blocked = (
        ""
        if subject.purposes
        else _("We know nobody here who could be asked: this report came without a name.")
    )
    return show_form(
        request,
        top,
        form,
        words,
        tried,
        template="cases/desk/identity_consent.html",
        who=selectors.who(top, subject),
        blocked=blocked,
    )


@for_readers
@GET_AND_POST
@of_officers("use_consent")
@reauthentication_required
def use_consent(request: HttpRequest, top: Head, public_id: UUID) -> HttpResponse:
    """Tell the name, as the person allowed. It is done once, and spends the consent."""
    user: Any = request.user
    line = selectors.consent_line(top, public_id)
    form = Form(request.POST if request.method == POST else None)
    tried = None
    name = ""
    if request.method == POST and form.is_valid():
        tried = attempt(
            form,
            lambda: consents.use(actor=user, number=top.case.number, consent_id=public_id),
        )
        if tried.result is not None:
            name = tried.result.name
            if not name:
                messages.success(request, _("They are told. The consent is used up."))
                return see_other("names", top.case.number)
            line = selectors.consent_line(top, public_id)
    elif line.state != "given":
        return see_other("names", top.case.number)
    words = Words(
        title=_("Tell the name"),
        lead=_("They agreed to this, and to nothing else."),
        button=_("Show me the name, once")
        if line.consent.purpose == "tell_others"
        else _("Tell the name now"),
        then=(
            ("lock", _("The consent is used up by it")),
            ("list-checks", _("It is written down in the case, and they see that it was done")),
            ("rotate-ccw", _("Nobody can make it untold")),
        ),
    )
    return show_form(
        request,
        top,
        form,
        words,
        tried,
        template="cases/desk/identity_use.html",
        line=line,
        name=name,
    )

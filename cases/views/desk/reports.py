"""Messages to whoever reported, and reviews of dismissals they ask for (IN4, AP1)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from cases import rules
from cases.enums import ReportMode, ReportStatus
from cases.forms.reports import AskForm, DecideReviewForm
from cases.models import Report
from cases.selectors.case_head import Head, head
from cases.selectors.case_page import reports_of
from cases.selectors.dialogue import is_open
from cases.services import dialogue, message_files
from cases.services import review as service
from cases.views.desk import steps
from cases.views.desk.guard import attempt, done, for_readers, see_other
from cases.views.desk.seen import see_messages
from cases.views.desk.triage import Words, show_form
from cases.views.message_files import download
from integrity.core.errors import IllegalTransition, NotFound, NotPermitted

POST = "POST"


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """Write to whoever sent this report."""
    user: Any = request.user
    top = head(user, number)
    steps.require("ask", top)
    report = _report(top, public_id)
    if request.method != POST and not is_open(report):
        raise IllegalTransition(_("This report is closed."))
    form = AskForm(
        request.POST if request.method == POST else None,
        request.FILES if request.method == POST else None,
    )
    tried = None
    if request.method == POST and form.is_valid():
        tried = attempt(
            form,
            lambda: dialogue.ask(
                actor=user,
                number=number,
                report_id=public_id,
                body=form.cleaned_data["body"],
                uploads=form.cleaned_data["uploads"],
                form_key=form.key,
            ),
        )
        if tried.done:
            return done(request, _("Your message is on its way."), number)
    nameless = report.mode == ReportMode.ANONYMOUS
    words = Words(
        title=_("Write to who reported"),
        button=_("Send the message"),
        then=(
            ("key-round", _("They see it when they come back with their code"))
            if nameless
            else ("mail", _("They get a letter; the email says nothing of the matter")),
            ("message-square", _("What they write back appears here, with the report")),
            ("paperclip", _("They can download the clean copy of each file")),
            ("lock", _("Nobody learns from it who they are")),
            ("eye-off", _("The learner does not see these messages")),
        ),
    )
    about = [line for line in reports_of(top) if line.report.pk == report.pk]
    response = show_form(
        request,
        top,
        form,
        words,
        tried,
        template="cases/desk/ask.html",
        file={"reports": about},
        multipart=True,
    )
    see_messages(request, top, about)
    return response


@for_readers
@require_safe
def message_file(request: HttpRequest, number: str, file_id: UUID) -> HttpResponse:
    """A file of a message that is no evidence: the desk's, or one that came after the notice."""
    user: Any = request.user
    return download(message_files.open_for_desk(actor=user, number=number, file_id=file_id))


def _report(top: Head, public_id: UUID) -> Report:
    """A report of this very case; one of another case is not found (HOSTILE 17)."""
    found = top.case.reports.exclude(status=ReportStatus.DRAFT).filter(public_id=public_id)
    report = found.first()
    if report is None:
        raise NotFound
    return report


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """Decide whether a dismissal stands. Who had a hand in it is refused (HOSTILE 23)."""
    user: Any = request.user
    top = head(user, number)
    found = top.case.reviews.select_related("report__violation_type").filter(public_id=public_id)
    asked = found.first()
    if asked is None:
        raise NotFound
    if not top.works or not rules.is_officer(user, top.case):
        raise NotPermitted
    if not service.may_decide(user, asked, top.case):
        raise NotPermitted(_("You had a hand in this case. Somebody else looks at it again."))
    if request.method != POST:
        if asked.outcome:
            return see_other("case", number)
        steps.require("review", top)
    initial = {"revision": top.case.revision}
    form = DecideReviewForm(request.POST if request.method == POST else None, initial=initial)
    tried = None
    if request.method == POST and form.is_valid():
        tried = attempt(
            form,
            lambda: service.decide(
                actor=user,
                number=number,
                review_id=public_id,
                outcome=form.cleaned_data["outcome"],
                reasons=form.cleaned_data["reasons"],
                revision=form.seen,
            ),
        )
        if tried.done:
            return done(request, _("The review is decided."), number)
        if tried.stale:
            top = head(user, number)
    words = Words(
        title=_("Look at the dismissal again"),
        lead=_("Whoever reported asks for a second look. You had no part in the dismissal."),
        button=_("Decide"),
        then=(
            ("mail", _("Whoever reported is told, with your reasons")),
            ("rotate-ccw", _("Taken up again, the case is back in triage")),
            ("lock", _("It can be asked for once")),
        ),
    )
    return show_form(
        request,
        top,
        form,
        words,
        tried,
        template="cases/desk/review.html",
        review=asked,
        file={"reports": reports_of(top)},
    )

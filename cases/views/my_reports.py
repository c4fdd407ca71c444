"""A reporter's own reports: the list, and each one as it was sent (IN8).

Progress in words, the outcome in one of three, never the details, which belong to somebody else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import undoing
from cases.enums import ClosingOutcome, EvidenceKind, ReportStatus
from cases.forms.dialogue import MessageForm
from cases.forms.report import ReviewForm
from cases.models import Evidence, Report
from cases.selectors import report as selectors
from cases.selectors.identity import asked_of
from cases.selectors.report import MyReport
from cases.services import check_ins, dialogue, message_files
from cases.services import review as service
from cases.views.message_files import download
from cases.views.report_pages import refusals_on, see
from integrity.core import clock

_WORDS: dict[str, tuple[str | Promise, str | Promise]] = {
    "submitted": (
        _("Received"),
        _("It waits to be read by a person. You do not have to do anything."),
    ),
    "linked": (
        _("Being looked into"),
        _("We check what can be checked. This takes some time. You do not have to do anything."),
    ),
    "withdrawn": (_("Withdrawn"), _("You took this report back.")),
    ClosingOutcome.ACTION_TAKEN: (
        _("Closed: action was taken"),
        _("We looked into it, and something follows from it. We cannot tell you what."),
    ),
    ClosingOutcome.NO_VIOLATION: (
        _("Closed: no violation was found"),
        _("We looked into it and found nothing that breaks the rules. Thank you for telling us."),
    ),
    ClosingOutcome.NOT_PURSUED: (
        _("Closed: not pursued"),
        _("We read it and did not take it further. Thank you for telling us."),
    ),
}


@dataclass(frozen=True)
class Progress:
    """Where a report stands: the name of a status shape, its word, and a sentence."""

    shape: str
    word: str | Promise
    sentence: str | Promise


def progress(report: Report) -> Progress:
    """In words for its sender. The end is one of three, never more."""
    if report.closed_at is not None and report.outcome and not undoing.held(report):
        return Progress("closed", *_WORDS[report.outcome])
    status = undoing.told_status(report)
    if status in (ReportStatus.LINKED, ReportStatus.WITHDRAWN):
        return Progress(status, *_WORDS[status])
    return Progress("submitted", *_WORDS["submitted"])


@dataclass(frozen=True)
class Line:
    """A row of the list, ready to be shown."""

    about: str
    kind: str
    reference: str
    at: datetime
    url: str
    progress: Progress | None = None


@login_required
@require_safe
def my_reports(request: HttpRequest) -> HttpResponse:
    """The reader's reports, newest first, with what is not sent yet."""
    user: Any = request.user
    found = selectors.my_reports(user, after=request.GET.get("after"))
    return render(
        request,
        "cases/report/mine.html",
        {
            "drafts": [_line(row, _resume(row)) for row in found.drafts],
            "lines": [_line(row, _page(row), progress(row)) for row in found.sent.rows],
            "next": found.sent.next,
            "first": found.sent.first,
        },
    )


def _line(report: Report, url: str, stands: Progress | None = None) -> Line:
    return Line(
        about=selectors.about(report),
        kind=report.get_kind_display(),
        reference=report.reference,
        at=report.submitted_at,
        url=url,
        progress=stands,
    )


def _resume(report: Report) -> str:
    return reverse("report:resume", args=[report.public_id])


def _page(report: Report) -> str:
    return reverse("my:report", args=[report.public_id])


@login_required
@require_safe
def my_report(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """One own report as it was sent, where it stands, and what was written about it."""
    user: Any = request.user
    found = selectors.my_report(user, report_id)
    return show_report(request, found, MessageForm(asked=found.talk.asked))


def show_report(
    request: HttpRequest, found: MyReport, form: MessageForm, *, by_code: bool = False
) -> HttpResponse:
    """A report for whoever sent it, with what was written about it, which counts as read then; 400
    for a message that was refused."""
    report = found.report
    waiting = progress(report).shape == "submitted"
    read_by = found.read_by if waiting else None
    own = [] if by_code else [report.public_id]
    space = "report:follow" if by_code else "my"
    response = render(
        request,
        "cases/report/followed.html" if by_code else "cases/report/my_report.html",
        {
            "report": report,
            "by_code": by_code,
            "about": selectors.about(report),
            "progress": progress(report),
            "read_by": read_by,
            "late": read_by is not None and clock.now() > read_by,
            "links": _of_kind(found.evidence, EvidenceKind.LINK),
            "files": _of_kind(found.evidence, EvidenceKind.FILE),
            "letters": found.letters,
            "talk": found.talk,
            "form": form,
            "answer_url": reverse(f"{space}_answer" if by_code else "my:answer_report", args=own),
            "review": found.review,
            "review_until": found.review_until if found.review is None else None,
            "consents": asked_of(report=report),
            "review_url": reverse(f"{space}_review" if by_code else "my:review", args=own),
            "check_in": check_ins.newest(report),
            "check_in_url": reverse(f"{space}_check_in" if by_code else "my:check_in", args=own),
        },
        status=form.http_status,
    )
    if request.method != "HEAD":
        dialogue.seen_by_sender(report=report, messages=found.talk.messages())
    return response


@login_required
@require_POST
def answer(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Write to the desk about one's own report."""
    user: Any = request.user
    found = selectors.my_report(user, report_id)
    return answered(request, found, reverse("my:report", args=[report_id]))


def answered(
    request: HttpRequest, found: MyReport, back: str, *, by_code: bool = False
) -> HttpResponse:
    """Take a message; the page again where it cannot be taken, with what was typed."""
    form = MessageForm(request.POST, request.FILES, asked=found.talk.asked)
    if form.is_valid():
        with refusals_on(form):
            dialogue.answer(
                report=found.report,
                body=form.cleaned_data["body"],
                uploads=form.cleaned_data["uploads"],
                form_key=form.cleaned_data["form_token"],
            )
            # The page itself says that it has arrived. By code nothing more is left in the browser.
            if not by_code:
                messages.success(request, _("Thank you. Your message has arrived."))
            return see(f"{back}#dialogue")
    return show_report(request, found, form, by_code=by_code)


@login_required
@require_safe
def file(request: HttpRequest, report_id: UUID, file_id: UUID) -> HttpResponse:
    """A file the desk sent with a message about one's own report."""
    user: Any = request.user
    report = selectors.own_draft(user, report_id)
    return download(message_files.open_for_sender(report=report, file_id=file_id))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Ask somebody else to look at a dismissal again, once."""
    user: Any = request.user
    found = selectors.my_report(user, report_id)
    return reviewed(request, found, reverse("my:report", args=[report_id]))


def reviewed(
    request: HttpRequest, found: MyReport, back: str, *, by_code: bool = False
) -> HttpResponse:
    """The page to ask for a review, and what comes of it."""
    posted = request.method == "POST"
    if not posted and (found.review is not None or found.review_until is None):
        return see(back)
    form = ReviewForm(request.POST if posted else None)
    if posted and form.is_valid():
        with refusals_on(form):
            service.ask(
                report=found.report,
                text=form.cleaned_data["text"],
                form_key=form.cleaned_data["form_token"],
            )
            if not by_code:
                messages.success(
                    request, _("Somebody who had no part in it will look at it again.")
                )
            return see(f"{back}#review")
    context = {
        "form": form,
        "back": back,
        "about": selectors.about(found.report),
        "review_until": found.review_until,
    }
    return render(request, "cases/report/review.html", context, status=form.http_status)


def _of_kind(evidence: Any, kind: str) -> list[Evidence]:
    return [piece for piece in evidence if piece.kind == kind]

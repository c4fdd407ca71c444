"""Reporting: choose, tell, show, decide about one's name, check, send (IN1 to IN8).

Answers are kept in a draft of the sender's own from the first page on: under the account, or for a
report without a name under a key in the browser. Every page can be sent again without doing
anything twice. Someone else's report is a page that does not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases import notices, receipts
from cases.enums import ReportKind, ReportMode, ReportStatus
from cases.forms.moment import told as moment_told
from cases.forms.report import DetailsForm, NameForm, PlaceForm, SendForm
from cases.governing import happened, incident_day
from cases.models import Report
from cases.selectors import report as selectors
from cases.services import drafts, intake
from cases.views import report_keys as keys
from cases.views import report_pages as pages
from cases.views.report_evidence import evidence_page
from cases.views.report_steps import Way, steps, steps_of
from integrity.core.errors import NotFound
from integrity.courses.models import Post, Submission
from integrity.web.forms import OnceForm, form_page

_READ_OR_SEND = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """What can be reported. Open to everybody, with an account and without."""
    return render(request, "cases/report/choose.html")


# The first page: nothing is kept before it was sent


@dataclass(frozen=True)
class _Start:
    kind: str
    submission: Submission | None = None
    post: Post | None = None

    @property
    def placed(self) -> bool:
        """Whether it is known where, and whose it is."""
        return self.submission is not None or self.post is not None


@_READ_OR_SEND
def flag(request: HttpRequest) -> HttpResponse:
    """Flag a submission. Without one, or with one the reader cannot see, the way to find it.

    A visitor sees no work and tells about it in words, whatever the address asks for (HOSTILE 33).
    """
    user: Any = request.user
    if not user.is_authenticated:
        return _first_page(request, _Start(ReportKind.FLAG))
    wanted = request.GET.get("submission", "")
    submission = selectors.reportable_submission(user, wanted) if wanted else None
    if submission is None:
        context = {
            "assignments": selectors.flaggable_assignments(user),
            "not_found": bool(wanted),
        }
        return render(request, "cases/report/find.html", context)
    return _first_page(request, _Start(ReportKind.FLAG, submission=submission))


@_READ_OR_SEND
def violation(request: HttpRequest) -> HttpResponse:
    """Report anything else that breaks the honor code."""
    return _first_page(request, _Start(ReportKind.VIOLATION))


@_READ_OR_SEND
def incident(request: HttpRequest) -> HttpResponse:
    """Report how somebody behaved, perhaps in a post."""
    user: Any = request.user
    wanted = request.GET.get("post", "")
    post = selectors.reportable_post(user, wanted) if wanted and user.is_authenticated else None
    return _first_page(request, _Start(ReportKind.INCIDENT, post=post))


def _first_page(request: HttpRequest, start: _Start) -> HttpResponse:
    who = keys.holder(request)
    target: Any = start.submission or start.post
    course = start.submission.assignment.course if start.submission else None
    course = start.post.course if start.post else course
    at = None
    if target is not None:
        at = start.submission.submitted_at if start.submission else target.created_at
    form = DetailsForm(
        request.POST or None,
        kind=start.kind,
        offered=selectors.offered_types(
            start.kind, institution=selectors.office_for(course), course=course, at=at
        ),
        lenient=pages.later(request),
        in_words=start.submission is None,
    )
    way = Way(steps(start.kind, placed=start.placed, visitor=who.visitor), 0)
    if form.is_bound and form.is_valid():
        with pages.refusals_on(form):
            report = drafts.start(
                actor=who.user,
                kind=start.kind,
                form_key=form.cleaned_data["form_token"],
                page=_details(form),
                submission=start.submission,
                post=start.post,
                key=who.key,
                source=keys.source(request, nameless=who.visitor),
            )
            on = Way.of(report, "details", visitor=who.visitor) or way
            return keys.remember(request, pages.onward(request, on))
        if form.non_field_errors():
            # Used up, for a report that was sent or is somebody else's.
            form.renew_token()
    return pages.show(
        request,
        "details",
        form,
        way,
        {
            "kind": start.kind,
            "submission": start.submission,
            "post": start.post,
            **_help_first(start.kind, None),
        },
    )


# The other pages


_ReportView = Callable[..., HttpResponse]


def _for_holder(view: _ReportView) -> _ReportView:
    """The report of whoever is signed in, or of the key in the browser.

    For others it does not exist; a visitor without the key is sent to sign in, whether there is
    such a report or not.
    """

    @wraps(view)
    def guarded(request: HttpRequest, report_id: UUID, **kwargs: Any) -> HttpResponse:
        who = keys.holder(request)
        try:
            report = selectors.own_draft(who.user, report_id, key=who.key)
        except NotFound:
            if keys.was_shown(request):
                return pages.see(reverse("report:follow"))
            if who.visitor:
                return redirect_to_login(request.get_full_path())
            raise
        return keys.private(view(request, report, **kwargs))

    return guarded


@_READ_OR_SEND
@_for_holder
def step(request: HttpRequest, report: Report, slug: str) -> HttpResponse:
    """One page of a draft. What was sent leads to its confirmation."""
    way = Way.of(report, slug, visitor=keys.holder(request).visitor)
    if way is None:
        raise NotFound
    if report.status != ReportStatus.DRAFT:
        return pages.see(reverse("report:sent", args=[report.public_id]))
    return _PAGES[slug](request, report, way)


@require_safe
@_for_holder
def resume(request: HttpRequest, report: Report) -> HttpResponse:
    """Go on with a draft where it was left."""
    found = steps_of(report, visitor=keys.holder(request).visitor)
    page = found[min(report.draft_step, len(found) - 1)]
    return pages.see(reverse("report:step", args=[report.public_id, page.slug]))


def _in_words(report: Report) -> bool:
    """Whether the account is needed: nothing else says what it is about."""
    return report.submission_id is None


def _details_page(request: HttpRequest, report: Report, way: Way) -> HttpResponse:
    at = report.submission.submitted_at if report.submission else None
    at = report.post.created_at if report.post else at
    form = DetailsForm(
        request.POST or None,
        kind=report.kind,
        offered=selectors.offered_types(
            report.kind, institution=report.institution, course=report.course, at=at
        ),
        lenient=pages.later(request),
        in_words=_in_words(report),
        initial={
            "code": report.violation_type.code if report.violation_type else "",
            "account": report.account,
        },
    )
    if form.is_bound and form.is_valid():
        with pages.refusals_on(form):
            return pages.saved(request, report, way, _details(form))
    context = {
        "kind": report.kind,
        "submission": report.submission,
        "post": selectors.post_now(report),
        **_help_first(report.kind, report),
    }
    return pages.show(request, "details", form, way, context, pointed={"account": report.account})


def _help_first(kind: str, report: Report | None) -> dict[str, object]:
    """The first page about somebody's behaviour says where to find help, whatever is chosen."""
    return pages.urgent_help(report, always=kind == ReportKind.INCIDENT)


def _details(form: DetailsForm) -> drafts.Page:
    chosen = form.offered.get(form.cleaned_data.get("code", ""))
    return drafts.Page(
        # A page put aside half empty is not done.
        step=1 if form.complete else 0,
        violation_type=chosen.types[0] if chosen else None,
        account=form.cleaned_data["account"],
    )


def _place_page(request: HttpRequest, report: Report, way: Way) -> HttpResponse:
    user: Any = request.user
    courses = selectors.own_courses(user) if user.is_authenticated else []
    form = PlaceForm(
        request.POST or None,
        kind=report.kind,
        courses=courses,
        initial={
            "course": report.course.slug if report.course else "",
            "quoted_text": report.quoted_text,
            "visible_name": report.visible_name,
            **_day_and_hour(report),
        },
    )
    if form.is_bound and form.is_valid():
        told = form.cleaned_data
        course = next((c for c in courses if c.slug == told.get("course")), None)
        with pages.refusals_on(form):
            page = drafts.Page(
                step=way.number,
                course=course,
                course_asked=True,
                quoted_text=told.get("quoted_text"),
                visible_name=told["visible_name"],
                incident_asked=True,
                **moment_told(told["day"], told["hour"]),
            )
            return pages.saved(request, report, way, page)
    told = {"quoted_text": report.quoted_text}
    return pages.show(request, "place", form, way, {"kind": report.kind}, pointed=told)


def _day_and_hour(report: Report) -> dict[str, Any]:
    """What was said, for the form: a bare day as it is, an instant in the reader's zone."""
    when = happened(report)
    if isinstance(when, datetime):
        local = when.astimezone(timezone.get_current_timezone())
        return {"day": local.date(), "hour": local.time()}
    return {"day": when}


def _name_page(request: HttpRequest, report: Report, way: Way) -> HttpResponse:
    form = NameForm(request.POST or None, initial={"mode": report.mode})
    if form.is_bound and form.is_valid():
        with pages.refusals_on(form):
            page = drafts.Page(step=way.number, mode=form.cleaned_data["mode"] or report.mode)
            return pages.saved(request, report, way, page)
    return pages.show(request, "name", form, way)


def _check_page(request: HttpRequest, report: Report, way: Way) -> HttpResponse:
    who = keys.holder(request)
    complete = bool(report.account) or not _in_words(report)
    if not way.reached_check or not complete:
        return pages.see(way.url(min(report.draft_step, way.index - 1) if report.account else 0))
    form = SendForm(request.POST or None)
    if form.is_bound and pages.later(request):
        return pages.onward(request, way)
    if form.is_bound and form.is_valid():
        with pages.refusals_on(form):
            intake.send_draft(
                actor=who.user,
                draft_id=report.public_id,
                good_faith=form.cleaned_data["good_faith"],
                language=get_language() or settings.LANGUAGE_CODE,
                key=who.key,
                source=keys.source(request, nameless=not report.reporter_ref),
            )
            return pages.see(reverse("report:sent", args=[report.public_id]))
    files = selectors.files_of(report)
    context = {
        "files": files,
        "post": selectors.post_now(report),
        "place_asked": any(step.slug == "place" for step in way.steps),
        "email": who.user.email if who.user is not None else "",
        "incident_day": incident_day(report),
        "processing": notices.current_processing(),
        "processing_lines": notices.current_processing().for_report(report.mode),
    }
    told = {
        "account": report.account,
        "quoted_text": report.quoted_text,
        **pages.told_in_evidence(report, files),
    }
    return pages.show(request, "check", form, way, context, pointed=told)


_PAGES: dict[str, Callable[[HttpRequest, Report, Way], HttpResponse]] = {
    "details": _details_page,
    "place": _place_page,
    "evidence": evidence_page,
    "name": _name_page,
    "check": _check_page,
}


@require_safe
@_for_holder
def sent(request: HttpRequest, report: Report) -> HttpResponse:
    """The confirmation: the reference, and what happens next until when.

    Of a report without a name it is the receipt code, shown this once: with this page the browser
    forgets the key, and nobody else ever had the code.
    """
    if report.status == ReportStatus.DRAFT:
        raise NotFound
    who = keys.holder(request)
    context: dict[str, Any] = {
        "report": report,
        "read_by": selectors.read_by(report),
        **pages.urgent_help(report),
    }
    if report.mode != ReportMode.ANONYMOUS:
        context["email"] = who.user.email if who.user is not None else ""
        return render(request, "cases/report/sent.html", context)
    context["code"] = receipts.matching(who.key, report.public_id, report.receipt_ref)
    # Changing language or colours would load the page again, and the code would be gone.
    context["shown_once"] = bool(context["code"])
    response = render(request, "cases/report/receipt.html", context)
    if request.method == "GET":
        # The back button leads to the pages before; they lead to where the code is entered too.
        keys.forget(response, shown_at=reverse("report:resume", args=[report.public_id]))
    return response


@_READ_OR_SEND
@_for_holder
def discard(request: HttpRequest, report: Report) -> HttpResponse:
    """Ask whether to delete a draft, and do it."""
    if report.status != ReportStatus.DRAFT:
        raise NotFound
    who = keys.holder(request)
    form = OnceForm(request.POST or None)
    if form.is_bound and form.is_valid():
        drafts.throw_away(actor=who.user, draft_id=report.public_id, key=who.key)
        messages.success(request, _("Your draft was deleted. Nothing of it is kept."))
        return pages.see(reverse("report:choose" if who.visitor else "my:reports"))
    context = {"report": report, "about": selectors.about(report)}
    return form_page(request, "cases/report/discard.html", form, context)

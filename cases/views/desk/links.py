"""Links between cases, and reports recorded as made in bad faith (QU2, QU4)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.enums import ReportStatus
from cases.forms.merging import BadFaithBackForm, BadFaithForm, LinkForm
from cases.models import BadFaith, Report
from cases.selectors.case_head import Head, head
from cases.selectors.links import network
from cases.services import bad_faith as faith
from cases.services import linking
from cases.views.desk import steps
from cases.views.desk.guard import attempt, done, for_readers, for_staff
from cases.views.desk.triage import Words, show_form
from integrity.core.errors import IllegalTransition, NotFound


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def links(request: HttpRequest, number: str) -> HttpResponse:
    """Link the case with another one; what is linked stands beside the form."""
    user: Any = request.user
    top = head(user, number)
    steps.require("link", top)
    form = LinkForm(
        request.POST if request.method == "POST" else None,
        initial={"other": request.GET.get("with", "")[:20]},
    )
    tried = None
    if request.method == "POST" and form.is_valid():
        tried = attempt(form, lambda: linking.link(actor=user, number=number, **form.cleaned_data))
        if tried.done:
            return done(request, _("The two cases are linked."), number)
    words = Words(
        title=_("Link with another case"),
        lead=_("Both stay cases of their own. Their pages show that they belong together."),
        button=_("Link them"),
        then=(
            ("link", _("It stands in the history of both cases")),
            ("eye-off", _("Whoever may not see the other case does not see the link")),
        ),
    )
    return show_form(
        request,
        top,
        form,
        words,
        tried,
        template="cases/desk/link.html",
        network=network(user, top.case, works=top.works),
    )


@for_staff
@require_POST
def unlink(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """Remove a link of this case."""
    user: Any = request.user
    head(user, number)
    linking.unlink(actor=user, number=number, link_id=public_id)
    return done(request, _("The link is removed."), number)


def _report(top: Head, public_id: UUID) -> Report:
    """A report of this very case; one of another case is not found (HOSTILE 17)."""
    found = top.case.reports.exclude(status=ReportStatus.DRAFT).filter(public_id=public_id)
    report = found.select_related("violation_type").first()
    if report is None:
        raise NotFound
    return report


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def bad_faith(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """Record that a report was made in bad faith, with reasons."""
    user: Any = request.user
    top = head(user, number)
    steps.require("bad_faith", top)
    report = _report(top, public_id)
    if request.method != "POST" and _stands(report):
        raise IllegalTransition(_("This is recorded of the report already."))
    form = BadFaithForm(request.POST if request.method == "POST" else None)
    tried = None
    if request.method == "POST" and form.is_valid():
        tried = attempt(
            form,
            lambda: faith.find(actor=user, number=number, report_id=public_id, **form.cleaned_data),
        )
        if tried.done:
            return done(request, _("It is recorded."), number)
    words = Words(
        title=_("Record a report as made in bad faith"),
        lead=_("Report %(reference)s. Only where it was knowingly untrue or meant to harm.")
        % {"reference": report.reference},
        button=_("Record it"),
        then=(
            ("flag", _("It rests on the report: who sent it stays sealed")),
            ("eye-off", _("Only the desk sees it")),
            ("hand", _("Nothing follows from it by itself")),
            ("undo-2", _("An officer can take it back")),
        ),
    )
    return show_form(request, top, form, words, tried)


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def bad_faith_back(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """Take back that a report was made in bad faith."""
    user: Any = request.user
    top = head(user, number)
    steps.require("bad_faith", top)
    report = _report(top, public_id)
    if request.method != "POST" and not _stands(report):
        raise IllegalTransition(_("Nothing of this kind is recorded of the report."))
    form = BadFaithBackForm(request.POST if request.method == "POST" else None)
    tried = None
    if request.method == "POST" and form.is_valid():
        tried = attempt(
            form,
            lambda: faith.take_back(
                actor=user, number=number, report_id=public_id, **form.cleaned_data
            ),
        )
        if tried.done:
            return done(request, _("It is taken back."), number)
    words = Words(
        title=_("Take back that it was made in bad faith"),
        lead=_("Report %(reference)s. Both stay in the history of the case.")
        % {"reference": report.reference},
        button=_("Take it back"),
    )
    return show_form(request, top, form, words, tried)


def _stands(report: Report) -> bool:
    return BadFaith.objects.filter(report=report, taken_back_at__isnull=True).exists()

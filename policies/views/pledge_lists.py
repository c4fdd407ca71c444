"""Who has pledged and who has not: lists, their export, and a reminder to who has not."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from integrity.core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from policies import pledge_lists
from policies.enums import MailingKind
from policies.forms.pledges import ExportForm, ListForm, RemindForm
from policies.models import Version
from policies.services import mailings, pledge_export


@login_required
@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    """The texts that are pledged to in courses the reader watches."""
    user: Any = request.user
    if not pledge_lists.watched(user).exists():
        raise NotFound
    return render(request, "policies/pledges/lists.html", {"versions": pledge_lists.listed(user)})


@login_required
@require_safe
def version(request: HttpRequest, slug: str, number: int | None = None) -> HttpResponse:
    """One version, course by course: how many have pledged."""
    user: Any = request.user
    shown = pledge_lists.version_page(user, slug, number, after=request.GET.get("after", ""))
    context = {
        "shown": shown,
        "version": shown.version,
        "remind": RemindForm(),
        "mailing": pledge_lists.last_reminder(user, shown.version),
    }
    return render(request, "policies/pledges/list_version.html", context)


@login_required
@require_safe
def in_course(request: HttpRequest, slug: str, number: int, course: str) -> HttpResponse:
    """One version in one course, learner by learner."""
    user: Any = request.user
    form = ListForm(request.GET if request.GET.keys() & {"state", "q"} else None)
    asked = form.cleaned_data if form.is_valid() else {}
    shown = pledge_lists.course_page(
        user,
        slug,
        number,
        course,
        state=asked.get("state", ""),
        words=asked.get("q", ""),
        after=request.GET.get("after", ""),
    )
    context = {
        "shown": shown,
        "version": shown.version,
        "course": shown.course,
        "form": form,
        "state": asked.get("state", ""),
        "narrowed": any(asked.values()),
        "remind": RemindForm(initial={"course": course}),
        "mailing": pledge_lists.last_reminder(user, shown.version, shown.course),
    }
    return render(request, "policies/pledges/list_course.html", context, status=form.http_status)


@login_required
@require_POST
def export(request: HttpRequest, slug: str, number: int) -> HttpResponseBase:
    """The list as a CSV file, of one course or of every course the reader watches."""
    user: Any = request.user
    found = pledge_lists.version_for(user, slug, number)
    form = ExportForm(request.POST)
    if not form.is_valid():
        raise InvalidInput({name: [_("Choose one of the list.")] for name in form.errors})
    course = form.cleaned_data["course"]
    lines = pledge_export.export(
        actor=user,
        version=found,
        course=pledge_lists.course_for(user, found, course) if course else None,
        state=form.cleaned_data["state"],
    )
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="pledges-{slug}-v{number}.csv"',
            "Cache-Control": "no-store",
        },
    )


@login_required
@require_POST
def remind(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Start a message to everybody who has not pledged, in one course or in all of them."""
    user: Any = request.user
    found = pledge_lists.version_for(user, slug, number)
    form = RemindForm(request.POST)
    if not form.is_valid():
        raise InvalidInput(
            {name: [str(line) for line in lines] for name, lines in form.errors.as_data().items()}
        )
    slug_of = form.cleaned_data["course"]
    course = pledge_lists.course_for(user, found, slug_of) if slug_of else None
    if not pledge_lists.may_remind(user, found, course):
        raise NotPermitted
    try:
        mailing = mailings.start(
            actor=user,
            kind=MailingKind.PLEDGE_REMINDER,
            version=found,
            course=course,
            form_key=form.cleaned_data["form_token"],
        )
    except Conflict as refusal:
        messages.info(request, str(refusal.message))
    else:
        messages.success(
            request,
            _("Started: a reminder to everybody who has not pledged, %(number)s in all.")
            % {"number": mailing.total},
        )
    return HttpResponseRedirect(_list(found, slug_of), status=HTTPStatus.SEE_OTHER)


def _list(version: Version, course: str) -> str:
    place = [version.document.slug, version.number]
    if course:
        return reverse("pledges:in_course", args=[*place, course])
    return reverse("pledges:version", args=place)

"""Looking at all of a draft once more, publishing it, or deleting it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as render_page
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from integrity.core import clock
from integrity.core.errors import Conflict, InvalidInput, NotFound, Stale
from integrity.web import dates
from policies import contents, difference, services
from policies.forms.manage import NOW, PublishForm, SeenForm
from policies.models import Version
from policies.rendering import render
from policies.rules import process_terms
from policies.selectors import office as selectors
from policies.selectors.office import Kept
from policies.views.guard import acting, for_administrators, see_other
from policies.views.manage_draft import tabs

FORM = ["GET", "HEAD", "POST"]


@for_administrators
@require_http_methods(FORM)
def check(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """All that will stand, what differs from the version before, and the button that publishes.

    What was looked at is what is published: if somebody changed the draft meanwhile, the page
    comes again. Sent twice, it is published once.
    """
    user: Any = request.user
    kept, version = selectors.kept_version(user, slug, number)
    if version.is_published:
        return see_other("document", slug)
    if request.method != "POST":
        return _show(request, kept, version, _form(None, version))
    form = _form(request.POST, version)
    status = None
    if form.is_valid():
        try:
            made = services.publish(
                actor=acting(request),
                version=version,
                at_once=form.cleaned_data["when"] == NOW,
                seen=form.cleaned_data["seen"],
            )
        except InvalidInput as error:
            _refuse(form, error)
        except Stale as error:
            kept, version = selectors.kept_version(user, slug, number)
            form = _form(None, version)
            return _show(
                request, kept, version, form, HTTPStatus.PRECONDITION_FAILED, str(error.message)
            )
        except Conflict:
            return see_other("document", slug)
        else:
            messages.success(
                request, _("Version %(number)s is published.") % {"number": made.number}
            )
            return see_other("document", slug)
        status = form.http_status
    return _show(request, kept, version, form, status)


def _form(data: Any, version: Version) -> PublishForm:
    return PublishForm(
        data,
        version=version,
        planned=planned_words(version),
        initial={"seen": contents.whole(version)},
    )


def planned_words(version: Version) -> str:
    """When a draft is to take effect, in the zone of the policy's owner."""
    zone = ZoneInfo(version.document.owner_zone)
    local = version.effective_at.astimezone(zone)
    return _("On %(day)s at %(time)s (%(zone)s)") % {
        "day": dates.day_words(local.date(), "long"),
        "time": f"{local:%H:%M}",
        "zone": dates.zone_name(zone),
    }


def _refuse(form: PublishForm, error: InvalidInput) -> None:
    """A wrong day is told where the day is chosen here."""
    fields = dict(error.fields)
    when = fields.pop("effective_at", None)
    if when:
        fields["when"] = when
    form.add_refusal(InvalidInput(fields))


def _show(
    request: HttpRequest,
    kept: Kept,
    version: Version,
    form: PublishForm,
    status: int | None = None,
    refused: str = "",
) -> HttpResponse:
    before = selectors.compared_with(kept, version)
    context = {
        "kept": kept,
        "document": kept.document,
        "version": version,
        "before": before,
        "changes": difference.compare(before, version) if before else None,
        "rendered": render(version.body, kept.document.title),
        "pledge": render(version.pledge) if version.pledge else None,
        "terms": process_terms(version),
        "tabs": tabs(version),
        "form": form,
        "refused": refused,
        "is_late": version.effective_at < clock.now(),
    }
    return render_page(
        request, "policies/manage/check.html", context, status=status or form.http_status
    )


@for_administrators
@require_http_methods(FORM)
def delete(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Ask, then delete a draft with all it names. A published version stays."""
    user: Any = request.user
    try:
        kept, version = selectors.kept_version(user, slug, number)
    except NotFound:
        if request.method != "POST":
            raise
        # Sent a second time: what it was to do is done. Somebody else's policy is not found here.
        selectors.kept_document(user, slug)
        return see_other("document", slug)
    if version.is_published:
        return see_other("document", slug)
    status = None
    seen = contents.whole(version)
    form = SeenForm(request.POST if request.method == "POST" else None, initial={"seen": seen})
    if form.is_bound and form.is_valid():
        try:
            services.delete_draft(
                actor=acting(request), version=version, seen=form.cleaned_data["seen"]
            )
        except Stale as error:
            form.renew(seen)
            form.add_error(None, str(error.message))
            status = HTTPStatus.PRECONDITION_FAILED
        else:
            messages.success(request, _("The draft is deleted."))
            return see_other("document", slug)
    context = {"kept": kept, "document": kept.document, "version": version, "form": form}
    return render_page(
        request, "policies/manage/delete.html", context, status=status or form.http_status
    )

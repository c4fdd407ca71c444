"""Bringing a policy before everybody: by email, and recording other media (PO7)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from integrity.core.errors import Conflict, InvalidInput, NotFound
from integrity.web.forms import form_page
from policies import announcements, reviewing
from policies.enums import MailingKind
from policies.forms.reviews import MediumForm, TellForm
from policies.models import Mailing, Version
from policies.selectors import reviews as selectors
from policies.services import dissemination, mailings
from policies.views.guard import for_administrators

FORM = ["GET", "HEAD", "POST"]


def see_other(url_name: str, *args: Any) -> HttpResponseRedirect:
    """On to another page of the yearly work after a form has done its work (303)."""
    return HttpResponseRedirect(
        reverse(f"policy_reviews:{url_name}", args=args), status=HTTPStatus.SEE_OTHER
    )


@for_administrators
@require_safe
def telling(request: HttpRequest, slug: str) -> HttpResponse:
    """By which media a policy was brought before everybody, and when; what is missing."""
    user: Any = request.user
    page = selectors.telling(user, slug)
    return render(
        request, "policies/reviews/telling.html", {"page": page, "document": page.document}
    )


@for_administrators
@require_http_methods(FORM)
def medium(request: HttpRequest, slug: str) -> HttpResponse:
    """Record another medium than email."""
    user: Any = request.user
    document = selectors.managed_document(user, slug)
    form = MediumForm(
        request.POST if request.method == "POST" else None,
        initial={"day": reviewing.today_of(document)},
    )
    if form.is_bound and form.is_valid():
        data = {name: form.cleaned_data[name] for name in ("medium", "day", "note")}
        try:
            dissemination.record_medium(actor=user, document=document, form_key=form.key, **data)
        except InvalidInput as error:
            form.add_refusal(error)
        except Conflict as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("It is recorded."))
            return see_other("telling", slug)
    return form_page(request, "policies/reviews/medium.html", form, {"document": document})


@for_administrators
@require_http_methods(FORM)
def email(request: HttpRequest, slug: str) -> HttpResponse:
    """The yearly email: how many it goes to, what it says, then the button that starts it."""
    user: Any = request.user
    page = selectors.telling(user, slug)
    if page.version is None:
        raise NotFound
    form = TellForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            row = dissemination.start_email(actor=user, document=page.document, form_key=form.key)
        except Conflict as error:
            form.add_error(None, str(error.message))
        else:
            return _to_progress(row.mailing)
    return _check(request, form, page.version, MailingKind.DISSEMINATION)


@for_administrators
@require_http_methods(FORM)
def new_version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Tell everybody of a published version: how many, what it says, then the button."""
    user: Any = request.user
    document = selectors.managed_document(user, slug)
    version = document.versions.filter(number=number, published_at__isnull=False).first()
    if version is None:
        raise NotFound
    version.document = document
    form = TellForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            mailing = mailings.start(
                actor=user, kind=MailingKind.NEW_VERSION, version=version, form_key=form.key
            )
        except (Conflict, InvalidInput) as error:
            form.add_error(None, str(error.message))
        else:
            return _to_progress(mailing)
    return _check(request, form, version, MailingKind.NEW_VERSION)


def _check(
    request: HttpRequest, form: TellForm, version: Version, kind: MailingKind
) -> HttpResponse:
    planned = Mailing(kind=kind, version=version)
    context = {
        "document": version.document,
        "version": version,
        "kind": kind,
        "people": mailings.audience(planned).count(),
        "letter": announcements.sample(planned),
    }
    return form_page(request, "policies/reviews/tell.html", form, context)


def _to_progress(mailing: Mailing | None) -> HttpResponseRedirect:
    if mailing is None:
        raise NotFound
    return see_other("mailing", mailing.public_id)

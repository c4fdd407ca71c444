"""Covering parts of evidence at the desk, and the pages of files it is done on (CF2)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.evidence.covered import CannotPaint
from cases.forms.redaction import RedactForm
from cases.models import Evidence
from cases.selectors.redaction import RedactPage, redact_page
from cases.services import redaction as service
from cases.views.desk import steps
from cases.views.desk.guard import Tried, attempt, for_readers, see_other
from cases.views.desk.triage import Words
from integrity.core.errors import IllegalTransition, NotFound

# Whatever a browser makes of the bytes, it runs nothing and loads nothing.
POLICY = "default-src 'none'; sandbox"


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def redact(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """Say what is covered, look at what the learner will see, then cover it.

    Three steps of one form; nothing is stored before the last. `page` in the address is the page of
    the file in view.
    """
    user: Any = request.user
    page = redact_page(user, number, public_id)
    steps.require("redact", page.head)
    pages = page.piece.pages
    at = _page(request, pages)
    fields: dict[str, Any] = {
        "sheet": page.piece.sheet,
        "pages": pages,
        "page": at,
        "covered": page.spans,
    }
    step = request.POST.get("step", "preview") if request.method == "POST" else ""
    if not step:
        return _show(request, page, RedactForm(**fields), at)
    form = RedactForm(request.POST, **fields)
    if step == "change":
        return _show(request, page, form, at, ask=True)
    if form.places and not form.searched:
        # Words that were typed: where they stand is chosen first.
        return _show(request, page, form.with_places(), at, ask=True)
    if step == "find" or not form.is_valid():
        return _show(request, page, form, at)
    if step != "save":
        return _check(request, page, form)
    try:
        tried = attempt(
            form,
            lambda: service.cover(
                actor=user,
                number=number,
                evidence_id=public_id,
                spans=form.spans,
                areas=form.areas,
                reason=form.cleaned_data["reason"],
                form_key=form.key,
            ),
        )
    except CannotPaint as error:
        form.add_error(None, str(error.message))
        tried = Tried(None, error)
    if tried.done:
        messages.success(request, str(_("It is covered for everybody outside the desk.")))
        if form.more:
            messages.warning(
                request,
                ngettext(
                    "The words stand in %(count)s more place. Find them again to cover it too.",
                    "The words stand in %(count)s more places. Find them again to cover those too.",
                    form.more,
                )
                % {"count": form.more},
            )
        return see_other("evidence", number, public_id)
    return _show(request, page, form, at, tried)


def _page(request: HttpRequest, pages: int) -> int:
    asked = request.GET.get("page", "1")
    number = int(asked) if asked.isdecimal() and len(asked) < 4 else 0
    if not 1 <= number <= max(pages, 1):
        raise NotFound
    return number


def _show(
    request: HttpRequest,
    page: RedactPage,
    form: RedactForm,
    at: int,
    tried: Tried[Any] | None = None,
    *,
    ask: bool = False,
) -> HttpResponse:
    """The form. `ask`: the next question of it, without complaining about what is not said yet."""
    user: Any = request.user
    if ask:
        form.full_clean()
        form.errors.clear()
    status = form.http_status
    if tried is not None and not tried.done:
        status = tried.status
    words = Words(title=_("Cover parts of %(label)s") % {"label": page.evidence.label}, button="")
    context = {
        **steps.frame(page.head, user),
        "words": words,
        "form": form,
        "file": page,
        "piece": page.evidence,
        "at": at,
        "areas": page.on_page(at),
        "grid": range(10, 100, 10),
        "stale": tried is not None and tried.stale,
    }
    return render(request, "cases/desk/redact.html", context, status=status)


def _check(request: HttpRequest, page: RedactPage, form: RedactForm) -> HttpResponse:
    user: Any = request.user
    context = {
        **steps.frame(page.head, user),
        "words": Words(title=_("Check what the learner will see"), button=""),
        "form": form,
        "file": page,
        "piece": page.evidence,
        "preview": page.preview(form.spans, form.areas),
        "shown": page.evidence.disclosures.exists(),
    }
    return render(request, "cases/desk/redact_check.html", context)


@for_readers
@require_POST
def uncover(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """Show a covered part again, while nobody outside the desk has been shown the piece."""
    user: Any = request.user
    evidence = Evidence.objects.filter(redactions__public_id=public_id).first()
    try:
        service.uncover(actor=user, number=number, redaction_id=public_id)
    except IllegalTransition as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, str(_("It is not covered any more.")))
    if evidence is None:
        raise NotFound
    return see_other("evidence", number, evidence.public_id)


@for_readers
@require_safe
def picture(request: HttpRequest, number: str, public_id: UUID, page: int) -> HttpResponse:
    """One page of a file as a picture (from 0), for readers of the case.

    `area=left,top,width,height`, in ten-thousandths and as often as wanted: painted over.
    """
    user: Any = request.user
    areas = []
    for text in request.GET.getlist("area")[: service.MOST_AT_ONCE]:
        numbers = text.split(",")
        if len(numbers) != 4 or not all(n.isdecimal() and len(n) <= 5 for n in numbers):
            raise NotFound
        left, top, width, height = map(int, numbers)
        areas.append((page, left, top, width, height))
    content, content_type = service.page_picture(
        actor=user, number=number, evidence_id=public_id, page=page, areas=areas
    )
    return HttpResponse(
        content,
        status=HTTPStatus.OK,
        content_type=content_type,
        headers={
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store, private",
        },
    )

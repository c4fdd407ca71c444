"""The yearly review of a policy, for whoever looks after it (PO7)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from integrity.core.errors import Conflict, InvalidInput, NotFound, Stale
from integrity.web.forms import Form
from policies.forms.reviews import InviteForm, MeetingForm, RecordForm, ReplyForm
from policies.selectors import reviews as selectors
from policies.services import reviews as service
from policies.views.guard import for_administrators
from policies.views.telling import see_other

FORM = ["GET", "HEAD", "POST"]


@for_administrators
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The yearly work on every policy the administrator looks after, what is overdue first."""
    user: Any = request.user
    number = request.GET.get("page", "1")
    if not number.isascii() or not number.isdecimal() or len(number) > 4 or not int(number):
        raise NotFound
    page = selectors.overview(user, int(number))
    return render(request, "policies/reviews/overview.html", {"page": page})


@for_administrators
@require_http_methods(FORM)
def review(request: HttpRequest, slug: str) -> HttpResponse:
    """The review of a policy and the ones before it; a POST opens one."""
    user: Any = request.user
    room = selectors.room(user, slug)
    if request.method == "POST":
        try:
            service.open_review(actor=user, document=room.document)
        except Conflict as error:
            messages.error(request, str(error.message))
        else:
            messages.success(request, _("The review is open. Now set the meeting."))
        return see_other("review", slug)
    missing = service.missing(room.review) if room.review else {}
    context = {"room": room, "document": room.document, "missing": missing}
    return render(request, "policies/reviews/room.html", context)


@for_administrators
@require_http_methods(FORM)
def meeting(request: HttpRequest, slug: str) -> HttpResponse:
    """Set the meeting, or move it; whoever is invited gets a letter then."""
    user: Any = request.user
    room, found = selectors.open_room(user, slug)
    initial = {"meeting_at": found.meeting_at, "meeting_place": found.meeting_place}
    form = MeetingForm(_posted(request), initial=initial)
    if _done(form, lambda: service.set_meeting(actor=user, review=found, **form.cleaned_data)):
        messages.success(request, _("The meeting is set."))
        return see_other("review", slug)
    return _show(request, "meeting", room, form)


@for_administrators
@require_http_methods(FORM)
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Invite somebody to the meeting, in a capacity they really have."""
    user: Any = request.user
    room, found = selectors.open_room(user, slug)
    form = InviteForm(_posted(request))
    if _done(form, lambda: service.invite(actor=user, review=found, **form.cleaned_data)):
        messages.success(request, _("They are invited and get a letter."))
        return see_other("review", slug)
    return _show(request, "invite", room, form)


@for_administrators
@require_http_methods(FORM)
def record(request: HttpRequest, slug: str) -> HttpResponse:
    """Record the meeting and, with the second button, close the review.

    What is typed is kept where the review cannot be closed yet; the fields say what is missing.
    Where somebody else saved it meanwhile, both are shown and nothing is stored (412). Sent again
    after it was closed, the form leads to the review.
    """
    user: Any = request.user
    room = selectors.room(user, slug)
    found = room.review
    if found is None:
        if request.method != "POST" or not room.past:
            raise NotFound
        messages.info(request, _("This review is closed. It does not change any more."))
        return see_other("review", slug)
    initial = {
        "seen": service.digest(found),
        "minutes": found.minutes,
        "outcome": found.outcome,
        "attended": [str(item.pk) for item in room.people if item.attended],
    }
    form = RecordForm(_posted(request), people=room.people, initial=initial)
    try:
        saved = _done(form, lambda: service.record(actor=user, review=found, **form.cleaned_data))
    except Stale as error:
        found.refresh_from_db(fields=["minutes", "outcome"])
        form.renew(service.digest(found))
        form.add_error(None, str(error.message))
        context = {**_context(room, form), "stored": found}
        return render(
            request,
            "policies/reviews/record.html",
            context,
            status=HTTPStatus.PRECONDITION_FAILED,
        )
    if saved:
        # Shown once more where it cannot be closed, the form is of what it stored just now.
        found.refresh_from_db(fields=["minutes", "outcome"])
        form.renew(service.digest(found))
        if request.POST.get("step") != "close":
            messages.success(request, _("The record is saved."))
            return see_other("review", slug)
        if _done(form, lambda: service.close(actor=user, review=found)):
            messages.success(request, _("The review is closed."))
            return see_other("held", slug, found.public_id)
    return _show(request, "record", room, form)


@for_administrators
@require_http_methods(FORM)
def answer(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """Say what became of something the community sent in."""
    user: Any = request.user
    room, found = selectors.open_room(user, slug)
    sent = selectors.input_of(found, public_id)
    form = ReplyForm(_posted(request), initial={"reply": sent.reply})
    if _done(
        form,
        lambda: service.reply(
            actor=user, review=found, input_id=public_id, text=form.cleaned_data["reply"]
        ),
    ):
        messages.success(request, _("The answer is saved."))
        return see_other("review", slug)
    return _show(request, "answer", room, form, sent=sent)


@for_administrators
@require_safe
def held(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """A closed review, as it stays."""
    user: Any = request.user
    found = selectors.held(user, slug, public_id)
    context = {"held": found, "review": found.review, "document": found.review.document}
    return render(request, "policies/reviews/held.html", context)


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _done(form: Form, call: Any) -> bool:
    """Whether a sent form went through; what the service refuses goes onto it."""
    if not form.is_bound or not form.is_valid():
        return False
    try:
        call()
    except InvalidInput as error:
        form.add_refusal(error)
    except Conflict as error:
        form.add_error(None, str(error.message))
    else:
        return True
    return False


def _show(
    request: HttpRequest, template: str, room: selectors.Room, form: Form, **more: Any
) -> HttpResponse:
    context = {**_context(room, form), **more}
    return render(request, f"policies/reviews/{template}.html", context, status=form.http_status)


def _context(room: selectors.Room, form: Form) -> dict[str, Any]:
    return {"room": room, "review": room.review, "document": room.document, "form": form}

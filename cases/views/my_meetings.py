"""A meeting as the respondent sees it: choosing a time, and answering the minutes (PR3)."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.forms.meetings import AnswerMinutesForm, ChooseForm, DeclineForm
from cases.selectors.meetings import Shown, my_meeting
from cases.selectors.my import known_to
from cases.services import meetings as service
from cases.services import minutes as reading
from cases.views import my_words as words
from cases.views.calendar import calendar
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    WindowClosed,
)
from integrity.web.errors import status_of
from integrity.web.forms import Form


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def meeting(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """Times to choose from, the one that is agreed, and what was written down afterwards."""
    user: Any = request.user
    shown = my_meeting(user, number, public_id)
    if request.method != "POST":
        return _show(request, shown)
    if request.POST.get("step") == "decline":
        decline = DeclineForm(request.POST)
        status = _try(
            request,
            decline,
            lambda: service.decline(actor=user, meeting_id=public_id, **decline.cleaned_data),
            _("We have it. Somebody offers you other times, or writes to you."),
        )
        if status is None:
            return _see_other(number, public_id)
        return _show(request, my_meeting(user, number, public_id), decline=decline, status=status)
    # Also times that have begun, and the one that was chosen: the service says what became of them.
    choose = ChooseForm(request.POST, choices=shown.slots)
    status = _try(
        request,
        choose,
        lambda: service.choose(
            actor=user, meeting_id=public_id, slot_id=choose.cleaned_data["slot"]
        ),
        _("The time is agreed. You can put it into your calendar."),
    )
    if status is None:
        return _see_other(number, public_id)
    shown = my_meeting(user, number, public_id)
    choose.offer(shown.choices)
    return _show(request, shown, choose=choose, status=status)


def _try(request: HttpRequest, form: Form, call: Callable[[], object], said: str) -> int | None:
    """None when it was done, else the status of the refusal, which stands on the form."""
    if not form.is_valid():
        return form.http_status
    try:
        call()
    except InvalidInput as error:
        form.add_refusal(error)
        return form.http_status
    except (Conflict, IllegalTransition, WindowClosed) as error:
        form.add_error(None, str(error.message))
        return status_of(error)
    messages.success(request, said)
    return None


@login_required
@require_POST
def minutes(request: HttpRequest, number: str, public_id: UUID, minutes_id: UUID) -> HttpResponse:
    """Say that a wording is right, or what is wrong in it."""
    user: Any = request.user
    shown = my_meeting(user, number, public_id)
    if not any(row.public_id == minutes_id for row in shown.minutes):
        raise NotFound
    form = AnswerMinutesForm(request.POST)
    status = _try(
        request,
        form,
        lambda: reading.answer(actor=user, minutes_id=minutes_id, **form.cleaned_data),
        _("We have your answer. It stands beside the minutes."),
    )
    if status is None:
        return _see_other(number, public_id)
    return _show(request, my_meeting(user, number, public_id), answer=form, status=status)


def _show(
    request: HttpRequest,
    shown: Shown,
    *,
    choose: ChooseForm | None = None,
    decline: DeclineForm | None = None,
    answer: AnswerMinutesForm | None = None,
    status: int | None = None,
) -> HttpResponse:
    user: Any = request.user
    case = shown.meeting.case
    newest = shown.newest
    context = {
        "shown": shown,
        "meeting": shown.meeting,
        "case": case,
        "case_open": known_to(user, case.number),
        "matter": words.matter(case),
        "contact": words.contact(case),
        "choose": choose or ChooseForm(choices=shown.choices),
        "decline": decline or DeclineForm(initial={"seen": shown.meeting.status}),
        "answer": answer or AnswerMinutesForm(),
        "to_answer": newest if newest is not None and not newest.answer else None,
        "wrong": choose or decline or answer,
    }
    return render(request, "cases/my/meeting.html", context, status=status or HTTPStatus.OK)


@login_required
@require_safe
def download(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """The file for the respondent's calendar."""
    user: Any = request.user
    shown = my_meeting(user, number, public_id)
    if not shown.in_calendars:
        raise NotFound
    return calendar(shown.meeting, reverse("my:meeting", args=[number, public_id]))


def _see_other(number: str, public_id: UUID) -> HttpResponseRedirect:
    return HttpResponseRedirect(
        reverse("my:meeting", args=[number, public_id]), status=HTTPStatus.SEE_OTHER
    )

"""More time to answer, and a notice that came back: the desk's side (PR1, PR2)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from cases.forms.more_time import CameBackForm, MoreTimeForm
from cases.selectors.case_head import head
from cases.selectors.words import day
from cases.services import more_time as service
from cases.services import windows
from cases.views.desk import steps
from cases.views.desk.guard import attempt, done, for_readers
from cases.views.desk.triage import Words, show_form
from cases.windows import window as window_now
from integrity.core.errors import NotFound


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def more_time(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """Answer a request for more time, or give more time unasked."""
    user: Any = request.user
    top = head(user, number)
    respondent = steps.respondent_of(top, public_id)
    steps.require("more_time", top, respondent)
    notice = windows.newest(respondent)
    if notice is None:
        raise NotFound
    window = window_now(top.case, notice)
    waiting = window.waiting
    form = MoreTimeForm(
        request.POST if request.method == "POST" else None,
        waits=waiting is not None,
        longer=top.officer,
        usual=day(window.longer),
    )
    tried: Any = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if given.get("outcome") == form.REFUSE:
            tried = attempt(
                form,
                lambda: service.refuse(
                    actor=user, number=number, respondent_id=public_id, words=given["words"]
                ),
            )
        else:
            tried = attempt(
                form,
                lambda: service.give(
                    actor=user,
                    number=number,
                    respondent_id=public_id,
                    until=given.get("until"),
                    words=given["words"],
                    form_key=form.key,
                ),
            )
        if tried.done:
            return done(request, _("The learner is told in a letter."), number)
    asked = waiting is not None
    words = Words(
        title=_("Answer the request for more time") if asked else _("Give more time"),
        lead=_("By the policy until %(day)s. Only an officer gives more.")
        % {"day": day(window.longer)},
        button=_("Answer the request") if asked else _("Give more time"),
        then=(
            ("mail", _("The learner gets a letter with the new day and your words")),
            ("calendar-clock", _("The deadline of the case moves with it")),
            ("lock", _("Time that was given is never taken away")),
        ),
    )
    blocked = "" if window.started else _("The time to answer has not started yet.")
    return show_form(
        request,
        top,
        form,
        words,
        tried,
        template="cases/desk/more_time.html",
        respondent=respondent,
        waiting=waiting,
        window=window,
        blocked=blocked,
    )


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def came_back(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """Say that the email about the notice came back."""
    user: Any = request.user
    top = head(user, number)
    respondent = steps.respondent_of(top, public_id)
    steps.require("came_back", top, respondent)
    form = CameBackForm(request.POST if request.method == "POST" else None)
    tried: Any = None
    if request.method == "POST" and form.is_valid():
        tried = attempt(
            form,
            lambda: windows.came_back(
                actor=user, number=number, respondent_id=public_id, **form.cleaned_data
            ),
        )
        if tried.done:
            return done(request, _("The notice counts as not delivered."), number)
    words = Words(
        title=_("The email about the notice came back"),
        lead=_("Then the notice was not delivered, whatever our records said."),
        button=_("Mark as not delivered"),
        then=(
            ("clock", _("No time runs until it is delivered")),
            ("lock", _("Nobody goes on without an answer")),
            ("send", _("You can send it again, also to a corrected address")),
        ),
    )
    return show_form(request, top, form, words, tried, respondent=respondent)

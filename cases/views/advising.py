"""The pages of somebody who helps a respondent: invitations, and reading along (PR2).

Whoever was not invited, or is no longer wanted, finds nothing here: 404 as for what never was.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from cases.selectors import adviser as selectors
from cases.selectors.comparison_shown import shown_versus
from cases.selectors.identity import told_to
from cases.selectors.meetings import advised_meeting, advised_meetings
from cases.selectors.my import Stage
from cases.selectors.notes import shared_with
from cases.services import adviser as service
from cases.services import notes, showing
from cases.views import my_words as words
from cases.views.calendar import calendar
from cases.views.message_files import download
from integrity.core.errors import Conflict, NotFound, NotPermitted

# What the respondent's page says to them, said about them.
LOOKS = {
    Stage.ANSWER: ("notified", gettext_lazy("Waits for the learner's answer")),
    Stage.LATE: ("overdue", gettext_lazy("The time to answer has passed")),
}


def _list(request: HttpRequest, *, refused: str = "", status: int = HTTPStatus.OK) -> HttpResponse:
    user: Any = request.user
    context = {"shown": selectors.advising(user), "refused": refused}
    return render(request, "cases/advising/list.html", context, status=status)


@login_required
@require_safe
def advising(request: HttpRequest) -> HttpResponse:
    """Who asks for the reader's help, and whose case they read along in."""
    return _list(request)


@login_required
@require_POST
def accept(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Agree to help."""
    user: Any = request.user
    try:
        access = service.accept(actor=user, access_id=public_id)
    except (NotPermitted, Conflict) as error:
        return _list(request, refused=str(error.message), status=HTTPStatus.CONFLICT)
    messages.success(request, _("You can help now, as far as this page says."))
    return _see_other("advising:case", access.public_id)


@login_required
@require_POST
def decline(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say no."""
    user: Any = request.user
    service.decline(actor=user, access_id=public_id)
    messages.success(request, _("You have declined. Nobody is told why."))
    return _see_other("advising:list")


def _see_other(name: str, *args: Any) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse(name, args=args), status=HTTPStatus.SEE_OTHER)


@login_required
@require_safe
def case(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """As much of what the respondent was shown and said, and of what was decided, as they allow."""
    user: Any = request.user
    access, page = selectors.advised_case(user, public_id)
    until = page.determination.appeal_until if page.determination else None
    look, word = LOOKS.get(page.stage) or words.LOOKS[page.stage]
    if page.stage == Stage.APPEAL:
        word = _("An appeal is looked at")
    return render(
        request,
        "cases/advising/case.html",
        {
            "access": access,
            "shown": page,
            "told": told_to(page.respondent) if access.reads_evidence else [],
            "shared_notes": shared_with(page.respondent) if access.reads_evidence else [],
            "meetings": advised_meetings(access),
            "case": page.case,
            "name": access.respondent.user.display_name,
            "look": look,
            "word": word,
            "appeal_words": words.until_words(until) if until else "",
            "appeals": [words.appealed(page, row) for row in page.appeals]
            if access.reads_evidence
            else [],
        },
    )


@login_required
@require_safe
def note_file(request: HttpRequest, access_id: UUID, file_id: UUID) -> HttpResponse:
    """A file of a note that was written for the respondent."""
    user: Any = request.user
    access = selectors.advised_notes(user, access_id)
    return download(notes.open_for_adviser(access=access, file_id=file_id))


@login_required
@require_safe
def evidence(request: HttpRequest, access_id: UUID, public_id: UUID) -> HttpResponse:
    """One piece of evidence that the respondent was shown, or gave."""
    user: Any = request.user
    access, shown = selectors.advised_evidence(user, access_id, public_id)
    look = showing.look(shown.evidence, shown.file)
    context = {"access": access, "shown": shown, "piece": shown.evidence, "look": look}
    context["versus"] = shown_versus(shown.evidence, access.respondent, access=access)
    return render(request, "cases/advising/evidence.html", context)


@login_required
@require_safe
def meeting_calendar(request: HttpRequest, access_id: UUID, public_id: UUID) -> HttpResponse:
    """A meeting that the adviser comes along to, for their calendar."""
    user: Any = request.user
    shown = advised_meeting(selectors.advised_access(user, access_id), public_id)
    if not shown.in_calendars:
        raise NotFound
    return calendar(shown.meeting, reverse("advising:case", args=[access_id]))

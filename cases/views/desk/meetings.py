"""Meetings at the desk: inviting, changing, calling off, who came, and the minutes (PR3)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from cases import rules
from cases.forms.desk import ReasonForm
from cases.forms.meetings import CameForm, ChangeForm, MinutesForm, OfferForm
from cases.models import MeetingPerson, Respondent
from cases.selectors.case_head import Head, head
from cases.selectors.meetings import Shown, meeting_of, meetings_page
from cases.services import meetings as service
from cases.services import minutes as writing
from cases.views.calendar import calendar
from cases.views.desk import steps
from cases.views.desk.guard import Tried, attempt, for_readers, see_other
from cases.views.desk.triage import Words, show_form
from integrity.accounts.models import User
from integrity.core.errors import IllegalTransition, NotFound

POST = "POST"


@for_readers
@require_safe
def meetings(request: HttpRequest, number: str) -> HttpResponse:
    """Every meeting of the case, with whom one can still be arranged."""
    user: Any = request.user
    page = meetings_page(user, number)
    context = {
        **steps.frame(page.head, user),
        "file": page,
        "buttons": [
            steps.Button(label, steps.url("meeting_offer", page.head, row.public_id))
            for row, label in invitable(page.head)
        ],
    }
    return render(request, "cases/desk/meetings.html", context)


def invitable(top: Head) -> list[tuple[Respondent, str]]:
    """The respondents who can be invited now, with the words of the button."""
    rows = [row for row in top.respondents if steps.may("meet", top, row)]
    if len(top.respondents) == 1:
        return [(row, now_("Invite to a meeting")) for row in rows]
    label = now_("Invite to a meeting: %(name)s")
    return [(row, label % {"name": row.user.display_name}) for row in rows]


@for_readers
@require_safe
def meeting(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """One meeting: its time, who comes or came, and every wording of the minutes."""
    user: Any = request.user
    top = head(user, number)
    shown = meeting_of(top, public_id)
    respondent = steps.respondent_of(top, shown.meeting.respondent.public_id)
    context = {
        **steps.frame(top, user),
        "shown": shown,
        "buttons": _buttons(top, shown, respondent),
        "people": _people(shown, top),
        "respondent": None if top.names_hidden else respondent,
    }
    return render(request, "cases/desk/meeting.html", context)


def _buttons(top: Head, shown: Shown, respondent: Respondent) -> list[steps.Button]:
    key = shown.meeting.public_id
    meets, writes = (steps.may(step, top, respondent) for step in ("meet", "minutes"))
    buttons = []
    if writes and shown.recordable:
        main = shown.meeting.settled_at is None
        label = _("Write down who came") if main else _("Put right who came")
        buttons.append(steps.Button(label, steps.url("meeting_people", top, key), main=main))
    if writes and shown.writable:
        label = _("Write it anew") if shown.minutes else _("Write the minutes")
        buttons.append(steps.Button(label, steps.url("meeting_minutes", top, key), main=True))
    if meets and shown.changeable:
        change = steps.url("meeting_change", top, key)
        buttons.append(steps.Button(_("Change it"), change, main=not shown.ahead))
        buttons.append(steps.Button(_("Call it off"), steps.url("meeting_call_off", top, key)))
    return buttons


def _people(shown: Shown, top: Head) -> list[tuple[str, str, bool | None]]:
    """Who comes or came: the name, as what, and whether they came (None: not known yet)."""
    rows = [
        (name_of(row, hidden=top.names_hidden), str(row.get_capacity_display()), row.attended)
        for row in shown.people
    ]
    along = str(_("The learner's adviser"))
    return [*rows, *((_adviser(row.adviser, top.names_hidden), along, None) for row in shown.along)]


def name_of(row: MeetingPerson, *, hidden: bool = False) -> str:
    """Whoever it is by name; people of the case only where names are shown."""
    if row.user is not None:
        in_case = row.capacity == row.capacity.__class__("learner")
        return now_("The learner") if hidden and in_case else row.user.display_name
    if row.adviser is not None:
        return _adviser(row.adviser.adviser, hidden)
    return row.name


def _adviser(person: User | None, hidden: bool) -> str:
    if person is None or hidden:
        return now_("The learner's adviser")
    return person.display_name


def _plan_fields(top: Head, user: User, chosen: list[str] | None = None) -> dict[str, Any]:
    # Whoever is tied to the case is offered too, and refused when it is sent: a gap in the list
    # would tell who reported.
    return {
        "zone": top.case.institution.time_zone,
        "colleagues": rules.working_at(top.case),
        "chosen": [str(user.public_id)] if chosen is None else chosen,
    }


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """Invite a learner: what about, where, and one to eight times."""
    user: Any = request.user
    top = head(user, number)
    respondent = steps.respondent_of(top, public_id)
    steps.require("meet", top, respondent)
    form = OfferForm(request.POST if request.method == POST else None, **_plan_fields(top, user))
    tried: Tried[Any] | None = None
    if request.method == POST and form.is_valid():
        tried = attempt(
            form,
            lambda: service.offer(
                actor=user,
                number=number,
                respondent_id=public_id,
                about=form.cleaned_data["about"],
                **form.plan,
                form_key=form.key,
            ),
        )
        if tried.result is not None:
            messages.success(request, _("The invitation is on its way to the learner."))
            return see_other("meeting", number, tried.result.public_id)
    words = Words(
        title=_("Invite to a meeting"),
        lead=_("To talk is part of being heard. It decides nothing, and nobody has to come."),
        button=_("Send the invitation"),
        then=(
            ("mail", _("The learner gets a letter, and chooses one of the times or asks for more")),
            ("users", _("They can bring somebody who helps them")),
            ("clock", _("They read the times in their own time zone too")),
            ("calendar", _("Both sides can put the time into a calendar")),
            ("file-text", _("What is said is written down, and the learner reads it")),
        ),
    )
    return _form(request, top, form, words, tried, respondent)


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """Another place, other people or other times."""
    user: Any = request.user
    top = head(user, number)
    shown, respondent = _open(top, public_id)
    if not shown.changeable:
        raise IllegalTransition(service.OVER)
    office = [str(row.user.public_id) for row in shown.office if row.user is not None]
    initial = {
        "revision": top.case.revision,
        "place": shown.meeting.place,
        "others": "\n".join(row.name for row in shown.others),
    }
    form = ChangeForm(
        request.POST if request.method == POST else None,
        initial=initial,
        **_plan_fields(top, user, office),
    )
    tried: Tried[Any] | None = None
    if request.method == POST and form.is_valid():
        tried = attempt(
            form,
            lambda: service.change(
                actor=user, number=number, meeting_id=public_id, **form.plan, revision=form.seen
            ),
        )
        if tried.done:
            messages.success(request, _("It is changed. A letter says so to the learner."))
            return see_other("meeting", number, public_id)
        if tried.stale:
            top = head(user, number)
    words = Words(
        title=_("Change the meeting"),
        lead=shown.span.words if shown.span else shown.word,
        button=_("Save, and tell the learner"),
        then=(
            ("calendar", _("Without new times the time stays as it is")),
            ("calendar-clock", _("With new times the learner chooses again")),
            ("mail", _("The learner gets a letter either way")),
        ),
    )
    return _form(request, top, form, words, tried, respondent)


def _form(
    request: HttpRequest,
    top: Head,
    form: OfferForm | ChangeForm,
    words: Words,
    tried: Tried[Any] | None,
    respondent: Respondent,
) -> HttpResponse:
    return show_form(
        request,
        top,
        form,
        words,
        tried,
        template="cases/desk/meeting_form.html",
        respondent=None if top.names_hidden else respondent,
    )


def _open(top: Head, public_id: UUID, step: str = "meet") -> tuple[Shown, Respondent]:
    shown = meeting_of(top, public_id)
    respondent = steps.respondent_of(top, shown.meeting.respondent.public_id)
    steps.require(step, top, respondent)
    return shown, respondent


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def call_off(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """Call it off, with a reason that the learner reads."""
    user: Any = request.user
    top = head(user, number)
    shown, respondent = _open(top, public_id)
    if request.method != POST and not shown.changeable:
        raise IllegalTransition(service.OVER)
    form = ReasonForm(
        request.POST if request.method == POST else None,
        label=_("Why does it not take place?"),
        hint=_("The learner reads it."),
        missing=_("Say why. The learner reads it"),
        limit=1_000,
    )
    tried: Tried[Any] | None = None
    if request.method == POST and form.is_valid():
        tried = attempt(
            form,
            lambda: service.call_off(
                actor=user, number=number, meeting_id=public_id, **form.cleaned_data
            ),
        )
        if tried.done:
            messages.success(request, _("It is called off. A letter says so to the learner."))
            return see_other("meeting", number, public_id)
    words = Words(
        title=_("Call the meeting off"),
        lead=shown.span.words if shown.span else shown.word,
        button=_("Call it off"),
        then=(
            ("mail", _("The learner gets a letter with your reason")),
            ("calendar", _("Whoever has it in a calendar can take it out with the new file")),
            ("rotate-ccw", _("You can invite to another meeting at any time")),
        ),
    )
    return show_form(
        request, top, form, words, tried, respondent=None if top.names_hidden else respondent
    )


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def came(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """Write down who came."""
    user: Any = request.user
    top = head(user, number)
    shown, respondent = _open(top, public_id, "minutes")
    if request.method != POST and not shown.recordable:
        raise IllegalTransition(service.OVER if shown.begun else None)
    rows = service.expected(shown.meeting)
    people = [
        (key, f"{name_of(row, hidden=top.names_hidden)}, {row.get_capacity_display()}")
        for key, row in rows.items()
    ]
    form = CameForm(
        request.POST if request.method == POST else None,
        people=people,
        initial={"came": [key for key, row in rows.items() if row.attended]},
    )
    tried: Tried[Any] | None = None
    if request.method == POST and form.is_valid():
        tried = attempt(
            form,
            lambda: service.write_down(
                actor=user,
                number=number,
                meeting_id=public_id,
                came=form.cleaned_data["came"],
                also=form.cleaned_data["also"].splitlines(),
            ),
        )
        if tried.done:
            messages.success(request, _("It is written down."))
            return see_other("meeting", number, public_id)
    words = Words(
        title=_("Who came to the meeting?"),
        lead=shown.span.words if shown.span else "",
        button=_("Write it down"),
        then=(
            ("users", _("It took place if you and the learner, or whoever helps them, came")),
            ("hand", _("That somebody did not come is held against nobody")),
            ("file-text", _("Then the minutes can be written")),
        ),
    )
    return show_form(
        request,
        top,
        form,
        words,
        tried,
        template="cases/desk/meeting_people.html",
        respondent=None if top.names_hidden else respondent,
    )


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def minutes(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """Write the minutes, or write them anew beside what the learner says is wrong."""
    user: Any = request.user
    top = head(user, number)
    shown, respondent = _open(top, public_id, "minutes")
    if request.method != POST and not shown.writable:
        raise IllegalTransition(_("There are no minutes to write now."))
    newest = shown.newest
    initial = {
        "last": newest.number if newest else 0,
        "text": newest.text if newest else "",
    }
    form = MinutesForm(request.POST if request.method == POST else None, initial=initial)
    tried: Tried[Any] | None = None
    if request.method == POST and form.is_valid():
        tried = attempt(
            form,
            lambda: writing.write(
                actor=user,
                number=number,
                meeting_id=public_id,
                text=form.cleaned_data["text"],
                last=form.cleaned_data["last"],
                form_key=form.key,
            ),
        )
        if tried.done:
            messages.success(request, _("The learner gets a letter, and reads it."))
            return see_other("meeting", number, public_id)
    words = Words(
        title=_("Write the minutes anew") if newest else _("Write the minutes"),
        lead=shown.span.words if shown.span else "",
        button=_("Give it to the learner to read"),
        then=(
            ("mail", _("The learner gets a letter, and says whether it is right")),
            ("file-text", _("This wording stays, whatever they say; a new one stands beside it")),
            ("scale", _("It is no evidence by itself. What is to count has to be shown")),
        ),
    )
    return show_form(
        request,
        top,
        form,
        words,
        tried,
        template="cases/desk/meeting_minutes.html",
        shown=shown,
        respondent=None if top.names_hidden else respondent,
    )


@for_readers
@require_safe
def download(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """The file for a calendar."""
    user: Any = request.user
    shown = meeting_of(head(user, number), public_id)
    if not shown.in_calendars:
        raise NotFound
    return calendar(shown.meeting, reverse("desk:meeting", args=[number, public_id]))

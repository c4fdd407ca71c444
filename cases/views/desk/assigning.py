"""Giving cases to colleagues: one, handed over or assigned, or all that a leaver has."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import rules
from cases.forms.notes import QUEUE, GiveForm, MoveForm
from cases.models import Case
from cases.selectors.case_head import head
from cases.selectors.leavers import HolderPage, holder_page, holders
from cases.services import assigning as service
from cases.services import leavers as leaving
from cases.views.desk import steps
from cases.views.desk.guard import Tried, attempt, done, for_readers, for_staff, see_other
from cases.views.desk.triage import Words, show_form
from integrity.accounts.enums import Role
from integrity.accounts.models import User
from integrity.accounts.rules import has_role
from integrity.core.errors import NotFound, NotPermitted
from integrity.web.forms import Form

POST = "POST"


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest, number: str) -> HttpResponse:
    """Give a case to a colleague: an officer any, a moderator their own."""
    user: Any = request.user
    top = head(user, number, need=rules.Access.SUMMARY)
    steps.of_the_desk(top)
    case = top.case
    own = case.assignee_id == user.pk
    if request.method != POST and not service.may_assign(user, case):
        if case.assignee_id is None and not top.knows_who:
            # The key for it works on every row of the queue.
            messages.info(request, _("Claim the case first. Then you can hand it over."))
            return see_other("case", number)
        raise NotPermitted
    colleagues = service.offered(case, actor=user)
    if top.officer and not own and not top.knows_who:
        colleagues = [user, *colleagues]
    form = GiveForm(
        request.POST if request.method == POST else None,
        colleagues=colleagues,
        back=top.officer and case.assignee_id is not None,
        officer=top.officer,
        initial={"was": str(case.assignee.public_id) if case.assignee else ""},
    )
    tried: Tried[Case] | None = None
    if request.method == POST:
        # Sent twice, the colleague has it already and is not offered any more.
        if _has_it(case, str(form.data.get("to", ""))):
            return _gone_on(request, user, number)
        if not (top.officer or own):
            raise NotPermitted
        if form.is_valid():
            tried = attempt(form, lambda: _give(user, number, form, officer=top.officer))
            if tried.done:
                return _gone_on(request, user, number)
    words = Words(
        title=_("Give the case to a colleague") if top.officer else _("Hand the case over"),
        button=_("Give it to them") if top.officer else _("Hand it over"),
        then=(
            ("user", _("They have the case at once, and can give it back")),
            ("mail", _("They get a letter that names the case number, and nothing else")),
            ("pencil", _("Your note stands with the notes of the desk")),
            ("eye", _("Whoever follows the case goes on following it")),
        ),
    )
    return show_form(request, top, form, words, tried, template="cases/desk/hand_over.html")


def _has_it(case: Case, to: str) -> bool:
    return case.assignee is not None and str(case.assignee.public_id) == to


def _give(user: User, number: str, form: Form, *, officer: bool) -> Case:
    told = form.cleaned_data
    to = None if told["to"] == QUEUE else User.objects.get(public_id=told["to"])
    key = str(told["form_token"])
    if officer or to is None:
        return service.assign(
            actor=user,
            number=number,
            to=to,
            note=told["note"],
            form_key=key,
            was=told["was"] or None,
        )
    return service.hand_over(actor=user, number=number, to=to, note=told["note"], form_key=key)


def _gone_on(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """To the case; to the queue for whoever reads it no more."""
    case = Case.objects.get(number=number)
    who = case.assignee
    said = (
        now_("%(number)s is with %(name)s now.") % {"number": number, "name": who.display_name}
        if who is not None
        else now_("%(number)s is back in the queue.") % {"number": number}
    )
    if rules.access(user, case) >= rules.Access.READ:
        return done(request, said, number)
    messages.success(request, said)
    return see_other("queue")


@for_staff
@require_POST
def leave(request: HttpRequest, number: str) -> HttpResponse:
    """Give the case back and stop following it, in one step."""
    user: Any = request.user
    case = service.leave(actor=user, number=number)
    messages.success(request, _("You have left the case."))
    if rules.access(user, case) >= rules.Access.READ:
        return see_other("case", number)
    return see_other("queue")


@for_staff
@require_safe
def leavers(request: HttpRequest) -> HttpResponse:
    """Who has open cases, those who left first."""
    user = _officer(request)
    return render(request, "cases/desk/leavers.html", {"rows": holders(user)})


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def leaver(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The open cases of one person, to be given to colleagues in one go."""
    user = _officer(request)
    page = holder_page(user, public_id)
    data = request.POST if request.method == POST else None
    form = MoveForm(data, cases=page.cases, colleagues=page.colleagues)
    status = HTTPStatus.OK
    result: leaving.Moved | None = None
    if data is not None:
        status = HTTPStatus.BAD_REQUEST
        if form.is_valid():
            told = form.cleaned_data
            tried = attempt(
                form,
                lambda: leaving.move(
                    actor=user,
                    leaver=page.user,
                    numbers=told["numbers"],
                    to=told["to"],
                    note=told["note"],
                    form_key=form.key,
                ),
            )
            result, status = tried.result, HTTPStatus(tried.status)
    if result is not None and not result.stayed:
        messages.success(request, _said(result))
        return see_other("leavers")
    if result is not None:
        return _some_stayed(request, user, public_id, result)
    return _show(request, page, form, status)


def _said(result: leaving.Moved) -> str:
    count = len(result.moved)
    return ngettext("%(count)s case moved.", "%(count)s cases moved.", count) % {"count": count}


def _some_stayed(
    request: HttpRequest, user: User, public_id: UUID, result: leaving.Moved
) -> HttpResponse:
    """What was moved, and what was not and why, above what is left."""
    try:
        page = holder_page(user, public_id)
    except NotFound:
        # Colleagues took the rest meanwhile.
        messages.success(request, _said(result))
        return see_other("leavers")
    form = MoveForm(cases=page.cases, colleagues=page.colleagues)
    return _show(request, page, form, HTTPStatus.CONFLICT, said=_said(result), stayed=result.stayed)


def _show(
    request: HttpRequest, page: HolderPage, form: MoveForm, status: int, **context: Any
) -> HttpResponse:
    return render(
        request, "cases/desk/leaver.html", {"holder": page, "form": form, **context}, status=status
    )


def _officer(request: HttpRequest) -> User:
    user: Any = request.user
    if not has_role(user, Role.OFFICER):
        raise NotPermitted
    return user

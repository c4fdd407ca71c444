"""Asked about a second account: answering, and closing one of two, a page for each step (PO9).

No page shows anything of the other account before its person has proved to have both: whoever was
asked may be somebody else. The kept account is the one that is signed in, a moment ago.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from cases.forms.accounts import MINE, CodeForm, NotMineForm, OtherAddressForm, WhoseForm
from cases.selectors.accounts import own_pair, what_is_carried
from cases.services import accounts as service
from integrity.accounts.enums import MatchStatus
from integrity.accounts.models import AccountMatch
from integrity.core.errors import Conflict, IllegalTransition, InvalidInput, NotFound
from integrity.web.errors import status_of
from integrity.web.forms import Form

POST = "POST"
View = Callable[[HttpRequest, AccountMatch], HttpResponse]


def asked(view: View) -> Callable[[HttpRequest, UUID], HttpResponse]:
    """For one of the two accounts of a pair that was asked about; for others nothing is here.

    Looked at before the password is asked for, so that both answers are the same for anybody else.
    """

    @wraps(view)
    def guarded(request: HttpRequest, public_id: UUID) -> HttpResponse:
        user: Any = request.user
        return view(request, own_pair(user, public_id))

    return guarded


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@asked
def check(request: HttpRequest, match: AccountMatch) -> HttpResponse:
    """The question, and which of the two ways to go."""
    if match.status == MatchStatus.CLOSED:
        return _to("account_closed", match)
    form = WhoseForm(request.POST if request.method == POST else None)
    if form.is_bound and form.is_valid():
        mine = form.cleaned_data["whose"] == MINE
        return _to("account_keep" if mine else "account_not_mine", match)
    return _show(request, match, "check", form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@asked
def not_mine(request: HttpRequest, match: AccountMatch) -> HttpResponse:
    """This is the only account, in the person's words. Sent once."""
    user: Any = request.user
    if match.status == MatchStatus.CLOSED:
        return _to("account_closed", match)
    form = NotMineForm(request.POST if request.method == POST else None)
    if form.is_bound and form.is_valid():
        try:
            service.deny(actor=user, match_id=match.public_id, text=form.cleaned_data["text"])
        except (Conflict, IllegalTransition) as error:
            form.add_error(None, str(error.message))
            return _show(request, match, "not_mine", form, status=status_of(error))
        return _to("account_not_mine", match)
    return _show(request, match, "not_mine", form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@asked
@reauthentication_required
def keep(request: HttpRequest, match: AccountMatch) -> HttpResponse:
    """The address of the other account. A code goes there if it is one; the page is the same."""
    user: Any = request.user
    if match.status == MatchStatus.CLOSED:
        return _to("account_closed", match)
    form = OtherAddressForm(request.POST if request.method == POST else None)
    if form.is_bound and form.is_valid():
        service.send_code(
            actor=user,
            match_id=match.public_id,
            email=form.cleaned_data["email"],
            form_key=f"{user.pk}:{form.key}"[:64],
        )
        return _to("account_code", match)
    return _show(request, match, "keep", form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@asked
def code(request: HttpRequest, match: AccountMatch) -> HttpResponse:
    """The code from the email."""
    user: Any = request.user
    if match.status == MatchStatus.CLOSED:
        return _to("account_closed", match)
    form = CodeForm(request.POST if request.method == POST else None)
    if form.is_bound and form.is_valid():
        try:
            service.prove(actor=user, match_id=match.public_id, code=form.cleaned_data["code"])
        except InvalidInput as error:
            form.add_refusal(error)
        else:
            return _to("account_close", match)
    return _show(request, match, "code", form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@asked
@reauthentication_required
def close(request: HttpRequest, match: AccountMatch) -> HttpResponse:
    """What will be carried over, exactly, and the last button."""
    user: Any = request.user
    if match.status == MatchStatus.CLOSED:
        return _to("account_closed", match)
    if not service.proved(actor=user, match=match):
        return _to("account_code", match)
    other = match.other_than(user)
    status, problem = HTTPStatus.OK, ""
    if request.method == POST:
        try:
            service.close_other(actor=user, match_id=match.public_id)
        except (Conflict, IllegalTransition) as error:
            status, problem = HTTPStatus(status_of(error)), str(error.message)
        else:
            return _to("account_closed", match)
    elif other.role_grants():
        problem = str(service.HAS_ROLE)
    context = {
        "match": match,
        "other": other,
        "carried": what_is_carried(other),
        "problem": problem,
    }
    return render(request, "cases/my/account_close.html", context, status=status)


@login_required
@require_safe
@asked
def closed(request: HttpRequest, match: AccountMatch) -> HttpResponse:
    """It is done; for whoever did not keep this account of the pair there is nothing to do."""
    user: Any = request.user
    if match.status != MatchStatus.CLOSED:
        raise NotFound
    other = match.other_than(user)
    mine = other.closed_into_id == user.pk
    context = {"match": match, "other": other if mine else None}
    return render(request, "cases/my/account_closed.html", context)


def _show(
    request: HttpRequest, match: AccountMatch, page: str, form: Form, *, status: int = 0
) -> HttpResponse:
    user: Any = request.user
    context = {
        "match": match,
        "form": form,
        "answered": match.answered_by(user),
    }
    template = f"cases/my/account_{page}.html"
    return render(request, template, context, status=status or form.http_status)


def _to(name: str, match: AccountMatch) -> HttpResponseRedirect:
    return HttpResponseRedirect(
        reverse(f"my:{name}", args=[match.public_id]), status=HTTPStatus.SEE_OTHER
    )

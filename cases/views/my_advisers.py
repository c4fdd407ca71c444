"""Whom a respondent asks to help: the list, asking somebody, taking it back (PR2)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.forms.adviser import InviteForm, ScopeForm
from cases.selectors.adviser import my_advisers
from cases.services import adviser as service
from cases.views import my_words as words
from cases.views.my import see_other
from integrity.core.errors import Conflict, IllegalTransition, InvalidInput, NotFound
from integrity.web.errors import status_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def advisers(request: HttpRequest, number: str) -> HttpResponse:
    """Who was asked and who reads along; asking one more. Nothing says who has an account."""
    user: Any = request.user
    page = my_advisers(user, number)
    form = InviteForm(request.POST if request.method == "POST" else None)
    status = None
    if request.method == "POST" and form.is_valid():
        try:
            service.invite(
                actor=user,
                number=number,
                email=form.cleaned_data["email"],
                form_key=form.key,
                scope=form.scope,
            )
        except InvalidInput as error:
            form.add_refusal(error)
        except (Conflict, IllegalTransition) as error:
            form.add_error(None, str(error.message))
            status = status_of(error)
        else:
            messages.success(request, _("We write to this address."))
            return see_other("my:advisers", number)
    context = {
        "shown": page,
        "case": page.case,
        "form": form,
        "most": service.AT_ONCE,
        "contact": words.contact(page.case),
    }
    return render(request, "cases/my/advisers.html", context, status=status or form.http_status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """Let somebody who was asked do more or less. It holds at their next request."""
    user: Any = request.user
    page = my_advisers(user, number)
    row = next((row for row in page.live if row.public_id == public_id), None)
    if row is None:
        raise NotFound
    posted = request.POST if request.method == "POST" else None
    form = ScopeForm(posted, scope=service.Scope.of(row))
    if posted is not None and form.is_valid():
        service.change(actor=user, number=number, access_id=public_id, scope=form.scope)
        messages.success(request, _("Saved. It holds from now on."))
        return see_other("my:advisers", number)
    context = {"case": page.case, "row": row, "form": form}
    return render(request, "cases/my/adviser.html", context, status=form.http_status)


@login_required
@require_POST
def end(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """Take an invitation or an access back. It is gone at the adviser's next request."""
    user: Any = request.user
    service.revoke(actor=user, number=number, access_id=public_id)
    messages.success(request, _("This person cannot read along any more."))
    return see_other("my:advisers", number)

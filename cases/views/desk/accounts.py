"""Likely second accounts at the desk: the list, a pair, asking, and telling two people apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.forms.desk import ReasonForm
from cases.selectors.accounts import PairsPage, pair_page, pairs_page
from cases.services import accounts as service
from cases.views.desk.guard import attempt, for_staff, see_other
from integrity.accounts.enums import MatchStatus, Role
from integrity.accounts.rules import has_role
from integrity.core.errors import NotPermitted

POST = "POST"


@for_staff
@require_safe
def pairs(request: HttpRequest) -> HttpResponse:
    """Pairs of accounts that may be one person's, by where the question stands."""
    user: Any = request.user
    page: PairsPage = pairs_page(
        user, view=request.GET.get("view", ""), after=request.GET.get("after", "")
    )
    context = {"file": page, "views": MatchStatus.choices, "first": "after" not in request.GET}
    return render(request, "cases/desk/accounts.html", context)


@for_staff
@require_safe
def pair(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What the two share, what each has, and what can be done."""
    user: Any = request.user
    return render(request, "cases/desk/account_pair.html", {"file": pair_page(user, public_id)})


@for_staff
@require_POST
def ask(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Send the question to both accounts. Sent twice it is one question."""
    user: Any = request.user
    service.ask(actor=user, match_id=public_id)
    messages.success(request, str(_("Both accounts are asked. The letters are on their way.")))
    return see_other("account_pair", public_id)


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def dismiss(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Two people, with the reason."""
    return _with_reason(
        request,
        public_id,
        service.dismiss,
        {
            "title": _("These are two people"),
            "lead": _("The pair is put away and does not come back. Nobody is written to."),
            "label": _("How do you know?"),
            "hint": _("It is kept with the pair and in the history."),
            "missing": _("Say why these are two people"),
            "button": _("Put the pair away"),
            "said": _("The pair is put away."),
        },
    )


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def doubt(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Why the answer "not mine" is not believed, by an officer."""
    if not has_role(request.user, Role.OFFICER):
        raise NotPermitted
    return _with_reason(
        request,
        public_id,
        service.doubt,
        {
            "title": _("The answer is not believed"),
            "lead": _(
                "Only then can a second account be alleged against somebody who says that it is "
                "not theirs. It decides nothing: they are heard like everybody."
            ),
            "label": _("Why is the answer not believed?"),
            "hint": _("Name what can be looked at. A name or an address alone is not enough."),
            "missing": _("Say why the answer is not believed"),
            "button": _("Record the reason"),
            "said": _("The reason is recorded."),
        },
    )


def _with_reason(
    request: HttpRequest, public_id: UUID, call: Callable[..., Any], words: dict[str, Any]
) -> HttpResponse:
    user: Any = request.user
    page = pair_page(user, public_id)
    form = ReasonForm(
        request.POST if request.method == POST else None,
        label=words["label"],
        hint=words["hint"],
        missing=words["missing"],
        limit=2_000,
    )
    status = None
    if form.is_bound and form.is_valid():
        tried = attempt(form, lambda: call(actor=user, match_id=public_id, **form.cleaned_data))
        if tried.done:
            messages.success(request, str(words["said"]))
            return see_other("account_pair", public_id)
        status = tried.status
    context = {"file": page, "form": form, "words": words}
    return render(
        request, "cases/desk/account_reason.html", context, status=status or form.http_status
    )

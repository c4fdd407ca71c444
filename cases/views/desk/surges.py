"""Very many reports about one learner at once, looked at and dealt with together (HOSTILE 31)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from cases.forms.noticing import CLAIM, DISMISS, SurgeForm
from cases.selectors.surges import surge_page
from cases.services import triage
from cases.views.desk.guard import for_readers, see_other
from integrity.accounts.models import User
from integrity.accounts.rules import STAFF_OF_CASES, has_role
from integrity.core.errors import DomainError, NotPermitted


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def surge(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The cases of the group; claim or dismiss several at once, each for itself."""
    user: Any = request.user
    staff = has_role(user, *STAFF_OF_CASES)
    page = surge_page(user, public_id)
    # A case dismissed a moment ago may be sent again: doing it twice changes nothing.
    numbers = [row.number for row in page.rows]
    posted = request.method == "POST"
    if posted and not staff:
        raise NotPermitted
    form = SurgeForm(
        request.POST if posted else None, numbers=numbers, initial={"cases": page.waiting}
    )
    if posted and form.is_valid():
        _tell(request, *_each(user, form.cleaned_data))
        return see_other("surge", public_id)
    chosen = form["cases"].value() or []
    context = {
        "file": page,
        "form": form,
        "chosen": chosen,
        "staff": staff,
        "claim": CLAIM,
        "dismiss": DISMISS,
    }
    return render(request, "cases/desk/surge.html", context, status=form.http_status)


def _each(user: User, asked: dict[str, Any]) -> tuple[str, list[str], list[str]]:
    """Do it to one case after the other: each is done whole or refused, and the rest goes on."""
    done: list[str] = []
    refused: list[str] = []
    for number in asked["cases"]:
        try:
            if asked["action"] == CLAIM:
                triage.claim(actor=user, number=number)
            else:
                triage.dismiss(
                    actor=user, number=number, reason=asked["reason"], note=asked["note"]
                )
        except DomainError as error:
            refused.append(f"{number}: {error.message}")
        else:
            done.append(number)
    return asked["action"], done, refused


def _tell(request: HttpRequest, action: str, done: list[str], refused: list[str]) -> None:
    if done:
        count = len(done)
        words = (
            ngettext("%(count)s case is with you", "%(count)s cases are with you", count)
            if action == CLAIM
            else ngettext("%(count)s case is dismissed", "%(count)s cases are dismissed", count)
        )
        messages.success(request, f"{words % {'count': count}}: {', '.join(done)}")
    for line in refused:
        messages.warning(request, _("Not done. %(why)s") % {"why": line})

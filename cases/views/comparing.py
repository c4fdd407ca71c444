"""A comparison that is evidence, on paper, for the respondent it was shown to and for advisers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from cases import pdf
from cases.models import Case
from cases.pdf.comparison import document
from cases.selectors import adviser, my
from cases.selectors.comparison_shown import shown_versus
from cases.selectors.my_parts import Shown
from cases.services import showing
from cases.versus import FOLD_ON_PAPER, Versus
from integrity.core.errors import NotFound


@login_required
@require_safe
def mine(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """As the respondent sees it, built anew each time; the first look goes into the ledger."""
    user: Any = request.user
    respondent, shown = my.my_evidence(user, number, public_id)
    answer = _printed(
        request,
        respondent.case,
        shown,
        shown_versus(shown.evidence, respondent, fold=FOLD_ON_PAPER),
        reverse("my:evidence", args=[number, public_id]),
    )
    if request.method != "HEAD":
        showing.read_by(actor=user, evidence_id=public_id)
    return answer


@login_required
@require_safe
def advised(request: HttpRequest, access_id: UUID, public_id: UUID) -> HttpResponse:
    """The same for somebody who advises the respondent."""
    user: Any = request.user
    access, shown = adviser.advised_evidence(user, access_id, public_id)
    versus = shown_versus(shown.evidence, access.respondent, access=access, fold=FOLD_ON_PAPER)
    back = reverse("advising:evidence", args=[access_id, public_id])
    return _printed(request, access.respondent.case, shown, versus, back)


def _printed(
    request: HttpRequest, case: Case, shown: Shown, versus: Versus | None, back: str
) -> HttpResponse:
    if versus is None:
        raise NotFound
    piece = shown.evidence
    data = document(
        versus,
        number=case.number,
        label=piece.label,
        title=piece.shown_title,
        about=piece.shown_description,
        at=piece.added_at,
    )
    return pdf.printed(request, "comparison", data, called=f"{piece.label}.pdf", back=back)

"""How far a message to very many people is, and stopping it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from integrity.core.errors import Conflict
from policies import office
from policies.selectors import reviews as selectors
from policies.services import mailings
from policies.views.telling import see_other


@login_required
@require_safe
def progress(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The figures, as they are now. While it goes on the page fetches itself again, with scripts
    and without. Whoever could start it sees it; for others it is not there."""
    user: Any = request.user
    mailing = selectors.mailing(user, public_id)
    document = mailing.version.document
    context = {
        "mailing": mailing,
        "document": document,
        "manages": office.manages(user, document),
        # More may have come since it began than were counted then.
        "total": max(mailing.total, mailing.seen),
    }
    return render(request, "policies/reviews/mailing.html", context)


@login_required
@require_POST
def stop(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Stop it for good after the portion under way."""
    user: Any = request.user
    mailing = selectors.mailing(user, public_id)
    try:
        mailings.stop(actor=user, mailing=mailing)
    except Conflict as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("It is stopped. What was written before still goes out."))
    return see_other("mailing", public_id)

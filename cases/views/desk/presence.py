"""Who else has the case open: asked again and again while a page of it is shown."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from cases.selectors.presence import others
from cases.services import presence as service
from cases.views.desk.guard import for_staff


@for_staff
@require_POST
def presence(request: HttpRequest, number: str) -> HttpResponse:
    """The reader still has the case open; the answer is the part of the page that says who else.

    404 for whoever may not read it (any more), who is not counted either.
    """
    user: Any = request.user
    case = service.stay(actor=user, number=number, writing=request.POST.get("writing") == "1")
    response = render(request, "cases/desk/_present.html", {"others": others(user, case)})
    response.headers["Cache-Control"] = "no-store, private"
    return response

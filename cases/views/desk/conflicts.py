"""What colleagues declared about a case, for officers: who reads it, and how it is taken back."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from cases.forms.notes import UndoForm
from cases.selectors.case_head import head
from cases.services import conflicts as service
from cases.views.desk.guard import Tried, attempt, done, for_readers
from cases.views.desk.triage import Words, show_form
from integrity.core.errors import NotPermitted

POST = "POST"


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def conflicts(request: HttpRequest, number: str) -> HttpResponse:
    """Who declared a conflict and why; an officer without one takes it back, with a reason."""
    user: Any = request.user
    top = head(user, number)
    if not (top.works and top.officer):
        raise NotPermitted
    declared = list(top.case.conflicts.select_related("user").order_by("declared_at", "pk"))
    form = UndoForm(request.POST if request.method == POST else None, declared=declared)
    tried: Tried[Any] | None = None
    if request.method == POST and form.is_valid():
        tried = attempt(
            form,
            lambda: service.undo(
                actor=user,
                number=number,
                user_id=form.cleaned_data["who"],
                reason=form.cleaned_data["reason"],
            ),
        )
        if tried.done:
            return done(request, _("It is taken back. They can see the case again."), number)
    words = Words(
        title=_("Declared conflicts of interest"),
        button=_("Take it back"),
        then=(
            ("eye", _("They see the case again, as their role lets them")),
            ("user", _("The case does not go back to them by itself")),
            ("history", _("It stands in the history, for officers only")),
        ),
    )
    return show_form(
        request,
        top,
        form,
        words,
        tried,
        template="cases/desk/conflicts.html",
        declared=declared,
    )

"""Several cases at once: whom, why or into which, then the queue again, with one click to undo."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from cases.enums import BulkKind
from cases.forms.merging import ME, BulkForm
from cases.models import BulkAction
from cases.selectors.bulk import MOST, chosen, colleagues
from cases.services import bulk as service
from cases.views.desk.guard import attempt, for_staff, see_other
from integrity.accounts.models import User
from integrity.core.errors import InvalidInput, WindowClosed
from integrity.web.forms import TOKEN_FIELD

Text = str | Promise
TITLES: dict[str, tuple[Text, Text]] = {
    BulkKind.ASSIGN: (_("Assign the chosen cases"), _("Assign them")),
    BulkKind.DISMISS: (_("Dismiss the chosen cases"), _("Dismiss them")),
    BulkKind.MERGE: (_("Make one case of them"), _("Make one case")),
}
THEN: dict[str, tuple[tuple[str, Text], ...]] = {
    BulkKind.ASSIGN: (
        ("user", _("Each case is with that person at once")),
        ("user-x", _("Somebody with a conflict does not get the case")),
        ("undo-2", _("For ten minutes one click takes it all back")),
    ),
    BulkKind.DISMISS: (
        ("flag", _("Whoever reported gets a closing message in ten minutes, not before")),
        ("eye-off", _("What the desk keeps beside the reason stays with the desk")),
        ("undo-2", _("For ten minutes one click takes it all back")),
    ),
    BulkKind.MERGE: (
        ("flag", _("All reports and all evidence are in one case")),
        ("users", _("Everybody the reports are about is in it; each gets an own decision")),
        ("eye-off", _("Nobody outside the desk hears of it")),
        ("undo-2", _("For ten minutes one click takes it all back")),
    ),
}


@for_staff
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """First the ticked cases of the queue and what to do; then the same with whom, why or which."""
    user: Any = request.user
    kind = request.POST.get("do", "")
    numbers = list(dict.fromkeys(request.POST.getlist("case")))
    back = _query(request.POST.get("back", ""))
    if kind not in BulkKind.values:
        return see_other("queue", query=_asked(back))
    rows = chosen(user, numbers[: MOST + 1])
    apart = [row for row in rows if kind == BulkKind.DISMISS and row.urgent]
    if apart and len(apart) == len(rows):
        messages.warning(request, _("Urgent cases are dismissed one by one, on their own page."))
        return see_other("queue", query=_asked(back))
    if not rows:
        messages.warning(request, _("Tick at least one case first."))
        return see_other("queue", query=_asked(back))
    sent = TOKEN_FIELD in request.POST
    form = BulkForm(
        request.POST if sent else None,
        kind=kind,
        cases=[(row.number, f"{row.heading}, {row.place}") for row in rows],
        people=colleagues(user, [row.number for row in rows]) if kind == BulkKind.ASSIGN else (),
        initial={"do": kind, "back": back.urlencode(), "case": [row.number for row in rows]},
    )
    tried = None
    if sent and form.is_valid():
        tried = attempt(form, lambda: _do(user, kind, form))
        if tried.done and tried.result is not None:
            back["bulk"] = str(tried.result.public_id)
            return see_other("queue", query=_asked(back))
    title, button = TITLES[kind]
    refused = tried is not None and not tried.done
    return render(
        request,
        "cases/desk/bulk.html",
        {
            "form": form,
            "kind": kind,
            "rows": rows,
            "apart": [row.number for row in apart],
            "ticked": form["case"].value() or [],
            "title": title,
            "button": button,
            "then": THEN[kind],
            "back": _asked(back),
        },
        status=tried.status if tried is not None and refused else form.http_status,
    )


_ASKED = ("reason", "duplicate_of", "detail", "note", "into")


def _do(user: User, kind: str, form: BulkForm) -> BulkAction:
    asked = form.cleaned_data
    params = {name: asked.get(name, "") for name in _ASKED}
    if kind == BulkKind.ASSIGN:
        to = user if asked["to"] == ME else User.objects.filter(public_id=asked["to"]).first()
        if to is None:
            raise InvalidInput({"to": [_("Choose who is to have the cases.")]})
        params["to"] = to
    numbers = asked["case"]
    if kind == BulkKind.MERGE:
        numbers = [number for number in numbers if number != asked["into"]]
        if not numbers:
            raise InvalidInput({"case": [_("Choose at least two cases.")]})
    return service.run(actor=user, kind=kind, numbers=numbers, form_key=form.key, **params)


def _query(text: str) -> QueryDict:
    """The words of the queue's address the reader came from, without an earlier action."""
    back = QueryDict(text[:2_000], mutable=True)
    back.pop("bulk", None)
    return back


def _asked(back: QueryDict) -> str:
    return f"?{back.urlencode()}" if back else ""


@for_staff
@require_POST
def bulk_undo(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take back what was done to several cases at once."""
    user: Any = request.user
    back = _query(request.POST.get("back", ""))
    try:
        action = service.undo(actor=user, public_id=public_id)
    except WindowClosed as error:
        messages.warning(request, str(error.message))
        return see_other("queue", query=_asked(back))
    back["bulk"] = str(action.public_id)
    return see_other("queue", query=_asked(back))

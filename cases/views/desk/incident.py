"""Saying when it happened: what would govern then and why, before it is kept (PO4)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from cases import governing, workflow
from cases.forms.moment import IncidentForm
from cases.models import Case
from cases.selectors.case_head import Head, head
from cases.selectors.governing import OWNER_WORDS, governing_page, lines_of, reasons_of
from cases.services import incident as service
from cases.services.incident import Change
from cases.views.desk import steps
from cases.views.desk.guard import Tried, attempt, done, for_readers
from cases.views.desk.triage import Words, show_form
from integrity.core.errors import IllegalTransition
from policies.enums import GoverningBasis

POST = "POST"


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def incident(request: HttpRequest, number: str) -> HttpResponse:
    """Say when it happened, see which texts would govern and why, then keep it."""
    user: Any = request.user
    top = head(user, number)
    steps.require("set_incident", top)
    missing = workflow.unmet("set_incident", top.case)
    if missing:
        raise IllegalTransition(missing[0])
    step = request.POST.get("step", "preview") if request.method == POST else ""
    if step in ("", "change"):
        initial = _initial(top.case) if step == "" else request.POST.dict()
        return _show(request, top, IncidentForm(initial=initial), None)
    form = IncidentForm(request.POST)
    tried: Tried[Any] | None = None
    if form.is_valid():
        if step == "send":
            tried = attempt(
                form,
                lambda: service.set_incident(
                    actor=user, number=number, revision=form.seen, **form.moment
                ),
            )
            if tried.done:
                return done(request, _("It is kept when it happened."), number)
        else:
            tried = attempt(form, lambda: service.preview(actor=user, number=number, **form.moment))
            if tried.result is not None:
                return _check(request, top, form, tried.result)
        if tried.stale:
            top = head(user, number)
    return _show(request, top, form, tried)


def _initial(case: Case) -> dict[str, Any]:
    initial: dict[str, Any] = {"revision": case.revision}
    day = governing.incident_day(case)
    if day is not None:
        initial["day"] = day
    elif case.incident_at is not None:
        local = case.incident_at.astimezone(timezone.get_current_timezone())
        initial |= {"day": local.date(), "hour": local.strftime("%H:%M")}
    return initial


def _check(request: HttpRequest, top: Head, form: IncidentForm, change: Change) -> HttpResponse:
    user: Any = request.user
    lines, left = lines_of(change.found)
    context = {
        **steps.frame(top, user),
        "form": form,
        "words": Words(title=_("Say when it happened"), button=""),
        "change": change,
        "day": form.cleaned_data["day"] if change.day_only else None,
        "lines": lines,
        "left": [(OWNER_WORDS[item.owner], reasons_of(item)) for item in left],
        "why": GoverningBasis(change.found.basis).label,
        "now": governing_page(top.case),
    }
    return render(request, "cases/desk/incident_check.html", context)


def _show(
    request: HttpRequest, top: Head, form: IncidentForm, tried: Tried[Any] | None
) -> HttpResponse:
    words = Words(
        title=_("Say when it happened"),
        lead=_("The text that was in force then governs the case."),
        button=_("See which text governs"),
        then=(
            ("scale", _("You see which texts would govern, and why, before it is kept")),
            (
                "calendar",
                _("With the day alone: where a text changed on it, the kinder one governs"),
            ),
            ("list-checks", _("What is alleged is named in the words of that text")),
            ("mail", _("After the first notice this cannot be changed any more")),
        ),
    )
    return show_form(
        request,
        top,
        form,
        words,
        tried,
        template="cases/desk/incident.html",
        stored=lambda: _initial(top.case),
        now=governing_page(top.case),
    )

"""Two cases become one and are taken apart; reports go out into a case of their own (QU2)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from cases import rules
from cases.forms.merging import MergeForm, SplitForm
from cases.models import CaseMerge
from cases.selectors.case_head import head
from cases.selectors.merging import splittable
from cases.services import merging as service
from cases.services import splitting
from cases.views.desk import steps
from cases.views.desk.guard import attempt, done, for_readers, for_staff, see_other
from cases.views.desk.pages import show_case
from cases.views.desk.triage import Words, show_form
from integrity.core.errors import Conflict, IllegalTransition, InvalidInput, NotFound, NotPermitted


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, number: str) -> HttpResponse:
    """Join the case with another one, `?with=` its number."""
    user: Any = request.user
    top = head(user, number)
    # Sent twice, it leads to the same place: the case may have gone into the other one.
    if request.method != "POST" or top.case.merged_into_id is None:
        steps.require("merge", top)
    form = MergeForm(
        request.POST if request.method == "POST" else None,
        initial={"other": request.GET.get("with", "")[:20]},
    )
    tried = None
    if request.method == "POST" and form.is_valid():
        other = form.cleaned_data["other"]
        here = form.cleaned_data["goes_on"] == "here"
        source, target = (other, number) if here else (number, other)

        def join() -> CaseMerge:
            try:
                return service.merge(actor=user, source=source, target=target, form_key=form.key)
            except (NotFound, NotPermitted) as error:
                # The other one: whether it is there is told to nobody who may not know.
                if isinstance(error, NotPermitted) and _readable(user, other):
                    raise
                raise InvalidInput(
                    {"other": [_("There is no case with this number that you can work on.")]}
                ) from error

        tried = attempt(form, join)
        if tried.done:
            messages.success(request, _("The two cases are one now."))
            return see_other("case", target, query=f"?joined={source}")
    words = Words(
        title=_("Join with another case"),
        lead=_("Several reports about one matter, or about learners who worked together."),
        button=_("Join the two cases"),
        then=(
            ("flag", _("All reports and all evidence are in one case; evidence gets new numbers")),
            ("users", _("Everybody is named once; each gets an own notice and an own decision")),
            ("eye-off", _("Whoever reported hears nothing: their report is looked into as before")),
            ("undo-2", _("They can be taken apart until somebody is notified")),
        ),
    )
    return show_form(request, top, form, words, tried)


def _readable(user: Any, number: str) -> bool:
    return rules.visible_to(user).filter(number=number).exists()


@for_staff
@require_POST
def merge_undo(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """Take two joined cases apart; the page is that of the one that goes on."""
    user: Any = request.user
    head(user, number)
    # A join of other cases is not found here (HOSTILE 17).
    if not CaseMerge.objects.filter(public_id=public_id, target__number=number).exists():
        raise NotFound
    try:
        service.undo_merge(actor=user, merge_id=public_id)
    except (Conflict, IllegalTransition) as error:
        return show_case(request, number, status=409, refused=str(error.message))
    return done(request, _("The two cases are apart again."), number)


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def split(request: HttpRequest, number: str) -> HttpResponse:
    """Take chosen reports out into a case of their own."""
    user: Any = request.user
    top = head(user, number)
    steps.require("split", top)
    lines = splittable(top)
    form = SplitForm(
        request.POST if request.method == "POST" else None,
        lines=[(line.public_id, line.words, _short(line.account)) for line in lines],
    )
    tried = None
    if request.method == "POST" and form.is_valid():
        tried = attempt(
            form,
            lambda: splitting.split(
                actor=user,
                number=number,
                report_ids=form.cleaned_data["reports"],
                form_key=form.key,
            ),
        )
        if tried.done and tried.result is not None:
            messages.success(request, _("These reports are in a case of their own now."))
            return see_other("case", tried.result.number)
    words = Words(
        title=_("Take reports out"),
        lead=_("Reports that belong to another matter go into a new case in triage."),
        button=_("Take them out"),
        then=(
            ("file-text", _("What came with the reports goes along")),
            ("users", _("So does whom only these reports are about")),
            ("link", _("The two cases are linked")),
            ("eye-off", _("Nobody outside the desk hears of it")),
        ),
    )
    blocked = _("There is only one report in this case.") if len(lines) < 2 else ""
    return show_form(request, top, form, words, tried, blocked=blocked)


def _short(text: str) -> str:
    return text if len(text) <= 160 else f"{text[:159].rstrip()}…"

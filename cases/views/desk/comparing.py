"""Two texts beside each other at the desk: chosen, looked at, narrowed, attached (CF3)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from cases import pdf
from cases.forms.comparing import AsideForm, AttachForm, CompareForm, source_of
from cases.models import Comparison
from cases.pdf.comparison import document
from cases.selectors.case_head import Head, head
from cases.selectors.comparing import (
    ComparePage,
    compare_page,
    comparisons_of,
    fetched,
    in_the_course,
    similar_page,
    sources,
    versus_of,
)
from cases.services import comparing as service
from cases.versus import FOLD_ON_PAPER
from cases.views.desk import steps
from cases.views.desk.guard import Tried, attempt, for_readers, see_other
from cases.views.desk.triage import Words, show_form

THEN = (
    ("git-compare", gettext_lazy("You see both texts beside each other")),
    ("eye-off", gettext_lazy("It stays with the desk until you attach it as evidence")),
)


@for_readers
@require_safe
def comparisons(request: HttpRequest, number: str) -> HttpResponse:
    """The comparisons of a case."""
    user: Any = request.user
    top = head(user, number)
    context = {
        **steps.frame(top, user),
        "lines": comparisons_of(top.case),
        "may_compare": steps.may("compare", top),
    }
    return render(request, "cases/desk/comparisons.html", context)


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def compare(request: HttpRequest, number: str) -> HttpResponse:
    """Choose two texts and compare them.

    In the address: `b`, a similar submission of the course for the second side, and `again`, a
    comparison whose sides are proposed once more.
    """
    user: Any = request.user
    top = head(user, number)
    steps.require("compare", top)
    found = in_the_course(top, request.GET.get("b", ""))
    again = request.GET.get("again", "")
    before = fetched(top.case, _uuid(again)) if _is_uuid(again) else None
    chosen = {row.pk: row for row in (found, *_others(top, before)) if row is not None}
    choices = sources(top, list(chosen.values()))
    sent = request.method == "POST"
    form = CompareForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        choices=choices,
        initial=_initial(top, found, before),
    )
    tried: Tried[Comparison] | None = None
    if sent and form.is_valid():
        tried = attempt(
            form,
            lambda: service.make(
                actor=user,
                number=number,
                a=form.given("a"),
                b=form.given("b"),
                language=form.cleaned_data["language"],
                form_key=form.key,
            ),
        )
        if tried.result is not None:
            return see_other("comparison", number, tried.result.public_id)
    words = Words(
        title=_("Compare two texts"),
        lead=_("A match shows where to look. It proves nothing by itself."),
        button=_("Compare"),
        then=THEN,
    )
    return show_form(
        request,
        top,
        form,
        words,
        tried,
        template="cases/desk/compare.html",
        multipart=True,
        similar=top.case.submission_id is not None,
    )


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _uuid(text: str) -> UUID:
    return UUID(text)


def _others(top: Head, before: Comparison | None) -> list[Any]:
    """Submissions of others that an earlier comparison was made of."""
    if before is None:
        return []
    found = (before.a_submission, before.b_submission)
    return [row for row in found if row is not None and row.pk != top.case.submission_id]


def _initial(top: Head, found: Any, before: Comparison | None) -> dict[str, str]:
    if before is None:
        own = top.case.submission
        first = {"a_source": source_of(None, own.public_id)} if own is not None else {}
        return {**first, **({"b_source": source_of(None, found.public_id)} if found else {})}
    initial = {"language": before.language}
    for side in ("a", "b"):
        piece, submission = (
            getattr(before, f"{side}_evidence"),
            getattr(before, f"{side}_submission"),
        )
        initial[f"{side}_source"] = source_of(
            piece.public_id if piece else None, submission.public_id if submission else None
        )
        if piece is None and submission is None:
            initial[f"{side}_title"] = getattr(before, f"{side}_title")
            initial[f"{side}_text"] = getattr(before, f"{side}_text")
    return initial


@for_readers
@require_safe
def similar(request: HttpRequest, number: str) -> HttpResponse:
    """Submissions of the course that share much with that of the case."""
    user: Any = request.user
    page = similar_page(user, number)
    steps.require("compare", page.head)
    context = {**steps.frame(page.head, user), "file": page}
    return render(request, "cases/desk/compare_similar.html", context)


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def comparison(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """Both texts; passages are set aside here, and taken back with `back` in the form."""
    user: Any = request.user
    page = compare_page(user, number, public_id)
    if request.method != "POST":
        return _show(request, page, AsideForm(initial={"revision": page.row.revision}))
    steps.require("compare", page.head)
    form = AsideForm(request.POST)
    back = request.POST.get("back", "")
    if back:
        passages = [int(back)] if back.isascii() and back.isdecimal() and len(back) < 7 else []
        tried: Tried[Any] = attempt(
            form,
            lambda: service.take_back(
                actor=user,
                number=number,
                public_id=public_id,
                passages=passages,
                revision=form.seen,
            ),
        )
        said = _("It counts again.")
    else:
        valid = form.is_valid()
        if not form.passages:
            form.add_error(None, _("Choose a passage."))
        if not valid or not form.passages:
            return _show(request, page, form)
        tried = attempt(
            form,
            lambda: service.set_aside(
                actor=user,
                number=number,
                public_id=public_id,
                passages=form.passages,
                reason=form.cleaned_data["reason"],
                note=form.cleaned_data["note"],
                revision=form.seen,
            ),
        )
        said = _("It is set aside.")
    if tried.done:
        messages.success(request, said)
        return see_other("comparison", number, public_id, query="#passages")
    return _show(request, compare_page(user, number, public_id), form, tried)


def _show(
    request: HttpRequest, page: ComparePage, form: AsideForm, tried: Tried[Any] | None = None
) -> HttpResponse:
    user: Any = request.user
    refused = tried is not None and not tried.done
    context = {
        **steps.frame(page.head, user),
        "words": Words(title=_("Side by side"), button=_("Set aside")),
        "file": page,
        "versus": page.versus,
        "form": form,
        "ticked": form.passages if form.is_bound else [],
        "may_change": steps.may("compare", page.head) and not page.frozen,
        "may_attach": steps.may("add_evidence", page.head) and not page.frozen,
        "may_compare": steps.may("compare", page.head),
        "stale": tried is not None and tried.stale,
    }
    status = tried.status if tried is not None and refused else form.http_status
    return render(request, "cases/desk/comparison.html", context, status=status)


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def attach(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """Make the comparison evidence of the case."""
    user: Any = request.user
    page = compare_page(user, number, public_id)
    steps.require("add_evidence", page.head)
    sent = request.method == "POST"
    if not sent and page.frozen and page.row.evidence is not None:
        return see_other("evidence", number, page.row.evidence.public_id)
    form = AttachForm(
        request.POST if sent else None,
        initial={"title": _name(page.row), "revision": page.row.revision},
    )
    tried = None
    if sent and form.is_valid():
        tried = attempt(
            form,
            lambda: service.attach(
                actor=user,
                number=number,
                public_id=public_id,
                title=form.cleaned_data["title"],
                description=form.cleaned_data["description"],
                revision=form.seen,
                form_key=form.key,
            ),
        )
        if tried.result is not None:
            said = _("It is evidence now: %(label)s.") % {"label": tried.result.label}
            messages.success(request, said)
            return see_other("evidence", number, tried.result.public_id)
    words = Words(
        title=_("Attach the comparison as evidence"),
        lead=_("The learner is shown everything you decide upon."),
        button=_("Attach as evidence"),
        then=(
            ("lock", gettext_lazy("It stays as it is from then on, with a fingerprint")),
            ("eye", gettext_lazy("The learner sees it with the notice, also as a PDF")),
            ("eye-off", gettext_lazy("What is covered in its exhibits is covered in it too")),
            (
                "triangle-alert",
                gettext_lazy("Words you pasted are shown whole: read them once more"),
            ),
        ),
    )
    return show_form(request, page.head, form, words, tried)


def _name(row: Comparison) -> str:
    """A name without the titles of exhibits: those can be covered later, this one would stay."""
    labels = [piece.label for piece in (row.a_evidence, row.b_evidence) if piece is not None]
    if len(labels) == 2:
        return _("Comparison of %(first)s and %(second)s") % {
            "first": labels[0],
            "second": labels[1],
        }
    if labels:
        return _("Comparison of %(label)s with another text") % {"label": labels[0]}
    return _("Comparison of two texts")


@for_readers
@require_safe
def comparison_pdf(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """The comparison on paper, as the desk sees it."""
    user: Any = request.user
    page = compare_page(user, number, public_id)
    label = page.row.evidence.label if page.row.evidence else ""
    title = page.row.evidence.title if page.row.evidence else _("Comparison of two texts")
    data = document(
        versus_of(page.row, page.head, fold=FOLD_ON_PAPER),
        number=number,
        label=label,
        title=title,
        about=page.row.evidence.description if page.row.evidence else "",
        at=page.row.made_at,
    )
    return pdf.printed(
        request,
        "comparison",
        data,
        called=f"{label or 'comparison'}.pdf",
        back=reverse("desk:comparison", args=[number, public_id]),
    )

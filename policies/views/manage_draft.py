"""A draft, page by page: text and time, terms, and the two lists.

A form knows on which state of its part it was opened. Whoever saves second is shown what the first
one wrote, beside their own words, and decides; nothing is overwritten unseen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as render_page
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from integrity.core.errors import Conflict, InvalidInput, Stale
from policies import contents, difference, services
from policies.forms.manage import SeenForm
from policies.forms.manage_draft import TermsForm, TextForm
from policies.forms.manage_rows import ConsequencesForm, RowsForm, ViolationsForm
from policies.models import Version
from policies.rendering import Rendered, render
from policies.selectors import office as selectors
from policies.selectors.office import Kept
from policies.views.guard import acting, for_administrators, see_other
from policies.views.manage_apart import apart

PREVIEW, ADD, SAVE = "preview", "add", "save"


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of a draft: its part, its form, its template, and what it says."""

    part: str
    url_name: str
    form: Callable[..., Any]
    template: str
    title: str | Promise
    preview: Callable[[SeenForm, Version], Rendered] | None = None
    words: dict[str, str | Promise] = field(default_factory=dict)


def tabs(version: Version) -> list[dict[str, Any]]:
    """The pages of a draft."""
    here = (version.document.slug, version.number)
    return [
        {"label": page.title, "url": reverse(f"policy_office:{page.url_name}", args=here)}
        for page in PAGES
    ] + [{"label": _("Check and publish"), "url": reverse("policy_office:check", args=here)}]


def _text_preview(form: SeenForm, version: Version) -> Rendered:
    return render(str(form["body"].value() or ""), version.document.title)


def _pledge_preview(form: SeenForm, version: Version) -> Rendered:
    return render(str(form["pledge"].value() or ""))


TEXT = Page(
    part=contents.TEXT,
    url_name="text",
    form=TextForm,
    template="policies/manage/text.html",
    title=_("Text"),
    preview=_text_preview,
)
TERMS = Page(
    part=contents.TERMS,
    url_name="terms",
    form=TermsForm,
    template="policies/manage/terms.html",
    title=_("Times, pledge and appeal"),
    preview=_pledge_preview,
)
VIOLATIONS = Page(
    part=contents.VIOLATIONS,
    url_name="violations",
    form=ViolationsForm,
    template="policies/manage/rows.html",
    title=_("What a report can be about"),
    words={
        "lead": _("Whoever reports something chooses from this list."),
        "add": _("Add another one"),
        "none": _("There is nothing in the list yet"),
    },
)
CONSEQUENCES = Page(
    part=contents.CONSEQUENCES,
    url_name="consequences",
    form=ConsequencesForm,
    template="policies/manage/rows.html",
    title=_("What may follow"),
    words={
        "lead": _("A decision chooses from this list. What takes something away needs two people."),
        "add": _("Add another one"),
        "none": _("There is nothing in the list yet"),
    },
)
PAGES = (TEXT, TERMS, VIOLATIONS, CONSEQUENCES)


def _view(page: Page) -> Any:
    @for_administrators
    @require_http_methods(["GET", "HEAD", "POST"])
    def view(request: HttpRequest, slug: str, number: int) -> HttpResponse:
        user: Any = request.user
        kept, version = selectors.kept_version(user, slug, number)
        if request.method != "POST":
            if version.is_published:
                return see_other("document", slug)
            return _show(request, page, kept, version, _opened(page, version))
        return _posted(request, page, kept, version)

    view.__doc__ = f"The page of a draft with its part `{page.part}`."
    return view


def _opened(page: Page, version: Version) -> SeenForm:
    seen = contents.digest(contents.part_of(version, page.part))
    form: SeenForm = page.form(version=version, initial={"seen": seen})
    return form


def _posted(request: HttpRequest, page: Page, kept: Kept, version: Version) -> HttpResponse:
    step = request.POST.get("step", SAVE)
    if step == ADD and issubclass(page.form, RowsForm):  # type: ignore[arg-type]
        # Shown again with one more row, unchecked: nothing is stored yet.
        form = page.form(version=version, typed=request.POST.dict(), more=1)
        return _show(request, page, kept, version, form, added=True)
    form = page.form(request.POST, version=version)
    if version.is_published:
        return _too_late(request, page, kept, version, form)
    if step == PREVIEW and page.preview is not None:
        form.is_valid()
        shown = page.preview(form, version)
        return _show(request, page, kept, version, form, preview=shown)
    if not form.is_valid():
        return _show(request, page, kept, version, form)
    try:
        services.edit_draft(
            actor=acting(request),
            version=version,
            seen={page.part: form.cleaned_data["seen"]},
            **form.said,
        )
    except InvalidInput as error:
        form.add_refusal(error)
        return _show(request, page, kept, version, form)
    except Stale as error:
        return _stale(request, page, kept, form, str(error.message))
    except Conflict:
        return _too_late(request, page, kept, version, form)
    messages.success(request, _("The draft is saved."))
    return see_other(page.url_name, kept.document.slug, version.number)


def _stale(
    request: HttpRequest, page: Page, kept: Kept, form: SeenForm, message: str
) -> HttpResponse:
    """The form again, with what somebody else stored; saving it once more is a decision."""
    number = int(request.resolver_match.kwargs["number"]) if request.resolver_match else 0
    user: Any = request.user
    kept, version = selectors.kept_version(user, kept.document.slug, number)
    theirs = contents.part_of(version, page.part)
    form.renew(contents.digest(theirs))
    form.add_error(None, message)
    changes = apart(page.part, theirs, form.said)  # type: ignore[attr-defined]
    return _show(
        request,
        page,
        kept,
        version,
        form,
        status=HTTPStatus.PRECONDITION_FAILED,
        theirs=changes,
    )


def _too_late(
    request: HttpRequest, page: Page, kept: Kept, version: Version, form: SeenForm
) -> HttpResponse:
    """It was published meanwhile. What was typed is shown, to be copied into the next version."""
    typed = [
        (bound.label, str(bound.value()))
        for bound in form.visible_fields()
        if bound.value() not in (None, "", False)
    ]
    context = {"kept": kept, "document": kept.document, "version": version, "typed": typed}
    return render_page(
        request, "policies/manage/too_late.html", context, status=HTTPStatus.CONFLICT
    )


def _show(
    request: HttpRequest,
    page: Page,
    kept: Kept,
    version: Version,
    form: SeenForm,
    *,
    status: int | None = None,
    theirs: list[difference.Change] | None = None,
    preview: Rendered | None = None,
    added: bool = False,
) -> HttpResponse:
    context = {
        "page": page,
        "kept": kept,
        "document": kept.document,
        "version": version,
        "form": form,
        "tabs": tabs(version),
        "theirs": theirs,
        "preview": preview,
        "added": added,
    }
    return render_page(request, page.template, context, status=status or form.http_status)


text = _view(TEXT)
terms = _view(TERMS)
violations = _view(VIOLATIONS)
consequences = _view(CONSEQUENCES)

"""The page of links and files of a report: five buttons, one form, no script needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from cases.evidence import StorageFull
from cases.forms.report import EvidenceForm
from cases.models import Report
from cases.selectors import report as selectors
from cases.selectors.report import NamedFile
from cases.services import drafts
from cases.services.clean import MAX_LINKS
from cases.views import report_keys as keys
from cases.views import report_pages as pages
from cases.views.report_steps import Way
from integrity.core.errors import InvalidInput

# The buttons that stay on the page.
UPLOAD, MORE, REMOVE = "upload", "more", "remove"


@dataclass(frozen=True)
class FileLine:
    """A file in the list with its field for what it shows."""

    named: NamedFile
    field: BoundField

    @property
    def icon(self) -> str:
        return "image" if self.named.file.derivative_type.startswith("image/") else "file-text"


def evidence_page(request: HttpRequest, report: Report, way: Way) -> HttpResponse:
    """Links, files and what they show.

    Files that are good are kept even when something else on the page is not: a browser does not
    send them again by itself. The words are kept on the page.
    """
    files = selectors.files_of(report)
    form = _form(request, report, files)
    if not form.is_bound:
        return _show(request, form, files, way)
    complete = form.is_valid()
    refusal: InvalidInput | StorageFull | None = None
    if "form_token" not in form.errors:
        try:
            _keep(request, report, way, form, complete=complete)
        except (InvalidInput, StorageFull) as error:
            refusal = error
    if complete and refusal is None:
        return _onward(request, form, way)
    files = selectors.files_of(report)
    form = _form(request, report, files)
    form.is_valid()
    status = HTTPStatus.BAD_REQUEST
    if isinstance(refusal, StorageFull):
        form.add_error("uploads", str(refusal.message))
        status = HTTPStatus.INSUFFICIENT_STORAGE
    elif refusal is not None:
        form.add_refusal(refusal)
    return _show(request, form, files, way, status=status)


def _form(request: HttpRequest, report: Report, files: Sequence[NamedFile]) -> EvidenceForm:
    posted = request.method == "POST"
    return EvidenceForm(
        request.POST if posted else None,
        files=request.FILES if posted else None,
        links=report.links,
        kept=[(named.file.public_id, named.file.description) for named in files],
        lines=_lines(request),
    )


def _lines(request: HttpRequest) -> int:
    asked = request.GET.get(MORE, "")
    return int(asked) if asked in {str(number) for number in range(MAX_LINKS + 1)} else 0


def _keep(
    request: HttpRequest, report: Report, way: Way, form: EvidenceForm, *, complete: bool
) -> None:
    who = keys.holder(request)
    removed = _removed(request)
    if removed is not None:
        drafts.remove_file(actor=who.user, draft_id=report.public_id, file_id=removed, key=who.key)
    if complete:
        # Only the button that goes on makes the page done.
        done = request.POST.get("action") in (None, "", "continue")
        page = drafts.Page(
            step=way.number if done else way.index,
            links=form.given_links(),
            descriptions=form.given_descriptions(),
        )
        drafts.save(actor=who.user, draft_id=report.public_id, page=page, key=who.key)
    added = drafts.add_files(
        actor=who.user,
        draft_id=report.public_id,
        uploads=form.cleaned_data.get("uploads") or [],
        form_key=form.cleaned_data["form_token"],
        key=who.key,
    )
    if any(file.moving for file in added):
        messages.info(request, _("Of a moving picture other people see only the beginning."))


def _removed(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get(REMOVE, ""))
    except ValueError:
        return None


def _onward(request: HttpRequest, form: EvidenceForm, way: Way) -> HttpResponse:
    action = request.POST.get("action")
    here = way.url(way.index)
    change = "&to=check" if pages.to_check(request) else ""
    if action == MORE:
        return pages.see(f"{here}?{MORE}={len(form.link_names) + 1}{change}#{MORE}")
    if action == UPLOAD or _removed(request) is not None:
        return pages.see(f"{here}?kept=1{change}#files")
    return pages.onward(request, way)


def _show(
    request: HttpRequest,
    form: EvidenceForm,
    files: Sequence[NamedFile],
    way: Way,
    *,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    lines = [FileLine(named, form[form.description_names[named.file.public_id]]) for named in files]
    told = pages.told_in_evidence(way.report, files) if way.report is not None else {}
    return pages.show(request, "evidence", form, way, {"files": lines}, pointed=told, status=status)

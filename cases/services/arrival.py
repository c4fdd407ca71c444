"""What comes with a report: how it reached the office, its evidence, the acknowledgement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from cases import letters
from cases.enums import BY_THEMSELVES, EvidenceKind, ReceivedBy, ReportMode
from cases.evidence import StoredFile
from cases.informants import Informant
from cases.models import Case, Report, ReportImport
from cases.services.evidence import attach
from integrity.accounts.models import User
from integrity.audit import services as audit
from notifications import payloads
from notifications import services as notifications


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A report that the office enters for somebody (IN10): who wrote it down, and whose words.

    `by` is empty for one that a command files. The informant is kept sealed whether or not there is
    an account with their address, so that the pages of the desk do not tell which.
    """

    by: User | None
    received_by: ReceivedBy
    informant: Informant | None = None
    importing: ReportImport | None = None

    def put_on(self, report: Report) -> None:
        """Write it onto the report."""
        report.received_by = self.received_by
        report.entered_by = self.by
        report.imported_with = self.importing
        report.informant_sealed = self.informant.sealed() if self.informant else None


def recorded(report: Report, case: Case, *, actor: audit.Actor, evidence: int) -> None:
    """Write the arrival into the history: as received, or as entered on somebody's behalf."""
    data = {
        "kind": report.kind,
        "mode": report.mode,
        "evidence": evidence,
        "violation": report.violation_type.code if report.violation_type else "",
    }
    entered = report.received_by not in BY_THEMSELVES
    audit.record(
        "report.entered" if entered else "report.received",
        actor=actor,
        subject=("report", str(report.public_id)),
        case_number=case.number,
        institution=case.institution.slug,
        data={**data, "received_by": report.received_by} if entered else data,
    )


def bring(report: Report, case: Case, files: Sequence[StoredFile]) -> int:
    """Quoted words, links and files become evidence; returns how many."""
    with translation.override(settings.LANGUAGE_CODE):
        titles = {
            "quote": _("Quoted text"),
            "image/png": _("Picture"),
            "image/jpeg": _("Picture"),
            "application/pdf": _("PDF document"),
            "text/plain; charset=utf-8": _("Text file"),
        }
    if report.quoted_text:
        attach(
            case=case,
            kind=EvidenceKind.QUOTE,
            title=titles["quote"],
            text=report.quoted_text,
            report=report,
        )
    for link in report.links:
        attach(
            case=case,
            kind=EvidenceKind.LINK,
            title=urlsplit(link).hostname or link,
            url=link,
            report=report,
        )
    for file in files:
        attach(
            case=case,
            kind=EvidenceKind.FILE,
            title=titles[file.derivative.content_type],
            description=file.description,
            file=file,
            report=report,
        )
    return bool(report.quoted_text) + len(report.links) + len(files)


def acknowledge(report: Report, case: Case, language: str) -> None:
    """Queue the letter that says that the report has arrived, to a sender with an account (IN8).

    Where the office wrote it down, the letter asks to check the words.
    """
    path = reverse("my:report", args=[report.public_id])
    with translation.override(language):
        matter = letters.report_matter(report)
    notifications.queue(
        "report_received",
        recipient=notifications.Recipient.sealed(
            report.reporter_ref, report.reporter_sealed or b""
        ),
        payload=payloads.ReportReceived(
            report_reference=report.reference,
            reported_at=report.submitted_at,
            matter=matter,
            mode="named" if report.mode == ReportMode.NAMED else "confidential",
            follow_url=f"{settings.SITE_URL}{path}",
            contact=letters.contact(case),
            written_down=report.received_by not in BY_THEMSELVES,
        ),
        key=f"report_received:{report.public_id}",
        institution=case.institution.slug,
    )

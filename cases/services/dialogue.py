"""What the desk and whoever reported write to each other, with files (IN4).

The desk never learns who writes where that is sealed, and nobody can where it is anonymous.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import F, QuerySet
from django.db.models.functions import Greatest
from django.utils import translation
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from cases import letters, rules, workflow
from cases.enums import EvidenceKind, ReportMode, ReportStatus
from cases.evidence import Incoming, StoredFile, received
from cases.evidence.incoming import incoming
from cases.models import Case, MessageFile, Report, ReportMessage
from cases.selectors.dialogue import (
    MAX_IN_A_ROW,
    MAX_MESSAGES,
    in_a_row,
    is_open,
    reachable,
    takes_evidence,
)
from cases.services import evidence
from cases.services.base import locked_case, record, visible_or_404
from cases.services.clean import Problems, save
from cases.services.senders import acting
from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.core import clock
from integrity.core.errors import Conflict, IllegalTransition, NotFound

BODY_LENGTH = 4_000
Uploads = Sequence[UploadedFile | Incoming]


def ask(
    *,
    actor: User,
    number: str,
    report_id: UUID | str,
    body: str,
    form_key: str,
    uploads: Uploads = (),
) -> ReportMessage:
    """Write to whoever sent this report. With an account they get a letter, else they see it by
    code. They may download the clean copies of the files.

    The same form again is the first message, with other words or files a `Conflict`. Raises
    `NotFound` for a report of another case (HOSTILE 17), `NotPermitted`, `IllegalTransition` once
    it is closed and where nobody can be reached, `InvalidInput` at `body` and `uploads`,
    `StorageFull`.
    """
    text = _clean(body, _("Write the message."))
    case = Case.objects.filter(number=number).first()
    if case is None:
        raise NotFound
    # Before a file is opened: strangers are not worth the work.
    visible_or_404(actor, case)
    files = _once(uploads)
    with received(files) as stored, locked_case(number) as case:
        workflow.require("ask", actor=actor, case=case)
        report = _report_of(case, report_id)
        known = _known(form_key, report, text, files)
        if known is not None:
            return known
        _open(report)
        if not reachable(report):
            raise IllegalTransition(
                _("Whoever told us this has no account and no code: they cannot be written to.")
            )
        message = _write(report, text, form_key, asked_by=actor)
        _hand_over(message, stored)
        record(
            "report.asked",
            case,
            actor,
            subject=("report", str(report.public_id)),
            data={"report": str(report.public_id), "files": len(stored)},
        )
        letters.report_question(message, files=len(stored))
    return message


def answer(*, report: Report, body: str, form_key: str, uploads: Uploads = ()) -> ReportMessage:
    """What whoever reported writes to the desk, asked or not. The caller has made sure that it is
    theirs.

    Until the notice their files become evidence of the case; later ones are kept for the desk
    alone. Whoever has the case gets a letter, one until somebody reads. Up to `MAX_IN_A_ROW`
    messages without a word of the desk. The same form again is the first message, with other words
    or files a `Conflict`. Raises `IllegalTransition` once it is closed, `Conflict` for too many,
    `InvalidInput` at `body` and `uploads`, `StorageFull`.
    """
    if report.case is None:
        raise NotFound
    text = _clean(body, _("Write your message."))
    files = _once(uploads)
    if files and _known(form_key, report, text, files) is None:
        # Before a file is opened, and once more under the lock.
        _may_write(report)
    with received(files) as stored, locked_case(report.case.number) as case:
        report = _report_of(case, report.public_id)
        known = _known(form_key, report, text, files)
        if known is not None:
            return known
        _may_write(report)
        told_before = report.messages.filter(asked_by=None, read_at=None).exists()
        message = _write(report, text, form_key, asked_by=None)
        if takes_evidence(case):
            _bring(message, case, stored)
        else:
            _hand_over(message, stored)
        audit.record(
            "report.answered",
            actor=acting(report),
            subject=("report", str(report.public_id)),
            case_number=case.number,
            institution=case.institution.slug,
            data={"report": str(report.public_id), "files": len(stored)},
        )
        if not told_before:
            _tell(message, case)
    return message


def _tell(message: ReportMessage, case: Case) -> None:
    if case.assignee is not None and rules.access(case.assignee, case) >= rules.Access.WORK:
        letters.message_arrived(message, case, case.assignee)


def seen_by_sender(*, report: Report, messages: Iterable[ReportMessage]) -> None:
    """Whoever reported was shown these. Without a name only the day is kept: when somebody looks is
    a trail too."""
    now = clock.now()
    unread = _unread(report, messages).filter(asked_by__isnull=False)
    if report.mode == ReportMode.ANONYMOUS:
        day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        unread.update(read_at=Greatest(F("sent_at"), day))
    else:
        unread.update(read_at=now)


def seen_by_desk(*, actor: User, case: Case, messages: Iterable[ReportMessage]) -> None:
    """Somebody who works on the case was shown these. That somebody only reads it counts for
    nothing: whoever wrote waits for people who can do something."""
    unread = [row.pk for row in messages if row.asked_by_id is None and row.read_at is None]
    if unread and rules.access(actor, case) >= rules.Access.WORK:
        rows = ReportMessage.objects.filter(pk__in=unread, report__case=case, read_at__isnull=True)
        rows.update(read_at=clock.now())


def _unread(report: Report, messages: Iterable[ReportMessage]) -> QuerySet[ReportMessage]:
    shown = [row.pk for row in messages if row.read_at is None]
    return report.messages.filter(pk__in=shown, read_at__isnull=True)


def _clean(body: str, missing: object) -> str:
    problems = Problems()
    text = problems.text("body", body, max_length=BODY_LENGTH)
    if not text and not problems.fields:
        problems.add("body", str(missing))
    problems.stop()
    return text


def _once(uploads: Uploads) -> list[Incoming]:
    """The files, read; the same content twice is one."""
    return list({file.sha256: file for file in incoming(uploads)}.values())


def _report_of(case: Case, report_id: UUID | str) -> Report:
    report = (
        case.reports.select_related("institution", "submission__assignment", "course")
        .exclude(status=ReportStatus.DRAFT)
        .filter(public_id=report_id)
        .first()
    )
    if report is None:
        raise NotFound
    return report


def _known(
    form_key: str, report: Report, text: str, files: Sequence[Incoming]
) -> ReportMessage | None:
    known = ReportMessage.objects.filter(form_key=form_key).first()
    if known is None:
        return None
    sent = {
        *known.files.values_list("original_sha256", flat=True),
        *known.evidence.values_list("sha256", flat=True),
    }
    if (known.report_id, known.body, sent) != (report.pk, text, {file.sha256 for file in files}):
        raise Conflict(_("This form was sent before with other content."))
    return known


def _open(report: Report) -> None:
    if not is_open(report):
        raise IllegalTransition(_("This report is closed."))
    if report.messages.count() >= MAX_MESSAGES:
        raise Conflict(_("There are too many messages about this report."))


def _may_write(report: Report) -> None:
    _open(report)
    if in_a_row(report.messages.order_by("sent_at", "pk")) >= MAX_IN_A_ROW:
        raise Conflict(
            _(
                "You have written %(count)s messages in a row. Please wait until we have written "
                "back. If somebody is in danger, call the emergency number of the place."
            )
            % {"count": MAX_IN_A_ROW}
        )


def _write(report: Report, text: str, form_key: str, *, asked_by: User | None) -> ReportMessage:
    message = ReportMessage(
        report=report, asked_by=asked_by, body=text, sent_at=clock.now(), form_key=form_key
    )
    save(message)
    return message


def _bring(message: ReportMessage, case: Case, files: Sequence[StoredFile]) -> None:
    for file in files:
        evidence.attach(
            case=case,
            kind=EvidenceKind.FILE,
            title=_title(file),
            description=file.description,
            file=file,
            report=message.report,
            message=message,
        )


def _title(file: StoredFile) -> str:
    """As of a file that came with the report. Stored text is in the product's own language."""
    with translation.override(settings.LANGUAGE_CODE):
        if file.derivative.content_type.startswith("image/"):
            return now_("Picture")
        if file.derivative.content_type == "application/pdf":
            return now_("PDF document")
        return now_("Text file")


def _hand_over(message: ReportMessage, files: Sequence[StoredFile]) -> None:
    """Keep files that are no evidence with their message."""
    for position, file in enumerate(files, start=1):
        save(
            MessageFile(
                message=message,
                description=file.description[:200],
                **file.columns,
                created_at=message.sent_at,
                form_key=f"{message.public_id.hex}:{position}",
            )
        )
        file.kept = True

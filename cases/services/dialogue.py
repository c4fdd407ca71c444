"""Questions of the desk to whoever reported, and what they say to them (IN4).

The desk never learns who answers where that is sealed, and nobody can where it is anonymous.
"""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cases import letters, workflow
from cases.enums import ReportStatus
from cases.models import Case, Report, ReportMessage
from cases.selectors.report import OPEN_STATUSES, answerable
from cases.services.base import locked_case, record
from cases.services.clean import Problems, save
from cases.services.senders import acting
from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.core import clock
from integrity.core.errors import Conflict, IllegalTransition, NotFound

BODY_LENGTH = 4_000
# Messages about one report; more would be a chat.
MAX_MESSAGES = 60


def ask(
    *, actor: User, number: str, report_id: UUID | str, body: str, form_key: str
) -> ReportMessage:
    """Ask whoever sent this report. With an account they get a letter, else they see it by code.

    The same form again is the first question, with other words a `Conflict`. Raises `NotFound`
    for a report of another case (HOSTILE 17), `NotPermitted`, `IllegalTransition` once it is
    closed, `InvalidInput` at `body`.
    """
    text = _clean(body, _("Write the question."))
    with locked_case(number) as case:
        workflow.require("ask", actor=actor, case=case)
        report = _report_of(case, report_id)
        known = _known(form_key, report, text)
        if known is not None:
            return known
        _open(report)
        message = _write(report, text, form_key, asked_by=actor)
        record(
            "report.asked",
            case,
            actor,
            subject=("report", str(report.public_id)),
            data={"report": str(report.public_id)},
        )
        letters.report_question(message)
    return message


def answer(*, report: Report, body: str, form_key: str) -> ReportMessage:
    """What whoever reported says to a question. The caller has made sure that it is theirs.

    Up to three messages to one question. The same form again is the first answer, with other words
    a `Conflict`. Raises `IllegalTransition` while nothing is asked and once it is closed,
    `InvalidInput` at `body`.
    """
    if report.case is None:
        raise NotFound
    text = _clean(body, _("Write your answer."))
    with locked_case(report.case.number) as case:
        report = _report_of(case, report.public_id)
        known = _known(form_key, report, text)
        if known is not None:
            return known
        _open(report)
        if not answerable(report, list(report.messages.order_by("sent_at", "pk"))):
            raise IllegalTransition(_("There is no question that waits for your answer."))
        message = _write(report, text, form_key, asked_by=None)
        audit.record(
            "report.answered",
            actor=acting(report),
            subject=("report", str(report.public_id)),
            case_number=case.number,
            institution=case.institution.slug,
            data={"report": str(report.public_id)},
        )
    return message


def _clean(body: str, missing: object) -> str:
    problems = Problems()
    text = problems.text("body", body, max_length=BODY_LENGTH)
    if not text and not problems.fields:
        problems.add("body", str(missing))
    problems.stop()
    return text


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


def _known(form_key: str, report: Report, text: str) -> ReportMessage | None:
    known = ReportMessage.objects.filter(form_key=form_key).first()
    if known is not None and (known.report_id, known.body) != (report.pk, text):
        raise Conflict(_("This form was sent before with other content."))
    return known


def _open(report: Report) -> None:
    if report.status not in OPEN_STATUSES or report.closed_at is not None:
        raise IllegalTransition(_("This report is closed."))
    if report.messages.count() >= MAX_MESSAGES:
        raise Conflict(_("There are too many messages about this report."))


def _write(report: Report, text: str, form_key: str, *, asked_by: User | None) -> ReportMessage:
    message = ReportMessage(
        report=report, asked_by=asked_by, body=text, sent_at=clock.now(), form_key=form_key
    )
    save(message)
    return message

"""What was found, what follows from it, and what is taken back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from cases import rules, sanctions
from cases.enums import Completion, FindingOutcome
from cases.governing import texts
from cases.letters.queueing import queue_for, render_for
from cases.letters.words import (
    appeal_url,
    clause_label,
    contact,
    governing,
    matter,
    policies,
    policy_label,
    site,
    terms,
)
from cases.models import (
    Case,
    Determination,
    Respondent,
    Sanction,
)
from cases.sanctions.record import enrolment_of, percent
from integrity.core import clock
from integrity.courses.selectors import course_result
from notifications import payloads, rendering
from notifications.models import Letter, OutboxMessage


def findings_of(determination: Determination) -> tuple[payloads.FindingItem, ...]:
    """What was found on each allegation, with what it rests on and the learner's points."""
    items = []
    respondent = determination.respondent
    hidden = rules.hidden_from(respondent)
    standard = str(terms(respondent.case).standard_label)
    for finding in (
        determination.findings.select_related("allegation__violation_type__version__document")
        .prefetch_related("supports__evidence__redactions")
        .order_by("allegation__position")
    ):
        if finding.outcome != FindingOutcome.SHOWN:
            outcome = _("This was not shown.")
        elif finding.completion == Completion.ATTEMPTED:
            outcome = _("It was shown that this was attempted.")
        else:
            outcome = _("It was shown that this happened.")
        items.append(
            payloads.FindingItem(
                title=finding.allegation.violation_type.title,
                clause_label=clause_label(finding.allegation),
                clause_url=site(finding.allegation.violation_type.get_absolute_url()),
                outcome=outcome,
                standard=standard,
                rests_on=tuple(
                    f"{piece.label}: {piece.seen_by(hidden).shown_title}"
                    for piece in finding.rests_on
                ),
                reasons="\n\n".join(
                    _("You said: “%(point)s” Our answer: %(answer)s")
                    % {
                        "point": answer.point.text or answer.point.get_stance_display(),
                        "answer": answer.text,
                    }
                    for answer in determination.answers.select_related("point")
                    if answer.point.allegation_id == finding.allegation_id
                ),
            )
        )
    return tuple(items)


def _reasons(determination: Determination) -> str:
    """The reasons, with the answers to what the learner said beside the allegations."""
    general = [
        _("You also said: “%(point)s” Our answer: %(answer)s")
        % {"point": answer.point.text, "answer": answer.text}
        for answer in determination.answers.select_related("point")
        if answer.point.allegation_id is None
    ]
    return "\n\n".join([determination.reasons_finding, *general])


def sanction_items(rows: Iterable[Sanction]) -> tuple[payloads.SanctionItem, ...]:
    """Sanctions in the words of the policy and of what their handlers do."""
    return tuple(
        payloads.SanctionItem(
            title=row.consequence.title,
            description=str(sanctions.handler(row.code).describe(row)),
            starts_at=row.starts_at,
            ends_at=row.ends_at,
        )
        for row in rows
    )


def determination_issued(
    case: Case, determination: Determination, *, appeal_until: datetime
) -> payloads.DeterminationIssued:
    """Findings, reasons, consequences, no refunds, and how to appeal until when."""
    version = governing(case)
    respondent = determination.respondent
    process = terms(case)
    with translation.override(respondent.person.language):
        return payloads.DeterminationIssued(
            case_number=case.number,
            matter=matter(case),
            decided_at=clock.now(),
            policy_label=policy_label(version),
            policy_url=site(version.get_absolute_url()),
            policies=policies(case),
            findings=findings_of(determination),
            reasons_finding=_reasons(determination),
            reasons_penalty=determination.reasons_penalty,
            reasons_departure=determination.departure_reason,
            sanctions=sanction_items(determination.sanctions.select_related("consequence")),
            no_refunds=texts(case).no_refunds,
            appeal_until=appeal_until,
            appeal_url=appeal_url(case),
            appeal_grounds=tuple(process.appeal_grounds),
            contact=contact(case),
        )


def no_violation_found(case: Case, determination: Determination) -> payloads.NoViolationFound:
    """Nothing was found and nothing follows."""
    with translation.override(determination.respondent.person.language):
        return payloads.NoViolationFound(
            case_number=case.number,
            matter=matter(case),
            decided_at=clock.now(),
            findings=findings_of(determination),
            reasons_finding=_reasons(determination),
            contact=contact(case),
        )


def certificate_withheld(
    case: Case, determination: Determination, *, result: str, appeal_until: datetime
) -> payloads.CertificateWithheld:
    """A certificate is withheld, by decision or because the course is no longer passed."""
    if case.course is None:
        raise ValueError("A certificate belongs to a course.")
    with translation.override(determination.respondent.person.language):
        return payloads.CertificateWithheld(
            case_number=case.number,
            course=case.course.title,
            certificate=_("Certificate for %(course)s") % {"course": case.course.title},
            decided_at=clock.now(),
            reason=_("It follows from the decision in this case."),
            result=result,
            no_refunds=texts(case).no_refunds,
            appeal_until=appeal_until,
            appeal_url=appeal_url(case),
            contact=contact(case),
        )


def sanction_reversed(
    case: Case, sanction: Sanction, *, restored: Sequence[str], reason: str
) -> payloads.SanctionReversed:
    """A consequence was taken back."""
    with translation.override(sanction.respondent.person.language):
        return payloads.SanctionReversed(
            case_number=case.number,
            matter=matter(case),
            reversed_at=clock.now(),
            sanctions=sanction_items([sanction]),
            restored=tuple(restored),
            reason=reason,
            contact=contact(case),
        )


def suspension_ended(case: Case, sanction: Sanction) -> payloads.SuspensionEnded:
    """A suspension has run its time."""
    if sanction.starts_at is None or sanction.ends_at is None:
        raise ValueError("A suspension that ended has both times.")
    with translation.override(sanction.respondent.person.language):
        return payloads.SuspensionEnded(
            case_number=case.number,
            started_at=sanction.starts_at,
            ended_at=sanction.ends_at,
            access=_("You can use your courses again."),
            contact=contact(case),
        )


def confirmation_requested(
    case: Case, determination: Determination
) -> payloads.ConfirmationRequested:
    """To an officer who may confirm."""
    titles = ", ".join(
        s.consequence.title for s in determination.sanctions.select_related("consequence")
    )
    return payloads.ConfirmationRequested(
        case_number=case.number,
        proposed_at=determination.proposed_at,
        proposal=titles,
        case_url=site(reverse("desk:case", args=[case.number])),
        confirm_by=case.due_at,
    )


def certificate_state(respondent: Respondent) -> str:
    """The respondent's certificate in the course: none, issued, withheld or revoked."""
    enrolment = enrolment_of(respondent)
    return course_result(enrolment).certificate if enrolment is not None else "none"


def _decision_payload(
    case: Case, determination: Determination, *, appeal_until: datetime | None
) -> tuple[str, Any]:
    if appeal_until is None:
        return "no_violation_found", no_violation_found(case, determination)
    if determination.summary:
        # It builds on what is here.
        from cases.letters.settling import summary_decision

        return "summary_decision", summary_decision(case, determination, appeal_until=appeal_until)
    return "determination_issued", determination_issued(
        case, determination, appeal_until=appeal_until
    )


def decision(case: Case, determination: Determination, *, appeal_until: datetime | None) -> Letter:
    """Queue the decision's letter and return it. Without a window to appeal, nothing was shown."""
    event, payload = _decision_payload(case, determination, appeal_until=appeal_until)
    message = queue_for(
        event,
        case,
        determination.respondent,
        payload,
        key=f"determination:{determination.public_id}",
    )
    return message.letter


def preview_decision(
    case: Case, determination: Determination, *, appeal_until: datetime | None
) -> rendering.Rendered:
    """The decision's letter, written now and kept nowhere."""
    event, payload = _decision_payload(case, determination, appeal_until=appeal_until)
    return render_for(event, determination.respondent, payload)


def certificate_gone(case: Case, sanction: Sanction, *, appeal_until: datetime) -> OutboxMessage:
    """The letter about a certificate that is withheld as a consequence."""
    enrolment = enrolment_of(sanction.respondent)
    result = ""
    if enrolment is not None:
        with translation.override(sanction.respondent.person.language):
            standing = course_result(enrolment)
            result = _("Your course result is %(result)s %%; %(pass)s %% are needed to pass.") % {
                "result": percent(standing.percent),
                "pass": percent(enrolment.course.pass_mark),
            }
    return queue_for(
        "certificate_withheld",
        case,
        sanction.respondent,
        certificate_withheld(
            case, sanction.determination, result=result, appeal_until=appeal_until
        ),
        key=f"certificate_withheld:{sanction.public_id}",
    )

"""Letters of the process: what a case tells its respondents and reporters.

Builds the payloads in the reader's language and queues them. No letter names a reporter, a
moderator or an officer, and none blames before a finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from cases import sanctions
from cases.enums import Completion, FindingOutcome, SanctionStatus, Stance
from cases.models import (
    Allegation,
    Appeal,
    Case,
    Determination,
    Evidence,
    Notice,
    Report,
    Respondent,
    Response,
    Sanction,
)
from cases.sanctions.record import enrolment_of, percent
from integrity.core import clock
from integrity.courses.selectors import course_result
from notifications import payloads, registry, rendering
from notifications import services as notifications
from notifications.models import Letter, OutboxMessage
from notifications.recipients import Recipient
from policies.models import Version
from policies.rules import ProcessTerms, process_terms


def shown_to(respondent: Respondent) -> QuerySet[Evidence]:
    """The evidence a notice shows: what another respondent sent with an answer is not in it."""
    own = Q(respondent__isnull=True) | Q(respondent=respondent)
    return respondent.case.evidence.filter(own)


def contact(case: Case) -> str:
    """Where to get help with a case: the institution's address, else the office's."""
    return case.institution.contact_email or settings.DEFAULT_FROM_EMAIL


def terms(case: Case) -> ProcessTerms:
    """Windows, standard of proof and grounds of appeal that govern the case."""
    return process_terms(case.policy_version)


def matter(case: Case) -> str:
    """What the case is about, to its respondent: the work or the words, never a name."""
    if case.assignment is not None:
        return _("your work in %(title)s") % {"title": case.assignment.title}
    if case.course is not None:
        return _("something in the course %(title)s") % {"title": case.course.title}
    return _("something that was reported to us")


def report_matter(report: Report) -> str:
    """What a report is about, to its reporter: the place, never the person."""
    if report.submission is not None:
        return _("a submission in %(title)s") % {"title": report.submission.assignment.title}
    if report.course is not None:
        return _("something in the course %(title)s") % {"title": report.course.title}
    return _("what you reported")


def _site(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def case_url(case: Case) -> str:
    """The respondent's page of the case."""
    return _site(reverse("my:case", args=[case.number]))


def appeal_url(case: Case) -> str:
    """Where the respondent appeals; it says so when the time has passed."""
    return _site(reverse("my:appeal", args=[case.number]))


def policy_label(version: Version) -> str:
    """The policy as people say it: "Honor code, version 4"."""
    return _("%(title)s, version %(number)s") % {
        "title": version.document.title,
        "number": version.number,
    }


def clause_label(allegation: Allegation) -> str:
    """The clause and its version: "clause 3.1, Honor code, version 4"."""
    label = policy_label(allegation.violation_type.version)
    clause = allegation.violation_type.clause
    return (
        _("clause %(clause)s, %(policy)s") % {"clause": clause, "policy": label}
        if clause
        else label
    )


def _governing(case: Case) -> Version:
    if case.policy_version is None:
        raise ValueError("A notified case has a governing version.")
    return case.policy_version


def _allegations(respondent: Respondent) -> list[Allegation]:
    return list(
        respondent.allegations.filter(withdrawn_at__isnull=True).select_related(
            "violation_type__version__document"
        )
    )


def notice_sent(
    case: Case, respondent: Respondent, *, questions: str, due_at: datetime
) -> payloads.NoticeSent:
    """The notice (PR1)."""
    version = _governing(case)
    with translation.override(respondent.user.language):
        return payloads.NoticeSent(
            case_number=case.number,
            matter=matter(case),
            policy_label=policy_label(version),
            policy_url=_site(version.get_absolute_url()),
            allegations=tuple(
                payloads.AllegationItem(
                    title=_alleged(allegation),
                    clause_label=clause_label(allegation),
                    clause_url=_site(allegation.violation_type.get_absolute_url()),
                    description=allegation.description,
                )
                for allegation in _allegations(respondent)
            ),
            evidence=tuple(
                payloads.EvidenceItem(
                    title=f"{evidence.label}: {evidence.title}", description=evidence.description
                )
                for evidence in shown_to(respondent).order_by("position")
            ),
            consequences=tuple(
                payloads.ConsequenceItem(title=item.title, description=item.description)
                for item in version.consequences.order_by("position")
                if item.code in sanctions.codes()
            ),
            rights=(
                _("You can agree, disagree or explain, separately for each point."),
                _("You can add files and tell us about your circumstances."),
                _("You can ask somebody you trust to help you with your answer."),
                _("If the decision goes against you, you can appeal to somebody else."),
            ),
            standard=str(terms(case).standard_label),
            message=questions,
            respond_by=due_at,
            respond_url=case_url(case),
            contact=contact(case),
        )


def _alleged(allegation: Allegation) -> str:
    title = allegation.violation_type.title
    if allegation.completion == Completion.ATTEMPTED:
        return _("%(violation)s (attempted)") % {"violation": title}
    return title


def notice_reminder(case: Case, respondent: Respondent) -> payloads.NoticeReminder:
    """A reminder of the newest notice."""
    notice = respondent.notices.first()
    if notice is None:
        raise ValueError("Nobody is reminded of a notice that was not sent.")
    with translation.override(respondent.user.language):
        return payloads.NoticeReminder(
            case_number=case.number,
            matter=matter(case),
            noticed_at=notice.sent_at,
            respond_by=notice.due_at,
            respond_url=case_url(case),
            contact=contact(case),
        )


def reminder_key(notice: Notice, count: int) -> str:
    """The key of the `count`-th reminder of a notice."""
    return f"notice_reminder:{notice.public_id}:{count}"


def reminders_sent(notice: Notice) -> int:
    """How many reminders of this notice were delivered."""
    return OutboxMessage.objects.filter(
        key__in=[reminder_key(notice, 1), reminder_key(notice, 2)], sent_at__isnull=False
    ).count()


def response_received(case: Case, response: Response) -> payloads.ResponseReceived:
    """The answer arrived."""
    words = {
        Stance.ADMIT: _("You agree that this happened."),
        Stance.CONTEST: _("You disagree."),
        Stance.EXPLAIN: _("You explain."),
    }
    respondent = response.respondent
    with translation.override(respondent.user.language):
        return payloads.ResponseReceived(
            case_number=case.number,
            matter=matter(case),
            received_at=response.submitted_at,
            answers=tuple(
                payloads.AnswerItem(
                    title=point.allegation.violation_type.title,
                    answer=str(words[Stance(point.stance)]),
                )
                for point in response.points.select_related("allegation__violation_type")
                if point.allegation is not None
            ),
            case_url=case_url(case),
            contact=contact(case),
        )


def _findings(determination: Determination) -> tuple[payloads.FindingItem, ...]:
    items = []
    for finding in determination.findings.select_related(
        "allegation__violation_type__version__document"
    ).order_by("allegation__position"):
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
                clause_url=_site(finding.allegation.violation_type.get_absolute_url()),
                outcome=outcome,
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
    version = _governing(case)
    respondent = determination.respondent
    rules = terms(case)
    with translation.override(respondent.user.language):
        penalty = determination.reasons_penalty
        if determination.departure_reason:
            penalty = f"{penalty}\n\n{determination.departure_reason}".strip()
        return payloads.DeterminationIssued(
            case_number=case.number,
            matter=matter(case),
            decided_at=clock.now(),
            policy_label=policy_label(version),
            policy_url=_site(version.get_absolute_url()),
            standard=str(rules.standard_label),
            findings=_findings(determination),
            reasons_finding=_reasons(determination),
            reasons_penalty=penalty,
            sanctions=sanction_items(determination.sanctions.select_related("consequence")),
            no_refunds=version.no_refunds,
            appeal_until=appeal_until,
            appeal_url=appeal_url(case),
            appeal_grounds=tuple(rules.appeal_grounds),
            contact=contact(case),
        )


def no_violation_found(case: Case, determination: Determination) -> payloads.NoViolationFound:
    """Nothing was found and nothing follows."""
    with translation.override(determination.respondent.user.language):
        return payloads.NoViolationFound(
            case_number=case.number,
            matter=matter(case),
            decided_at=clock.now(),
            findings=_findings(determination),
            reasons_finding=_reasons(determination),
            contact=contact(case),
        )


def certificate_withheld(
    case: Case, determination: Determination, *, result: str, appeal_until: datetime
) -> payloads.CertificateWithheld:
    """A certificate is withheld, by decision or because the course is no longer passed."""
    if case.course is None:
        raise ValueError("A certificate belongs to a course.")
    with translation.override(determination.respondent.user.language):
        return payloads.CertificateWithheld(
            case_number=case.number,
            course=case.course.title,
            certificate=_("Certificate for %(course)s") % {"course": case.course.title},
            decided_at=clock.now(),
            reason=_("It follows from the decision in this case."),
            result=result,
            no_refunds=_governing(case).no_refunds,
            appeal_until=appeal_until,
            appeal_url=appeal_url(case),
            contact=contact(case),
        )


def sanction_reversed(
    case: Case, sanction: Sanction, *, restored: Sequence[str], reason: str
) -> payloads.SanctionReversed:
    """A consequence was taken back."""
    with translation.override(sanction.respondent.user.language):
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
    with translation.override(sanction.respondent.user.language):
        return payloads.SuspensionEnded(
            case_number=case.number,
            started_at=sanction.starts_at,
            ended_at=sanction.ends_at,
            access=_("You can use your courses again."),
            contact=contact(case),
        )


def case_dismissed(case: Case, respondent: Respondent, *, reason: Any) -> OutboxMessage:
    """To a respondent who had been notified: it ends without a decision."""
    with translation.override(respondent.user.language):
        payload = payloads.CaseDismissed(
            case_number=case.number,
            matter=matter(case),
            dismissed_at=clock.now(),
            reason=str(reason),
            contact=contact(case),
        )
    return queue_for(
        "case_dismissed",
        case,
        respondent,
        payload,
        key=f"case_dismissed:{respondent.public_id}:{case.revision}",
    )


def report_closed(report: Report) -> payloads.ReportClosed:
    """To a reporter, in their language: one of three words, never the details (IN8)."""
    blob = report.reporter_sealed
    language = Recipient.sealed(report.reporter_ref, blob).language if blob is not None else "en"
    with translation.override(language):
        return payloads.ReportClosed(
            report_reference=report.reference,
            matter=report_matter(report),
            outcome=report.outcome,  # type: ignore[arg-type]
            contact=report.institution.contact_email or settings.DEFAULT_FROM_EMAIL,
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
        case_url=_site(reverse("desk:case", args=[case.number])),
        confirm_by=case.due_at,
    )


def render_for(event: str, respondent: Respondent, payload: Any) -> rendering.Rendered:
    """The letter as it would be written now, for a preview."""
    return rendering.render(
        registry.get(event),
        payload,
        recipient=Recipient.user(respondent.user),
        letter=True,
        at=clock.now(),
    )


def queue_for(
    event: str, case: Case, respondent: Respondent, payload: Any, *, key: str
) -> OutboxMessage:
    """Queue a letter to a respondent, in the transaction of what it tells."""
    return notifications.queue(
        event,
        recipient=Recipient.user(respondent.user),
        payload=payload,
        key=key,
        case_number=case.number,
        institution=case.institution.slug,
    )


def was_queued(key: str) -> bool:
    """Whether the message with this key exists."""
    return OutboxMessage.objects.filter(key=key).exists()


def certificate_state(respondent: Respondent) -> str:
    """The respondent's certificate in the course: none, issued, withheld or revoked."""
    enrolment = enrolment_of(respondent)
    return course_result(enrolment).certificate if enrolment is not None else "none"


def _decision_payload(
    case: Case, determination: Determination, *, appeal_until: datetime | None
) -> tuple[str, Any]:
    if appeal_until is None:
        return "no_violation_found", no_violation_found(case, determination)
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
        with translation.override(sanction.respondent.user.language):
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


def appeal_received(case: Case, appeal: Appeal) -> OutboxMessage:
    """The appeal arrived."""
    respondent = appeal.respondent
    titles = dict(terms(case).grounds)
    with translation.override(respondent.user.language):
        payload = payloads.AppealReceived(
            case_number=case.number,
            matter=matter(case),
            received_at=appeal.lodged_at,
            grounds=tuple(titles.get(code, code) for code in appeal.grounds),
            stayed=_("What was decided stays in force while we look at your appeal."),
            case_url=case_url(case),
            contact=contact(case),
        )
    return queue_for(
        "appeal_received", case, respondent, payload, key=f"appeal_received:{appeal.public_id}"
    )


def appeal_decided(case: Case, appeal: Appeal, *, changes: Sequence[str]) -> Letter:
    """The appeal was decided: outcome, reasons, what is different now."""
    respondent = appeal.respondent
    standing = appeal.determination.sanctions.filter(status=SanctionStatus.ACTIVE).select_related(
        "consequence"
    )
    with translation.override(respondent.user.language):
        payload = payloads.AppealDecided(
            case_number=case.number,
            matter=matter(case),
            decided_at=clock.now(),
            outcome=appeal.outcome,  # type: ignore[arg-type]
            reasons=appeal.reasons,
            changes=tuple(changes),
            conditions=appeal.conditions,
            sanctions=sanction_items(standing),
            no_refunds=_governing(case).no_refunds,
            case_url=case_url(case),
            contact=contact(case),
        )
    message = queue_for(
        "appeal_decided", case, respondent, payload, key=f"appeal_decided:{appeal.public_id}"
    )
    return message.letter

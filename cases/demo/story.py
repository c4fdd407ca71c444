"""A case taken through its stages by the services, for the demo world and the walkthrough.

Nothing here writes a row of a case itself: what people see in the demo is what the product does.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cases import supports
from cases.enums import EvidenceKind, FindingOutcome, ReportKind, ReportMode, Stance
from cases.governing import texts
from cases.models import (
    Appeal,
    Case,
    Determination,
    Notice,
    Report,
    Respondent,
    Response,
    Sanction,
)
from cases.selectors.report import office_for
from cases.services import (
    allegation,
    appeal,
    determination,
    evidence,
    intake,
    notice,
    response,
    sanction,
    triage,
)
from integrity.accounts.models import User
from integrity.courses.models import Course, Institution, Post, Submission
from notifications.models import Letter
from notifications.recipients import references_of
from notifications.services import delivery, reading
from policies.models import ViolationType
from policies.selectors import offered_types


def key() -> str:
    """A fresh form key, as every page of a form has one."""
    return uuid.uuid4().hex


def deliver() -> None:
    """Send what waits in the outbox, as the worker does."""
    delivery.deliver_due()


def offered(kind: str, code: str, institution: Institution | None = None) -> ViolationType:
    """The violation type with this code that a report of `kind` may name."""
    for item in offered_types(kind, institution=institution):
        if item.code == code:
            return item.types[0]
    raise LookupError(f"No policy in force names {code}.")


def flag(
    *,
    reporter: User,
    submission: Submission,
    code: str = "plagiarism",
    account: str,
    links: Sequence[str] = (),
    quoted: str = "",
    mode: str = ReportMode.CONFIDENTIAL,
) -> Report:
    """A learner flags a submission."""
    course = submission.assignment.course
    office = office_for(course)
    return intake.submit_report(
        actor=reporter,
        kind=ReportKind.FLAG,
        mode=mode,
        form_key=key(),
        institution=office,
        course=course,
        submission=submission,
        violation_type=offered(ReportKind.FLAG, code, office),
        account=account,
        quoted_text=quoted,
        links=list(links),
        good_faith=True,
        language=reporter.language,
    )


def incident(
    *, reporter: User, post: Post, code: str, account: str, mode: str = ReportMode.CONFIDENTIAL
) -> Report:
    """A learner reports how somebody behaved."""
    if post.course is None:
        raise ValueError("The demo's posts stand in courses.")
    return intake.submit_report(
        actor=reporter,
        kind=ReportKind.INCIDENT,
        mode=mode,
        form_key=key(),
        institution=office_for(post.course),
        course=post.course,
        post=post,
        violation_type=offered(ReportKind.INCIDENT, code),
        account=account,
        quoted_text=post.body,
        links=["https://forum.example/t/1"],
        visible_name=post.author.display_name,
        incident_at=post.created_at,
        good_faith=True,
        language=reporter.language,
    )


def violation(
    *,
    reporter: User,
    course: Course,
    code: str,
    account: str,
    links: Sequence[str] = (),
    mode: str = ReportMode.CONFIDENTIAL,
) -> Report:
    """A learner reports something that is no single piece of work."""
    office = office_for(course)
    return intake.submit_report(
        actor=reporter,
        kind=ReportKind.VIOLATION,
        mode=mode,
        form_key=key(),
        institution=office,
        course=course,
        violation_type=offered(ReportKind.VIOLATION, code, office),
        account=account,
        links=list(links),
        good_faith=True,
        language=reporter.language,
    )


@dataclass
class File:
    """The case of a report and the people who work on it.

    `who` is the address of the respondent meant, where there is more than one.
    """

    number: str
    moderator: User
    officer: User
    second: User
    who: str = ""

    @property
    def case(self) -> Case:
        return Case.objects.select_related("institution", "course").get(number=self.number)

    @property
    def respondent(self) -> Respondent:
        rows = Respondent.objects.select_related("user", "case").filter(case__number=self.number)
        return rows.get(user__email=self.who) if self.who else rows.get()

    def open(self, learner_email: str = "") -> Case:
        return triage.open_case(
            actor=self.moderator, number=self.number, learner_email=learner_email
        )

    def allege(self, code: str, description: str, completion: str = "completed") -> None:
        case = self.case
        violation = next(row for row in texts(case).violation_types() if row.code == code)
        allegation.add(
            actor=self.moderator,
            number=self.number,
            respondent_id=self.respondent.public_id,
            violation_type_id=violation.pk,
            completion=completion,
            description=description,
        )

    def add_source(self, title: str, text: str, description: str) -> None:
        evidence.add(
            actor=self.moderator,
            number=self.number,
            kind=EvidenceKind.QUOTE,
            title=title,
            text=text,
            description=description,
            form_key=key(),
        )

    def notify(self, questions: str) -> Notice:
        return notice.send(
            actor=self.moderator,
            number=self.number,
            respondent_id=self.respondent.public_id,
            questions=questions,
            revision=None,
        )

    def read_letters(self) -> None:
        """The learner opens every letter of the case that has arrived."""
        learner = self.respondent.user
        letters = Letter.objects.filter(
            case_number=self.number, recipient_ref__in=references_of(learner)
        )
        for letter in letters:
            reading.note_read(letter=letter, reader=learner)

    def answer(self, stance: str, text: str, mitigation: str = "") -> Response:
        respondent = self.respondent
        points = {
            str(item.public_id): (stance, "" if stance == Stance.ADMIT and not text else text)
            for item in respondent.allegations.filter(withdrawn_at__isnull=True)
        }
        return response.submit(
            actor=respondent.user,
            respondent_id=respondent.public_id,
            points=points,
            mitigation=mitigation,
            form_key=key(),
        )

    def find(
        self, reasons: str, answer: str, outcome: str = FindingOutcome.SHOWN, by: User | None = None
    ) -> Determination:
        respondent = self.respondent
        case = self.case
        officer = by or self.officer
        if case.assignee_id is None:
            triage.claim(actor=officer, number=self.number)
        return determination.record_findings(
            actor=officer,
            number=self.number,
            respondent_id=respondent.public_id,
            findings={
                str(item.public_id): (outcome, item.completion)
                for item in respondent.allegations.filter(withdrawn_at__isnull=True)
            },
            reasons_finding=reasons,
            answers={
                str(point.public_id): answer for point in determination.points_to_answer(respondent)
            },
            supports=self._rests_on(respondent),
        )

    def _rests_on(self, respondent: Respondent) -> dict[str, list[str]]:
        """What carries a finding: everything but detectors, unless there is nothing else."""
        shown = list(supports.usable(respondent))
        chosen = [row for row in shown if not supports.from_detector(row)] or shown
        return {
            str(item.public_id): [str(piece.public_id) for piece in chosen]
            for item in respondent.allegations.filter(withdrawn_at__isnull=True)
        }

    def advise(self, facts: Mapping[str, Any]) -> Any:
        return determination.advise(
            actor=self.officer,
            number=self.number,
            respondent_id=self.respondent.public_id,
            facts=facts,
        )

    def propose(
        self,
        facts: Mapping[str, Any],
        consequences: Sequence[str],
        reasons: str,
        *,
        params: Mapping[str, Mapping[str, Any]] | None = None,
        departure: str = "",
    ) -> Determination:
        return determination.propose(
            actor=self.officer,
            number=self.number,
            respondent_id=self.respondent.public_id,
            facts=facts,
            consequences=consequences,
            params=params,
            reasons_penalty=reasons,
            departure_reason=departure,
        )

    def confirm(self) -> Determination:
        proposed = self.respondent.determinations.get(status="proposed")
        return determination.confirm(
            actor=self.second,
            number=self.number,
            respondent_id=self.respondent.public_id,
            digest=proposed.digest,
        )

    def appeal(self, text: str, *grounds: str) -> Appeal:
        respondent = self.respondent
        return appeal.lodge(
            actor=respondent.user,
            respondent_id=respondent.public_id,
            grounds=grounds,
            text=text,
            form_key=key(),
        )

    def hear(self, judge: User, outcome: str, reasons: str, *, keep: Sequence[str] = ()) -> Appeal:
        """Somebody uninvolved decides the appeal; `keep` are codes of what stands."""
        waiting = self.respondent.appeals.get(outcome="")
        standing = waiting.determination.sanctions.filter(code__in=keep)
        return appeal.decide(
            actor=judge,
            number=self.number,
            appeal_id=waiting.public_id,
            outcome=outcome,
            reasons=reasons,
            keep=[str(row.public_id) for row in standing],
        )

    def reverse(self, by: User, code: str, reason: str) -> Sanction:
        """Take back one consequence of the case."""
        row = self.case.sanctions.get(code=code, respondent=self.respondent, status="active")
        return sanction.reverse(
            actor=by, number=self.number, sanction_id=row.public_id, reason=reason
        )

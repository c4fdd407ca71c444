"""A case about a post, and sanctions of it as rows, for tests of what they do to the record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cases import sanctions
from cases.enums import CaseKind, CaseStatus, DeterminationStatus, SanctionStatus
from cases.models import Case, Determination, Respondent, Sanction
from integrity.core import clock
from integrity.courses.models import Certificate
from policies.enums import ConsequenceCode
from tests.cases import builders as build
from tests.courses import builders as make

NAMED = tuple((code, "") for code in sanctions.codes())


class Talk:
    """A course with people, channels, a post and a submission, and a case about both."""

    def __init__(self) -> None:
        self.version = build.policy(consequences=NAMED)
        self.course = make.course()
        self.enrolment = make.enrol(self.course, make.person("Amara Okonjo"))
        self.learner = self.enrolment.learner
        self.peer = make.enrol(self.course, make.person("Tomás Rivera")).learner
        self.other = make.enrol(self.course, make.person("Wanjiru Kamau")).learner
        self.teacher = make.teach(self.course)
        self.channel = make.channel(self.course)
        self.cafe = make.channel(self.course, "Café")
        self.post = make.post(self.course, self.learner, channel=self.channel, body="You fool")
        self.mentor = make.role(self.course, self.learner)
        self.speaker = make.role(self.course, self.learner, "speaker")
        self.case: Case = build.case(
            learner=self.learner,
            course=self.course,
            kind=CaseKind.CONDUCT,
            post=self.post,
            status=CaseStatus.DECIDED,
            policy_version=self.version,
        )
        self.certificate: Certificate = make.certificate(self.enrolment)
        self.officer = build.officer()

    @property
    def respondent(self) -> Respondent:
        return Respondent.objects.select_related("case", "user").get(case=self.case)

    def sanction(
        self, code: str, params: Mapping[str, Any] | None = None, **fields: Any
    ) -> Sanction:
        """A sanction in force since now, of a determination of its own, not carried out yet."""
        handler = sanctions.handler(code)
        stored = handler.clean(self.respondent, params or {})
        at = clock.now()
        determination = Determination.objects.create(
            respondent=self.respondent,
            status=DeterminationStatus.SUPERSEDED,
            reasons_finding="It was read.",
            proposed_by=self.officer,
            proposed_at=at,
        )
        row = Sanction.objects.create(
            **{
                "case": self.case,
                "respondent": self.respondent,
                "determination": determination,
                "consequence": self.version.consequences.get(code=ConsequenceCode(code)),
                "code": code,
                "params": stored,
                "status": SanctionStatus.ACTIVE,
                "starts_at": at,
                "ends_at": handler.ends_at(stored, at),
                **fields,
            }
        )
        return self.again(row)

    def applied(self, code: str, params: Mapping[str, Any] | None = None) -> Sanction:
        """The same, carried out."""
        row = self.sanction(code, params)
        sanctions.handler(code).apply(row)
        return row

    @staticmethod
    def again(row: Sanction) -> Sanction:
        """As the services read it."""
        return Sanction.objects.select_related(
            "case__course", "respondent__user", "respondent__case", "consequence"
        ).get(pk=row.pk)

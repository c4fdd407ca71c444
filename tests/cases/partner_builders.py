"""A case in a degree: an institution with a policy and a desk of its own, beside the platform's."""

from __future__ import annotations

from cases.models import Appeal, Case, Respondent
from cases.services import appeal
from integrity.accounts.models import RoleGrant, User
from integrity.core import clock
from policies.enums import ConsequenceCode, StandardOfProof
from policies.models import Version
from tests.cases import builders as build
from tests.cases.test_process import World

OWN_REFUND = "The college keeps its fees."
OWN_CONSEQUENCES = (
    (ConsequenceCode.NO_ACTION, ""),
    (ConsequenceCode.WARNING_WRITTEN, ""),
    (ConsequenceCode.ASSIGNMENT_FAILED, ""),
)


class Partner(World):
    """As `World`, decided by the institution; `version` is its own policy.

    `moderator`, `officer` and `second` are of the institution, those of the platform are
    `platform_moderator`, `platform_officer` and `platform_second`.
    """

    def __init__(self) -> None:
        super().__init__()
        assert self.version is not None
        self.platform_text: Version = self.version
        self.platform_moderator = self.moderator
        self.platform_officer = self.officer
        self.platform_second = self.second
        self.institution = self.case.institution
        self.moderator = build.moderator("Gwen Ellis", self.institution)
        self.officer = build.officer("Owen Hughes", self.institution)
        self.second = build.officer("Siân Rowlands", self.institution)
        self.version: Version = self.own_text()
        Case.objects.filter(pk=self.case.pk).update(
            supplement=self.version, institution_decides=True
        )
        self.case.refresh_from_db()

    def own_text(self) -> Version:
        """What the institution says of its own; it says nothing of the time to appeal."""
        return build.policy(
            self.institution,
            violations=(("plagiarism", "Plagiarism at the college", "7.1"),),
            consequences=OWN_CONSEQUENCES,
            response_working_days=15,
            appeal_working_days=None,
            appeal_grounds=[],
            standard_of_proof=StandardOfProof.CLEAR,
            no_refunds=OWN_REFUND,
        )

    def decided(self, *codes: str) -> Partner:
        """Found, proposed by the officer and where needed confirmed by the second."""
        self.found()
        made = self.propose(list(codes or ("warning_written",)))
        if made.needs_second:
            self.confirm(made.digest)
        return self

    def appealed(self) -> Appeal:
        return appeal.lodge(
            actor=self.learner,
            respondent_id=self.rid,
            grounds=["new_evidence"],
            text="I have found my notes.",
            form_key="the-appeal-form",
        )

    def fresh(self) -> Case:
        return Case.objects.get(pk=self.case.pk)

    def respondents(self) -> Respondent:
        return Respondent.objects.select_related("case").get(case=self.case)

    def leaves(self, *people: User) -> None:
        """These have no role at the institution any more."""
        RoleGrant.objects.filter(user__in=people).update(ended_at=clock.now())
        for person in people:
            person.forget_roles()

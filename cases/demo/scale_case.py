"""A case to measure with from the notice on: the same rows the services would have written."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cases.demo import texts
from cases.demo.scale_filed import Filed
from cases.demo.scale_rows import ALLEGED, ANSWERED, ISSUED, PROPOSED
from cases.demo.scale_world import identity
from cases.enums import (
    AppealOutcome,
    Completion,
    DeterminationStatus,
    FindingOutcome,
    SanctionStatus,
    Stance,
)
from cases.enums import CaseStatus as S
from cases.models import (
    Allegation,
    Appeal,
    Determination,
    Disclosure,
    Finding,
    FindingSupport,
    Notice,
    PointAnswer,
    Response,
    ResponsePoint,
    Sanction,
)
from integrity.audit.services import Actor
from integrity.courses.enums import EffectKind
from integrity.courses.models import Effect


class Told(Filed):
    """A case with everything that belongs to its status."""

    def tell(self) -> None:
        super().tell()
        if self.has in (S.INVESTIGATION, *ALLEGED):
            data = {"reports": self.reporters_count}
            self._event(1.2, "case.opened", self.moderator, "moderator", data=data)
            self._allege()
        if self.has in ALLEGED:
            self._notify()
        if self.has in ANSWERED:
            self._answer()
        if self.has in PROPOSED:
            self._decide()
        self.pause()
        self.weigh()
        self.index()

    def _allege(self) -> None:
        self.allegation = self.add(
            Allegation(
                public_id=identity(self.rng),
                case=self.case,
                respondent=self.respondent,
                violation_type=self.violation,
                completion=Completion.COMPLETED,
                description=self.violation.description,
                position=1,
                added_by=self.moderator,
                added_at=self.at(1.4),
            )
        )
        self._event(
            1.4,
            "allegation.added",
            self.moderator,
            "moderator",
            subject=("allegation", str(self.allegation.public_id)),
            data={
                "violation": self.violation.code,
                "version": self.violation.version_id,
                "completion": Completion.COMPLETED,
                "respondent": str(self.respondent.public_id),
            },
        )

    def _notify(self) -> None:
        public_id = identity(self.rng)
        due_at = self._working(2.6, 10)
        letter = self._letter(
            2.6, "notice_sent", str(public_id), "A question about your work", texts.TAKEN
        )
        self.notice = self.add(
            Notice(
                public_id=public_id,
                respondent=self.respondent,
                letter=letter,
                questions=texts.QUESTIONS,
                due_at=due_at,
                sent_by=self.moderator,
                sent_at=self.at(2.6),
            )
        )
        self.add(
            Disclosure(evidence=self.piece, respondent=self.respondent, disclosed_at=self.at(2.6))
        )
        self._event(
            2.6,
            "notice.sent",
            self.moderator,
            "moderator",
            subject=("notice", str(public_id)),
            data={
                "respondent": str(self.respondent.public_id),
                "due_at": due_at.isoformat(),
                "evidence": [self.piece.label],
                "message": str(letter.message.public_id),
            },
        )

    def _answer(self) -> None:
        public_id = identity(self.rng)
        stance = self.rng.choice(Stance.values)
        response = self.add(
            Response(
                public_id=public_id,
                notice=self.notice,
                respondent=self.respondent,
                submitted_at=self.at(9),
                form_key=f"scale-{public_id.hex}",
            )
        )
        self.point = self.add(
            ResponsePoint(
                public_id=identity(self.rng),
                response=response,
                allegation=self.allegation,
                stance=stance,
                text="" if stance == Stance.ADMIT else "I took it into my notes and forgot.",
                position=1,
            )
        )
        self._event(
            9,
            "response.submitted",
            self.accused.user,
            "respondent",
            subject=("response", str(public_id)),
            data={
                "respondent": str(self.respondent.public_id),
                "stances": [stance],
                "files": 0,
            },
        )

    def _decide(self) -> None:
        code = "warning_written"
        if self.case.submission and self.rng.random() < 0.6:
            code = "assignment_failed"
        issued = self.has in ISSUED
        public_id = identity(self.rng)
        # A proposal always waits for somebody else; an officer alone issues the rest.
        two = self.has == S.APPROVAL or self.rng.random() < 0.3
        until = self._working(15.6, 10)
        letter = None
        if issued:
            letter = self._letter(
                15.6, "determination_issued", str(public_id), "Our decision", texts.SHOWS
            )
        self.determination = self.add(
            Determination(
                public_id=public_id,
                respondent=self.respondent,
                status=DeterminationStatus.ISSUED if issued else DeterminationStatus.PROPOSED,
                standard_of_proof=self.violation.version.standard_of_proof
                or "balance_of_probabilities",
                reasons_finding="The sentences are in both texts.",
                reasons_penalty="A part of the work is not the learner's own.",
                needs_second=two,
                found_by=self.officer,
                proposed_by=self.officer,
                proposed_at=self.at(14.6),
                history_opened_at=self.at(14.2),
                decided_by=(self.second if two else self.officer) if issued else None,
                decided_at=self.at(15.6) if issued else None,
                appeal_until=until if issued else None,
                letter=letter,
            )
        )
        finding = self.add(
            Finding(
                determination=self.determination,
                allegation=self.allegation,
                outcome=FindingOutcome.SHOWN,
                completion=Completion.COMPLETED,
            )
        )
        self.add(FindingSupport(finding=finding, evidence=self.piece))
        self.add(
            PointAnswer(
                determination=self.determination, point=self.point, text="We have weighed this."
            )
        )
        subject = ("determination", str(public_id))
        found = {"respondent": str(self.respondent.public_id)}
        findings = {self.violation.code: FindingOutcome.SHOWN.value}
        self._event(
            14,
            "findings.recorded",
            self.officer,
            "officer",
            subject=subject,
            data={
                **found,
                "findings": findings,
                "rests_on": {self.violation.code: [self.piece.label]},
            },
        )
        if two:
            self._event(
                14.6,
                "determination.proposed",
                self.officer,
                "officer",
                subject=subject,
                data={**found, "findings": findings, "sanctions": [code], "digest": ""},
            )
        self._follow(code, subject, {**found, "findings": findings}, two, until, issued=issued)
        if self.has == S.APPEAL:
            self._appeal()
        if self.has == S.CLOSED:
            if self.rng.random() < 0.08:
                self._appeal(AppealOutcome.UPHELD)
            self._event(33, "respondent.closed", Actor.system("deadlines"), data=found)

    def _follow(
        self,
        code: str,
        subject: tuple[str, str],
        data: dict[str, Any],
        two: bool,
        until: datetime,
        *,
        issued: bool,
    ) -> None:
        row = self.add(
            Sanction(
                public_id=identity(self.rng),
                case=self.case,
                respondent=self.respondent,
                determination=self.determination,
                consequence=self.place.consequences[self.violation.version_id][code],
                code=code,
                status=SanctionStatus.ACTIVE if issued else SanctionStatus.PROPOSED,
                starts_at=self.at(15.6) if issued else None,
            )
        )
        if not issued:
            return
        by = self.second if two else self.officer
        self._event(
            15.6,
            "determination.issued",
            by,
            "officer",
            subject=subject,
            data={
                **data,
                "sanctions": [code],
                "appeal_until": until.isoformat(),
                "second_officer": two,
                "digest": "",
            },
        )
        self._event(
            15.6,
            "sanction.applied",
            by,
            "officer",
            subject=("sanction", str(row.public_id)),
            data={"code": code, "starts_at": self.at(15.6).isoformat(), "ends_at": ""},
        )
        if code == "assignment_failed":
            self.add(
                Effect(
                    public_id=identity(self.rng),
                    kind=EffectKind.SCORE_ZERO,
                    source=row.source,
                    submission=self.case.submission,
                    starts_at=self.at(15.6),
                    created_at=self.at(15.6),
                )
            )

    def _appeal(self, outcome: str = "") -> None:
        public_id = identity(self.rng)
        judge = next(
            user for user in self.place.office.officers if user not in (self.officer, self.second)
        )
        letter = None
        if outcome:
            letter = self._letter(
                28, "appeal_decided", str(public_id), "Your appeal", "The decision stands."
            )
        self.add(
            Appeal(
                public_id=public_id,
                determination=self.determination,
                respondent=self.respondent,
                grounds=["facts"],
                text="I have found my first draft. It is older than the article.",
                lodged_at=self.at(21),
                form_key=f"scale-{public_id.hex}",
                outcome=outcome,
                reasons="Nothing in it is new." if outcome else "",
                decided_by=judge if outcome else None,
                decided_at=self.at(28) if outcome else None,
                letter=letter,
            )
        )
        known = {"respondent": str(self.respondent.public_id)}
        subject = ("appeal", str(public_id))
        self._event(
            21,
            "appeal.lodged",
            self.accused.user,
            "respondent",
            subject=subject,
            data={**known, "grounds": ["facts"]},
        )
        if outcome:
            self._event(
                28,
                "appeal.decided",
                judge,
                "officer",
                subject=subject,
                data={**known, "outcome": outcome},
            )

"""People who report each other, and the desk around them, for tests of what is noticed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from cases.models import Case, Report
from cases.services import intake
from integrity.accounts.models import User
from integrity.core import clock
from integrity.courses.models import Submission
from policies.enums import VersionStatus, ViolationKind
from policies.models import Version, ViolationType
from tests.cases import builders as build
from tests.cases.intake_builders import WORDS, scene
from tests.courses import builders as make


class Noticed:
    """Two learners of one course with a submission each, a desk of four, and reports by anybody."""

    def __init__(self) -> None:
        self.scene = scene()
        self.course = self.scene.course
        self.assignment = self.scene.assignment
        self.anna = self.scene.reporter
        self.ben = self.scene.learner
        self.of_ben = self.scene.submission
        self.of_anna = make.submission(self.assignment, self.anna)
        self.moderator = build.moderator()
        self.other = build.moderator("Tomasz Other")
        self.officer = build.officer()
        self.second = build.officer("Renata Villaseñor")

    def learner(self, name: str) -> User:
        person = make.person(name)
        make.enrol(self.course, person)
        return person

    def report(self, by: User | None, about: Submission | None, **changes: Any) -> Report:
        """A report through the service; about a submission, or about what words say."""
        kind = "flag" if about is not None else "violation"
        asked: dict[str, Any] = {
            "actor": by,
            "kind": kind,
            "mode": "confidential",
            "form_key": uuid4().hex,
            "institution": self.scene.platform,
            "course": self.course,
            "submission": about,
            "violation_type": self.scene.type("plagiarism"),
            "account": WORDS,
            "good_faith": True,
            "language": "en",
        }
        return intake.submit_report(**(asked | changes))

    def urgent(self, by: User | None, **changes: Any) -> Report:
        """A conduct incident of a kind that is urgent."""
        return self.report(
            by,
            None,
            **({"kind": "incident", "violation_type": self.scene.type("threats")} | changes),
        )

    def retaliation_type(self) -> ViolationType:
        """The conduct policy in force knows retaliation, and nothing else."""
        since = clock.now() - timedelta(days=30)
        version = Version.objects.create(
            document=self.scene.conduct.document, number=2, body="## 3", effective_at=since
        )
        ViolationType.objects.create(
            version=version,
            code="retaliation",
            title="Getting back at somebody",
            kind=ViolationKind.CONDUCT,
            position=1,
        )
        version.status = VersionStatus.PUBLISHED
        version.published_at = since
        version.save()
        return ViolationType.objects.get(code="retaliation")


def case_of(report: Report) -> Case:
    """The case a report was filed under, as it is now."""
    assert report.case_id is not None
    return Case.objects.get(pk=report.case_id)

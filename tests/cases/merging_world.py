"""A course with several cases about one assignment, and the desk around it."""

from __future__ import annotations

from cases.models import Case, Report
from integrity.accounts.models import User
from policies.models import Version
from tests.cases import builders as build
from tests.courses import builders as make


class Room:
    """Three learners, a case in triage about the work of each, and people of the desk."""

    def __init__(self) -> None:
        self.institution = make.institution()
        self.course = make.course(institution=self.institution)
        self.version: Version = build.policy()
        self.moderator: User = build.moderator()
        self.other: User = build.moderator("Milo Brandt")
        self.officer: User = build.officer()
        self.learners = [make.person(name) for name in ("Amara Okonjo", "Bruno Reyes", "Chen Li")]
        self.reporters = [make.person(f"Rosa Reporter {n}") for n in range(3)]
        self.cases: list[Case] = []
        self.reports: list[Report] = []
        self.assignment = make.assignment(self.course)
        for learner, reporter in zip(self.learners, self.reporters, strict=True):
            case = build.case(
                course=self.course,
                learner=learner,
                policy_version=self.version,
                assignment=self.assignment,
                submission=make.submission(self.assignment, learner),
                status="triage",
            )
            build.respondent(case, learner) if not case.respondents.exists() else None
            report = build.report(case, reporter)
            build.evidence(case, kind="submission", submission=case.submission, url="", text="x")
            build.evidence(case, report=report)
            self.cases.append(case)
            self.reports.append(report)

    @property
    def numbers(self) -> list[str]:
        return [case.number for case in self.cases]

    def fresh(self, place: int) -> Case:
        return Case.objects.get(pk=self.cases[place].pk)


def labels(case: Case) -> list[str]:
    return [piece.label for piece in case.evidence.order_by("position")]


def names(case: Case) -> list[str]:
    return list(case.respondents.order_by("pk").values_list("user__display_name", flat=True))

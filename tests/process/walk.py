"""Everybody who may come near a case, at every stage, asking for every step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import AnonymousUser

from cases import workflow
from cases.enums import CaseStatus, DeterminationStatus, ReceivedBy, ReportMode
from cases.models import Case, Determination, Respondent
from integrity.core import clock
from integrity.core.errors import IllegalTransition, NotFound, NotPermitted
from tests.cases import builders as build
from tests.courses import builders as make

ALLOWED = "yes"
# Who asks. From `own_moderator` on: in a case that the institution decides.
ROLES = (
    *("visitor", "system", "learner", "respondent", "co_respondent", "reporter", "adviser"),
    *("moderator_with_it", "moderator_without", "moderator_watching", "moderator_dismissed_it"),
    *("moderator_elsewhere", "officer", "officer_elsewhere", "officer_in_conflict"),
    *("officer_told_in_confidence", "officer_decided", "officer_settled_it"),
    *(
        "officer_proposed_it",
        "auditor",
        "administrator",
        "own_moderator",
        "own_officer",
        "platform_moderator",
        "platform_officer",
    ),
)
INSTITUTION_DECIDES = ROLES[ROLES.index("own_moderator") :]


class Everybody:
    """Two cases as rows: one the platform decides, one its institution decides."""

    def __init__(self) -> None:
        version = build.policy()
        elsewhere = make.institution()
        self.people: dict[str, Any] = {
            "visitor": AnonymousUser(),
            "system": None,
            "learner": make.person("Lea Learner"),
            "respondent": make.person(),
            "co_respondent": make.person("Balthazar Ollivander"),
            "reporter": make.person("Rosa Reporter"),
            "moderator_with_it": build.moderator(),
            "moderator_without": build.moderator("Tomasz Lem"),
            "moderator_watching": build.moderator("Wanda Watts"),
            "moderator_dismissed_it": build.moderator("Dina Smith"),
            "moderator_elsewhere": build.moderator("Ella Where", elsewhere),
            "officer": build.officer(),
            "officer_elsewhere": build.officer("Emil Where", elsewhere),
            "officer_in_conflict": build.officer("Conny Flick"),
            "officer_told_in_confidence": build.officer("Toni Told"),
            "officer_decided": build.officer("Dido Decider"),
            "officer_settled_it": build.officer("Siri Settler"),
            "officer_proposed_it": build.officer("Pola Proposer"),
            "auditor": build.auditor(),
            "administrator": build.administrator(),
            "platform_moderator": build.moderator("Paul Platform"),
            "platform_officer": build.officer("Pia Platform"),
        }
        people = self.people
        self.platforms = build.case(
            learner=people["respondent"],
            policy_version=version,
            assignee=people["moderator_with_it"],
            dismissed_by=people["moderator_dismissed_it"],
        )
        about = self.platforms.respondents.get()
        build.respondent(self.platforms, people["co_respondent"])
        build.report(self.platforms, people["reporter"])
        people["adviser"] = build.adviser(about).adviser
        build.watcher(self.platforms, people["moderator_watching"])
        build.conflict(self.platforms, people["officer_in_conflict"])
        build.report(
            self.platforms,
            mode=ReportMode.CONFIDENTIAL,
            received_by=ReceivedBy.PHONE,
            entered_by=people["officer_told_in_confidence"],
        )
        for name in ("officer_decided", "officer_settled_it"):
            Determination.objects.create(
                respondent=about,
                status=DeterminationStatus.SUPERSEDED,
                found_by=people[name],
                proposed_by=people[name],
                decided_by=people[name],
                decided_at=clock.now(),
                summary=name == "officer_settled_it",
            )
        Determination.objects.create(
            respondent=about,
            status=DeterminationStatus.PROPOSED,
            found_by=people["officer_proposed_it"],
            proposed_by=people["officer_proposed_it"],
        )
        place = make.institution()
        people["own_moderator"] = build.moderator("Gwen Ellis", place)
        people["own_officer"] = build.officer("Owen Hughes", place)
        self.institutions = build.case(
            institution=place,
            course=make.course(institution=place),
            policy_version=version,
            institution_decides=True,
            assignee=people["own_moderator"],
        )
        build.watcher(self.institutions, people["platform_moderator"])

    def at(self, status: str) -> None:
        """Let both cases and everybody in them stand there."""
        Respondent.objects.update(status=status)
        reason = "not_enough" if status == CaseStatus.DISMISSED else ""
        Case.objects.update(status=status, dismissal_reason=reason)
        for case in (self.platforms, self.institutions):
            case.refresh_from_db()

    def verdict(self, action: str, role: str) -> str:
        """What `workflow.require` answers: `yes`, 403, 404 or 409; guards are the caller's."""
        case = self.institutions if role in INSTITUTION_DECIDES else self.platforms
        respondent = case.respondents.order_by("pk").first()
        try:
            workflow.require(action, actor=self.people[role], case=case, respondent=respondent)
        except NotFound:
            return "404"
        except NotPermitted:
            return "403"
        except IllegalTransition:
            return "409"
        return ALLOWED


def rows() -> Iterator[tuple[str, str]]:
    """Every stage with every step, in the order of the table."""
    for action in workflow.TABLE:
        for status in CaseStatus:
            yield action, str(status)

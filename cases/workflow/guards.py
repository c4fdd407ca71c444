"""What must be there before a step: a guard answers None, or in words what is missing."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases import answerable, due_process, recommendation
from cases.enums import SUMMARY_CONSEQUENCES, CaseKind, DeterminationStatus
from cases.enums import CaseStatus as S
from cases.governing import texts
from cases.models import Case, Determination, Notice, Respondent
from cases.rules import scanned
from integrity.core import clock

Guard = Callable[[Case, Respondent | None], str | Promise | None]

BEFORE_DECISION = (S.TRIAGE, S.INVESTIGATION, S.NOTIFIED, S.REVIEW)


def named(case: Case, respondent: Respondent | None) -> str | Promise | None:
    if respondent is None and not case.respondents.exists():
        return _("Name the learner the report is about first.")
    return None


def claimed(case: Case, respondent: Respondent | None) -> str | Promise | None:
    return None if case.assignee_id else _("Claim the case first, so that others know who has it.")


def somebodys(case: Case, respondent: Respondent | None) -> str | Promise | None:
    # In triage it is everybody's.
    return None if case.status == S.TRIAGE else claimed(case, respondent)


def not_merged(case: Case, respondent: Respondent | None) -> str | Promise | None:
    if case.merged_into_id is not None:
        return _("Its reports are in another case now. Take the two apart again instead.")
    return None


def alleged(case: Case, respondent: Respondent | None) -> str | Promise | None:
    allegations = case.allegations.filter(withdrawn_at__isnull=True)
    if respondent is not None:
        allegations = allegations.filter(respondent=respondent)
    return None if allegations.exists() else _("Add at least one allegation first.")


def has_evidence(case: Case, respondent: Respondent | None) -> str | Promise | None:
    if scanned.passed(case.evidence.all()).exists():
        return None
    return _("Add the evidence the learner is to be shown.")


def nothing_held(case: Case, respondent: Respondent | None) -> str | Promise | None:
    if scanned.waiting(case):
        return _("A file waits for the virus scanner. Nobody can see it before it is checked.")
    return None


def nobody_notified(case: Case, respondent: Respondent | None) -> str | Promise | None:
    before = (S.TRIAGE, S.INVESTIGATION, S.DISMISSED)
    if case.respondents.exclude(status__in=before).exists():
        return _("A learner has been shown the evidence already.")
    return None


def no_notice(case: Case, respondent: Respondent | None) -> str | Promise | None:
    # Taken up again after the notice, the case stands in triage, and the learner was told still.
    if Notice.objects.filter(respondent__case=case).exists():
        return _("A learner has been shown the evidence already.")
    return None


def undecided(case: Case, respondent: Respondent | None) -> str | Promise | None:
    decided = case.respondents.exclude(status__in=(*BEFORE_DECISION, S.DISMISSED)).exists()
    if (
        decided
        or Determination.objects.filter(
            respondent__case=case, status=DeterminationStatus.ISSUED, annulled_at__isnull=True
        ).exists()
    ):
        return _("A decision stands in this case. Only a new decision can take its place.")
    return None


def in_one_letter(case: Case, respondent: Respondent | None) -> str | Promise | None:
    """Minor and first of its kind (PR5). One answer for every reason, so that it tells of none."""
    named = {item.code for item in texts(case).consequences()}
    if (
        respondent is None
        or case.kind != CaseKind.CONDUCT
        or not named & SUMMARY_CONSEQUENCES
        # Who was told in another way, and took the case up again, goes on in that way.
        or respondent.notices.exists()
        or recommendation.earlier_findings(respondent)
    ):
        return _("This cannot be settled in one letter. Please send the learner a notice instead.")
    return None


def answered_not_yet(case: Case, respondent: Respondent | None) -> str | Promise | None:
    if respondent is None or answerable.settled(respondent) is None:
        return _("This decision cannot be answered in this way any more.")
    return None


def stands(case: Case, respondent: Respondent | None) -> str | Promise | None:
    issued = Determination.objects.filter(
        respondent=respondent, status=DeterminationStatus.ISSUED, annulled_at__isnull=True
    )
    return None if issued.exists() else _("No decision stands here.")


def running(case: Case, respondent: Respondent | None) -> str | Promise | None:
    if case.paused_at is not None:
        return _("The time of this case stands still already.")
    if case.due_at is None or clock.now() > case.due_at:
        return _("The time for this stage is over. It cannot stand still any more.")
    return None


def paused(case: Case, respondent: Respondent | None) -> str | Promise | None:
    return None if case.paused_at is not None else _("The time of this case is running.")


def due_before_findings(case: Case, respondent: Respondent | None) -> str | Promise | None:
    return due_process.missing(respondent, due_process.BEFORE_FINDINGS)


def due_before_decision(case: Case, respondent: Respondent | None) -> str | Promise | None:
    return due_process.missing(respondent, due_process.BEFORE_DECISION)

"""The process as one table: `(status, action) -> target, permission, guards`.

Buttons, forms and enforcement all read it, and no status of a respondent or case is set anywhere
else. A step is taken per respondent; a case's status follows from its respondents (`settle`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases import rules
from cases.enums import CaseStatus as S
from cases.enums import DeterminationStatus
from cases.governing import texts
from cases.models import Case, Determination, Notice, Respondent
from cases.rules import scanned
from integrity.accounts.models import User
from integrity.accounts.rules import belongs_to
from integrity.core import clock
from integrity.core.calendar import add_working_days
from integrity.core.errors import IllegalTransition, NotFound, NotPermitted
from integrity.courses.selectors import holidays

Guard = Callable[[Case, Respondent | None], str | Promise | None]

# Targets of the desk, in working days from the start of a stage.
STAGE_WORKING_DAYS: dict[str, int] = {
    S.TRIAGE: 2,
    S.INVESTIGATION: 10,
    S.REVIEW: 10,
    S.APPROVAL: 3,
}

# How far a stage is along; the case stands where its slowest respondent stands.
ORDER = [
    S.TRIAGE,
    S.INVESTIGATION,
    S.NOTIFIED,
    S.REVIEW,
    S.APPROVAL,
    S.APPEAL,
    S.DECIDED,
    S.CLOSED,
]


class By:
    """Who may take a step."""

    DESK = "desk"  # a moderator or officer who works on the case
    OFFICER = "officer"
    HEARER = "hearer"  # an officer who may hear the appeal of this respondent
    UNDO = "undo"  # an officer, or whoever of the desk did what is undone
    RESPONDENT = "respondent"
    SYSTEM = "system"


@dataclass(frozen=True)
class Step:
    """One row of the table. `target` None leaves the status as it is.

    `decisive`: from these statuses the step is part of deciding. Where the institution decides it
    is for its own staff (PO5, `rules.decides`).
    """

    action: str
    sources: frozenset[str]
    target: str | None
    by: str
    label: str | Promise
    guards: tuple[Guard, ...] = ()
    decisive: frozenset[str] = frozenset()


def _named(case: Case, respondent: Respondent | None) -> str | Promise | None:
    if respondent is None and not case.respondents.exists():
        return _("Name the learner the report is about first.")
    return None


def _claimed(case: Case, respondent: Respondent | None) -> str | Promise | None:
    return None if case.assignee_id else _("Claim the case first, so that others know who has it.")


def _alleged(case: Case, respondent: Respondent | None) -> str | Promise | None:
    allegations = case.allegations.filter(withdrawn_at__isnull=True)
    if respondent is not None:
        allegations = allegations.filter(respondent=respondent)
    return None if allegations.exists() else _("Add at least one allegation first.")


def _has_evidence(case: Case, respondent: Respondent | None) -> str | Promise | None:
    if scanned.passed(case.evidence.all()).exists():
        return None
    return _("Add the evidence the learner is to be shown.")


def _nothing_held(case: Case, respondent: Respondent | None) -> str | Promise | None:
    if scanned.waiting(case):
        return _("A file waits for the virus scanner. Nobody can see it before it is checked.")
    return None


def _nobody_notified(case: Case, respondent: Respondent | None) -> str | Promise | None:
    before = (S.TRIAGE, S.INVESTIGATION, S.DISMISSED)
    if case.respondents.exclude(status__in=before).exists():
        return _("A learner has been shown the evidence already.")
    return None


def _no_notice(case: Case, respondent: Respondent | None) -> str | Promise | None:
    # Taken up again after the notice, the case stands in triage, and the learner was told still.
    if Notice.objects.filter(respondent__case=case).exists():
        return _("A learner has been shown the evidence already.")
    return None


def _evidence_shown(case: Case, respondent: Respondent | None) -> str | Promise | None:
    if respondent is None or respondent.disclosures.exists():
        return None
    return _("No evidence has been shown to the learner yet.")


def _step(
    action: str,
    sources: Iterable[str],
    target: str | None,
    by: str,
    label: str | Promise,
    *guards: Guard,
    decisive: Iterable[str] = (),
) -> Step:
    return Step(action, frozenset(sources), target, by, label, guards, frozenset(decisive))


BEFORE_DECISION = (S.TRIAGE, S.INVESTIGATION, S.NOTIFIED, S.REVIEW)


def _undecided(case: Case, respondent: Respondent | None) -> str | Promise | None:
    decided = case.respondents.exclude(status__in=(*BEFORE_DECISION, S.DISMISSED)).exists()
    if (
        decided
        or Determination.objects.filter(
            respondent__case=case, status=DeterminationStatus.ISSUED
        ).exists()
    ):
        return _("A decision stands in this case. Only a new decision can take its place.")
    return None


ANY_OPEN = (*BEFORE_DECISION, S.APPROVAL, S.DECIDED, S.APPEAL)

TABLE: dict[str, Step] = {
    step.action: step
    for step in (
        _step("open", [S.TRIAGE], S.INVESTIGATION, By.DESK, _("Open the case"), _named),
        _step(
            "dismiss",
            BEFORE_DECISION,
            S.DISMISSED,
            By.DESK,
            _("Dismiss with a reason"),
            _undecided,
            # Before the notice it is triage, in which the platform helps.
            decisive=(S.NOTIFIED, S.REVIEW),
        ),
        # Else it would decide a review that waits.
        _step(
            "reopen",
            [S.DISMISSED],
            S.TRIAGE,
            By.UNDO,
            _("Take up again"),
            decisive=[S.DISMISSED],
        ),
        _step(
            "review",
            [S.DISMISSED],
            S.TRIAGE,
            By.OFFICER,
            _("Look at the dismissal again"),
            decisive=[S.DISMISSED],
        ),
        _step(
            "allege",
            [S.INVESTIGATION],
            None,
            By.DESK,
            _("Add an allegation"),
            _claimed,
        ),
        # Only until the first notice: what a learner was told stays the text they answer to.
        _step(
            "set_incident",
            [S.TRIAGE, S.INVESTIGATION],
            None,
            By.DESK,
            _("Say when it happened"),
            _nobody_notified,
            _no_notice,
        ),
        # Only until the notice: what is added later would have to be shown and answered again.
        _step(
            "add_evidence",
            [S.TRIAGE, S.INVESTIGATION],
            None,
            By.DESK,
            _("Add evidence"),
            _nobody_notified,
        ),
        # At any time: a name that was overlooked is covered also after it was shown.
        _step(
            "redact",
            [*ANY_OPEN, S.CLOSED, S.DISMISSED],
            None,
            By.DESK,
            _("Cover parts of the evidence"),
        ),
        # What becomes evidence ends with the notice, and so does asking for it.
        _step(
            "ask_statement",
            [S.INVESTIGATION],
            None,
            By.DESK,
            _("Ask for a statement"),
            _claimed,
            _nobody_notified,
        ),
        _step("interim", [*BEFORE_DECISION, S.APPROVAL], None, By.DESK, _("Interim measure")),
        # It names the person who is protected.
        _step(
            "no_contact",
            [*BEFORE_DECISION, S.APPROVAL],
            None,
            By.OFFICER,
            _("No messages to one person"),
        ),
        _step("invite_adviser", ANY_OPEN, None, By.RESPONDENT, _("Ask somebody to help you")),
        _step("ask", [*BEFORE_DECISION, S.APPROVAL], None, By.DESK, _("Write to who reported")),
        # However far the case has come: danger and retaliation know no stage.
        _step("open_identity", S, None, By.OFFICER, _("Ask to see who reported")),
        _step("ask_consent", S, None, By.DESK, _("Ask whether somebody may be named")),
        _step("use_consent", S, None, By.OFFICER, _("Name somebody who agreed")),
        _step("note", [*ANY_OPEN, S.CLOSED, S.DISMISSED], None, By.DESK, _("Add a note")),
        _step(
            "notify",
            [S.INVESTIGATION],
            S.NOTIFIED,
            By.DESK,
            _("Send notice to the learner"),
            _claimed,
            _alleged,
            _nothing_held,
            _has_evidence,
        ),
        _step("respond", [S.NOTIFIED], S.REVIEW, By.RESPONDENT, _("Answer this letter")),
        _step(
            "lapse",
            [S.NOTIFIED],
            S.REVIEW,
            By.OFFICER,
            _("Go on without an answer"),
            decisive=[S.NOTIFIED],
        ),
        _step(
            "find",
            [S.REVIEW],
            None,
            By.DESK,
            _("Record findings"),
            _claimed,
            _nothing_held,
            _evidence_shown,
            decisive=[S.REVIEW],
        ),
        _step(
            "propose",
            [S.REVIEW],
            S.APPROVAL,
            By.DESK,
            _("Send to a second officer"),
            decisive=[S.REVIEW],
        ),
        _step(
            "decide",
            [S.REVIEW],
            S.DECIDED,
            By.OFFICER,
            _("Issue the decision"),
            decisive=[S.REVIEW],
        ),
        _step(
            "send_back",
            [S.APPROVAL],
            S.REVIEW,
            By.OFFICER,
            _("Send back"),
            decisive=[S.APPROVAL],
        ),
        _step(
            "confirm",
            [S.APPROVAL],
            S.DECIDED,
            By.OFFICER,
            _("Confirm and issue"),
            decisive=[S.APPROVAL],
        ),
        _step(
            "reverse",
            [S.DECIDED, S.CLOSED],
            None,
            By.OFFICER,
            _("Reverse a consequence"),
            decisive=[S.DECIDED, S.CLOSED],
        ),
        _step("appeal", [S.DECIDED], S.APPEAL, By.RESPONDENT, _("Appeal against this decision")),
        _step("uphold", [S.APPEAL], S.DECIDED, By.HEARER, _("Decide the appeal")),
        _step("remit", [S.APPEAL], S.REVIEW, By.HEARER, _("Send the case back for review")),
        _step(
            "take_up",
            [S.DECIDED, S.CLOSED],
            S.REVIEW,
            By.OFFICER,
            _("Look at the decision again"),
            decisive=[S.DECIDED, S.CLOSED],
        ),
        _step("close", [S.DECIDED], S.CLOSED, By.SYSTEM, _("Close")),
    )
}


# Not for who wrote down a report in confidence here, and so knows who reported (decision 0024).
BY_STRANGERS = frozenset(
    {"open", "dismiss", "find", "propose", "decide", "confirm", "uphold", "remit"}
)
KNOWS_WHO = _(
    "You wrote down a report here that was given in confidence. Because you know who reported, "
    "somebody else has to take this case and decide it."
)


def _permitted(step: Step, actor: User | None, case: Case, respondent: Respondent | None) -> bool:
    if step.by == By.SYSTEM:
        return actor is None
    if actor is None:
        return False
    if step.by == By.RESPONDENT:
        return respondent is not None and belongs_to(respondent.user, actor)
    if rules.access(actor, case) < rules.Access.WORK:
        return False
    if step.by == By.UNDO and case.dismissed_by_id == actor.pk:
        return True
    if step.by == By.HEARER:
        return respondent is not None and rules.hears(actor, respondent)
    if decisive(step, case, respondent, case.respondents.all):
        asked = rules.decides if step.by == By.DESK else rules.is_officer
        return asked(actor, case)
    return step.by == By.DESK or rules.oversees(actor, case)


def decisive(
    step: Step,
    case: Case,
    respondent: Respondent | None,
    everybody: Callable[[], Iterable[Respondent]],
) -> bool:
    """Whether the step is part of deciding a case that the institution decides.

    A step of the whole case takes `everybody` along, and the case stands where its slowest
    respondent stands: who is further on counts.
    """
    if not (step.decisive and case.institution_decides):
        return False
    if status_of(case, respondent) in step.decisive:
        return True
    return respondent is None and any(row.status in step.decisive for row in everybody())


def unmet(action: str, case: Case, respondent: Respondent | None = None) -> list[str | Promise]:
    """What is still missing before the step, in words for the person at the desk."""
    messages = (guard(case, respondent) for guard in TABLE[action].guards)
    return [message for message in messages if message is not None]


def status_of(case: Case, respondent: Respondent | None) -> str:
    """The status a step starts from: the respondent's own, else the case's."""
    return respondent.status if respondent is not None else case.status


def possible(
    action: str, *, actor: User | None, case: Case, respondent: Respondent | None = None
) -> bool:
    """Whether a button for the step is shown: permitted, and from this status. Guards aside."""
    step = TABLE[action]
    return status_of(case, respondent) in step.sources and _permitted(step, actor, case, respondent)


def require(
    action: str, *, actor: User | None, case: Case, respondent: Respondent | None = None
) -> Step:
    """The step, if `actor` may take it now on the locked case.

    Raises `NotFound` when the case does not exist for the actor, `NotPermitted` when the role does
    not reach, `IllegalTransition` from a wrong status or while something is missing.
    """
    step = TABLE[action]
    if step.by in (By.DESK, By.OFFICER, By.HEARER, By.UNDO) and (
        actor is None or rules.access(actor, case) == rules.Access.NONE
    ):
        raise NotFound
    if step.by == By.RESPONDENT and (
        respondent is None or not _permitted(step, actor, case, respondent)
    ):
        raise NotFound
    if not _permitted(step, actor, case, respondent):
        raise NotPermitted
    if action in BY_STRANGERS and actor is not None and rules.knows_who_reported(actor, case):
        raise NotPermitted(KNOWS_WHO)
    if status_of(case, respondent) not in step.sources:
        raise IllegalTransition
    missing = unmet(action, case, respondent)
    if missing:
        raise IllegalTransition(missing[0])
    return step


def take(step: Step, respondents: Iterable[Respondent], *, at: datetime | None = None) -> None:
    """Move these respondents to the step's target. The only place that sets their status."""
    if step.target is None:
        return
    at = at or clock.now()
    for respondent in respondents:
        if respondent.status in step.sources:
            respondent.status = step.target
            respondent.status_since = at
            respondent.save(update_fields=["status", "status_since"])


def settle(case: Case, *, alone: str | None = None) -> None:
    """Let the case's status and deadline follow from its respondents; saves nothing.

    `alone` is the status of a case nobody is named in yet.
    """
    statuses = set(case.respondents.values_list("status", flat=True))
    live = statuses - {S.DISMISSED}
    if live:
        status: str = min(live, key=lambda stage: ORDER.index(S(stage)))
    elif statuses:
        status = S.DISMISSED
    else:
        status = alone or case.status
    if status == S.NOTIFIED:
        case.due_at = Notice.objects.filter(
            respondent__case=case, respondent__status=S.NOTIFIED
        ).aggregate(last=Max("due_at"))["last"]
    elif status != case.status or case.due_at is None:
        case.due_at = stage_deadline(case, status)
    case.status = status


def stage_deadline(case: Case, status: str, *, at: datetime | None = None) -> datetime | None:
    """When the desk is due in this stage; None where the desk does not have the next step."""
    days = STAGE_WORKING_DAYS.get(status)
    if days is None:
        return None
    return add_working_days(
        at or clock.now(),
        days,
        zone=case.institution.time_zone,
        holidays=holidays(case.institution),
    )


def review_until(case: Case, *, closed_at: datetime) -> datetime:
    """Until when whoever reported may ask for a review of a dismissal (AP1), to the last second.

    The policy's time to appeal, counted from the closing message.
    """
    return add_working_days(
        closed_at,
        texts(case).terms.appeal_working_days,
        zone=case.institution.time_zone,
        holidays=holidays(case.institution),
    )

"""About policies, pledges and reviews."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyNewVersion:
    """To everybody whom a policy concerns: a new version. Policies are public, so the email says it
    all and no letter goes with it; addresses are full ones. `compare_url` shows what changed, where
    there was a version before; `pledge_until` is set where learners pledge anew and have time for
    it. `in_force`: it has taken effect already."""

    policy_title: str
    number: int
    effective_at: datetime
    in_force: bool = False
    change_summary: str = ""
    policy_url: str
    compare_url: str = ""
    pledge_until: datetime | None = None
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PledgeReminder:
    """To a learner who has not pledged yet, in one course (`course_title`) or in any. `pledge_url`
    is a full address; `pledge_until` is set while there is still time."""

    policy_title: str
    course_title: str = ""
    pledge_url: str
    pledge_until: datetime | None = None
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyYearly:
    """To everybody whom a policy concerns, once a year: that it is there and where. `policy_url` is
    a full address."""

    policy_title: str
    summary: str = ""
    effective_at: datetime
    policy_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyReviewDue:
    """To an administrator: the yearly review of a policy is due, or bringing it before everybody.
    `missing` are sentences about the latter. All but `contact` is letter only."""

    policy_title: str
    review_due: datetime | None = None
    overdue: bool = False
    missing: tuple[str, ...] = ()
    overview_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyReviewInvited:
    """To somebody who is asked to take part in the review of a policy. `capacity` is for whom they
    speak. All but `contact` is letter only."""

    policy_title: str
    capacity: str
    meeting_at: datetime
    meeting_place: str
    review_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAnswered:
    """To whoever asked about a policy. `about` is the clause and its version in words, `clause_url`
    that clause, `questions_url` the page of their own questions. All but `contact` is letter
    only."""

    about: str
    clause_url: str
    question: str
    asked_at: datetime
    answer: str
    answered_at: datetime
    questions_url: str
    contact: str

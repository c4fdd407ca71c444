"""What a reporter tells: cleaned, complete, and known again by its fingerprint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from cases.enums import ReportKind, ReportMode
from cases.services.clean import Problems
from integrity.core import clock
from integrity.courses.models import Course, Institution, Post, Submission
from policies.models import ViolationType

ACCOUNT_LENGTH = 4_000
QUOTE_LENGTH = 4_000
NAME_LENGTH = 150
# How much earlier than in UTC a day begins where it begins first.
EARLIEST_ZONE = timedelta(hours=14)


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What a reporter tells, cleaned. `digest` is the fingerprint of all of it."""

    kind: str
    mode: str
    institution: Institution
    course: Course | None = None
    submission: Submission | None = None
    post: Post | None = None
    code: str = ""
    account: str = field(default="", repr=False)
    quoted_text: str = field(default="", repr=False)
    visible_name: str = field(default="", repr=False)
    links: tuple[str, ...] = field(default=(), repr=False)
    incident_at: datetime | None = None
    incident_day_only: bool = False

    def digest(self, files: Sequence[str]) -> str:
        """SHA-256 of the answers and of the fingerprints of the files."""
        target = self.submission or self.post
        content = [
            *(self.kind, self.mode, self.institution.slug, self.code, self.account),
            *(self.quoted_text, self.visible_name, self.links, list(files)),
            self.course.slug if self.course else None,
            str(target.public_id) if target else None,
            self.incident_at.isoformat() if self.incident_at else None,
            self.incident_day_only,
        ]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def checked(
    *,
    kind: str,
    mode: str,
    institution: Institution,
    course: Course | None,
    submission: Submission | None,
    post: Post | None,
    violation_type: ViolationType | None,
    account: str,
    quoted_text: str,
    visible_name: str,
    links: Sequence[str],
    incident_at: datetime | None,
    incident_day_only: bool = False,
    good_faith: bool,
    by_desk: bool = False,
) -> Answers:
    """The answers, cleaned and complete. Raises `InvalidInput` with every problem at its field.

    A bare day has passed when it has begun somewhere on earth, for the reporter may be there.
    What is told to the office (`by_desk`) may describe the work in words, for a letter cannot
    point at it.
    """
    problems = Problems()
    if kind not in ReportKind.values:
        problems.add("kind", _("Choose what you want to report."))
    if mode not in ReportMode.values:
        problems.add("mode", _("Choose how you want to report."))
    account = problems.text("account", account, max_length=ACCOUNT_LENGTH)
    # A visitor cannot open the work, and describes it.
    described = by_desk or mode == ReportMode.ANONYMOUS
    in_words = kind != ReportKind.FLAG or (submission is None and described)
    if not in_words and submission is None:
        problems.add("submission", _("Choose the submission you want to flag."))
    elif in_words and not account:
        problems.add("account", _("Tell us what happened."))
    quoted_text = problems.text("quoted_text", quoted_text, max_length=QUOTE_LENGTH)
    visible_name = problems.text(
        "visible_name", visible_name, max_length=NAME_LENGTH, single_line=True
    )
    addresses = problems.links("links", links)
    if incident_at is not None and incident_at > latest(day_only=incident_day_only):
        problems.add("incident_at", _("Enter a time that has passed."))
    if not good_faith:
        problems.add(
            "good_faith", _("Tell us that you said what you know, as truthfully as you can.")
        )
    problems.stop()
    incident_day_only = incident_day_only and incident_at is not None
    if submission is not None:
        course = submission.assignment.course
        incident_at = incident_at or submission.submitted_at
    elif post is not None:
        course = post.course
        incident_at = incident_at or post.created_at
    return Answers(
        kind=kind,
        mode=mode,
        institution=institution,
        course=course,
        submission=submission,
        post=post,
        code=violation_type.code if violation_type else "",
        account=account,
        quoted_text=quoted_text,
        visible_name=visible_name,
        links=addresses,
        incident_at=incident_at,
        incident_day_only=incident_day_only,
    )


def latest(*, day_only: bool, at: datetime | None = None) -> datetime:
    """The last instant, or the last bare day as it is stored, that has come by `at` (now)."""
    at = at or clock.now()
    return at + EARLIEST_ZONE if day_only else at

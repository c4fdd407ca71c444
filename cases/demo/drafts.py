"""What is not finished: reports that were not sent, and a policy somebody is working on."""

from __future__ import annotations

from datetime import timedelta

from cases.demo import texts
from cases.demo.story import key, offered
from cases.demo.tale import Cast
from cases.enums import ReportKind, ReportMode
from cases.services import drafts
from integrity.accounts.enums import Role
from integrity.audit import services as audit
from integrity.courses.models import Course, Submission
from policies.models import Document
from policies.services import create_draft


def tell(cast: Cast) -> None:
    """A draft of the reporter and of the learner, and the next version of the honor code."""
    work = cast.work("sam.li", "data-ethics", "Essay 1", 9, own="I counted twice.")
    cast.timeline.add(1.3, lambda: _flag(cast, work))
    cast.timeline.add(0.4, lambda: _violation(cast))
    cast.timeline.add(20, lambda: _next_honor_code(cast))


def _flag(cast: Cast, work: Submission) -> None:
    drafts.start(
        actor=cast.people["reporter"],
        kind=ReportKind.FLAG,
        form_key=key(),
        submission=work,
        page=drafts.Page(
            step=1,
            violation_type=offered(ReportKind.FLAG, "plagiarism"),
            account=texts.SEEN,
            links=[texts.LINK],
        ),
    )


def _violation(cast: Cast) -> None:
    drafts.start(
        actor=cast.people["learner"],
        kind=ReportKind.VIOLATION,
        form_key=key(),
        page=drafts.Page(
            step=1,
            violation_type=offered(ReportKind.VIOLATION, "account_sharing"),
            course=Course.objects.get(slug="programming"),
            course_asked=True,
            mode=ReportMode.CONFIDENTIAL,
            account="Somebody in our group offers her password to everybody before a test.",
        ),
    )


def _next_honor_code(cast: Cast) -> None:
    document = Document.objects.get(slug="honor-code")
    before = document.versions.order_by("-number")[0]
    create_draft(
        actor=audit.Actor.user(cast.people["admin"].public_id, role=Role.ADMINISTRATOR),
        document=document,
        body=before.body + "\nIf you are not sure whether something is allowed, ask first.\n",
        effective_at=cast.timeline.end + timedelta(days=60),
        change_summary="You can ask before you hand in, and get an answer in writing.",
    )

"""Two texts beside each other: one comparison that is evidence, one that stays with the desk."""

from __future__ import annotations

from cases.demo.story import key
from cases.demo.tale import Cast
from cases.enums import CaseStatus, EvidenceKind
from cases.models import Case, Respondent
from cases.services import comparing
from cases.services.compared_texts import Given
from integrity.accounts.models import User


def tell(cast: Cast) -> None:
    """In the case about an essay that is being looked into."""
    cast.timeline.add(7.0, lambda: _compare(cast, "omar.farouk"))


def _compare(cast: Cast, learner: str) -> None:
    case = (
        Respondent.objects.filter(user=cast.people[learner], case__status=CaseStatus.INVESTIGATION)
        .select_related("case__assignee", "case__submission", "case__assignment")
        .order_by("-pk")[0]
        .case
    )
    actor = case.assignee
    source = case.evidence.filter(kind=EvidenceKind.QUOTE).first()
    if actor is None or source is None or case.submission is None:
        return
    essay = Given(submission_id=case.submission.public_id)
    row = comparing.make(
        actor=actor,
        number=case.number,
        a=essay,
        b=Given(evidence_id=source.public_id),
        form_key=key(),
    )
    comparing.attach(
        actor=actor,
        number=case.number,
        public_id=row.public_id,
        title=f"Comparison of the essay with {source.label}",
        description="Passage 1 stands in both, word for word, without quotation marks.",
        form_key=key(),
    )
    _working_paper(actor, case, essay)


def _working_paper(actor: User, case: Case, essay: Given) -> None:
    """With a passage set aside: what the assignment itself asks about."""
    words = case.assignment.instructions if case.assignment else ""
    row = comparing.make(
        actor=actor,
        number=case.number,
        a=essay,
        b=Given(title="The reading list of week 3", text=words or "Nothing of it."),
        form_key=key(),
    )
    if row.result["passages"]:
        comparing.set_aside(
            actor=actor,
            number=case.number,
            public_id=row.public_id,
            passages=[1],
            reason="assignment",
        )

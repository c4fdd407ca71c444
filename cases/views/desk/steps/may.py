"""Who may take a step: what the buttons ask, read from the table of the workflow."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse

from cases import rules, workflow
from cases.models import Respondent
from cases.selectors.case_head import Head
from integrity.core.errors import NotFound, NotPermitted


def may(
    action: str, head: Head, respondent: Respondent | None = None, *, hears: bool | None = None
) -> bool:
    """Whether a button for the step is shown: `workflow.possible` without its queries.

    `hears`: whether the reader may hear the respondent's appeal; None: whoever determines it does.
    """
    step = workflow.TABLE[action]
    status = workflow.status_of(head.case, respondent)
    return head.works and status in step.sources and _permitted(step, head, respondent, hears)


def _permitted(
    step: workflow.Step, head: Head, respondent: Respondent | None, hears: bool | None
) -> bool:
    if head.knows_who and step.action in workflow.BY_STRANGERS:
        return False
    if step.by == workflow.By.HEARER:
        return head.judges if hears is None else hears
    if step.by == workflow.By.UNDO and head.dismissed_here:
        return True
    if workflow.decisive(step, head.case, respondent, lambda: head.respondents):
        return head.decides if step.by == workflow.By.DESK else head.judges
    by_officers = (workflow.By.OFFICER, workflow.By.UNDO)
    return step.by == workflow.By.DESK or (step.by in by_officers and head.officer)


def require(
    action: str, head: Head, respondent: Respondent | None = None, *, hears: bool | None = None
) -> None:
    """Raise as the service would, before its form is shown to somebody it would refuse."""
    step = workflow.TABLE[action]
    status = workflow.status_of(head.case, respondent)
    if not head.works or not _permitted(step, head, respondent, hears):
        knows = head.knows_who and step.action in workflow.BY_STRANGERS
        raise NotPermitted(workflow.KNOWS_WHO if knows else head.decider or None)
    if status not in step.sources:
        raise workflow.too_early(action, respondent)


def respondent_of(head: Head, public_id: UUID) -> Respondent:
    """The respondent of this case; one of another case is not found (HOSTILE 17)."""
    for respondent in head.respondents:
        if respondent.public_id == public_id:
            # Shared, so that guards that look at the case do not read it again.
            respondent.case = head.case
            return respondent
    raise NotFound


def url(name: str, head: Head, *args: object) -> str:
    """The address of a page of this case."""
    return reverse(f"desk:{name}", args=[head.case.number, *args])


def permissions(head: Head) -> dict[str, bool]:
    """The steps the page offers beside the next one."""
    actions = (
        *("allege", "ask_statement", "add_evidence", "ask", "set_incident"),
        *("dismiss", "reopen", "note", "reverse", "open_identity"),
        *("merge", "split", "link", "bad_faith"),
    )
    beside = {
        action: any(may(action, head, row) for row in head.respondents)
        for action in ("interim", "meet", "annul")
    }
    return {**{action: may(action, head) for action in actions}, **beside}


def of_the_desk(head: Head) -> None:
    """Raise `NotPermitted` for an auditor: steps are for moderators and officers."""
    if head.access == rules.Access.READ:
        raise NotPermitted

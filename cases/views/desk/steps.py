"""What can be done next with a case: buttons and checks, read from the workflow's table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases import rules, workflow
from cases.enums import CaseStatus as S
from cases.enums import DeterminationStatus, DismissalReason, FindingOutcome
from cases.models import Case, Respondent
from cases.selectors.case_head import Head
from cases.selectors.case_page import CasePage, Progress
from cases.selectors.words import day
from integrity.accounts.models import User
from integrity.core import clock
from integrity.core.errors import IllegalTransition, NotFound, NotPermitted

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Button:
    """A step as a button: a page to go to, or with `post` a form that does it at once."""

    label: Text
    url: str
    post: bool = False
    main: bool = False


@dataclass(frozen=True)
class Next:
    """The next step in words, its buttons, and what is still missing before it."""

    title: Text
    text: Text = ""
    buttons: list[Button] = field(default_factory=list)
    missing: Sequence[Text] = ()


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
    if step.by == workflow.By.UNDO:
        return head.judges or head.dismissed_here
    if workflow.decisive(step, head.case, respondent, lambda: head.respondents):
        return head.decides if step.by == workflow.By.DESK else head.judges
    return step.by == workflow.By.DESK or (step.by == workflow.By.OFFICER and head.officer)


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
        raise IllegalTransition


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


def next_step(page: CasePage, user: User) -> Next:
    """The next step of the case: that of the respondent who is furthest behind."""
    head = page.head
    if head.case.status == S.TRIAGE:
        return _triage(head)
    if head.case.status == S.DISMISSED:
        return _dismissed(page, user)
    if head.case.status == S.CLOSED:
        return Next(_("Closed"), _("Nothing is left to do."))
    waiting = [p for p in page.progress if p.respondent.status in workflow.ORDER]
    if not waiting:
        return Next(_("Nothing is left to do"))
    progress = min(waiting, key=lambda p: workflow.ORDER.index(S(p.respondent.status)))
    step = _of_respondent(page, progress, user)
    if len(page.progress) > 1:
        about = _("About %(name)s.") % {"name": progress.respondent.user.display_name}
        return Next(step.title, f"{about} {step.text}".strip(), step.buttons, step.missing)
    return step


def _claim(head: Head) -> Button:
    return Button(_("Claim the case"), url("claim", head), post=True, main=True)


def _triage(head: Head) -> Next:
    case = head.case
    if not head.works:
        return Next(_("In triage"), _("Somebody decides whether it is looked into."))
    if head.knows_who:
        return Next(_("Next: somebody else takes it"), workflow.KNOWS_WHO)
    buttons = [
        Button(_("Open the case"), url("open", head), main=True),
        Button(_("Dismiss with a reason"), url("dismiss", head)),
    ]
    if case.assignee_id is None:
        buttons.append(Button(_("Only claim it"), url("claim", head), post=True))
        text = _("Who opens it, has it.")
    else:
        text = _("Names and evidence are shown once it is open.")
    return Next(_("Next: open or dismiss"), text, buttons)


def _dismissed(page: CasePage, user: User) -> Next:
    head = page.head
    reason = DismissalReason(head.case.dismissal_reason).label
    buttons = [Button(_("Take up again"), url("reopen", head))] if may("reopen", head) else []
    waiting = [line.review for line in page.reports if line.review and not line.review.outcome]
    if not waiting:
        return Next(_("Dismissed"), reason, buttons)
    text = _("%(reason)s. Whoever reported asks for another look.") % {"reason": reason}
    had_a_hand = head.dismissed_here or head.knows_who or head.case.assignee_id == user.pk
    if may("review", head) and not had_a_hand:
        read = url("review", head, waiting[0].public_id)
        buttons.insert(0, Button(_("Decide the review"), read, main=True))
    else:
        text += " " + _("An officer who had no part in it decides.")
    return Next(_("Dismissed"), text, buttons)


def nobody_left(case: Case) -> Text:
    """That nobody of the institution can be the second officer, and who can be asked."""
    return _(
        "Nobody else of %(institution)s can confirm it: it needs one more officer there. An "
        "administrator of the platform can give somebody of the institution this role."
    ) % {"institution": case.institution}


# Who claims the case, has a hand in it and could not confirm or hear an appeal.
_NOT_CLAIMED = (S.APPROVAL, S.DECIDED, S.APPEAL)


def _of_respondent(page: CasePage, progress: Progress, user: User) -> Next:
    head = page.head
    respondent = progress.respondent
    if head.works and head.case.assignee_id is None and respondent.status not in _NOT_CLAIMED:
        return Next(_("Next: claim the case"), _("So that others know who has it."), [_claim(head)])
    if respondent.status == S.INVESTIGATION:
        return _investigation(page, progress)
    if respondent.status == S.NOTIFIED:
        return _notified(page, progress)
    if respondent.status == S.REVIEW:
        return _review(page, progress)
    if respondent.status == S.APPROVAL:
        return _approval(page, progress, user)
    if respondent.status == S.APPEAL:
        return _appeal(page, progress)
    return _decided(progress)


def _investigation(page: CasePage, progress: Progress) -> Next:
    head, respondent = page.head, progress.respondent
    allege = Button(_("Add an allegation"), url("allege", head), main=not progress.allegations)
    evidence = Button(_("Add evidence"), url("add_evidence", head))
    if not head.works:
        return Next(_("Being investigated"))
    if not progress.allegations:
        return Next(
            _("Next: say what is alleged"),
            _("Each allegation names one clause of the governing policy."),
            [allege, evidence],
        )
    if not page.evidence:
        main = Button(evidence.label, evidence.url, main=True)
        return Next(
            _("Next: add the evidence"),
            _("The learner is shown everything you decide upon."),
            [main, allege],
        )
    return Next(
        _("Next: send the notice"),
        _("It tells the learner what is alleged, shows the evidence and asks for an answer."),
        [
            Button(_("Write the notice"), url("notice", head, respondent.public_id), main=True),
            allege,
            evidence,
        ],
    )


def _notified(page: CasePage, progress: Progress) -> Next:
    head, notice = page.head, progress.notice
    buttons = []
    if notice is None:
        return Next(_("Next: wait for the answer"))
    over = clock.now() > notice.due_at
    if over and may("lapse", head, progress.respondent):
        buttons.append(
            Button(
                _("Go on without an answer"),
                url("lapse", head, progress.respondent.public_id),
            )
        )
    if over:
        return Next(
            _("The time to answer has passed"),
            _("An officer can go on without an answer, with a reason."),
            buttons,
        )
    return Next(
        _("Next: wait for the answer"),
        _("The learner can answer until %(day)s.") % {"day": head.due_day},
    )


def _review(page: CasePage, progress: Progress) -> Next:
    head, draft = page.head, progress.determination
    key = progress.respondent.public_id
    if not may("find", head, progress.respondent):
        return Next(_("Next: the findings, then the decision"), head.decider)
    if draft is None or draft.status != DeterminationStatus.DRAFT:
        number = len(progress.allegations)
        title = ngettext("Next: record the finding", "Next: record %(count)s findings", number) % {
            "count": number
        }
        buttons = [Button(_("Record the findings"), url("findings", head, key), main=True)]
        return Next(title, _("Then the decision can be written."), buttons)
    shown = any(line.finding == FindingOutcome.SHOWN for line in progress.allegations)
    buttons = [
        Button(
            _("Propose a consequence") if shown else _("Write the decision"),
            url("consequence", head, key),
            main=True,
        ),
        Button(_("Change the findings"), url("findings", head, key)),
    ]
    if draft.return_reason:
        title, text = _("Sent back by the second officer"), draft.return_reason
    elif shown:
        title, text = _("Next: propose what follows"), _("The findings are recorded.")
    else:
        title, text = _("Next: write the decision"), _("Nothing was shown, so nothing follows.")
    return Next(title, text, buttons)


def _approval(page: CasePage, progress: Progress, user: User) -> Next:
    head, proposal = page.head, progress.determination
    waits = _("Waits for a second officer")
    if not progress.second_left and not rules.vacant(head.case):
        return Next(waits, nobody_left(head.case))
    if proposal is not None and proposal.is_by(user):
        return Next(waits, _("Another officer has to confirm what you proposed."))
    if not may("confirm", head, progress.respondent):
        return Next(waits, head.decider or _("An officer has to confirm the proposal."))
    return Next(
        _("Next: confirm or send back"),
        _("Read the proposal as a whole. You decide together with the person who made it."),
        [
            Button(
                _("Read the proposal"),
                url("confirm", head, progress.respondent.public_id),
                main=True,
            )
        ],
    )


def _appeal(page: CasePage, progress: Progress) -> Next:
    head, appeal = page.head, progress.appeal
    title = _("Waits for the decision on the appeal")
    text: Text = _("An officer who had no hand in the decision hears it.")
    if head.case.institution_decides and not progress.hearer_left:
        text = _(
            "%(institution)s has no officer who had no hand in it. An officer of the platform "
            "hears the appeal, under the policy of the institution."
        ) % {"institution": head.case.institution}
    elif head.decider:
        text = f"{head.decider} {text}"
    if appeal is None or not may("uphold", head, progress.respondent, hears=progress.hears):
        return Next(title, text)
    read = url("appeal", head, appeal.public_id)
    if progress.involved:
        text = _("You had a hand in this decision, so somebody else hears the appeal.")
        return Next(title, text, [Button(_("Read the appeal"), read)])
    return Next(
        _("Next: decide the appeal"),
        _("You had no hand in the decision, so you can hear it.") if progress.hearer_left else text,
        [Button(_("Decide the appeal"), read, main=True)],
    )


def _decided(progress: Progress) -> Next:
    decision = progress.determination
    appeal = progress.appeal
    if appeal is not None and (decision is None or appeal.determination_id == decision.pk):
        outcome = _("%(outcome)s. It closes by itself.")
        return Next(_("The appeal is decided"), outcome % {"outcome": appeal.get_outcome_display()})
    until = decision.appeal_until if decision is not None else None
    if until is None or clock.now() > until:
        return Next(_("Decided"), _("Nothing is left to do."))
    return Next(_("Decided"), _("The learner can appeal until %(day)s.") % {"day": day(until)})


def permissions(head: Head) -> dict[str, bool]:
    """The steps the page offers beside the next one."""
    actions = (
        *("allege", "ask_statement", "add_evidence", "ask", "set_incident"),
        *("dismiss", "reopen", "note", "reverse", "open_identity"),
    )
    interim = any(may("interim", head, row) for row in head.respondents)
    return {**{action: may(action, head) for action in actions}, "interim": interim}


def more(head: Head, user: User) -> list[Button]:
    """What else can be done with the case, none of it the next step."""
    case = head.case
    buttons: list[Button] = []
    if not head.works:
        return buttons
    if case.assignee_id == user.pk:
        buttons.append(Button(_("Give back to the queue"), url("release", head), post=True))
    elif case.assignee_id is None and case.status not in (
        S.TRIAGE, S.APPEAL, S.CLOSED, S.DISMISSED,
    ):  # fmt: skip
        buttons.append(Button(_("Claim the case"), url("claim", head), post=True))
    if head.watching:
        buttons.append(Button(_("Stop following"), url("unwatch", head), post=True))
    else:
        buttons.append(Button(_("Follow"), url("watch", head), post=True))
    if may("dismiss", head) and case.status != S.TRIAGE:
        buttons.append(Button(_("Dismiss with a reason"), url("dismiss", head)))
    buttons += _look_again(head)
    buttons.append(Button(_("Declare a conflict of interest"), url("conflict", head)))
    return buttons


def _look_again(head: Head) -> list[Button]:
    """Taking a decision up again, for each respondent it can be done for."""
    label = _("Look at the decision again")
    several = len(head.respondents) > 1
    return [
        Button(
            _("%(label)s: %(name)s") % {"label": label, "name": row.user.display_name}
            if several
            else label,
            url("take_up", head, row.public_id),
        )
        for row in head.respondents
        if may("take_up", head, row)
    ]


def of_the_desk(head: Head) -> None:
    """Raise `NotPermitted` for an auditor: steps are for moderators and officers."""
    if head.access == rules.Access.READ:
        raise NotPermitted


@dataclass(frozen=True, slots=True)
class Tab:
    """A part of the case; no count where counting says nothing."""

    label: Text
    url: str
    count: int | None = None


def frame(head: Head, user: User) -> dict[str, Any]:
    """What the head of every page of a case needs."""
    counts = head.counts
    case = head.case
    if case.assignee is None:
        whom = _("With nobody yet")
    elif case.assignee_id == user.pk:
        whom = _("With you since %(day)s") % {"day": head.since}
    else:
        whom = _("With %(name)s since %(day)s") % {
            "name": case.assignee.display_name,
            "day": head.since,
        }
    return {
        "head": head,
        "case": case,
        "with_whom": whom,
        "tabs": [
            Tab(_("Case"), url("case", head)),
            Tab(_("Letters and answers"), url("case_letters", head), counts["letters"]),
            Tab(_("Notes"), url("notes", head), counts["notes"]),
            Tab(_("People"), url("people", head)),
            Tab(_("History"), url("history", head), counts["events"]),
        ],
    }

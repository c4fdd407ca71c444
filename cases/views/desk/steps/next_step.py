"""The next step of a case in words."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases import rules, workflow
from cases.enums import (
    CaseKind,
    DeterminationStatus,
    DismissalDetail,
    DismissalReason,
    FindingOutcome,
)
from cases.enums import CaseStatus as S
from cases.models import Case
from cases.selectors.case_head import Head
from cases.selectors.case_page import CasePage, Progress
from cases.selectors.duplicates import dealt_with_in
from cases.selectors.words import day
from cases.views.desk.steps.buttons import Button, Next, Text
from cases.views.desk.steps.may import may, url
from cases.windows import Window
from integrity.accounts.models import User
from integrity.core import clock
from notifications.enums import State


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
    reason: Text = DismissalReason(head.case.dismissal_reason).label
    if head.case.merged_into_id is not None:
        return Next(_("Joined with another case"), _("What was reported goes on there."))
    buttons = [Button(_("Take up again"), url("reopen", head))] if may("reopen", head) else []
    ended_for = dealt_with_in(user, head.case)
    if ended_for:
        reason = _("The matter is dealt with in %(number)s") % {"number": ended_for}
        look = _("Look at %(number)s") % {"number": ended_for}
        buttons.insert(0, Button(look, reverse("desk:case", args=[ended_for])))
    if head.case.dismissal_detail:
        kept = DismissalDetail(head.case.dismissal_detail).label
        reason = _("%(reason)s. Kept by the desk: %(kept)s") % {"reason": reason, "kept": kept}
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
    if user.pk in progress.settled_by and respondent.status in (S.REVIEW, S.APPROVAL):
        return Next(_("Next: somebody else decides anew"), workflow.SETTLED_IT)
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
    buttons = [
        Button(_("Write the notice"), url("notice", head, respondent.public_id), main=True),
        allege,
        evidence,
    ]
    if head.case.kind == CaseKind.CONDUCT and may("summary", head, respondent):
        settle = url("settle", head, respondent.public_id)
        buttons.insert(1, Button(_("Settle it in one letter"), settle))
    return Next(
        _("Next: send the notice"),
        _("It tells the learner what is alleged, shows the evidence and asks for an answer."),
        buttons,
    )


def _notified(page: CasePage, progress: Progress) -> Next:
    head, notice = page.head, progress.notice
    buttons: list[Button] = []
    window, key = progress.window, progress.respondent.public_id
    if notice is None or window is None:
        return Next(_("Next: wait for the answer"))
    if may("more_time", head, progress.respondent) and window.started:
        give = Button(_("Give more time"), url("more_time", head, key))
        if window.waiting is not None:
            return Next(
                _("Next: answer the request for more time"),
                _("The learner asked on %(day)s. Nobody goes on without an answer before.")
                % {"day": day(window.waiting.asked_at)},
                [Button(_("Answer the request"), give.url, main=True)],
            )
        buttons.append(give)
    unread = window.state == State.SENT and window.read_at is None
    if unread and may("came_back", head, progress.respondent):
        buttons.append(Button(_("The email came back"), url("came_back", head, key)))
    if window.undelivered:
        return _undelivered(head, window)
    if not window.started and window.begins_at is not None:
        return Next(
            _("Next: wait until the letter is opened"),
            _("By the policy the time starts then, at the latest after %(day)s.")
            % {"day": day(window.begins_at)},
            buttons,
        )
    over = not window.open
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
        _("The learner can answer until %(day)s.") % {"day": day(window.due_at)},
        buttons,
    )


def _undelivered(head: Head, window: Window) -> Next:
    """The notice did not come: what that means, and what to do about it."""
    if window.state == State.BOUNCED:
        title = _("Next: the notice came back, find another way")
        text = _(
            "No time runs. Ask the learner or the course for an address that works, and have it "
            "corrected in the account. Then send the letter again."
        )
    elif window.state in (State.DEAD, State.UNCERTAIN):
        title = _("Next: get the notice delivered")
        text = _(
            "It could not be sent, or nobody knows whether it was. No time runs. Send it again, or "
            "say that it did arrive."
        )
    else:
        return Next(
            _("Next: the notice is on its way"),
            _("No time runs before it is delivered."),
        )
    address = f"{reverse('desk:letters')}?case={head.case.number}"
    return Next(title, text, [Button(_("What to do about the letter"), address, main=True)])


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
    if decision is not None and decision.annulled_at is not None:
        return Next(_("Annulled"), _("The decision counts nowhere any more."))
    until = decision.appeal_until if decision is not None else None
    if until is None or clock.now() > until:
        return Next(_("Decided"), _("Nothing is left to do."))
    heard = decision is None or not decision.summary
    words = (
        _("The learner can appeal until %(day)s.")
        if heard
        else _("The learner can answer the letter, or appeal until %(day)s.")
    )
    return Next(_("Decided"), words % {"day": day(until)})

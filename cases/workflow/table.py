"""The steps: `(status, action) -> target, permission, guards`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.enums import CaseStatus as S
from cases.workflow.guards import (
    BEFORE_DECISION,
    Guard,
    alleged,
    answered_not_yet,
    claimed,
    due_before_decision,
    due_before_findings,
    has_evidence,
    in_one_letter,
    named,
    no_notice,
    nobody_notified,
    not_merged,
    nothing_held,
    paused,
    running,
    somebodys,
    stands,
    undecided,
)

ANY_OPEN = (*BEFORE_DECISION, S.APPROVAL, S.DECIDED, S.APPEAL)


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


TABLE: dict[str, Step] = {
    step.action: step
    for step in (
        _step("open", [S.TRIAGE], S.INVESTIGATION, By.DESK, _("Open the case"), named),
        _step(
            "dismiss",
            BEFORE_DECISION,
            S.DISMISSED,
            By.DESK,
            _("Dismiss with a reason"),
            undecided,
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
            not_merged,
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
        # Before anybody was notified: who was told of a case answers to that very case.
        _step(
            "merge",
            [S.TRIAGE, S.INVESTIGATION],
            None,
            By.DESK,
            _("Join with another case"),
            somebodys,
            nobody_notified,
            no_notice,
        ),
        _step("unmerge", [S.DISMISSED], S.TRIAGE, By.UNDO, _("Take apart again")),
        _step(
            "split",
            [S.TRIAGE, S.INVESTIGATION],
            S.TRIAGE,
            By.DESK,
            _("Take reports out into a case of their own"),
            somebodys,
            nobody_notified,
            no_notice,
        ),
        _step(
            "link",
            [*ANY_OPEN, S.CLOSED, S.DISMISSED],
            None,
            By.DESK,
            _("Link with another case"),
        ),
        # However far the case has come: it is said of a report, and changes nothing in the case.
        _step("bad_faith", S, None, By.OFFICER, _("Record a report as made in bad faith")),
        _step(
            "allege",
            [S.INVESTIGATION],
            None,
            By.DESK,
            _("Add an allegation"),
            claimed,
        ),
        # Only until the first notice: what a learner was told stays the text they answer to.
        _step(
            "set_incident",
            [S.TRIAGE, S.INVESTIGATION],
            None,
            By.DESK,
            _("Say when it happened"),
            nobody_notified,
            no_notice,
        ),
        # Only until the notice: what is added later would have to be shown and answered again.
        _step(
            "add_evidence",
            [S.TRIAGE, S.INVESTIGATION],
            None,
            By.DESK,
            _("Add evidence"),
            nobody_notified,
        ),
        # At any time: a name that was overlooked is covered also after it was shown.
        _step(
            "redact",
            [*ANY_OPEN, S.CLOSED, S.DISMISSED],
            None,
            By.DESK,
            _("Cover parts of the evidence"),
        ),
        # A working paper of the desk; that it becomes evidence is `add_evidence`.
        _step("compare", ANY_OPEN, None, By.DESK, _("Compare two texts")),
        # What becomes evidence ends with the notice, and so does asking for it.
        _step(
            "ask_statement",
            [S.INVESTIGATION],
            None,
            By.DESK,
            _("Ask for a statement"),
            claimed,
            nobody_notified,
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
        # The desk's own time alone: nobody makes a learner wait, or gives them less.
        _step(
            "pause",
            [S.TRIAGE, S.INVESTIGATION, S.REVIEW, S.APPROVAL],
            None,
            By.DESK,
            _("Let the time stand still"),
            running,
        ),
        _step(
            "resume",
            [S.TRIAGE, S.INVESTIGATION, S.REVIEW, S.APPROVAL],
            None,
            By.DESK,
            _("Let the time go on"),
            paused,
        ),
        _step("note", [*ANY_OPEN, S.CLOSED, S.DISMISSED], None, By.DESK, _("Add a note")),
        _step(
            "notify",
            [S.INVESTIGATION],
            S.NOTIFIED,
            By.DESK,
            _("Send notice to the learner"),
            claimed,
            alleged,
            nothing_held,
            has_evidence,
        ),
        # It was sent back by the mail system of the learner: what was gone on with is not gone on.
        _step(
            "came_back",
            [S.NOTIFIED, S.REVIEW, S.APPROVAL],
            None,
            By.DESK,
            _("Say that the notice came back"),
        ),
        _step("wait_again", [S.REVIEW], S.NOTIFIED, By.SYSTEM, _("Wait for the answer again")),
        # To give somebody time decides nothing, so the platform helps an institution with it.
        _step("ask_more_time", [S.NOTIFIED], None, By.RESPONDENT, _("Ask for more time")),
        _step("more_time", [S.NOTIFIED], None, By.DESK, _("Give more time")),
        # One letter is notice, evidence and decision (PR5).
        _step(
            "summary",
            [S.INVESTIGATION],
            S.DECIDED,
            By.OFFICER,
            _("Settle it in one letter"),
            claimed,
            alleged,
            nothing_held,
            has_evidence,
            in_one_letter,
            decisive=[S.INVESTIGATION],
        ),
        # The decision stands until a new one takes its place.
        _step(
            "answer_summary",
            [S.DECIDED],
            S.REVIEW,
            By.RESPONDENT,
            _("Answer this letter"),
            answered_not_yet,
        ),
        _step(
            "give_advice",
            [S.INVESTIGATION, S.REVIEW],
            None,
            By.DESK,
            _("Give advice, and end it"),
            claimed,
            undecided,
            decisive=[S.REVIEW],
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
        # What each piece says to each point (CF5); from the review on it is part of deciding.
        _step(
            "weigh",
            [S.INVESTIGATION, S.NOTIFIED, S.REVIEW],
            None,
            By.DESK,
            _("Weigh the evidence"),
            claimed,
            decisive=[S.REVIEW],
        ),
        _step(
            "find",
            [S.REVIEW],
            None,
            By.DESK,
            _("Record findings"),
            claimed,
            nothing_held,
            due_before_findings,
            decisive=[S.REVIEW],
        ),
        _step(
            "propose",
            [S.REVIEW],
            S.APPROVAL,
            By.DESK,
            _("Send to a second officer"),
            due_before_decision,
            decisive=[S.REVIEW],
        ),
        _step(
            "decide",
            [S.REVIEW],
            S.DECIDED,
            By.OFFICER,
            _("Issue the decision"),
            due_before_decision,
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
            due_before_decision,
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
        # To talk with the learner is part of hearing them (PR3); what it was about may be written
        # down after the decision as well.
        _step(
            "meet",
            [S.NOTIFIED, S.REVIEW, S.APPROVAL, S.APPEAL],
            None,
            By.DESK,
            _("Invite to a meeting"),
            decisive=(S.REVIEW, S.APPROVAL, S.APPEAL),
        ),
        _step(
            "choose_time",
            [S.NOTIFIED, S.REVIEW, S.APPROVAL, S.APPEAL],
            None,
            By.RESPONDENT,
            _("Choose a time"),
        ),
        _step(
            "minutes",
            [S.NOTIFIED, S.REVIEW, S.APPROVAL, S.DECIDED, S.APPEAL],
            None,
            By.DESK,
            _("Write down what was said"),
            decisive=(S.REVIEW, S.APPROVAL, S.APPEAL),
        ),
        _step(
            "answer_minutes",
            [*ANY_OPEN, S.CLOSED, S.DISMISSED],
            None,
            By.RESPONDENT,
            _("Say whether the minutes are right"),
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
        _step(
            "annul",
            [S.DECIDED, S.CLOSED],
            S.CLOSED,
            By.OFFICER,
            _("Annul the decision"),
            stands,
            decisive=[S.DECIDED, S.CLOSED],
        ),
        _step("close", [S.DECIDED], S.CLOSED, By.SYSTEM, _("Close")),
    )
}

# Not for who wrote down a report in confidence here, and so knows who reported (decision 0024).
BY_STRANGERS = frozenset(
    {
        *("open", "dismiss", "merge", "split", "give_advice", "summary"),
        *("find", "propose", "decide", "confirm", "uphold", "remit"),
    }
)
KNOWS_WHO = _(
    "You wrote down a report here that was given in confidence. Because you know who reported, "
    "somebody else has to take this case and decide it."
)
# Not for who settled the matter in one letter: the answer to it is read by somebody else (PR5).
BY_OTHERS = frozenset({"find", "propose", "decide", "confirm"})
SETTLED_IT = _(
    "You settled this in one letter, before the learner was heard. Somebody else reads the answer "
    "and decides again."
)
# Not for who had a hand in the decision that is appealed against (AP2).
BY_UNINVOLVED = frozenset({"uphold", "remit"})
HAD_A_HAND = _("You had a hand in this decision. Somebody else hears the appeal.")
PROPOSED_IT = _("Another officer has to confirm what you proposed.")

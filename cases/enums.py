"""Words of the process. Values are stored and exported: they do not change."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReportKind(models.TextChoices):
    FLAG = "flag", _("Flagged submission")
    VIOLATION = "violation", _("Honor code report")
    INCIDENT = "incident", _("Conduct incident")


class ReportMode(models.TextChoices):
    """Who learns the reporter's name (IN4). The respondent never does without consent."""

    NAMED = "named", _("With your name")
    CONFIDENTIAL = "confidential", _("In confidence")
    ANONYMOUS = "anonymous", _("Without a name")


class ReceivedBy(models.TextChoices):
    """How a report reached the office (IN10). All but the first two are entered by the desk."""

    WEB = "web", _("Through these pages")
    API = "api", _("Through the programming interface")
    EMAIL = "email", _("By email")
    PHONE = "phone", _("By telephone")
    POST = "post", _("By letter")
    IN_PERSON = "in_person", _("In person")
    IMPORT = "import", _("From a list")


# Whoever reported sent it themselves; everything else was entered by the office.
BY_THEMSELVES = (ReceivedBy.WEB, ReceivedBy.API)


class ReportStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Received")
    LINKED = "linked", _("Being looked into")
    DISMISSED = "dismissed", _("Closed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class CaseStatus(models.TextChoices):
    """Stage of a respondent, and of the case that follows from its respondents."""

    TRIAGE = "triage", _("Triage")
    INVESTIGATION = "investigation", _("Investigation")
    NOTIFIED = "notified", _("Notified")
    REVIEW = "review", _("In review")
    APPROVAL = "approval", _("Second officer")
    DECIDED = "decided", _("Decided")
    APPEAL = "appeal", _("Appeal")
    CLOSED = "closed", _("Closed")
    DISMISSED = "dismissed", _("Dismissed")


OPEN_STATUSES = (
    CaseStatus.TRIAGE,
    CaseStatus.INVESTIGATION,
    CaseStatus.NOTIFIED,
    CaseStatus.REVIEW,
    CaseStatus.APPROVAL,
    CaseStatus.DECIDED,
    CaseStatus.APPEAL,
)


class CaseKind(models.TextChoices):
    ACADEMIC = "academic", _("Academic integrity")
    CONDUCT = "conduct", _("Conduct")


class CaseReportKind(models.TextChoices):
    """What an institution's report to the platform tells of."""

    DETERMINED = "determined", _("Decided")
    CHANGED = "changed", _("Changed on appeal or taken back")


class DismissalReason(models.TextChoices):
    """Why a case is dismissed (QU4)."""

    NO_VIOLATION = "no_violation", _("What is described breaks no rule")
    NOT_ENOUGH = "not_enough", _("There is too little to look into")
    DUPLICATE = "duplicate", _("The matter is dealt with in another case")
    OUT_OF_SCOPE = "out_of_scope", _("The matter belongs to somebody else")
    PERMITTED = "permitted", _("The assignment permits what was done")
    WITHDRAWN = "withdrawn", _("The report was withdrawn and nothing else supports it")
    ADVISED = (
        "advised",
        _("Advice was given, and nothing was decided"),
    )


# Not to be chosen by whoever dismisses a case: it comes with the advice (PR6).
CHOSEN_ELSEWHERE = (DismissalReason.ADVISED,)
DISMISSAL_CHOICES = [
    (value, label) for value, label in DismissalReason.choices if value not in CHOSEN_ELSEWHERE
]


class DismissalDetail(models.TextChoices):
    """What the desk keeps beside the reason; nobody outside it is told (QU4)."""

    TRUSTED = "trusted", _("Told in good faith, nothing to look into")
    MISTAKEN = "mistaken", _("Somebody else was meant")
    UNCLEAR = "unclear", _("It cannot be found out any more")
    NOISE = "noise", _("No report: an advertisement, a test or an empty text")
    OTHER = "other", _("Something else")


class CaseLinkKind(models.TextChoices):
    """How two cases belong together (QU2)."""

    RELATED = "related", _("Belongs to the same matter")
    SAME_SOURCE = "same_source", _("The same source was used")
    SAME_PEOPLE = "same_people", _("The same people are in it")
    SPLIT = "split", _("One was taken out of the other")


class NoteAudience(models.TextChoices):
    """Who reads a note (CF7)."""

    DESK = "desk", _("Only people of the desk who read this case")
    LEARNER = "learner", _("The learner too")


class BulkKind(models.TextChoices):
    """What was done to several cases at once (QU1)."""

    ASSIGN = "assign", _("Assigned")
    DISMISS = "dismiss", _("Dismissed")
    MERGE = "merge", _("Joined")


class BulkOutcome(models.TextChoices):
    """What became of one case in it."""

    DONE = "done", _("Done")
    REFUSED = "refused", _("Not done")
    UNDONE = "undone", _("Undone")


class ProofWeight(models.TextChoices):
    """What a piece of evidence says to a point that has to be shown (CF5)."""

    SUPPORTS = "supports", _("Supports")
    AGAINST = "against", _("Against")
    SILENT = "silent", _("Silent")


class EvidenceKind(models.TextChoices):
    FILE = "file", _("File")
    LINK = "link", _("Link")
    QUOTE = "quote", _("Quoted text")
    SUBMISSION = "submission", _("Submission")
    STATEMENT = "statement", _("Statement")
    SIMILARITY = "similarity", _("Result of a similarity tool")
    COMPARISON = "comparison", _("Comparison of two texts")


class FileRole(models.TextChoices):
    """An original is sealed and never shown; a derivative is what people see (CF2)."""

    ORIGINAL = "original", _("Original")
    DERIVATIVE = "derivative", _("Clean copy")
    # What a respondent sees where parts of the clean copy were covered.
    REDACTED = "redacted", _("Redacted copy")


class ScanState(models.TextChoices):
    """What the virus scanner said about a file (HOSTILE 40, 41)."""

    UNSCANNED = "unscanned", _("No scanner is set up")
    HELD = "held", _("Waits for the scanner")
    CLEAN = "clean", _("Nothing was found")
    INFECTED = "infected", _("Harmful")


# What may be opened; everything else does not exist for anybody.
PASSED = (ScanState.UNSCANNED, ScanState.CLEAN)


class RedactionKind(models.TextChoices):
    """What is covered before somebody is shown a piece of evidence (CF2)."""

    TEXT = "text", _("Words")
    AREA = "area", _("Area of a page")


class ConsentPurpose(models.TextChoices):
    """What somebody's name is asked for (IN5)."""

    TELL_DESK = "tell_desk", _("To tell the people who work on the case")
    TELL_LEARNER = "tell_learner", _("To tell the learner the report is about")
    TELL_OTHERS = "tell_others", _("To tell somebody outside the office")


class ConsentAnswer(models.TextChoices):
    """What the person said."""

    GIVEN = "given", _("Yes")
    REFUSED = "refused", _("No")


class RevealPurpose(models.TextChoices):
    """What a sealed identity is opened for. Whoever reported is told this much, and not by whom."""

    SAFETY = "safety", _("Somebody may be in danger")
    PROTECT = "protect", _("To protect the person who reported")
    DUTY = "duty", _("A law or a court asks for it")
    MADE_UP = "made_up", _("There are signs that the report was made up on purpose")


class RevealOutcome(models.TextChoices):
    """What a second officer said to a request to open a sealed identity (PV1)."""

    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")


class RetaliationKind(models.TextChoices):
    """What may be an answer to a report (IN9)."""

    REPORT = "report", _("A report about somebody who had reported")
    PEER_REVIEW = "peer_review", _("A low peer review of somebody who had reported")
    TOLD = "told", _("Somebody who had reported tells us so")


class RetaliationOutcome(models.TextChoices):
    """What whoever looked at it found."""

    NOTHING = "nothing", _("Nothing points to it")
    TAKEN_UP = "taken_up", _("It is looked into")


class CheckInAnswer(models.TextChoices):
    """What somebody who had reported says when asked how they fare (IN9)."""

    FINE = "fine", _("Nothing has happened to me")
    HARMED = "harmed", _("Somebody makes life hard for me because of the report")
    STOP = "stop", _("Please do not ask again")


class ImportStatus(models.TextChoices):
    """Where a list of reports stands (IN10)."""

    CHECKED = "checked", _("Checked, nothing filed yet")
    FILING = "filing", _("Being filed")
    FILED = "filed", _("Filed")


class Stance(models.TextChoices):
    """How a respondent answers one allegation (PR2)."""

    ADMIT = "admit", _("I agree that this happened")
    CONTEST = "contest", _("I disagree")
    EXPLAIN = "explain", _("I want to explain")


class MoreTimeOutcome(models.TextChoices):
    """What became of a request for more time (PR2)."""

    GRANTED = "granted", _("More time was given")
    REFUSED = "refused", _("No more time was given")


class MeetingStatus(models.TextChoices):
    """Where a meeting with a respondent stands (PR3)."""

    OFFERED = "offered", _("Times are offered")
    AGREED = "agreed", _("The time is agreed")
    HELD = "held", _("It took place")
    MISSED = "missed", _("It did not take place")
    CANCELLED = "cancelled", _("It was called off")


class MeetingCapacity(models.TextChoices):
    """As what somebody comes to a meeting."""

    DESK = "desk", _("From the office")
    LEARNER = "learner", _("The learner")
    ADVISER = "adviser", _("The learner's adviser")
    OTHER = "other", _("Somebody else")


class MinutesAnswer(models.TextChoices):
    """What the respondent says to the minutes of a meeting."""

    AGREED = "agreed", _("They are right")
    OBJECTED = "objected", _("Something is wrong in them")


class FindingOutcome(models.TextChoices):
    SHOWN = "shown", _("Shown")
    NOT_SHOWN = "not_shown", _("Not shown")


class Completion(models.TextChoices):
    """A violation is attempted or completed (PO2)."""

    COMPLETED = "completed", _("Completed")
    ATTEMPTED = "attempted", _("Attempted")


class DeterminationStatus(models.TextChoices):
    DRAFT = "draft", _("Being written")
    PROPOSED = "proposed", _("Waits for a second officer")
    ISSUED = "issued", _("Issued")
    SUPERSEDED = "superseded", _("Replaced")


# What may follow where one letter settles a small matter (PR5): nothing that takes anything away.
SUMMARY_CONSEQUENCES = frozenset(
    {"content_removed", "content_edited", "warning_verbal", "warning_written", "no_action"}
)


class SanctionStatus(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    ACTIVE = "active", _("In force")
    ENDED = "ended", _("Ended")
    REVERSED = "reversed", _("Reversed")
    VOID = "void", _("Not issued")


# What can be taken back.
REVERSIBLE = (SanctionStatus.ACTIVE, SanctionStatus.ENDED)


class ClosingOutcome(models.TextChoices):
    """All a reporter learns about the end (IN8)."""

    ACTION_TAKEN = "action_taken", _("Action was taken")
    NO_VIOLATION = "no_violation", _("No violation was found")
    NOT_PURSUED = "not_pursued", _("The matter was not pursued")


class AppealOutcome(models.TextChoices):
    """What an appeal leads to (AP2)."""

    UPHELD = "upheld", _("The decision stands")
    REDUCED = "reduced", _("Less follows from it")
    OVERTURNED = "overturned", _("The decision is overturned")
    SENT_BACK = "sent_back", _("It has to be looked at again")


class ReviewOutcome(models.TextChoices):
    """What a review of a dismissal leads to (AP1)."""

    STANDS = "stands", _("The dismissal stands")
    TAKEN_UP = "taken_up", _("The matter is taken up again")


class InterimKind(models.TextChoices):
    """What is done, or asked for, before anything is decided (PR7). Never a prior."""

    REQUEST_TO_STOP = "request_to_stop", _("A request to stop")
    CONTENT_HIDDEN = "content_hidden", _("The content is hidden")
    NO_CONTACT = "no_contact", _("No messages to one person")

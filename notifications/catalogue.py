"""The letters this product writes. Loaded when the app is ready."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from notifications import payloads
from notifications.registry import register

_REPORTER = pgettext_lazy("recipient of a letter", "Reporter")
_RESPONDENT = pgettext_lazy("recipient of a letter", "Respondent")
_OFFICER = pgettext_lazy("recipient of a letter", "Officer")
_DESK = pgettext_lazy("recipient of a letter", "Moderators and officers")
_ADVISER = pgettext_lazy("recipient of a letter", "Adviser")
_EVERYBODY = pgettext_lazy("recipient of a letter", "Everybody")
_LEARNER = pgettext_lazy("recipient of a letter", "Learner")
_ADMINISTRATOR = pgettext_lazy("recipient of a letter", "Administrator")
_INVITED = pgettext_lazy("recipient of a letter", "Whoever is invited")
_WITNESS = pgettext_lazy("recipient of a letter", "Whoever was asked")
_READER = pgettext_lazy("recipient of a letter", "Reader of a policy")
# What goes to very many people comes after everything else that waits.
_AFTER_ALL = 90

register(
    "report_received",
    payload=payloads.ReportReceived,
    letter=True,
    label=_("Report received"),
    title=_("We have received your report"),
    audience=_REPORTER,
)
register(
    "report_closed",
    payload=payloads.ReportClosed,
    letter=True,
    label=_("Report closed"),
    title=_("Your report has been closed"),
    audience=_REPORTER,
)
register(
    "report_question",
    payload=payloads.ReportQuestion,
    letter=True,
    label=_("Message about a report"),
    title=_("We have written to you about your report"),
    audience=_REPORTER,
)
register(
    "message_arrived",
    payload=payloads.MessageArrived,
    letter=True,
    label=_("Whoever reported has written"),
    title=_("Whoever reported has written to you"),
    audience=_DESK,
)
register(
    "review_decided",
    payload=payloads.ReviewDecided,
    letter=True,
    label=_("Review of a dismissal decided"),
    title=_("Your report was looked at again"),
    audience=_REPORTER,
)
register(
    "notice_sent",
    payload=payloads.NoticeSent,
    letter=True,
    label=_("Notice"),
    title=_("We would like to hear from you"),
    audience=_RESPONDENT,
    priority=10,
)
register(
    "notice_reminder",
    payload=payloads.NoticeReminder,
    letter=True,
    label=_("Reminder of a notice"),
    title=_("A reminder: we would like to hear from you"),
    audience=_RESPONDENT,
    priority=20,
)
register(
    "more_time_given",
    payload=payloads.MoreTimeGiven,
    letter=True,
    label=_("More time to answer"),
    title=_("You have more time to answer"),
    audience=_RESPONDENT,
    priority=20,
)
register(
    "more_time_refused",
    payload=payloads.MoreTimeRefused,
    letter=True,
    label=_("No more time to answer"),
    title=_("About more time to answer"),
    audience=_RESPONDENT,
    priority=20,
)
register(
    "response_received",
    payload=payloads.ResponseReceived,
    letter=True,
    label=_("Answer received"),
    title=_("We have received your answer"),
    audience=_RESPONDENT,
)
register(
    "determination_issued",
    payload=payloads.DeterminationIssued,
    letter=True,
    label=_("Decision"),
    title=_("The decision in your case"),
    audience=_RESPONDENT,
    priority=10,
)
register(
    "no_violation_found",
    payload=payloads.NoViolationFound,
    letter=True,
    label=_("Decision: no violation found"),
    title=_("The decision in your case: no violation found"),
    audience=_RESPONDENT,
    priority=10,
)
register(
    "summary_decision",
    payload=payloads.SummaryDecision,
    letter=True,
    label=_("Notice and decision in one letter"),
    title=_("A decision, and how you can answer it"),
    audience=_RESPONDENT,
    priority=10,
)
register(
    "decision_annulled",
    payload=payloads.DecisionAnnulled,
    letter=True,
    label=_("Decision annulled"),
    title=_("A decision about you does not count any more"),
    audience=_RESPONDENT,
    priority=10,
)
register(
    "advice_given",
    payload=payloads.AdviceGiven,
    letter=True,
    label=_("Advice"),
    title=_("Some advice from us"),
    audience=_RESPONDENT,
)
register(
    "case_dismissed",
    payload=payloads.CaseDismissed,
    letter=True,
    label=_("Case ended without a decision"),
    title=_("Your case has ended"),
    audience=_RESPONDENT,
    priority=10,
)
register(
    "sanction_reversed",
    payload=payloads.SanctionReversed,
    letter=True,
    label=_("Sanction taken back"),
    title=_("A sanction has been taken back"),
    audience=_RESPONDENT,
    priority=10,
)
register(
    "sanction_lifted",
    payload=payloads.SanctionLifted,
    letter=True,
    label=_("Sanction lifted"),
    title=_("A sanction has been lifted"),
    audience=_RESPONDENT,
)
register(
    "suspension_ended",
    payload=payloads.SuspensionEnded,
    letter=True,
    label=_("Suspension ended"),
    title=_("Your suspension has ended"),
    audience=_RESPONDENT,
)
register(
    "certificate_withheld",
    payload=payloads.CertificateWithheld,
    letter=True,
    label=_("Certificate withheld"),
    title=_("A certificate is withheld"),
    audience=_RESPONDENT,
    priority=10,
)
register(
    "confirmation_requested",
    payload=payloads.ConfirmationRequested,
    letter=True,
    label=_("Confirmation requested"),
    title=_("A proposal waits for a second officer"),
    audience=_OFFICER,
)
register(
    "case_report",
    payload=payloads.CaseReported,
    letter=True,
    label=_("Case report of an institution"),
    title=_("An institution reports a case"),
    audience=_OFFICER,
)
register(
    "appeal_received",
    payload=payloads.AppealReceived,
    letter=True,
    label=_("Appeal received"),
    title=_("We have received your appeal"),
    audience=_RESPONDENT,
)
register(
    "appeal_decided",
    payload=payloads.AppealDecided,
    letter=True,
    label=_("Appeal decided"),
    title=_("The decision on your appeal"),
    audience=_RESPONDENT,
    priority=10,
)
register(
    "adviser_invited",
    payload=payloads.AdviserInvited,
    letter=False,
    label=_("Invitation of an adviser"),
    title=_("Somebody asks for your help"),
    audience=_ADVISER,
)
register(
    "statement_requested",
    payload=payloads.StatementRequested,
    letter=True,
    label=_("Question to somebody who may know"),
    title=_("We have a question for you"),
    audience=_WITNESS,
    priority=20,
)
register(
    "interim_measure",
    payload=payloads.InterimMeasure,
    letter=True,
    label=_("Interim measure"),
    title=_("Something we ask of you for now"),
    audience=_RESPONDENT,
    priority=10,
)
register(
    "interim_lifted",
    payload=payloads.InterimLifted,
    letter=True,
    label=_("Interim measure lifted"),
    title=_("Something we asked of you has ended"),
    audience=_RESPONDENT,
    priority=10,
)
register(
    "policy_new_version",
    payload=payloads.PolicyNewVersion,
    letter=False,
    label=_("New version of a policy"),
    audience=_EVERYBODY,
    priority=_AFTER_ALL,
)
register(
    "pledge_reminder",
    payload=payloads.PledgeReminder,
    letter=False,
    label=_("Reminder to pledge"),
    audience=_LEARNER,
    priority=_AFTER_ALL,
)
register(
    "policy_yearly",
    payload=payloads.PolicyYearly,
    letter=False,
    label=_("A policy, once a year"),
    audience=_EVERYBODY,
    priority=_AFTER_ALL,
)
register(
    "policy_review_due",
    payload=payloads.PolicyReviewDue,
    letter=True,
    label=_("Review of a policy due"),
    title=_("A policy waits for its yearly work"),
    audience=_ADMINISTRATOR,
)
register(
    "policy_review_invited",
    payload=payloads.PolicyReviewInvited,
    letter=True,
    label=_("Invitation to the review of a policy"),
    title=_("We would like your view on our rules"),
    audience=_INVITED,
)
register(
    "question_answered",
    payload=payloads.QuestionAnswered,
    letter=True,
    label=_("Question about a policy answered"),
    title=_("The answer to your question"),
    audience=_READER,
)
# One account per person (PO9)
register(
    "check_in",
    payload=payloads.CheckIn,
    letter=True,
    label=_("Question how whoever reported fares"),
    title=_("How have you been since your report?"),
    audience=_REPORTER,
)
register(
    "urgent_report",
    payload=payloads.UrgentReport,
    letter=False,
    label=_("Alert: urgent report"),
    audience=_DESK,
    priority=1,
)
register(
    "acknowledgement_missing",
    payload=payloads.AcknowledgementMissing,
    letter=False,
    label=_("Alert: a report is not acknowledged"),
    audience=_DESK,
    priority=20,
)
register(
    "case_escalated",
    payload=payloads.CaseEscalated,
    letter=False,
    label=_("Alert: a case may become late"),
    audience=_DESK,
    priority=20,
)
register(
    "more_time_asked",
    payload=payloads.MoreTimeAsked,
    letter=False,
    label=_("Alert: a learner asks for more time"),
    audience=_DESK,
    priority=20,
)
register(
    "surge_noticed",
    payload=payloads.SurgeNoticed,
    letter=False,
    label=_("Alert: many reports at once"),
    audience=_DESK,
    priority=20,
)
register(
    "retaliation_noticed",
    payload=payloads.RetaliationNoticed,
    letter=False,
    label=_("Alert: possible retaliation"),
    audience=_DESK,
    priority=20,
)
register(
    "one_account_asked",
    payload=payloads.OneAccountAsked,
    letter=True,
    label=_("Question about a second account"),
    title=_("Do you have a second account?"),
    audience=pgettext_lazy("recipient of a letter", "Learner"),
)
register(
    "one_account_code",
    payload=payloads.OneAccountCode,
    letter=False,
    label=_("Code to close an account"),
    audience=pgettext_lazy("recipient of a letter", "Learner"),
    priority=5,
)
# Who reported, and whether somebody may be named (PV1, IN5)
register(
    "report_unsealed",
    payload=payloads.ReportUnsealed,
    letter=True,
    label=_("Name of a reporter opened"),
    title=_("We have opened your name"),
    audience=_REPORTER,
)
register(
    "consent_asked",
    payload=payloads.ConsentAsked,
    letter=True,
    label=_("Question whether somebody may be named"),
    title=_("May we tell somebody your name?"),
    audience=_WITNESS,
)
register(
    "identity_told",
    payload=payloads.IdentityTold,
    letter=True,
    label=_("Name told with consent"),
    title=_("Somebody agreed that we tell you their name"),
    audience=_RESPONDENT,
)
# Between people of the desk (QU3), and from the desk to a respondent (CF7)
register(
    "case_assigned",
    payload=payloads.CaseAssigned,
    letter=True,
    label=_("Case given to a colleague"),
    title=_("A case is with you now"),
    audience=_DESK,
)
register(
    "mentioned",
    payload=payloads.Mentioned,
    letter=True,
    label=_("Named in a note"),
    title=_("A colleague named you in a note"),
    audience=_DESK,
)
register(
    "note_shared",
    payload=payloads.NoteShared,
    letter=True,
    label=_("Note for the learner"),
    title=_("There is a note for you in your case"),
    audience=_RESPONDENT,
)
register(
    "meeting_offered",
    payload=payloads.MeetingOffered,
    letter=True,
    label=_("Invitation to a meeting"),
    title=_("We would like to talk with you"),
    audience=_RESPONDENT,
    priority=20,
)
register(
    "meeting_agreed",
    payload=payloads.MeetingAgreed,
    letter=True,
    label=_("Meeting agreed"),
    title=_("Your meeting is agreed"),
    audience=_RESPONDENT,
    priority=20,
)
register(
    "meeting_changed",
    payload=payloads.MeetingChanged,
    letter=True,
    label=_("Meeting changed"),
    title=_("Something about your meeting has changed"),
    audience=_RESPONDENT,
    priority=10,
)
register(
    "meeting_called_off",
    payload=payloads.MeetingCalledOff,
    letter=True,
    label=_("Meeting called off"),
    title=_("A meeting does not take place"),
    audience=_RESPONDENT,
    priority=10,
)
register(
    "meeting_reminder",
    payload=payloads.MeetingReminder,
    letter=True,
    label=_("Reminder of a meeting"),
    title=_("A meeting is near"),
    audience=_RESPONDENT,
    priority=10,
)
register(
    "minutes_to_read",
    payload=payloads.MinutesToRead,
    letter=True,
    label=_("Minutes of a meeting"),
    title=_("Please read what was said at the meeting"),
    audience=_RESPONDENT,
)
register(
    "meeting_answered",
    payload=payloads.MeetingAnswered,
    letter=True,
    label=_("The learner said something about a meeting"),
    title=_("The learner has answered"),
    audience=_DESK,
)

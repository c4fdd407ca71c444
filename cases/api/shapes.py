"""How cases and their parts look in answers. People are names, as on the desk's pages."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from cases.api.moments import WHEN, DayOrMoment
from cases.enums import (
    AppealOutcome,
    CaseKind,
    CaseStatus,
    Completion,
    DeterminationStatus,
    EvidenceKind,
    MoreTimeOutcome,
    ReportKind,
    SanctionStatus,
    Stance,
)
from policies.enums import ClockStart


class CaseLine(serializers.Serializer[Any]):
    """A case of which you may know. `heading` is what is alleged, or was reported."""

    number = serializers.CharField()
    kind = serializers.ChoiceField(choices=CaseKind.choices)
    status = serializers.ChoiceField(choices=CaseStatus.choices)
    heading = serializers.CharField()
    institution = serializers.CharField(help_text="Its short name.")
    course = serializers.CharField(allow_null=True, help_text="Its code.")
    due_at = serializers.DateTimeField(allow_null=True)
    urgent = serializers.BooleanField()
    assignee = serializers.CharField(allow_null=True, help_text="Who has it.")


class CaseRespondent(serializers.Serializer[Any]):
    """Somebody the case is about. The name is null in triage."""

    id = serializers.UUIDField()
    name = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(choices=CaseStatus.choices)
    status_since = serializers.DateTimeField()


class CaseReport(serializers.Serializer[Any]):
    """A report in the case. `reporter` is null where the name is sealed or not for you."""

    reference = serializers.CharField()
    kind = serializers.ChoiceField(choices=ReportKind.choices)
    sealed = serializers.BooleanField()
    reporter = serializers.CharField(allow_null=True)
    violation_type = serializers.CharField(allow_null=True)
    account = serializers.CharField()
    quoted_text = serializers.CharField()
    visible_name = serializers.CharField(allow_null=True, help_text="Null in triage.")
    links = serializers.ListField(child=serializers.CharField())
    incident_at = DayOrMoment(allow_null=True, help_text=WHEN)
    submitted_at = serializers.DateTimeField()


class CaseText(serializers.Serializer[Any]):
    """A text that supplements the policy in a case. Where it says something else, it holds."""

    policy = serializers.CharField(source="document.slug", help_text="Short name of the policy.")
    version = serializers.IntegerField(source="number")


class CaseContent(serializers.Serializer[Any]):
    """What somebody reads who works on the case."""

    title = serializers.CharField()
    assignment = serializers.CharField(allow_null=True)
    policy = serializers.CharField(allow_null=True, help_text="Short name of the policy.")
    policy_version = serializers.IntegerField(allow_null=True)
    supplement = CaseText(allow_null=True, help_text="The institution's own; it holds first.")
    course_terms = CaseText(allow_null=True, help_text="Of the course; they hold second.")
    institution_decides = serializers.BooleanField(
        help_text="Whether only staff of the institution itself decide."
    )
    incident_at = DayOrMoment(allow_null=True, help_text=WHEN)
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    respondents = CaseRespondent(many=True)
    reports = CaseReport(many=True)


class Case(CaseLine):
    """A case. With access `summary` there is no `content`: claim the case to read it."""

    access = serializers.ChoiceField(choices=["summary", "read", "work"])
    content = CaseContent(allow_null=True)


class CaseEvent(serializers.Serializer[Any]):
    """Something that happened in a case. Who reported never appears."""

    sequence = serializers.IntegerField()
    at = serializers.DateTimeField()
    action = serializers.CharField()
    label = serializers.CharField()
    by = serializers.CharField(allow_null=True, help_text="Null for the system and for the sealed.")
    data = serializers.JSONField()
    quote = serializers.CharField(help_text="Words that belong to it, such as a reason, or empty.")
    other_case = serializers.CharField(
        allow_null=True,
        help_text="The case it was linked or joined with, for who may see that one.",
    )


class Evidence(serializers.Serializer[Any]):
    """A piece of evidence, without its text."""

    id = serializers.UUIDField()
    label = serializers.CharField()
    kind = serializers.ChoiceField(choices=EvidenceKind.choices)
    title = serializers.CharField()
    description = serializers.CharField()
    url = serializers.CharField()
    source = serializers.CharField(help_text="Who brought it; never who reported.")
    sha256 = serializers.CharField(help_text="Fingerprint on arrival.")
    has_file = serializers.BooleanField()
    added_at = serializers.DateTimeField()
    shown_to = serializers.IntegerField(help_text="To how many respondents it was shown.")


class Allegation(serializers.Serializer[Any]):
    """What is alleged against one respondent, what they say, and what was found."""

    id = serializers.UUIDField()
    respondent = serializers.UUIDField()
    position = serializers.IntegerField()
    violation_type = serializers.CharField()
    title = serializers.CharField()
    clause_url = serializers.CharField()
    completion = serializers.ChoiceField(choices=Completion.choices)
    description = serializers.CharField()
    stance = serializers.CharField(help_text="In words; empty while there is no answer.")
    answer = serializers.CharField()
    finding = serializers.CharField(help_text="shown, not_shown, or empty while it is open.")
    rests_on = serializers.ListField(
        child=serializers.UUIDField(), help_text="The evidence the finding rests on."
    )


class MoreTime(serializers.Serializer[Any]):
    """A request for more time to answer, or time that was given unasked."""

    asked_at = serializers.DateTimeField()
    reason = serializers.CharField(help_text="Empty where the desk gave it unasked.")
    outcome = serializers.ChoiceField(choices=MoreTimeOutcome.choices, allow_blank=True)
    until = serializers.DateTimeField(allow_null=True)
    words = serializers.CharField(help_text="What the learner was told.")
    decided_at = serializers.DateTimeField(allow_null=True)


class Notice(serializers.Serializer[Any]):
    """A notice, with proof of delivery and reading."""

    id = serializers.UUIDField()
    respondent = serializers.UUIDField()
    sent_by = serializers.CharField()
    sent_at = serializers.DateTimeField()
    delivered_at = serializers.DateTimeField(allow_null=True)
    read_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(
        help_text="The last second of the time to answer. It may move later, never earlier."
    )
    clock_starts = serializers.ChoiceField(choices=ClockStart.choices)
    starts_at = serializers.DateTimeField(
        allow_null=True, help_text="When the time to answer began; null before."
    )
    open = serializers.BooleanField(help_text="Whether an answer is taken now.")
    more_time = MoreTime(many=True)
    questions = serializers.CharField()
    answered_at = serializers.DateTimeField(allow_null=True)


class ResponsePoint(serializers.Serializer[Any]):
    """One point of an answer, and what the decision says to it."""

    allegation = serializers.UUIDField(allow_null=True)
    stance = serializers.ChoiceField(choices=Stance.choices, allow_blank=True)
    text = serializers.CharField()
    answered = serializers.CharField(help_text="Empty while nothing is decided.")


class Response(serializers.Serializer[Any]):
    """What a respondent answered to a notice."""

    id = serializers.UUIDField()
    notice = serializers.UUIDField()
    respondent = serializers.UUIDField()
    submitted_at = serializers.DateTimeField()
    points = ResponsePoint(many=True)


class Determination(serializers.Serializer[Any]):
    """What was proposed or decided about one respondent. What is being written is not here."""

    id = serializers.UUIDField()
    respondent = serializers.UUIDField()
    status = serializers.ChoiceField(choices=DeterminationStatus.choices)
    standard_of_proof = serializers.CharField()
    reasons_finding = serializers.CharField()
    reasons_penalty = serializers.CharField()
    departure_reason = serializers.CharField()
    proposed_by = serializers.CharField()
    proposed_at = serializers.DateTimeField()
    decided_by = serializers.CharField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    appeal_until = serializers.DateTimeField(allow_null=True)
    one_letter = serializers.BooleanField(
        help_text="Settled in one letter, before the respondent was heard."
    )
    answer_until = serializers.DateTimeField(allow_null=True)
    annulled_at = serializers.DateTimeField(
        allow_null=True, help_text="Since then it counts for nothing."
    )


class Sanction(serializers.Serializer[Any]):
    """One consequence."""

    id = serializers.UUIDField()
    respondent = serializers.UUIDField()
    code = serializers.CharField()
    title = serializers.CharField()
    status = serializers.ChoiceField(choices=SanctionStatus.choices)
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    reversed_at = serializers.DateTimeField(allow_null=True)
    reversal_reason = serializers.CharField()


class Appeal(serializers.Serializer[Any]):
    """An appeal and what came of it."""

    id = serializers.UUIDField()
    respondent = serializers.UUIDField()
    grounds = serializers.ListField(child=serializers.CharField())
    text = serializers.CharField()
    lodged_at = serializers.DateTimeField()
    outcome = serializers.ChoiceField(choices=AppealOutcome.choices, allow_blank=True)
    reasons = serializers.CharField()
    conditions = serializers.CharField()
    decided_by = serializers.CharField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)


class Note(serializers.Serializer[Any]):
    """A note of the desk. `audience`: "desk", or "learner" for one that a respondent reads too."""

    id = serializers.UUIDField(source="public_id")
    author = serializers.CharField(source="author.display_name")
    audience = serializers.CharField()
    body = serializers.CharField()
    created_at = serializers.DateTimeField()

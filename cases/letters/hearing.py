"""The notice, its reminders, and the receipt of an answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from cases import notices, sanctions
from cases.enums import Completion, Stance
from cases.governing import texts
from cases.letters.words import (
    allegations,
    case_url,
    clause_label,
    contact,
    governing,
    matter,
    policies,
    policy_label,
    seen_by,
    site,
    terms,
)
from cases.models import (
    Allegation,
    Case,
    MoreTime,
    Notice,
    Respondent,
    Response,
)
from cases.selectors.governing import permits_of
from notifications import payloads
from notifications.models import OutboxMessage
from policies.enums import ClockStart


def notice_sent(
    case: Case, respondent: Respondent, *, questions: str, due_at: datetime
) -> payloads.NoticeSent:
    """The notice (PR1)."""
    version = governing(case)
    with translation.override(respondent.person.language):
        return payloads.NoticeSent(
            case_number=case.number,
            matter=matter(case),
            policy_label=policy_label(version),
            policy_url=site(version.get_absolute_url()),
            policies=policies(case),
            allegations=tuple(
                payloads.AllegationItem(
                    title=_alleged(allegation),
                    clause_label=clause_label(allegation),
                    clause_url=site(allegation.violation_type.get_absolute_url()),
                    description=allegation.description,
                )
                for allegation in allegations(respondent)
            ),
            evidence=tuple(
                payloads.EvidenceItem(
                    title=f"{evidence.label}: {evidence.shown_title}",
                    description=evidence.shown_description,
                )
                for evidence in seen_by(respondent)
            ),
            consequences=tuple(
                payloads.ConsequenceItem(title=item.title, description=item.description)
                for item in texts(case).consequences()
                if item.code in sanctions.codes()
            ),
            rights=(
                _("You can agree, disagree or explain, separately for each point."),
                _("You can add files and tell us about your circumstances."),
                _("You can ask somebody you trust to help you with your answer."),
                _("If the decision goes against you, you can appeal to somebody else."),
            ),
            standard=str(terms(case).standard_label),
            clock=clock_words(case),
            **_permitted(case),
            **processing(),
            message=questions,
            respond_by=due_at,
            respond_url=case_url(case),
            contact=contact(case),
        )


def clock_words(case: Case) -> str:
    """What starts the time to answer by the policy, in a sentence for the learner (PR1)."""
    return {
        ClockStart.SENT: _(
            "By the policy your time starts on the day this letter was written. If it reaches you "
            "late, you still have at least two working days after it came."
        ),
        ClockStart.DELIVERED: _(
            "By the policy your time starts when the email about this letter is delivered. If that "
            "is on a later day than the one above, you have longer: your case says until when."
        ),
        ClockStart.READ: _(
            "By the policy your time starts when you open this letter, or ten working days after "
            "it was delivered. You may have longer than until the day above: your case says until "
            "when."
        ),
    }[terms(case).clock_starts]


def more_time_given(case: Case, row: MoreTime) -> payloads.MoreTimeGiven:
    """There is more time to answer; `asked` where the learner had asked for it."""
    if row.until is None:
        raise ValueError("Time that was given has an end.")
    with translation.override(row.notice.respondent.person.language):
        return payloads.MoreTimeGiven(
            case_number=case.number,
            matter=matter(case),
            asked=bool(row.reason),
            respond_by=row.until,
            words=row.words,
            case_url=case_url(case),
            contact=contact(case),
        )


def more_time_refused(case: Case, row: MoreTime) -> payloads.MoreTimeRefused:
    """There is no more time; until when they can still answer."""
    with translation.override(row.notice.respondent.person.language):
        return payloads.MoreTimeRefused(
            case_number=case.number,
            matter=matter(case),
            respond_by=row.notice.due_at,
            words=row.words,
            case_url=case_url(case),
            contact=contact(case),
        )


def processing() -> dict[str, Any]:
    """What happens with the respondent's data, in the version that holds now (IN7)."""
    notice = notices.current_processing()
    return {
        "processing": tuple(str(line) for line in notice.for_respondent),
        "processing_url": site(reverse("report:processing", args=[notice.version])),
    }


def _permitted(case: Case) -> dict[str, Any]:
    """What the assignment permitted at the incident (PO10); nothing where nothing had been said."""
    found = permits_of(case)
    if found is None or not found.answers:
        return {}
    notes = [line.said.note for line in found.lines if line.said is not None and line.said.note]
    return {
        "permitted": tuple(
            _("%(question)s: %(answer)s")
            % {"question": answer.question, "answer": str(answer.words).lower()}
            for answer in found.answers
        ),
        "permitted_note": "\n\n".join(notes),
    }


def _alleged(allegation: Allegation) -> str:
    title = allegation.violation_type.title
    if allegation.completion == Completion.ATTEMPTED:
        return _("%(violation)s (attempted)") % {"violation": title}
    return title


def notice_reminder(case: Case, respondent: Respondent) -> payloads.NoticeReminder:
    """A reminder of the newest notice."""
    notice = respondent.notices.first()
    if notice is None:
        raise ValueError("Nobody is reminded of a notice that was not sent.")
    with translation.override(respondent.person.language):
        return payloads.NoticeReminder(
            case_number=case.number,
            matter=matter(case),
            noticed_at=notice.sent_at,
            respond_by=notice.due_at,
            respond_url=case_url(case),
            contact=contact(case),
        )


def reminder_key(notice: Notice, count: int | str) -> str:
    """The key of the `count`-th reminder of a notice."""
    return f"notice_reminder:{notice.public_id}:{count}"


def next_reminder_key(notice: Notice) -> str:
    """The key of the reminder that comes next."""
    return reminder_key(notice, _reminders(notice).count() + 1)


def reminders_queued(notice: Notice, *, since: datetime) -> int:
    """How many reminders of this notice were written since then."""
    return _reminders(notice).filter(created_at__gte=since).count()


def reminders_sent(notice: Notice, *, since: datetime) -> int:
    """How many reminders of this notice were delivered, of those written since then."""
    return _reminders(notice).filter(created_at__gte=since, sent_at__isnull=False).count()


def _reminders(notice: Notice) -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(key__startswith=reminder_key(notice, ""))


def response_received(case: Case, response: Response) -> payloads.ResponseReceived:
    """The answer arrived."""
    words = {
        Stance.ADMIT: _("You agree that this happened."),
        Stance.CONTEST: _("You disagree."),
        Stance.EXPLAIN: _("You explain."),
    }
    respondent = response.respondent
    with translation.override(respondent.person.language):
        return payloads.ResponseReceived(
            case_number=case.number,
            matter=matter(case),
            received_at=response.submitted_at,
            answers=tuple(
                payloads.AnswerItem(
                    title=point.allegation.violation_type.title,
                    answer=str(words[Stance(point.stance)]),
                )
                for point in response.points.select_related("allegation__violation_type")
                if point.allegation is not None
            ),
            case_url=case_url(case),
            contact=contact(case),
        )

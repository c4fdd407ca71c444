"""Opening a sealed identity: one officer asks, another one answers, the first one reads (PV1).

It takes a reason, a second person and, on the pages, a login of a moment ago. Every reading is an
event of the case. Whoever reported is told the first time (decision 0022).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cases import informants, letters, workflow
from cases.enums import ReportMode, ReportStatus, RevealOutcome, RevealPurpose
from cases.models import Case, Report, Reveal
from cases.services.base import record, visible_or_404
from cases.services.clean import Problems, save
from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.core import clock
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    NotPermitted,
    WindowClosed,
)
from notifications.recipients import Recipient

# Long enough to write to somebody and to hear from them on the next day; after that the reason is
# looked at again.
READABLE_FOR = timedelta(hours=24)
REASON_LENGTH = 2_000
NOTHING_SEALED = _("Nobody's name is sealed in this report, so there is nothing to open.")


@dataclass(frozen=True)
class Identity:
    """Who reported and how to reach them, as it was when they did. Its `repr` names nobody."""

    name: str = field(repr=False)
    contact: str = field(repr=False)


@contextmanager
def beside(number: str) -> Iterator[Case]:
    """The case, locked, for what is no step of its process: the revision stays as it is.

    A colleague's open form does not become stale because an identity was read. Raises `NotFound`.
    """
    with audit.transaction():
        case = Case.objects.select_for_update().filter(number=number).first()
        if case is None:
            raise NotFound
        yield case


def sealed(report: Report) -> bool:
    """Whether the report has an identity that the desk does not see, and could be opened."""
    return report.mode == ReportMode.CONFIDENTIAL and (
        report.reporter_sealed is not None or report.informant_sealed is not None
    )


def sent_report(case: Case, report_id: UUID | str) -> Report:
    """A report of this very case that was sent; else `NotFound` (HOSTILE 17)."""
    report: Report | None = (
        case.reports.select_related("institution", "submission__assignment", "course")
        .exclude(status=ReportStatus.DRAFT)
        .filter(public_id=report_id)
        .first()
    )
    if report is None:
        raise NotFound
    return report


def ask(
    *, actor: User, number: str, report_id: UUID | str, purpose: str, reason: str, form_key: str
) -> Reveal:
    """Ask to see who sent a report in confidence. Another officer answers.

    The same form again is the same request; one that waits, or one that may still be read, is a
    `Conflict`. `IllegalTransition` where nothing is sealed, `InvalidInput` at `purpose`, `reason`.
    """
    reason = _reason(reason, _("Say why you need to know who reported."))
    if purpose not in RevealPurpose.values:
        raise InvalidInput({"purpose": [_("Choose what it is for.")]})
    with beside(number) as case:
        workflow.require("open_identity", actor=actor, case=case)
        report = sent_report(case, report_id)
        known = Reveal.objects.filter(form_key=form_key).first()
        if known is not None:
            sent = (known.report_id, known.asked_by_id, known.purpose, known.reason)
            if sent != (report.pk, actor.pk, purpose, reason):
                raise Conflict(_("This form was sent before with other content."))
            return known
        if not sealed(report):
            raise IllegalTransition(NOTHING_SEALED)
        own = Reveal.objects.filter(report=report, asked_by=actor)
        if own.filter(outcome="").exists():
            raise Conflict(_("You have asked already. Another officer answers."))
        if own.filter(expires_at__gt=clock.now()).exists():
            raise Conflict(_("You may read it already."))
        reveal = Reveal(
            case=case,
            report=report,
            purpose=purpose,
            reason=reason,
            asked_by=actor,
            asked_at=clock.now(),
            form_key=form_key,
        )
        save(reveal)
        record(
            "identity.asked",
            case,
            actor,
            subject=("reveal", str(reveal.public_id)),
            data={"report": str(report.public_id), "purpose": purpose},
            personal={"reason": reason},
        )
    return reveal


def answer(*, actor: User, number: str, reveal_id: UUID | str, outcome: str, reason: str) -> Reveal:
    """Approve or refuse somebody else's request, with a reason.

    Approved, it may be read for `READABLE_FOR`, by whoever asked. The same answer again is the
    same answer. `NotPermitted` for whoever asked, `Conflict` once it is answered otherwise.
    """
    reason = _reason(reason, _("Give the reason for your answer."))
    if outcome not in RevealOutcome.values:
        raise InvalidInput({"outcome": [_("Approve it or refuse it.")]})
    with beside(number) as case:
        reveal = _reveal_of(actor, case, reveal_id)
        workflow.require("open_identity", actor=actor, case=case)
        if reveal.asked_by_id == actor.pk:
            raise NotPermitted(_("You asked for this yourself. Another officer answers."))
        if reveal.outcome:
            if (reveal.answered_by_id, reveal.outcome) == (actor.pk, outcome):
                return reveal
            raise Conflict(_("This request was answered already."))
        now = clock.now()
        reveal.outcome = outcome
        reveal.answered_by = actor
        reveal.answered_at = now
        reveal.answer_reason = reason
        if outcome == RevealOutcome.APPROVED:
            reveal.expires_at = now + READABLE_FOR
        save(reveal)
        record(
            "identity.answered",
            case,
            actor,
            subject=("reveal", str(reveal.public_id)),
            data={"report": str(reveal.report.public_id), "outcome": outcome},
            personal={"reason": reason},
        )
    return reveal


def read(*, actor: User, number: str, reveal_id: UUID | str) -> Identity:
    """Who reported, for whoever asked, while the approval lasts. Every call is an event.

    The first one writes to the person, in the same transaction. `NotPermitted` for anybody else
    and without an approval, `WindowClosed` once it has run out.
    """
    with beside(number) as case:
        reveal = _reveal_of(actor, case, reveal_id)
        workflow.require("open_identity", actor=actor, case=case)
        if reveal.asked_by_id != actor.pk:
            raise NotPermitted(_("Only the officer who asked may read it."))
        if reveal.outcome != RevealOutcome.APPROVED or reveal.expires_at is None:
            raise NotPermitted(_("No second officer has approved this."))
        now = clock.now()
        if now >= reveal.expires_at:
            raise WindowClosed(_("The time to read it is over. You can ask again."))
        report = reveal.report
        person = _opened(report)
        if reveal.first_read_at is None:
            reveal.first_read_at = now
            save(reveal)
            letters.identity_opened(reveal)
        record(
            "identity.read",
            case,
            actor,
            subject=("reveal", str(reveal.public_id)),
            data={"report": str(report.public_id)},
        )
    return person


def _opened(report: Report) -> Identity:
    """The sealed identity. Of somebody who told the desk, what they said of themselves: whether
    that address has an account is told to nobody."""
    if report.informant_sealed is not None:
        told = informants.opened(report.informant_sealed)
        return Identity(told.name, told.contact)
    if report.reporter_sealed is None:
        raise IllegalTransition(NOTHING_SEALED)
    person = Recipient.sealed(report.reporter_ref, report.reporter_sealed)
    return Identity(person.name, person.email)


def _reveal_of(actor: User, case: Case, reveal_id: UUID | str) -> Reveal:
    visible_or_404(actor, case)
    reveal: Reveal | None = (
        case.reveals.select_related(
            "report__institution", "report__submission__assignment", "report__course"
        )
        .filter(public_id=reveal_id)
        .first()
    )
    if reveal is None:
        raise NotFound
    return reveal


def _reason(reason: str, missing: object) -> str:
    problems = Problems()
    text = problems.text("reason", reason, max_length=REASON_LENGTH)
    if not text and not problems.fields:
        problems.add("reason", str(missing))
    problems.stop()
    return text

"""Interim measures: a request to stop, hidden content, no messages to one person (PR7).

A measure decides nothing and is never counted as a prior: nothing that reads earlier findings
reads this table. It has a reason, an end within `MOST_DAYS`, and an answer. It ends by its time on
its own, because effects end by theirs, and with the case (`end_all`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases import letters, undoing, workflow
from cases.enums import CaseStatus, InterimKind
from cases.models import Case, InterimMeasure, Respondent
from cases.services.base import (
    locked_case,
    record,
    respondent_of,
    save,
    shut_out,
    visible_or_404,
)
from cases.services.clean import Problems
from cases.services.naming import names_nobody_else
from integrity.accounts.models import User
from integrity.accounts.rules import same_person
from integrity.accounts.selectors import find_by_email
from integrity.core import clock
from integrity.core.calendar import end_of_day
from integrity.core.errors import Conflict, IllegalTransition, InvalidInput, NotFound
from integrity.courses.enums import EffectKind
from integrity.courses.services import apply_effect, reverse_effects
from notifications.rendering import Rendered

# Longer than this is no measure until a decision any more; it can be taken anew with new reasons.
MOST_DAYS = 30


def action_of(kind: str) -> str:
    """The step of the workflow: what names a protected person is for officers."""
    return "no_contact" if kind == InterimKind.NO_CONTACT else "interim"


def hides(respondent: Respondent) -> bool:
    """Whether there is content to hide: the post of the case, written by this respondent."""
    post = respondent.case.post
    return post is not None and post.author_id == respondent.person.pk


def preview(
    *,
    actor: User,
    number: str,
    respondent_id: UUID | str,
    kind: str,
    reason: str,
    until: date,
    protects_email: str = "",
) -> Rendered:
    """The letter exactly as `take` would write it now. Refuses what `take` refuses."""
    case = Case.objects.select_related("institution", "post").filter(number=number).first()
    if case is None:
        raise NotFound
    measure = _measure(
        case,
        actor=actor,
        respondent_id=respondent_id,
        kind=kind,
        reason=reason,
        until=until,
        protects_email=protects_email,
    )
    return letters.render_for(
        "interim_measure", measure.respondent, letters.interim_payload(case, measure)
    )


def take(
    *,
    actor: User,
    number: str,
    respondent_id: UUID | str,
    kind: str,
    reason: str,
    until: date,
    protects_email: str = "",
    form_key: str,
) -> InterimMeasure:
    """Take a measure; the respondent gets a letter at once, with or without a notice.

    It ends at 23:59:59 of `until` in the institution's zone. The same form again is the same
    measure; a second one of a kind that stands is a `Conflict`.
    """
    with locked_case(number) as case:
        visible_or_404(actor, case)
        known = InterimMeasure.objects.filter(form_key=form_key).first()
        if known is not None:
            if (known.case_id, known.taken_by_id, known.kind) != (case.pk, actor.pk, kind):
                raise Conflict(_("This form was sent before with other content."))
            return known
        measure = _measure(
            case,
            actor=actor,
            respondent_id=respondent_id,
            kind=kind,
            reason=reason,
            until=until,
            protects_email=protects_email,
        )
        measure.form_key = form_key
        save(measure)
        _apply(measure)
        if measure.protects is not None:
            shut_out(case, measure.protects)
        record(
            "interim.taken",
            case,
            actor,
            subject=("interim", str(measure.public_id)),
            data={"kind": kind, "ends_at": measure.ends_at.isoformat()},
            personal={
                "reason": measure.reason,
                **({"protects": str(measure.protects.public_id)} if measure.protects else {}),
            },
        )
        letters.interim_measure(case, measure)
    return measure


def _measure(
    case: Case,
    *,
    actor: User,
    respondent_id: UUID | str,
    kind: str,
    reason: str,
    until: date,
    protects_email: str,
) -> InterimMeasure:
    """The measure, checked, not saved."""
    visible_or_404(actor, case)
    respondent = respondent_of(case, respondent_id)
    respondent.case = case
    problems = Problems()
    reason = problems.text("reason", reason, max_length=2_000)
    if not reason:
        problems.add("reason", _("Give the reason. The learner reads it."))
    if kind not in InterimKind.values:
        problems.add("kind", _("Choose what is to hold."))
        problems.stop()
    workflow.require(action_of(kind), actor=actor, case=case, respondent=respondent)
    if kind == InterimKind.CONTENT_HIDDEN and not hides(respondent):
        problems.add("kind", _("This case is not about something this learner posted."))
    at = clock.now()
    if (wrong := _wrong_day(case, until, at)) is not None:
        problems.add("until", wrong)
    protects = None
    if kind == InterimKind.NO_CONTACT:
        protects = find_by_email(protects_email)
        if protects is None:
            problems.add("protects_email", _("There is no account with this email address."))
        elif protects.pk in (respondent.person.pk, actor.pk):
            problems.add("protects_email", _("This has to be somebody else."))
    problems.stop()
    # Whom a learner is not to write to is named in any case.
    if protects is None or not case.respondents.filter(user=protects).exists():
        names_nobody_else(respondent, reason=reason)
    standing = respondent.interim_measures.filter(
        kind=kind, protects=protects, lifted_at__isnull=True, ends_at__gt=at
    )
    if standing.exists():
        raise Conflict(_("This holds already. Lift it first to change it."))
    return InterimMeasure(
        case=case,
        respondent=respondent,
        kind=kind,
        protects=protects,
        reason=reason,
        starts_at=at,
        ends_at=end_of_day(until, case.institution.time_zone),
        taken_by=actor,
    )


def _wrong_day(case: Case, until: date, at: datetime) -> str | Promise | None:
    today = at.astimezone(ZoneInfo(case.institution.time_zone)).date()
    if until < today or end_of_day(until, case.institution.time_zone) <= at:
        return _("Choose a day that has not passed.")
    if until > today + timedelta(days=MOST_DAYS):
        return _("Choose a day within the next 30 days.")
    return None


def _apply(measure: InterimMeasure) -> None:
    if measure.kind == InterimKind.CONTENT_HIDDEN:
        apply_effect(
            kind=EffectKind.CONTENT_HIDDEN,
            source=measure.source,
            post=measure.case.post,
            starts_at=measure.starts_at,
            ends_at=measure.ends_at,
        )
    elif measure.kind == InterimKind.NO_CONTACT:
        apply_effect(
            kind=EffectKind.NO_MESSAGES,
            source=measure.source,
            person=measure.respondent.person,
            other=measure.protects,
            starts_at=measure.starts_at,
            ends_at=measure.ends_at,
        )


def answer(*, actor: User, measure_id: UUID | str, text: str) -> InterimMeasure:
    """What the respondent says to a measure, once, while it stands. The same words again are one.

    `NotFound` for anybody else, `IllegalTransition` when it has ended.
    """
    mine = same_person(actor, "respondent__user")
    found = InterimMeasure.objects.filter(mine, public_id=measure_id)
    measure = found.select_related("case").first()
    if measure is None:
        raise NotFound
    problems = Problems()
    text = problems.text("text", text, max_length=4_000)
    if not text:
        problems.add("text", _("Write what you want to tell us."))
    problems.stop()
    with locked_case(measure.case.number) as case:
        measure = found.get()
        if measure.answered_at is not None:
            if measure.answer == text:
                return measure
            raise Conflict(_("You have answered this already."))
        if not measure.stands:
            raise IllegalTransition(_("This has ended, so there is nothing to answer any more."))
        measure.answer = text
        measure.answered_at = clock.now()
        save(measure)
        record("interim.answered", case, actor, subject=("interim", str(measure.public_id)))
    return measure


def lift(*, actor: User, number: str, measure_id: UUID | str, reason: str) -> InterimMeasure:
    """End a measure before its time, with a reason; the respondent gets a letter.

    Lifting it again changes nothing. `IllegalTransition` when its time has passed.
    """
    if not reason.strip():
        raise InvalidInput({"reason": [_("Say why it ends. The learner reads it.")]})
    with locked_case(number) as case:
        visible_or_404(actor, case)
        measure = (
            case.interim_measures.select_related("respondent__user", "protects")
            .filter(public_id=measure_id)
            .first()
        )
        if measure is None:
            raise NotFound
        workflow.require(
            action_of(measure.kind), actor=actor, case=case, respondent=measure.respondent
        )
        if measure.lifted_at is not None:
            return measure
        if not measure.stands:
            raise IllegalTransition(_("It has ended by itself."))
        names_nobody_else(measure.respondent, reason=reason)
        _end(case, measure, actor=actor, reason=reason.strip())
    return measure


def end_all(case: Case, respondents: Iterable[Respondent], *, actor: User | None) -> int:
    """End what holds for these respondents because their matter is decided, or was dismissed.

    For other services, inside their transaction, on the locked case. Repeatable; returns how many.
    """
    rows = (
        case.interim_measures.select_related("respondent__user", "protects")
        .filter(respondent__in=list(respondents), lifted_at__isnull=True, ends_at__gt=clock.now())
        .order_by("-pk")
    )
    measures = list(rows)
    for measure in measures:
        _end(case, measure, actor=actor, reason="")
    return len(measures)


def end_dismissed() -> int:
    """End what holds for whoever's matter was dismissed, once that cannot be undone any more.

    Until then it would tell them of the dismissal. Returns how many measures have ended.
    """
    at = clock.now()
    over = InterimMeasure.objects.filter(
        respondent__status=CaseStatus.DISMISSED,
        respondent__status_since__lte=at - undoing.WITHIN,
        lifted_at__isnull=True,
        ends_at__gt=at,
    )
    done = 0
    for number in sorted(set(over.values_list("case__number", flat=True))):
        with locked_case(number) as case:
            people = case.respondents.filter(
                status=CaseStatus.DISMISSED, status_since__lte=at - undoing.WITHIN
            )
            done += end_all(case, people, actor=case.dismissed_by)
    return done


def _end(case: Case, measure: InterimMeasure, *, actor: User | None, reason: str) -> None:
    reverse_effects(source=measure.source)
    measure.lifted_at = clock.now()
    measure.lifted_by = actor
    measure.lift_reason = reason
    save(measure)
    record(
        "interim.lifted",
        case,
        actor,
        subject=("interim", str(measure.public_id)),
        data={"kind": measure.kind},
        personal={"reason": reason} if reason else {},
    )
    letters.interim_lifted(case, measure)

"""Consequences for the learning record: scores and certificates."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from cases.models import Respondent, Sanction
from cases.sanctions.base import Handler, Text, taken_back
from integrity.accounts.rules import belongs_to, same_person
from integrity.courses import selectors, services
from integrity.courses.enums import EffectKind
from integrity.courses.models import Enrolment, Submission


def submission_of(respondent: Respondent) -> Submission | None:
    """The work of this respondent that the case is about."""
    case = respondent.case
    person = respondent.person
    if case.submission is not None and (
        case.submission.learner_id == person.pk
        or (person.former_ids and belongs_to(case.submission.learner, person))
    ):
        return case.submission
    if case.assignment_id is None:
        return None
    return (
        Submission.objects.filter(same_person(person, "learner"), assignment=case.assignment_id)
        .order_by("-submitted_at", "-id")
        .first()
    )


def enrolment_of(respondent: Respondent) -> Enrolment | None:
    """The respondent's enrolment in the course of the case."""
    if respondent.case.course_id is None:
        return None
    return (
        Enrolment.objects.select_related("course", "certificate")
        .filter(course=respondent.case.course_id, learner=respondent.person)
        .first()
    )


def percent(value: Decimal) -> str:
    """A percentage as the reader's language writes it."""
    return number_format(value, decimal_pos=2, use_l10n=True)


class AssignmentFailed(Handler):
    """The score counts as zero; the course result is computed again, with all that follows."""

    code = "assignment_failed"

    def unavailable(self, respondent: Respondent) -> Text | None:
        if submission_of(respondent) is None:
            return _("The case is not about a piece of work that was handed in.")
        return None

    def takes_away(self, respondent: Respondent, params: Mapping[str, Any]) -> bool:
        """True when the course would no longer be passed and a certificate has been issued."""
        submission, enrolment = submission_of(respondent), enrolment_of(respondent)
        if submission is None or enrolment is None:
            return False
        after = selectors.course_result(enrolment, as_if_zero=submission)
        return after.certificate != "none" and not after.passes

    def describe(self, sanction: Sanction) -> str:
        respondent = sanction.respondent
        submission, enrolment = submission_of(respondent), enrolment_of(respondent)
        if submission is None:
            return _("The work counts zero.")
        parts = [_("Your score for %(work)s is zero.") % {"work": submission.assignment.title}]
        if enrolment is not None:
            after = selectors.course_result(enrolment, as_if_zero=submission)
            parts.append(
                _("Your course result is then %(result)s %%; %(pass)s %% are needed to pass.")
                % {"result": percent(after.percent), "pass": percent(enrolment.course.pass_mark)}
            )
            if after.certificate != "none" and not after.passes:
                parts.append(_("Your certificate for this course is withheld."))
        return " ".join(parts)

    def apply(self, sanction: Sanction) -> None:
        submission, enrolment = (
            submission_of(sanction.respondent),
            enrolment_of(sanction.respondent),
        )
        if submission is None:
            raise ValueError("There is no work to score zero.")
        services.apply_effect(
            kind=EffectKind.SCORE_ZERO,
            source=sanction.source,
            submission=submission,
            starts_at=sanction.starts_at,
        )
        if enrolment is not None:
            services.settle_certificate(enrolment=enrolment)

    def reverse(self, sanction: Sanction) -> list[str]:
        restored = [
            _score_again(effect.submission)
            for effect in services.reverse_effects(source=sanction.source)
            if effect.submission is not None
        ]
        enrolment = enrolment_of(sanction.respondent)
        if enrolment is not None and services.settle_certificate(enrolment=enrolment) == "released":
            restored.append(_certificate_again(enrolment))
        return restored


def _certificate_again(enrolment: Enrolment) -> str:
    if selectors.course_result(enrolment).certificate != "issued":
        return _("This reason is gone, but another one still stands against your certificate.")
    return _("Your certificate for this course is valid again.")


def _score_again(submission: Submission) -> str:
    score = selectors.effective_score(submission)
    if score is None:
        return _("Your work %(work)s can be scored again.") % {"work": submission.assignment.title}
    return _("Your score for %(work)s is %(score)s again.") % {
        "work": submission.assignment.title,
        "score": number_format(score, use_l10n=True),
    }


class CertificateWithheld(Handler):
    """The certificate of the course does not count while this stands."""

    code = "certificate_withheld"
    effect = EffectKind.CERTIFICATE_WITHHELD

    def unavailable(self, respondent: Respondent) -> Text | None:
        enrolment = enrolment_of(respondent)
        if enrolment is None or not hasattr(enrolment, "certificate"):
            return _("No certificate was issued for this course.")
        return None

    def takes_away(self, respondent: Respondent, params: Mapping[str, Any]) -> bool:
        return True

    def describe(self, sanction: Sanction) -> str:
        return _("Your certificate for this course is withheld.")

    def apply(self, sanction: Sanction) -> None:
        enrolment = enrolment_of(sanction.respondent)
        if enrolment is None:
            raise ValueError("There is no enrolment whose certificate could be withheld.")
        services.apply_effect(
            kind=self.effect,
            source=sanction.source,
            enrolment=enrolment,
            starts_at=sanction.starts_at,
        )

    def reverse(self, sanction: Sanction) -> list[str]:
        gone = services.reverse_effects(source=sanction.source)
        enrolment = enrolment_of(sanction.respondent)
        if not gone or enrolment is None:
            return []
        return [_certificate_again(enrolment)]


class CertificateRevoked(CertificateWithheld):
    """The certificate that was issued does not count any more."""

    code = "certificate_revoked"
    effect = EffectKind.CERTIFICATE_REVOKED

    def describe(self, sanction: Sanction) -> str:
        return _("Your certificate for this course is revoked.")


class RemovalFromCourse(Handler):
    """The learner is no longer in the course while this stands."""

    code = "removal_from_course"

    def unavailable(self, respondent: Respondent) -> Text | None:
        if enrolment_of(respondent) is None:
            return _("The learner is not enrolled in the course of this case.")
        return None

    def takes_away(self, respondent: Respondent, params: Mapping[str, Any]) -> bool:
        return True

    def describe(self, sanction: Sanction) -> str:
        course = sanction.case.course
        if course is None:
            return _("You are taken out of the course.")
        return _("You are taken out of the course %(course)s.") % {"course": course.title}

    def apply(self, sanction: Sanction) -> None:
        enrolment = enrolment_of(sanction.respondent)
        if enrolment is None:
            raise ValueError("There is no enrolment to end.")
        services.apply_effect(
            kind=EffectKind.REMOVED_FROM_COURSE,
            source=sanction.source,
            enrolment=enrolment,
            starts_at=sanction.starts_at,
        )

    def reverse(self, sanction: Sanction) -> list[str]:
        enrolment = enrolment_of(sanction.respondent)
        if not taken_back(sanction) or enrolment is None:
            return []
        standing = selectors.active_effects().filter(
            enrolment=enrolment, kind=EffectKind.REMOVED_FROM_COURSE
        )
        if standing.exists():
            return [_("This reason is gone, but another one still keeps you out of the course.")]
        return [_("You are back in the course.")]

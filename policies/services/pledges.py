"""Pledging: a learner promises, in one course, to keep exactly the texts they were shown (PO6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.core import clock
from integrity.core.errors import InvalidInput, Stale
from integrity.courses.models import Course
from policies import pledging
from policies.models import Pledge, Version

NEWER = _(
    "Another version has taken effect since this text was shown. Nothing was recorded. Please read"
    " what is new and pledge again."
)


def make(*, actor: User, course: Course, versions: Mapping[str, int]) -> list[Pledge]:
    """Pledge in `course` to the versions shown: the number of each by the document's short name.

    All texts that are due have to be among them. What was pledged to before stays one pledge, so
    the same again changes nothing, also at the same time. Returns the pledges to these versions.
    Raises `NotFound` for people who do not learn in the course, `Stale` when another version is in
    force than the one shown, `InvalidInput` (field `versions`) for texts that are not to be pledged
    to there or are left out; then nothing is recorded.
    """
    enrolment = pledging.place(actor, course.slug)
    with audit.transaction():
        at = clock.now()
        texts = {
            text.version.document.slug: text for text in pledging.standing(enrolment, at=at).texts
        }
        _agree(texts, versions)
        return [
            _one(actor, enrolment.course, texts[slug].version, at)
            for slug in texts
            if slug in versions
        ]


def _agree(texts: Mapping[str, pledging.Text], versions: Mapping[str, int]) -> None:
    """Raise unless `versions` are versions in force and hold everything that is due."""
    unknown = sorted(set(versions) - set(texts))
    if unknown:
        raise InvalidInput(
            {
                "versions": [
                    _("There is no pledge to “%(name)s” in this course.") % {"name": slug}
                    for slug in unknown
                ]
            }
        )
    if any(texts[slug].version.number != number for slug, number in versions.items()):
        raise Stale(NEWER)
    missing = [
        text.version.document.title
        for slug, text in texts.items()
        if text.pledge is None and slug not in versions
    ]
    if missing:
        raise InvalidInput(
            {
                "versions": [
                    _("Pledge to this text too: %(title)s") % {"title": title} for title in missing
                ]
            }
        )
    if not versions:
        raise InvalidInput({"versions": [_("Say which texts you pledge to.")]})


def _one(actor: User, course: Course, version: Version, at: datetime) -> Pledge:
    found, created = Pledge.objects.get_or_create(
        learner=actor, course=course, version=version, defaults={"made_at": at}
    )
    if created:
        audit.record(
            "pledge.made",
            actor=audit.Actor.user(actor.public_id, role="learner"),
            subject=("pledge", str(found.public_id)),
            institution=course.institution.slug,
            data={
                "course": course.slug,
                "document": version.document.slug,
                "number": version.number,
            },
        )
    return found

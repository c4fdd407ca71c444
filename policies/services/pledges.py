"""Pledging: a learner promises, in one course, to keep exactly the texts they were shown (PO6)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.core import clock
from integrity.core.errors import InvalidInput, NotFound, Stale
from integrity.courses.models import Course, Enrolment
from policies import pledging
from policies.enums import VersionStatus
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


def make_past(places: Sequence[tuple[Enrolment, datetime]]) -> list[Pledge]:
    """Pledge in every enrolment, at the instant beside it, to everything that held there then.

    The same rows and events as `make` for one place after the other, in the order given, each at
    its own time; in one transaction, with queries for the versions and none for each place. For
    records that come with their past, such as the demo's. What was pledged to before stays one
    pledge. Returns the new ones. Raises `NotFound`, and nothing is recorded, when one of the
    learners may not be asked in the course now.
    """
    with audit.transaction():
        courses = {place.course_id: place.course for place, _at in places}
        # What holds changes at these instants only.
        changes = sorted(
            Version.objects.filter(status=VersionStatus.PUBLISHED)
            .values_list("effective_at", flat=True)
            .distinct()
        )
        required: dict[int, dict[int, tuple[Version, ...]]] = {}
        known = set(
            Pledge.objects.filter(course__in=courses).values_list("learner", "course", "version")
        )
        made: list[Pledge] = []
        promised: dict[Version, set[int]] = {}
        for place, at in places:
            since = bisect_right(changes, at)
            if since not in required:
                required[since] = pledging.required(list(courses.values()), at=at)
            for version in required[since][place.course_id]:
                promised.setdefault(version, set()).add(place.pk)
                if (key := (place.learner_id, place.course_id, version.pk)) not in known:
                    known.add(key)
                    course = courses[place.course_id]
                    made.append(
                        Pledge(learner=place.learner, course=course, version=version, made_at=at)
                    )
        _ask(promised)
        Pledge.objects.bulk_create(made)
        for pledge in made:
            with clock.frozen(pledge.made_at):
                _tell(pledge)
    return made


def _ask(promised: Mapping[Version, Collection[int]]) -> None:
    """Raise unless each version may be asked for in each of its enrolments."""
    for version, places in promised.items():
        if set(places) - set(pledging.asked(version).values_list("pk", flat=True)):
            raise NotFound


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
        _tell(found)
    return found


def _tell(pledge: Pledge) -> None:
    audit.record(
        "pledge.made",
        actor=audit.Actor.user(pledge.learner.public_id, role="learner"),
        subject=("pledge", str(pledge.public_id)),
        institution=pledge.course.institution.slug,
        data={
            "course": pledge.course.slug,
            "document": pledge.version.document.slug,
            "number": pledge.version.number,
        },
    )

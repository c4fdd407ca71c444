"""Who has pledged: nearly everybody, some again after a change, and a few not yet."""

from __future__ import annotations

from datetime import timedelta

from cases.demo import world
from cases.demo.tale import Cast
from integrity.accounts.enums import Role
from integrity.audit import services as audit
from integrity.core import clock
from integrity.courses.models import Course, Enrolment
from policies.enums import DocumentKind
from policies.models import Document, Pledge
from policies.services import create_draft, pledges, publish
from policies.services.demo import read

COURSE = "data-ethics"
TERMS = "data-ethics-terms"
# Days before now: the terms of the course, their second version, and how long one may go on.
FIRST, SECOND, GRACE = 363, 9, 21
# One in so many has not pledged to the second version yet; the accounts of the contract have.
LATE = 4


def tell(cast: Cast) -> None:
    """The last of the scenes: those before it enrol people, who pledge at the beginning."""
    line = cast.timeline
    done = Pledge.objects.values_list("learner", "course")
    rest = [
        row
        for row in Enrolment.objects.select_related("course", "learner").order_by("pk")
        if (row.learner_id, row.course_id) not in set(done)
    ]
    Enrolment.objects.filter(pk__in=[row.pk for row in rest]).update(
        enrolled_at=line.ago(FIRST + 2)
    )
    line.add(FIRST + 1, lambda: _all(rest))
    line.add(FIRST, lambda: _terms(cast, 1))
    learners = list(
        Enrolment.objects.filter(course__slug=COURSE)
        .select_related("course", "learner")
        .order_by("pk")
    )
    line.add(FIRST - 0.2, lambda: _all(learners))
    line.add(SECOND, lambda: _terms(cast, 2))
    known = {cast.people[name].pk for name in ("learner", "accused", "reporter")}
    for place, row in enumerate(learners):
        if row.learner_id in known or place % LATE:
            # Within the first days after the change, one after the other.
            line.add(SECOND - 0.1 - place / 10, lambda row=row: world.pledge(row))  # type: ignore[misc]
    for days, name in ((1.1, "learner"), (1.6, "sam.li"), (5.2, "eleni.papadaki")):
        line.add(days, lambda name=name: _arrive(cast, name))  # type: ignore[misc]


def _all(rows: list[Enrolment]) -> None:
    now = clock.now()
    pledges.make_past([(row, now) for row in rows])


def _terms(cast: Cast, number: int) -> None:
    """Additional terms of a course, published to hold at once."""
    course = Course.objects.select_related("institution").get(slug=COURSE)
    document, _created = Document.objects.get_or_create(
        slug=TERMS,
        defaults={
            "kind": DocumentKind.TERMS,
            "title": "Terms of Data Ethics",
            "summary": "What this course asks for besides, because it works with real records.",
            "institution": course.institution,
            "course": course,
            "needs_pledge": True,
        },
    )
    actor = audit.Actor.user(cast.people["admin"].public_id, role=Role.ADMINISTRATOR)
    version = create_draft(
        actor=actor,
        document=document,
        body=read(f"{TERMS}-v{number}.md"),
        effective_at=clock.now() + timedelta(seconds=1),
        change_summary=(
            ""
            if number == 1
            else "Data stays out of online tools and is deleted within seven days. You tell your"
            " teacher when data got out."
        ),
        pledge=(
            "In this course:\n\n- I use its data for its tasks only and delete it in time.\n"
            "- I leave out what shows who somebody is."
        ),
        pledge_grace_days=GRACE,
        violation_types=[],
        consequences=[],
    )
    publish(actor=actor, version=version)


def _arrive(cast: Cast, name: str) -> None:
    """Enrolled by the desk of the learning platform, and not pledged yet."""
    taken = Enrolment.objects.filter(learner=cast.people[name]).values("course")
    course = Course.objects.exclude(pk__in=taken).order_by("pk").first()
    if course is not None:
        Enrolment.objects.create(course=course, learner=cast.people[name])

"""The demo: everything that happened in it, told by the services in the order of time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from cases.demo import (
    drafts,
    people,
    pledged,
    scenes_accounts,
    scenes_beside,
    scenes_conduct,
    scenes_decided,
    scenes_desk_m,
    scenes_desk_y,
    scenes_intake,
    scenes_partners,
    scenes_waiting,
    scenes_working,
    texts,
    world,
    yearly,
)
from cases.demo.courses import COURSES
from cases.demo.tale import Cast
from cases.demo.timeline import Timeline
from cases.models import Case
from cases.services import deadlines
from integrity.accounts.models import User
from integrity.audit.checkpoints import make_checkpoint
from integrity.core import clock
from integrity.courses.models import (
    Assignment,
    Certificate,
    Enrolment,
    Post,
    Submission,
)

# Days before now at which the demo begins: the first case is told a month later.
BEGINS = 365
# How often what is due is done: more often towards the end, where it matters to the day.
ROUNDS = (*range(340, 30, -6), *range(30, 0, -1))


def seed() -> dict[str, Any]:
    """Build the demo where it is missing; returns counts. A second run changes nothing.

    Everything lies before now by fixed distances, so the same day gives the same demo. Meant for
    an empty history: in one that has begun, the demo's past lies behind its last event.
    """
    if not Case.objects.filter(course__slug__in=[spec.slug for spec in COURSES]).exists():
        _tell()
    return {
        "accounts": [account.email for account in people.ACCOUNTS],
        "learners": len(people.learners()),
        "courses": len(COURSES),
        "cases": Case.objects.count(),
        "receipt": scenes_beside.RECEIPT,
    }


def _tell() -> None:
    timeline = Timeline(clock.now())
    with clock.frozen(timeline.ago(BEGINS)):
        everybody = world.build()
    _everyday(everybody, timeline)
    cast = Cast(everybody, timeline)
    for scene in (
        scenes_waiting,
        scenes_working,
        scenes_decided,
        scenes_conduct,
        scenes_partners,
        scenes_beside,
        scenes_intake,
        scenes_accounts,
        scenes_desk_m,
        scenes_desk_y,
        drafts,
        pledged,
        yearly,
    ):
        scene.tell(cast)
    for days in ROUNDS:
        timeline.add(days, deadlines.run)
    timeline.add(0, deadlines.run)
    timeline.run()
    make_checkpoint()


def _everyday(everybody: Mapping[str, User], timeline: Timeline) -> None:
    """What nobody reported: most work, certificates and posts are like this."""
    names = people.learners()
    places = {
        (row.course.slug, row.learner_id): row
        for row in Enrolment.objects.select_related("course", "learner")
    }
    works, certificates, posts = [], [], []
    tasks: dict[str, list[Assignment]] = {}
    for task in Assignment.objects.select_related("course"):
        tasks.setdefault(task.course.slug, []).append(task)
    for position, spec in enumerate(COURSES):
        for seat, name in enumerate(names):
            place = places.get((spec.slug, everybody[name].pk))
            if place is None or (seat + position) % 4:
                continue
            done = 60 + (seat * 11 + position * 17) % 200
            for number, task in enumerate(tasks[spec.slug]):
                works.append(
                    Submission(
                        assignment=task,
                        learner=place.learner,
                        text=texts.work(spec.slug, f"Part {number + 1} of my own notes."),
                        score=Decimal(62 + (seat * 7 + number * 5) % 38),
                        submitted_at=timeline.ago(done + 9 * (len(tasks[spec.slug]) - number)),
                    )
                )
            certificates.append(Certificate(enrolment=place, issued_at=timeline.ago(done)))
        author = everybody[names[(position * 5) % len(names)]]
        body = texts.FRIENDLY[position % len(texts.FRIENDLY)]
        course = tasks[spec.slug][0].course
        posts.append(
            Post(
                course=course,
                author=author,
                body=body,
                created_at=timeline.ago(3 + position * 2),
            )
        )
    # What came in these days and waits for a grade.
    for hours, name, slug in (
        (3, "reporter", "data-ethics"),
        (7, "rhys.morgan", "sources-in-history"),
        (26, "nguyen.thuy", "data-ethics"),
        (30, "sam.li", "writing"),
    ):
        works.append(
            Submission(
                assignment=tasks[slug][-1],
                learner=everybody[name],
                text=texts.work(slug, "I am not sure about the last paragraph."),
                submitted_at=timeline.end - timedelta(hours=hours),
            )
        )
    Submission.objects.bulk_create(works)
    Certificate.objects.bulk_create(certificates, ignore_conflicts=True)
    Post.objects.bulk_create(posts)

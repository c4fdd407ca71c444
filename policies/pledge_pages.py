"""What the pages of pledges show to the learner, one function a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from integrity.accounts.models import User
from integrity.core import clock
from integrity.courses.models import Course, Enrolment
from integrity.courses.paging import PAGE_SIZE, Page, newest_first
from policies import difference, pledging
from policies.enums import PledgeState
from policies.models import Pledge, Version
from policies.precedence import Key
from policies.rendering import Rendered, render
from policies.selectors import published, texts_for


@dataclass(frozen=True)
class ToPledge:
    """A text as it stands before the learner.

    `changes` is what differs from the version they pledged to before; `whose` says where the text
    comes from.
    """

    text: pledging.Text
    version: Version
    whose: str | Promise
    rendered: Rendered
    changes: difference.Difference | None

    @property
    def promise(self) -> SafeString | str:
        """What one promises: the version's own words, or nothing where it has none."""
        if not self.version.pledge:
            return ""
        parts = render(self.version.pledge).parts
        return SafeString("".join(clause.html for part in parts for clause in part.clauses))


@dataclass(frozen=True)
class PledgePage:
    """Where a learner pledges in one course. `differing` is where its texts do not say the same."""

    course: Course
    standing: pledging.Standing
    due: Sequence[ToPledge]
    done: Sequence[pledging.Text]
    differing: Sequence[Key]


def pledge_page(user: User, slug: str) -> PledgePage:
    """What the user pledges to in a course, and pledged to. `NotFound` for who is no learner there.

    A constant number of queries for each kind of text.
    """
    enrolment = pledging.place(user, slug)
    standing = pledging.standing(enrolment)
    wanted = {text.version.pk for text in standing.due}
    wanted |= {text.before.version_id for text in standing.due if text.before}
    full = {
        item.pk: item
        for item in published()
        .filter(pk__in=wanted)
        .prefetch_related("violation_types", "consequences")
    }
    return PledgePage(
        course=enrolment.course,
        standing=standing,
        due=[_to_pledge(text, full, enrolment.course) for text in standing.due],
        done=[text for text in standing.texts if text.pledge is not None],
        differing=_differing(enrolment.course, standing),
    )


def _to_pledge(text: pledging.Text, full: dict[int, Version], course: Course) -> ToPledge:
    version = full[text.version.pk]
    before = full[text.before.version_id] if text.before else None
    return ToPledge(
        text=text,
        version=version,
        whose=_whose(version, course),
        rendered=render(version.body, version.document.title),
        changes=difference.compare(before, version) if before else None,
    )


def _whose(version: Version, course: Course) -> str | Promise:
    if version.document.course_id is not None:
        return _("Only for this course")
    if version.document.institution_id is not None:
        return _("For every course of %(name)s") % {"name": course.institution.name}
    return _("For everybody here")


def _differing(course: Course, standing: pledging.Standing) -> list[Key]:
    """Key by key where the texts that are due say something else than another that applies."""
    if len(standing.texts) < 2:
        return []
    kinds = dict.fromkeys(text.version.document.kind for text in standing.due)
    found = []
    for kind in kinds:
        texts = texts_for(kind, course=course)
        if len(texts.in_order) > 1:
            found += [key for key in texts.keys() if key.differs]  # noqa: SIM118 - no mapping
    return found


@dataclass(frozen=True)
class MyPledges:
    """What the reader still has to pledge to, and what they pledged to, the newest first."""

    waiting: Sequence[pledging.Standing]
    renewing: Sequence[pledging.Standing]
    made: Page[Pledge]

    def __bool__(self) -> bool:
        return bool(self.waiting or self.renewing or self.made.rows)


def my_pledges(user: User, *, after: str | None = None, size: int = PAGE_SIZE) -> MyPledges:
    """The user's pledges. A constant number of queries."""
    enrolments: list[Enrolment] = list(pledging.places(user))
    standings = list(pledging.standings(enrolments, at=clock.now()).values())
    made = (
        Pledge.objects.filter(learner=user)
        .select_related("course", "version__document__institution")
        .defer("version__body")
    )
    return MyPledges(
        waiting=[item for item in standings if item.state == PledgeState.WAITING],
        renewing=[item for item in standings if item.state == PledgeState.IN_GRACE],
        made=newest_first(made, by="made_at", after=after, size=size),
    )

"""The other rooms that belong to a policy."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from integrity.courses.models import Course
from policies.selectors.office import Kept
from policies.services.readers import helpful_counts


@dataclass(frozen=True)
class Room:
    """A link to a page of its own."""

    icon: str
    label: str | Promise
    hint: str | Promise
    url: str


def of(kept: Kept) -> list[Room]:
    """The rooms of a policy, in the order in which they are needed."""
    slug = kept.document.slug
    pledges = Room(
        "file-check",
        _("Pledges"),
        _("Who has pledged to the version in force, and who has not, course by course."),
        reverse("pledges:current", args=[slug]),
    )
    return [
        *([pledges] if _is_pledged_to(kept) else []),
        Room(
            "users",
            _("Yearly review"),
            _("The meeting, what people sent in, and the outcome."),
            reverse("policy_reviews:review", args=[slug]),
        ),
        Room(
            "send",
            _("Tell everybody"),
            _("Of a new version, and of the policy once a year: by email and by other media."),
            reverse("policy_reviews:telling", args=[slug]),
        ),
    ]


def _is_pledged_to(kept: Kept) -> bool:
    """Whether there is anybody who could pledge: a version in force, and a course it holds for."""
    document = kept.document
    if not document.needs_pledge or kept.current is None:
        return False
    courses = Course.objects.all()
    if document.institution_id is not None:
        courses = courses.filter(institution=document.institution_id)
    return document.course_id is not None or courses.exists()


def helpful(kept: Kept) -> dict[int, tuple[int, int]]:
    """Number of a version -> how many say that it helped, and how many that it did not."""
    return helpful_counts(kept.document) if kept.published else {}

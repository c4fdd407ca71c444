"""A course opens to a learner when they have pledged (PO6): the check that courses ask."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from integrity.courses import gates
from integrity.courses.models import Enrolment
from integrity.web import statuses
from policies import pledging
from policies.enums import PledgeState

WAITING = _("Waiting for your pledge")


def check(enrolments: Collection[Enrolment]) -> Mapping[int, gates.Gate]:
    """The gates before the courses of these enrolments; see `gates.Check`. Two queries at most."""
    found = {}
    for standing in pledging.standings(enrolments).values():
        if standing.state in (PledgeState.WAITING, PledgeState.IN_GRACE):
            found[standing.course.pk] = _gate(standing)
    return found


def _gate(standing: pledging.Standing) -> gates.Gate:
    url = reverse("pledges:course", args=[standing.course.slug])
    if standing.state == PledgeState.IN_GRACE:
        return gates.Gate(
            standing.course,
            url,
            title=_("A text you pledged to has a new version"),
            text=_("Please read what changed and pledge again, so that the course stays open."),
            link=_("See what changed"),
            until=standing.until,
        )
    return gates.Gate(
        standing.course,
        url,
        title=WAITING,
        text=_("This course opens as soon as you have pledged to keep its rules."),
        link=_("Read and pledge"),
    )


gates.register("pledges", check)
for _state, _shape, _tone in (
    (PledgeState.PLEDGED, "decided", "good"),
    (PledgeState.IN_GRACE, "soon", "wait"),
    (PledgeState.WAITING, "open", "quiet"),
):
    statuses.register(f"pledge_{_state}", shape=_shape, tone=_tone, word=_state.label)

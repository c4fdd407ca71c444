"""What was noticed about one case, for those of the desk who read it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from cases.models import Surge
from cases.selectors.alike import Alike, alike
from cases.selectors.case_page import CasePage
from cases.selectors.retaliation import MarkRow, marked
from cases.services import acknowledgement
from integrity.accounts.models import User


@dataclass(frozen=True)
class Noticed:
    """`marks`: for somebody who did not work on an earlier matter. `surge_url`: very many at once.
    `unacknowledged`: references of reports whose receipt was not delivered within seven days."""

    marks: list[MarkRow]
    surge_url: str
    unacknowledged: list[str]
    alike: list[Alike]

    @property
    def more_marks(self) -> int:
        """How many marks there are besides the first, which the page shows."""
        return max(0, len(self.marks) - 1)

    @property
    def anything(self) -> bool:
        """Whether there is something to say at the top of the case."""
        return bool(self.marks or self.surge_url or self.unacknowledged)


def noticed(user: User, page: CasePage) -> Noticed:
    """At most fourteen queries, however much is in the case; seven fewer past investigation."""
    case = page.head.case
    late = acknowledgement.missing(case)
    surge = (
        Surge.objects.filter(pk=case.surge_id).values_list("public_id", flat=True).first()
        if case.surge_id is not None
        else None
    )
    return Noticed(
        marks=marked(user, case),
        surge_url=reverse("desk:surge", args=[surge]) if surge is not None else "",
        unacknowledged=[line.report.reference for line in page.reports if line.report.pk in late],
        alike=alike(user, case),
    )

"""That somebody took a whole case file away on paper."""

from __future__ import annotations

from cases import rules
from cases.services.base import reading_case, record
from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.core.errors import NotPermitted


def opened(*, actor: User, number: str, exhibits: int) -> None:
    """Record that `actor` opened the print view; every time, for each may be another copy.

    Nothing of the case changes, so an open form of a colleague does not become stale. Raises
    `NotFound` and `NotPermitted` as for the page.
    """
    with audit.transaction():
        case = reading_case(actor, number)
        if rules.access(actor, case) < rules.Access.READ:
            raise NotPermitted
        record("case.printed", case, actor, data={"exhibits": exhibits})

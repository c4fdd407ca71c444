"""Who wrote a report down for somebody, and so knows who told the office (IN10; decision 0024)."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef

from cases.enums import ReportMode
from cases.models import Case, Report
from integrity.accounts.models import User


def wrote_in_confidence(user: Any) -> Exists:
    """For cases: true where `user` entered a report whose sender is sealed."""
    return Exists(
        Report.objects.filter(case=OuterRef("pk"), entered_by=user, mode=ReportMode.CONFIDENTIAL)
    )


def knows_who_reported(user: User, case: Case) -> bool:
    """Whether the user entered a report in confidence here.

    They may read the case as their role lets them, and neither have it nor decide it: those who
    decide do not know who reported.
    """
    return Case.objects.filter(wrote_in_confidence(user), pk=case.pk).exists()

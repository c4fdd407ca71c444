"""A report made in bad faith is recorded as such, by an officer, with reasons."""

from __future__ import annotations

import pytest

from cases.services import bad_faith
from integrity.audit.models import Event
from integrity.core.errors import NotPermitted
from tests.cases.test_process import World
from tests.promises.register import CONDUCT, promise

pytestmark = [pytest.mark.usefixtures("shared"), pytest.mark.django_db]

WHY = "The sender wrote to a friend that it was made up."


@promise(CONDUCT, "3.1", "A report made in bad faith is recorded as such", "QU4")
def test_an_officer_records_that_a_report_was_made_in_bad_faith(shared: World) -> None:
    asked = {"number": shared.number, "report_id": shared.report.public_id, "reasons": WHY}
    with pytest.raises(NotPermitted):
        bad_faith.find(actor=shared.moderator, **asked)
    row = bad_faith.find(actor=shared.officer, **asked)
    assert (row.report, row.found_by, row.reasons) == (shared.report, shared.officer, WHY)
    assert Event.objects.filter(action="report.bad_faith", case_number=shared.number).exists()

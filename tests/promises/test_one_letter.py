"""A small first matter of conduct: one letter, which can be answered."""

from __future__ import annotations

import pytest

from cases.models import Determination, Sanction
from cases.services import determination
from tests.cases.test_one_letter import Small
from tests.promises.helpers import letter
from tests.promises.register import CONDUCT, promise

pytestmark = pytest.mark.django_db


@promise(CONDUCT, "6.1", "A minor first-time matter is settled by one letter", "PR5")
def test_a_warning_comes_in_one_letter_that_can_be_answered() -> None:
    small = Small()
    small.settle(consequences=["warning_written"])
    said = letter("summary_decision")
    assert "E1: The post" in said
    assert "Answer this letter" in said
    assert "Appeal against this decision" in said
    small.answer()
    determination.record_findings(
        actor=small.second,
        number=small.number,
        respondent_id=small.rid,
        findings=small.findings("not_shown"),
        reasons_finding="It is a quotation.",
        answers=small.answers(),
    )
    small.propose([], by=small.second, facts={}, reasons_penalty="", departure_reason="")
    assert Determination.objects.filter(status="issued", summary=False).exists()
    assert Sanction.objects.get().status == "reversed"

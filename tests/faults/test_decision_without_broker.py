"""The whole job while the broker is gone: decisions commit, letters leave all the same."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any

import pytest

from cases.models import Case, Determination
from notifications.models import OutboxMessage
from tests.support.processes import Process
from tests.support.smtp import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)


def test_case_69_the_walkthrough_without_a_broker(
    smtp: SmtpServer, start_process: Callable[..., Process], unused_port: int
) -> None:
    """Nobody listens where Redis should be; every publishing fails and nothing else does."""
    process = start_process(
        sys.executable, "manage.py", "walkthrough", REDIS_URL=f"redis://127.0.0.1:{unused_port}/0"
    )
    process.wait_for("Done.", timeout=120)
    number = re.search(r"IC-\d{4}-\d{6}", process.output)
    assert number is not None
    case = Case.objects.get(number=number.group())
    assert Determination.objects.get(respondent__case=case).status == "issued"
    states: list[Any] = list(OutboxMessage.objects.values_list("state", flat=True))
    assert len(states) == 6
    assert set(states) == {"sent"}
    assert len(smtp.messages) == 6

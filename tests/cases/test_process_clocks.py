"""Ends that are instants: across both shifts of the clocks, and on hosts whose clocks are wrong.

Answer and going on without one are in `test_windows.py`; here are appeal and suspension.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cases.enums import CaseStatus
from cases.models import Case, Determination, Sanction
from cases.services import deadlines
from integrity.accounts.models import Restriction
from integrity.accounts.selectors import active_restriction
from integrity.core import clock
from integrity.core.errors import WindowClosed
from tests.cases.test_appeals import lodge
from tests.cases.test_process import World

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
LONDON = ZoneInfo("Europe/London")
# The clocks go back on 25 October 2026, and forward on 28 March 2027.
SHIFTS = [datetime(2026, 10, 19, 9, tzinfo=UTC), datetime(2027, 3, 22, 9, tzinfo=UTC)]


def suspended(world: World) -> Sanction:
    proposed = world.propose(["temporary_suspension"], params={"temporary_suspension": {"days": 7}})
    world.confirm(proposed.digest)
    return Sanction.objects.get()


@pytest.mark.parametrize("written", SHIFTS)
def test_hostile_79_appeal_and_suspension_end_at_a_fixed_instant(
    frozen_clock: Any, written: datetime
) -> None:
    frozen_clock.move_to(written)
    world = World()
    place = world.case.institution
    place.time_zone = "Europe/London"
    place.save()
    row = suspended(world.found())
    until = Determination.objects.get().appeal_until
    assert until is not None
    assert written.astimezone(LONDON).utcoffset() != until.astimezone(LONDON).utcoffset()
    assert f"{until.astimezone(LONDON):%H:%M:%S}" == "23:59:59"
    # Seven times 24 hours, though one of these days has 23 or 25.
    assert row.ends_at == written + timedelta(days=7)
    for moment, active in ((row.ends_at - SECOND, True), (row.ends_at, False)):
        assert (active_restriction(world.learner, at=moment) is not None) is active
    frozen_clock.move_to(until + SECOND)
    with pytest.raises(WindowClosed):
        lodge(world)
    # HOSTILE 82: the last second counts.
    frozen_clock.move_to(until)
    assert deadlines.run()["closed"] == 0
    assert lodge(world)


@pytest.mark.postgres
@pytest.mark.parametrize("wrong_by", [timedelta(hours=-1), timedelta(hours=1)])
@pytest.mark.parametrize("left", [timedelta(minutes=-30), timedelta(minutes=30)])
def test_hostile_81_a_host_that_is_an_hour_wrong_ends_nothing_early_or_late(
    monkeypatch: pytest.MonkeyPatch, wrong_by: timedelta, left: timedelta
) -> None:
    """Half an hour before and after each end, on a host that is an hour fast or slow."""

    class Host(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz) + wrong_by

    world = World().found()
    suspended(world)
    ends = clock.now() + left
    starts = ends - timedelta(days=7)
    Determination.objects.update(appeal_until=ends)
    Sanction.objects.update(starts_at=starts, ends_at=ends)
    Restriction.objects.update(starts_at=starts, ends_at=ends)
    monkeypatch.setattr(clock, "_base", None)
    monkeypatch.setattr(clock, "datetime", Host)
    open_still = left > timedelta()
    assert (active_restriction(world.learner) is not None) is open_still
    done = deadlines.run()
    assert (done["sanctions_ended"], done["closed"]) == ((0, 0) if open_still else (1, 1))
    status = Case.objects.get(number=world.number).status
    if open_still:
        assert status == CaseStatus.DECIDED
        assert lodge(world)
    else:
        assert status == CaseStatus.CLOSED

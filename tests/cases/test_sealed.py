"""Earlier cases of a learner are not found by name before a finding is recorded (CF6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from cases import rules
from cases.enums import CaseStatus as S
from cases.enums import DeterminationStatus
from cases.models import Case, Determination, Respondent
from cases.selectors import search
from cases.selectors.queue import live_counts
from cases.selectors.search import matching
from cases.services import indexing, triage
from integrity.accounts.models import User
from integrity.core import clock
from tests.cases import builders as build
from tests.cases.test_process import World
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

QUEUE = "/desk/queue/"


class Two:
    """A decided case about somebody, and an open one about them that an officer works on."""

    def __init__(self, status: str = S.REVIEW, before: str = S.CLOSED) -> None:
        self.officer = build.officer()
        self.moderator = build.moderator()
        self.learner = make.person("Zebulon Quirke")
        self.earlier = self.case(before, names_open=True)
        piece = "Zebulon Quirke copied from the mitochondria page"
        build.evidence(self.earlier, title="Essay", text=piece)
        indexing.write(self.earlier)
        self.now = self.case(status, assignee=self.moderator)
        indexing.write(self.now)

    def case(self, status: str, **fields: Any) -> Case:
        if status == S.DISMISSED:
            fields["dismissal_reason"] = "not_enough"
        return build.case(learner=self.learner, status=status, **fields)

    def part(self, case: Case) -> Respondent:
        return case.respondents.get()

    def find(self, status: str = DeterminationStatus.DRAFT) -> None:
        fields: dict[str, Any] = {}
        Determination.objects.create(
            respondent=self.part(self.now), status=status, standard_of_proof="x",
            reasons_finding="y", proposed_by=self.officer, **fields,
        )  # fmt: skip


def found(user: User, text: str) -> list[str]:
    cases = matching(rules.visible_to(user), user, text)
    return list(cases.order_by("pk").values_list("number", flat=True))


def counted(user: User, query: str) -> str:
    client = Client()
    client.force_login(user)
    return client.get(f"{QUEUE}?{query}").content.decode()


@pytest.mark.parametrize("status", [S.INVESTIGATION, S.NOTIFIED, S.REVIEW])
@pytest.mark.parametrize("before", [S.DECIDED, S.APPEAL, S.CLOSED, S.DISMISSED])
def test_cf6_a_name_finds_the_open_case_alone_before_a_finding(status: str, before: str) -> None:
    two = Two(status, before)
    for text in ("quirke", "zeb", "Zebulon Quirke"):
        assert found(two.officer, text) == [two.now.number], text
    # What the earlier case holds would lead there as well.
    assert found(two.officer, "mitochondria") == []
    for text in (two.earlier.number, two.earlier.number[-6:]):
        assert two.earlier.number in found(two.officer, text)
    assert found(two.officer, f"{two.earlier.number} quirke") == []


def test_cf6_it_is_found_once_there_is_a_finding() -> None:
    two = Two()
    two.find()
    assert found(two.officer, "quirke") == [two.earlier.number, two.now.number]
    Determination.objects.update(status=DeterminationStatus.SUPERSEDED)
    assert found(two.officer, "quirke") == [two.now.number]


def test_cf6_through_the_whole_process() -> None:
    world = World().found()
    world.propose(["warning_written"])
    learner = world.learner
    again = World()
    again.learner = learner
    Case.objects.filter(pk=again.case.pk).update(submission=None)
    again.case.respondents.update(user=learner)
    again.opened()
    for user in (again.officer, again.second):
        assert found(user, "okonjo") == [again.number]
    again.alleged()
    assert found(again.officer, "okonjo") == [again.number]


def test_cf6_the_queue_and_its_counts_say_the_same() -> None:
    two = Two()
    for query in (
        "view=all&q=quirke",
        "q=quirke",
        "view=closed&q=quirke",
        "view=all&q=mitochondria",
    ):
        html = counted(two.officer, query)
        assert two.earlier.number not in html, query
        assert two.now.number in html or query != "q=quirke"
    asked = QueryDict("view=closed&q=quirke")
    assert live_counts(two.officer, asked, since=0).total == 0
    assert two.earlier.number in counted(two.officer, "view=closed")
    two.find()
    assert live_counts(two.officer, asked, since=0).total == 1
    assert two.earlier.number in counted(two.officer, "view=all&q=quirke")


def test_cf6_when_the_matter_is_over_or_dismissed_nothing_is_sealed() -> None:
    two = Two()
    triage.dismiss(actor=two.officer, number=two.now.number, reason="not_enough")
    assert two.earlier.number in found(two.officer, "quirke")


def test_cf6_another_account_of_the_same_person_is_the_same_person() -> None:
    two = Two()
    other = make.person("Z. Quirke")
    User.objects.filter(pk=other.pk).update(closed_into=two.learner, is_active=False)
    Respondent.objects.filter(case=two.earlier).update(user=other)
    assert found(two.officer, "mitochondria") == []
    Respondent.objects.filter(case=two.earlier).update(user=two.learner)
    Respondent.objects.filter(case=two.now).update(user=other)
    assert found(two.officer, "mitochondria") == []


def test_cf6_people_of_other_cases_are_found_as_ever() -> None:
    two = Two()
    other = build.case(learner=make.person("Wanda Quirke"), status=S.CLOSED)
    indexing.write(other)
    assert found(two.officer, "quirke") == [two.now.number, other.number]


def _nobody_is_named(two: Two) -> User:
    """In triage a search that leaves something out would tell whom the report is about."""
    two.part(two.now).delete()
    Case.objects.filter(pk=two.now.pk).update(status=S.TRIAGE, assignee=None)
    build.respondent(Case.objects.get(pk=two.now.pk), two.learner)
    return two.officer


def _kept_from_it(two: Two) -> User:
    """Whoever has a conflict in the open case would learn that there is one."""
    build.conflict(two.now, two.officer)
    return two.officer


def _reads_the_earlier_one_alone(two: Two) -> User:
    """Nor may a moderator of the earlier case learn of one they cannot read."""
    other = build.moderator("Other")
    Case.objects.filter(pk=two.earlier.pk).update(assignee=other, assigned_at=clock.now())
    return other


def _audits(two: Two) -> User:
    return build.auditor()


@pytest.mark.parametrize(
    "who", [_nobody_is_named, _kept_from_it, _reads_the_earlier_one_alone, _audits]
)
def test_hostile_16_what_is_left_out_tells_nobody_of_a_case(who: Callable[[Two], User]) -> None:
    two = Two()
    user = who(two)
    assert two.earlier.number in found(user, "mitochondria")
    assert two.earlier.number in found(user, "quirke")


def test_cf6_whoever_has_the_open_case_is_no_officer() -> None:
    two = Two()
    Case.objects.filter(pk=two.earlier.pk).update(assignee=two.moderator, assigned_at=clock.now())
    assert found(two.moderator, "quirke") == [two.now.number]
    two.find()
    assert found(two.moderator, "quirke") == [two.earlier.number, two.now.number]


def test_cf6_frequent_words_leave_out_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    two = Two()
    monkeypatch.setattr(search, "RARE", 0)
    assert found(two.officer, "quirke") == [two.now.number]

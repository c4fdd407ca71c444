"""A small first matter settled in one letter (PR5): sent, answered, appealed, decided anew."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from cases import due_process, sanctions
from cases.enums import CaseKind, CaseStatus, DeterminationStatus, SanctionStatus
from cases.models import (
    Case,
    Determination,
    Disclosure,
    Notice,
    Respondent,
    Response,
    Sanction,
)
from cases.services import (
    allegation,
    appeal,
    deadlines,
    determination,
    evidence,
    response,
    summary,
    triage,
)
from cases.services.resting import DETECTOR_ALONE, NONE, NOT_SHOWN
from cases.workflow import SETTLED_IT
from integrity.accounts.models import User
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    NotPermitted,
    Stale,
    WindowClosed,
)
from notifications.content import unseal_letter
from notifications.models import Letter, OutboxMessage
from tests.cases import builders as build
from tests.cases.test_intake_concurrency import at_once
from tests.cases.test_sanctions_process import Talk
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

NEUTRAL = "This cannot be settled in one letter. Please send the learner a notice instead."


class Small(Talk):
    """A post somebody reported, alleged and with evidence: nobody was told yet."""

    def __init__(self) -> None:
        super().__init__()
        triage.open_case(actor=self.officer, number=self.number)
        allegation.add(
            actor=self.officer,
            number=self.number,
            respondent_id=self.rid,
            violation_type_id=self.version.violation_types.first().pk,  # type: ignore[union-attr]
            completion="completed",
            description="A post calls somebody a fool.",
        )
        evidence.add(
            actor=self.officer,
            number=self.number,
            kind="quote",
            title="The post",
            text="You fool",
            form_key=uuid4().hex,
        )

    def resting(self) -> dict[str, list[str]]:
        pieces = [str(row.public_id) for row in self.case.evidence.all()]
        return {str(row.public_id): pieces for row in self.respondent.allegations.all()}

    def settle(self, by: User | None = None, **given: Any) -> Determination:
        return summary.settle(
            **{
                "actor": by or self.officer,
                "number": self.number,
                "respondent_id": self.rid,
                "supports": self.resting(),
                "consequences": ["content_removed", "warning_written"],
                "reasons_finding": "The post is there to read.",
                "reasons_penalty": "It hurt somebody, and it was the first time.",
                **given,
            }
        )

    def answer(self, text: str = "It was a quotation.", **given: Any) -> Response:
        return response.submit(
            **{
                "actor": self.learner,
                "respondent_id": self.rid,
                "points": self.points("contest", text),
                "form_key": uuid4().hex,
                **given,
            }
        )

    def refused(self, **given: Any) -> str:
        with pytest.raises(IllegalTransition) as error:
            self.settle(**given)
        return str(error.value.message)


@pytest.fixture
def small() -> Small:
    return Small()


def words(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def test_one_letter_is_notice_evidence_and_decision(small: Small) -> None:
    made = small.settle()
    assert (made.status, made.summary, made.needs_second) == ("issued", True, False)
    assert small.respondent.status == CaseStatus.DECIDED
    notice = Notice.objects.get()
    assert notice.letter == made.letter
    assert notice.due_at == made.answer_until
    assert made.appeal_until is not None
    assert Disclosure.objects.count() == small.case.evidence.count()
    assert made.findings.get().rests_on == list(small.case.evidence.all())
    assert set(Sanction.objects.values_list("status", flat=True)) == {SanctionStatus.ACTIVE}
    assert [row.event for row in OutboxMessage.objects.order_by("pk")] == ["summary_decision"]
    letter = html.unescape(unseal_letter(Letter.objects.get().content_sealed).html)
    for said in (
        "E1: The post",
        "This finding rests on:",
        "More likely than not",
        "It was shown that this happened.",
        "The post is there to read.",
        "It hurt somebody, and it was the first time.",
        "Answer this letter",
        "Appeal against this decision",
        "What we do with your data",
    ):
        assert said in letter, said
    actions = list(Event.objects.values_list("action", flat=True))
    assert {"notice.sent", "determination.issued", "sanction.applied"} <= set(actions)
    # Nobody was shown an earlier finding on the way.
    assert "history.opened" not in actions


def test_the_same_form_twice_is_one_decision(small: Small) -> None:
    first = small.settle()
    assert small.settle() == first
    assert Letter.objects.count() == Notice.objects.count() == 1
    assert Event.objects.filter(action="determination.issued").count() == 1
    assert small.refused(reasons_finding="Something else.")
    assert Determination.objects.count() == 1


def test_only_small_matters_of_conduct(small: Small, monkeypatch: Any) -> None:
    Case.objects.filter(pk=small.case.pk).update(kind=CaseKind.ACADEMIC)
    assert small.refused() == NEUTRAL
    Case.objects.filter(pk=small.case.pk).update(kind=CaseKind.CONDUCT)
    for code in ("expulsion", "assignment_failed", "barred_from_channels", "temporary_suspension"):
        with pytest.raises(InvalidInput) as error:
            small.settle(consequences=[code])
        assert list(error.value.fields) == ["consequences"]
    warning = type(sanctions.handler("warning_written"))
    monkeypatch.setattr(warning, "takes_away", lambda self, respondent, params: True)
    with pytest.raises(InvalidInput):
        small.settle(consequences=["warning_written"])
    assert not Determination.objects.exists()
    assert not Disclosure.objects.exists()


def earlier(small: Small, **fields: Any) -> Determination:
    """A finding in another case of the same person, issued."""
    other = Small()
    Respondent.objects.filter(case=other.case).update(user=small.learner)
    made = other.settle(consequences=["warning_written"])
    Determination.objects.filter(pk=made.pk).update(**fields)
    return made


def test_an_earlier_finding_that_counts_closes_the_short_way_without_a_word_of_it(
    small: Small, client: Client
) -> None:
    earlier(small)
    assert small.refused() == NEUTRAL
    assert not Event.objects.filter(action="history.opened", case_number=small.number).exists()
    client.force_login(small.officer)
    answer = client.get(reverse("desk:settle", args=[small.number, small.rid]))
    assert answer.status_code == 409
    assert NEUTRAL in words(answer)
    assert "1 earlier finding" not in words(answer)


def test_what_was_annulled_or_is_long_ago_does_not_close_it(small: Small) -> None:
    earlier(small, decided_at=clock.now() - timedelta(days=4 * 366))
    earlier(
        small,
        annulled_at=clock.now(),
        annulled_by=small.second,
        annulment_reason="It was somebody else.",
    )
    assert small.settle().summary


def test_who_may_settle_it(small: Small) -> None:
    with pytest.raises(NotPermitted):
        small.settle(by=build.moderator("Tomasz Lem"))
    with pytest.raises(NotFound):
        small.settle(by=make.person())
    build.conflict(small.case, small.second)
    with pytest.raises(NotFound):
        small.settle(by=small.second)
    with pytest.raises(Stale):
        small.settle(revision=0)


def test_only_evidence_the_letter_shows_supports_it(small: Small) -> None:
    key = next(iter(small.resting()))
    piece = build.evidence(build.case())
    tool = build.evidence(small.case, kind="similarity", url="", title="Tool")
    for chosen, said in (
        ([], NONE),
        ([piece], NOT_SHOWN),
        ([tool], DETECTOR_ALONE),
    ):
        with pytest.raises(InvalidInput) as error:
            small.settle(supports={key: [str(row.public_id) for row in chosen]})
        assert error.value.fields == {f"supports-{key}": [said]}
    with pytest.raises(InvalidInput) as error:
        small.settle(reasons_finding=" ", reasons_penalty="", consequences=[])
    assert set(error.value.fields) == {"reasons_finding", "reasons_penalty", "consequences"}


def test_the_answer_opens_it_again_and_somebody_else_decides(small: Small) -> None:
    first = small.settle()
    answered = small.answer()
    assert answered.notice.letter == first.letter
    respondent = small.respondent
    assert respondent.status == CaseStatus.REVIEW
    # It stands until a new one replaces it.
    assert Determination.objects.get().status == DeterminationStatus.ISSUED
    assert set(Sanction.objects.values_list("status", flat=True)) == {SanctionStatus.ACTIVE}
    with pytest.raises(Conflict):
        small.answer()

    def find(by: User, answers: dict[str, str]) -> Determination:
        return determination.record_findings(
            actor=by,
            number=small.number,
            respondent_id=small.rid,
            findings=small.findings("not_shown"),
            reasons_finding="It is a quotation.",
            answers=answers,
        )

    with pytest.raises(NotPermitted) as error:
        find(small.officer, small.answers())
    assert error.value.message == SETTLED_IT
    with pytest.raises(InvalidInput) as missing:
        find(small.second, {})
    assert [name.startswith("answer-") for name in missing.value.fields] == [True]
    find(small.second, small.answers())
    for step in (determination.propose,):
        with pytest.raises(NotPermitted):
            step(
                actor=small.officer,
                number=small.number,
                respondent_id=small.rid,
                facts={},
                consequences=[],
            )
    second = small.propose([], by=small.second, facts={}, reasons_penalty="", departure_reason="")
    first.refresh_from_db()
    assert (first.status, second.status) == ("superseded", "issued")
    assert set(first.sanctions.values_list("status", flat=True)) == {SanctionStatus.REVERSED}
    assert small.respondent.status == CaseStatus.DECIDED


def test_it_is_answered_until_the_last_second_and_not_after(small: Small) -> None:
    made = small.settle()
    assert made.answer_until is not None
    OutboxMessage.objects.update(state="sent", sent_at=clock.now())
    with clock.frozen(made.answer_until + timedelta(seconds=1)), pytest.raises(WindowClosed):
        small.answer()
    with clock.frozen(made.answer_until):
        assert small.answer().notice.respondent == small.respondent


def test_it_can_be_appealed_against_and_then_not_answered(small: Small) -> None:
    small.settle()
    appeal.lodge(
        actor=small.learner,
        respondent_id=small.rid,
        grounds=["new_evidence"],
        text="Look again.",
        form_key=uuid4().hex,
    )
    with pytest.raises(IllegalTransition):
        small.answer()
    assert small.respondent.status == CaseStatus.APPEAL


def test_the_case_is_not_closed_while_it_can_be_answered(small: Small) -> None:
    made = small.settle()
    assert made.appeal_until is not None
    # The letter never came: the time to answer has not begun.
    after = made.appeal_until + timedelta(days=3)
    with clock.frozen(after):
        deadlines.run()
    assert small.respondent.status == CaseStatus.DECIDED
    OutboxMessage.objects.filter(event="summary_decision").update(
        state="sent", sent_at=made.decided_at
    )
    with clock.frozen(after + timedelta(days=30)):
        deadlines.run()
    assert small.respondent.status == CaseStatus.CLOSED


def test_outside_this_way_nothing_is_decided_without_being_heard(small: Small) -> None:
    assert due_process.facts_of(small.respondent).unmet(due_process.BEFORE_DECISION)
    with pytest.raises(IllegalTransition):
        determination.record_findings(
            actor=small.officer,
            number=small.number,
            respondent_id=small.rid,
            findings=small.findings(),
            reasons_finding="So it is.",
            answers={},
            supports=small.resting(),
        )


def filled(small: Small, client: Client) -> dict[str, Any]:
    key = next(iter(small.resting()))
    return {
        "revision": str(Case.objects.get(number=small.number).revision),
        f"supports-{key}": small.resting()[key],
        "consequences": ["warning_written"],
        "reasons_finding": "The post is there to read.",
        "reasons_penalty": "It was the first time.",
    }


def test_the_page_shows_the_letter_before_it_goes(small: Small, client: Client) -> None:
    client.force_login(small.officer)
    case = words(client.get(reverse("desk:case", args=[small.number])))
    address = reverse("desk:settle", args=[small.number, small.rid])
    assert address in case
    page = words(client.get(address))
    assert "A post calls somebody a fool." in page
    assert "Expulsion" not in page
    data = filled(small, client)
    empty = client.post(address, {**data, "consequences": []})
    assert empty.status_code == 400
    assert "Choose what follows" in words(empty)
    shown = client.post(address, data)
    assert shown.status_code == 200
    assert "It was the first time." in words(shown)
    assert not Determination.objects.exists()
    assert not Letter.objects.exists()
    assert not Disclosure.objects.exists()
    back = words(client.post(address, {**data, "step": "weigh"}))
    assert "The post is there to read." in back
    for _ in range(2):
        sent = client.post(address, {**data, "step": "send"})
        assert sent.status_code == 303
    assert Determination.objects.count() == Letter.objects.count() == 1


def test_the_learner_sees_both_ways_and_the_desk_who_reads_the_answer(
    small: Small, client: Client
) -> None:
    small.settle()
    client.force_login(small.learner)
    page = words(client.get(reverse("my:case", args=[small.number])))
    assert reverse("my:answer", args=[small.number]) in page
    assert reverse("my:appeal", args=[small.number]) in page
    assert client.get(reverse("my:answer", args=[small.number])).status_code == 200
    small.answer()
    page = words(client.get(reverse("my:case", args=[small.number])))
    assert "It stands until a new one replaces it." in page
    client.force_login(small.officer)
    assert str(SETTLED_IT) in words(client.get(reverse("desk:case", args=[small.number])))
    findings = reverse("desk:findings", args=[small.number, small.rid])
    assert client.get(findings).status_code == 403
    client.force_login(small.second)
    assert client.get(findings).status_code in (200, 409)


@pytest.mark.django_db(transaction=True)
def test_hostile_61_two_officers_settle_it_at_once_and_one_letter_goes_out() -> None:
    small = Small()
    people = [small.officer, small.second]
    pieces, rid = small.resting(), small.rid

    def settle(n: int) -> Determination:
        return summary.settle(
            actor=people[n],
            number=small.number,
            respondent_id=rid,
            supports=pieces,
            consequences=["warning_written"],
            reasons_finding=f"Reasons of {n}.",
            reasons_penalty="The first time.",
        )

    results = at_once(2, settle)
    assert sum(isinstance(row, Determination) for row in results) == 1, results
    assert OutboxMessage.objects.filter(event="summary_decision").count() == 1
    assert Determination.objects.count() == Notice.objects.count() == 1

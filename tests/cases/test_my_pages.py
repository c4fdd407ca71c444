"""The respondent's own pages: what they show, from when on, and what they never show."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Case, Disclosure, Evidence, Notice, Sanction
from cases.services import determination, notice, response, sanction, triage
from integrity.audit.models import Event
from integrity.core import clock
from notifications.models import Letter
from tests.cases import builders as build
from tests.cases.test_process import World
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

CANARY = "zq-canary-who-told-us"
SECOND = timedelta(seconds=1)


@pytest.fixture
def world() -> World:
    return World()


def enter(client: Client, user: Any) -> Client:
    client.force_login(user)
    return client


def page(client: Client, world: World) -> str:
    # Under a clock that was moved the old session has run out.
    client.logout()
    answer = enter(client, world.learner).get(reverse("my:case", args=[world.number]))
    assert answer.status_code == 200
    return answer.content.decode()


def due(world: World) -> Any:
    return Notice.objects.get(respondent__case__number=world.number).due_at


def words(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


# Who sees it, and from when on


def addresses(number: str) -> list[str]:
    return [
        reverse("my:case", args=[number]),
        reverse("my:answer", args=[number]),
        reverse("my:answered", args=[number]),
        reverse("my:evidence", args=[number, "6f1c9b1e-0000-4000-8000-000000000000"]),
    ]


@pytest.mark.parametrize("stage", ["triage", "alleged", "stranger"])
def test_before_the_notice_and_for_others_it_does_not_exist(client, world, stage):
    if stage == "alleged":
        world.alleged()
    if stage == "stranger":
        world.notified()
    reader = make.person("Stranger") if stage == "stranger" else world.learner
    enter(client, reader)
    for there, nowhere in zip(addresses(world.number), addresses("IC-2026-999999"), strict=True):
        for ask in (client.get, client.head, client.post, client.options):
            seen, unseen = ask(there), ask(nowhere)
            assert seen.status_code == unseen.status_code
            assert seen.status_code in (404, 405)
            assert seen.content == unseen.content


@pytest.mark.parametrize("who", ["moderator", "officer"])
def test_the_desk_does_not_reach_a_case_through_this_page(client, world, who):
    world.notified()
    enter(client, getattr(world, who))
    assert client.get(reverse("my:case", args=[world.number])).status_code == 404


def test_a_visitor_signs_in_first(client, world):
    world.notified()
    answer = client.get(reverse("my:case", args=[world.number]))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))


def test_another_case_of_mine_does_not_lend_its_evidence(client, world):
    world.notified()
    other = build.case(learner=world.learner, policy_version=world.version)
    foreign = build.evidence(other)
    enter(client, world.learner)
    for number in (world.number, other.number):
        url = reverse("my:evidence", args=[number, foreign.public_id])
        assert client.get(url).status_code == 404


def test_evidence_that_was_not_shown_is_not_there(client, world):
    world.notified()
    case = Case.objects.get(number=world.number)
    hidden = build.evidence(case, title="Not yet shown")
    assert "Not yet shown" not in page(client, world)
    url = reverse("my:evidence", args=[world.number, hidden.public_id])
    assert client.get(url).status_code == 404
    Disclosure.objects.create(evidence=hidden, respondent=world.respondent)
    assert "Not yet shown" in page(client, world)
    assert client.get(url).status_code == 200


# What it says


def test_the_question_says_what_where_until_when_and_that_nothing_is_decided(client, world):
    world.learner.time_zone = "America/Bogota"
    world.learner.save()
    world.notified().delivered()
    text = words(page(client, world))
    assert "A question about your Essay 2" in text
    assert "Nothing has been decided." in text
    assert "Three sentences are in an article." in text
    assert "How did it come about?" in text
    assert "in Bogota, your time zone" in text
    assert "Answer this letter" in text


def test_the_clause_leads_to_the_version_that_governs(client, world):
    world.notified()
    violation = world.version.violation_types.get(code="plagiarism")
    html = page(client, world)
    assert f'href="{violation.get_absolute_url()}"' in html
    assert f"/v{world.version.number}/" in violation.get_absolute_url()


def test_shown_evidence_can_be_read(client, world):
    world.notified()
    piece = Evidence.objects.get(case__number=world.number)
    url = reverse("my:evidence", args=[world.number, piece.public_id])
    assert url in page(client, world)
    assert Disclosure.objects.get().first_viewed_at is None
    assert "The same sentences." in client.get(url).content.decode()
    first = Disclosure.objects.get().first_viewed_at
    assert first is not None
    client.get(url)
    assert Disclosure.objects.get().first_viewed_at == first
    assert Event.objects.filter(action="evidence.viewed").count() == 1


def test_the_last_second_of_the_window_counts(client, world):
    world.notified().delivered()
    end = due(world)
    with clock.frozen(end):
        html = page(client, world)
        assert reverse("my:answer", args=[world.number]) in html
    with clock.frozen(end + SECOND):
        html = page(client, world)
        assert reverse("my:answer", args=[world.number]) not in html
        assert "The form is closed, but nothing has been decided" in html


def decided(world: World, outcome: str = "shown", codes: tuple[str, ...] = ("warning_written",)):
    world.found(outcome)
    params = {"temporary_suspension": {"days": 30}}
    world.propose(list(codes) if outcome == "shown" else [], params=params)
    if world.respondent.status == "approval":
        issued = world.respondent.determinations.get(status="proposed")
        determination.confirm(
            actor=world.second,
            number=world.number,
            respondent_id=world.rid,
            digest=issued.digest,
        )
    return world


def test_after_the_answer_it_says_what_i_said_and_that_we_look_at_it(client, world):
    world.answered(text="From my notes of week two.")
    text = words(page(client, world))
    assert "From my notes of week two." in text
    assert "I was ill." in text
    assert "We have your answer, and look at everything together." in text
    assert "Answer this letter" not in text


def test_a_draft_and_a_proposal_are_not_shown(client, world):
    world.found()
    world.propose(["assignment_failed"])
    assert world.respondent.status == "approval"
    proposed = world.respondent.determinations.get(status="proposed")
    text = words(page(client, world))
    assert "Nothing has been decided." in text
    assert proposed.reasons_finding not in text
    assert proposed.reasons_penalty not in text
    assert "We looked at this." not in text


def test_the_decision_says_what_was_found_why_what_follows_and_how_to_appeal(client, world):
    decided(world)
    issued = world.respondent.determinations.get(status="issued")
    text = words(page(client, world))
    assert "The decision about your Essay 2" in text
    assert "It was shown that this happened." in text
    assert issued.reasons_finding in text
    assert issued.reasons_penalty in text
    assert "We looked at this." in text
    assert issued.sanctions.get().consequence.title in text
    assert world.version.no_refunds in text
    assert "You can appeal once." in text
    with clock.frozen(issued.appeal_until):
        assert "You can appeal once." in words(page(client, world))
    with clock.frozen(issued.appeal_until + SECOND):
        assert "The time to appeal ended on" in words(page(client, world))


def test_no_violation_leaves_nothing_behind(client, world):
    decided(world, "not_shown")
    text = words(page(client, world))
    assert "No violation was found." in text
    assert "This was not shown." in text
    assert "What follows" not in text
    # Below stands how long data are kept: as long as an appeal needs them, for instance.
    assert "can appeal" not in text
    assert "to appeal" not in text


def test_a_consequence_ends_by_its_time_and_not_by_a_job(client, world):
    decided(world, codes=("temporary_suspension",))
    row = Sanction.objects.get()
    assert "In effect" in words(page(client, world))
    with clock.frozen(row.ends_at - SECOND):
        assert "In effect" in words(page(client, world))
    with clock.frozen(row.ends_at):
        text = words(page(client, world))
        assert "In effect" not in text
        assert "Ended" in text


def test_a_reversal_is_shown_with_its_reason(client, world):
    decided(world, codes=("assignment_failed",))
    row = Sanction.objects.get()
    sanction.reverse(
        actor=world.second,
        number=world.number,
        sanction_id=row.public_id,
        reason="We had overlooked the note at the end.",
    )
    text = words(page(client, world))
    assert "Reversed" in text
    assert "We had overlooked the note at the end." in text


def test_a_dismissed_case_says_that_nothing_was_found(client, world):
    world.notified()
    build.dismissed(actor=world.moderator, number=world.number, reason="not_enough")
    text = words(page(client, world))
    assert "Nothing was found against you." in text
    assert "Answer this letter" not in text


def test_a_dismissal_that_can_still_be_undone_is_not_shown(client, world):
    world.notified()
    triage.dismiss(actor=world.moderator, number=world.number, reason="not_enough")
    for address in (
        reverse("my:case", args=[world.number]),
        reverse("my:cases"),
        reverse("my:home"),
    ):
        enter(client, world.learner)
        shown = words(client.get(address).content.decode())
        assert "othing was found" not in shown, address
    assert "We wait for your answer" in words(client.get(reverse("my:cases")).content.decode())
    answer = reverse("my:answer", args=[world.number])
    assert f'href="{answer}"' not in page(client, world)
    triage.reopen(actor=world.moderator, number=world.number, reason=CANARY)
    assert f'href="{answer}"' in page(client, world)


def test_a_case_taken_up_again_does_not_say_where_the_desk_stands(client, world):
    world.notified()
    build.dismissed(actor=world.moderator, number=world.number, reason="not_enough")
    triage.reopen(actor=world.officer, number=world.number, reason=CANARY)
    text = words(page(client, world))
    assert "We look at this again from the start" in text
    assert "Triage" not in text
    assert CANARY not in text


# What it never says


@pytest.mark.parametrize("stage", ["notified", "answered", "decided", "reversed", "dismissed"])
def test_no_reporter_no_desk_and_nothing_of_theirs(client, world, stage):
    report = world.report
    report.account = CANARY
    report.save()
    build.note(Case.objects.get(number=world.number), world.moderator, body=CANARY)
    if stage in ("decided", "reversed"):
        decided(world, codes=("assignment_failed",))
    elif stage == "answered":
        world.answered()
    else:
        world.notified()
    if stage == "reversed":
        sanction.reverse(
            actor=world.second,
            number=world.number,
            sanction_id=Sanction.objects.get().public_id,
            reason="Overlooked.",
        )
    if stage == "dismissed":
        triage.dismiss(actor=world.moderator, number=world.number, reason="not_enough", note=CANARY)
    enter(client, world.learner)
    pages = [reverse("my:case", args=[world.number]), reverse("my:cases"), reverse("my:home")]
    pages += [
        reverse("my:evidence", args=[world.number, row.evidence.public_id])
        for row in Disclosure.objects.all()
    ]
    for url in pages:
        html = client.get(url).content.decode()
        for secret in (
            CANARY,
            "Rosa Reporter",
            report.reference,
            world.moderator.display_name,
            world.officer.display_name,
            world.second.display_name,
            str(report.public_id),
        ):
            assert secret not in html


def test_no_time_before_the_notice(client, world):
    """The page after the notice names no instant of the report, the triage or the evidence."""
    begin = clock.now()
    case = Case.objects.get(number=world.number)
    case.opened_at = begin - timedelta(days=9)
    case.save()
    world.report.submitted_at = begin - timedelta(days=8)
    world.report.save()
    with clock.frozen(begin - timedelta(days=6)):
        world.alleged()
    with clock.frozen(begin):
        notice.send(
            actor=world.moderator,
            number=world.number,
            respondent_id=world.rid,
            questions="How?",
            revision=None,
        )
        html = page(client, world)
    told = re.findall(r'<time datetime="([^"]+)"', html)
    assert told
    handed_in = make.HANDED_IN.date().isoformat()
    early = [at for at in told if at[:10] < begin.date().isoformat() and at[:10] != handed_in]
    assert early == []


def test_hostile_text_is_inert(client, world):
    case = Case.objects.get(number=world.number)
    case.assignment.title = '<img src=x onerror=alert(1)>"'
    case.assignment.save()
    world.answered(text='<script>alert("x")</script> {{7*7}} {0.__class__}')
    html = page(client, world)
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert "{{7*7}}" in html


# The list


def test_the_list_puts_what_waits_first_and_is_empty_in_words(client, world):
    enter(client, world.learner)
    assert "There is no case about you" in client.get(reverse("my:cases")).content.decode()
    decided(world)
    waiting = build.case(learner=world.learner, policy_version=world.version)
    tell(waiting, world)
    html = client.get(reverse("my:cases")).content.decode()
    assert html.index(waiting.number) < html.index(world.number)
    assert "We wait for your answer" in html
    assert "You can appeal until" in html


def tell(case: Case, world: World, pieces: int = 1) -> None:
    """Send a notice with some allegations and evidence."""
    triage.open_case(actor=world.moderator, number=case.number)
    case.refresh_from_db()
    for _ in range(pieces):
        build.allegation(case, by=world.moderator)
        build.evidence(case)
    notice.send(
        actor=world.moderator,
        number=case.number,
        respondent_id=case.respondents.get().public_id,
        questions="How?",
        revision=None,
    )


def cost(count_queries: Any, client: Client, url: str) -> int:
    client.get(url)
    with count_queries() as queries:
        assert client.get(url).status_code == 200
    return queries.number


def test_the_list_costs_the_same_for_one_case_and_three(client, world, count_queries):
    tell(Case.objects.get(number=world.number), world)
    enter(client, world.learner)
    one = cost(count_queries, client, reverse("my:cases"))
    for _ in range(2):
        tell(build.case(learner=world.learner, policy_version=world.version), world)
    assert cost(count_queries, client, reverse("my:cases")) == one


def test_the_page_costs_the_same_for_one_allegation_and_three(client, world, count_queries):
    small = Case.objects.get(number=world.number)
    large = build.case(learner=world.learner, policy_version=world.version)
    tell(small, world)
    tell(large, world, pieces=3)
    enter(client, world.learner)
    costs = [
        cost(count_queries, client, reverse("my:case", args=[number]))
        for number in (small.number, large.number)
    ]
    for case in (small, large):
        respondent = case.respondents.get()
        response.submit(
            actor=world.learner,
            respondent_id=respondent.public_id,
            points={str(a.public_id): ("explain", "So.") for a in respondent.allegations.all()},
            mitigation="",
            statement="",
            form_key=f"key-{case.number}",
        )
        costs.append(cost(count_queries, client, reverse("my:case", args=[case.number])))
    assert len(set(costs[:2])) == len(set(costs[2:])) == 1
    assert max(costs) <= 30


def test_letters_of_the_case_are_listed_and_no_others(client, world):
    world.notified()
    other = build.case(learner=world.learner, policy_version=world.version)
    tell(other, world)
    html = page(client, world)
    own = Letter.objects.get(case_number=world.number)
    foreign = Letter.objects.get(case_number=other.number)
    assert reverse("notifications:letter", args=[own.public_id]) in html
    assert reverse("notifications:letter", args=[foreign.public_id]) not in html

"""The case file: its queries, the ledger, sealed earlier findings, and all of it on paper."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Case, Disclosure
from cases.selectors.case_page import case_page
from cases.selectors.timeline import timeline
from cases.services.proof import Point, weigh
from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.audit.models import Event
from tests.cases import builders as build
from tests.cases.test_process import World

pytestmark = pytest.mark.django_db

MOST_QUERIES = 12
PARTS = (
    "case",
    "case_letters",
    "notes",
    "people",
    "history",
    "governing",
    "alike",
    "ledger",
    "print",
)


def url(name: str, case: Case, *args: Any) -> str:
    return reverse(f"desk:{name}", args=[case.number, *args])


MOST_ALLEGED = 3


def fill(world: World, times: int) -> None:
    for number in range(times):
        build.report(world.case)
        build.evidence(world.case)
        build.note(world.case, world.moderator)
        build.watcher(world.case, build.moderator(f"Watcher {number}"))
        # A policy names so many violations, and each is alleged once.
        if number < MOST_ALLEGED:
            build.allegation(world.case, world.respondent, by=world.moderator)
        with audit.transaction():
            audit.record(
                "note.added",
                actor=audit.Actor.user(world.moderator.public_id, role="moderator"),
                subject=("note", "x"),
                case_number=world.number,
            )


@pytest.mark.parametrize("stage", ["alleged", "found", "proposed"])
def test_the_page_takes_twelve_queries_at_one_three_and_forty_of_everything(
    client: Client, count_queries: Any, stage: str
) -> None:
    world = World()
    if stage == "proposed":
        world.found().propose(["assignment_failed"])
    else:
        getattr(world, stage)()
    client.force_login(world.second)
    costs = []
    for more in (0, 2, 37):
        fill(world, more)
        client.get(url("case", world.case))
        with count_queries() as queries:
            assert client.get(url("case", world.case)).status_code == 200
        costs.append(queries.number)
    assert max(costs) <= MOST_QUERIES
    assert len(set(costs)) == 1


def test_the_lists_read_in_one_query_are_what_the_database_holds() -> None:
    world = World().found()
    world.propose(["assignment_failed"])
    page = case_page(User.objects.get(pk=world.second.pk), world.number)
    part = page.progress[0]
    notice = world.respondent.notices.get()
    assert part.notice is not None
    assert (part.notice.sent_at, part.notice.due_at) == (notice.sent_at, notice.due_at)
    assert part.notice.response.submitted_at == notice.response.submitted_at
    stored = world.respondent.determinations.get()
    assert part.determination is not None
    for name in ("public_id", "proposed_at", "recommendation", "needs_second", "decided_by_id"):
        assert getattr(part.determination, name) == getattr(stored, name)
    assert part.determination.proposed_by.display_name == stored.proposed_by.display_name
    assert part.sanctions[0].params == stored.sanctions.get().params
    assert [line.evidence.pk for line in page.evidence] == list(
        world.case.evidence.order_by("position").values_list("pk", flat=True)
    )
    assert page.head.respondents[0].user == world.learner


def test_the_ledger_says_what_was_shown_to_whom_and_what_was_not(client: Client) -> None:
    world = World().answered()
    build.evidence(world.case, title="Found later")
    client.force_login(world.moderator)
    html = client.get(url("ledger", world.case)).content.decode()
    assert "Article" in html
    assert "Found later" in html
    assert "Not shown" in html
    assert html.count("Amara Okonjo") >= 2
    assert Disclosure.objects.count() == html.count('data-l="Shown"><time')


def test_in_triage_the_ledger_names_nobody(client: Client) -> None:
    world = World()
    client.force_login(world.moderator)
    assert "Amara Okonjo" not in client.get(url("ledger", world.case)).content.decode()
    assert "Amara Okonjo" not in client.get(url("print", world.case)).content.decode()


def test_the_print_view_holds_the_whole_file_and_says_who_took_it(client: Client) -> None:
    world = World().answered(text="From my notes.")
    build.note(world.case, world.moderator, "The template lost the marks.")
    allegation = world.respondent.allegations.get()
    weigh(
        actor=world.moderator,
        number=world.number,
        respondent_id=world.rid,
        points={str(allegation.public_id): [Point("Words of somebody else")]},
    )
    client.force_login(world.officer)
    before = Case.objects.get(number=world.number).revision
    html = client.get(url("print", world.case)).content.decode()
    for piece in (
        "Three sentences are in an article.",
        "The same sentences.",
        "From my notes.",
        "The template lost the marks.",
        "Words of somebody else",
        "Disclosure ledger",
        "Everything that happened",
        "nothing covered",
        world.officer.display_name,
    ):
        assert piece in html
    client.head(url("print", world.case))
    event = Event.objects.get(action="case.printed")
    assert event.actor_id == str(world.officer.public_id)
    assert Case.objects.get(number=world.number).revision == before
    assert "<form" not in html.partition("<main")[2].partition("</main>")[0]


def test_hostile_20_to_22_nobody_shut_out_prints(client: Client) -> None:
    world = World().answered()
    declared = build.moderator("Declared")
    build.conflict(world.case, declared)
    for user, status in (
        (declared, 404),
        (world.learner, 404),
        (build.moderator("Not here"), 403),
    ):
        client.force_login(user)
        for name in ("print", "ledger", "governing", "alike"):
            assert client.get(url(name, world.case)).status_code == status
    assert not Event.objects.filter(action="case.printed").exists()


def test_cf6_earlier_findings_are_nowhere_before_a_finding(client: Client) -> None:
    prior = World().found()
    prior.propose(["warning_written"])
    world = World()
    world.learner = prior.learner
    world.case.respondents.update(user=prior.learner)
    Case.objects.filter(pk=world.case.pk).update(submission=None)
    world.answered()
    for user in (world.moderator, world.officer):
        client.force_login(user)
        for name in PARTS:
            html = client.get(url(name, world.case)).content.decode()
            assert prior.number not in html, name
            assert "Open after a finding is recorded" in html or name != "case"
        for address in ("findings", "grid"):
            html = client.get(url(address, world.case, world.rid)).content.decode()
            assert prior.number not in html
        lines = timeline(world.number, reader=user, officer=True, whole=True).lines
        assert not any(prior.number in f"{line.text}{line.detail}{line.quote}" for line in lines)
    assert not Event.objects.filter(case_number=world.number, action="history.opened").exists()


def test_group_cases_have_a_place_for_each_learner(client: Client) -> None:
    world = World().alleged()
    first, other = world.respondent, build.respondent(world.case)
    client.force_login(world.officer)
    html = client.get(url("case", world.case)).content.decode()
    for row in (first, other):
        assert f'id="r-{row.public_id}"' in html

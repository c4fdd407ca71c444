"""Pages of the desk to read: who reaches which, what they show and what they never show."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases import rules, workflow
from cases.enums import CaseStatus as S
from cases.enums import EvidenceKind, ReportMode
from cases.models import Case, Respondent
from cases.selectors.case_head import head
from cases.selectors.case_page import case_page
from cases.selectors.timeline import PAGE, SHOWN, timeline
from cases.services import triage
from cases.views.desk import steps
from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.core import clock
from integrity.core.errors import NotFound, NotPermitted
from tests.cases import builders as build
from tests.cases.test_process import World
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

PARTS = ("case", "case_letters", "notes", "people", "history")
MOST_QUERIES = 6
CANARY = "Zebulon Quirke"


def url(name: str, case: Case, *args: Any) -> str:
    return reverse(f"desk:{name}", args=[case.number, *args])


def get(client: Client, user: User | None, address: str) -> Any:
    if user is None:
        client.logout()
    else:
        client.force_login(user)
    return client.get(address)


def text_of(client: Client, user: User, name: str, case: Case, *args: Any) -> str:
    answer = get(client, user, url(name, case, *args))
    assert answer.status_code == 200
    return str(answer.content.decode())


# Who reaches what


def test_the_desk_is_for_moderators_officers_and_in_parts_auditors(client: Client) -> None:
    verdicts = {}
    for name, user in {
        "visitor": None,
        "learner": make.person(),
        "administrator": build.administrator(),
        "moderator": build.moderator(),
        "officer": build.officer(institution=make.institution()),
        "auditor": build.auditor(),
    }.items():
        verdicts[name] = [
            get(client, user, reverse(f"desk:{page}")).status_code
            for page in ("dashboard", "queue", "sanctions", "letters")
        ]
    assert verdicts == {
        "visitor": [302, 302, 302, 302],
        "learner": [404, 404, 404, 404],
        "administrator": [404, 404, 404, 404],
        "moderator": [200, 200, 200, 200],
        "officer": [200, 200, 200, 200],
        "auditor": [302, 200, 200, 200],
    }


@pytest.mark.parametrize("status", [S.TRIAGE, S.INVESTIGATION])
def test_20_21_22_what_one_may_not_see_is_no_page_at_all(client: Client, status: str) -> None:
    here = make.institution()
    case = build.case(institution=here, status=status)
    assert case.course is not None
    party, teacher, reporter, declared = (build.moderator(f"Person {n}") for n in range(4))
    build.respondent(case, party)
    make.teach(case.course, teacher)
    build.report(case, reporter)
    build.conflict(case, declared)
    elsewhere = build.officer(institution=make.institution())
    nowhere = "/desk/cases/IC-2026-999999/"
    for user in (party, teacher, reporter, declared, elsewhere, make.person()):
        missing = get(client, user, nowhere)
        for name in PARTS:
            answer = get(client, user, url(name, case))
            assert answer.status_code == 404
            assert answer.content == missing.content
        assert client.post(url("claim", case)).content == missing.content
        assert client.post(url("dismiss", case), {"reason": "not_enough"}).status_code == 404
    case.refresh_from_db()
    assert (case.status, case.assignee) == (status, None)


def test_20_afterwards_others_of_the_desk_see_the_summary_only(client: Client) -> None:
    case = build.case(
        learner=make.person(CANARY), status=S.INVESTIGATION, title=f"Essay about {CANARY}"
    )
    build.report(case, account=f"{CANARY} copied.")
    other = build.moderator("Tomasz Wilk")
    text = text_of(client, other, "case", case)
    assert "Claim the case" in text
    assert CANARY not in text
    for name in PARTS[1:]:
        assert get(client, other, url(name, case)).status_code == 403
    Case.objects.filter(pk=case.pk).update(assignee=build.moderator(), assigned_at=clock.now())
    text = text_of(client, other, "case", case)
    assert "Ines Ferreira has this case" in text
    assert url("claim", case) not in text
    build.watcher(case, other)
    assert CANARY in text_of(client, other, "case", case)


def test_27_an_auditor_reads_and_does_nothing(client: Client) -> None:
    world = World().found()
    auditor = build.auditor()
    pages = [text_of(client, auditor, name, world.case) for name in PARTS]
    assert "Amara Okonjo" in pages[0]
    for page in pages:
        main = page.partition("<main")[2].partition("</main>")[0]
        # They may choose what to look at, and nothing else.
        assert 'method="post"' not in main
        assert "btn--main" not in main
    rid = world.rid
    for name, args in (
        ("claim", []),
        ("watch", []),
        ("dismiss", []),
        ("notes", []),
        ("conflict", []),
        ("findings", [rid]),
        ("consequence", [rid]),
        ("confirm", [rid]),
    ):
        assert client.post(url(name, world.case, *args)).status_code == 403


# What the case page shows


def test_in_triage_names_stay_hidden(client: Client) -> None:
    case = build.case(learner=make.person(CANARY), policy_version=build.policy())
    build.report(case, make.person("Nora Named"), mode=ReportMode.NAMED, visible_name=CANARY)
    build.evidence(case)
    officer = build.officer()
    for name in PARTS:
        text = text_of(client, officer, name, case)
        assert CANARY not in text
        assert "Nora Named" not in text
    assert "Names stay hidden until the case is opened" in text_of(client, officer, "case", case)
    for model in (Case.objects.filter(pk=case.pk), Respondent.objects.filter(case=case)):
        model.update(status=S.INVESTIGATION)
    text = text_of(client, officer, "case", case)
    assert CANARY in text
    assert "Nora Named" in text


def test_a_reporter_is_named_only_where_they_gave_their_name(client: Client) -> None:
    world = World().alleged()
    build.report(world.case, make.person("Nora Named"), mode=ReportMode.NAMED)
    build.report(world.case, make.person("Sealed Canary"))
    officer, auditor = world.officer, build.auditor()
    for name in PARTS:
        assert "Sealed Canary" not in text_of(client, officer, name, world.case)
        assert "Nora Named" not in text_of(client, auditor, name, world.case)
    assert "Nora Named" in text_of(client, officer, "people", world.case)
    assert "Name given to the office" in text_of(client, auditor, "people", world.case)


def test_that_somebody_of_the_desk_reported_is_told_to_nobody(client: Client) -> None:
    world = World().alleged()
    reporter = build.moderator("Sealed Canary")
    build.report(world.case, reporter, mode=ReportMode.CONFIDENTIAL)
    for name in PARTS:
        assert "Sealed Canary" not in text_of(client, world.officer, name, world.case)


def test_officers_see_who_is_blocked_and_why_moderators_do_not(client: Client) -> None:
    world = World().alleged()
    assert world.case.course is not None
    teacher, declared = build.moderator("Theo Teacher"), build.moderator("Dora Declared")
    make.teach(world.case.course, teacher)
    make.teach(world.case.course, make.person("Only Teacher"))
    triage.declare_conflict(
        actor=declared, number=world.number, reason="We share a flat, says Dora."
    )
    text = text_of(client, world.officer, "case", world.case)
    assert "We share a flat, says Dora." in text
    assert "Theo Teacher" in text
    assert f"Teaches {world.case.course.code}" in text
    assert "Dora Declared" in text
    assert "Only Teacher" not in text
    for name in PARTS:
        text = text_of(client, world.moderator, name, world.case)
        assert "Theo Teacher" not in text
        assert "Dora" not in text


def test_the_page_holds_what_was_alleged_answered_and_found(client: Client) -> None:
    world = World().found()
    build.note(world.case, world.moderator, "The template lost the marks.")
    text = text_of(client, world.officer, "case", world.case)
    for piece in (
        "Three sentences are in an article.",
        "I want to explain",
        "From my notes.",
        "Shown",
        "Standard of proof: more likely than not.",
        "Before a decision",
        "Finding for each allegation",
        "Three passages are word for word",
    ):
        assert piece in text
    evidence = world.case.evidence.get(title="Article")
    assert f'title="SHA-256 {evidence.sha256}"' in text
    letters = text_of(client, world.officer, "case_letters", world.case)
    assert "I was ill." in letters
    assert "We looked at this." in letters
    assert "How did it come about?" in letters
    assert "The template lost the marks." in text_of(client, world.officer, "notes", world.case)
    one = text_of(client, world.officer, "evidence", world.case, evidence.public_id)
    assert evidence.sha256 in one
    assert "The same sentences." in one
    assert "Amara Okonjo" in one


def test_17_evidence_of_another_case_is_not_found(client: Client) -> None:
    world = World().alleged()
    other = build.case(status=S.INVESTIGATION)
    piece = build.evidence(other, kind=EvidenceKind.QUOTE, text="Of another case.")
    address = url("evidence", world.case, piece.public_id)
    assert get(client, world.officer, address).status_code == 404


def test_50_52_what_people_typed_is_shown_as_text(client: Client) -> None:
    attack = "<script>alert(1)</script>{{7*7}}<img src=x onerror=alert(1)>"
    world = World().alleged()
    case = world.case
    build.report(case, account=attack, quoted_text=attack, links=["javascript:alert(1)"])
    build.note(case, world.moderator, attack)
    build.evidence(case, title=attack, description=attack, kind=EvidenceKind.QUOTE, text=attack)
    Case.objects.filter(pk=case.pk).update(title=attack[:200], reported_as=attack[:200])
    for name in (*PARTS, "open"):
        answer = get(client, world.officer, url(name, case))
        if answer.status_code == 200:
            body = answer.content.decode()
            assert "<script>alert" not in body
            assert "<img src=x" not in body
            assert 'href="javascript:' not in body


# The timeline


def test_the_timeline_tells_who_did_what_and_never_who_reported() -> None:
    world = World().found()
    lines = timeline(world.number, reader=world.moderator).lines
    said = [f"{line.text} {line.who} {line.detail}".strip() for line in lines]
    assert said[0].startswith("Findings recorded by you")
    assert any(line.startswith("The learner answered by Amara Okonjo") for line in said)
    assert any(line.startswith("Case opened by you") for line in said)
    assert not any("Rosa Reporter" in line for line in said)
    assert [line.who for line in timeline(world.number, reader=world.officer).lines][0] == (
        "by Ines Ferreira"
    )


def test_the_timeline_shows_thirty_and_the_history_pages_through_all(client: Client) -> None:
    world = World().opened()
    for _round in range(PAGE):
        with audit.transaction():
            audit.record(
                "note.added",
                actor=audit.Actor.user(world.moderator.public_id, role="moderator"),
                subject=("note", "x"),
                case_number=world.number,
            )
    page = case_page(world.officer, world.number)
    assert len(page.timeline.lines) == SHOWN
    assert f"All {page.head.counts['events']} events" in text_of(
        client, world.officer, "case", world.case
    )
    seen, before = 0, ""
    for _round in range(10):
        found = timeline(world.number, reader=world.officer, before=before, size=PAGE)
        seen += len(found.lines)
        before = found.earlier
        if not before:
            break
    assert seen == page.head.counts["events"]
    for key in ("x", "9" * 40, "-1", "%00"):
        answer = get(client, world.officer, f"{url('history', world.case)}?before={key}")
        assert answer.status_code == 200


# Queries


def test_the_case_page_costs_the_same_with_one_and_with_many_of_everything(
    client: Client, count_queries: Any
) -> None:
    world = World().found()
    world.propose(["assignment_failed"])
    version = world.version
    assert version is not None

    def cost(name: str) -> int:
        with count_queries() as queries:
            assert get_again(name).status_code == 200
        return int(queries.number)

    def get_again(name: str) -> Any:
        return client.get(url(name, world.case))

    build.note(world.case, world.moderator)
    client.force_login(world.second)
    get_again("case")
    one = {name: cost(name) for name in PARTS}
    with count_queries() as queries:
        case_page(User.objects.get(pk=world.second.pk), world.number)
    selector = queries.number
    for number in range(3):
        build.report(world.case)
        build.evidence(world.case)
        build.note(world.case, world.moderator)
        build.watcher(world.case, build.moderator(f"Watcher {number}"))
        build.allegation(world.case, world.respondent, by=world.moderator)
        for _round in range(20):
            with audit.transaction():
                audit.record(
                    "note.added",
                    actor=audit.Actor.user(world.moderator.public_id, role="moderator"),
                    subject=("note", "x"),
                    case_number=world.number,
                )
    assert {name: cost(name) for name in PARTS} == one
    # The reader's roles are one of them.
    assert selector <= MOST_QUERIES + 1


def test_the_dashboard_costs_the_same_with_one_and_with_many(
    client: Client, count_queries: Any
) -> None:
    user = build.officer()
    client.force_login(user)

    def fill() -> None:
        build.case(assignee=user, due_at=clock.now() - timedelta(days=1))
        build.case(assignee=user, status=S.REVIEW)
        build.case()

    def cost() -> int:
        with count_queries() as queries:
            assert client.get("/desk/").status_code == 200
        return int(queries.number)

    fill()
    client.get("/desk/")
    one = cost()
    fill()
    fill()
    assert cost() == one


def test_the_dashboard_shows_what_needs_somebody_now(client: Client) -> None:
    user = build.moderator()
    late = build.case(assignee=user, due_at=clock.now() - timedelta(days=3))
    soon = build.case(assignee=user, status=S.REVIEW, due_at=clock.now() + timedelta(days=3))
    waits = build.case(assignee=user, status=S.NOTIFIED, due_at=clock.now() + timedelta(days=3))
    fresh = build.case()
    hidden = build.case()
    build.conflict(hidden, user)
    text = get(client, user, "/desk/").content.decode()
    for case in (late, soon, fresh):
        assert case.number in text
    mine, _title, others = text.rpartition("Waiting for somebody else")
    assert waits.number not in mine
    assert waits.number in others
    assert hidden.number not in text
    assert "3 cases with you" in text
    assert "1 unclaimed in your scope" in text


def test_the_dashboard_lists_five_and_says_where_the_rest_is(client: Client) -> None:
    user = build.moderator()
    for _round in range(6):
        build.case()
    text = get(client, user, "/desk/").content.decode()
    assert len(re.findall(r"IC-2026-\d{6}, ", text)) == 5
    assert "/desk/queue/?view=unclaimed&amp;status=triage" in text


# Buttons


def test_buttons_are_those_the_workflow_allows() -> None:
    people = {
        "moderator": build.moderator(),
        "officer": build.officer(),
        "auditor": build.auditor(),
        "other": build.moderator("Other"),
    }
    for status in S.values:
        case = build.case(status=status, assignee=people["moderator"])
        for user in people.values():
            try:
                top = head(user, case.number)
            except (NotFound, NotPermitted):
                top = head(user, case.number, need=rules.Access.SUMMARY)
            respondent = case.respondents.get()
            for action, step in workflow.TABLE.items():
                if step.by == workflow.By.RESPONDENT:
                    continue
                assert steps.may(action, top, respondent) == workflow.possible(
                    action, actor=user, case=case, respondent=respondent
                ), (status, action, user)

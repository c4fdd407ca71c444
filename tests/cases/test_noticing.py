"""What is noticed when reports come in: urgent ones, very many at once, the same content."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from cases import receipts
from cases.enums import CaseStatus, DismissalReason
from cases.models import Case, Report, Respondent, Surge
from cases.selectors.alike import alike, plain, spellings
from cases.selectors.surges import surge_page
from cases.services import entry, noticing, triage
from integrity.accounts.models import Restriction, User
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import NotFound
from integrity.courses.models import Submission
from notifications.content import unseal_message
from notifications.models import OutboxMessage
from notifications.recipients import unseal_address
from tests.cases import builders as build
from tests.cases.intake_builders import CANARY, picture, upload
from tests.cases.noticed_world import Noticed, case_of
from tests.courses import builders as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Noticed:
    return Noticed()


def told(event: str) -> list[str]:
    """The addresses an alert goes to."""
    rows = OutboxMessage.objects.filter(event=event).order_by("pk")
    return sorted(unseal_address(row.recipient_sealed).email for row in rows)


def emails(*people: User) -> list[str]:
    return sorted(person.email for person in people)


# Urgent (QU7)


def test_an_urgent_report_is_told_at_once_to_everybody_who_may_work_on_it(world: Noticed) -> None:
    abroad = make.institution()
    build.moderator("Elsewhere Moderator", abroad)
    report = world.urgent(world.anna)
    assert case_of(report).urgent
    assert told("urgent_report") == emails(
        world.moderator, world.other, world.officer, world.second
    )


def test_the_email_names_the_case_and_nothing_of_the_matter(world: Noticed) -> None:
    report = world.urgent(world.anna, account="He said he will hurt Priya Raman.")
    row = OutboxMessage.objects.filter(event="urgent_report").first()
    assert row is not None
    content = unseal_message(row.content_sealed)
    text = f"{content.subject}\n{content.text}"
    assert case_of(report).number in content.subject
    assert "urgent" in text
    for word in ("Priya", "hurt", "Threats", CANARY, report.reference):
        assert word not in text


def test_a_report_that_is_not_urgent_alerts_nobody(world: Noticed) -> None:
    world.report(world.anna, world.of_ben)
    assert told("urgent_report") == []


def test_a_case_that_becomes_urgent_is_told_once(world: Noticed) -> None:
    harassment, threats = world.scene.type("harassment"), world.scene.type("threats")
    about: dict[str, Any] = {"kind": "incident", "post": world.scene.post}
    first = world.report(world.anna, None, violation_type=harassment, **about)
    assert told("urgent_report") == []
    second = world.report(world.learner("Cleo"), None, violation_type=threats, **about)
    assert second.case_id == first.case_id
    everybody = emails(world.moderator, world.other, world.officer, world.second)
    assert told("urgent_report") == everybody
    world.report(world.learner("Dora"), None, violation_type=threats, **about)
    assert told("urgent_report") == everybody


def test_who_has_a_conflict_or_is_suspended_is_not_alerted(world: Noticed) -> None:
    make.teach(world.course, world.moderator)
    at = clock.now()
    Restriction.objects.create(
        user=world.other, kind="suspended", source="t", starts_at=at - timedelta(days=1)
    )
    # One of the desk who reports has a conflict in what they reported.
    world.urgent(world.second)
    assert told("urgent_report") == emails(world.officer)


def test_with_nobody_to_tell_the_office_gets_the_alert(world: Noticed) -> None:
    for person in (world.moderator, world.other, world.officer, world.second):
        person.grants.update(ended_at=clock.now() - timedelta(days=1))
    world.scene.platform.contact_email = "office@meridian.example"
    world.scene.platform.save()
    world.urgent(world.anna)
    assert told("urgent_report") == ["office@meridian.example"]


def test_the_alert_goes_with_the_report_or_not_at_all(
    world: Noticed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any) -> int:
        raise RuntimeError("The outbox is gone.")

    monkeypatch.setattr(noticing.alerts, "urgent_report", broken)
    with pytest.raises(RuntimeError):
        world.urgent(world.anna)
    assert not Report.objects.exists()


def test_an_urgent_case_stands_above_all_in_queue_and_dashboard(world: Noticed) -> None:
    world.report(world.anna, world.of_ben)
    urgent = case_of(world.urgent(world.anna))
    client = Client()
    client.force_login(world.moderator)
    for address in (reverse("desk:queue") + "?view=open", reverse("desk:dashboard")):
        page = client.get(address).content.decode()
        numbers = [n for n in Case.objects.values_list("number", flat=True) if n in page]
        assert min(numbers, key=page.index) == urgent.number
        assert "Urgent" in page


# Very many at once (HOSTILE 31)


_ANY = itertools.count()


def works(world: Noticed, count: int, learner: User | None = None) -> list[Submission]:
    return [
        make.submission(
            make.assignment(world.course, title=f"Essay {next(_ANY)}"), learner or world.ben
        )
        for _ in range(count)
    ]


def many(world: Noticed, about: list[Submission]) -> list[Report]:
    return [world.report(world.learner(f"Sender {next(_ANY)}"), work) for work in about]


def test_hostile_31_many_reports_about_one_learner_are_grouped_and_nothing_else_happens(
    world: Noticed,
) -> None:
    reports = many(world, works(world, 7))
    surge = Surge.objects.get()
    assert surge.about == world.ben
    cases = [case_of(report) for report in reports]
    assert {case.surge_id for case in cases} == {surge.pk}
    assert {case.status for case in cases} == {CaseStatus.TRIAGE}
    assert not any(case.urgent for case in cases)
    assert not Restriction.objects.exists()
    # One alert for the group, not one for each report.
    assert told("surge_noticed") == emails(
        world.moderator, world.other, world.officer, world.second
    )


def test_hostile_31_fifty_reports_about_one_submission_are_one_case_and_one_alert(
    world: Noticed,
) -> None:
    reports = many(world, [world.of_ben] * 50)
    assert len({report.case_id for report in reports}) == 1
    page = surge_page(world.moderator, Surge.objects.get().public_id)
    assert (page.reports, page.senders, page.nameless) == (50, 50, 0)
    assert len(told("surge_noticed")) == 4


def test_four_reports_are_no_group_and_the_fifth_makes_one(world: Noticed) -> None:
    about = works(world, 5)
    many(world, about[:4])
    assert not Surge.objects.exists()
    many(world, about[4:])
    assert Case.objects.filter(surge=Surge.objects.get()).count() == 5


def test_reports_of_more_than_a_day_are_not_counted_together(world: Noticed) -> None:
    about = works(world, 5)
    at = clock.now()
    with clock.frozen(at - timedelta(hours=24)):
        many(world, about[:1])
    with clock.frozen(at):
        many(world, about[1:])
    assert not Surge.objects.exists()


def test_a_further_report_within_a_day_joins_the_group_and_a_later_one_does_not(
    world: Noticed,
) -> None:
    at = clock.now()
    with clock.frozen(at):
        many(world, works(world, 5))
    with clock.frozen(at + timedelta(hours=23)):
        joined = case_of(many(world, works(world, 1))[0])
    with clock.frozen(at + timedelta(hours=23 + 25)):
        alone = case_of(many(world, works(world, 1))[0])
    assert joined.surge is not None
    assert alone.surge is None
    assert Surge.objects.count() == 1
    assert len(told("surge_noticed")) == 4


def test_reports_about_others_and_under_investigation_stay_apart(world: Noticed) -> None:
    opened = many(world, works(world, 1))[0]
    triage.open_case(actor=world.moderator, number=case_of(opened).number)
    other = many(world, works(world, 1, world.anna))[0]
    many(world, works(world, 5))
    assert case_of(opened).surge is None
    assert case_of(other).surge is None


def test_a_name_in_the_text_binds_nobody_and_shows_nothing(world: Noticed) -> None:
    for number in range(6):
        world.report(world.learner(f"Sender {number}"), None, visible_name=world.ben.display_name)
    assert not Surge.objects.exists()
    assert not Respondent.objects.exists()


def test_the_page_of_a_group_counts_senders_and_names_none(world: Noticed) -> None:
    about = works(world, 5)
    many(world, about)
    world.report(world.learner("Busy Bee"), about[0])
    for work in about[:2]:
        world.report(None, work, mode="anonymous", receipt=receipts.new_code())
    surge = Surge.objects.get()
    page = surge_page(world.moderator, surge.public_id)
    assert (page.reports, page.senders, page.nameless) == (8, 6, 2)
    client = Client()
    client.force_login(world.moderator)
    text = client.get(reverse("desk:surge", args=[surge.public_id])).content.decode()
    for name in ("Busy Bee", "Sender 1", world.ben.display_name):
        assert name not in text
    assert (
        client.get(reverse("desk:queue") + "?view=open")
        .content.decode()
        .count(reverse("desk:surge", args=[surge.public_id]))
        == 5
    )


def test_the_page_of_a_group_counts_alike_whoever_told_the_office_with_an_account_or_without(
    world: Noticed,
) -> None:
    EmailAddress.objects.create(user=world.anna, email=world.anna.email, verified=True)
    about = works(world, 5)
    many(world, about)
    counted = []
    for account in (None, world.anna):
        entry.enter(
            actor=world.officer,
            institution=world.scene.platform,
            received_by="phone",
            mode="confidential",
            person=entry.Person(name="Petra", email=account.email if account else "p@example.org"),
            kind="flag",
            about=str(about[0].public_id),
            violation_type="plagiarism",
            account="She called.",
            good_faith=True,
            form_key=f"told-{account}",
        )
        page = surge_page(world.moderator, Surge.objects.get().public_id)
        counted.append((page.reports, page.senders, page.nameless))
    assert Report.objects.exclude(reporter_ref="").filter(entered_by=world.officer).count() == 1
    assert counted == [(6, 6, 0), (7, 7, 0)]


def test_a_conflict_hides_cases_of_a_group_and_their_reports(world: Noticed) -> None:
    reports = many(world, works(world, 5))
    surge = Surge.objects.get()
    triage.declare_conflict(
        actor=world.moderator, number=case_of(reports[0]).number, reason="A friend."
    )
    page = surge_page(world.moderator, surge.public_id)
    assert (len(page.rows), page.reports) == (4, 4)
    for report in reports[1:]:
        triage.declare_conflict(
            actor=world.moderator, number=case_of(report).number, reason="A friend."
        )
    with pytest.raises(NotFound):
        surge_page(world.moderator, surge.public_id)


def test_several_cases_are_claimed_and_dismissed_at_once_each_for_itself(world: Noticed) -> None:
    cases = [case_of(report) for report in many(world, works(world, 5))]
    address = reverse("desk:surge", args=[Surge.objects.get().public_id])
    numbers = [case.number for case in cases]
    triage.claim(actor=world.other, number=numbers[0])
    client = Client()
    client.force_login(world.moderator)
    # One of them is with somebody else: it is refused, the others are done.
    page = client.post(address, {"action": "claim", "cases": numbers}, follow=True)
    assert page.redirect_chain[-1][1] == 303
    text = page.content.decode()
    assert "4 cases are with you" in text
    assert "Somebody else has claimed this case." in text
    assert Case.objects.filter(assignee=world.moderator).count() == 4
    # A reason is needed, and what was chosen stays chosen.
    refused = client.post(address, {"action": "dismiss", "cases": numbers[1:3]})
    assert refused.status_code == 400
    assert refused.content.decode().count(" checked") == 2
    assert not Case.objects.filter(status=CaseStatus.DISMISSED).exists()
    asked = {"action": "dismiss", "cases": numbers[1:3], "reason": DismissalReason.NOT_ENOUGH}
    for _twice in range(2):
        done = client.post(address, asked, follow=True).content.decode()
        assert "2 cases are dismissed" in done
    assert Case.objects.filter(status=CaseStatus.DISMISSED).count() == 2
    assert Event.objects.filter(action="case.dismissed").count() == 2


def test_an_auditor_reads_the_group_and_does_nothing(world: Noticed) -> None:
    cases = [case_of(report) for report in many(world, works(world, 5))]
    address = reverse("desk:surge", args=[Surge.objects.get().public_id])
    client = Client()
    client.force_login(build.auditor())
    assert client.get(address).status_code == 200
    asked = {"action": "claim", "cases": [cases[0].number]}
    assert client.post(address, asked).status_code == 403


def test_the_page_of_a_group_takes_the_same_number_of_queries_however_large(
    world: Noticed, django_assert_max_num_queries: Any
) -> None:
    many(world, works(world, 8))
    surge = Surge.objects.get()
    with django_assert_max_num_queries(4):
        surge_page(world.moderator, surge.public_id)


# The same content (HOSTILE 46)


def reasons(world: Noticed, case: Case, user: User | None = None) -> dict[str, list[str]]:
    return {
        row.number: [str(reason) for reason in row.reasons]
        for row in alike(user or world.moderator, case)
    }


def test_hostile_46_the_desk_sees_the_same_file_and_the_reporter_gets_no_sign(
    world: Noticed,
) -> None:
    same = picture()
    first = world.report(world.anna, None, uploads=[upload("a.png", same)])
    second = world.report(world.learner("Cleo"), None, uploads=[upload("b.png", same)])
    assert reasons(world, case_of(second)) == {
        case_of(first).number: ["The same file", "Nearly the same was told"]
    }
    # Both reporters see the same page, but for what they sent and when.
    assert (first.status, first.mode) == (second.status, second.mode)
    letters = OutboxMessage.objects.filter(event="report_received").order_by("pk")
    texts = [
        unseal_message(row.content_sealed).text.replace(report.reference, "R")
        for row, report in zip(letters, (first, second), strict=True)
    ]
    assert texts[0].replace(world.anna.display_name, "Cleo") == texts[1]


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("https://example.org/a", "http://www.example.org/a/"),
        ("http://Example.org/a/?x=1", "https://example.org/a?x=1"),
        ("https://example.org", "https://www.example.org/"),
    ],
)
def test_the_same_address_written_in_another_way_is_found(mine: str, theirs: str) -> None:
    assert spellings(mine) & spellings(theirs) - {mine, theirs} or theirs in spellings(mine)


def test_the_same_link_quote_and_learner_are_found_with_their_reasons(world: Noticed) -> None:
    words = "It is a truth universally acknowledged, that a single man is in want."
    first = world.report(
        world.anna, world.of_ben, links=["https://www.example.org/a/"], quoted_text=words
    )
    triage.open_case(actor=world.moderator, number=case_of(first).number)
    second = world.report(
        world.learner("Cleo"),
        world.of_ben,
        links=["http://example.org/a"],
        quoted_text=words.upper().replace(" ", "\n"),
    )
    assert second.case_id != first.case_id
    assert reasons(world, case_of(second)) == {
        case_of(first).number: [
            "The same submission",
            "The same link",
            "The same words are quoted",
            "The same learner in the same assignment",
            "Nearly the same was told",
        ]
    }


def test_a_short_quote_says_nothing(world: Noticed) -> None:
    first = world.report(world.anna, None, quoted_text="See above.")
    second = world.report(
        world.learner("Cleo"),
        None,
        quoted_text="See above.",
        account="He told me on the train that his brother had written the second half.",
    )
    assert case_of(first) != case_of(second)
    assert reasons(world, case_of(second)) == {}
    assert plain("Sée,  ABOVE!") == "see above"


def test_a_case_somebody_may_not_read_is_not_suggested(world: Noticed) -> None:
    first = world.report(world.anna, world.of_ben)
    triage.open_case(actor=world.other, number=case_of(first).number)
    second = world.report(world.learner("Cleo"), world.of_ben)
    # With a colleague: that it is about the same learner would tell whom it is about.
    assert reasons(world, case_of(second)) == {}
    assert list(reasons(world, case_of(second), world.officer)) == [case_of(first).number]
    triage.declare_conflict(
        actor=world.officer, number=case_of(first).number, reason="My neighbour."
    )
    assert reasons(world, case_of(second), world.officer) == {}


def test_at_most_ten_are_suggested_with_the_same_number_of_queries(
    world: Noticed, django_assert_max_num_queries: Any
) -> None:
    link = "https://example.org/essay"
    for number in range(12):
        last = world.report(world.learner(f"Sender {number}"), None, links=[link])
    case = case_of(last)
    with django_assert_max_num_queries(8):
        assert len(alike(world.officer, case)) == 10


def test_the_case_page_shows_suggestions_while_it_is_looked_into(world: Noticed) -> None:
    link = ["https://example.org/essay"]
    first = case_of(world.report(world.anna, None, links=link))
    second = case_of(world.report(world.learner("Cleo"), None, links=link))
    client = Client()
    client.force_login(world.moderator)
    page = client.get(reverse("desk:case", args=[second.number])).content.decode()
    assert reverse("desk:alike", args=[second.number]) in page
    page = client.get(reverse("desk:alike", args=[second.number])).content.decode()
    assert reverse("desk:case", args=[first.number]) in page
    triage.dismiss(actor=world.moderator, number=second.number, reason="not_enough")
    page = client.get(reverse("desk:case", args=[second.number])).content.decode()
    assert "May be about the same" not in page

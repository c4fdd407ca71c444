"""Reporting: what it asks for, what comes of it, and that nobody is given away."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases import notices
from cases.enums import EvidenceKind, InterimKind
from cases.models import Case, Report
from cases.services import dialogue, interim
from integrity.audit.models import Event
from integrity.core import clock
from tests.cases import builders as build
from tests.cases import intake_builders as make
from tests.cases.test_process import World
from tests.cases.test_report_pages import fill, step, text, to_check
from tests.courses import builders as base
from tests.promises.helpers import letter, mail, page, pledge, words
from tests.promises.register import CONDUCT, HONOR, LEARNER, PLEDGE, promise

pytestmark = [pytest.mark.usefixtures("shared"), pytest.mark.django_db]

CANARY = "Zebedee Quillfeather"


class Scene:
    """A course whose reporter and learner have pledged, a piece of work and a post."""

    def __init__(self) -> None:
        self.platform = base.institution(slug="platform", is_platform=True)
        self.course = base.course(institution=self.platform)
        self.task = base.assignment(self.course)
        self.reporter = base.enrol(self.course, base.person(CANARY)).learner
        self.learner = base.enrol(self.course).learner
        self.submission = base.submission(self.task, self.learner)
        self.post = base.post(self.course, self.learner, body="You people do not belong here.")
        pledge(self.course, self.reporter, self.learner)
        self.client = Client()
        self.client.force_login(self.reporter)

    def sent(self, address: str, **answers: Any) -> Report:
        """Report through the pages, with the least that is asked."""
        answer = fill(self.client, address, **answers)
        report = Report.objects.latest("pk")
        if answer["Location"] == step(report, "place"):
            fill(self.client, answer["Location"], day="")
        fill(self.client, to_check(self.client, report), good_faith="on")
        report.refresh_from_db()
        return report


@pytest.fixture
def scene(shared: World, db: None) -> Scene:
    return Scene()


@promise(HONOR, "3.1", "Work is flagged from the page of the work itself", "IN1")
def test_the_work_carries_a_button_that_knows_it(scene: Scene) -> None:
    where = reverse(
        "courses:submission",
        args=[scene.course.slug, scene.task.public_id, scene.submission.public_id],
    )
    other = base.enrol(scene.course).learner
    pledge(scene.course, other)
    teacher = base.teach(scene.course)
    client = Client()
    client.force_login(teacher)
    shown = text(client.get(where))
    assert f"/report/flag/?submission={scene.submission.public_id}" in shown


@promise(HONOR, "3.1", "A flag takes links and whatever else helps", "IN1")
def test_a_flag_keeps_links_and_words(scene: Scene) -> None:
    address = f"/report/flag/?submission={scene.submission.public_id}"
    fill(scene.client, address, code="plagiarism", account="Compare it with this article.")
    report = Report.objects.latest("pk")
    fill(scene.client, step(report, "evidence"), link_1="https://example.org/article")
    fill(scene.client, step(report, "name"), mode="confidential")
    fill(scene.client, step(report, "check"), good_faith="on")
    report.refresh_from_db()
    assert report.case is not None
    assert report.case.submission == scene.submission
    assert report.account == "Compare it with this article."
    assert report.links == ["https://example.org/article"]


@promise(HONOR, "4.1", "Other breaches of the code can be reported too", "IN2")
@promise(LEARNER, "5.1", "A breach of the code can be reported to the platform", "IN2")
def test_another_breach_is_reported_in_words(scene: Scene) -> None:
    report = scene.sent("/report/violation/", code="contract_cheating", account="Essays for sale.")
    case = Case.objects.get(pk=report.case_id)
    assert (case.kind, case.reported_as) == ("academic", "Work made by somebody or something else")


@promise(CONDUCT, "7.1", "Everybody can report a breach of conduct", "IN3")
@promise(CONDUCT, "4.8", "There is a proper place to report problems", "IN3")
def test_everybody_finds_the_way_to_report(scene: Scene) -> None:
    for client in (Client(), scene.client):
        assert "/report/incident/" in text(client.get("/report/"))
        assert client.get("/report/incident/").status_code == 200


@promise(CONDUCT, "7.2", "A report asks for link, screenshot, text and visible name", "IN3")
def test_the_four_things_a_report_contains_are_asked_for_and_kept(scene: Scene) -> None:
    fill(scene.client, "/report/incident/", code="harassment", account="It goes on every day.")
    report = Report.objects.latest("pk")
    fill(
        scene.client,
        step(report, "place"),
        visible_name="dark_wolf_77",
        quoted_text="You people.",
        day="",
    )
    fill(
        scene.client,
        step(report, "evidence"),
        link_1="https://example.org/thread/7",
        uploads=[make.upload("screen.png", make.picture())],
    )
    fill(scene.client, step(report, "name"), mode="confidential")
    fill(scene.client, step(report, "check"), good_faith="on")
    report.refresh_from_db()
    assert report.links == ["https://example.org/thread/7"]
    assert report.visible_name == "dark_wolf_77"
    kinds = set(report.evidence.values_list("kind", flat=True))
    assert {EvidenceKind.LINK, EvidenceKind.FILE, EvidenceKind.QUOTE} <= kinds


@promise(CONDUCT, "4.13", "A post is flagged to the moderators from where it stands", "IN3")
@promise(CONDUCT, "1.1", "The code covers every post of a course", "IN3")
def test_a_post_is_reported_from_the_post(scene: Scene) -> None:
    where = reverse("courses:post", args=[scene.course.slug, scene.post.public_id])
    address = f"/report/incident/?post={scene.post.public_id}"
    assert address in text(scene.client.get(where))
    report = scene.sent(address, code="discriminatory_language", account="It shuts people out.")
    assert report.case is not None
    assert report.case.post == scene.post
    assert report.case.respondents.get().user == scene.learner


@promise(CONDUCT, "1.1", "Private messages can be what a report is about", "IN3")
def test_a_private_message_is_reported_in_its_own_words(scene: Scene) -> None:
    base.message(scene.learner, scene.reporter, body="I know where you live.")
    fill(scene.client, "/report/incident/", code="threats", account="In a private message.")
    report = Report.objects.latest("pk")
    fill(
        scene.client,
        step(report, "place"),
        quoted_text="I know where you live.",
        visible_name="Amara",
        day="",
    )
    fill(scene.client, to_check(scene.client, report), good_faith="on")
    report.refresh_from_db()
    assert report.case is not None
    assert report.case.evidence.get().text == "I know where you live."
    assert report.case.urgent


@promise(CONDUCT, "6.1", "Every report is taken seriously: each is acknowledged and filed", "IN8")
def test_a_report_is_acknowledged_at_once_and_waits_in_the_queue(scene: Scene) -> None:
    report = scene.sent("/report/violation/", code="impersonation", account="Somebody sat in.")
    assert report.acknowledged_at == report.submitted_at
    assert report.reference in mail("report_received") + letter("report_received")
    case = Case.objects.get(pk=report.case_id)
    assert case.status == "triage"
    assert case.due_at is not None


@promise(CONDUCT, "7.3", "Whoever reports stays unknown to the person reported", "IN4")
def test_nothing_the_respondent_reads_names_the_reporter(world: World) -> None:
    build.report(world.case, base.person(CANARY), visible_name="Somebody Else")
    world.notified()
    read = page(world.learner, reverse("my:case", args=[world.number]))
    for shown in (read, letter("notice_sent"), mail("notice_sent")):
        assert CANARY not in shown
        assert "Rosa Reporter" not in shown


@promise(CONDUCT, "7.3", "In confidence the desk does not see who reports either", "PV1")
def test_the_name_is_sealed_from_the_desk(scene: Scene, world: World) -> None:
    report = scene.sent("/report/violation/", code="impersonation", account="Somebody sat in.")
    assert report.case is not None
    assert CANARY not in page(world.moderator, reverse("desk:case", args=[report.case.number]))
    assert bytes(report.reporter_sealed or b"")
    assert CANARY.encode() not in bytes(report.reporter_sealed or b"")
    assert not [event for event in Event.objects.all() if CANARY in str(event.payload)]


@promise(CONDUCT, "7.3", "A report can be made without any name", "IN4")
def test_a_report_without_a_name_keeps_none(scene: Scene) -> None:
    visitor = Client(REMOTE_ADDR="192.0.2.9")
    fill(visitor, "/report/incident/", code="harassment", account="It goes on every day.")
    report = Report.objects.latest("pk")
    assert (report.mode, report.reporter_ref, report.reporter_sealed) == ("anonymous", "", None)


@promise(CONDUCT, "7.3", "The person reported is not given away to the reporter either", "IN8")
def test_the_reporter_learns_the_outcome_in_one_of_three_ways_and_no_details(
    scene: Scene, world: World
) -> None:
    report = scene.sent(f"/report/flag/?submission={scene.submission.public_id}", code="plagiarism")
    shown = page(scene.reporter, reverse("my:report", args=[report.public_id]))
    assert scene.learner.display_name not in shown


@promise(CONDUCT, "7.3", "More can be asked of a reporter without learning who it is", "IN5")
def test_a_question_reaches_an_unknown_reporter(scene: Scene, world: World) -> None:
    report = scene.sent("/report/violation/", code="impersonation", account="Somebody sat in.")
    assert report.case is not None
    dialogue.ask(
        actor=world.moderator,
        number=report.case.number,
        report_id=report.public_id,
        body="On which day?",
        form_key="q1",
    )
    assert "On which day?" in page(scene.reporter, reverse("my:report", args=[report.public_id]))


@promise(CONDUCT, "4.10", "Personal data in a text are pointed out before it is sent", "IN7")
def test_what_looks_personal_is_pointed_out(scene: Scene) -> None:
    fill(
        scene.client,
        "/report/violation/",
        code="impersonation",
        account="Ask Dana, 555 0142, dana@example.edu.",
    )
    report = Report.objects.latest("pk")
    fill(scene.client, step(report, "place"), day="")
    shown = words(scene.client.get(to_check(scene.client, report)))
    assert "phone number" in shown
    assert "email address" in shown


@promise(CONDUCT, "3.2", "Whoever reports is told how personal data are used", "IN7")
def test_the_processing_notice_is_shown_and_its_version_kept(scene: Scene) -> None:
    fill(scene.client, "/report/violation/", code="impersonation", account="Somebody sat in.")
    report = Report.objects.latest("pk")
    fill(scene.client, step(report, "place"), day="")
    last = to_check(scene.client, report)
    assert "Your report becomes part of a case." in words(scene.client.get(last))
    fill(scene.client, last, good_faith="on")
    report.refresh_from_db()
    assert report.processing_notice
    assert report.good_faith


@promise(CONDUCT, "3.2", "The person reported is told how personal data are used", "IN7")
def test_the_letter_of_the_allegation_carries_the_notice_on_data(world: World) -> None:
    world.notified()
    notice = world.respondent.notices.get()
    told = notices.processing(notice.processing_notice)
    assert told is not None
    said = letter("notice_sent")
    shown = page(world.learner, reverse("my:case", args=[world.number]))
    for line in told.for_respondent:
        assert str(line) in said
        assert str(line) in shown
    assert told.version in shown


@promise(CONDUCT, "3.2", "People can be asked to stop at once, before any decision", "PR7")
def test_a_request_to_stop_decides_nothing(world: World) -> None:
    interim.take(
        actor=world.moderator,
        number=world.number,
        respondent_id=world.rid,
        kind=InterimKind.REQUEST_TO_STOP,
        reason="The thread goes on.",
        until=clock.now().date(),
        protects_email="",
        form_key="stop",
    )
    said = letter("interim_measure")
    assert "The thread goes on." in said
    assert "This decides nothing." in said
    assert Case.objects.get(number=world.number).status == "triage"


@promise(PLEDGE, "2.1", "Handing round an account can be reported by anybody", "IN2")
def test_sharing_an_account_can_be_reported(scene: Scene) -> None:
    report = scene.sent("/report/violation/", code="account_sharing", account="Two people use it.")
    assert report.case is not None
    assert report.case.reported_as == "Sharing an account"

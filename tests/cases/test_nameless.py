"""Reports without a name: nothing that leads to whoever sent them, and the way back by code."""

from __future__ import annotations

import json
import logging
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import transaction
from django.test import Client
from django.urls import reverse

from cases import receipts, rules
from cases.enums import ReportMode, ReportStatus
from cases.models import Case, DraftFile, Report
from cases.services import allegation, dialogue, drafts, floods, notice, triage
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import Conflict, NotPermitted, TooMany
from notifications.content import unseal_message
from notifications.models import OutboxMessage
from tests.cases import builders as build
from tests.cases import intake_builders as make
from tests.cases.test_report_pages import fill, step, text, token
from tests.courses import builders as base

pytestmark = pytest.mark.django_db

INCIDENT, FLAG, VIOLATION, FOLLOW = (
    "/report/incident/",
    "/report/flag/",
    "/report/violation/",
    "/report/follow/",
)
ADDRESS = "198.51.100.23"
THREAT = "Somebody writes that they will hurt others on Friday."


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> Path:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    return settings.EVIDENCE_ROOT


@pytest.fixture
def scene() -> make.Scene:
    return make.scene()


@pytest.fixture
def visitor(scene: make.Scene) -> Client:
    return Client(REMOTE_ADDR=ADDRESS)


def threat(client: Client, **answers: Any) -> Report:
    """An incident told by a visitor, up to the check page."""
    first = fill(client, INCIDENT, **{"code": "threats", "account": THREAT, **answers})
    assert first.status_code == 303, text(first)
    report = Report.objects.latest("pk")
    assert fill(client, step(report, "place"), visible_name="Nova K.").status_code == 303
    upload = make.upload("screen.png", make.told_picture())
    assert fill(client, step(report, "evidence"), uploads=[upload]).status_code == 303
    return report


def sent(client: Client, **answers: Any) -> tuple[Report, str]:
    """A report that was sent, with its code as the page showed it."""
    report = threat(client, **answers)
    answer = fill(client, step(report, "check"), good_faith="on")
    assert answer.status_code == 303, text(answer)
    page = text(client.get(answer["Location"]))
    return Report.objects.get(pk=report.pk), code_on(page)


def code_on(page: str) -> str:
    shown = re.search(r'<p class="code num"[^>]*>(.*?)</p>', page, re.DOTALL)
    assert shown, "The page shows no code."
    return re.sub(r"<[^>]+>|\s", "", shown.group(1))


def follow(client: Client, code: str) -> Any:
    client.get(FOLLOW)
    return client.post(FOLLOW, {"code": code})


def neutral(page: str) -> str:
    """A page without what is random in it, and without the address it stands at."""
    page = re.sub(r'(csrfmiddlewaretoken|form_token|next)"\s+value="[^"]+"', "", page)
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "", page)


def everything() -> str:
    """Every row of every table, as text."""
    rows: list[str] = []
    for model in apps.get_models(include_auto_created=True):
        rows.extend(json.dumps(row, default=_plain) for row in model._default_manager.values())
    return "\n".join(rows)


def _plain(value: Any) -> str:
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else str(value)


# A visitor's report


def test_a_visitor_reports_threats_and_gets_a_code_once(visitor: Client) -> None:
    assert "findahelpline.com" in text(visitor.get(INCIDENT))

    report, code = sent(visitor)

    assert report.mode == ReportMode.ANONYMOUS
    assert (report.reporter_ref, report.reporter_sealed) == ("", None)
    assert report.status == ReportStatus.SUBMITTED
    assert report.receipt_ref == receipts.fingerprint(code)
    assert report.case is not None
    assert report.case.urgent
    assert report.evidence.count() == 1
    assert not DraftFile.objects.exists()
    again = visitor.get(reverse("report:sent", args=[report.public_id]))
    assert (again.status_code, again["Location"]) == (303, FOLLOW)
    # So does the page before it, where the back button leads.
    before = visitor.get(reverse("report:step", args=[report.public_id, "check"]))
    assert (before.status_code, before["Location"]) == (303, FOLLOW)


def test_the_code_is_kept_nowhere_and_neither_is_the_address(
    visitor: Client, caplog: Any, settings: Any
) -> None:
    with caplog.at_level(logging.DEBUG):
        _report, code = sent(visitor)

    rows = everything()
    for secret in (code, receipts.plain(code), ADDRESS):
        assert secret not in rows
        assert secret not in caplog.text
    # The desk is told that something is urgent; nobody else is written to.
    for message in OutboxMessage.objects.all():
        assert message.recipient_kind == "named"
        content = unseal_message(message.content_sealed)
        told = content.subject + content.text
        for secret in (code, receipts.plain(code), ADDRESS):
            assert secret not in told
    for event in Event.objects.all():
        assert event.actor_kind == "system"


def test_the_browser_forgets_the_key_with_the_page_that_shows_the_code(visitor: Client) -> None:
    report = threat(visitor)
    answer = fill(visitor, step(report, "check"), good_faith="on")
    key = visitor.cookies["report-key"].value

    shown = visitor.get(answer["Location"])

    assert shown.cookies["report-key"]["max-age"] == 0
    assert "no-store" in shown["Cache-Control"]
    assert key not in text(shown)


def test_case_58_a_form_sent_again_is_one_report_and_shows_the_same_code(visitor: Client) -> None:
    report = threat(visitor)
    check = step(report, "check")
    form = {"form_token": token(visitor.get(check)), "good_faith": "on"}

    answers = [visitor.post(check, form) for _number in range(4)]

    assert {answer.status_code for answer in answers} == {303}
    assert Report.objects.count() == Case.objects.count() == 1
    assert receipts.fingerprint(code_on(text(visitor.get(answers[-1]["Location"])))) == (
        Report.objects.get().receipt_ref
    )


def test_the_first_page_sent_twice_is_one_draft(visitor: Client) -> None:
    form = {"form_token": token(visitor.get(INCIDENT)), "code": "threats", "account": THREAT}

    assert visitor.post(INCIDENT, form)["Location"] == visitor.post(INCIDENT, form)["Location"]
    assert Report.objects.count() == 1


@pytest.mark.parametrize("address", [FLAG, VIOLATION])
def test_a_visitor_flags_and_reports_in_words(visitor: Client, address: str) -> None:
    empty = fill(visitor, address, code="plagiarism", account="")
    assert empty.status_code == 400

    first = fill(visitor, address, code="plagiarism", account="Essay 2 in Data Ethics.")

    report = Report.objects.get()
    assert first["Location"] == step(report, "place")
    for slug in ("place", "evidence"):
        assert fill(visitor, step(report, slug)).status_code == 303
    answer = fill(visitor, step(report, "check"), good_faith="on")
    assert answer.status_code == 303
    assert code_on(text(visitor.get(answer["Location"])))


def test_case_33_a_visitor_learns_nothing_from_an_address(
    visitor: Client, scene: make.Scene
) -> None:
    gone = f"{FLAG}?submission={uuid4()}"
    there = f"{FLAG}?submission={scene.submission.public_id}"
    pages = [neutral(text(visitor.get(address))) for address in (gone, there)]
    assert pages[0] == pages[1]

    fill(visitor, there, code="plagiarism", account="Copied.")

    report = Report.objects.get()
    assert report.submission is None
    assert scene.assignment.title not in text(visitor.get(step(report, "details")))


def test_case_33_whom_it_is_about_makes_no_difference(visitor: Client, scene: make.Scene) -> None:
    pages = []
    for name in (scene.learner.display_name, "Nobody At All"):
        client = Client(REMOTE_ADDR=ADDRESS)
        report = threat(client)
        fill(client, step(report, "place"), visible_name=name)
        answer = fill(client, step(report, "check"), good_faith="on")
        page = neutral(text(client.get(answer["Location"])))
        pages.append(re.sub(r"[0-9A-Z]{4}-[0-9A-Z]{4}", "", page))

    assert pages[0] == pages[1]


@pytest.mark.parametrize("slug", ["", "details/", "place/", "evidence/", "check/", "sent/"])
def test_without_the_key_a_draft_is_one_that_is_not_there(
    visitor: Client, scene: make.Scene, slug: str
) -> None:
    report = threat(visitor)
    other, learner = Client(), Client()
    learner.force_login(scene.learner)
    address, absent = f"/report/{report.public_id}/{slug}", f"/report/{uuid4()}/{slug}"

    assert other.get(address).status_code == other.get(absent).status_code == 302
    assert learner.get(address).status_code == learner.get(absent).status_code == 404
    forged = Client()
    forged.cookies["report-key"] = receipts.new_key()
    assert forged.get(address).status_code == 302


def test_a_visitors_draft_is_gone_after_a_day(
    visitor: Client, root: Path, django_capture_on_commit_callbacks: Any
) -> None:
    threat(visitor)
    assert drafts.forget_abandoned() == 0

    with (
        clock.frozen(clock.now() + timedelta(days=1, seconds=1)),
        django_capture_on_commit_callbacks(execute=True),
    ):
        assert drafts.forget_abandoned() == 1

    assert not Report.objects.exists()
    assert make.files(root) == []


# Somebody signed in who gives no name


def test_who_is_signed_in_and_gives_no_name_leaves_nothing_behind(scene: make.Scene) -> None:
    client = Client(REMOTE_ADDR=ADDRESS)
    client.force_login(scene.reporter)
    address = f"{FLAG}?submission={scene.submission.public_id}"
    fill(client, address, code="plagiarism", account=make.WORDS)
    begun = Report.objects.get()
    upload = make.upload("a.txt", b"words")
    fill(client, step(begun, "evidence"), uploads=[upload])
    before = DraftFile.objects.get()

    chosen = fill(client, step(begun, "name"), mode="anonymous")

    report = Report.objects.get()
    assert chosen["Location"] == step(report, "check")
    # Another row with other names, so that no earlier copy of the tables tells whose it is.
    for name in ("pk", "public_id", "reference", "form_key"):
        assert getattr(report, name) != getattr(begun, name)
    file = DraftFile.objects.get()
    assert file.public_id != before.public_id
    assert before.form_key not in file.form_key
    assert not rules.own_reports(scene.reporter).exists()

    answer = fill(client, chosen["Location"], good_faith="on")
    code = code_on(text(client.get(answer["Location"])))
    report.refresh_from_db()

    assert report.submission == scene.submission
    assert receipts.fingerprint(code) == report.receipt_ref
    assert "You have not sent a report" in text(client.get("/my/reports/"))
    assert client.get(reverse("my:report", args=[report.public_id])).status_code == 404
    for session in Session.objects.all():
        held = json.dumps(session.get_decoded())
        assert str(report.public_id) not in held
        assert report.public_id.hex not in held
        assert code not in held
    who = (str(scene.reporter.public_id), *rules.reporter_refs(scene.reporter))
    for event in Event.objects.filter(case_number=report.case.number):
        assert event.actor_kind == "system"
        assert not any(ref in event.payload or ref in event.actor for ref in who)


def test_who_changes_their_mind_reports_with_a_name_again(scene: make.Scene) -> None:
    client = Client()
    client.force_login(scene.reporter)
    fill(client, VIOLATION, code="plagiarism", account=make.WORDS)
    report = Report.objects.get()
    for slug in ("place", "evidence"):
        fill(client, step(report, slug))
    fill(client, step(report, "name"), mode="anonymous")
    report = Report.objects.get()

    fill(client, step(report, "name"), mode="confidential")
    answer = fill(client, step(report, "check"), good_faith="on")

    report.refresh_from_db()
    assert report.receipt_ref == ""
    assert list(rules.own_reports(scene.reporter)) == [report]
    assert 'class="code num"' not in text(client.get(answer["Location"]))


# The service


def test_a_report_without_a_name_needs_a_receipt(scene: make.Scene, root: Path) -> None:
    with make.nothing_changes(root), pytest.raises(NotPermitted):
        make.send(scene, actor=None, mode="anonymous")
    with make.nothing_changes(root), pytest.raises(NotPermitted):
        make.send(scene, actor=None, mode="confidential", receipt=receipts.new_code())


def test_the_service_keeps_nothing_of_an_actor_who_gives_no_name(scene: make.Scene) -> None:
    code = receipts.new_code()

    report = make.send(scene, mode="anonymous", receipt=code, form_key="k")

    assert (report.reporter_ref, report.reporter_sealed) == ("", None)
    assert make.send(scene, mode="anonymous", receipt=code, form_key="k") == report
    with pytest.raises(Conflict):
        make.send(scene, mode="anonymous", receipt=receipts.new_code(), form_key="k")


def test_closing_a_case_with_a_nameless_report_writes_to_nobody(scene: make.Scene) -> None:
    report = make.send(scene, actor=None, mode="anonymous", receipt=receipts.new_code())
    assert report.case is not None

    build.dismissed(actor=build.moderator(), number=report.case.number, reason="not_enough")

    report.refresh_from_db()
    assert report.outcome == "not_pursued"
    assert not OutboxMessage.objects.exists()


# Floods


def test_case_30_the_sixth_report_in_an_hour_waits(visitor: Client, root: Path) -> None:
    for _number in range(5):
        sent(visitor)
    report = threat(visitor)
    check = step(report, "check")
    form = {"form_token": token(visitor.get(check)), "good_faith": "on"}

    with make.nothing_changes(root):
        answer = visitor.post(check, form)

    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 3600
    assert "60 minutes" in text(answer)
    # Somewhere else somebody else is not refused, and who claims another address is.
    assert visitor.post(check, form, headers={"x-forwarded-for": "203.0.113.9"}).status_code == 429
    other = Client(REMOTE_ADDR="203.0.113.9")
    sent(other)


def test_case_30_it_is_counted_by_account_wherever_somebody_is(scene: make.Scene) -> None:
    source = floods.Source.account(scene.reporter)
    for number in range(5):
        make.send(scene, form_key=f"k{number}", source=source)

    # The same form again is not counted, and is not refused.
    for _time in range(3):
        make.send(scene, form_key="k4", source=source)
    with pytest.raises(TooMany):
        make.send(scene, form_key="k5", source=source)
    make.send(
        scene, actor=scene.learner, form_key="k6", source=floods.Source.account(scene.learner)
    )


def test_case_30_what_was_refused_is_not_counted(scene: make.Scene, monkeypatch: Any) -> None:
    source = floods.Source.account(scene.reporter)

    def full(*_args: Any, **_kwargs: Any) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr("cases.services.filing.index", full)
        for number in range(6):
            with pytest.raises(OSError, match="no space"), transaction.atomic():
                make.send(scene, form_key=f"k{number}", source=source)

    make.send(scene, form_key="k", source=source)


def test_a_visitor_cannot_fill_the_tables_with_drafts(visitor: Client, root: Path) -> None:
    for _number in range(20):
        assert fill(visitor, VIOLATION, code="plagiarism", account="x").status_code == 303

    with make.nothing_changes(root):
        answer = fill(visitor, VIOLATION, code="plagiarism", account="What I typed.")

    assert answer.status_code == 429
    assert "What I typed." in text(answer)


# The way back


def test_the_code_opens_the_report_for_this_browser(visitor: Client) -> None:
    report, code = sent(visitor)
    other = Client(REMOTE_ADDR=ADDRESS)

    answer = follow(other, code.lower().replace("-", " "))

    assert (answer.status_code, answer["Location"]) == (303, FOLLOW)
    page = other.get(FOLLOW)
    assert THREAT in text(page)
    assert "Received" in text(page)
    assert code not in text(page)
    assert "no-store" in page["Cache-Control"]
    assert not Session.objects.exists()
    assert report.case is not None
    assert report.case.number not in text(page)
    other.post(f"{FOLLOW}leave/")
    assert THREAT not in text(other.get(FOLLOW))


def test_a_code_that_was_right_is_forgotten_after_half_an_hour(
    visitor: Client, monkeypatch: Any
) -> None:
    _report, code = sent(visitor)
    follow(visitor, code)

    monkeypatch.setattr("cases.views.report_keys.FOLLOW_SECONDS", -1)

    assert THREAT not in text(visitor.get(FOLLOW))
    refused = visitor.post(f"{FOLLOW}answer/", {})
    assert (refused.status_code, refused["Location"]) == (303, FOLLOW)


@pytest.mark.parametrize(
    ("page", "name"), [("answer", "body"), ("review", "text"), ("check-in", "text")]
)
def test_words_typed_for_longer_than_that_are_shown_again(
    visitor: Client, monkeypatch: Any, page: str, name: str
) -> None:
    report, code = sent(visitor)
    follow(visitor, code)
    monkeypatch.setattr("cases.views.report_keys.FOLLOW_SECONDS", -1)
    refused = visitor.post(f"{FOLLOW}{page}/", {name: "It was <b>him</b>, on Monday."})
    assert refused.status_code == 400
    shown = text(refused)
    assert "Your words were not sent" in shown
    assert "It was &lt;b&gt;him&lt;/b&gt;, on Monday." in shown
    assert 'name="code"' in shown
    assert "no-store" in refused["Cache-Control"]
    assert THREAT not in shown
    assert not report.messages.exists()


def test_every_wrong_code_gets_the_same_answer_after_the_same_work(
    visitor: Client, scene: make.Scene, count_queries: Any
) -> None:
    draft = threat(visitor)
    confidential = make.send(scene)
    wrong = [receipts.new_code(), "nonsense", confidential.reference, str(draft.public_id), "-"]
    answers, work = [], []
    for code in wrong:
        client = Client(REMOTE_ADDR="203.0.113.50")
        with count_queries() as queries:
            response = client.post(FOLLOW, {"code": code})
        answers.append(re.sub(r'value="[^"]*"', "", text(response)))
        work.append(queries.number)
        assert response.status_code == 400
        assert "report-follow" not in response.cookies

    assert len(set(answers)) == 1
    assert set(work) == {1}


def test_codes_are_tried_ten_times_in_a_while_and_no_more(visitor: Client) -> None:
    _report, code = sent(visitor)
    here = Client(REMOTE_ADDR="203.0.113.60")
    for number in range(10):
        assert follow(here, receipts.new_code()).status_code == 400
        if number == 4:
            # A right code in between changes nothing.
            assert follow(here, code).status_code == 303

    refused = follow(here, code)

    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 900
    assert (
        here.post(FOLLOW, {"code": code}, headers={"x-forwarded-for": "192.0.2.99"}).status_code
        == 429
    )
    assert follow(Client(REMOTE_ADDR="203.0.113.61"), code).status_code == 303


def test_a_question_is_answered_by_code_and_the_end_is_one_of_three(
    visitor: Client, scene: make.Scene
) -> None:
    report, code = sent(visitor)
    assert report.case is not None
    moderator = build.moderator()
    dialogue.ask(
        actor=moderator,
        number=report.case.number,
        report_id=report.public_id,
        body="In which forum was it?",
        form_key="q1",
    )
    other = Client()
    follow(other, code)
    page = other.get(FOLLOW)
    assert "In which forum was it?" in text(page)
    assert moderator.display_name not in text(page)

    form = {"form_token": token(page), "body": "In the course forum."}
    for _time in range(2):
        assert other.post(f"{FOLLOW}answer/", form)["Location"] == f"{FOLLOW}#dialogue"

    assert report.messages.filter(asked_by=None).count() == 1
    answered = Event.objects.get(action="report.answered")
    assert (answered.actor_kind, answered.actor) == ("system", "intake")
    build.dismissed(
        actor=moderator, number=report.case.number, reason="no_violation", note="Known to us."
    )
    closed = text(other.get(FOLLOW))
    assert "Closed: no violation was found" in closed
    assert "Known to us" not in closed
    assert "Ask for another look" in closed


def test_a_message_on_the_way_is_in_no_session(visitor: Client, scene: make.Scene) -> None:
    report, code = sent(visitor)
    assert report.case is not None
    signed_in = Client()
    signed_in.force_login(base.person())
    signed_in.get("/my/")
    before = signed_in.session.items()
    for number, browser in enumerate((Client(), signed_in)):
        dialogue.ask(
            actor=build.moderator(),
            number=report.case.number,
            report_id=report.public_id,
            body=f"In which forum was it? {number}",
            form_key=f"q{number}",
        )
        follow(browser, code)
        form = {"form_token": token(browser.get(FOLLOW)), "body": "In the course forum."}
        assert browser.post(f"{FOLLOW}answer/", form).status_code == 303
        assert list(signed_in.session.items()) == list(before)
        shown = browser.get(FOLLOW)
        assert "Your message has arrived" in text(shown)
        assert "messages" not in browser.cookies
        assert "no-store" in shown["Cache-Control"]

    assert Session.objects.count() == 1, "the one of whoever is signed in"


def test_a_page_that_shows_a_visitor_a_message_is_kept_in_no_cache(visitor: Client) -> None:
    report = threat(visitor)
    address = reverse("report:discard", args=[report.public_id])
    assert fill(visitor, address).status_code == 303
    shown = visitor.get(reverse("report:choose"))
    assert "Your draft was deleted" in text(shown)
    assert "no-store" in shown["Cache-Control"]


def test_nothing_in_a_followed_report_runs(visitor: Client) -> None:
    report, code = sent(visitor, account="<script>alert(1)</script>{{7*7}}")
    assert report.case is not None
    dialogue.ask(
        actor=build.moderator(),
        number=report.case.number,
        report_id=report.public_id,
        body='"><img src=x onerror=alert(1)>{% load x %}',
        form_key="q1",
    )
    follow(visitor, code)
    page = text(visitor.get(FOLLOW))
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "{{7*7}}" in page


# What others see (HOSTILE 19, 106)


def test_case_106_the_accused_sees_the_same_whoever_reported(scene: make.Scene) -> None:
    pages = []
    for sender in (
        {"mode": "named"},
        {"mode": "confidential"},
        {"mode": "anonymous", "actor": None, "receipt": receipts.new_code()},
        {"mode": "confidential", "actor": base.person("Somebody Else")},
    ):
        point = transaction.savepoint()
        report = make.send(scene, form_key="k", **sender)
        pages.append(_accused_sees(scene, report))
        transaction.savepoint_rollback(point)

    assert len(pages[0]) > 1_000
    assert len(set(pages)) == 1


def _accused_sees(scene: make.Scene, report: Report) -> str:
    assert report.case is not None
    number = report.case.number
    moderator = build.moderator()
    triage.open_case(actor=moderator, number=number)
    respondent = report.case.respondents.get()
    allegation.add(
        actor=moderator,
        number=number,
        respondent_id=respondent.public_id,
        violation_type_id=scene.type("plagiarism").pk,
        completion="completed",
        description="Three sentences are in an article.",
    )
    notice.send(
        actor=moderator,
        number=number,
        respondent_id=respondent.public_id,
        questions="How did it come about?",
        revision=None,
    )
    client = Client()
    client.force_login(scene.learner)
    page = text(client.get(reverse("my:case", args=[number])))
    assert make.CANARY not in page
    assert moderator.display_name not in page
    return re.sub(r"<time.*?</time>", "", neutral(page)).replace(number, "")


def test_the_desk_sees_that_there_is_no_name_and_whom_nobody_can_find(
    visitor: Client, scene: make.Scene
) -> None:
    report, _code = sent(visitor)
    assert report.case is not None
    client = Client()
    client.force_login(build.moderator())
    page = text(client.get(reverse("desk:case", args=[report.case.number])))

    assert "without a name" in page
    assert "in confidence" not in page

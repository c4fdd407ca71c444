"""The three forms against hostile input: HOSTILE 32, 33, 35, 53, 54 and 58, by number."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from cases.enums import ReportStatus
from cases.models import Case, DraftFile, Report
from integrity.accounts.models import User
from integrity.audit.models import Event
from notifications import services as notifications
from notifications.models import OutboxMessage
from tests.cases import intake_builders as make
from tests.cases.test_intake_concurrency import at_once
from tests.cases.test_report_pages import (
    fill,
    flag_address,
    started_incident,
    step,
    text,
    token,
)
from tests.courses import builders as base
from tests.support.smtp import SmtpServer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> Path:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    return settings.EVIDENCE_ROOT


@pytest.fixture
def scene() -> make.Scene:
    return make.scene()


@pytest.fixture
def reader(scene: make.Scene) -> Client:
    return signed_in(scene.reporter)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


# 32


def test_hostile_32_a_token_used_for_a_report_that_was_sent_makes_no_other(
    reader: Client, scene: make.Scene
) -> None:
    address = flag_address(scene.submission)
    used = {"form_token": token(reader.get(address)), "code": "plagiarism", "account": "First."}
    report = _sent(reader, reader.post(address, used)["Location"])

    # The very same once more is the same; other words are refused, and stay.
    assert reader.post(address, used)["Location"].startswith(f"/report/{report.public_id}/")
    refused = reader.post(address, {**used, "account": "Typed words"})

    assert refused.status_code == 400
    assert "Typed words" in text(refused)
    assert "sent already" in text(refused)
    assert Report.objects.count() == 1
    again = reader.post(address, {**used, "form_token": token(refused), "account": "Typed words"})
    assert again.status_code == 303
    assert Report.objects.latest("pk").account == "Typed words"


def test_hostile_32_a_token_of_somebody_else_tells_nothing_and_keeps_what_was_typed(
    reader: Client, scene: make.Scene
) -> None:
    address = "/report/violation/"
    body = {"form_token": token(reader.get(address)), "code": "plagiarism", "account": "Mine."}
    assert reader.post(address, body).status_code == 303
    other = signed_in(base.person())

    refused = other.post(address, {**body, "account": "Typed words"})

    assert refused.status_code == 400
    assert "Typed words" in text(refused)
    assert "Mine." not in text(refused)
    assert Report.objects.get().account == "Mine."
    again = {**body, "form_token": token(refused), "account": "Typed words"}
    assert other.post(address, again).status_code == 303


def _sent(client: Client, at: str) -> Report:
    """Go on from the page of evidence to the end."""
    assert at.endswith("/evidence/"), at
    on = fill(client, at)["Location"]
    if on.endswith("/name/"):
        on = fill(client, on, mode="confidential")["Location"]
    assert fill(client, on, good_faith="on").status_code == 303
    return Report.objects.exclude(status=ReportStatus.DRAFT).latest("pk")


# 33


def _bare(page: Any, *reports: Report) -> str:
    """The page without what is random, and without the report's own names."""
    shown = text(page)
    for report in reports:
        for name in (report.reference, str(report.public_id)):
            shown = shown.replace(name, "")
    shown = re.sub(r'(csrfmiddlewaretoken|form_token)"\s+value="[^"]+"|badge">\d+', "", shown)
    # Letters have names of their own.
    shown = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "", shown)
    return re.sub(r"<time[^>]*>[^<]*</time>", "", shown)


def _walk(client: Client, address: str, told: dict[str, str], count: Any) -> list[tuple[str, int]]:
    """Every page of a report to its end: what it shows, and the work for it in queries."""
    cache.clear()
    seen: list[tuple[str, int]] = []
    reports: list[Report] = []

    def ask(method: str, where: str, body: dict[str, str] | None = None) -> Any:
        with count() as queries:
            answer = client.get(where) if method == "GET" else client.post(where, body)
        reports[:] = Report.objects.order_by("-pk")[:1]
        where_to = answer.headers.get("Location", "")
        shown = _bare(answer, *reports) + where_to.replace(str(reports[0].public_id), "")
        seen.append((f"{method} {answer.status_code} {shown}", queries.number))
        return answer

    def send(where: str, **answers: str) -> str:
        key = token(ask("GET", where)) if reports else token(client.get(where))
        where_to: str = ask("POST", where, {"form_token": key, **answers})["Location"]
        return where_to

    at = send(address, code=told["code"], account="The same words.")
    if at.endswith("/place/"):
        at = send(at, visible_name=told["name"])
    at = send(at, link_1="https://example.org/")
    if at.endswith("/name/"):
        at = send(at, mode="confidential")
    at = send(at, good_faith="on")
    ask("GET", at)
    report = reports[0]
    if report.reporter_ref:
        ask("GET", reverse("my:report", args=[report.public_id]))
    return seen


def _hidden(seen: list[tuple[str, int]], name: str) -> list[tuple[str, int]]:
    return [(shown.replace(name, "NAME"), work) for shown, work in seen]


@pytest.mark.parametrize("kind", ["violation", "incident"])
@pytest.mark.parametrize("visitor", [False, True])
def test_hostile_33_a_name_that_exists_and_one_that_does_not_are_the_same_pages_and_work(
    scene: make.Scene, count_queries: Any, kind: str, visitor: bool
) -> None:
    known, closed = "Amara Okonjo", base.person("Closed Account", is_active=False)
    code = "threats" if kind == "incident" else "plagiarism"
    # The first has a case already.
    make.send(scene, form_key="earlier")
    walks = []
    names = ("Warming Up", known, closed.display_name, "Nobody Ofthisname", str(closed.email))
    for name in names:
        client = Client() if visitor else signed_in(scene.reporter)
        told = {"code": code, "name": name}
        walks.append(_hidden(_walk(client, f"/report/{kind}/", told, count_queries), name))
        Report.objects.filter(visible_name=name).update(visible_name="-")
    work = [[count for _shown, count in walk] for walk in walks]
    assert work[1] == work[2] == work[3] == work[4]
    shown = [[page for page, _count in walk] for walk in walks]
    if visitor:
        # Each has a code of its own.
        shown = [
            [re.sub(r"[0-9A-Z]{4}-[0-9A-Z]{4}-?", "", page) for page in walk] for walk in shown
        ]
    assert shown[1] == shown[2] == shown[3]


def test_hostile_33_work_of_a_learner_with_a_case_without_one_and_of_one_who_left(
    scene: make.Scene, count_queries: Any
) -> None:
    make.send(scene, form_key="earlier")
    gone = base.person("Gone Away", is_active=False)
    walks = []
    for learner in (base.person("Warming Up"), scene.learner, base.person("Newly Come"), gone):
        work = base.submission(base.assignment(scene.course), learner)
        Report.objects.filter(status=ReportStatus.DRAFT).delete()
        client = signed_in(scene.reporter)
        told = {"code": "plagiarism", "name": ""}
        seen = _walk(client, flag_address(work), told, count_queries)
        walks.append(_hidden(seen, work.assignment.title))
    assert walks[1] == walks[2] == walks[3]


def test_hostile_33_posts_and_submissions_one_cannot_see_cost_what_none_costs(
    scene: make.Scene, count_queries: Any
) -> None:
    elsewhere = base.course()
    post = base.post(elsewhere, base.person(), body="Not for you.")
    work = base.submission(base.assignment(elsewhere), base.person())
    client = signed_in(scene.reporter)
    client.get("/report/incident/")
    for route, name, hidden in (
        ("/report/incident/", "post", post.public_id),
        ("/report/flag/", "submission", work.public_id),
    ):
        found = []
        for wanted in (hidden, uuid4()):
            with count_queries() as queries:
                answer = client.get(route, {name: str(wanted)})
            found.append((answer, queries.number))
        (one, work_one), (other, work_other) = found
        assert work_one == work_other
        varies = r'(post|submission)=[0-9a-f-]{36}|(csrfmiddlewaretoken|form_token)" value="[^"]+"'
        assert re.sub(varies, "", text(one)) == re.sub(varies, "", text(other))


# 35


SURROGATES = {
    "utf-8 of a surrogate": b"Typed words \xed\xa0\x80",
    "half of a character": b"Typed words \xf0\x9f",
    "overlong": b"Typed words \xc0\xaf",
    "nul": b"Typed words \x00",
}
INERT = {
    "override": ("read \u202ethis\u202c now", "read this now"),
    "isolate": ("read \u2067this\u2069 now", "read this now"),
    "arabic mark": ("read \u061cthis now\u180e", "read this now"),
    "zero width": ("re\u200bad \u2060this now\ufeff", "read this now"),
    "tags": ("read this now\U000e0041\U000e007f", "read this now"),
}


@pytest.mark.parametrize("field", ["account", "visible_name", "quoted_text"])
@pytest.mark.parametrize("bad", SURROGATES)
def test_hostile_35_bytes_that_are_no_text_are_refused_or_inert(
    reader: Client, scene: make.Scene, root: Path, field: str, bad: str
) -> None:
    address = "/report/incident/"
    body = {"code": "threats", "account": "Something."}
    if field != "account":
        address, body = step(started_incident(reader), "place"), {}
    body |= {"form_token": token(reader.get(address))}
    raw = f"{urlencode(body)}&{field}=".encode() + SURROGATES[bad].replace(b"\x00", b"%00")
    answer = reader.post(address, raw, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in (303, 400)
    for report in Report.objects.all():
        stored = getattr(report, field)
        stored.encode("utf-8")
        assert "\x00" not in stored
    if bad == "nul":
        assert answer.status_code == 400
        assert "Typed words" in text(answer)


@pytest.mark.parametrize("control", INERT)
def test_hostile_35_invisible_signs_reach_no_field(
    reader: Client, scene: make.Scene, control: str
) -> None:
    sent, kept = INERT[control]
    fill(reader, "/report/incident/", code="threats", account=sent)
    report = Report.objects.get()
    assert (
        fill(reader, step(report, "place"), visible_name=sent, quoted_text=sent).status_code == 303
    )
    upload = make.upload("a.txt", b"words")
    fill(reader, step(report, "evidence"), uploads=[upload])
    file = DraftFile.objects.get()
    fill(reader, step(report, "evidence"), **{f"description-{file.public_id}": sent})
    report.refresh_from_db()
    file.refresh_from_db()
    stored = (report.account, report.visible_name, report.quoted_text, file.description)
    assert stored == (kept,) * 4


# 53, 54


def test_hostile_53_line_breaks_in_a_report_make_one_header_and_one_recipient(
    scene: make.Scene, smtp: SmtpServer
) -> None:
    hostile = "Eve\r\nBcc: b@evil.example\r\n\r\nbody"
    scene.reporter.display_name = hostile
    scene.reporter.save()
    scene.course.title = hostile
    scene.course.save()
    client = signed_in(scene.reporter)
    fill(client, "/report/incident/", code="threats", account=hostile)
    report = Report.objects.get()
    refused = fill(client, step(report, "place"), visible_name=hostile)
    report.refresh_from_db()
    assert refused.status_code == 400 or "\n" not in report.visible_name
    fill(client, step(report, "place"), visible_name="Eve", course=scene.course.slug)
    fill(client, step(report, "evidence"))
    fill(client, step(report, "name"), mode="named")
    assert fill(client, step(report, "check"), good_faith="on").status_code == 303
    notifications.deliver_due()
    to_reporter = [one for one in smtp.messages if scene.reporter.email in one.recipients]
    assert len(to_reporter) == 1
    for received in smtp.messages:
        assert len(received.recipients) == 1
        assert received.message["Bcc"] is None
        assert len(received.message.get_all("Subject") or []) == 1
        assert "evil" not in str(received.message["Subject"])


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver:x", "testserver@evil.example", "evil.example/testserver"]
)
def test_hostile_54_a_forged_host_gets_no_letter_and_no_page(
    scene: make.Scene, smtp: SmtpServer, host: str
) -> None:
    client = Client()
    page = client.get("/accounts/password/reset/")
    assert page.status_code == 200
    forged = client.post(
        "/accounts/password/reset/", {"email": scene.reporter.email}, headers={"Host": host}
    )
    assert forged.status_code == 400
    for address in ("/report/", "/report/incident/", "/report/follow/"):
        assert client.get(address, headers={"Host": host}).status_code == 400
    notifications.deliver_due()
    assert smtp.messages == []
    assert not OutboxMessage.objects.exists()


def test_hostile_54_a_reset_leads_to_the_site_and_nowhere_else(
    scene: make.Scene, smtp: SmtpServer, settings: Any
) -> None:
    client = Client()
    headers = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    client.post("/accounts/password/reset/", {"email": scene.reporter.email}, headers=headers)
    notifications.deliver_due()
    assert len(smtp.messages) == 1
    for received in smtp.messages:
        assert "evil.example" not in received.message.as_string()


# 58


@pytest.mark.django_db(transaction=True)
def test_hostile_58_each_page_twenty_times_at_once_is_one_report() -> None:
    scene = make.scene()
    first = signed_in(scene.reporter)
    cookies = {name: morsel.value for name, morsel in first.cookies.items()}

    def post(address: str, body: dict[str, Any]) -> list[Any]:
        def one(_number: int) -> Any:
            client = Client(raise_request_exception=False)
            client.cookies.load(cookies)
            return client.post(address, body() if callable(body) else body)

        return at_once(20, one)

    address = flag_address(scene.submission)
    body = {"form_token": token(first.get(address)), "code": "plagiarism", "account": "Words."}
    started = post(address, body)
    assert {getattr(answer, "status_code", answer) for answer in started} == {303}
    report = Report.objects.get()
    key = token(first.get(step(report, "evidence")))
    uploaded = post(
        step(report, "evidence"),
        lambda: {"form_token": key, "uploads": [make.upload("a.txt", b"words")]},  # type: ignore[arg-type]
    )
    assert {getattr(answer, "status_code", answer) for answer in uploaded} == {303}
    assert DraftFile.objects.count() == 1
    fill(first, step(report, "name"), mode="confidential")
    check = step(report, "check")
    sent = post(check, {"form_token": token(first.get(check)), "good_faith": "on"})
    assert {(answer.status_code, answer["Location"]) for answer in sent} == {
        (303, reverse("report:sent", args=[report.public_id]))
    }
    assert Report.objects.count() == Case.objects.count() == 1
    assert OutboxMessage.objects.filter(event="report_received").count() == 1
    assert Event.objects.filter(action="report.received").count() == 1
    assert report.evidence.count() == 1

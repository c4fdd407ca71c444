"""Reporting page by page, as somebody with a browser and without scripts does it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core import signing
from django.core.files import uploadedfile
from django.test import Client
from django.urls import reverse

from cases.enums import ClosingOutcome, EvidenceKind, ReportStatus
from cases.evidence import StorageFull, store
from cases.models import Case, DraftFile, Report
from cases.services import drafts, triage
from integrity.core import clock
from integrity.core import forms as web_forms
from integrity.courses.enums import EffectKind
from integrity.courses.models import Submission
from integrity.courses.services import apply_effect
from notifications.models import OutboxMessage
from tests.cases import builders
from tests.cases import intake_builders as make
from tests.courses import builders as base

pytestmark = pytest.mark.django_db

FLAG, VIOLATION, INCIDENT = "/report/flag/", "/report/violation/", "/report/incident/"
# What must not run, load, format or start a formula, wherever it is shown again.
CORPUS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</textarea><svg/onload=alert(1)>",
    "{{7*7}}{% load x %}{0.__class__}%(x)s",
    '=HYPERLINK("https://evil.example")',
    "javascript:alert(1)",
]


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> Path:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    return settings.EVIDENCE_ROOT


@pytest.fixture
def scene() -> make.Scene:
    return make.scene()


@pytest.fixture
def reader(scene: make.Scene, client: Client) -> Client:
    """Somebody signed in who reports."""
    client.force_login(scene.reporter)
    return client


def token(response: Any) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', response.content.decode())
    assert found, "The page has no form."
    return found.group(1)


def text(response: Any) -> str:
    return response.content.decode()


def flag_address(submission: Submission) -> str:
    return f"{FLAG}?submission={submission.public_id}"


def fill(client: Client, address: str, /, **answers: Any) -> Any:
    """Open a page, fill it in and send it."""
    page = client.get(address)
    assert page.status_code == 200, page.status_code
    return client.post(address, {"form_token": token(page), **answers})


def draft(client: Client, scene: make.Scene, **answers: Any) -> Report:
    """A draft of a flag with its first page done."""
    told = {"code": "plagiarism", "account": make.WORDS, **answers}
    assert fill(client, flag_address(scene.submission), **told).status_code == 303
    return Report.objects.latest("pk")


def step(report: Report, slug: str) -> str:
    return reverse("report:step", args=[report.public_id, slug])


def to_check(client: Client, report: Report) -> str:
    """Go on to the last page with what is there; returns its address."""
    for slug in ("evidence", "name"):
        answers = {"mode": report.mode} if slug == "name" else {}
        assert fill(client, step(report, slug), **answers).status_code == 303
    return step(report, "check")


def same(one: Any, other: Any) -> bool:
    """Whether two pages are the same but for their address and the random parts of forms.

    And for the mark that the page answers a form, which says nothing of what is there.
    """

    def without(response: Any) -> str:
        varies = r'(csrfmiddlewaretoken|form_token|next)"\s+value="[^"]+"'
        return re.sub(varies, "", text(response)).replace(" data-unsent", "")

    return one.status_code == other.status_code and without(one) == without(other)


# The way


def test_a_flag_takes_four_pages_and_two_answers(reader: Client, scene: make.Scene) -> None:
    first = fill(reader, flag_address(scene.submission), code="plagiarism")
    report = Report.objects.get()
    second = fill(reader, first["Location"])
    third = fill(reader, second["Location"], mode="confidential")
    sent = fill(reader, third["Location"], good_faith="on")

    pages = [first["Location"], second["Location"], third["Location"]]
    assert pages == [step(report, slug) for slug in ("evidence", "name", "check")]
    assert sent.status_code == 303
    report.refresh_from_db()
    assert report.status == ReportStatus.SUBMITTED
    confirmation = reader.get(sent["Location"])
    assert report.reference in text(confirmation)
    assert "We have your report" in text(confirmation)
    assert reverse("my:report", args=[report.public_id]) in text(confirmation)


def test_everything_told_arrives(reader: Client, scene: make.Scene) -> None:
    report = draft(reader, scene)
    fill(
        reader,
        step(report, "evidence"),
        link_1="https://example.org/article",
        uploads=[make.upload("chat.png", make.told_picture())],
    )
    file = DraftFile.objects.get()
    fill(
        reader,
        step(report, "evidence"),
        **{
            "link_1": "https://example.org/article",
            f"description-{file.public_id}": "The chat of last night",
        },
    )
    fill(reader, step(report, "name"), mode="named")
    check = reader.get(step(report, "check"))
    for words in (make.WORDS, "example.org/article", "chat.png", "The chat of last night"):
        assert words in text(check)
    assert "With your name" in text(check)
    fill(reader, step(report, "check"), good_faith="on")

    report.refresh_from_db()
    assert report.mode == "named"
    assert report.links == ["https://example.org/article"]
    piece = report.evidence.get(kind=EvidenceKind.FILE)
    assert piece.description == "The chat of last night"
    mine = text(reader.get(reverse("my:report", args=[report.public_id])))
    for words in (make.WORDS, "https://example.org/article", "The chat of last night"):
        assert words in mine
    assert "chat.png" not in mine


def test_an_incident_says_where_to_find_help_and_asks_for_the_place(
    reader: Client, scene: make.Scene
) -> None:
    page = text(reader.get(INCIDENT))
    assert "112" in page
    assert "findahelpline.com" in page
    answer = fill(reader, INCIDENT, code="threats", account="A threat was written to me.")
    report = Report.objects.get()
    assert answer["Location"] == step(report, "place")
    answer = fill(
        reader,
        step(report, "place"),
        course=scene.course.slug,
        visible_name="dark_wolf_77",
        quoted_text="I know where you live.",
        day="2026-01-15",
    )
    assert answer["Location"] == step(report, "evidence")
    fill(reader, to_check(reader, report), good_faith="on")

    report.refresh_from_db()
    assert report.case is not None
    assert report.case.urgent
    assert report.case.course == scene.course
    assert report.incident_at.date().isoformat() == "2026-01-15"
    assert report.visible_name == "dark_wolf_77"
    assert report.case.evidence.get().text == "I know where you live."


def test_what_a_decision_did_to_a_post_holds_where_it_is_reported(
    reader: Client, scene: make.Scene
) -> None:
    address = f"{INCIDENT}?post={scene.post.public_id}"
    apply_effect(
        kind=EffectKind.CONTENT_REPLACED, source="sanction:1", post=scene.post, replacement="Shown."
    )
    edited = text(reader.get(address))
    assert "Shown." in edited
    assert scene.post.body not in edited
    fill(reader, address, code="harassment", account="It shuts people out.")
    draft = Report.objects.get()
    apply_effect(kind=EffectKind.CONTENT_HIDDEN, source="interim:2", post=scene.post)
    for page in (address, step(draft, "details"), step(draft, "check")):
        shown = text(reader.get(page, follow=True))
        assert scene.post.body not in shown
        assert "Shown." not in shown
    assert "This post was removed" in text(reader.get(step(draft, "details")))
    assert "The post" not in text(reader.get(address)), "it cannot be chosen any more"


def test_an_incident_in_a_post_knows_its_place(reader: Client, scene: make.Scene) -> None:
    address = f"{INCIDENT}?post={scene.post.public_id}"
    assert scene.post.body in text(reader.get(address))
    assert scene.learner.display_name not in text(reader.get(address))
    answer = fill(reader, address, code="harassment", account="It shuts people out.")
    report = Report.objects.get()
    assert answer["Location"] == step(report, "evidence")
    assert reader.get(step(report, "place")).status_code == 404
    fill(reader, to_check(reader, report), good_faith="on")

    case = Case.objects.get()
    assert case.post == scene.post
    assert case.respondents.get().user == scene.learner


def test_another_breach_is_told_in_words(reader: Client) -> None:
    fill(reader, VIOLATION, code="contract_cheating", account="Answers are for sale.")
    report = Report.objects.get()
    fill(reader, step(report, "place"), visible_name="", day="")
    fill(reader, to_check(reader, report), good_faith="on")

    case = Case.objects.get()
    assert case.kind == "academic"
    assert case.institution.is_platform
    assert not case.respondents.exists()


def test_going_back_keeps_everything_and_change_comes_back_to_the_check(
    reader: Client, scene: make.Scene
) -> None:
    report = draft(reader, scene)
    check = to_check(reader, report)
    details = reader.get(step(report, "details"))
    assert make.WORDS in text(details)
    assert re.search(r'value="plagiarism"[^>]*checked', text(details))

    changed = fill(
        reader, f"{step(report, 'details')}?to=check", code="plagiarism", account="In other words."
    )

    assert changed["Location"] == check
    assert "In other words." in text(reader.get(check))


def test_one_can_stop_at_any_page_and_go_on_another_day(reader: Client, scene: make.Scene) -> None:
    saved = fill(reader, flag_address(scene.submission), account="Half a", action="later")
    report = Report.objects.get()
    assert saved["Location"] == reverse("my:reports")
    listed = text(reader.get(reverse("my:reports")))
    assert reverse("report:resume", args=[report.public_id]) in listed
    assert "Nothing has been sent yet" in listed

    resumed = reader.get(reverse("report:resume", args=[report.public_id]), follow=True)
    assert resumed.redirect_chain[-1][0] == step(report, "details")
    assert "Half a" in text(resumed)
    fill(reader, step(report, "details"), code="plagiarism", account="Half a story.")
    resumed = reader.get(reverse("report:resume", args=[report.public_id]), follow=True)
    assert resumed.redirect_chain[-1][0] == step(report, "evidence")


def test_the_last_page_is_not_reached_before_the_others(reader: Client, scene: make.Scene) -> None:
    report = draft(reader, scene)

    answer = reader.get(step(report, "check"))

    assert answer["Location"] == step(report, "evidence")
    assert fill_post(reader, step(report, "check"), good_faith="on")["Location"] == step(
        report, "evidence"
    )
    report.refresh_from_db()
    assert report.status == ReportStatus.DRAFT


def fill_post(client: Client, address: str, **answers: Any) -> Any:
    return client.post(address, {"form_token": web_forms.new_form_token(), **answers})


def test_a_draft_can_be_deleted(reader: Client, scene: make.Scene, root: Path) -> None:
    report = draft(reader, scene)
    fill(reader, step(report, "evidence"), uploads=[make.upload("a.txt", b"words")])
    address = reverse("report:discard", args=[report.public_id])
    assert "Delete this draft?" in text(reader.get(address))

    assert fill(reader, address)["Location"] == reverse("my:reports")

    assert not Report.objects.exists()
    assert reader.get(address).status_code == 404


def test_links_are_added_and_files_removed_without_a_script(
    reader: Client, scene: make.Scene
) -> None:
    report = draft(reader, scene)
    address = step(report, "evidence")
    more = fill(reader, address, link_1="https://example.org/1", link_2="", action="more")
    assert more["Location"].startswith(f"{address}?more=3")
    page = text(reader.get(more["Location"]))
    assert 'name="link_3"' in page
    assert "https://example.org/1" in page

    kept = fill(
        reader,
        address,
        link_1="https://example.org/1",
        action="upload",
        uploads=[make.upload("a.txt", b"words"), make.upload("b.png", make.picture())],
    )
    assert kept["Location"].startswith(address)
    assert DraftFile.objects.count() == 2
    file = DraftFile.objects.first()
    removed = fill(reader, address, link_1="https://example.org/1", remove=str(file.public_id))
    assert removed["Location"].startswith(address)
    assert DraftFile.objects.count() == 1
    report.refresh_from_db()
    assert report.links == ["https://example.org/1"]


def test_what_looks_personal_is_pointed_out_and_stops_nothing(
    reader: Client, scene: make.Scene
) -> None:
    report = draft(reader, scene, account="Ask Dana, 555 0142, dana@example.edu.")
    check = to_check(reader, report)

    page = text(reader.get(check))

    assert "This looks like a phone number: “555 0142”." in page
    assert "This looks like an email address: “dana@example.edu”." in page
    change = f"{step(report, 'details')}?to=check#id_account"
    assert page.count(f'href="{change}"') == 3
    beside = text(reader.get(change))
    assert "This looks like a phone number: “555 0142”." in beside
    assert reader.get(step(report, "evidence")).content.count(b"This looks like") == 0
    link = {"link_1": "https://example.org/?to=dana@example.edu"}
    assert fill(reader, f"{step(report, 'evidence')}?to=check", **link)["Location"] == check
    assert "a link with an email address in it" in text(reader.get(check))
    assert fill(reader, check, good_faith="on").status_code == 303


# Who may


def test_visitors_are_told_that_they_give_no_name_and_how_to_sign_in_instead(
    client: Client, scene: make.Scene
) -> None:
    assert "You are not signed in, so you report without a name" in text(client.get("/report/"))
    for address in (flag_address(scene.submission), VIOLATION, INCIDENT):
        page = client.get(address)
        assert page.status_code == 200
        assert "You report without a name" in text(page)
        back = address.replace("/", "%2F").replace("?", "%3F").replace("=", "%3D")
        assert f'href="/accounts/login/?next={back}"' in text(page)


@pytest.mark.parametrize("slug", ["details", "place", "evidence", "name", "check", "sent", "nope"])
def test_a_report_of_somebody_else_does_not_exist(
    reader: Client, scene: make.Scene, slug: str, root: Path
) -> None:
    report = draft(reader, scene)
    other = Client()
    for person in (scene.learner, builders.officer(), builders.administrator()):
        other.force_login(person)
        absent = other.get(f"/report/{uuid4()}/{slug}/")
        assert absent.status_code == 404
        with make.nothing_changes(root):
            answers = [
                other.get(f"/report/{report.public_id}/{slug}/"),
                fill_post(other, f"/report/{report.public_id}/{slug}/", account="x", mode="named"),
                other.get(reverse("report:resume", args=[report.public_id])),
                other.get(reverse("report:discard", args=[report.public_id])),
                other.get(reverse("my:report", args=[report.public_id])),
            ]
        assert all(same(answer, absent) for answer in answers if answer.status_code != 405)
        assert {answer.status_code for answer in answers} <= {404, 405}


def test_case_33_a_submission_one_cannot_see_is_one_that_is_not_there(
    reader: Client, scene: make.Scene
) -> None:
    elsewhere = base.submission(base.assignment(base.course()), base.person())

    pages = [
        reader.get(flag_address(elsewhere)),
        reader.get(f"{FLAG}?submission={uuid4()}"),
        reader.get(f"{FLAG}?submission=1"),
        reader.get(f"{FLAG}?submission=%00%27--"),
        fill_post(reader, flag_address(elsewhere), code="plagiarism"),
    ]

    assert all(same(page, pages[0]) for page in pages)
    assert "could not find that submission in your courses" in text(pages[0])
    assert not Report.objects.exists()
    hidden = base.post(base.course(), base.person(), body="Not for you.")
    assert "Not for you." not in text(reader.get(f"{INCIDENT}?post={hidden.public_id}"))


def test_case_33_the_answer_is_the_same_about_oneself_and_about_people_who_left(
    reader: Client, scene: make.Scene
) -> None:
    gone = base.person("Gone Away", is_active=False)
    answers = []
    for learner in (scene.learner, scene.reporter, gone):
        work = base.submission(scene.assignment, learner)
        fill(reader, flag_address(work), code="plagiarism")
        report = Report.objects.latest("pk")
        sent = fill(reader, to_check(reader, report), good_faith="on")
        page = reader.get(sent["Location"])
        report.refresh_from_db()
        plain = text(page).replace(report.reference, "").replace(str(report.public_id), "")
        answers.append(re.sub(r'csrfmiddlewaretoken" value="[^"]+"|badge">\d', "", plain))

    assert len(set(answers)) == 1


def test_no_page_tells_the_reporter_who_it_is_about(reader: Client, scene: make.Scene) -> None:
    report = draft(reader, scene)
    check = to_check(reader, report)
    pages = [text(reader.get(flag_address(scene.submission))), text(reader.get(check))]
    sent = fill(reader, check, good_faith="on")
    pages += [
        text(reader.get(sent["Location"])),
        text(reader.get(reverse("my:reports"))),
        text(reader.get(reverse("my:report", args=[report.public_id]))),
    ]

    for page in pages:
        assert scene.learner.display_name not in page
        assert Case.objects.get().number not in page


# Once


def test_case_58_each_page_twenty_times_is_once(
    reader: Client, scene: make.Scene, root: Path
) -> None:
    address = flag_address(scene.submission)
    body = {"form_token": token(reader.get(address)), "code": "plagiarism"}
    first = {reader.post(address, body)["Location"] for _time in range(20)}
    assert len(first) == Report.objects.count() == 1
    report = Report.objects.get()
    page = step(report, "evidence")
    key = token(reader.get(page))
    for _time in range(20):
        uploads = [make.upload("a.txt", b"words")]
        answer = reader.post(
            page, {"form_token": key, "link_1": "https://example.org/", "uploads": uploads}
        )
        assert answer.status_code == 303
    assert DraftFile.objects.count() == 1
    check = to_check(reader, report)
    body = {"form_token": token(reader.get(check)), "good_faith": "on"}
    sent = {reader.post(check, body)["Location"] for _time in range(20)}

    assert sent == {reverse("report:sent", args=[report.public_id])}
    assert Case.objects.count() == OutboxMessage.objects.count() == 1
    with make.nothing_changes(root):
        for slug in ("details", "evidence", "name", "check"):
            assert reader.get(step(report, slug))["Location"] in sent
            assert fill_post(reader, step(report, slug), mode="named")["Location"] in sent


# Hostile input


PAGES: dict[str, Callable[[Client, make.Scene], tuple[str, dict[str, str]]]] = {
    "flag": lambda client, scene: (
        flag_address(scene.submission),
        {"code": "plagiarism", "account": "Typed words"},
    ),
    "violation": lambda client, scene: (
        VIOLATION,
        {"code": "plagiarism", "account": "Typed words"},
    ),
    "incident": lambda client, scene: (INCIDENT, {"code": "threats", "account": "Typed words"}),
    "details": lambda client, scene: (
        step(draft(client, scene), "details"),
        {"code": "plagiarism", "account": "Typed words"},
    ),
    "place": lambda client, scene: (
        step(started_incident(client), "place"),
        {"visible_name": "Typed words", "quoted_text": "Typed words"},
    ),
    "evidence": lambda client, scene: (
        step(draft(client, scene), "evidence"),
        {"link_1": "https://example.org/Typed-words"},
    ),
    "name": lambda client, scene: (step(draft(client, scene), "name"), {"mode": "named"}),
    "check": lambda client, scene: (
        to_check(client, draft(client, scene)),
        {"good_faith": "on"},
    ),
    "discard": lambda client, scene: (
        reverse("report:discard", args=[draft(client, scene).public_id]),
        {},
    ),
}


def started_incident(client: Client) -> Report:
    fill(client, INCIDENT, code="threats", account="Something happened.")
    return Report.objects.latest("pk")


def kept(page: str, answers: dict[str, str]) -> bool:
    """Whether what was typed stands in the page still."""
    return all(
        value in page if name not in ("code", "mode", "good_faith") else "checked" in page
        for name, value in answers.items()
    )


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("wrong", ["forged", "missing", "expired"])
def test_case_32_a_wrong_token_is_refused_and_what_was_typed_stays(
    reader: Client, scene: make.Scene, root: Path, name: str, wrong: str, frozen_clock: Any
) -> None:
    address, answers = PAGES[name](reader, scene)
    forged = {
        "forged": "abc:def:ghi",
        "missing": "",
        "expired": _old_token(),
    }[wrong]
    with make.nothing_changes(root):
        refused = reader.post(address, {"form_token": forged, **answers})

    assert refused.status_code == 400
    assert "Nothing was sent. Please send it again." in text(refused)
    assert kept(text(refused), answers)
    again = reader.post(address, {"form_token": token(refused), **answers})
    assert again.status_code == 303


def _old_token() -> str:
    class Old(signing.TimestampSigner):
        def timestamp(self) -> str:
            return signing.b62_encode(1_500_000_000)

    return Old(salt=web_forms._TOKEN_SALT).sign("old")


BAD_TEXTS = {
    "nul": "Typed words \x00",
    "escape": "Typed words \x1b[31m",
    "long": "Typed words " + "x" * 4_000,
}
FIELDS = [
    ("flag", "account"),
    ("violation", "account"),
    ("incident", "account"),
    ("details", "account"),
    ("place", "visible_name"),
    ("place", "quoted_text"),
    ("evidence", "link_1"),
]


@pytest.mark.parametrize(("name", "field"), FIELDS)
@pytest.mark.parametrize("bad", BAD_TEXTS)
def test_case_35_text_that_cannot_be_kept_is_refused_at_its_field(
    reader: Client, scene: make.Scene, root: Path, name: str, field: str, bad: str
) -> None:
    address, answers = PAGES[name](reader, scene)
    answers = {**answers, field: BAD_TEXTS[bad]}
    key = token(reader.get(address))
    with make.nothing_changes(root):
        refused = reader.post(address, {"form_token": key, **answers})

    assert refused.status_code == 400
    assert f'href="#id_{field}"' in text(refused)
    assert f'id="id_{field}_error"' in text(refused)
    assert "Typed words" in text(refused)


@pytest.mark.parametrize(("name", "field"), FIELDS[:-1])
def test_case_35_invisible_signs_are_taken_out_and_the_rest_is_kept(
    reader: Client, scene: make.Scene, name: str, field: str
) -> None:
    address, answers = PAGES[name](reader, scene)
    answers = {**answers, field: "read \u202ethis\u202c \u200bnow \ufeff"}

    assert fill(reader, address, **answers).status_code == 303
    assert getattr(Report.objects.latest("pk"), field) == "read this now"


@pytest.mark.parametrize("name", ["flag", "violation", "incident", "details", "check"])
def test_an_empty_form_says_what_is_missing(
    reader: Client, scene: make.Scene, root: Path, name: str
) -> None:
    address, _answers = PAGES[name](reader, scene)
    key = token(reader.get(address))
    with make.nothing_changes(root):
        refused = reader.post(address, {"form_token": key})

    assert refused.status_code == 400
    assert 'class="errors"' in text(refused)
    assert "This field is required" not in text(refused)
    assert text(refused).split("<title>")[1].strip().startswith("Error:")


def test_a_choice_that_was_not_offered_is_refused(
    reader: Client, scene: make.Scene, root: Path
) -> None:
    address = flag_address(scene.submission)
    with make.nothing_changes(root):
        for code in ("threats", "nonsense", "plagiarism\x00"):
            assert fill_post(reader, address, code=code).status_code == 400
    report = draft(reader, scene)
    for mode in ("public", "sealed", "named "):
        assert fill_post(reader, step(report, "name"), mode=mode).status_code == 400
    other = started_incident(reader)
    stranger = base.course()
    assert fill_post(reader, step(other, "place"), course=stranger.slug).status_code == 400


def test_case_24_fields_nobody_asked_for_change_nothing(reader: Client, scene: make.Scene) -> None:
    report = draft(reader, scene, status="linked", reporter_ref="x", kind="incident", case="1")

    assert report.status == ReportStatus.DRAFT
    assert report.kind == "flag"
    assert report.reporter_ref != "x"


@pytest.mark.parametrize("day", ["2999-01-01", "1999-12-31", "yesterday", "2026-02-30", "0"])
def test_a_day_that_has_not_been_is_refused(
    reader: Client, scene: make.Scene, root: Path, day: str
) -> None:
    address = step(started_incident(reader), "place")
    with make.nothing_changes(root):
        refused = fill_post(reader, address, day=day, visible_name="dark_wolf_77")

    assert refused.status_code == 400
    assert 'href="#id_day"' in text(refused)
    assert "dark_wolf_77" in text(refused)


def test_a_day_stays_the_day_it_is_wherever_one_lives(reader: Client, scene: make.Scene) -> None:
    scene.reporter.time_zone = "America/Bogota"
    scene.reporter.save()
    report = started_incident(reader)
    fill(reader, step(report, "place"), day="2026-01-15")

    assert "15 January 2026" in text(reader.get(to_check(reader, report)))
    assert 'value="2026-01-15"' in text(reader.get(step(report, "place")))


def test_today_is_a_day_that_has_been_wherever_one_lives(
    reader: Client, scene: make.Scene, frozen_clock: Any
) -> None:
    scene.reporter.time_zone = "Pacific/Kiritimati"
    scene.reporter.save()
    report = started_incident(reader)

    # It is tomorrow there already: 3 March.
    assert fill(reader, step(report, "place"), day="2026-03-03").status_code == 303
    fill(reader, to_check(reader, report), good_faith="on")

    report.refresh_from_db()
    assert report.status == ReportStatus.SUBMITTED
    # The day as it was given, which stands for the day and for no hour of it.
    assert report.incident_day_only
    assert report.incident_at == datetime(2026, 3, 3, tzinfo=UTC)


def test_an_hour_is_one_of_the_readers_zone(
    reader: Client, scene: make.Scene, frozen_clock: Any
) -> None:
    scene.reporter.time_zone = "America/Bogota"
    scene.reporter.save()
    report = started_incident(reader)
    page = text(reader.get(step(report, "place")))
    assert "In your time zone, Bogota." in page
    fill(reader, step(report, "place"), day="2026-01-15", hour="21:14")

    report.refresh_from_db()
    assert not report.incident_day_only
    assert report.incident_at == datetime(2026, 1, 16, 2, 14, tzinfo=UTC)
    shown = text(reader.get(step(report, "place")))
    assert 'value="2026-01-15"' in shown
    assert 'value="21:14"' in shown
    assert "15 Jan, 21:14" in text(reader.get(to_check(reader, report)))


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"day": "", "hour": "10:00"}, "day"),
        ({"day": "2026-03-02", "hour": "23:59"}, "hour"),
        ({"day": "2026-01-15", "hour": "noon"}, "hour"),
        # The clocks leave this hour out, and repeat that one.
        ({"day": "2025-03-30", "hour": "02:30"}, "hour"),
        ({"day": "2025-10-26", "hour": "02:30"}, "hour"),
    ],
)
def test_an_hour_that_is_none_is_refused_at_its_field(
    reader: Client, scene: make.Scene, frozen_clock: Any, told: dict[str, str], field: str
) -> None:
    scene.reporter.time_zone = "Europe/Berlin"
    scene.reporter.save()
    report = started_incident(reader)
    refused = fill_post(reader, step(report, "place"), visible_name="", **told)

    assert refused.status_code == 400
    assert f'href="#id_{field}"' in text(refused)
    report.refresh_from_db()
    assert report.incident_at is None


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("drawing.svg", b"<svg><script>alert(1)</script></svg>", "web pages or SVG"),
        ("page.html", b"<html></html>", "web pages or SVG"),
        ("program.exe", b"MZ\x90\x00", "this kind of file"),
        ("picture.jpg", make.picture(), "does not fit"),
        ("picture.html.png", make.picture(), "two endings"),
        ("noending", b"words", "no ending"),
        ("empty.txt", b"", "empty"),
        ("huge.png", make.huge_picture(), "too many pixels"),
        ("large.txt", b"a" * (10 * 1024 * 1024 + 1), "larger than 10 MB"),
    ],
)
def test_a_refused_file_is_named_at_the_field_and_what_was_typed_stays(
    reader: Client, scene: make.Scene, root: Path, name: str, content: bytes, message: str
) -> None:
    address = step(draft(reader, scene), "evidence")
    key = token(reader.get(address))
    answers = {"form_token": key, "link_1": "forum page", "link_2": "https://example.org/typed"}
    with make.nothing_changes(root):
        refused = reader.post(address, {**answers, "uploads": [make.upload(name, content)]})

    assert refused.status_code == 400
    assert message in text(refused)
    assert 'href="#id_uploads"' in text(refused)
    assert "forum page" in text(refused)
    assert "https://example.org/typed" in text(refused)


def test_good_files_stay_although_a_link_and_another_file_are_refused(
    reader: Client, scene: make.Scene
) -> None:
    report = draft(reader, scene)
    refused = fill(
        reader,
        step(report, "evidence"),
        link_1="forum page",
        uploads=[make.upload("bad.svg", b"<svg/>"), make.upload("good.png", make.picture())],
    )

    assert refused.status_code == 400
    assert "good.png" in text(refused)
    assert "bad.svg" in text(refused)
    assert DraftFile.objects.count() == 1
    mended = reader.post(
        step(report, "evidence"),
        {
            "form_token": token(refused),
            "link_1": "https://example.org/",
            "uploads": [make.upload("other.txt", b"words")],
        },
    )
    assert mended.status_code == 303
    assert DraftFile.objects.count() == 2


def test_case_39_hostile_file_names_are_shown_as_text_and_nowhere_else(
    reader: Client, scene: make.Scene, root: Path
) -> None:
    report = draft(reader, scene)
    fill(
        reader,
        step(report, "evidence"),
        uploads=[make.upload("<img src=x onerror=alert(1)>.txt", b"words")],
    )

    page = text(reader.get(step(report, "evidence")))
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "<img" not in page
    for path in make.files(root):
        assert "img" not in path.name


def test_case_48_a_full_disk_is_507_and_the_words_stay(
    reader: Client, scene: make.Scene, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = step(draft(reader, scene), "evidence")
    key = token(reader.get(address))

    def full(content: bytes, *, purpose: str) -> str:
        raise StorageFull

    monkeypatch.setattr(store, "write", full)
    uploads = [make.upload("a.txt", b"words")]
    with make.nothing_changes(root):
        refused = reader.post(
            address,
            {"form_token": key, "link_1": "https://example.org/typed", "uploads": uploads},
        )

    assert refused.status_code == 507
    assert "cannot store files at the moment" in text(refused)
    assert "https://example.org/typed" in text(refused)


def test_a_large_upload_never_lies_unsealed_on_the_disk(
    reader: Client, scene: make.Scene, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def on_disk(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("The upload was written down as it came.")

    monkeypatch.setattr(uploadedfile.TemporaryUploadedFile, "__init__", on_disk)
    words = b"What was seen. " * 600_000
    report = draft(reader, scene)

    assert (
        fill(reader, step(report, "evidence"), uploads=[make.upload("long.txt", words)]).status_code
        == 303
    )

    assert DraftFile.objects.get().original_size == len(words)
    assert not any(b"What was seen." in path.read_bytes() for path in make.files(root))


@pytest.mark.parametrize("name", ["flag", "incident", "evidence", "check"])
def test_case_34_a_body_of_20_mb_is_refused_before_it_is_read(
    reader: Client, scene: make.Scene, root: Path, name: str
) -> None:
    address, _answers = PAGES[name](reader, scene)
    with make.nothing_changes(root):
        refused = reader.post(address, {"uploads": make.upload("a.txt", b"a" * 20_000_000)})

    assert refused.status_code == 413


@pytest.mark.parametrize("name", ["flag", "evidence", "check"])
def test_case_34_ten_thousand_fields_are_refused(
    reader: Client, scene: make.Scene, root: Path, name: str
) -> None:
    address, _answers = PAGES[name](reader, scene)
    with make.nothing_changes(root):
        refused = reader.post(address, {f"link_{number}": "x" for number in range(10_000)})

    assert refused.status_code == 400


def test_case_34_a_million_characters_of_text_are_refused(
    reader: Client, scene: make.Scene, root: Path
) -> None:
    address = flag_address(scene.submission)
    with make.nothing_changes(root):
        assert fill_post(reader, address, account="x" * 900_000).status_code == 400
        assert fill_post(reader, address, account="x" * 2_000_000).status_code == 400


@pytest.mark.parametrize("payload", CORPUS)
def test_case_50_what_is_typed_is_shown_as_text_everywhere(
    reader: Client, scene: make.Scene, payload: str
) -> None:
    fill(reader, INCIDENT, code="threats", account=payload)
    report = Report.objects.get()
    fill(reader, step(report, "place"), visible_name=payload, quoted_text=payload)
    fill(reader, step(report, "evidence"), uploads=[make.upload("a.txt", b"words")])
    file = DraftFile.objects.get()
    fill(reader, step(report, "evidence"), **{f"description-{file.public_id}": payload})
    refused = fill(reader, step(report, "evidence"), link_1=payload)
    assert refused.status_code == 400
    check = to_check_of(reader, report, payload, file)
    pages = [refused, reader.get(check)]
    pages += [reader.get(step(report, slug)) for slug in ("details", "place", "evidence")]
    fill(reader, check, good_faith="on")
    pages += [
        reader.get(reverse("my:report", args=[report.public_id])),
        reader.get(reverse("my:reports")),
    ]

    for page in pages:
        for raw in ("<script>alert", "<img src=x", "<svg/onload", "' onmouseover='"):
            assert raw not in text(page)
        assert 'href="javascript' not in text(page)
    if "{{" in payload:
        assert "{{7*7}}" in text(pages[1])
    report.refresh_from_db()
    assert report.account == payload


def to_check_of(client: Client, report: Report, description: str, file: DraftFile) -> str:
    answers = {f"description-{file.public_id}": description}
    assert fill(client, step(report, "evidence"), **answers).status_code == 303
    assert fill(client, step(report, "name"), mode="named").status_code == 303
    return step(report, "check")


def test_case_13_without_the_proof_of_origin_nothing_happens(scene: make.Scene, root: Path) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(scene.reporter)
    plain = Client()
    plain.force_login(scene.reporter)
    for page in PAGES.values():
        address, answers = page(plain, scene)
        key = token(plain.get(address))
        with make.nothing_changes(root):
            assert strict.post(address, {"form_token": key, **answers}).status_code == 403


def test_case_12_no_parameter_leads_elsewhere(reader: Client, scene: make.Scene) -> None:
    report = draft(reader, scene)
    check = to_check(reader, report)
    for evil in ("//evil.example", "https://evil.example", "/\\evil.example"):
        for name in ("to", "next", "back", "more"):
            address = f"{step(report, 'name')}?{name}={evil}"
            assert fill(reader, address, mode="named")["Location"] == check


def test_pages_of_a_report_are_never_cached(reader: Client, scene: make.Scene) -> None:
    report = draft(reader, scene)

    for slug in ("details", "evidence", "name"):
        assert "no-store" in reader.get(step(report, slug))["Cache-Control"]


def test_nothing_of_a_report_is_logged(
    reader: Client, scene: make.Scene, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    report = draft(reader, scene)
    fill(
        reader,
        step(report, "evidence"),
        uploads=[
            make.upload("secret-name.png", make.told_picture()),
            make.upload("b.svg", b"<svg"),
        ],
    )
    fill(reader, to_check(reader, report), good_faith="on")

    for words in (make.CANARY, "second paragraph", "secret-name", scene.reporter.email):
        assert words not in caplog.text


# My reports


def test_the_list_shows_own_reports_newest_first_a_page_at_a_time(
    reader: Client, scene: make.Scene, frozen_clock: Any
) -> None:
    reports = []
    for number in range(23):
        frozen_clock.advance(minutes=1)
        reports.append(make.send(scene, form_key=f"list-{number}"))
    make.send(scene, actor=scene.learner, form_key="other")

    first = reader.get(reverse("my:reports"))
    assert [r.reference in text(first) for r in reports] == [False] * 3 + [True] * 20
    after = re.search(r"\?after=[0-9a-f-]+", text(first))
    assert after
    second = reader.get(reverse("my:reports") + after.group())
    assert [r.reference in text(second) for r in reports] == [True] * 3 + [False] * 20
    foreign = Report.objects.get(form_key="other")
    for wrong in (foreign.public_id, uuid4(), "nonsense"):
        assert reader.get(reverse("my:reports"), {"after": str(wrong)}).status_code == 404


def test_somebody_without_a_report_is_told_where_to_begin(reader: Client) -> None:
    assert "You have not sent a report" in text(reader.get(reverse("my:reports")))


def test_a_sender_follows_the_progress_in_words_and_learns_no_details(
    reader: Client, scene: make.Scene, frozen_clock: Any
) -> None:
    report = make.send(scene)
    address = reverse("my:report", args=[report.public_id])

    assert "Received" in text(reader.get(address))
    assert "We aim to read it by" in text(reader.get(address))
    frozen_clock.advance(days=7)
    reader.logout()
    reader.force_login(scene.reporter)
    assert "not forgotten" in text(reader.get(address))
    triage.open_case(actor=builders.moderator(), number=report.case.number)
    assert "Being looked into" in text(reader.get(address))
    for outcome, words in (
        (ClosingOutcome.ACTION_TAKEN, "Closed: action was taken"),
        (ClosingOutcome.NO_VIOLATION, "Closed: no violation was found"),
        (ClosingOutcome.NOT_PURSUED, "Closed: not pursued"),
    ):
        Report.objects.filter(pk=report.pk).update(closed_at=clock.now(), outcome=outcome)
        page = text(reader.get(address))
        assert words in page
        assert scene.learner.display_name not in page


def test_the_letters_of_a_report_are_listed_with_it(reader: Client, scene: make.Scene) -> None:
    report, other = make.send(scene), make.send(scene, form_key="other")
    builders.dismissed(actor=builders.moderator(), number=report.case.number, reason="not_enough")

    page = text(reader.get(reverse("my:report", args=[report.public_id])))

    assert "We have received your report" in page
    assert "Your report has been closed" in page
    assert page.count("/my/letters/") - text(reader.get("/report/")).count("/my/letters/") == 2
    assert other.case == report.case


def test_a_draft_is_no_report_yet(reader: Client, scene: make.Scene) -> None:
    report = draft(reader, scene)

    assert reader.get(reverse("my:report", args=[report.public_id])).status_code == 404
    assert reader.get(reverse("report:sent", args=[report.public_id])).status_code == 404


# The number of queries


def counted(client: Client, address: str, count_queries: Any) -> int:
    client.get(address)
    with count_queries() as queries:
        assert client.get(address).status_code == 200
    return int(queries.number)


def test_pages_cost_the_same_number_of_queries_at_one_and_three_items(
    reader: Client, scene: make.Scene, count_queries: Any
) -> None:
    report = draft(reader, scene)
    kept_open = started_incident(reader)
    sent = make.send(scene, links=["https://example.org/1"])

    def numbers() -> dict[str, int]:
        return {
            address: counted(reader, address, count_queries)
            for address in (
                "/report/",
                FLAG,
                flag_address(scene.submission),
                INCIDENT,
                step(report, "evidence"),
                step(kept_open, "place"),
                step(report, "check"),
                reverse("my:reports"),
                reverse("my:report", args=[sent.public_id]),
            )
        }

    to_check(reader, report)
    _add_file(scene, report, "1")
    one = numbers()
    for more in ("2", "3"):
        _add_file(scene, report, more)
        course = base.course(institution=scene.platform)
        base.enrol(course, scene.reporter)
        base.assignment(course)
        make.send(scene, form_key=f"more-{more}")
        started_incident(reader)
    sent.evidence.filter(kind="link").update(report=sent)

    assert numbers() == one
    assert max(one.values()) <= 14


def _add_file(scene: make.Scene, report: Report, key: str) -> None:
    drafts.add_files(
        actor=scene.reporter,
        draft_id=report.public_id,
        uploads=[make.upload(f"{key}.txt", f"words {key}".encode())],
        form_key=key,
    )

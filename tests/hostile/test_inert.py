"""HOSTILE 50 to 52: what is typed into a report stays words, on every page, letter, list and file.

The corpus goes into every field of the three forms; then everybody looks at everything that shows
it: the sender, the desk, the person reported, an auditor, an administrator, a program.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as conf
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from cases.models import Case, DraftFile, Evidence, Report
from cases.services import allegation, notice, triage
from integrity.accounts.models import User
from integrity.core import crypto
from notifications.content import unseal_letter, unseal_message
from notifications.models import Letter, OutboxMessage
from tests.api.caller import Program
from tests.cases import builders
from tests.cases import intake_builders as make
from tests.cases.test_report_pages import fill, step, text, token
from tests.hostile.inert import CORPUS, MARKS, alive, packed

pytestmark = pytest.mark.django_db

# Where pages may lead beside this product: help lines, and what somebody gave as a link.
ABROAD = ("https://findahelpline.com/", "https://example.org/", f"{conf.SITE_URL}/")
ALL = "\n\n".join(CORPUS)
NAMES = packed(150)


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> Path:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    return settings.EVIDENCE_ROOT


@pytest.fixture
def scene() -> make.Scene:
    return make.scene()


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def judged(client: Client, address: str, status: int = 200) -> str:
    """The page, after nothing in it came to life."""
    answer = client.get(address)
    assert answer.status_code == status, (address, answer.status_code)
    page = text(answer)
    assert alive(page, allowed=ABROAD) == [], address
    assert 'content="49"' not in page
    return page


def reported(client: Client, scene: make.Scene, name: str) -> tuple[Report, list[str]]:
    """An incident in a post with the corpus in every field; the pages on the way, judged."""
    cache.clear()
    pages = []
    address = f"/report/incident/?post={scene.post.public_id}"
    refused = fill(client, address, code="nonsense<script>zq01()</script>", account=ALL)
    assert refused.status_code == 400
    pages.append(text(refused))
    address = "/report/incident/"
    assert fill(client, address, code="threats", account=ALL).status_code == 303
    report = Report.objects.latest("pk")
    told = {"visible_name": name, "quoted_text": ALL, "day": "2026-13-45<b>", "hour": name[:20]}
    refused = fill(client, step(report, "place"), **told)
    assert refused.status_code == 400
    pages.append(text(refused))
    fill(client, step(report, "place"), visible_name=name, quoted_text=ALL)
    for wrong in CORPUS:
        refused = fill(client, step(report, "evidence"), link_1=wrong)
        if refused.status_code == 400:
            pages.append(text(refused))
        else:
            assert re.match(r"https?://", Report.objects.get(pk=report.pk).links[0])
    link = "https://example.org/" + "".join(CORPUS[2].split()) + "?q=<script>zq01()</script>"
    # A name as hostile as one may be; with more dots it would be refused, with a slash be cut.
    upload = make.upload('"><img src=x onerror=zq03()>{{7*7}}.txt', b"Words, nothing else.")
    taken = fill(client, step(report, "evidence"), link_1=link, uploads=[upload])
    assert taken.status_code == 303
    file = DraftFile.objects.get(report=report)
    fill(client, step(report, "evidence"), link_1=link, **{f"description-{file.public_id}": name})
    fill(client, step(report, "name"), mode="confidential")
    pages += [text(client.get(step(report, slug))) for slug in ("details", "place", "evidence")]
    pages += [text(client.get(step(report, slug))) for slug in ("name", "check")]
    pages.append(text(client.get(reverse("report:discard", args=[report.public_id]))))
    sent = fill(client, step(report, "check"), good_faith="on")
    pages.append(text(client.get(sent["Location"])))
    report.refresh_from_db()
    return report, pages


@pytest.mark.parametrize("name", NAMES[1:])
def test_hostile_50_the_rest_of_the_corpus_fits_no_name_and_is_inert_too(
    scene: make.Scene, name: str
) -> None:
    client = signed_in(scene.reporter)
    fill(client, "/report/incident/", code="threats", account="Something.")
    report = Report.objects.get()
    assert fill(client, step(report, "place"), visible_name=name).status_code == 303
    fill(client, step(report, "evidence"))
    fill(client, step(report, "name"), mode="named")
    judged(client, step(report, "place"))
    assert name.rpartition("zq")[2][:2] in judged(client, step(report, "check"))
    fill(client, step(report, "check"), good_faith="on")
    judged(client, reverse("my:report", args=[report.public_id]))
    report.refresh_from_db()
    assert report.case is not None
    desk = signed_in(builders.moderator())
    judged(desk, f"/desk/cases/{report.case.number}/")
    judged(desk, "/desk/queue/?view=unclaimed")


def test_hostile_50_51_52_the_corpus_in_every_field_is_inert_in_every_rendering(
    scene: make.Scene,
) -> None:
    name = NAMES[0]
    sender = signed_in(scene.reporter)
    report, pages = reported(sender, scene, name)
    for page in pages:
        assert alive(page, allowed=ABROAD) == []
    assert report.account == ALL
    assert report.visible_name == name
    check = next(page for page in pages if "Check your answers" in page)
    for mark in MARKS:
        assert mark in check
    assert "{{7*7}}" in check
    assert "{0.__class__}" in check
    case = report.case
    assert case is not None
    number = case.number

    # Whoever sent it.
    for address in (reverse("my:reports"), reverse("my:report", args=[report.public_id])):
        judged(sender, address)
    program = Program(scene.reporter)
    given = program.get(f"reports/{report.public_id}")
    assert given["Content-Type"].startswith("application/json")
    assert given.json()["account"] == ALL
    assert given["X-Content-Type-Options"] == "nosniff"

    # The desk.
    moderator = builders.moderator()
    desk = signed_in(moderator)
    for address in (
        *("/desk/", "/desk/queue/", "/desk/queue/?view=unclaimed", "/desk/letters/"),
        *(f"/desk/queue/?q={mark}" for mark in ("%3Cscript%3E", "zq06", "%7B%7B7*7%7D%7D")),
    ):
        judged(desk, address)
    triage.open_case(actor=moderator, number=number, learner_email=scene.learner.email)
    shown = judged(desk, f"/desk/cases/{number}/")
    assert "zq01" in shown
    for part in ("people/", "history/", "letters/", "notes/", "open/", "evidence/add/"):
        answer = desk.get(f"/desk/cases/{number}/{part}")
        assert alive(text(answer), allowed=ABROAD) == [], part
    for piece in Evidence.objects.filter(case=case):
        judged(desk, reverse("desk:evidence", args=[number, piece.public_id]))
    assert json.loads(Program(moderator).get(f"cases/{number}").content)

    # The person a flag is about, after the notice; the corpus is in the desk's words too.
    flagged = make.send(scene, account=ALL, quoted_text=ALL, form_key="flag")
    assert flagged.case is not None
    case, number = flagged.case, flagged.case.number
    triage.open_case(actor=moderator, number=number)
    respondent = case.respondents.get()
    allegation.add(
        actor=moderator,
        number=number,
        respondent_id=respondent.public_id,
        violation_type_id=scene.type("plagiarism").pk,
        completion="completed",
        description=ALL,
    )
    notice.send(
        actor=moderator,
        number=number,
        respondent_id=respondent.public_id,
        questions=ALL,
        revision=None,
    )
    accused = signed_in(scene.learner)
    judged(accused, reverse("my:case", args=[number]))
    judged(accused, reverse("my:answer", args=[number]))
    for piece in Evidence.objects.filter(case=case):
        judged(accused, reverse("my:evidence", args=[number, piece.public_id]))

    # Letters, as pages and as mail.
    for letter in Letter.objects.all():
        assert alive(unseal_letter(letter.content_sealed).html, allowed=ABROAD) == []
    for client, person in ((sender, scene.reporter), (accused, scene.learner)):
        for address in _letters_of(client):
            page = judged(client, address)
            assert person.display_name in page
    for message in OutboxMessage.objects.all():
        mail = unseal_message(message.content_sealed)
        assert not any(mark in mail.subject + mail.text for mark in MARKS)
        assert len(mail.subject.splitlines()) == 1

    # The history, as a page and as files; the administration.
    auditor = signed_in(builders.auditor())
    judged(auditor, "/audit/")
    for kind in ("csv", "jsonl"):
        answer = auditor.post("/audit/exports/", {"format": kind, "case": number})
        body = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert not any(mark in body for mark in MARKS)
        if kind == "csv":
            cells = [cell for row in csv.reader(io.StringIO(body)) for cell in row]
            assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
    administrator = builders.administrator()
    for address in ("/admin/cases/case/", "/admin/accounts/user/", "/admin/"):
        answer = signed_in(administrator).get(address, follow=True)
        assert not any(mark in text(answer) for mark in MARKS)


def _letters_of(client: Client) -> Iterator[str]:
    listed = text(client.get(reverse("notifications:letters")))
    yield from sorted(set(re.findall(r'href="(/my/letters/[0-9a-f-]{36}/)"', listed)))


@pytest.mark.parametrize("kind", ["flag", "violation"])
def test_hostile_50_the_other_two_forms_are_inert_too(scene: make.Scene, kind: str) -> None:
    client = signed_in(scene.reporter)
    address = f"/report/{kind}/"
    if kind == "flag":
        address += f"?submission={scene.submission.public_id}"
    assert alive(text(fill(client, address, code=ALL, account=ALL)), allowed=ABROAD) == []
    assert fill(client, address, code="plagiarism", account=ALL).status_code == 303
    report = Report.objects.get()
    for slug in ("details", "evidence"):
        assert "zq01" in judged(client, step(report, slug)) or slug == "evidence"
    for query in ("to", "next", "post", "submission", "more"):
        for payload in CORPUS[:16]:
            answer = client.get(address, {query: payload})
            assert alive(text(answer), allowed=ABROAD) == [], (query, payload)


def test_hostile_50_a_visitor_without_a_name_is_shown_words_too(scene: make.Scene) -> None:
    client = Client()
    assert fill(client, "/report/incident/", code="threats", account=ALL).status_code == 303
    report = Report.objects.get()
    fill(client, step(report, "place"), visible_name=NAMES[0], quoted_text=ALL)
    fill(client, step(report, "evidence"))
    judged(client, step(report, "check"))
    sent = fill(client, step(report, "check"), good_faith="on")
    page = judged(client, sent["Location"])
    code = "".join(re.findall(r'<span class="nw">([0-9A-Z-]+)</span>', page))
    back = Client()
    address = reverse("report:follow")
    wrong = back.post(address, {"form_token": _token(back, address), "code": ALL[:90]})
    assert alive(text(wrong), allowed=ABROAD) == []
    opened = back.post(address, {"form_token": _token(back, address), "code": code}, follow=True)
    assert alive(text(opened), allowed=ABROAD) == []
    assert "zq01" in text(opened)


def _token(client: Client, address: str) -> str:
    page = client.get(address)
    return token(page) if "form_token" in text(page) else ""


def test_hostile_50_the_judge_finds_what_is_alive() -> None:
    for payload in (*CORPUS[:14], "<a href='javascript:x()'>", "<img src='https://evil.example'>"):
        # Closed before, so that it stands where elements can stand.
        assert alive(f'<p title="x">{payload}</p>') or payload.startswith(("'", '"'))
    assert alive("<p title='' onmouseover='zq04()'>")
    assert alive('<input value="" autofocus onfocus="zq05()">')
    assert (
        alive('<p class="a"><a href="/x">fine</a><svg><use href="/static/a#b"></use></svg>') == []
    )


def test_hostile_52_formats_and_templates_are_never_filled_in(scene: make.Scene) -> None:
    hostile = "{{7*7}} {0.__class__} {self} %(number)s %s ${{7*7}} {% csrf_token %} {number}"
    report = make.send(scene, account=hostile, links=["https://example.org/{0.__class__}"])
    moderator = builders.moderator()
    assert report.case is not None
    triage.open_case(actor=moderator, number=report.case.number)
    page = text(signed_in(moderator).get(f"/desk/cases/{report.case.number}/"))
    assert "{{7*7}} {0.__class__} {self} %(number)s %s ${{7*7}} {% csrf_token %} {number}" in page
    assert crypto.CannotOpen.__name__ not in page
    assert Case.objects.count() == 1

"""How long the forms are, read from the pages themselves; help at once; what stays in a browser."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases import help as contacts
from cases.enums import ReportStatus
from cases.models import Report
from tests.cases import intake_builders as make
from tests.cases.test_report_pages import draft, fill, flag_address, step, text

pytestmark = pytest.mark.django_db

HELP = "Is somebody in danger now?"


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> Path:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    return settings.EVIDENCE_ROOT


@pytest.fixture
def scene() -> make.Scene:
    return make.scene()


@pytest.fixture
def reader(scene: make.Scene, client: Client) -> Client:
    client.force_login(scene.reporter)
    return client


class Controls(HTMLParser):
    """The fields of the page's own form as a browser sends them when nobody touches anything."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self.choices: dict[str, list[str]] = {}
        self.wrong: set[str] = set()
        self.feed(page.partition("<main")[2])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, kind = given.get("name") or "", given.get("type") or "text"
        if given.get("aria-invalid") == "true" and name:
            self.wrong.add(name)
        if not name or tag not in ("input", "textarea", "select") or kind == "file":
            return
        if kind in ("radio", "checkbox"):
            self.choices.setdefault(name, []).append(given.get("value") or "on")
            if "checked" not in given:
                return
        self.sent[name] = given.get("value") or ("on" if kind == "checkbox" else "")


def walked(client: Client, address: str) -> tuple[int, list[str]]:
    """Go to the end giving only what is asked for; the pages, and what had to be answered."""
    pages, answered = 0, []
    while True:
        page = client.get(address)
        assert page.status_code == 200
        pages += 1
        controls = Controls(text(page))
        answer = client.post(address, controls.sent)
        while answer.status_code == 400:
            refused = Controls(text(answer))
            errors = text(answer).partition('class="errors"')[2].partition("</ul>")[0]
            asked = [name for name in (*refused.choices, "account") if f"#id_{name}" in errors]
            assert len(asked) >= 1, errors
            for name in asked:
                answered.append(name)
                refused.sent[name] = refused.choices.get(name, ["In a few words."])[0]
            answer = client.post(address, refused.sent)
        assert answer.status_code == 303
        if Report.objects.exclude(status=ReportStatus.DRAFT).exists():
            return pages, answered
        address = answer["Location"]


def test_a_flag_is_four_pages_and_two_answers_counted_in_its_pages(
    reader: Client, scene: make.Scene
) -> None:
    assert walked(reader, flag_address(scene.submission)) == (4, ["code", "good_faith"])
    report = Report.objects.get()
    # What is chosen already is the way that keeps the name locked away.
    assert report.mode == "confidential"


def test_a_flag_in_words_by_a_visitor_is_four_pages_and_two_answers(scene: make.Scene) -> None:
    assert walked(Client(), "/report/flag/") == (4, ["account", "good_faith"])


@pytest.mark.parametrize(("kind", "pages"), [("violation", 5), ("incident", 5)])
def test_the_other_forms_ask_for_three_answers(
    reader: Client, scene: make.Scene, kind: str, pages: int
) -> None:
    assert walked(reader, f"/report/{kind}/") == (pages, ["code", "account", "good_faith"])


def test_every_page_says_where_one_is_and_leads_back_to_what_is_done(
    reader: Client, scene: make.Scene
) -> None:
    report = draft(reader, scene)
    page = text(reader.get(step(report, "evidence")))
    assert "Step 2 of 4" in " ".join(page.split())
    assert f'href="{step(report, "details")}"' in page
    assert page.count('aria-current="step"') == 1


def test_a_visitor_is_told_that_the_draft_stays_in_this_browser_and_a_person_finds_it_again(
    reader: Client, scene: make.Scene
) -> None:
    stays = "kept in this browser until you close it, and nowhere else"
    assert stays in text(Client().get("/report/incident/"))
    assert stays not in text(reader.get("/report/incident/"))
    report = draft(reader, scene)
    other = Client()
    other.force_login(scene.reporter)
    assert reverse("report:resume", args=[report.public_id]) in text(other.get("/my/reports/"))
    resumed = other.get(reverse("report:resume", args=[report.public_id]))
    assert resumed["Location"] == step(report, "evidence")


# Help at once


FILE = """
[[contact]]
institution = "platform"
name = "Campus safety <b>"
reach = "+1 555 0100, at any hour"
url = "https://safety.example.edu/"

[[contact]]
institution = "northfield"
name = "Somebody else's"
reach = "+1 555 0199"

[[contact]]
name = "Listening line"
reach = "+1 555 0111"
"""


@pytest.fixture
def listed(settings: Any, tmp_path: Path) -> Path:
    file = tmp_path / "help.toml"
    file.write_text(FILE)
    settings.HELP_CONTACTS_FILE = str(file)
    return file


def pages_of(client: Client, code: str, words: str, kind: str = "incident") -> list[str]:
    fill(client, f"/report/{kind}/", code=code, account=words)
    report = Report.objects.latest("pk")
    shown = []
    for slug in ("place", "evidence", "name"):
        shown.append(text(client.get(step(report, slug))))
        fill(client, step(report, slug), **({"mode": "named"} if slug == "name" else {}))
    shown.append(text(client.get(step(report, "check"))))
    sent = fill(client, step(report, "check"), good_faith="on")
    return [*shown, text(client.get(sent["Location"]))]


def test_an_urgent_kind_shows_help_on_every_page_before_and_after_sending(
    reader: Client, scene: make.Scene, listed: Path
) -> None:
    first = text(reader.get("/report/incident/"))
    for page in (first, *pages_of(reader, "threats", "Something.")):
        assert HELP in page
        assert "findahelpline.com" in page
        assert "112 in Europe" in page
        assert "Listening line" in page
    assert "Campus safety &lt;b&gt;" in pages_of(reader, "threats", "Something.")[0]
    assert "Somebody else" not in first


def test_a_kind_that_is_not_urgent_shows_it_on_the_first_page_only(
    reader: Client, scene: make.Scene
) -> None:
    assert HELP in text(reader.get("/report/incident/"))
    assert [HELP in page for page in pages_of(reader, "harassment", "Rude words.")] == [False] * 5


def test_words_show_help_and_decide_nothing(reader: Client, scene: make.Scene) -> None:
    pages = pages_of(reader, "plagiarism", "She says she will kill herself.", "violation")
    assert all(HELP in page for page in pages)
    report = Report.objects.get()
    assert report.case is not None
    assert not report.case.urgent


def test_words_about_danger_are_told_from_others() -> None:
    urgent = (
        *("I want to die.", "He will shoot people on Friday", "They posted my home address"),
        *(
            "Thinks about suicide",
            "she was doxxed",
            "Me quiere matar",
            "self-harm",
            "A bomb threat",
        ),
    )
    calm = (
        *(
            "The deadline killed my weekend.",
            "An essay about the gunpowder trade",
            "a bombastic text",
        ),
        *("The second paragraph is copied.", "I know where the answers are", "Fue amable"),
    )
    assert [words for words in urgent if not contacts.looks_urgent(words)] == []
    assert [words for words in calm if contacts.looks_urgent(words)] == []


@pytest.mark.parametrize(
    "wrong", ["[[contact]]\nname = 'A'", "not toml [", "[[contact]]\nname='A'\nreach='1'\nurl='x'"]
)
def test_a_file_of_contacts_that_is_wrong_stops_the_start(
    settings: Any, tmp_path: Path, wrong: str
) -> None:
    file = tmp_path / "help.toml"
    file.write_text(wrong)
    settings.HELP_CONTACTS_FILE = str(file)
    assert [error.id for error in contacts.file_can_be_read()] == ["cases.E001"]
    settings.HELP_CONTACTS_FILE = str(tmp_path / "none.toml")
    assert [error.id for error in contacts.file_can_be_read()] == ["cases.E001"]
    settings.HELP_CONTACTS_FILE = ""
    assert contacts.file_can_be_read() == []
    assert contacts.contacts(None) == []

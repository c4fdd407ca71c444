"""Covered words reach nobody outside the desk: not on a page, in a letter, an export or a file."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases.covering import MARK, occurrences
from cases.models import CaseWords, Evidence
from cases.selectors.case_page import case_page
from cases.services import adviser, comparing, evidence, export, notice, redaction, response
from cases.services.compared_texts import Given
from integrity.accounts.models import User
from notifications.content import unseal_letter, unseal_message
from notifications.models import Letter, OutboxMessage
from tests.api.caller import Program
from tests.cases.test_comparison_pdf import text_of
from tests.cases.test_process import World
from tests.courses import builders as base

pytestmark = pytest.mark.django_db

# Nobody's name, and in nothing but the evidence.
CANARY = "Ottoline Brackenbury"
HALVES = ("ottoline", "brackenbury")


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> None:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"


def add(world: World, **fields: Any) -> Evidence:
    return evidence.add(
        **{
            "actor": world.moderator,
            "number": world.number,
            "title": f"Words of {CANARY}",
            "description": f"Here {CANARY} tells\nwhat {CANARY.lower()} saw.",
            "form_key": uuid.uuid4().hex,
            **fields,
        }
    )


def compare(world: World, quote: Evidence) -> Evidence:
    """The covered quote beside pasted words that name the canary as well, as evidence."""
    pasted = f"A note on {CANARY}. {CANARY} said so, and much more that nobody else has heard of."
    row = comparing.make(
        actor=world.moderator,
        number=world.number,
        a=Given(evidence_id=quote.public_id),
        b=Given(title=f"Notes on {CANARY}", text=pasted),
        form_key=uuid.uuid4().hex,
    )
    return comparing.attach(
        actor=world.moderator,
        number=world.number,
        public_id=row.public_id,
        title="Side by side with notes",
        form_key=uuid.uuid4().hex,
    )


@pytest.fixture
def world() -> World:
    """A case whose every piece names the canary, everything covered, shown and answered."""
    world = World().alleged()
    pieces = [
        add(world, kind="quote", text=f"{CANARY} said so.\n\nAnd {CANARY.upper()} again."),
        add(world, kind="link", url="https://example.org/ottoline-brackenbury"),
        add(
            world,
            kind="file",
            upload=SimpleUploadedFile("chat.txt", f"10:01 {CANARY}: hello\n".encode()),
        ),
    ]
    for piece in pieces:
        sheet = redaction.piece_of(piece).sheet
        spans = [span for half in HALVES for span in occurrences(sheet.text, half)]
        redaction.cover(
            actor=world.moderator,
            number=world.number,
            evidence_id=piece.public_id,
            spans=spans,
            reason=f"It names {CANARY}.",
            form_key=uuid.uuid4().hex,
        )
    compare(world, pieces[0])
    notice.send(
        actor=world.moderator,
        number=world.number,
        respondent_id=world.rid,
        questions="",
        revision=None,
    )
    response.submit(
        actor=world.learner,
        respondent_id=world.rid,
        points=world.points(),
        mitigation="",
        form_key=uuid.uuid4().hex,
    )
    return world


def clean(text: str | bytes) -> None:
    if isinstance(text, bytes) and text.startswith(b"%PDF-"):
        # Its words are packed; unpacked they are looked at too.
        text = text_of(text)
    words = (text.decode(errors="replace") if isinstance(text, bytes) else text).casefold()
    assert not [half for half in HALVES if half in words]


def crawl(client: Client, start: str, within: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """Every page and file that can be reached by links from `start`, below these addresses."""
    waiting, seen = [start], {start}
    while waiting:
        address = waiting.pop()
        answer = client.get(address)
        if answer.status_code in (302, 303):
            found = [answer.headers["Location"]]
        else:
            assert answer.status_code == 200, address
            yield address, answer.content
            found = re.findall(r'(?:href|src)="(/[^"#?]*)', answer.content.decode(errors="replace"))
        for link in found:
            if link not in seen and link.startswith(within):
                seen.add(link)
                waiting.append(link)


INSIDE = ("/my/", "/evidence/", "/files/", "/letters/", "/advising/")


def test_the_desk_still_reads_them(world: World) -> None:
    page = case_page(world.moderator, world.number)
    assert sum(CANARY in line.evidence.title for line in page.evidence) == 3


def test_no_page_and_no_file_of_the_respondent_has_a_covered_word(
    world: World, client: Client
) -> None:
    client.force_login(world.learner)
    found = dict(crawl(client, reverse("my:case", args=[world.number]), INSIDE))
    for address, content in found.items():
        clean(address)
        clean(content)
    pages = [content.decode(errors="replace") for content in found.values()]
    # They were there: four pages of evidence, one of them the comparison, one file, the letter.
    assert sum("Words of <span" in page for page in pages) == 4
    assert any(page.startswith("10:01 \u2588") for page in pages)
    # And the comparison, on the page and on paper.
    assert sum('class="versus"' in page for page in pages) == 1
    assert sum(page.startswith("%PDF-") for page in pages) == 1
    assert any("letter" in address for address in found)
    clean(client.get(reverse("home")).content)


def test_no_page_and_no_file_of_the_adviser_has_a_covered_word(
    world: World, client: Client
) -> None:
    friend = base.person("Pauline Friend", email="friend@example.org")
    EmailAddress.objects.create(user=friend, email=friend.email, verified=True, primary=True)
    access = adviser.invite(
        actor=world.learner,
        number=world.number,
        email=friend.email,
        form_key=uuid.uuid4().hex,
    )
    adviser.accept(actor=friend, access_id=access.public_id)
    client.force_login(friend)
    found = dict(crawl(client, reverse("advising:case", args=[access.public_id]), INSIDE))
    for content in found.values():
        clean(content)
    assert sum(MARK.encode() in content for content in found.values()) >= 5


def test_no_letter_and_no_email_has_a_covered_word(world: World) -> None:
    letters = [unseal_letter(letter.content_sealed).html for letter in Letter.objects.all()]
    messages = [unseal_message(row.content_sealed) for row in OutboxMessage.objects.all()]
    assert messages
    for text in (*letters, *(f"{row.subject} {row.text}" for row in messages)):
        clean(text)
    # The notice lists them, with marks.
    assert any(text.count(MARK) >= 9 for text in letters)


@pytest.mark.parametrize("audience", export.AUDIENCES)
@pytest.mark.parametrize("format", sorted(export.FORMATS))
def test_no_export_has_a_covered_word_or_why_it_was_covered(
    world: World, audience: str, format: str
) -> None:
    what = export.Filter(case_number=world.number, audience=audience)
    text = "".join(export.export_history(actor=None, format=format, what=what))
    clean(text)
    assert ("evidence.covered" in text) == (audience == "audit")
    # Nor the fingerprint with which somebody could try names out.
    if audience == "respondent":
        for piece in Evidence.objects.all():
            assert piece.sha256 not in text


def test_the_api_and_searches_give_nobody_outside_the_desk_a_covered_word(
    world: World, client: Client
) -> None:
    people: list[User] = [world.learner, base.person("Lea Peer")]
    for person in people:
        program = Program(person)
        for address in (f"cases/{world.number}/evidence", f"cases/{world.number}", "cases"):
            answer = program.ask("GET", address)
            clean(answer.content)
        for line in program.get("letters").json()["results"]:
            clean(program.get(f"letters/{line['id']}").content)
        client.force_login(person)
        for name in ("desk:queue", "desk:dashboard"):
            assert client.get(reverse(name), {"q": CANARY}).status_code == 404
    # What is covered is in no index, so that no search finds whom it names.
    clean(CaseWords.objects.get(case__number=world.number).text)

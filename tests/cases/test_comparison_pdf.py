"""A comparison on paper: what it says, what it leaves out, who is named in it (CF3)."""

from __future__ import annotations

import io
import re
import subprocess
import time
import uuid
import zlib
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from cases import pdf
from cases.covering import MARK, occurrences
from cases.pdf.comparison import document
from cases.selectors.comparing import compare_page
from cases.services import comparing, redaction
from cases.services.compared_texts import Given
from integrity.core import clock
from tests.cases.comparing_world import ARTICLE, SHARED, Compared

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> None:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"


@pytest.fixture
def world() -> Compared:
    return Compared()


def text_of(content: bytes) -> str:
    """The words of a document, its lines joined."""
    found = pdfium.PdfDocument(io.BytesIO(content))
    pages = [found[index].get_textpage().get_text_range() for index in range(len(found))]
    return " ".join(" ".join(pages).split())


def whole(content: bytes) -> bytes:
    """Its bytes with every packed stream unpacked."""
    parts = [content]
    for body in re.findall(rb"stream\r?\n(.*?)\r?\n?endstream", content, re.DOTALL):
        try:
            parts.append(zlib.decompress(body))
        except zlib.error:
            continue
    return b"\n".join(parts)


def paper(client: Client, name: str, *args: object) -> bytes:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert "no-store" in answer.headers["Cache-Control"]
    return answer.content


def test_the_paper_says_what_the_page_says(world: Compared, client: Client) -> None:
    row = world.compare(b=Given(evidence_id=world.add().public_id))
    comparing.set_aside(
        actor=world.moderator, number=world.number, public_id=row.public_id,
        passages=[1], reason="quotation", note="A secret of the desk.",
    )  # fmt: skip
    piece = world.attach(row, title="What both share", description="Look at passage 2.")
    client.force_login(world.moderator)
    content = paper(client, "desk:comparison_pdf", world.number, row.public_id)
    words = text_of(content)
    versus = compare_page(world.moderator, world.number, row.public_id).versus
    figure = versus.a.figure
    for part in (
        "What both share",
        "Look at passage 2.",
        world.number,
        piece.label,
        f"{figure.counted} of {figure.words} words",
        "a figure alone never proves anything",
        "Consent after the fact",
        "E2",
        SHARED[:50],
        "A quotation with its source",
        "same words",
        "1 / 1",
    ):
        assert part in words, part
    assert "secret of the desk" not in words
    assert world.moderator.display_name not in words


def test_the_paper_is_tagged_and_says_nothing_of_who_made_it(
    world: Compared, client: Client
) -> None:
    row = world.compare()
    client.force_login(world.moderator)
    content = paper(client, "desk:comparison_pdf", world.number, row.public_id)
    everything = whole(content)
    assert b"/MarkInfo" in everything
    assert b"/StructTreeRoot" in everything
    assert b"pdfuaid:part" in everything
    assert b"/Lang(en" in everything
    document_ = pdfium.PdfDocument(io.BytesIO(content))
    told = document_.get_metadata_dict()
    assert told["Title"] == "Comparison of two texts"
    assert not told["Author"]
    assert not told["CreationDate"]
    assert world.moderator.display_name.encode() not in everything


def test_the_learners_paper_holds_nothing_that_is_covered(world: Compared, client: Client) -> None:
    """HOSTILE 18, on paper: built anew each time, also for what was covered later."""
    named = "Ottoline Brackenbury wrote that nobody had asked her for anything at all."
    article = world.add(title="Letter of Ottoline", text=f"{ARTICLE}\n\n{named}")
    row = world.compare(
        Given(title="Notes", text=f"{ARTICLE}\n\n{named}"), Given(evidence_id=article.public_id)
    )
    piece = world.attach(row)
    world.told()
    client.force_login(world.learner)
    address = ("my:comparison_pdf", world.number, piece.public_id)
    assert "Ottoline" in text_of(paper(client, *address))
    sheet = redaction.piece_of(article).sheet
    redaction.cover(
        actor=world.moderator, number=world.number, evidence_id=article.public_id,
        spans=[s for w in ("Ottoline", "Brackenbury") for s in occurrences(sheet.text, w)],
        reason="It names her.", form_key=uuid.uuid4().hex,
    )  # fmt: skip
    content = paper(client, *address)
    words = text_of(content)
    assert "Ottoline" not in words
    assert b"Ottoline" not in whole(content)
    assert MARK[0] in words
    assert SHARED[:40] in words
    assert world.moderator.display_name not in words
    assert piece.label in words


def test_a_program_is_set_with_its_blanks_and_breaks(world: Compared, client: Client) -> None:
    code = "def mean(values):\n    total = sum(values)\n    return total / len(values)\n" * 3
    row = world.compare(
        Given(title="Lab", text=code),
        Given(title="Web", upload=SimpleUploadedFile("mean.py", code.encode())),
    )
    client.force_login(world.moderator)
    content = paper(client, "desk:comparison_pdf", world.number, row.public_id)
    assert "total = sum(values)" in text_of(content)
    fonts = whole(content)
    assert b"DejaVuSansMono" in fonts


HOSTILE = (
    '#eval("1+1") #read("/etc/passwd")',
    "$ x^2 $ *bold* _it_ `raw` <label> @ref = Heading",
    "\\u{1F600} [brackets] {braces} // gone?",
    "<script>alert(1)</script> {{7*7}}",
)


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_50_markup_of_the_typesetter_is_words(words: str) -> None:
    """HOSTILE 50 and 52 on paper: whatever stands in a text stands on the paper."""
    content = pdf.print_out("comparison", _data(words))
    assert words.replace(" ", "") in text_of(content).replace(" ", "")


@pytest.mark.parametrize(
    "words", ["\u4e2d\u6587", "\U0001f600 \u0e01", "\u0627\u0644\u0639", "\u202e\u0000x", ""]
)
def test_hostile_35_letters_no_font_has_end_nothing(words: str) -> None:
    """HOSTILE 35 on paper: no letter stops the press."""
    assert pdf.print_out("comparison", _data(words)).startswith(b"%PDF-")


def test_the_paper_speaks_the_readers_language(world: Compared) -> None:
    row = world.compare()
    versus = compare_page(world.moderator, world.number, row.public_id).versus
    with translation.override("es"):
        data = document(versus, number="IC-1", label="E1", title="T", at=clock.now())
        content = pdf.print_out("comparison", data)
    assert b"/Lang(es" in whole(content)


def test_long_texts_are_printed_in_bounded_time(world: Compared) -> None:
    filler = "".join(f"Word {n} of nothing in common here. " for n in range(9_000))
    versus = compare_page(
        world.moderator,
        world.number,
        world.compare(
            Given(title="One", text=(filler + SHARED)[:399_000]),
            Given(title="Two", text=f"{SHARED} {filler[::-1]}"[:399_000]),
        ).public_id,
    ).versus
    began = time.monotonic()
    data = document(versus, number="IC-1", label="E1", title="T", at=clock.now())
    content = pdf.print_out("comparison", data)
    assert time.monotonic() - began < 20
    assert "without a match" in text_of(content)


def test_a_press_that_takes_too_long_is_stopped_and_told(
    monkeypatch: pytest.MonkeyPatch, world: Compared, client: Client
) -> None:
    def late(*args: Any, **kwargs: Any) -> None:
        raise subprocess.TimeoutExpired("press", 1)

    row = world.compare()
    client.force_login(world.moderator)
    monkeypatch.setattr("cases.pdf.printing.subprocess.run", late)
    answer = client.get(reverse("desk:comparison_pdf", args=[world.number, row.public_id]))
    assert answer.status_code == 303
    back = reverse("desk:comparison", args=[world.number, row.public_id])
    assert answer.headers["Location"] == back
    assert "could not print" in client.get(back).content.decode()
    with pytest.raises(pdf.CannotPrint):
        pdf.print_out("comparison", _data("x"))


def _data(words: str) -> dict[str, Any]:
    side = {
        "title": words,
        "about": words,
        "withheld": "",
        "blocks": [
            {
                "folded": "",
                "bits": [
                    {"text": words, "kind": "", "starts": []},
                    {"text": words, "kind": "same", "starts": [1]},
                ],
            }
        ],
    }
    return {
        "title": f"Title {words}",
        "head": "IC-1",
        "foot": "E1",
        "about": words,
        "facts": [("Case", words)],
        "figures": "1 of 2 words",
        "caveat": "A match shows where to look.",
        "covered": "",
        "kinds": [{"kind": "same", "word": "same words", "count": "1"}],
        "program": False,
        "sides": [side, side],
        "passages_title": "Passages",
        "columns": ["Number", "Kind", "Words"],
        "passages": [("1", words, "3")],
    }

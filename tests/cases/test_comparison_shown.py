"""A comparison as learner, adviser and co-respondent see it: nothing covered, nothing of others."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases.covering import MARK, occurrences
from cases.models import Disclosure, Evidence, Respondent
from cases.selectors import my
from cases.selectors.comparison_shown import shown_versus
from cases.services import adviser, comparing, redaction
from cases.services.compared_texts import Given
from cases.versus import Side, Versus
from integrity.audit.models import Event
from tests.cases import builders as build
from tests.cases.comparing_world import ARTICLE, ESSAY, SECOND, SHARED, Compared
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

# In nothing but a text that is compared.
CANARY = "Ottoline Brackenbury"
NAMED = f"{CANARY} wrote in her letter to the editors that nobody had asked her for anything."


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> None:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"


@pytest.fixture
def world() -> Compared:
    return Compared()


def cover(world: Compared, piece: Evidence, words: str = CANARY) -> None:
    sheet = redaction.piece_of(piece).sheet
    redaction.cover(
        actor=world.moderator,
        number=world.number,
        evidence_id=piece.public_id,
        spans=[span for part in words.split() for span in occurrences(sheet.text, part)],
        reason="It names somebody.",
        form_key=uuid.uuid4().hex,
    )


def seen(world: Compared, piece: Evidence) -> Versus:
    """As the learner of the case sees it."""
    respondent, shown = my.my_evidence(world.learner, world.number, piece.public_id)
    versus = shown_versus(shown.evidence, respondent)
    assert versus is not None
    return versus


def words(side: Side) -> str:
    return "".join(bit.text for block in side.blocks for bit in block.bits)


def page(world: Compared, piece: Evidence, client: Client | None = None) -> str:
    client = client or Client()
    client.force_login(world.learner)
    answer = client.get(reverse("my:evidence", args=[world.number, piece.public_id]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_learner_reads_both_texts_once_it_was_shown(world: Compared, client: Client) -> None:
    piece = world.attach(world.compare(b=Given(evidence_id=world.add().public_id)))
    client.force_login(world.learner)
    address = reverse("my:evidence", args=[world.number, piece.public_id])
    assert client.get(address).status_code == 404
    world.told()
    shown = page(world, piece, client)
    assert SHARED[:40] in shown
    assert '<a id="a1" href="#b1"' in shown
    assert "a figure alone never proves anything" in shown
    assert reverse("my:comparison_pdf", args=[world.number, piece.public_id]) in shown
    # The first look is in the ledger.
    assert Disclosure.objects.get(evidence=piece).first_viewed_at is not None
    assert Event.objects.filter(action="evidence.viewed").count() == 1
    versus = seen(world, piece)
    assert words(versus.a) == ESSAY
    assert words(versus.b) == ARTICLE


def test_nobody_of_the_desk_and_no_note_of_it_is_on_the_learners_page(world: Compared) -> None:
    row = world.compare()
    comparing.set_aside(
        actor=world.moderator, number=world.number, public_id=row.public_id,
        passages=[1], reason="other", note="Asked Professor Quill about it.",
    )  # fmt: skip
    piece = world.attach(row)
    world.told()
    shown = page(world, piece)
    assert 'class="aside"' in shown
    for secret in (world.moderator.display_name, "Quill", piece.sha256):
        assert secret not in shown


@pytest.mark.parametrize("later", [False, True])
def test_words_covered_in_an_exhibit_are_in_no_comparison_of_it(
    world: Compared, later: bool
) -> None:
    essay = world.add(title=f"Essay of {CANARY}", text=f"{ESSAY}\n\n{NAMED}")
    article = world.add(title="Article", text=f"{ARTICLE}\n\n{NAMED}")
    piece = world.attach(
        world.compare(Given(evidence_id=essay.public_id), Given(evidence_id=article.public_id))
    )
    if not later:
        cover(world, essay)
    world.told()
    if later:
        assert CANARY in words(seen(world, piece).a)
        cover(world, essay)
    versus = seen(world, piece)
    assert MARK in words(versus.a)
    assert "Ottoline" not in words(versus.a)
    assert "Brackenbury" not in versus.a.title
    # The article may be read for itself. What is covered in the essay is not marked in it: the
    # mark would tell the words.
    assert CANARY in words(versus.b)
    assert MARK not in words(versus.b)
    assert versus.covered == 1
    marked = [bit.text for block in versus.b.blocks for bit in block.bits if bit.kind]
    assert not [text for text in marked if "Ottoline" in text]
    assert [mark.number for mark in versus.marks] == [1, 2]


def test_words_covered_in_an_exhibit_are_covered_in_what_was_pasted_beside_it(
    world: Compared,
) -> None:
    article = world.add(text=f"{ARTICLE}\n\n{NAMED}")
    pasted = f"About {CANARY}: a note.\n\n{ESSAY}\n\n{NAMED} And {CANARY.upper()} again."
    piece = world.attach(
        world.compare(
            Given(title=f"Notes on {CANARY}", text=pasted), Given(evidence_id=article.public_id)
        )
    )
    cover(world, article)
    world.told()
    shown = page(world, piece).casefold()
    assert "ottoline" not in shown
    assert "brackenbury" not in shown
    # Nor the rest of the passage in which they stand.
    assert "nobody had asked her" not in words(seen(world, piece).a)


def test_what_was_pasted_is_covered_in_the_comparison_itself(world: Compared) -> None:
    row = world.compare(b=Given(title=f"Letter of {CANARY}", text=f"{ARTICLE}\n\n{NAMED}"))
    piece = world.attach(row)
    cover(world, piece)
    world.told()
    assert "Ottoline" not in page(world, piece)
    versus = seen(world, piece)
    assert MARK in versus.b.title
    assert MARK in words(versus.b)
    # The text of the comparison stays whole for the desk.
    row.refresh_from_db()
    assert CANARY in row.b_text


def test_a_file_with_covered_areas_is_not_shown_beside_anything(
    world: Compared, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = world.add(
        kind="file", title="Article", text="",
        upload=SimpleUploadedFile("article.txt", f"{ARTICLE}\n\n{NAMED}".encode()),
    )  # fmt: skip
    piece = world.attach(world.compare(b=Given(evidence_id=file.public_id)))
    world.told()
    assert CANARY in words(seen(world, piece).b)
    # As after an area of a page was covered: where its words are cannot be told.
    file.redactions.create(
        kind="area", page=0, left=0, top=0, width=5_000, height=500, reason="A name.",
        made_by=world.moderator, form_key=uuid.uuid4().hex,
    )  # fmt: skip
    versus = seen(world, piece)
    assert versus.b.withheld
    assert not versus.b.blocks
    assert not versus.marks
    # The learner's own work is no secret to them, and nothing in it is marked.
    assert words(versus.a) == ESSAY
    assert SHARED[:30] in words(versus.a)
    assert not [bit for block in versus.a.blocks for bit in block.bits if bit.kind]


def test_covered_words_of_a_text_file_are_covered_beside_it(world: Compared) -> None:
    file = world.add(
        kind="file", title="Article", text="",
        upload=SimpleUploadedFile("article.txt", f"{ARTICLE}\n\n{NAMED}".encode()),
    )  # fmt: skip
    piece = world.attach(world.compare(b=Given(evidence_id=file.public_id)))
    cover(world, file)
    world.told()
    versus = seen(world, piece)
    assert "Ottoline" not in words(versus.b)
    assert SHARED[:30] in words(versus.b)
    assert len(versus.marks) == 2


def test_an_exhibit_that_was_not_shown_is_not_shown_through_a_comparison(world: Compared) -> None:
    article = world.add(title=f"Letter of {CANARY}", text=f"{ARTICLE}\n\n{NAMED}")
    piece = world.attach(world.compare(b=Given(evidence_id=article.public_id)))
    world.told()
    Disclosure.objects.filter(evidence=article).delete()
    versus = seen(world, piece)
    assert versus.b.withheld
    assert versus.b.title == article.label
    shown = page(world, piece)
    assert "Ottoline" not in shown
    assert "nobody is expected to read" not in shown
    assert not versus.marks


def test_of_somebody_elses_work_only_the_passages_are_shown(world: Compared) -> None:
    """Neither their name, nor the title of their work, nor what else they wrote."""
    peer = make.person("Lea Peer")
    other = make.submission(world.submission.assignment, peer, title=f"By {CANARY}")
    other.text = f"{CANARY} begins. {SHARED} And then something private about my family."
    other.save()
    piece = world.attach(world.compare(b=Given(submission_id=other.public_id)))
    world.told()
    shown = page(world, piece)
    assert SHARED[:40] in words(seen(world, piece).b)
    for secret in ("Lea Peer", "Ottoline", "private about my family"):
        assert secret not in shown


def test_names_of_other_learners_of_the_case_are_taken_out(world: Compared) -> None:
    other = make.person("Zebedee Quillfeather")
    build.respondent(world.case, other, status=world.respondent.status)
    text = f"Zebedee Quillfeather and I wrote this. {SHARED} Zebedee checked it."
    row = world.compare(b=Given(title="Notes of Zebedee Quillfeather", text=text))
    piece = world.attach(row)
    notified = Respondent.objects.get(case=world.case, user=world.learner)
    from cases.services import notice  # noqa: PLC0415 - only here is one of several told

    notice.send(
        actor=world.moderator, number=world.number, respondent_id=notified.public_id,
        questions="", revision=None,
    )  # fmt: skip
    shown = page(world, piece)
    assert "Quillfeather" not in shown
    assert "Zebedee" not in shown
    assert SHARED[:40] in shown


def test_the_adviser_sees_what_the_learner_sees(world: Compared, client: Client) -> None:
    article = world.add(text=f"{ARTICLE}\n\n{NAMED}")
    piece = world.attach(world.compare(b=Given(evidence_id=article.public_id)))
    cover(world, article)
    world.told()
    friend = make.person("Pauline Friend", email="friend@example.org")
    EmailAddress.objects.create(user=friend, email=friend.email, verified=True, primary=True)
    access = adviser.invite(
        actor=world.learner, number=world.number, email=friend.email, form_key=uuid.uuid4().hex
    )
    adviser.accept(actor=friend, access_id=access.public_id)
    client.force_login(friend)
    address = reverse("advising:evidence", args=[access.public_id, piece.public_id])
    shown = client.get(address).content.decode()
    assert SHARED[:40] in shown
    assert "Ottoline" not in shown
    assert f"/advising/{access.public_id}/evidence/{article.public_id}/" in shown
    paper = reverse("advising:comparison_pdf", args=[access.public_id, piece.public_id])
    assert client.get(paper).headers["Content-Type"] == "application/pdf"


def test_hostile_18_a_working_paper_and_the_desks_paper_are_nothing_to_the_accused(
    world: Compared, client: Client
) -> None:
    """HOSTILE 18: the desk's addresses, and a comparison that is no evidence."""
    row = world.compare()
    piece = world.attach(world.compare())
    world.told()
    client.force_login(world.learner)
    for name in ("comparison", "comparison_attach", "comparison_pdf"):
        for public_id in (row.public_id, piece.public_id):
            address = reverse(f"desk:{name}", args=[world.number, public_id])
            assert client.get(address).status_code == 404
    for public_id in (row.public_id, world.case.evidence.get(kind="quote").public_id):
        address = reverse("my:comparison_pdf", args=[world.number, public_id])
        assert client.get(address).status_code == 404


def test_the_figures_stay_those_of_the_evidence(world: Compared) -> None:
    """What is covered later changes what is read, not what was found."""
    article = world.add(text=f"{ARTICLE}\n\n{NAMED}")
    piece = world.attach(world.compare(b=Given(evidence_id=article.public_id)))
    world.told()
    before = seen(world, piece)
    cover(world, article, SECOND.split()[0])
    after = seen(world, piece)
    assert after.a.figure == before.a.figure
    assert after.counting == before.counting
    assert after.covered == 1

"""Covering parts of evidence: what is left for whom, who may do it, and what stays whole (CF2)."""

from __future__ import annotations

import hashlib
import io
import re
import uuid
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from cases.covering import MARK, occurrences
from cases.enums import FileRole, ScanState
from cases.evidence import store
from cases.evidence.covered import Area, CannotPaint
from cases.forms.redaction import MOST_FOUND
from cases.models import Case, Evidence, EvidenceFile, Redaction
from cases.selectors.case_parts import evidence_page
from cases.selectors.my import my_evidence
from cases.selectors.redaction import MOST_LINES
from cases.services import evidence, notice, redaction, showing
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    NotPermitted,
    Stale,
)
from integrity.web.forms import new_form_token
from tests.cases import builders as build
from tests.cases import intake_builders as make
from tests.cases.test_process import World
from tests.courses import builders as base

pytestmark = pytest.mark.django_db

NAME = "Zebedee Quillfeather"
SECRET_RED = (203, 17, 43)


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> Path:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    return settings.EVIDENCE_ROOT


@pytest.fixture
def world() -> World:
    return World().alleged()


def added(world: World, **fields: Any) -> Evidence:
    return evidence.add(
        **{
            "actor": world.moderator,
            "number": world.number,
            "kind": "quote",
            "title": "What was said",
            "text": f"First line.\n{NAME} wrote the second one.\nA third line.",
            "form_key": uuid.uuid4().hex,
            **fields,
        }
    )


def upload(world: World, name: str, content: bytes, **fields: Any) -> Evidence:
    file = SimpleUploadedFile(name, content)
    return added(world, kind="file", text="", upload=file, **fields)


def painted_picture(kind: str = "PNG", mode: str = "RGB") -> bytes:
    """White, 100 by 80, with a red box from 20,30 to 60,50 that is to be covered."""
    picture = Image.new("RGB", (100, 80), "white")
    picture.paste(SECRET_RED, (20, 30, 60, 50))
    out = io.BytesIO()
    picture.convert(mode).save(out, kind, quality=95)
    return out.getvalue()


def document(pages: int = 2) -> bytes:
    pictures = [Image.new("RGB", (400, 560), "white") for _page in range(pages)]
    for picture in pictures:
        picture.paste(SECRET_RED, (100, 140, 300, 280))
    out = io.BytesIO()
    pictures[0].save(out, "PDF", save_all=True, append_images=pictures[1:], resolution=72)
    return out.getvalue()


# The red box of `painted_picture`, and that of `document`.
BOX: Area = (0, 2_000, 3_750, 4_000, 2_500)
PAGE_BOX: Area = (1, 2_400, 2_400, 5_200, 2_700)


def spans_of(piece: Evidence, words: str = NAME) -> list[tuple[int, int]]:
    return occurrences(redaction.piece_of(piece).sheet.text, words)


def cover(world: World, piece: Evidence, words: str = NAME, **fields: Any) -> list[Redaction]:
    return redaction.cover(
        **{
            "actor": world.moderator,
            "number": world.number,
            "evidence_id": piece.public_id,
            "spans": [] if fields.get("areas") else spans_of(piece, words),
            "reason": "Somebody else's name.",
            "form_key": uuid.uuid4().hex,
            **fields,
        }
    )


def send_notice(world: World) -> None:
    notice.send(
        actor=world.moderator,
        number=world.number,
        respondent_id=world.rid,
        questions="",
        revision=None,
    )


def opened(piece: Evidence, actor: Any) -> bytes:
    return showing.open_file(actor=actor, evidence_id=piece.public_id)[1]


def fetched(client: Client, piece: Evidence) -> Any:
    """The file as a browser gets it: the page's address, then the link it leads to."""
    link = client.get(reverse("evidence:file", args=[piece.public_id]))
    assert link.status_code == 303
    return client.get(link.headers["Location"])


def fresh(piece: Evidence) -> Evidence:
    return Evidence.objects.get(pk=piece.pk)


# Words


def test_words_are_covered_in_everything_that_is_read_of_a_piece(world: World) -> None:
    piece = added(
        world,
        title=f"Message of {NAME}",
        description=f"It names\n{NAME.upper()} twice: {NAME}.",
    )

    rows = cover(world, piece)

    piece = fresh(piece)
    assert len(rows) == 4
    assert piece.shown_title == f"Message of {MARK}"
    assert piece.shown_description == f"It names\n{MARK} twice: {MARK}."
    assert piece.shown_text == f"First line.\n{MARK} wrote the second one.\nA third line."
    # The desk keeps everything.
    assert NAME in piece.title
    assert NAME in piece.text


def test_the_words_of_an_address_are_covered_and_it_leads_nowhere(
    world: World, client: Client
) -> None:
    piece = added(world, kind="link", text="", url="https://forum.example/users/quillfeather")
    cover(world, piece, "quillfeather")
    send_notice(world)
    client.force_login(world.learner)

    page = client.get(reverse("my:evidence", args=[world.number, piece.public_id]))

    assert b"quillfeather" not in page.content
    assert b'href="https://forum.example' not in page.content
    assert MARK in page.content.decode()


def test_words_of_a_text_file_are_covered_in_a_copy_of_its_own(world: World) -> None:
    piece = upload(world, "chat.txt", f"10:02 {NAME}: hello\n10:03 me: hi\n".encode())
    whole = opened(piece, world.moderator)

    cover(world, piece)
    send_notice(world)

    assert opened(piece, world.moderator) == whole
    assert opened(piece, world.learner).decode() == f"10:02 {MARK}: hello\n10:03 me: hi\n"
    copy = piece.files.get(role=FileRole.REDACTED)
    assert copy.content_type == "text/plain; charset=utf-8"


def test_hostile_44_original_and_clean_copy_stay_sealed_and_whole(world: World, root: Path) -> None:
    piece = upload(world, "chat.png", painted_picture())
    before = {
        row.role: (row.sha256, store.read(row.path, purpose=purpose))
        for row, purpose in (
            (piece.files.get(role=FileRole.ORIGINAL), store.ORIGINAL),
            (piece.files.get(role=FileRole.DERIVATIVE), store.DERIVATIVE),
        )
    }

    cover(world, piece, areas=[BOX])

    for role, (sha256, content) in before.items():
        row = piece.files.get(role=role)
        purpose = store.ORIGINAL if role == FileRole.ORIGINAL else store.DERIVATIVE
        assert row.sha256 == sha256
        assert store.read(row.path, purpose=purpose) == content
    # Sealed on disk, like everything there; and it says nothing of who made it.
    redacted = piece.files.get(role=FileRole.REDACTED)
    assert b"PNG" not in (root / redacted.path).read_bytes()
    picture = Image.open(io.BytesIO(store.read(redacted.path, purpose=store.DERIVATIVE)))
    assert picture.info == {}
    assert not picture.getexif()


# Areas


@pytest.mark.parametrize(
    ("name", "kind", "mode"),
    [("a.png", "PNG", "RGB"), ("a.jpg", "JPEG", "RGB"), ("g.png", "PNG", "L")],
)
def test_nothing_of_the_covered_pixels_is_left_in_a_picture(
    world: World, name: str, kind: str, mode: str
) -> None:
    piece = upload(world, name, painted_picture(kind, mode))

    cover(world, piece, areas=[BOX])
    send_notice(world)

    picture = Image.open(io.BytesIO(opened(piece, world.learner))).convert("RGB")
    assert picture.size == (100, 80)
    for x in range(100):
        for y in range(80):
            pixel: Any = picture.getpixel((x, y))
            inside = 20 <= x < 60 and 30 <= y < 50
            if inside:
                assert max(pixel) < 30, (x, y)
            elif not (10 <= x < 70 and 20 <= y < 60):
                # Far from the box nothing has changed.
                assert min(pixel) > 235, (x, y)


def test_the_same_covered_picture_whatever_was_below(world: World) -> None:
    """What is covered cannot be guessed from the file: another content gives the same bytes."""
    other = Image.open(io.BytesIO(painted_picture()))
    other.paste((1, 200, 99), (20, 30, 60, 50))
    out = io.BytesIO()
    other.save(out, "PNG")
    one = upload(world, "a.png", painted_picture())
    two = upload(world, "b.png", out.getvalue())

    cover(world, one, areas=[BOX])
    cover(world, two, areas=[BOX])
    send_notice(world)

    assert opened(one, world.learner) == opened(two, world.learner)
    assert opened(one, world.moderator) != opened(two, world.moderator)


def test_an_area_of_a_page_of_a_document_is_painted_over(world: World) -> None:
    piece = upload(world, "a.pdf", document())

    cover(world, piece, areas=[PAGE_BOX])
    send_notice(world)

    pages = pypdfium2.PdfDocument(opened(piece, world.learner))
    assert len(pages) == 2
    first, second = (page.render(scale=1).to_pil().convert("RGB") for page in pages)
    middle = (200, 210)
    assert first.getpixel(middle)[0] > 150
    assert max(second.getpixel(middle)) < 30
    reds = sum(
        1 for count, (r, g, b) in second.getcolors(1_000_000) if r > 120 and g < 90 and b < 90
    )
    assert reds == 0


def test_a_process_that_cannot_draw_changes_nothing(
    world: World, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    piece = upload(world, "a.png", painted_picture())
    monkeypatch.setattr("cases.evidence.covered._COVERER", Path("/nowhere"))

    with make.nothing_changes(root), pytest.raises(CannotPaint):
        cover(world, piece, areas=[BOX])


# Rules


def test_the_same_form_covers_once(world: World, root: Path) -> None:
    piece = added(world)
    first = cover(world, piece, form_key="once")

    with make.nothing_changes(root):
        again = cover(world, piece, form_key="once")
        with pytest.raises(Conflict):
            cover(world, piece, "third", form_key="once")

    assert [row.pk for row in again] == [row.pk for row in first]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"reason": "  "}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"spans": []}, "words"),
        ({"spans": [(0, 100_000)]}, "words"),
        ({"spans": [(5, 5)]}, "words"),
        ({"spans": [(-1, 5)]}, "words"),
        ({"spans": [(i, i + 1) for i in range(501)]}, "words"),
        ({"areas": [(0, 0, 0, 10, 10)]}, "left"),
    ],
)
def test_what_cannot_be_covered_is_refused_at_its_field(
    world: World, root: Path, fields: dict[str, Any], field: str
) -> None:
    piece = added(world)

    with make.nothing_changes(root), pytest.raises(InvalidInput) as refusal:
        cover(world, piece, **{"spans": [(0, 5)], **fields})

    assert list(refusal.value.fields) == [field]


@pytest.mark.parametrize(
    "area",
    [(1, 0, 0, 10, 10), (0, 9_000, 0, 1_001, 10), (0, 0, 0, 0, 10), (0, 0, -1, 10, 10)],
)
def test_an_area_off_the_page_is_refused(world: World, area: Area) -> None:
    piece = upload(world, "a.png", painted_picture())

    with pytest.raises(InvalidInput):
        cover(world, piece, areas=[area])


def test_a_part_is_uncovered_again_and_stays_on_record(
    world: World, root: Path, django_capture_on_commit_callbacks: Any
) -> None:
    piece = upload(world, "a.png", painted_picture(), title=f"Of {NAME}")
    (area,) = cover(world, piece, areas=[BOX])
    with django_capture_on_commit_callbacks(execute=True):
        (words,) = cover(world, piece)

    with django_capture_on_commit_callbacks(execute=True):
        redaction.uncover(actor=world.officer, number=world.number, redaction_id=words.public_id)
    with django_capture_on_commit_callbacks(execute=True):
        redaction.uncover(actor=world.officer, number=world.number, redaction_id=area.public_id)
    with make.nothing_changes(root):
        redaction.uncover(actor=world.officer, number=world.number, redaction_id=area.public_id)

    area.refresh_from_db()
    assert area.removed_by == world.officer
    assert area.removed_at is not None
    assert not piece.files.filter(role=FileRole.REDACTED).exists()
    assert fresh(piece).shown_title == piece.title
    # No copy is left on the disk that no row names.
    named = set(EvidenceFile.objects.values_list("path", flat=True))
    assert {str(path.relative_to(root)) for path in make.files(root)} == named


def test_after_it_was_shown_more_can_be_covered_at_once_and_nothing_uncovered(
    world: World,
) -> None:
    piece = added(world)
    (row,) = cover(world, piece)
    send_notice(world)

    with pytest.raises(IllegalTransition) as refusal:
        redaction.uncover(actor=world.officer, number=world.number, redaction_id=row.public_id)
    assert refusal.value.message == redaction.STAYS
    cover(world, piece, "A third line")

    _respondent, shown = my_evidence(world.learner, world.number, piece.public_id)
    assert shown.evidence.shown_text == f"First line.\n{MARK} wrote the second one.\n{MARK}."


def test_the_ledger_says_in_which_version_it_was_shown(world: World) -> None:
    piece, other = added(world), added(world, title="Another")
    cover(world, piece)
    send_notice(world)
    cover(world, other)

    first = evidence_page(world.moderator, world.number, piece.public_id).ledger
    second = evidence_page(world.moderator, world.number, other.public_id).ledger

    assert [(line.covered, line.later is None) for line in first] == [(True, True)]
    assert [(line.covered, line.later is None) for line in second] == [(False, False)]


def test_the_history_says_that_and_by_whom_but_nothing_of_the_words(world: World) -> None:
    piece = added(world)
    (row,) = cover(world, piece)
    redaction.uncover(actor=world.officer, number=world.number, redaction_id=row.public_id)

    covered, uncovered = Event.objects.order_by("sequence")[Event.objects.count() - 2 :]
    assert (covered.action, covered.actor_role) == ("evidence.covered", "moderator")
    assert covered.data == {"label": piece.label, "parts": 1}
    assert (uncovered.action, uncovered.actor_role) == ("evidence.uncovered", "officer")
    assert NAME not in str(covered.data)


def test_who_may_cover(world: World) -> None:
    piece = added(world)
    conflicted = build.moderator("Connie Flict")
    build.watcher(Case.objects.get(number=world.number), conflicted)
    build.conflict(Case.objects.get(number=world.number), conflicted)
    for user, refusal in (
        (world.learner, NotFound),
        (base.person("Paula Passerby"), NotFound),
        (build.administrator(), NotFound),
        (conflicted, NotFound),
        (build.moderator("Far Away", base.institution()), NotFound),
        (build.auditor(), NotPermitted),
        (build.moderator("Other One"), NotPermitted),
    ):
        with pytest.raises(refusal):
            cover(world, piece, actor=user)
    assert not Redaction.objects.exists()
    cover(world, piece, actor=world.officer)


def test_a_piece_of_another_case_is_not_found(world: World) -> None:
    elsewhere = build.evidence(build.case(), text="Other words")

    with pytest.raises(NotFound):
        cover(world, elsewhere, spans=[(0, 3)])


def test_somebody_who_was_faster_is_not_undone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between drawing and binding a colleague covers something else: both stay covered."""
    piece = upload(world, "chat.txt", f"{NAME} and Paul\n".encode())
    cover(world, piece, "and")
    make_file = redaction.Piece.file
    turns = iter([True])

    def meanwhile(self: redaction.Piece, *args: Any) -> bytes | None:
        made = make_file(self, *args)
        if next(turns, False):
            cover(world, piece, "Paul", actor=world.officer)
        return made

    monkeypatch.setattr(redaction.Piece, "file", meanwhile)
    cover(world, piece)
    send_notice(world)

    assert opened(piece, world.learner).decode() == f"{MARK} {MARK} {MARK}\n"


def test_a_part_two_people_uncover_at_once_is_uncovered_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    piece = added(world)
    (row,) = cover(world, piece)
    make_file = redaction.Piece.file
    first = [True]

    def uncover(actor: Any) -> None:
        redaction.uncover(actor=actor, number=world.number, redaction_id=row.public_id)

    def meanwhile(self: redaction.Piece, *args: Any) -> bytes | None:
        if first:
            first.clear()
            uncover(world.officer)
        return make_file(self, *args)

    monkeypatch.setattr(redaction.Piece, "file", meanwhile)
    uncover(world.moderator)

    row.refresh_from_db()
    assert row.removed_by == world.officer
    assert Event.objects.filter(action="evidence.uncovered").count() == 1


def test_a_copy_that_is_exchanged_while_it_is_opened_is_the_new_one(
    world: World, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    piece = upload(world, "chat.txt", f"{NAME} and Yorick\n".encode())
    cover(world, piece)
    send_notice(world)
    read = store.read

    def meanwhile(path: str, *, purpose: str) -> bytes:
        monkeypatch.setattr(store, "read", read)
        with django_capture_on_commit_callbacks(execute=True):
            cover(world, piece, "Yorick")
        return read(path, purpose=purpose)

    monkeypatch.setattr(store, "read", meanwhile)
    assert opened(piece, world.learner).decode() == f"{MARK} and {MARK}\n"


def test_it_gives_up_when_others_are_always_faster(
    world: World, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    piece = upload(world, "chat.txt", b"a b c d e f g h\n")
    make_file = redaction.Piece.file
    words = iter("abc")
    mine = {"at": True}

    def meanwhile(self: redaction.Piece, *args: Any) -> bytes | None:
        made = make_file(self, *args)
        if mine["at"]:
            mine["at"] = False
            cover(world, piece, next(words), actor=world.officer)
            mine["at"] = True
        return made

    monkeypatch.setattr(redaction.Piece, "file", meanwhile)
    with pytest.raises(Stale):
        cover(world, piece, "h")

    named = set(EvidenceFile.objects.values_list("path", flat=True))
    assert {str(path.relative_to(root)) for path in make.files(root)} >= named


def test_hostile_41_a_held_file_has_no_pages_and_its_title_can_be_covered(world: World) -> None:
    piece = upload(world, "a.png", painted_picture(), title=f"Of {NAME}")
    piece.files.update(scan=ScanState.HELD)

    cover(world, piece)
    with pytest.raises(InvalidInput):
        cover(world, piece, areas=[BOX])
    with pytest.raises(NotFound):
        redaction.page_picture(
            actor=world.moderator, number=world.number, evidence_id=piece.public_id, page=0
        )
    with pytest.raises(NotFound):
        opened(piece, world.officer)


# The respondent's side


def test_hostile_18_whoever_the_case_is_about_reaches_report_reporter_and_original_nowhere(
    world: World, client: Client
) -> None:
    piece = upload(world, "chat.png", painted_picture())
    cover(world, piece, areas=[BOX])
    send_notice(world)
    client.force_login(world.learner)
    case = {"number": world.number}
    absent = client.get(reverse("my:case", args=["IC-2026-999999"]))
    for address in (
        reverse("desk:evidence", kwargs={**case, "public_id": piece.public_id}),
        reverse("desk:redact", kwargs={**case, "public_id": piece.public_id}),
        reverse("desk:evidence_page", kwargs={**case, "public_id": piece.public_id, "page": 0}),
        reverse("desk:case", kwargs=case),
        reverse("desk:people", kwargs=case),
        reverse("my:report", args=[world.report.public_id]),
        *(reverse("evidence:file", args=[file.public_id]) for file in piece.files.all()),
    ):
        answer = client.get(address)
        assert answer.status_code == 404, address
        assert answer.content == absent.content, address

    original = piece.files.get(role=FileRole.ORIGINAL)
    clean = piece.files.get(role=FileRole.DERIVATIVE)
    answer = fetched(client, piece)
    assert answer.status_code == 200
    for row, purpose in ((original, store.ORIGINAL), (clean, store.DERIVATIVE)):
        assert answer.content != store.read(row.path, purpose=purpose)


def test_hostile_46_two_pieces_of_the_same_file_tell_a_respondent_nothing_of_each_other(
    world: World, client: Client
) -> None:
    pieces = [upload(world, name, painted_picture(), title="Chat") for name in ("a.png", "b.png")]
    send_notice(world)
    client.force_login(world.learner)
    pages = []
    for piece in pieces:
        page = client.get(reverse("my:evidence", args=[world.number, piece.public_id]))
        text = re.sub(r'(name="csrfmiddlewaretoken" value=")\w+', r"\1", page.content.decode())
        text = text.replace(str(piece.public_id), "ID")
        pages.append(text.replace(piece.label, "LABEL"))

    assert pages[0] == pages[1]


def test_the_fingerprint_on_arrival_is_not_told_where_words_are_covered(
    world: World, client: Client
) -> None:
    """Of a short text it would let somebody try out names until one fits."""
    covered, whole = added(world), added(world, title="Whole", text="Nothing to hide.")
    cover(world, covered)
    send_notice(world)
    client.force_login(world.learner)

    def page(piece: Evidence) -> str:
        address = reverse("my:evidence", args=[world.number, piece.public_id])
        return client.get(address).content.decode()

    assert covered.sha256 not in page(covered)
    assert "We covered parts that would show who somebody else is." in page(covered)
    assert whole.sha256 in page(whole)
    assert "We covered parts" not in page(whole)


def test_the_fingerprint_of_a_file_as_it_came_is_told_to_nobody_outside(
    world: World, client: Client
) -> None:
    """Somebody who gets hold of a suspect's file could tell by it who sent it."""
    piece = upload(world, "chat.png", make.told_picture())
    send_notice(world)
    client.force_login(world.learner)

    page = client.get(reverse("my:evidence", args=[world.number, piece.public_id]))

    assert piece.sha256 not in page.content.decode()
    seen = opened(piece, world.learner)
    assert hashlib.sha256(seen).hexdigest() in page.content.decode()


def test_a_text_that_is_read_on_the_page_counts_as_opened(world: World, client: Client) -> None:
    piece = upload(world, "notes.txt", b"Week 3\n<script>alert(1)</script>\n")
    picture = upload(world, "a.png", painted_picture())
    send_notice(world)
    client.force_login(world.learner)
    page = client.get(reverse("my:evidence", args=[world.number, piece.public_id]))

    assert b"Week 3" in page.content
    assert b"&lt;script&gt;alert(1)" in page.content
    assert piece.disclosures.get().first_viewed_at is not None
    client.get(reverse("my:evidence", args=[world.number, picture.public_id]))
    assert picture.disclosures.get().first_viewed_at is None
    fetched(client, picture)
    assert picture.disclosures.get().first_viewed_at is not None


# Pages of the desk


def form(**fields: Any) -> dict[str, Any]:
    return {"form_token": new_form_token(), "reason": "A name.", "step": "preview", **fields}


@pytest.fixture
def desk(client: Client, world: World) -> Client:
    client.force_login(world.moderator)
    return client


def test_words_are_found_ticked_looked_at_and_covered(desk: Client, world: World) -> None:
    piece = added(world, title=f"Message of {NAME}")
    address = reverse("desk:redact", args=[world.number, piece.public_id])
    assert desk.get(address).status_code == 200

    found = desk.post(address, form(step="find", words="zebedee quillfeather", reason=""))
    assert found.status_code == 200
    picks = [f"{a}-{b}" for a, b in spans_of(piece)]
    for pick in picks:
        assert f'value="{pick}"' in found.content.decode()
    assert found.content.decode().count("checked") == 2
    assert not Redaction.objects.exists()

    sent = form(words="zebedee quillfeather", found="zebedee quillfeather", picks=picks[1:])
    preview = desk.post(address, sent)
    text = preview.content.decode()
    assert MARK in text
    assert not Redaction.objects.exists()
    assert f"Message of {NAME}" in text  # its title is to stay
    assert f"{NAME} wrote" not in text

    saved = desk.post(address, {**sent, "step": "save"})
    assert saved.status_code == 303
    again = desk.post(address, {**sent, "step": "save"})
    assert again.status_code == 303
    assert Redaction.objects.count() == 1
    assert fresh(piece).shown_title == piece.title
    assert NAME not in fresh(piece).shown_text


def test_words_are_looked_for_before_anything_is_previewed(desk: Client, world: World) -> None:
    piece = added(world)
    address = reverse("desk:redact", args=[world.number, piece.public_id])

    answer = desk.post(address, form(words=NAME))

    assert "Found in one place" in answer.content.decode()


def test_of_a_long_text_the_page_shows_the_beginning_and_every_line_can_be_covered(
    desk: Client, world: World
) -> None:
    many = MOST_LINES + 5
    piece = added(world, text="\n".join(f"line{number}end" for number in range(1, many + 1)))
    address = reverse("desk:redact", args=[world.number, piece.public_id])

    page = desk.get(address).content.decode()
    # The title is a line too.
    assert f"line{MOST_LINES - 1}end" in page
    assert f"line{MOST_LINES}end" not in page
    assert "6 more lines are not shown." in page
    saved = desk.post(address, form(lines=str(many + 1), step="save"))
    assert saved.status_code == 303
    assert fresh(piece).shown_text.endswith(f"line{many - 1}end\n{MARK}")


def test_words_in_more_places_than_the_form_shows_are_all_covered_in_turns(
    desk: Client, world: World
) -> None:
    times = MOST_FOUND + 3
    piece = added(world, text="\n".join(f"{number} {NAME}" for number in range(times)))
    address = reverse("desk:redact", args=[world.number, piece.public_id])
    everywhere = [f"{a}-{b}" for a, b in spans_of(piece)]

    found = desk.post(address, form(step="find", words=NAME, reason="")).content.decode()
    assert f"Found in {times} places" in found
    assert "3 more places did not fit here." in found
    first = form(words=NAME, found=NAME, picks=everywhere[:MOST_FOUND], step="save")
    saved = desk.post(address, first, follow=True).content.decode()
    assert "The words stand in 3 more places." in saved
    assert fresh(piece).shown_text.count(NAME) == 3
    assert desk.post(address, first).status_code == 303  # the same form again
    assert fresh(piece).shown_text.count(NAME) == 3

    rest = desk.post(address, form(step="find", words=NAME, reason="")).content.decode()
    assert "Found in 3 places" in rest
    assert "did not fit" not in rest
    last = form(words=NAME, found=NAME, picks=everywhere[MOST_FOUND:], step="save")
    assert desk.post(address, last).status_code == 303
    assert NAME not in fresh(piece).shown_text
    done = desk.post(address, form(words=NAME, found=NAME)).content.decode()
    assert "These words are covered already, everywhere they stand." in done


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"words": "nowhere"}, "These words are not in this piece."),
        ({}, "Choose what is to be covered."),
        ({"lines": "1-99"}, "Enter numbers of lines from 1 to"),
        ({"lines": "two"}, "Enter numbers of lines from 1 to"),
        ({"lines": "3-1"}, "Enter numbers of lines from 1 to"),
        ({"lines": "1", "reason": ""}, "Say why this is covered"),
    ],
)
def test_the_form_says_what_is_missing(
    desk: Client, world: World, fields: dict[str, Any], message: str
) -> None:
    piece = added(world)
    address = reverse("desk:redact", args=[world.number, piece.public_id])

    answer = desk.post(address, form(**fields))

    assert answer.status_code == 400
    assert message in answer.content.decode()
    assert not Redaction.objects.exists()


def test_whole_lines_are_one_mark_however_many_they_are(desk: Client, world: World) -> None:
    # Line 1 is the title, 2 to 4 are the text.
    piece = added(world)
    address = reverse("desk:redact", args=[world.number, piece.public_id])

    answer = desk.post(address, form(lines="2 - 3", step="save"))

    assert answer.status_code == 303
    assert fresh(piece).shown_text == f"{MARK}\nA third line."


@pytest.mark.parametrize(
    ("numbers", "status"),
    [
        (("20", "37,5", "40", "25.0"), 303),
        (("20", "", "40", "25"), 400),
        (("20", "20", "0", "25"), 400),
        (("100", "20", "10", "25"), 400),
        (("120", "20", "10", "25"), 400),
        (("x", "20", "10", "25"), 400),
    ],
)
def test_an_area_is_given_in_percent(
    desk: Client, world: World, numbers: tuple[str, ...], status: int
) -> None:
    piece = upload(world, "a.png", painted_picture())
    address = reverse("desk:redact", args=[world.number, piece.public_id])
    area = dict(zip(("left", "top", "width", "height"), numbers, strict=True))

    answer = desk.post(address, form(step="save", **area))

    assert answer.status_code == status
    if status == 303:
        row = Redaction.objects.get()
        assert (row.page, row.left, row.top, row.width, row.height) == BOX


def test_the_preview_of_an_area_is_the_page_with_the_area_painted_over(
    desk: Client, world: World
) -> None:
    piece = upload(world, "a.pdf", document())
    address = reverse("desk:redact", args=[world.number, piece.public_id]) + "?page=2"
    area = {"left": "24", "top": "24", "width": "52", "height": "27"}

    answer = desk.post(address, form(**area))

    picture = reverse("desk:evidence_page", args=[world.number, piece.public_id, 1])
    assert f"{picture}?area=2400,2400,5200,2700" in answer.content.decode()
    whole: Any
    painted: Any
    whole, painted = (
        Image.open(io.BytesIO(desk.get(picture, query).content)).convert("RGB")
        for query in ({}, {"area": "2400,2400,5200,2700"})
    )
    middle = (whole.size[0] // 2, int(whole.size[1] * 0.37))
    assert whole.getpixel(middle)[0] > 150
    assert max(painted.getpixel(middle)) < 30


@pytest.mark.parametrize("query", ["?page=3", "?page=0", "?page=x", "?page=99999"])
def test_a_page_that_is_not_there_is_not_found(desk: Client, world: World, query: str) -> None:
    piece = upload(world, "a.pdf", document())

    address = reverse("desk:redact", args=[world.number, piece.public_id])
    assert desk.get(address + query).status_code == 404


@pytest.mark.parametrize("area", ["1,2,3", "a,b,c,d", "0,0,0,0", "0,0,20000,1", "-1,0,1,1"])
def test_a_page_with_areas_off_it_is_not_found(desk: Client, world: World, area: str) -> None:
    piece = upload(world, "a.png", painted_picture())

    address = reverse("desk:evidence_page", args=[world.number, piece.public_id, 0])
    assert desk.get(address, {"area": area}).status_code == 404


def test_the_evidence_page_tells_who_covered_what_and_lets_uncover(
    desk: Client, world: World
) -> None:
    piece = added(world)
    (row,) = cover(world, piece, reason="It names a classmate.")
    address = reverse("desk:evidence", args=[world.number, piece.public_id])
    page = desk.get(address).content.decode()
    assert "It names a classmate." in page
    assert world.moderator.display_name in page
    uncover = reverse("desk:uncover", args=[world.number, row.public_id])
    assert uncover in page

    assert desk.post(uncover).status_code == 303
    assert "Not covered any more" in desk.get(address).content.decode()

    (row,) = cover(world, piece)
    send_notice(world)
    page = desk.get(address).content.decode()
    assert reverse("desk:uncover", args=[world.number, row.public_id]) not in page
    assert "With parts covered" in page
    refused = desk.post(reverse("desk:uncover", args=[world.number, row.public_id]), follow=True)
    assert "so it stays covered" in refused.content.decode()


def test_the_desk_sees_that_a_file_waits_or_is_harmful(desk: Client, world: World) -> None:
    piece = upload(world, "notes.txt", b"Week 3 notes\n")
    address = reverse("desk:evidence", args=[world.number, piece.public_id])
    for scan, words in (
        (ScanState.HELD, "It waits for the virus scanner."),
        (ScanState.INFECTED, "The virus scanner says that it is harmful."),
    ):
        piece.files.update(scan=scan)
        page = desk.get(address).content.decode()
        assert words in page
        assert "Week 3 notes" not in page
        address_of_file = reverse("evidence:file", args=[piece.public_id])
        assert f'"{address_of_file}"' not in page


def test_the_page_costs_the_same_however_much_is_covered(world: World, count_queries: Any) -> None:
    piece = added(world)

    def queries() -> int:
        with count_queries() as counted:
            evidence_page(world.moderator, world.number, piece.public_id)
        return int(counted.number)

    cover(world, piece, "First")
    before = queries()
    cover(world, piece, "line")
    cover(world, piece, "second")

    assert queries() == before


def test_case_28_other_methods_do_nothing(desk: Client, world: World, root: Path) -> None:
    piece = added(world)
    (row,) = cover(world, piece)
    with make.nothing_changes(root):
        for name, id_ in (("desk:redact", piece.public_id), ("desk:uncover", row.public_id)):
            address = reverse(name, args=[world.number, id_])
            for method in ("put", "patch", "delete", "options"):
                assert getattr(desk, method)(address).status_code == 405
    assert clock.now() > row.made_at


# The notice says what will be shown


def test_before_the_notice_the_desk_sees_what_is_shown_and_where_names_may_stand(
    desk: Client, world: World
) -> None:
    classmate = base.person("Imogen Farthingale")
    assert world.case.course is not None
    base.enrol(world.case.course, classmate)
    piece = added(world, text="imogen farthingale wrote: call +49 170 1234567 or a@example.org")
    address = reverse("desk:notice", args=[world.number, world.rid])

    page = desk.get(address).content.decode()

    assert reverse("desk:redact", args=[world.number, piece.public_id]) in page
    for words in ("Imogen Farthingale", "+49 170 1234567", "a@example.org"):
        assert words in page
    assert "Whole: nothing is covered." in page
    cover(world, piece, "imogen farthingale")
    cover(world, piece, "+49 170 1234567")
    cover(world, piece, "a@example.org")
    page = desk.get(address).content.decode()
    assert "With parts covered." in page
    assert "Imogen Farthingale" not in page
    assert "+49" not in page

"""Two texts compared at the desk: chosen, narrowed by what is set aside, attached (CF3)."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import comparison as engine
from cases import pdf
from cases.covering import MARK
from cases.models import Comparison, Evidence
from cases.pdf.comparison import document
from cases.selectors.comparing import compare_page
from cases.services import comparing, evidence, printing
from cases.services.compared_texts import Given, tidy
from cases.versus import FOLD, blocks, figures, marks_of
from integrity.audit.models import Event
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    NotPermitted,
    Stale,
)
from tests.cases import builders as build
from tests.cases.clamd import nobody, running
from tests.cases.comparing_world import ARTICLE, ESSAY, SECOND, SHARED, Compared
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

NAMELESS = "Nine letters about the flood lie in a box that nobody has opened for thirty years."


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> None:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"


@pytest.fixture
def world() -> Compared:
    return Compared()


def passages(row: Comparison) -> list[str]:
    return [row.a_text[p["a"][0] : p["a"][1]] for p in row.result["passages"]]


def url(name: str, world: Compared, *more: object) -> str:
    return reverse(f"desk:{name}", args=[world.number, *more])


def test_the_submission_and_pasted_words_are_compared(world: Compared) -> None:
    row = world.compare()
    assert [SHARED[:60] in text for text in passages(row)] == [True, False]
    assert SECOND[:40] in passages(row)[1]
    assert row.a_title == world.submission.title
    event = Event.objects.get(action="comparison.made")
    assert event.data == {"language": "text", "passages": 2}
    assert event.case_number == world.number


def test_the_same_form_again_is_the_same_comparison(world: Compared) -> None:
    first = world.compare(form_key="once")
    assert world.compare(form_key="once") == first
    assert Comparison.objects.count() == 1
    with pytest.raises(Conflict):
        world.compare(b=Given(title="Other", text="Something else entirely."), form_key="once")


def test_exhibits_are_compared_and_a_quotation_of_the_assignment_is_set_aside(
    world: Compared,
) -> None:
    assignment = world.submission.assignment
    assignment.instructions = f"Discuss this sentence: {SECOND}"
    assignment.save()
    article = world.add()
    row = world.compare(b=Given(evidence_id=article.public_id))
    kinds = {p["kind"] for p in row.result["passages"]}
    assert kinds == {"same", "common"}
    assert row.b_evidence == article
    assert row.b_title == article.title


@pytest.mark.parametrize(
    ("given_b", "field"),
    [
        (Given(), "b_source"),
        (Given(title="", text="Words"), "b_title"),
        (Given(title="A text", text="   "), "b_text"),
        (Given(title="A text", text="no\x00thing"), "b_text"),
        (Given(evidence_id=uuid.uuid4()), "b_source"),
        (Given(submission_id=uuid.uuid4()), "b_source"),
        (Given(title="A text", text="x" * 400_001), "b_text"),
    ],
)
def test_what_is_missing_is_told_at_its_field(world: Compared, given_b: Given, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        world.compare(b=given_b)
    assert list(refused.value.fields) == [field]
    assert not Comparison.objects.exists()


def test_an_uploaded_text_is_read_and_the_file_is_not_kept(world: Compared, tmp_path: Path) -> None:
    upload = SimpleUploadedFile("article.txt", ARTICLE.encode())
    row = world.compare(b=Given(title="The article", upload=upload))
    assert row.b_text == ARTICLE
    assert not [path for path in (tmp_path / "evidence").rglob("*") if path.is_file()]


def test_a_program_is_known_by_its_name(world: Compared) -> None:
    code = "def mean(values):\n    return sum(values) / len(values)\n"
    row = world.compare(
        a=Given(title="Lab 3", text=code),
        b=Given(title="Found on the web", upload=SimpleUploadedFile("mean.py", code.encode())),
    )
    assert row.language == "python"


def test_a_harmful_upload_is_refused_and_one_nobody_scanned_too(
    world: Compared, settings: Any
) -> None:
    """HOSTILE 40 and 41, where words of a file are read."""
    upload = Given(title="Article", upload=SimpleUploadedFile("a.txt", ARTICLE.encode()))
    settings.CLAMD_URL = nobody()
    with pytest.raises(InvalidInput) as refused:
        world.compare(b=upload)
    assert list(refused.value.fields) == ["b_upload"]


def test_the_words_of_a_pdf_are_compared_uploaded_or_as_an_exhibit(world: Compared) -> None:
    row = world.compare()
    page = compare_page(world.moderator, world.number, row.public_id)
    data = document(
        page.versus, number="IC-1", label="E1", title="Printed", at=row.made_at, about=NAMELESS
    )
    content = pdf.print_out("comparison", data)
    uploaded = world.compare(
        Given(title="Words", text=NAMELESS),
        Given(title="Paper", upload=SimpleUploadedFile("paper.pdf", content)),
    )
    file = world.add(
        kind="file", title="Paper", text="", upload=SimpleUploadedFile("paper.pdf", content)
    )
    exhibit = world.compare(Given(title="Words", text=NAMELESS), Given(evidence_id=file.public_id))
    for one in (uploaded, exhibit):
        assert passages(one) == [NAMELESS.rstrip(".")]


def test_a_picture_has_no_words(world: Compared) -> None:
    png = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
    with pytest.raises(InvalidInput) as refused:
        world.compare(b=Given(title="Picture", upload=SimpleUploadedFile("a.png", png)))
    assert list(refused.value.fields) == ["b_upload"]


def test_hostile_17_nothing_of_another_case_is_compared_or_found(world: Compared) -> None:
    """HOSTILE 17: a case's address with a part of another one."""
    other = Compared()
    strange = other.add()
    with pytest.raises(InvalidInput):
        world.compare(b=Given(evidence_id=strange.public_id))
    with pytest.raises(InvalidInput):
        world.compare(b=Given(submission_id=other.submission.public_id))
    row = other.compare()
    client = Client()
    client.force_login(world.moderator)
    for name in ("comparison", "comparison_attach", "comparison_pdf"):
        assert client.get(url(name, world, row.public_id)).status_code == 404
    for call in (
        lambda: comparing.set_aside(
            actor=world.moderator, number=world.number, public_id=row.public_id,
            passages=[1], reason="common",
        ),
        lambda: comparing.take_back(
            actor=world.moderator, number=world.number, public_id=row.public_id, passages=[1]
        ),
        lambda: world.attach(row),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            call()


def test_only_who_works_on_the_case_compares(world: Compared) -> None:
    stranger = build.moderator("Sofia Stranger")
    with pytest.raises(NotPermitted):
        world.compare(actor=stranger)
    with pytest.raises(NotFound):
        world.compare(actor=world.learner)


def test_setting_a_passage_aside_lowers_the_figure_and_taking_it_back_restores_it(
    world: Compared,
) -> None:
    row = world.compare()
    before = compare_page(world.moderator, world.number, row.public_id).versus
    args: dict[str, Any] = {
        "actor": world.moderator,
        "number": world.number,
        "public_id": row.public_id,
    }
    comparing.set_aside(**args, passages=[1], reason="quotation", note="Note 3 names it.")
    page = compare_page(world.moderator, world.number, row.public_id).versus
    assert (before.counting, page.counting) == (2, 1)
    assert 0 < page.a.figure.counted < before.a.figure.counted
    assert page.a.figure.words == before.a.figure.words
    comparing.take_back(**args, passages=[1])
    after = compare_page(world.moderator, world.number, row.public_id).versus
    assert after.a.figure == before.a.figure
    actions = list(
        Event.objects.filter(action__startswith="comparison.").values_list("action", flat=True)
    )
    assert actions == ["comparison.made", "comparison.set_aside", "comparison.counted"]


def test_setting_aside_twice_is_once_and_an_old_form_is_stale(world: Compared) -> None:
    row = world.compare()
    args: dict[str, Any] = {
        "actor": world.moderator,
        "number": world.number,
        "public_id": row.public_id,
    }
    comparing.set_aside(**args, passages=[1], reason="common", revision=0)
    comparing.set_aside(**args, passages=[1], reason="common", revision=0)
    assert Comparison.objects.get().revision == 1
    with pytest.raises(Stale):
        comparing.set_aside(**args, passages=[2], reason="common", revision=0)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": "because"}, "reason"),
        ({"reason": "other"}, "note"),
        ({"passages": []}, "passages"),
        ({"passages": [99]}, "passages"),
    ],
)
def test_setting_aside_needs_a_passage_and_a_reason(
    world: Compared, changes: dict[str, Any], field: str
) -> None:
    row = world.compare()
    with pytest.raises(InvalidInput) as refused:
        comparing.set_aside(
            **{
                "actor": world.moderator,
                "number": world.number,
                "public_id": row.public_id,
                "passages": [1],
                "reason": "common",
                **changes,
            }
        )
    assert list(refused.value.fields) == [field]


def test_attached_it_is_evidence_with_a_fingerprint_and_stays_as_it_is(world: Compared) -> None:
    row = world.compare()
    comparing.set_aside(
        actor=world.moderator, number=world.number, public_id=row.public_id,
        passages=[1], reason="common",
    )  # fmt: skip
    piece = world.attach(row, form_key="attach")
    assert world.attach(row, form_key="attach") == piece
    row.refresh_from_db()
    assert (row.evidence, piece.kind, piece.text) == (piece, "comparison", "")
    made = comparing.canonical(row)
    assert piece.sha256 == hashlib.sha256(made).hexdigest()
    content = json.loads(made)
    assert content["passages"][0]["reason"] == "common"
    assert content["sides"][0]["sha256"] == evidence.fingerprint(ESSAY)
    for call in (comparing.set_aside, comparing.take_back):
        more: dict[str, Any] = {"reason": "common"} if call is comparing.set_aside else {}
        with pytest.raises(IllegalTransition):
            call(
                actor=world.moderator, number=world.number, public_id=row.public_id,
                passages=[2], **more,
            )  # fmt: skip
    with pytest.raises(Conflict):
        world.attach(row)
    assert Evidence.objects.filter(kind="comparison").count() == 1


def test_after_the_notice_nothing_is_attached(world: Compared) -> None:
    row = world.compare()
    world.told()
    with pytest.raises(IllegalTransition):
        world.attach(row)
    # A working paper can still be made.
    assert world.compare().evidence is None


def test_a_stale_look_is_not_attached(world: Compared) -> None:
    row = world.compare()
    comparing.set_aside(
        actor=world.moderator, number=world.number, public_id=row.public_id,
        passages=[1], reason="common",
    )  # fmt: skip
    with pytest.raises(Stale):
        world.attach(row, revision=0)


# The pages


@pytest.fixture
def desk(world: Compared, client: Client) -> Client:
    client.force_login(world.moderator)
    return client


def token(client: Client, address: str) -> str:
    page = client.get(address).content.decode()
    return page.split('name="form_token" value="')[1].split('"')[0]


def test_the_page_compares_what_was_chosen(world: Compared, desk: Client) -> None:
    article = world.add()
    start = url("compare", world)
    sent = {
        "form_token": token(desk, start),
        "a_source": f"s:{world.submission.public_id}",
        "b_source": f"e:{article.public_id}",
        "language": "",
    }
    first, again = desk.post(start, sent), desk.post(start, sent)
    row = Comparison.objects.get()
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.headers["Location"] == again.headers["Location"]
    page = desk.get(first.headers["Location"]).content.decode()
    for number in (1, 2):
        assert f'<a id="a{number}" href="#b{number}"' in page
        assert f'<a id="b{number}" href="#a{number}"' in page
    assert "a figure alone never proves anything" in page
    found = compare_page(world.moderator, world.number, row.public_id).versus.a.figure
    assert f"{found.counted} of {found.words} words" in page
    assert "same words" in page


def test_what_was_typed_stays_when_something_is_missing(world: Compared, desk: Client) -> None:
    start = url("compare", world)
    sent = {
        "form_token": token(desk, start),
        "a_source": f"s:{world.submission.public_id}",
        "b_source": "paste",
        "b_text": ARTICLE,
        "b_title": "",
    }
    answer = desk.post(start, sent)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Say what this text is" in page
    assert ARTICLE[:50] in page
    assert '<details class="more" open>' in page


def test_passages_are_set_aside_and_counted_again_on_the_page(
    world: Compared, desk: Client
) -> None:
    row = world.compare()
    address = url("comparison", world, row.public_id)
    sent = {"passage": ["1"], "reason": "quotation", "note": "", "revision": "0"}
    answer = desk.post(address, sent)
    assert answer.status_code == 303
    page = desk.get(address).content.decode()
    assert "A quotation with its source" in page
    assert 'class="aside"' in page
    back = desk.post(address, {"back": "1", "revision": "1"})
    assert back.status_code == 303
    assert Comparison.objects.get().set_aside == []
    bad = desk.post(address, {"passage": ["1"], "reason": "", "revision": "2"})
    assert bad.status_code == 400
    ticked = re.findall(r"<input[^>]*checked[^>]*>", bad.content.decode())
    assert [box for box in ticked if 'id="p1"' in box]


def test_it_is_attached_on_the_page_under_a_name_without_titles(
    world: Compared, desk: Client
) -> None:
    row = world.compare(b=Given(evidence_id=world.add().public_id))
    address = url("comparison_attach", world, row.public_id)
    page = desk.get(address).content.decode()
    assert 'value="Comparison of E2 with another text"' in page
    assert "Consent after the fact" not in page.partition("<form method")[2]
    answer = desk.post(
        address, {"form_token": token(desk, address), "title": "Comparison", "revision": "0"}
    )
    piece = Evidence.objects.get(kind="comparison")
    assert answer.status_code == 303
    assert answer.headers["Location"] == url("evidence", world, piece.public_id)
    shown = desk.get(answer.headers["Location"]).content.decode()
    assert '<a id="a1" href="#b1"' in shown
    case = desk.get(url("case", world)).content.decode()
    assert piece.title in case
    listed = desk.get(url("comparisons", world)).content.decode()
    assert piece.label in listed


def test_a_frozen_comparison_offers_a_new_one_with_the_same_texts(
    world: Compared, desk: Client
) -> None:
    row = world.compare()
    world.attach(row)
    page = desk.get(url("comparison", world, row.public_id)).content.decode()
    assert "Set aside" not in page
    again = f"{url('compare', world)}?again={row.public_id}"
    assert again in page
    form = desk.get(again).content.decode()
    assert ARTICLE[:50] in form
    assert "Open Methods Review 12" in form


def test_an_auditor_reads_and_changes_nothing(world: Compared, client: Client) -> None:
    row = world.compare()
    client.force_login(build.auditor())
    address = url("comparison", world, row.public_id)
    page = client.get(address).content.decode()
    assert "Attach as evidence" not in page
    assert client.post(address, {"passage": ["1"], "reason": "common"}).status_code == 403
    assert client.get(url("compare", world)).status_code == 403


CORPUS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}} {% load x %}",
    "</code></div><script>",
    "javascript:alert(1)",
    "&lt;b&gt;",
)


@pytest.mark.parametrize("words", CORPUS)
@pytest.mark.parametrize("language", ["text", "python"])
def test_hostile_50_markup_in_a_text_is_words(
    world: Compared, desk: Client, words: str, language: str
) -> None:
    """HOSTILE 50: in a passage, outside one, in a title and beside a reason."""
    text = f"{words} {SHARED} {words}\n\n{SECOND}\n"
    row = world.compare(
        a=Given(title=f"One {words}", text=text),
        b=Given(title=f"Two {words}", text=text),
        language=language,
    )
    comparing.set_aside(
        actor=world.moderator, number=world.number, public_id=row.public_id,
        passages=[1], reason="other", note=words,
    )  # fmt: skip
    page = desk.get(url("comparison", world, row.public_id)).content.decode()
    for bad in ("<script>alert", "<img src=x", "</code></div><script>"):
        assert bad not in page
    assert desk.get(url("comparisons", world)).content.decode().count("<script>alert") == 0


def test_hostile_35_invisible_turns_of_direction_are_taken_out_of_pasted_words(
    world: Compared,
) -> None:
    """HOSTILE 35: NUL is refused, marks of direction and blanks without width go."""
    row = world.compare(b=Given(title="T\u202ext", text=f"\u202e{ARTICLE}\u200b"))
    assert (row.b_text, row.b_title) == (ARTICLE, "Txt")
    assert tidy("a\x00b\u202e\ud800c\fd\r\ne") == "abc\nd\ne"


# Markup and figures


def test_long_stretches_without_a_match_are_folded_and_nothing_is_lost() -> None:
    filler = "A word and another word. " * 4_000
    text = filler + SHARED + filler
    start = len(filler)
    result = _result([((start, start + len(SHARED)), (0, len(SHARED)))])
    (mark,) = marks_of(result, {})
    found = blocks(text, [(mark.a, mark)])
    assert "".join(bit.text for block in found for bit in block.bits) == text
    folded = [block for block in found if block.folded]
    assert len(folded) == 2
    shown = sum(len(bit.text) for block in found if not block.folded for bit in block.bits)
    assert shown < 3 * FOLD


def test_a_program_keeps_the_numbers_of_its_lines() -> None:
    text = "".join(f"line_{n} = {n}\n" for n in range(1, 501))
    start = text.index("line_250")
    result = _result([((start, start + 30), (0, 30))])
    (mark,) = marks_of(result, {})
    found = blocks(text, [(mark.a, mark)], program=True)
    assert "".join(bit.text for block in found for bit in block.bits) == text
    numbers = [int(n) for block in found for n in block.lines.split("\n")]
    assert numbers == list(range(1, 501))
    for block in found:
        first = "".join(bit.text for bit in block.bits)
        assert first.startswith(f"line_{block.lines.split(chr(10))[0]} ")


_spans = st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda x: (x[0], x[0] + x[1]))


@settings(max_examples=200, deadline=None)
@given(
    text=st.text(st.sampled_from("ab \n"), min_size=81, max_size=120),
    places=st.lists(_spans, max_size=6),
    covers=st.lists(_spans, max_size=3),
    program=st.booleans(),
)
def test_whatever_overlaps_every_passage_begins_once_and_what_is_covered_is_gone(
    text: str, places: list[tuple[int, int]], covers: list[tuple[int, int]], program: bool
) -> None:
    marks = marks_of(_result([(place, place) for place in places]), {})
    found = blocks(text, [(mark.a, mark) for mark in marks], covers, program=program)
    bits = [bit for block in found for bit in block.bits]
    begun = [mark.number for bit in bits for mark in bit.starts]
    assert sorted(begun) == [mark.number for mark in marks]
    open_text = "".join(bit.text for bit in bits).replace(MARK, "")
    hidden = {n for start, end in covers for n in range(start, end)}
    assert open_text == "".join(c for n, c in enumerate(text) if n not in hidden)


def test_with_everything_set_aside_nothing_counts() -> None:
    found = engine.compare(ESSAY, ARTICLE)
    numbers = {n + 1: "Common" for n in range(len(found.passages))}
    for figure in figures(found, (ESSAY, ARTICLE), marks_of(found, numbers)):
        assert figure.counted == 0


def _result(places: list[tuple[tuple[int, int], tuple[int, int]]]) -> engine.Result:
    rows = tuple(engine.Passage("same", a, b, 3) for a, b in places)
    cover = engine.Coverage(100, 10, 0)
    return engine.Result("1", "text", 0.1, rows, cover, cover)


def test_similar_submissions_of_the_course_are_offered_and_no_others(
    world: Compared, desk: Client
) -> None:
    course = world.case.course
    peer = make.submission(world.submission.assignment, make.person("Lea Peer"))
    peer.text = ESSAY
    peer.save()
    elsewhere = make.submission(make.assignment(make.course()), make.person("Ken Elsewhere"))
    elsewhere.text = ESSAY
    elsewhere.save()
    assert course is not None
    printing.index()
    page = desk.get(url("compare_similar", world)).content.decode()
    assert str(peer.public_id) in page
    assert "Lea Peer" in page
    assert str(elsewhere.public_id) not in page
    start = f"{url('compare', world)}?b={peer.public_id}"
    form = desk.get(start).content.decode()
    assert f'value="s:{peer.public_id}" selected' in form
    # Named in the address, it is no choice either.
    strange = desk.get(f"{url('compare', world)}?b={elsewhere.public_id}").content.decode()
    assert f'value="s:{elsewhere.public_id}"' not in strange


def test_a_scanner_that_says_clean_lets_words_in(world: Compared, settings: Any) -> None:
    with running() as server:
        settings.CLAMD_URL = server.url
        row = world.compare(
            b=Given(title="Article", upload=SimpleUploadedFile("a.txt", ARTICLE.encode()))
        )
    assert row.b_text == ARTICLE

"""Files to be compared, and the commands that compare them (CF3)."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from cases.comparison import extract
from cases.evidence.errors import FileRefused
from cases.management.commands import compare_texts
from tests.cases import intake_builders, office_builders
from tests.comparison.test_programs import JAVA
from tests.comparison.test_texts import OWN, SOURCE

DATA = Path(settings.BASE_DIR).parent / "shared" / "data"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"


def pdf(*pages: str) -> bytes:
    """A PDF with these words on its pages, as a typewriter would have left them."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    kids = []
    for text in pages:
        lines = [text[at : at + 80] for at in range(0, len(text), 80)]
        shown = b" ".join(b"(%b) Tj T*" % line.encode("latin-1") for line in lines)
        stream = b"BT /F 10 Tf 12 TL 40 780 Td %b ET" % shown
        kids.append(len(objects) + 1)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources "
            b"<< /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Courier >> >> >> >>"
            % (len(objects) + 2)
        )
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream))
    references = b" ".join(b"%d 0 R" % kid for kid in kids)
    objects[1] = b"<< /Type /Pages /Kids [%b] /Count %d >>" % (references, len(kids))
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%b\nendobj\n" % (number, body))
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(
        b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    )
    return out.getvalue()


def told(*arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("compare_texts", *arguments, stdout=out)
    return json.loads(out.getvalue())


def put(folder: Path, name: str, content: bytes | str) -> str:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def test_the_words_of_a_pdf_are_read() -> None:
    text = extract(pdf(SOURCE, OWN), "application/pdf")
    assert "inbound links" in text
    assert text.index("surfer") < text.index("railway")


def test_the_words_of_documents_are_read() -> None:
    body = office_builders.paragraph(SOURCE)
    assert extract(office_builders.docx(body), DOCX).strip() == SOURCE
    assert "It is the same text as ours." in " ".join(extract(office_builders.odt(), ODT).split())


@pytest.mark.parametrize(
    "content",
    ["Él dijo".encode(), "Él dijo".encode("utf-8-sig"), "Él dijo".encode("utf-16"), b"\xc9l dijo"],
)
def test_plain_text_is_read_however_it_is_written(content: bytes) -> None:
    assert extract(content, "text/plain; charset=utf-8") == "Él dijo"


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"%PDF-1.4 nothing", "application/pdf"),
        (intake_builders.document(1), "application/pdf"),
        (b"PK\x03\x04 nothing", DOCX),
        (office_builders.docx(office_builders.paragraph(" ")), DOCX),
    ],
    ids=["damaged", "a scan", "no archive", "no words"],
)
def test_a_file_without_words_is_refused(content: bytes, content_type: str) -> None:
    with pytest.raises(FileRefused):
        extract(content, content_type)


def test_the_command_prints_offsets_of_both_files(tmp_path: Path) -> None:
    mine = f"👩‍👩‍👧\r\n{OWN}\r\n{SOURCE[:120]}"
    a, b = put(tmp_path, "a.txt", mine), put(tmp_path, "b.txt", SOURCE)
    found = told(a, b)
    assert 0 < found["similarity"] < 1
    (passage,) = found["passages"]
    assert mine[slice(*passage["a"])] == SOURCE[slice(*passage["b"])]


def test_the_command_sets_quotations_and_the_assignment_aside(tmp_path: Path) -> None:
    quoted = "A surfer who follows links at random gets bored in the end"
    a = put(tmp_path, "a.txt", f"{OWN} “{quoted}” (Ortega, 2019).")
    b = put(tmp_path, "b.txt", SOURCE)
    found = told(a, b)
    assert (found["similarity"], found["passages"]) == (0, [])
    assert [passage["kind"] for passage in found["set_aside"]] == ["quoted"]
    assert told(b, b, "--common", b)["similarity"] == 0


def test_the_command_reads_documents_and_programs(tmp_path: Path) -> None:
    a, b = put(tmp_path, "a.pdf", pdf(SOURCE)), put(tmp_path, "b.txt", SOURCE)
    assert told(a, b)["similarity"] > 0.9
    java, other = put(tmp_path, "A.java", JAVA), put(tmp_path, "B.java", JAVA.replace("in", "sc"))
    assert told(java, other)["language"] == "java"
    assert told(java, other, "--language", "text")["language"] == "text"


def test_bad_use_ends_with_two(tmp_path: Path, monkeypatch: Any) -> None:
    good = put(tmp_path, "a.txt", SOURCE)
    monkeypatch.setattr(compare_texts, "MAX_BYTES", 2_000)
    monkeypatch.setattr(compare_texts, "MAX_CHARACTERS", 1_000)
    for other in (
        str(tmp_path / "absent.txt"),
        str(tmp_path),
        put(tmp_path, "large.txt", "a " * 1_001),
        put(tmp_path, "long.txt", "a " * 600),
        put(tmp_path, "b.pdf", b"%PDF-1.4 nothing"),
    ):
        with pytest.raises(CommandError) as refused:
            told(good, other)
        assert refused.value.returncode == 2
    with pytest.raises(CommandError):
        told(good, good, "--language", "klingon")


@pytest.mark.skipif(not DATA.exists(), reason="the labelled texts of ../shared/data are not here")
def test_copied_work_is_told_from_work_of_ones_own() -> None:
    out = io.StringIO()
    call_command("measure_comparison", str(DATA), stdout=out)
    found = json.loads(out.getvalue())
    texts = found["texts"]["groups"]
    assert texts["all"]["precision"] == 1
    assert texts["task a"]["recall"] == 1
    assert texts["task b"]["recall"] >= 0.9
    assert texts["all"]["labels"]["heavy"]["recall"] == 1
    programs = found["programs"]["groups"]
    for level in ("L1", "L2", "L3"):
        assert programs["all"]["labels"][level]["recall"] > 0.95
    assert programs["case-02"]["order"] > 0.97
    assert programs["case-03"]["order"] > 0.85
    assert found["planted"]["marked"] > 0.98
    assert found["planted"]["right"] > 0.85


def test_measuring_nothing_is_bad_use(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("measure_comparison", str(tmp_path))
    assert refused.value.returncode == 2
